//! A contact, in as few bytes as will do: a campaign may have a million.

use jiff::Timestamp;
use permission::Consent;

use crate::candidate::{Candidate, CandidateId, Tried};
use crate::phone::Phone;

/// Seconds since the Unix epoch, enough until 2106.
pub(super) type Seconds = u32;

/// A time in whole seconds, never before what was asked for.
pub(super) fn seconds_from(at: Timestamp) -> Seconds {
    let up = i64::from(at.subsec_nanosecond() > 0);
    Seconds::try_from((at.as_second() + up).max(0)).unwrap_or(Seconds::MAX)
}

/// A time in whole seconds, never after what was asked for.
pub(super) fn seconds_until(at: Timestamp) -> Seconds {
    Seconds::try_from(at.as_second().max(0)).unwrap_or(Seconds::MAX)
}

pub(super) fn timestamp(seconds: Seconds) -> Timestamp {
    Timestamp::from_second(i64::from(seconds)).unwrap_or(Timestamp::MAX)
}

/// One contact.
#[derive(Clone)]
pub(super) struct Entry {
    pub id: CandidateId,
    pub number: Phone,
    /// From then on the call has no sense; the largest number is never.
    pub expires: Seconds,
    pub place: u16,
    pub tried: Tried,
    pub flags: Flags,
}

/// What is known of a contact in single bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Flags(u8);

impl Flags {
    const SUPPRESSED: u8 = 1;
    const DO_NOT_CALL: u8 = 2;
    const GIVEN: u8 = 4;
    const WITHDRAWN: u8 = 8;
    const URGENT: u8 = 16;
    const OTHERS: u8 = 32;

    fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    pub fn suppressed(self) -> bool {
        self.has(Self::SUPPRESSED)
    }

    pub fn do_not_call(self) -> bool {
        self.has(Self::DO_NOT_CALL)
    }

    pub fn consent(self) -> Consent {
        match (self.has(Self::GIVEN), self.has(Self::WITHDRAWN)) {
            (_, true) => Consent::Withdrawn,
            (true, false) => Consent::Given,
            (false, false) => Consent::Unknown,
        }
    }

    /// Goes before everybody else who is due.
    pub fn urgent(self) -> bool {
        self.has(Self::URGENT)
    }

    pub fn set_urgent(&mut self) {
        self.0 |= Self::URGENT;
    }

    /// Has other numbers.
    pub fn others(self) -> bool {
        self.has(Self::OTHERS)
    }

    /// What the gate is told of: what is the same for many.
    pub fn of_gate(self) -> u8 {
        self.0 & (Self::SUPPRESSED | Self::DO_NOT_CALL | Self::GIVEN | Self::WITHDRAWN)
    }
}

impl Entry {
    pub fn new(candidate: &Candidate, place: u16) -> Self {
        let standing = &candidate.standing;
        let bits = [
            (standing.suppressed, Flags::SUPPRESSED),
            (standing.do_not_call, Flags::DO_NOT_CALL),
            (standing.consent == Consent::Given, Flags::GIVEN),
            (standing.consent == Consent::Withdrawn, Flags::WITHDRAWN),
            (candidate.urgent, Flags::URGENT),
            (!candidate.others.is_empty(), Flags::OTHERS),
        ];
        let flags = bits.into_iter().filter(|(set, _)| *set).fold(0, |flags, (_, bit)| flags | bit);
        Self {
            id: candidate.id,
            number: candidate.number,
            expires: candidate.expires.map_or(Seconds::MAX, seconds_until),
            place,
            tried: candidate.tried,
            flags: Flags(flags),
        }
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("id", &self.id).field("tried", &self.tried).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_small() {
        assert_eq!(size_of::<Entry>(), 32);
    }

    #[test]
    fn a_time_is_never_earlier_than_asked_for() {
        let at: Timestamp = "2026-12-01T09:00:00.25Z".parse().unwrap();
        assert_eq!(timestamp(seconds_from(at)), "2026-12-01T09:00:01Z".parse().unwrap());
        assert_eq!(timestamp(seconds_until(at)), "2026-12-01T09:00:00Z".parse().unwrap());
    }
}
