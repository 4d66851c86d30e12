//! Consents that are given in a call: what its app remembers under `consent` answers the one that the call was placed
//! to ask for; under `consent_marketing` it is a new one, for that purpose.

use call_model::{CallId, ConsentId};
use serde_json::{Map, Value};

use super::consent::{Add, Answer};
use super::row::Reader;
use crate::StoreError;
use crate::record::{ConsentAnswer, ConsentState, NewConsent};
use crate::writer::{Tx, Write as _};

/// The variable of a call that names the consent which it asks for, and the key of the answer.
const KEY: &str = "consent";
/// What stands before the purpose in the key of a new one.
const PREFIX: &str = "consent_";

/// Yes or no, as flows write it; what is neither is not about a consent.
fn answer(value: &Value) -> Option<(bool, Option<String>)> {
    match value {
        Value::Bool(given) => Some((*given, None)),
        Value::String(text) => {
            let (word, said) = text.split_once(':').unwrap_or((text, ""));
            let said = Some(said.trim().to_owned()).filter(|said| !said.is_empty());
            match word.trim() {
                "given" | "yes" => Some((true, said)),
                "refused" | "no" => Some((false, said)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Writes down what a call remembers, where it is a consent, with the call as its evidence.
pub(super) async fn take(tx: &mut Tx, call: CallId, key: &str, value: &Value, now_ms: i64) -> Result<(), StoreError> {
    if key != KEY && !key.starts_with(PREFIX) {
        return Ok(());
    }
    let Some((given, said)) = answer(value) else { return Ok(()) };
    let query = sqlx::query(
        "SELECT direction, from_address, to_address, flow, flow_version, agent, answered_ms, variables FROM calls \
         WHERE id = ?1",
    );
    let Some(row) = query.bind(call.to_string()).fetch_optional(&mut tx.conn).await? else { return Ok(()) };
    let row = Reader { row: &row, table: "calls" };
    let moment_ms = row.maybe_int("answered_ms")?.map(|answered| (now_ms - answered).max(0));
    let method = if said.as_deref().is_some_and(|said| said.chars().count() > 1) { "spoken" } else { "key" }.to_owned();
    if key == KEY {
        let variables: Map<String, Value> = row.json("variables")?;
        let id = variables.get(KEY).and_then(Value::as_str).and_then(|id| id.parse::<ConsentId>().ok());
        let Some(id) = id else { return Ok(()) };
        let answer = ConsentAnswer { given, method, wording: None, call: Some(call), moment_ms, said };
        return match (Answer { id, reply: answer, now_ms }).apply(tx).await {
            // Answered before, or erased meanwhile: the first answer stands.
            Ok(_) | Err(StoreError::Conflict(_) | StoreError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        };
    }
    let party = if row.text("direction")? == "inbound" { "from_address" } else { "to_address" };
    let Some(number) = row.maybe_text(party)? else { return Ok(()) };
    let app = match (row.maybe_text("flow")?, row.maybe_unsigned::<u32>("flow_version")?, row.maybe_text("agent")?) {
        (Some(flow), version, _) => format!("flow {flow}, version {}", version.unwrap_or_default()),
        (None, _, Some(agent)) => format!("agent {agent}"),
        _ => String::new(),
    };
    let new = NewConsent {
        number,
        channel: "call".to_owned(),
        purpose: key[PREFIX.len()..].to_owned(),
        state: if given { ConsentState::Given } else { ConsentState::Refused },
        method,
        wording: String::new(),
        source: app,
        call: Some(call),
        moment_ms,
        said,
        decided_ms: Some(now_ms),
        expires_ms: None,
    };
    Add { new, now_ms }.apply(tx).await.map(drop)
}
