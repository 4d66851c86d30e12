//! Who is to be called, as the books tell the planner.

use std::fmt;

use jiff::Timestamp;
use permission::{Attempt, Consent, Place};

use crate::phone::Phone;

/// One contact in one campaign: the row of the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateId(pub u64);

/// A campaign within a planner; given by [`Planner::open`](crate::Planner::open).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CampaignKey(pub u16);

/// One contact who may be called, with all that the planner must know of them.
#[derive(Clone, PartialEq)]
pub struct Candidate {
    /// The row of the books.
    pub id: CandidateId,
    /// The number that is called first.
    pub number: Phone,
    /// The contact's other numbers, in the order in which they are tried. At most
    /// [`OTHER_NUMBERS`](crate::OTHER_NUMBERS) are kept.
    pub others: Vec<Phone>,
    /// What the books say about the number.
    pub standing: Standing,
    /// Not before this time: a schedule, a call-back, a retry that was waited for before a restart. `None`: at once.
    pub due: Option<Timestamp>,
    /// After this time the call has no sense any more: the appointment itself. `None`: the end of the campaign.
    pub expires: Option<Timestamp>,
    /// Goes before everybody else who is due: a call-back that was asked for, a call for one contact by API.
    pub urgent: bool,
    /// What was tried before, after a restart.
    pub tried: Tried,
}

impl Candidate {
    /// Somebody who may be called at once and was never tried.
    pub fn new(id: CandidateId, number: Phone, standing: Standing) -> Self {
        Self {
            id,
            number,
            others: Vec::new(),
            standing,
            due: None,
            expires: None,
            urgent: false,
            tried: Tried::default(),
        }
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").field("id", &self.id).field("urgent", &self.urgent).finish_non_exhaustive()
    }
}

/// What the books say about a number, for the purpose of the campaign: what [`permission::Facts`] is made of.
#[derive(Clone, PartialEq)]
pub struct Standing {
    /// Where whoever has the number is. The planner keeps equal places once.
    pub place: Place,
    /// The person does not want to be called, at all or for this purpose.
    pub suppressed: bool,
    /// The number is on a do-not-call list.
    pub do_not_call: bool,
    /// Whether the person agreed to be called for this purpose.
    pub consent: Consent,
    /// Automatic attempts to reach the number within the last 30 days, those of other campaigns too, in any order.
    pub attempts: Vec<Attempt>,
}

impl Standing {
    /// A number at that place of which the books know nothing.
    pub fn nothing(place: Place) -> Self {
        Self { place, suppressed: false, do_not_call: false, consent: Consent::Unknown, attempts: Vec::new() }
    }
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Standing")
            .field("suppressed", &self.suppressed)
            .field("do_not_call", &self.do_not_call)
            .field("consent", &self.consent)
            .finish_non_exhaustive()
    }
}

/// How often a candidate was tried in this campaign, by what came of it. Saturates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Tried {
    /// All attempts that rang or could have.
    pub attempts: u8,
    /// Of these, busy.
    pub busy: u8,
    /// Of these, no answer.
    pub no_answer: u8,
    /// Of these, a machine answered.
    pub machine: u8,
    /// Of these, failed.
    pub failed: u8,
    /// Which number is next: 0 is the first, 1 the first of the others.
    pub number: u8,
}
