//! For which numbers a certificate may speak: the extension TNAuthList (RFC 8226 section 9).

use crate::fault::Fault;

/// Entries of one certificate that are read; with more it is not believed.
const MAX_ENTRIES: usize = 10_000;

const SEQUENCE: u8 = 0x30;
const IA5_STRING: u8 = 0x16;
const INTEGER: u8 = 0x02;

/// What the extension says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NumberList {
    /// It names a carrier by its code: whatever numbers that carrier has.
    carrier: bool,
    /// First and last number of each range, with the same number of digits.
    ranges: Vec<(u8, u64, u64)>,
}

impl NumberList {
    /// Reads the extension's value, DER: `SEQUENCE OF CHOICE { spc [0], range [1], one [2] }`.
    pub fn read(der: &[u8]) -> Result<Self, Fault> {
        Self::parse(der).ok_or(Fault::BadCertificate)
    }

    fn parse(der: &[u8]) -> Option<Self> {
        let (SEQUENCE, mut entries, []) = element(der)? else { return None };
        let mut list = Self::default();
        for _ in 0..MAX_ENTRIES {
            if entries.is_empty() {
                return Some(list);
            }
            let (tag, value, rest) = element(entries)?;
            entries = rest;
            match tag {
                0xa0 => list.carrier = true,
                0xa1 => {
                    let (SEQUENCE, range, []) = element(value)? else { return None };
                    let (IA5_STRING, start, rest) = element(range)? else { return None };
                    let (INTEGER, count, []) = element(rest)? else { return None };
                    let (digits, first) = number(start)?;
                    let last = first.checked_add(unsigned(count)?.checked_sub(1)?)?;
                    list.ranges.push((digits, first, last));
                }
                0xa2 => {
                    let (IA5_STRING, one, []) = element(value)? else { return None };
                    let (digits, one) = number(one)?;
                    list.ranges.push((digits, one, one));
                }
                _ => return None,
            }
        }
        None
    }

    /// Whether the certificate may speak for this number: digits with the country code. That a carrier has a number is
    /// the word of who gave the carrier its certificate.
    pub fn covers(&self, wanted: &str) -> bool {
        let is_in = |(digits, wanted): (u8, u64)| {
            self.ranges.iter().any(|(length, first, last)| *length == digits && (*first..=*last).contains(&wanted))
        };
        self.carrier || number(wanted.as_bytes()).is_some_and(is_in)
    }
}

/// How many digits, and the number that they are.
fn number(text: &[u8]) -> Option<(u8, u64)> {
    if !(1..=15).contains(&text.len()) || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = text.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    Some((text.len() as u8, value))
}

fn unsigned(bytes: &[u8]) -> Option<u64> {
    let legal = (1..=9).contains(&bytes.len()) && bytes[0] < 0x80;
    legal.then(|| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// Tag, value and the rest.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (length, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((tag, value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, value: &[u8]) -> Vec<u8> {
        [&[tag, value.len() as u8], value].concat()
    }

    #[test]
    fn numbers_ranges_and_carriers_are_covered() {
        let one = der(0xa2, &der(IA5_STRING, b"12015550123"));
        let range = der(SEQUENCE, &[der(IA5_STRING, b"493090182000"), der(INTEGER, &[100])].concat());
        let list = NumberList::read(&der(SEQUENCE, &[one, der(0xa1, &range)].concat())).expect("a list");
        for (number, covered) in [
            ("12015550123", true),
            ("12015550124", false),
            ("493090182000", true),
            ("493090182099", true),
            ("493090182100", false),
            ("93090182000", false),
            ("", false),
        ] {
            assert_eq!(list.covers(number), covered, "{number}");
        }
        let carrier = der(SEQUENCE, &der(0xa0, &der(IA5_STRING, b"1234")));
        assert!(NumberList::read(&carrier).expect("a list").covers("12015550124"));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let range = |count: &[u8]| {
            let range = der(SEQUENCE, &[der(IA5_STRING, b"1"), der(INTEGER, count)].concat());
            der(SEQUENCE, &der(0xa1, &range))
        };
        let wrong: [&[u8]; 7] = [
            b"",
            &[0x30],
            &[0x30, 5, 1],
            &[0x30, 0x84, 0, 0, 0, 0],
            &range(&[0]),
            &range(&[0xff]),
            &[0x30, 2, 0xa3, 0],
        ];
        for text in wrong {
            assert_eq!(NumberList::read(text), Err(Fault::BadCertificate), "{text:?}");
        }
        assert!(NumberList::read(&range(&[0x7f, 255, 255, 255, 255, 255, 255, 255])).is_ok());
    }
}
