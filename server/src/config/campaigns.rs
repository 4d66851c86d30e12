//! Campaigns. See `docs/campaigns.md`.

use serde::Deserialize;

/// Campaigns: how much of the house they may take.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CampaignsSection {
    /// How many of every hundred of `limits.max_calls` campaigns leave free for inbound calls (20).
    pub keep_free_percent: u8,
    /// Calls of campaigns that may begin on one trunk in a second (10); 0: no limit.
    pub trunk_calls_per_second: u32,
}

impl Default for CampaignsSection {
    fn default() -> Self {
        Self { keep_free_percent: 20, trunk_calls_per_second: 10 }
    }
}
