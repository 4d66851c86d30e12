//! What is made of a call when it is over: summary, topics, sentiment, outcome, extracted fields, redaction.
//!
//! - [`redact`]: takes out of texts what may not be kept, and says when it was said.
//! - [`rules`]: what is made of a call without a model; pure.
//! - [`model`]: the same by a language model, which falls back to the rules.
//!
//! Described for users in `docs/after-call.md`.

mod call;
mod insights;
mod lexicon;
pub mod model;
pub mod redact;
pub mod rules;

pub use call::EndedCall;
pub use insights::{Feeling, FollowUp, FollowUpKind, Insights, Lead, Outcome, Sentiment, Ticket};
