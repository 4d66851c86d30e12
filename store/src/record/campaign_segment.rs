//! Campaigns whose contacts are those of a segment.

use call_model::CampaignId;
use serde_json::Value;

/// The outcome of contacts that the segment does not have when it is asked. They are in no round and in no sum.
pub const LEFT_OUT: &str = "left_out";

/// Those whom a segment has are called from now on.
#[derive(Debug, Clone, Copy)]
pub struct TakeAsked {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Which asking, as [`Store::begin_asking`](crate::Store::begin_asking) was told.
    pub asked_ms: i64,
    /// When, ms since the Unix epoch.
    pub now_ms: i64,
}

/// What came of asking a segment, for people.
#[derive(Debug, Clone)]
pub struct AskedStory {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Which asking.
    pub asked_ms: i64,
    /// What came of it, without anybody's number or name.
    pub story: Value,
}
