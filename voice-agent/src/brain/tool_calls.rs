//! Calls of tools, put together from the pieces in which models write them.

use call_model::ToolCall;
use serde_json::{Map, Value};

use super::BrainError;

/// The most calls in one answer.
const MAX_CALLS: usize = 16;
/// The longest arguments of one call, bytes.
const MAX_ARGUMENTS: usize = 64 * 1024;

struct Draft {
    index: Option<usize>,
    id: String,
    name: String,
    arguments: String,
}

/// Calls under way.
#[derive(Default)]
pub struct Assembler {
    drafts: Vec<Draft>,
}

impl Assembler {
    /// Whether no tool is called.
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// A piece of a call. Servers differ: some leave out the index, some give every call the index 0 and only the id
    /// tells them apart, some repeat id and name with each piece.
    pub fn add(
        &mut self,
        index: Option<usize>,
        id: Option<&str>,
        name: Option<&str>,
        arguments: &str,
    ) -> Result<(), BrainError> {
        let id = id.filter(|id| !id.is_empty());
        let name = name.filter(|name| !name.is_empty());
        let found = match (id, index) {
            (Some(id), _) if self.drafts.iter().any(|draft| draft.id == id) => {
                self.drafts.iter().position(|draft| draft.id == id)
            }
            (Some(_), Some(index)) => {
                self.drafts.iter().position(|draft| draft.index == Some(index) && draft.id.is_empty())
            }
            (Some(_), None) => None,
            (None, Some(index)) => self.drafts.iter().rposition(|draft| draft.index == Some(index)),
            (None, None) if name.is_some() => None,
            (None, None) => self.drafts.len().checked_sub(1),
        };
        let at = match found {
            Some(at) => at,
            None if self.drafts.len() == MAX_CALLS => {
                return Err(BrainError::Malformed { what: "too many calls of tools" });
            }
            None => {
                self.drafts.push(Draft { index, id: String::new(), name: String::new(), arguments: String::new() });
                self.drafts.len() - 1
            }
        };
        let draft = &mut self.drafts[at];
        if let Some(id) = id {
            id.clone_into(&mut draft.id);
        }
        if let Some(name) = name.filter(|_| draft.name.is_empty()) {
            draft.name = name.to_owned();
        }
        if draft.arguments.len() + arguments.len() > MAX_ARGUMENTS {
            return Err(BrainError::Malformed { what: "the arguments of a tool are too long" });
        }
        draft.arguments.push_str(arguments);
        Ok(())
    }

    /// The calls, whole.
    pub fn finish(self) -> Result<Vec<ToolCall>, BrainError> {
        self.drafts.into_iter().enumerate().map(|(at, draft)| whole(at, draft)).collect()
    }
}

fn whole(at: usize, draft: Draft) -> Result<ToolCall, BrainError> {
    if draft.name.is_empty() {
        return Err(BrainError::Malformed { what: "a call of a tool without its name" });
    }
    let arguments = match draft.arguments.trim() {
        "" | "null" => Value::Object(Map::new()),
        text => serde_json::from_str(text)
            .ok()
            .filter(Value::is_object)
            .ok_or(BrainError::Malformed { what: "the arguments of a tool are no JSON object" })?,
    };
    let id = if draft.id.is_empty() { format!("call_{}", at + 1) } else { draft.id };
    Ok(ToolCall { id, name: draft.name, arguments })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    type Delta<'a> = (Option<usize>, Option<&'a str>, Option<&'a str>, &'a str);

    fn assemble(deltas: &[Delta<'_>]) -> Result<Vec<(String, String, Value)>, BrainError> {
        let mut assembler = Assembler::default();
        for (index, id, name, arguments) in deltas {
            assembler.add(*index, *id, *name, arguments)?;
        }
        let calls = assembler.finish()?;
        Ok(calls.into_iter().map(|call| (call.id, call.name, call.arguments)).collect())
    }

    #[test]
    fn pieces_of_two_calls_find_each_other() {
        let two = vec![
            ("a".to_owned(), "transfer".to_owned(), json!({"to": "anna"})),
            ("b".to_owned(), "hang_up".to_owned(), json!({})),
        ];
        let by_index: &[Delta<'_>] = &[
            (Some(0), Some("a"), Some("transfer"), ""),
            (Some(0), None, None, "{\"to\":"),
            (Some(1), Some("b"), Some("hang_up"), ""),
            (Some(0), None, None, " \"anna\"}"),
        ];
        let all_zero: &[Delta<'_>] = &[
            (Some(0), Some("a"), Some("transfer"), "{\"to\": \"anna\"}"),
            (Some(0), Some("b"), Some("hang_up"), "{}"),
        ];
        let no_index: &[Delta<'_>] = &[
            (None, Some("a"), Some("transfer"), "{\"to\":"),
            (None, Some("a"), Some("transfer"), "\"anna\"}"),
            (None, Some("b"), Some("hang_up"), "null"),
        ];
        for deltas in [by_index, all_zero, no_index] {
            assert_eq!(assemble(deltas), Ok(two.clone()));
        }
        let nameless_ids: &[Delta<'_>] = &[(None, Some(""), Some("hang_up"), ""), (None, None, Some("hang_up"), "{}")];
        let ids: Vec<String> = assemble(nameless_ids).unwrap().into_iter().map(|(id, ..)| id).collect();
        assert_eq!(ids, ["call_1", "call_2"]);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for broken in ["{\"to\":", "[1]", "\"x\""] {
            assert!(matches!(assemble(&[(None, Some("a"), Some("t"), broken)]), Err(BrainError::Malformed { .. })));
        }
        assert!(matches!(assemble(&[(Some(0), Some("a"), None, "{}")]), Err(BrainError::Malformed { .. })));
        let long = "x".repeat(MAX_ARGUMENTS + 1);
        assert!(matches!(assemble(&[(Some(0), None, Some("t"), &long)]), Err(BrainError::Malformed { .. })));
    }
}
