//! What the agent can do for us, as its tools say.

use call_model::ToolSpec;
use serde_json::{Map, Value};

use super::super::Lang;
use super::super::words::{find, key};
use super::Turn;

/// Passes a message on.
pub const TAKE: &str = "take_message";
/// Puts the caller through.
pub const TRANSFER: &str = "transfer";
/// Finds free times.
pub const FIND: &str = "find_slots";
/// Books one.
pub const BOOK: &str = "book_appointment";
/// Gives an appointment another time.
pub const MOVE: &str = "reschedule_appointment";
/// Cancels an appointment.
pub const CANCEL: &str = "cancel_appointment";
/// Lists the caller's appointments.
pub const MINE: &str = "my_appointments";
/// Ends the call.
pub const HANG_UP: &str = "hang_up";
/// Speaks another language from now on.
pub const LANGUAGE: &str = "set_language";

impl Turn<'_> {
    pub(super) fn tool(&self, name: &str) -> Option<&ToolSpec> {
        self.request.tools.iter().find(|tool| tool.name == name)
    }

    pub(super) fn can(&self, name: &str) -> bool {
        self.tool(name).is_some()
    }

    /// Calls a tool. Each argument has several names, of which the tool's schema knows one; without a schema the first
    /// counts. What the schema does not know is left out.
    pub(super) fn call(&mut self, name: &'static str, arguments: Vec<(&[&str], String)>) {
        let Some(tool) = self.tool(name) else { return };
        let known = tool.parameters.get("properties").and_then(Value::as_object);
        let mut object = Map::new();
        for (names, value) in arguments {
            let name = match known {
                Some(known) => names.iter().find(|name| known.contains_key(**name)),
                None => names.first(),
            };
            if let Some(name) = name {
                object.insert((*name).to_owned(), Value::String(value));
            }
        }
        self.calls.push((name.to_owned(), Value::Object(object)));
    }

    /// Whom to put the caller through to: one whose name was said, else the first.
    pub(super) fn whom(&self) -> Option<(String, String)> {
        let properties = self.tool(TRANSFER)?.parameters.get("properties")?.as_object()?;
        let (argument, choice) = properties.iter().find(|(_, schema)| schema.get("enum").is_some())?;
        let choices: Vec<&str> = choice.get("enum")?.as_array()?.iter().filter_map(Value::as_str).collect();
        let named = choices.iter().find(|choice| find(&self.words, &key(choice)).is_some());
        Some((argument.clone(), (*named.or(choices.first())?).to_owned()))
    }

    /// The agent's own tag of a language, if it speaks it.
    pub(super) fn tag_of(&self, language: Lang) -> Option<String> {
        let properties = self.tool(LANGUAGE)?.parameters.get("properties")?.as_object()?;
        let tags = properties.values().find_map(|schema| schema.get("enum"))?.as_array()?;
        tags.iter().filter_map(Value::as_str).find(|tag| Lang::from_tag(tag) == Some(language)).map(str::to_owned)
    }
}
