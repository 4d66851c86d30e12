//! A number in E.164, in eight bytes.

use std::fmt;

/// A number in E.164 (at most 15 digits after the plus). Its `Debug` hides the digits; `Display` shows them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(u64);

/// The text is no number in E.164.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no number in E.164: write `+`, the country code and the rest, 7 to 15 digits in all")]
pub struct NotE164;

impl Phone {
    /// Reads `+4930123456`.
    pub fn parse(text: &str) -> Result<Self, NotE164> {
        let digits = text.strip_prefix('+').ok_or(NotE164)?;
        let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        // A country code never begins with 0, so no digit is lost in the number.
        if !fits || digits.starts_with('0') {
            return Err(NotE164);
        }
        digits.parse().map(Self).map_err(|_| NotE164)
    }

    /// The digits as one number.
    pub const fn digits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_a_number_and_hides_it_in_debug() {
        let phone = Phone::parse("+4930123456").unwrap();
        assert_eq!(phone.to_string(), "+4930123456");
        assert_eq!(format!("{phone:?}"), "Phone(..)");
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in ["4930123456", "+", "+0301234567", "+49 30 12", "+1234567890123456", "+12345"] {
            assert_eq!(Phone::parse(text), Err(NotE164), "{text}");
        }
    }
}
