//! What a machine gets, by language.

use super::{OnMachine, Spec};

impl Spec {
    /// The template of what a machine gets that answers for a contact of this language (a BCP 47 tag); `None`: nothing.
    pub fn message_template(&self, language: Option<&str>) -> Option<&str> {
        let OnMachine::Message(texts) = &self.machines.on_machine else { return None };
        let language = language.unwrap_or_default();
        let short = language.split('-').next().unwrap_or_default();
        let text = texts.get(language).or_else(|| texts.get(short)).or_else(|| texts.get(""))?;
        Some(text)
    }
}
