//! What a call is for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a call is for: its rules hang on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// An appointment that the person has.
    Reminder,
    /// Something on its way to the person.
    Delivery,
    /// A bill that is due.
    Payment,
    /// An opinion asked for.
    Survey,
    /// Anything that furthers sales: it needs consent.
    Marketing,
    /// A one-time code that the person asked for just now.
    Code,
    /// A danger that the person must hear of.
    Emergency,
    /// The person asked to be called back.
    Callback,
    /// Anything else in a matter that the person has with the business.
    #[default]
    Service,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Reminder,
        Self::Delivery,
        Self::Payment,
        Self::Survey,
        Self::Marketing,
        Self::Code,
        Self::Emergency,
        Self::Callback,
        Self::Service,
    ];

    /// `reminder`, `delivery`, `payment`, `survey`, `marketing`, `code`, `emergency`, `callback` or `service`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::Delivery => "delivery",
            Self::Payment => "payment",
            Self::Survey => "survey",
            Self::Marketing => "marketing",
            Self::Code => "code",
            Self::Emergency => "emergency",
            Self::Callback => "callback",
            Self::Service => "service",
        }
    }

    /// Whether the person asked for the call, or must have it whatever the hour.
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::Code | Self::Emergency)
    }

    /// Whether an earlier attempt for that purpose counts against the caps of this one. Codes and alarms count among
    /// themselves only: they take no place from the rest, and the rest takes none from them.
    pub fn counts(self, earlier: Option<Self>) -> bool {
        match earlier {
            Some(earlier) if self.is_urgent() || earlier.is_urgent() => self == earlier,
            _ => !self.is_urgent(),
        }
    }

    /// Whether the law takes it for advertising: a survey is held to be.
    pub const fn is_advertising(self) -> bool {
        matches!(self, Self::Marketing | Self::Survey)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, UnknownPurpose> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or(UnknownPurpose)
    }
}

/// There is no such purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no such purpose: it is reminder, delivery, payment, survey, marketing, code, emergency, callback or service"
)]
pub struct UnknownPurpose;
