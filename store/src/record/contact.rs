//! Contacts: people whom the business knows.

use call_model::ContactId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CallRecord, ConsentRecord, NoteRecord, VoicemailRecord, masked_debug};

/// A further number of a contact.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherNumber {
    /// In E.164, or an address.
    pub number: String,
    /// What it is: `mobile`, `work`; empty where nobody said.
    #[serde(default)]
    pub label: String,
}
masked_debug!(OtherNumber { label });

/// A person whom the business knows.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ContactRecord {
    /// Its id.
    pub id: ContactId,
    /// Phone number in E.164, where it is known.
    pub number: Option<String>,
    /// What it is found by: the number, or the address of a caller who has none.
    pub address: String,
    /// Name.
    pub name: Option<String>,
    /// BCP 47 language.
    pub language: Option<String>,
    /// IANA name of the time zone, where it was said.
    pub time_zone: Option<String>,
    /// ISO 3166-1 country, where it was said.
    pub country: Option<String>,
    /// Part of the country: what follows the hyphen in ISO 3166-2.
    pub region: Option<String>,
    /// Tags, in alphabetical order.
    pub tags: Vec<String>,
    /// Its other numbers, the one to try first first.
    pub numbers: Vec<OtherNumber>,
    /// Further fields.
    pub fields: Map<String, Value>,
    /// Notes of the members.
    pub notes: String,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}
masked_debug!(ContactRecord { id, language, created_ms, updated_ms });

impl ContactRecord {
    /// What an app sees of it: the fields, with `name` and `language` among them where they are known.
    pub fn facts(&self) -> Map<String, Value> {
        let mut facts = self.fields.clone();
        for (key, value) in [("name", &self.name), ("language", &self.language)] {
            if let Some(text) = value {
                facts.insert(key.to_owned(), Value::String(text.clone()));
            }
        }
        facts
    }
}

/// What to change of a contact: `None` leaves as it is, `Some(None)` empties.
#[derive(Clone, Default)]
pub struct ContactChange {
    /// Name.
    pub name: Option<Option<String>>,
    /// BCP 47 language.
    pub language: Option<Option<String>>,
    /// IANA name of the time zone.
    pub time_zone: Option<Option<String>>,
    /// ISO 3166-1 country.
    pub country: Option<Option<String>>,
    /// Part of the country.
    pub region: Option<Option<String>>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// All other numbers.
    pub numbers: Option<Vec<OtherNumber>>,
    /// Notes.
    pub notes: Option<String>,
    /// Fields to set; those with the value null are removed, the others stay.
    pub fields: Map<String, Value>,
}
masked_debug!(ContactChange {});

/// Which contacts to list; `None` for any.
#[derive(Clone, Default)]
pub struct ContactFilter {
    /// With exactly this number or address.
    pub address: Option<String>,
    /// Whose name, number or address holds this text, letters' case aside.
    pub search: Option<String>,
    /// With this tag.
    pub tag: Option<String>,
}

/// One thing that happened with a contact.
#[derive(Debug, Clone, PartialEq)]
pub enum TimelineEntry {
    /// A call.
    Call(Box<CallRecord>),
    /// A message that it left.
    Voicemail(VoicemailRecord),
    /// What it agreed to, or did not.
    Consent(ConsentRecord),
    /// What somebody wrote about it.
    Note(NoteRecord),
}

impl TimelineEntry {
    /// The id of what happened.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Call(call) => call.id.to_string(),
            Self::Voicemail(voicemail) => voicemail.id.to_string(),
            Self::Consent(consent) => consent.id.to_string(),
            Self::Note(note) => note.id.to_string(),
        }
    }
}
