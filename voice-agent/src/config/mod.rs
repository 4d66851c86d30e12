//! An agent, read and checked.

mod fault;
mod fields;
mod model;
mod read;
mod template;
mod text;
mod tools;
pub(crate) mod yaml;

pub use fault::{Fault, Severity};
pub(crate) use fault::{Faults, Place, clip};
pub use model::{Agent, AgentLimits, RecordingMode};
pub(crate) use model::{FlowTool, MessageTool, RecordingTerms, Tools, TransferTool};
#[allow(unused_imports)]
pub(crate) use template::fill;
pub(crate) use text::{LocalText, primary};
