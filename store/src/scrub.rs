//! What may not be kept of what was said.

use std::sync::Arc;

use call_model::Speaker;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::LineRecord;

/// Where something was said that is not to be heard any more. Times are ms from the answer of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Who said it: the channel of the recording.
    pub speaker: Speaker,
    /// Start.
    pub from_ms: u64,
    /// End.
    pub to_ms: u64,
}

/// Takes out of texts what may not be kept: card numbers, and what the business names.
///
/// With one the store keeps no such text that is whole in itself (values on calls, uses of tools, tickets,
/// follow-ups). Lines are taken down as they come, for a number is spread over several: until they are gone through
/// ([`crate::Store::redact`]) they are read and found only without it, and neither `transcript.ready` nor, where sound
/// is silenced too, `recording.ready` is told.
pub trait Scrub: Send + Sync {
    /// Whether anything is taken out at present: otherwise it is as if there were none.
    fn is_on(&self) -> bool {
        true
    }

    /// The text without it; `None`: there is nothing to take out. `language`: BCP 47, where it is known.
    fn text(&self, text: &str, language: Option<&str>) -> Option<String>;

    /// Takes it out of all lines of a call, and says where it was said.
    fn lines(&self, lines: &mut [LineRecord]) -> Vec<Silence>;

    /// Whether it is silenced in the recording too.
    fn sound(&self) -> bool;
}

/// The one in use, or none.
#[derive(Clone, Default)]
pub struct Scrubber(Option<Arc<dyn Scrub>>);

impl Scrubber {
    /// With this one.
    pub fn new(scrub: Arc<dyn Scrub>) -> Self {
        Self(Some(scrub))
    }

    /// The one in use.
    pub fn get(&self) -> Option<&dyn Scrub> {
        self.0.as_deref().filter(|scrub| scrub.is_on())
    }

    pub(crate) fn sound(&self) -> bool {
        self.get().is_some_and(Scrub::sound)
    }

    /// The text as it may be kept.
    pub fn clean(&self, text: String) -> String {
        let clean = self.get().and_then(|scrub| scrub.text(&text, None));
        clean.unwrap_or(text)
    }

    /// The value as it may be kept: every text in it, and numbers that are written as such.
    pub fn clean_value(&self, value: &mut Value) {
        if self.get().is_none() {
            return;
        }
        match value {
            Value::String(text) => *text = self.clean(std::mem::take(text)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.clean_value(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.clean_value(field)),
            Value::Number(number) => {
                let written = number.to_string();
                if let Some(clean) = self.get().and_then(|scrub| scrub.text(&written, None)) {
                    *value = clean.into();
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
}

impl std::fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Scrubber" } else { "Scrubber (none)" })
    }
}
