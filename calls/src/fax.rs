//! What a number does with fax machines.

use std::fmt;
use std::str::FromStr;

/// What becomes of a call in which a fax machine is heard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FaxRule {
    /// It goes on as if nothing were. Nothing is listened for.
    #[default]
    Ignore,
    /// It is ended.
    HangUp,
    /// It is put through to this number or member, a fax machine or a service.
    Transfer(String),
}

/// Why a text is no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rule for fax is `ignore`, `hangup` or `transfer:` with a number or a member behind it")]
pub struct FaxRuleError;

/// A target has this many bytes at most.
const MAX_TARGET: usize = 128;

impl FromStr for FaxRule {
    type Err = FaxRuleError;

    fn from_str(text: &str) -> Result<Self, FaxRuleError> {
        match text.trim() {
            "ignore" => Ok(Self::Ignore),
            "hangup" => Ok(Self::HangUp),
            text => {
                let target = text.strip_prefix("transfer:").map(str::trim).ok_or(FaxRuleError)?;
                let fits = (1..=MAX_TARGET).contains(&target.len());
                if fits { Ok(Self::Transfer(target.to_owned())) } else { Err(FaxRuleError) }
            }
        }
    }
}

impl fmt::Display for FaxRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ignore => f.write_str("ignore"),
            Self::HangUp => f.write_str("hangup"),
            Self::Transfer(target) => write!(f, "transfer:{target}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_read_back() {
        for text in ["ignore", "hangup", "transfer:+4930901829", "transfer:fax"] {
            assert_eq!(text.parse::<FaxRule>().map(|rule| rule.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("transfer: fax ".parse(), Ok(FaxRule::Transfer("fax".into())));
        for text in ["", "Hangup", "transfer:", "transfer: ", "transfer", &format!("transfer:{}", "9".repeat(129))] {
            assert_eq!(text.parse::<FaxRule>(), Err(FaxRuleError), "{text}");
        }
    }
}
