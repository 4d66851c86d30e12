//! Our numbers and the trunks that they come by.

use call_model::{AppName, NumberId, TrunkId};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{masked_debug, word_enum};

word_enum! {
    /// Whether calls to a number are recorded.
    RecordingRule {
        /// They are not.
        Off = "off",
        /// They are, and the caller is told so.
        Announced = "announced",
        /// They are, after the caller has agreed by key.
        Consent = "consent",
    }
}

/// What a number is to be.
#[derive(Clone)]
pub struct NewNumber {
    /// E.164, or the user part of a SIP address (`reception`).
    pub number: String,
    /// The flow or the agent that answers.
    pub app: AppName,
    /// BCP 47 language to begin with; `None` for the business's.
    pub language: Option<String>,
    /// Whether calls are recorded; `None` leaves it to the flow.
    pub recording: Option<RecordingRule>,
    /// Name of the trunk that it comes by, and that calls from it go by.
    pub trunk: Option<String>,
    /// What is done where a fax machine is heard: `ignore`, `hangup`, `transfer:<number or member>`; `None` ignores it.
    pub fax: Option<String>,
}
masked_debug!(NewNumber { app, language, recording, trunk });

/// One of our numbers, with its route.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct NumberRecord {
    /// Its id.
    pub id: NumberId,
    /// E.164, or the user part of a SIP address.
    pub number: String,
    /// The flow or the agent that answers.
    #[serde(flatten)]
    pub app: AppName,
    /// BCP 47 language to begin with; `None` for the business's.
    pub language: Option<String>,
    /// Whether calls are recorded; `None` leaves it to the flow.
    pub recording: Option<RecordingRule>,
    /// Name of the trunk.
    pub trunk: Option<String>,
    /// What is done where a fax machine is heard; see [`NewNumber::fax`].
    pub fax: Option<String>,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}
masked_debug!(NumberRecord { id, app, language, recording, trunk });

/// What a trunk is to be.
#[derive(Clone)]
pub struct NewTrunk {
    /// Its name, unique.
    pub name: String,
    /// Everything but the password, in the form that the server reads.
    pub config: Map<String, Value>,
    /// The password: `None` keeps what there is.
    pub secret: Option<String>,
}
masked_debug!(NewTrunk { name });

/// An account at a carrier.
#[derive(Clone, PartialEq, Serialize)]
pub struct TrunkRecord {
    /// Its id.
    pub id: TrunkId,
    /// Its name.
    pub name: String,
    /// Everything but the password.
    pub config: Map<String, Value>,
    /// A password is kept (see [`crate::Store::trunk_secret`]).
    pub has_secret: bool,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}
masked_debug!(TrunkRecord { id, name });
