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

/// A rehearsal of an agent, as it was written in the console.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct RehearsalRecord {
    /// The agent.
    pub agent: String,
    /// Its name; one for each agent.
    pub name: String,
    /// The text.
    pub yaml: String,
    /// When it was written, ms since the Unix epoch.
    pub updated_ms: i64,
}
masked_debug!(RehearsalRecord { agent, name, updated_ms });
