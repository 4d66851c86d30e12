//! Writes down that somebody is not to be called any more.

use call_model::{ToolFailure, ToolRequest, ToolSpec};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use store::NewSuppression;

use crate::Tool;
use crate::caller::{failed, refused, text};
use crate::house::House;

/// What calls may be for.
const PURPOSES: [&str; 9] =
    ["reminder", "delivery", "payment", "survey", "marketing", "code", "emergency", "callback", "service"];
/// The most that is kept of what was said, characters.
const MAX_WORDS: usize = 300;

/// Writes down that whoever is on the line is not to be called any more: in the books before anything is said of it.
pub struct OptOut(pub House);

impl Tool for OptOut {
    fn spec(&self, _language: &str) -> ToolSpec {
        let parameters = json!({ "type": "object", "required": ["words"], "additionalProperties": false,
            "properties": {
                "words": { "type": "string", "description": "How they said it, in their own words" },
                "purpose": { "type": "string", "enum": PURPOSES,
                    "description": "Only calls for this; left out, as in most cases: all calls" },
            } });
        let about = "Writes down that the person on the line does not want to be called any more. Use it at once when they \
                     say so, without asking why; then confirm it, say goodbye and end the call.";
        ToolSpec { name: "opt_out".to_owned(), description: about.to_owned(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let Some(number) = request.caller.clone() else {
                return Err(refused(
                    "their number is withheld: nobody can call it, and there is nothing to write down",
                ));
            };
            let new = NewSuppression {
                number,
                purpose: text(&request, "purpose"),
                method: "voice".to_owned(),
                call: Some(request.call),
                said: text(&request, "words").map(|words| words.chars().take(MAX_WORDS).collect()),
                ..NewSuppression::default()
            };
            self.0.store().suppress(new, self.0.now_ms()).await.map_err(|error| failed(&error))?;
            Ok(json!({ "noted": true, "note": "it is in the books: confirm it, say goodbye and end the call" }))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        true
    }

    fn repeats_safely(&self) -> bool {
        true
    }
}
