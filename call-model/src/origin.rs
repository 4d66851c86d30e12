//! Where a call comes from, besides the caller's number: by whom it went, and what a signature says of it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What signalling tells of where a call comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CallOrigin {
    /// By whom the call went before it came to us, who was called first at the head (RFC 5806, RFC 7044).
    pub diversions: Vec<Diverted>,
    /// Whether the caller's number is proved (STIR, RFC 8224).
    pub verification: Verification,
}

impl CallOrigin {
    /// Who was called first, where the call was sent on and that is not withheld.
    pub fn called_first(&self) -> Option<&str> {
        self.diversions.first().and_then(|first| first.by.as_deref())
    }
}

/// Somebody for whom the call was, and who sent it on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diverted {
    /// The number in E.164, or the SIP address; `None` when withheld.
    pub by: Option<String>,
    /// Why: a word of RFC 5806 section 8, such as `no-answer`, `user-busy`, `unconditional`, `unknown`.
    pub reason: String,
}

impl fmt::Debug for Diverted {
    // Who was called is private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diverted").field("reason", &self.reason).finish_non_exhaustive()
    }
}

/// How much the carrier that signed a call vouches for its number (RFC 8588 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attestation {
    /// Full: it knows the customer, and that the number is theirs.
    A,
    /// Partial: it knows the customer.
    B,
    /// It only knows where the call came into its network.
    C,
}

impl Attestation {
    /// `A`, `B` or `C`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
}

/// What came of looking at the signature of a call's number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Verification {
    /// There is none, or nobody is set to look at it.
    #[default]
    None,
    /// It could not be looked at in time.
    Unknown,
    /// It is good.
    Verified {
        /// How much its signer vouches for; `None` where it does not say (a PASSporT that is not `shaken`).
        attestation: Option<Attestation>,
    },
    /// It is not to be believed.
    Failed {
        /// Why, in a few words without numbers.
        reason: String,
    },
}

impl Verification {
    /// `none`, `unknown`, `verified` or `failed`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Unknown => "unknown",
            Self::Verified { .. } => "verified",
            Self::Failed { .. } => "failed",
        }
    }

    /// What its signer vouches for, where it is good and says so.
    pub const fn attestation(&self) -> Option<Attestation> {
        match self {
            Self::Verified { attestation } => *attestation,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_books_read_what_they_wrote_and_what_older_ones_left() {
        let origin = CallOrigin {
            diversions: vec![Diverted { by: None, reason: "user-busy".into() }],
            verification: Verification::Verified { attestation: Some(Attestation::B) },
        };
        let text = serde_json::to_string(&origin).expect("JSON");
        assert_eq!(
            text,
            r#"{"diversions":[{"by":null,"reason":"user-busy"}],"verification":{"result":"verified","attestation":"B"}}"#
        );
        assert_eq!(serde_json::from_str::<CallOrigin>(&text).expect("the same"), origin);
        assert_eq!(serde_json::from_str::<CallOrigin>("{}").expect("nothing"), CallOrigin::default());
    }
}
