//! What was made of a call after its end.

use call_model::CallId;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{masked_debug, word_enum};

word_enum! {
    /// How a caller felt, in one word.
    Mood {
        /// Above a quarter.
        Positive = "positive",
        /// In between.
        Neutral = "neutral",
        /// Below minus a quarter.
        Negative = "negative",
    }
}

impl Mood {
    /// Of a value from -1 to 1.
    pub fn of(sentiment: f64) -> Self {
        match sentiment {
            value if value > 0.25 => Self::Positive,
            value if value < -0.25 => Self::Negative,
            _ => Self::Neutral,
        }
    }
}

/// What was made of a call, to be filed.
#[derive(Clone)]
pub struct NewInsights {
    /// The call.
    pub call: CallId,
    /// What came of it, as one word: `appointment_booked`.
    pub outcome: String,
    /// How the caller felt, -1 to 1; `None` where he said nothing of it.
    pub sentiment: Option<f64>,
    /// How promising a lead it is, 0 to 100, where that is asked.
    pub score: Option<u8>,
    /// What it was about, in a few sentences.
    pub summary: String,
    /// What it was about, in words.
    pub topics: Vec<String>,
    /// The rest: a map.
    pub data: Map<String, Value>,
    /// `rules`, or the brain that made it.
    pub made_by: String,
    /// Tokens that it cost.
    pub tokens: u64,
    /// Values for the contact: set where there is none yet, or where an earlier call left one.
    pub contact: Map<String, Value>,
}
masked_debug!(NewInsights { call, made_by, tokens });

/// What was made of a call.
#[derive(Clone, PartialEq, Serialize)]
pub struct InsightsRecord {
    /// The call.
    pub call: CallId,
    /// What came of it, as one word.
    pub outcome: String,
    /// How the caller felt, -1 to 1; `None` where he said nothing of it.
    pub sentiment: Option<f64>,
    /// How promising a lead it is, 0 to 100, where that is asked.
    pub score: Option<u8>,
    /// What it was about, in a few sentences.
    pub summary: String,
    /// What it was about, in words.
    pub topics: Vec<String>,
    /// The rest.
    pub data: Map<String, Value>,
    /// `rules`, or the brain that made it.
    pub made_by: String,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
}
masked_debug!(InsightsRecord { call, made_by, created_ms });
