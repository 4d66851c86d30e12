//! A caller made of software: it calls, listens, speaks, presses keys, and tells what happened when.
//!
//! - [`Script`]: whom to call and what to do, step by step.
//! - [`SyntheticCaller`]: the line that it calls by; [`SyntheticCaller::call`] runs a script, and
//!   [`SyntheticCaller::converse`] asks a [`Partner`] for each step.
//! - [`Report`]: the timeline, and both voices as they were.

mod caller;
mod conversation;
mod hearing;
mod report;
mod script;

pub use caller::{CallerConfig, CallerError, SyntheticCaller};
pub use conversation::{NextSteps, Partner};
pub use report::{Ending, Moment, Report};
pub use script::{KeyWay, Script, Step};
