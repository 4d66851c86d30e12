//! Scripted dialogs: the flow language and its interpreter, a [`call_model::CallApp`] without I/O.
//!
//! - `flow`: a YAML file becomes a checked [`Flow`], or a list of [`Fault`]s with line, column and suggestion.
//! - `business`: the [`Business`] that flows speak for: opening hours, holidays, groups.
//! - `program`: a [`FlowProgram`] is a flow with its sub-flows and its business.
//! - `app`: a [`FlowApp`] runs a program for one call: events in, commands out, time told.
//! - `simulate`: a flow in text, for `callwright flow run`.
//! - `limits`: every limit with its default.
//!
//! The language is described in `docs/flows.md`.

mod app;
mod business;
mod fault;
mod flow;
mod limits;
mod messages;
mod program;
pub mod simulate;
mod spoken;
mod template;
mod text;
mod yaml;

/// YAML with the place of each value, and the gathering of faults: for other files that are read as flows are.
pub mod document {
    pub use crate::fault::{Faults, Place, clip};
    pub use crate::yaml::{Entry, Value, Yaml, read};
}

pub use app::FlowApp;
pub use business::{
    Booking, Business, Holiday, HolidayDates, OpenSpan, Opening, Person, Privacy, Service, SetHours, Status, Week,
};
pub use fault::{Fault, Severity};
pub use flow::{Flow, ParseContext};
pub use limits::{ParseLimits, RunLimits};
pub use program::{FlowProgram, RecordingMode};
pub use template::{Expression, speak_like_flows};
pub use text::LocalText;
