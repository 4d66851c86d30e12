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
    /// How long each member's phone rings when somebody was reached for the members, seconds (10).
    pub member_ring_s: u32,
    /// How long whoever was reached waits for a member to become free, milliseconds (2000).
    pub member_wait_ms: u32,
    /// How long a member may look at a contact, in the pace `preview`, before it is offered to another, seconds (90).
    pub preview_s: u32,
}

impl Default for CampaignsSection {
    fn default() -> Self {
        Self {
            keep_free_percent: 20,
            trunk_calls_per_second: 10,
            member_ring_s: 10,
            member_wait_ms: 2_000,
            preview_s: 90,
        }
    }
}
