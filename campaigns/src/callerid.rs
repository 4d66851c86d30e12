//! The number that is shown to who is called.

use crate::candidate::CandidateId;
use crate::chance::spread;
use crate::phone::Phone;

/// How the number that is shown is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CallerIds {
    /// The trunk's own.
    #[default]
    Trunk,
    /// Always this one.
    Fixed(Phone),
    /// The one that shares the most leading digits with the number called; the first of them where several do, and the
    /// first of all where none shares even the country.
    LocalArea(Vec<Phone>),
    /// One after the other by attempt, beginning somewhere else for each contact.
    Rotation(Vec<Phone>),
}

impl CallerIds {
    /// The number that is shown for an attempt; `None`: the trunk's own.
    pub fn choose(&self, candidate: CandidateId, number: Phone, attempt: u8) -> Option<Phone> {
        match self {
            Self::Trunk => None,
            Self::Fixed(own) => Some(*own),
            Self::LocalArea(own) => nearest(own, number),
            Self::Rotation(own) => {
                let turn = spread(candidate.0).wrapping_add(u64::from(attempt));
                (turn as usize).checked_rem(own.len()).map(|index| own[index])
            }
        }
    }
}

fn nearest(own: &[Phone], number: Phone) -> Option<Phone> {
    let called = number.to_string();
    let shared = |phone: &Phone| phone.to_string().bytes().zip(called.bytes()).take_while(|(a, b)| a == b).count();
    // `max_by_key` would take the last of equals.
    own.iter().copied().rev().max_by_key(shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phones(texts: &[&str]) -> Vec<Phone> {
        texts.iter().map(|text| Phone::parse(text).unwrap()).collect()
    }

    #[test]
    fn shows_the_number_of_the_same_area() {
        let ids = CallerIds::LocalArea(phones(&["+49301111111", "+49891111111", "+4311111111"]));
        let shown = |number: &str| ids.choose(CandidateId(1), Phone::parse(number).unwrap(), 0).unwrap().to_string();
        assert_eq!(shown("+4989555555"), "+49891111111");
        assert_eq!(shown("+431555555"), "+4311111111");
        assert_eq!(shown("+4940555555"), "+49301111111");
        assert_eq!(shown("+33155555555"), "+49301111111");
    }

    #[test]
    fn rotates_by_attempt() {
        let ids = CallerIds::Rotation(phones(&["+49301111111", "+49301111112", "+49301111113"]));
        let number = Phone::parse("+4989555555").unwrap();
        let shown: Vec<_> = (0..4).map(|attempt| ids.choose(CandidateId(7), number, attempt).unwrap()).collect();
        assert_ne!(shown[0], shown[1]);
        assert_ne!(shown[1], shown[2]);
        assert_eq!(shown[0], shown[3]);
    }
}
