//! Calling out: audience, planning, pace, retries, without I/O; and the runner that dials.
//!
//! - [`Spec`]: a campaign as YAML, or a list of faults with line, column and suggestion.
//! - [`audience`]: a table of contacts, row by row.
//! - [`Planner`]: books and time in, dials out; every candidate passes [`permission::decide`].
//! - [`pace`], [`breaker`], [`retry`], [`callerid`]: what the planner asks.
//! - [`script`]: what a member follows who talks with a contact.
//! - [`results`]: what came of it, in sum; costs; two variants compared.

pub mod audience;
pub mod breaker;
pub mod callerid;
mod candidate;
mod chance;
mod dial;
mod inspect;
mod outcome;
pub mod pace;
mod phone;
mod planner;
pub mod results;
pub mod retry;
#[cfg(feature = "runner")]
pub mod runner;
pub mod script;
mod spec;
mod variables;

pub use candidate::{CampaignKey, Candidate, CandidateId, Standing, Tried};
pub use dial::{Capacity, Dial, Ended, MemberRoom, Plan, TrunkRoom};
pub use outcome::{Ending, Finished, Next, Outcome};
pub use phone::{NotE164, Phone};
pub use planner::{Forecast, Forecasted, OTHER_NUMBERS, Planner, PlannerSettings, Progress, When};
pub use spec::{
    App, Fault, Looser, Machines, OnMachine, Pace, PaceKind, Recurrence, RecurrenceError, Schedule, Severity, Span,
    Spec, SpecLimits, Start, TrunkLimit, Variant,
};
pub use variables::{VariableError, Variables, fill_text};
