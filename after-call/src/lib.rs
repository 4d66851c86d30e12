//! What is made of a call when it is over: summary, topics, sentiment, outcome, extracted fields, redaction.
//!
//! - [`redact`]: takes out of texts what may not be kept, and says when it was said.
pub mod redact;
