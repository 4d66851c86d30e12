//! Agents in versions.

use serde::Serialize;

use super::masked_debug;

/// One version of an AI persona.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct AgentRecord {
    /// Name of the agent.
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
masked_debug!(AgentRecord { name, version, active });
