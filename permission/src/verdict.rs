//! What the gate answers.

use jiff::Timestamp;

/// Whether a number may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may be called now.
    Now,
    /// Not now.
    Later {
        /// The first moment at which it may be called, if nothing changes until then.
        at: Timestamp,
        /// What holds it back now.
        reason: Reason,
    },
    /// Not at all, as things are.
    Never {
        /// Why.
        reason: Reason,
    },
}

impl Verdict {
    /// Whether it may be called now.
    pub const fn is_now(self) -> bool {
        matches!(self, Self::Now)
    }

    /// Why not now.
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Now => None,
            Self::Later { reason, .. } | Self::Never { reason } => Some(reason),
        }
    }

    /// When it may be called, where that is later.
    pub const fn retry_at(self) -> Option<Timestamp> {
        match self {
            Self::Later { at, .. } => Some(at),
            _ => None,
        }
    }
}

/// Why a number may not be called now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Reason {
    /// The person said no.
    #[error("the person does not want to be called")]
    Suppressed,
    /// The number is on a do-not-call list.
    #[error("the number is on a do-not-call list, and no consent for this purpose is in the books")]
    DoNotCall,
    /// Consent was taken back.
    #[error("the person has withdrawn their consent to such calls")]
    ConsentWithdrawn,
    /// Consent is needed and not in the books.
    #[error("calls for this purpose need consent, and none is in the books: write it down with the contact first")]
    NoConsent,
    /// The campaign has tried often enough.
    #[error("the campaign has tried this contact as often as it may (`attempts_per_campaign`)")]
    CampaignCap,
    /// Nobody knows what time it is there.
    #[error("nobody knows what time it is where this number is: give the contact's `time_zone` or `country`")]
    UnknownZone,
    /// The rules leave no time at all.
    #[error("the windows set for this purpose leave no time at which the number may be called (`window`)")]
    NoWindow,
    /// It is too early, too late or a day without a window.
    #[error("it is outside of the hours at which calls for this purpose are permitted where the person is (`window`)")]
    Window,
    /// A holiday.
    #[error("it is a public holiday where the person is: {0} (`holidays`)")]
    Holiday(&'static str),
    /// The business keeps the day free.
    #[error("the business keeps this day free of calls (`closed_days`)")]
    ClosedDay,
    /// Tried often enough today.
    #[error("the number was tried as often as it may be in one day (`attempts_per_day`)")]
    DayCap,
    /// Tried often enough in seven days.
    #[error("the number was tried as often as it may be in seven days (`attempts_per_week`)")]
    WeekCap,
    /// Tried often enough in thirty days.
    #[error("the number was tried as often as it may be in thirty days (`attempts_per_30_days`)")]
    MonthCap,
    /// A call to the number was dropped.
    #[error("a call to this number was answered and dropped: it rests for some days (`pause_after_dropped_days`)")]
    PauseAfterDropped,
}

impl Reason {
    /// A word for programs: it stays as it is.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Suppressed => "suppressed",
            Self::DoNotCall => "do_not_call",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::NoConsent => "no_consent",
            Self::CampaignCap => "campaign_cap",
            Self::UnknownZone => "unknown_zone",
            Self::NoWindow => "no_window",
            Self::Window => "window",
            Self::Holiday(_) => "holiday",
            Self::ClosedDay => "closed_day",
            Self::DayCap => "day_cap",
            Self::WeekCap => "week_cap",
            Self::MonthCap => "month_cap",
            Self::PauseAfterDropped => "pause_after_dropped",
        }
    }
}
