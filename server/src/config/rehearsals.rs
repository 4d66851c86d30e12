//! Rehearsals that are begun in the console or by REST: docs/rehearsal.md.

use serde::Deserialize;

/// Rehearsals of a running server.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RehearsalsSection {
    /// Runs at a time (2).
    pub runs: usize,
    /// The most callers of one run (50).
    pub callers: usize,
    /// Callers of one run at a time (2): they share the machine with those who really call.
    pub parallel: usize,
    /// The longest run, minutes (10); what is not done by then is left out.
    pub minutes: u64,
    /// Runs whose results are kept until the program ends (20).
    pub kept: usize,
}

impl Default for RehearsalsSection {
    fn default() -> Self {
        Self { runs: 2, callers: 50, parallel: 2, minutes: 10, kept: 20 }
    }
}
