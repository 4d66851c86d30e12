//! Queues: docs/handover.md.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Queues, and how well they are to serve.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueuesSection {
    /// Whoever is put through within so many seconds was served soon: the service level (20).
    pub service_level_s: u64,
    /// The same for single queues, by their names.
    pub service_levels: BTreeMap<String, u64>,
}

impl Default for QueuesSection {
    fn default() -> Self {
        Self { service_level_s: 20, service_levels: BTreeMap::new() }
    }
}
