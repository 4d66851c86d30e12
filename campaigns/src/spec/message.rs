//! What a machine gets, by language.

use std::collections::BTreeSet;

use super::{OnMachine, Spec};
use crate::audience::Row;
use crate::variables::{Variables, fill_text, needed_fields};

impl Spec {
    /// The template of what a machine gets that answers for a contact of this language (a BCP 47 tag); `None`: nothing.
    pub fn message_template(&self, language: Option<&str>) -> Option<&str> {
        let OnMachine::Message(texts) = &self.machines.on_machine else { return None };
        let language = language.unwrap_or_default();
        let short = language.split('-').next().unwrap_or_default();
        let text = texts.get(language).or_else(|| texts.get(short)).or_else(|| texts.get(""))?;
        Some(text)
    }

    /// Whether everything that is said to this contact, in each variant, can be filled in.
    ///
    /// # Errors
    /// What cannot, as a sentence without what the contact has.
    pub fn fills(&self, row: &Row) -> Result<(), String> {
        let ways = self.variants.iter().map(|variant| &variant.variables);
        for own in std::iter::once(&Variables::default()).chain(ways) {
            self.variables.fill(own, row).map_err(|error| error.to_string())?;
        }
        if let Some(template) = self.message_template(row.language.as_deref()) {
            fill_text(template, row).map_err(|error| format!("what a machine is told: {}", error.message))?;
        }
        Ok(())
    }

    /// The fields that every contact must have, each with what names it: those that templates have no `default` for.
    pub fn needed_fields(&self) -> Vec<(String, &'static str)> {
        let (usual, ways) = (Variables::default(), self.variants.iter().map(|variant| &variant.variables));
        let ways = std::iter::once(&usual).chain(ways);
        let by_variables: BTreeSet<String> = ways.flat_map(|own| self.variables.needed_fields(own)).collect();
        let by_message: BTreeSet<String> = match &self.machines.on_machine {
            OnMachine::Message(texts) => texts.values().flat_map(|text| needed_fields(text)).collect(),
            OnMachine::HangUp => BTreeSet::new(),
        };
        let by_message = by_message.into_iter().filter(|name| !by_variables.contains(name));
        let by_message: Vec<_> = by_message.map(|name| (name, "what a machine is told")).collect();
        by_variables.into_iter().map(|name| (name, "a variable")).chain(by_message).collect()
    }
}
