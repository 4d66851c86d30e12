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
            named.extend(also(store, contact).into_iter().map(|number| (number, contact.id)));
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
fn also(store: &Store, contact: &ContactRecord) -> Vec<String> {
    let mut numbers = Vec::new();
    let user = contact.address.strip_prefix("sip:").and_then(|rest| rest.split('@').next());
    let texts = contact.fields.values().filter_map(Value::as_str).chain(user);
    for text in texts.filter(|text| text.len() <= 32) {
        if let Address::Number(number) = store.address(text) {
            numbers.push(number);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use store::{ContactChange, StoreConfig};

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
}
