//! What the business knows of the caller: looked up and changed, never of anybody else.

use call_model::{ToolFailure, ToolRequest, ToolSpec, Verified};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use ivr::Business;
use serde_json::{Map, Value, json};
use store::ContactRecord;

use crate::Tool;
use crate::caller::{self, failed, invalid, needs_pin, refused};
use crate::house::House;

/// Fields that no agent sees or sets: what verifies the caller, and what the house keeps for itself.
const HIDDEN: [&str; 2] = ["pin", "notes"];
/// The longest value, characters.
const MAX_VALUE: usize = 500;
/// The most fields of a contact.
const MAX_FIELDS: usize = 100;

fn hidden(field: &str) -> bool {
    HIDDEN.contains(&field) || field.starts_with('_') || field.starts_with("pin_")
}

/// Whether the caller may have and change this field now.
fn open(house: &House, request: &ToolRequest, field: &str) -> bool {
    opens(house.business(), field, request.verified)
}

fn opens(business: &Business, field: &str, verified: Verified) -> bool {
    match verified {
        Verified::Pin => true,
        Verified::Number => business.privacy.open.iter().any(|open| open == field),
        Verified::No => false,
    }
}

/// Whether a caller who is verified this far may be told this field of his contact. What an agent knows it may be talked
/// into telling: it is given no other.
pub fn may_be_told(business: &Business, field: &str, verified: Verified) -> bool {
    !hidden(field) && opens(business, field, verified)
}

async fn known(house: &House, request: &ToolRequest) -> Result<ContactRecord, ToolFailure> {
    let me = caller::contact(house.store(), request).await?;
    me.filter(|_| request.verified > Verified::No)
        .ok_or_else(|| refused("the caller's number is withheld or unknown: nothing is known of him; ask him instead"))
}

/// Looks the caller's own contact up.
pub struct LookUpContact(pub House);

impl Tool for LookUpContact {
    fn spec(&self, _language: &str) -> ToolSpec {
        let parameters = json!({ "type": "object", "additionalProperties": false, "properties": {} });
        let about = "Tells what the business knows of the caller himself. Of nobody else anything is told.";
        ToolSpec { name: "look_up_contact".to_owned(), description: about.to_owned(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let me = known(&self.0, &request).await?;
            let (told, locked): (Map<String, Value>, Map<String, Value>) = me
                .facts()
                .into_iter()
                .filter(|(field, _)| !hidden(field))
                .partition(|(field, _)| open(&self.0, &request, field));
            let mut result = json!({ "fields": told });
            if !locked.is_empty() {
                result["locked"] = locked.keys().cloned().collect();
                result["note"] = "what is locked is told after the caller has typed the PIN".into();
            }
            Ok(result)
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        false
    }
}

/// Changes the caller's own contact.
pub struct UpdateContact(pub House);

impl Tool for UpdateContact {
    fn spec(&self, _language: &str) -> ToolSpec {
        let parameters = json!({ "type": "object", "required": ["field", "value"], "additionalProperties": false,
            "properties": {
                "field": { "type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$",
                    "description": "Which field, such as name, email or address" },
                "value": { "type": "string", "description": "What it is now; empty removes it" },
            } });
        let about = "Writes down something new about the caller himself, after he has said so.";
        ToolSpec { name: "update_contact".to_owned(), description: about.to_owned(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        async move {
            let field = caller::text(&request, "field").unwrap_or_default();
            let value = caller::text(&request, "value").unwrap_or_default();
            if hidden(&field) {
                return Err(refused("this field cannot be changed by telephone"));
            }
            if value.chars().count() > MAX_VALUE || value.chars().any(char::is_control) {
                return Err(invalid(format!("`value` is one line of at most {MAX_VALUE} characters")));
            }
            let me = known(&self.0, &request).await?;
            // What was not known before is his to say; what is locked is not overwritten by whoever has his number.
            let facts = me.facts();
            if facts.contains_key(&field) && !open(&self.0, &request, &field) {
                return Err(needs_pin());
            }
            if !facts.contains_key(&field) && facts.len() >= MAX_FIELDS {
                return Err(refused("no more fields can be kept of this contact"));
            }
            let value = if value.is_empty() { Value::Null } else { Value::String(value) };
            let store = self.0.store();
            let changed = store.set_contact_field(me.id, &field, value, self.0.now_ms()).await;
            changed.map_err(|error| failed(&error))?;
            Ok(json!({ "kept": true }))
        }
        .boxed()
    }

    fn has_effect(&self) -> bool {
        true
    }

    fn repeats_safely(&self) -> bool {
        true
    }

    /// A value that was written over is written again when it is said again.
    fn undoes(&self) -> &[&str] {
        &["update_contact"]
    }
}
