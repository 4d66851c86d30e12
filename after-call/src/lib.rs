//! What is made of a call when it is over: summary, topics, sentiment, outcome, extracted fields, redaction.
