//! Typed ids: a prefix that names the kind, then 26 characters of Crockford base 32 that sort by time of creation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LEN: usize = 26;

/// The 128 bits under every typed id: 48 bits of Unix time in milliseconds, then 80 random bits (as in a ULID).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u128);

impl Id {
    /// Builds an id from the time of creation (ms since the Unix epoch, 48 bits kept) and the caller's random bits
    /// (80 bits kept): this crate has no clock and no chance of its own.
    pub const fn from_parts(unix_ms: u64, random: u128) -> Self {
        Self(((unix_ms as u128) << 80) | (random & ((1 << 80) - 1)))
    }

    /// The time of creation, ms since the Unix epoch.
    pub const fn unix_ms(self) -> u64 {
        (self.0 >> 80) as u64
    }

    fn parse(text: &str) -> Option<Self> {
        if text.len() != TEXT_LEN {
            return None;
        }
        text.bytes()
            .try_fold(0u128, |value, byte| {
                let digit = ALPHABET.iter().position(|&c| c == byte)?;
                // 26 digits hold 130 bits: the first may not exceed 7.
                value.checked_mul(32)?.checked_add(digit as u128)
            })
            .map(Self)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..TEXT_LEN).rev().try_for_each(|place| {
            let digit = (self.0 >> (place * 5)) & 31;
            write!(f, "{}", ALPHABET[digit as usize] as char)
        })
    }
}

/// The text is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {kind} id: it should read {kind}_ and {TEXT_LEN} letters and digits")]
pub struct IdError {
    text: String,
    kind: &'static str,
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Id);

        impl $name {
            /// The prefix of this kind of id, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// See [`Id::from_parts`].
            pub const fn from_parts(unix_ms: u64, random: u128) -> Self {
                Self(Id::from_parts(unix_ms, random))
            }

            /// The time of creation, ms since the Unix epoch.
            pub const fn unix_ms(self) -> u64 {
                self.0.unix_ms()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(Id::parse)
                    .map(Self)
                    .ok_or_else(|| IdError { text: text.chars().take(64).collect(), kind: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

typed_ids! {
    /// One call: one or two bridged legs and their app.
    CallId = "call",
    /// One SIP dialog with its media.
    LegId = "leg",
    /// A person whom the business knows, by number.
    ContactId = "contact",
    /// A stereo recording of a call.
    RecordingId = "rec",
    /// A message that a caller left.
    VoicemailId = "vm",
    /// One version of a scripted dialog.
    FlowId = "flow",
    /// An event that webhooks carry.
    EventId = "evt",
    /// An account at a carrier.
    TrunkId = "trunk",
    /// One of our numbers, with its route.
    NumberId = "num",
    /// A person of the business.
    MemberId = "member",
    /// A place that events are sent to.
    WebhookId = "hook",
    /// A time that somebody has booked.
    AppointmentId = "appt",
    /// A matter of a contact that the business works on.
    TicketId = "ticket",
    /// Calls to many, by rules.
    CampaignId = "camp",
    /// Something that a person of the business has to do: read a message, call back.
    FollowUpId = "follow",
    /// What somebody agreed to.
    ConsentId = "consent",
    /// What a member wrote about a contact.
    NoteId = "note",
    /// Two contacts that were made one.
    MergeId = "merge",
    /// That a person was erased.
    ErasureId = "erasure",
    /// Somebody who may sign in.
    UserId = "user",
    /// A time that somebody is signed in.
    SessionId = "session",
    /// An entry of the audit log.
    AuditId = "audit",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_as_written_and_sort_by_time() {
        let early = CallId::from_parts(1_700_000_000_000, u128::MAX);
        let late = CallId::from_parts(1_700_000_000_001, 0);
        assert_eq!(early.to_string().parse::<CallId>(), Ok(early));
        assert!(early.to_string() < late.to_string());
        assert_eq!(late.unix_ms(), 1_700_000_000_001);
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let call = CallId::from_parts(1, 2).to_string();
        assert!(call.parse::<LegId>().is_err());
        assert!("call_zzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<CallId>().is_err());
    }
}
