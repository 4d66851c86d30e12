//! Flows in versions, and how often their nodes were walked.

use call_model::FlowId;
use serde::Serialize;

use super::masked_debug;

/// One version of a scripted dialog.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct FlowRecord {
    /// Its id.
    pub id: FlowId,
    /// Name of the flow.
    pub name: String,
    /// 1, 2, 3 ...
    pub version: u32,
    /// The text.
    pub yaml: String,
    /// New calls run this version.
    pub active: bool,
    /// When it was written, ms since the Unix epoch.
    pub created_ms: i64,
}
masked_debug!(FlowRecord { id, name, version, active });

/// What happened at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeCount {
    /// A call came to it.
    Entered,
    /// A call went on to another one.
    Left,
    /// The caller hung up there.
    Abandoned,
}

/// How often a node was walked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeCounters {
    /// The flow.
    pub flow: String,
    /// Its version.
    pub version: u32,
    /// The node.
    pub node: String,
    /// Calls that came to it.
    pub entered: u64,
    /// Calls that went on to another one.
    pub left: u64,
    /// Calls whose caller hung up there.
    pub abandoned: u64,
}
