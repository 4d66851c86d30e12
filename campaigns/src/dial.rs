//! What the planner is given and what it gives back.

use std::time::Duration;

use jiff::Timestamp;

use crate::candidate::{CampaignKey, CandidateId};
use crate::outcome::Ending;
use crate::phone::Phone;

/// What is free at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capacity {
    /// Calls that may begin now in all, after what is kept free for inbound calls.
    pub lines: u32,
    /// The trunks with what each can take; a trunk that is not named here carries nothing.
    pub trunks: Vec<TrunkRoom>,
    /// The queues of members with who is free; for the paces that need members.
    pub members: Vec<MemberRoom>,
}

/// What a trunk can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkRoom {
    /// Its name.
    pub name: String,
    /// Calls that may begin on it now.
    pub free: u32,
    /// Calls that may begin on it in a second, over all campaigns; 0 is no limit.
    pub per_second: u32,
}

/// Who waits for calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRoom {
    /// The queue.
    pub queue: String,
    /// Members who are free now and not promised to a caller who waits.
    pub free: u32,
    /// Members who talk or finish the work after a call.
    pub busy: u32,
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// To be dialled: write the attempt, then dial, then tell [`Planner::finished`](crate::Planner::finished).
    pub dials: Vec<Dial>,
    /// To be offered to members: answer with [`Planner::accept`](crate::Planner::accept) or
    /// [`Planner::decline`](crate::Planner::decline).
    pub offers: Vec<Dial>,
    /// Contacts that are done with, undialled: to be written once.
    pub ended: Vec<Ended>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.dials.is_empty() && self.offers.is_empty() && self.ended.is_empty()
    }
}

/// A contact that is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Of which campaign.
    pub campaign: CampaignKey,
    /// Who.
    pub candidate: CandidateId,
    /// How.
    pub ending: Ending,
}

/// One call to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    /// Of which campaign.
    pub campaign: CampaignKey,
    /// Who.
    pub candidate: CandidateId,
    /// The number.
    pub number: Phone,
    /// Which of the contact's numbers it is: 0 is the first.
    pub number_index: u8,
    /// The attempts before this one.
    pub attempt: u8,
    /// The trunk that carries it.
    pub trunk: String,
    /// The number that is shown; `None`: the trunk's own.
    pub caller_id: Option<String>,
    /// The variant (an index into [`Spec::variants`](crate::Spec::variants)); `None` where there are none.
    pub variant: Option<u8>,
    /// How long it may ring.
    pub ring: Duration,
    /// The queue whose member takes the call when it is answered; `None` for agentless pace.
    pub queue: Option<String>,
    /// When it was planned.
    pub at: Timestamp,
}
