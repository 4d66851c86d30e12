//! What the books say about a number.

use jiff::Timestamp;

use crate::place::Place;

/// What the books say about a number, for one purpose.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Where whoever has the number is.
    pub place: &'a Place,
    /// The person does not want to be called, at all or for this purpose.
    pub suppressed: bool,
    /// The number is on a do-not-call list.
    pub do_not_call: bool,
    /// Whether the person agreed to be called for this purpose.
    pub consent: Consent,
    /// Automatic attempts to reach the number, those of other purposes too, in any order. Those of the last 30 days
    /// suffice.
    pub attempts: &'a [Attempt],
    /// Attempts of the campaign on this contact; 0 outside of campaigns.
    pub campaign_attempts: u32,
}

impl<'a> Facts<'a> {
    /// A number of which the books know nothing.
    pub const fn nothing(place: &'a Place) -> Self {
        Self {
            place,
            suppressed: false,
            do_not_call: false,
            consent: Consent::Unknown,
            attempts: &[],
            campaign_attempts: 0,
        }
    }
}

/// Whether somebody agreed to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Consent {
    /// Nothing is known.
    #[default]
    Unknown,
    /// Yes.
    Given,
    /// Yes, and then no.
    Withdrawn,
}

/// A call that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When it was dialled.
    pub at: Timestamp,
    /// It was answered, and nobody was there to talk: an abandoned call.
    pub dropped: bool,
}
