//! Rounds of campaigns that recur.

use call_model::CampaignId;
use serde::Serialize;

/// One time that a campaign calls its contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CampaignRound {
    /// 1 for the first.
    pub round: u32,
    /// The time of the schedule that it is for, ms since the Unix epoch.
    pub planned_ms: i64,
    /// When it began.
    pub began_ms: i64,
    /// When everybody in it had an outcome.
    pub ended_ms: Option<i64>,
}

/// A round that is to begin.
#[derive(Debug, Clone, Copy)]
pub struct NewRound {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The time of the schedule that it is for, ms since the Unix epoch.
    pub planned_ms: i64,
    /// The asking of the segment whose contacts it is for; `None`: everybody in the campaign.
    pub asked_ms: Option<i64>,
    /// When, ms since the Unix epoch.
    pub now_ms: i64,
}

/// What came of the beginning of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundBegin {
    /// It has begun: everybody who is to be called waits.
    Begun(u32),
    /// A call of the round before goes on: nobody is dialled any more, and it is to be tried again when that is over.
    NotYet,
    /// It was begun before, or the campaign does not run.
    Not,
}

/// How many contacts had this outcome in a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoundCount {
    /// The round.
    pub round: u32,
    /// What came of them.
    pub outcome: String,
    /// How many.
    pub count: u64,
}
