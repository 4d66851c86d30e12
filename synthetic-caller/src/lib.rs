//! A caller made of software: it calls, listens, speaks, presses keys, and tells what happened when.
//!
//! - [`Script`]: whom to call and what to do, step by step.
//! - [`SyntheticCaller`]: the line that it calls by; [`SyntheticCaller::call`] runs a script, and
//!   [`SyntheticCaller::converse`] asks a [`Partner`] for each step.
//! - [`SyntheticCaller::answer`]: the other end, that is called and answers as a person, a machine or a network does.
//! - [`Line`]: what becomes of its sound on the way; the same for the same seed.
//! - [`Report`]: the timeline, and both voices as they were.

mod call;
mod callee;
mod caller;
mod config;
mod conversation;
mod hearing;
mod impairment;
mod noise;
mod report;
mod script;

pub use callee::Taking;
pub use caller::SyntheticCaller;
pub use config::{CallerConfig, CallerError};
pub use conversation::{NextSteps, Partner};
pub use impairment::{Line, Passage, Toll};
pub use report::{Ending, Moment, Report};
pub use script::{KeyWay, Script, Step};
