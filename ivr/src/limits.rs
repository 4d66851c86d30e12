//! Every limit on flow files and on running flows, with its default.

use std::time::Duration;

/// Limits on a flow file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseLimits {
    /// The longest file, in bytes. Default 256 KiB.
    pub max_bytes: usize,
    /// The most YAML values in a file. Default 20,000.
    pub max_values: usize,
    /// The deepest nesting of mappings and lists. Default 32.
    pub max_depth: usize,
    /// The most nodes in a flow. Default 1,000.
    pub max_nodes: usize,
    /// The longest text, in bytes. Default 8 KiB.
    pub max_text: usize,
    /// The most faults reported at once. Default 100.
    pub max_faults: usize,
}

impl Default for ParseLimits {
    fn default() -> Self {
        Self {
            max_bytes: 256 * 1024,
            max_values: 20_000,
            max_depth: 32,
            max_nodes: 1_000,
            max_text: 8 * 1024,
            max_faults: 100,
        }
    }
}

/// Limits on a flow that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLimits {
    /// The most nodes entered in a row without speaking or waiting; above it the call ends with an apology.
    /// Default 200.
    pub max_silent_steps: u32,
    /// How deep sub-flows may call each other. Default 8.
    pub max_depth: usize,
    /// How long a call goes on without a sign of life (a key, a message, a person) from the other party, not counting
    /// time in which it talks with a member. Then it ends politely. Default 10 minutes.
    pub idle: Duration,
    /// The most keys kept while nobody asks for them; later ones are dropped and counted. Default 32.
    pub max_typed_ahead: usize,
    /// A playback that has not ended after this long is taken for ended. Default 10 minutes.
    pub max_playback: Duration,
    /// The longest text spoken at once after its templates were filled in, in bytes. Default 8 KiB.
    pub max_spoken: usize,
    /// The most values kept in `vars` of one flow. Default 500.
    pub max_vars: usize,
    /// The longest reply of an `http` request that is read, in bytes. Default 64 KiB.
    pub max_reply: usize,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self {
            max_silent_steps: 200,
            max_depth: 8,
            idle: Duration::from_mins(10),
            max_typed_ahead: 32,
            max_playback: Duration::from_mins(10),
            max_spoken: 8 * 1024,
            max_vars: 500,
            max_reply: 64 * 1024,
        }
    }
}
