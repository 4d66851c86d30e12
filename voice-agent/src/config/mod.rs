//! An agent, read and checked.

mod fault;
pub mod fields;
mod handover;
mod model;
mod read;
mod template;
mod text;
mod tools;
pub mod yaml;

pub use fault::{Fault, Faults, Place, Severity, clip};
pub(crate) use handover::{Handover, Instead, Rule, Topic, TransferWay};
pub(crate) use model::AfterAttempts;
pub use model::{Agent, AgentLimits, RecordingMode};
pub(crate) use model::{AgentTool, AskedKeys, FlowTool, HouseTool, MessageTool, RecordingTerms, Tools, TransferTool};
#[allow(unused_imports)]
pub(crate) use template::fill;
pub(crate) use text::{LocalText, primary};
