//! Contacts that are one person: one has as a field, or in its SIP address, what is the number of another.

use std::collections::HashMap;

use call_model::ContactId;
use serde_json::Value;
use store::{Address, ContactRecord, Store, StoreError};

/// How many contacts are read at a time.
const AT_ONCE: u32 = 500;
/// How many pairs are told.
const MAX_PAIRS: usize = 1_000;

/// Two contacts with one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The one whose number it is.
    pub kept: ContactId,
    /// The other one.
    pub other: ContactId,
}

/// All such pairs, the first thousand.
pub(crate) async fn by_number(store: &Store) -> Result<Vec<Pair>, StoreError> {
    let (mut owners, mut named) = (HashMap::new(), Vec::new());
    let mut after = None;
    loop {
        let some = store.scan_contacts(after, AT_ONCE).await?;
        let Some(last) = some.last() else { break };
        after = Some(last.id);
        for contact in &some {
            let numbers = contact.numbers.iter().map(|other| &other.number).chain([&contact.address]);
            owners.extend(numbers.map(|number| (number.clone(), contact.id)));
            named.extend(also(store, contact).await?.into_iter().map(|number| (number, contact.id)));
        }
    }
    let mut pairs: Vec<_> = named
        .into_iter()
        .filter_map(|(number, other)| {
            let kept = *owners.get(&number)?;
            (kept != other).then_some(Pair { kept, other })
        })
        .collect();
    pairs.dedup();
    pairs.truncate(MAX_PAIRS);
    Ok(pairs)
}

/// Numbers that a contact names without having them as its own.
async fn also(store: &Store, contact: &ContactRecord) -> Result<Vec<String>, StoreError> {
    let mut numbers = Vec::new();
    let is_number = |text: &str| text.len() <= 32 && matches!(store.address(text), Address::Number(_));
    // Callers may say the number of somebody else.
    let named = contact.fields.values().filter_map(Value::as_str).any(is_number);
    let learned = if named { store.learned_fields(contact.id).await? } else { Vec::new() };
    let user = contact.address.strip_prefix("sip:").and_then(|rest| rest.split('@').next());
    let typed = contact.fields.iter().filter(|(field, _)| !learned.contains(field));
    let texts = typed.filter_map(|(_, value)| value.as_str()).chain(user);
    for text in texts.filter(|text| text.len() <= 32) {
        if let Address::Number(number) = store.address(text) {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use call_model::Direction;
    use serde_json::Map;
    use store::{ContactChange, NewCall, NewInsights, StoreConfig, fresh_id};

    use super::*;

    #[tokio::test]
    async fn a_number_in_a_field_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        let make =
            async |address: &str| store.find_or_make_contact(store.address(address), 1).await.unwrap().unwrap().id;
        let (one, two) = (make("+12025550123").await, make("sip:anna@example.org").await);
        make("+12025550124").await;
        assert!(by_number(&store).await.unwrap().is_empty());
        let fields = serde_json::json!({"callback": "+1 (202) 555-0123", "age": "42"}).as_object().unwrap().clone();
        store.change_contact(two, ContactChange { fields, ..ContactChange::default() }, 2).await.unwrap();
        assert_eq!(by_number(&store).await.unwrap(), [Pair { kept: one, other: two }]);
    }

    #[tokio::test]
    async fn what_a_caller_said_makes_no_pair() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        store.find_or_make_contact(store.address("+12025550123"), 1).await.unwrap().unwrap();
        let call = NewCall {
            id: fresh_id(1),
            direction: Direction::Inbound,
            from: store.address("+12025550124"),
            to: store.address("reception"),
            number: "reception".into(),
            trunk: None,
            member: None,
            flow: None,
            flow_version: None,
            agent: None,
            agent_version: None,
            language: "en".into(),
            variables: Map::new(),
            webhook: None,
            origin: call_model::CallOrigin::default(),
            started_ms: 1,
        };
        let id = call.id;
        store.begin_call(call).await.unwrap();
        let learned = NewInsights {
            call: id,
            outcome: "answered".into(),
            sentiment: None,
            score: None,
            summary: String::new(),
            topics: Vec::new(),
            data: Map::new(),
            made_by: "rules".into(),
            tokens: 0,
            contact: Map::from_iter([("callback".to_owned(), "+12025550123".into())]),
        };
        store.file_insights(learned, 2).await.unwrap();
        let caller = store.contact_by_address(&store.address("+12025550124")).await.unwrap().unwrap();
        assert_eq!(caller.fields["callback"], "+12025550123");
        assert!(by_number(&store).await.unwrap().is_empty());
    }
}
