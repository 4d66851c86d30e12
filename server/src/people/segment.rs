//! What is true of a contact: expressions as flows have them, over the fields of the contact.

use call_model::ContactId;
use ivr::Expression;
use serde_json::{Map, Value};
use store::{ContactRecord, Store, StoreError};

/// How many contacts are read at a time.
const AT_ONCE: u32 = 500;

/// What an expression sees: `contact` with its fields, and beside them what every contact has.
pub(crate) fn scope(contact: &ContactRecord) -> Value {
    let mut seen: Map<String, Value> = contact.fields.clone();
    let numbers: Vec<_> = contact.numbers.iter().map(|other| other.number.as_str()).collect();
    let own = [
        ("id", contact.id.to_string().into()),
        ("number", contact.number.clone().into()),
        ("numbers", numbers.into()),
        ("name", contact.name.clone().into()),
        ("language", contact.language.clone().into()),
        ("time_zone", contact.time_zone.clone().into()),
        ("country", contact.country.clone().into()),
        ("region", contact.region.clone().into()),
        ("tags", contact.tags.clone().into()),
        ("notes", contact.notes.clone().into()),
        ("created_ms", contact.created_ms.into()),
    ];
    seen.extend(own.map(|(name, value): (&str, Value)| (name.to_owned(), value)));
    Value::Object(Map::from_iter([("contact".to_owned(), Value::Object(seen))]))
}

/// Up to `wanted` contacts after one of which the expression is true, of at most `looked_at` that are looked at; and
/// after which one to go on, where there are more.
pub(crate) async fn members(
    store: &Store,
    expression: &Expression,
    mut after: Option<ContactId>,
    wanted: usize,
    looked_at: usize,
) -> Result<(Vec<ContactRecord>, Option<ContactId>), StoreError> {
    let (mut found, mut seen) = (Vec::new(), 0);
    loop {
        let some = store.scan_contacts(after, AT_ONCE).await?;
        let last = some.len() < AT_ONCE as usize;
        for contact in some {
            let id = contact.id;
            // Of whom it cannot be said, it is not true.
            if expression.holds(&scope(&contact)).unwrap_or(false) {
                found.push(contact);
            }
            after = Some(id);
            seen += 1;
            if found.len() >= wanted || seen >= looked_at {
                return Ok((found, after));
            }
        }
        if last {
            return Ok((found, None));
        }
    }
}

#[cfg(test)]
mod tests {
    use store::{Address, ContactChange, StoreConfig};

    use super::*;

    #[tokio::test]
    async fn a_segment_goes_through_all_contacts_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        for n in 0..1_003_i64 {
            let address = Address::Number(format!("+4930{n:06}"));
            let contact = store.find_or_make_contact(address, n).await.unwrap().unwrap();
            if n % 250 == 0 {
                let change = ContactChange {
                    tags: Some(vec!["vip".into()]),
                    fields: Map::from_iter([("orders".to_owned(), n.into())]),
                    ..ContactChange::default()
                };
                store.change_contact(contact.id, change, n).await.unwrap();
            }
        }
        let vip = Expression::parse("'vip' in contact.tags and contact.orders > 100").unwrap();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let (found, next) = members(&store, &vip, after, 3, 100_000).await.unwrap();
            seen.extend(found.iter().map(|contact| contact.fields["orders"].clone()));
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [250, 500, 750, 1_000]);
        let (none, next) = members(&store, &vip, None, 9, 10).await.unwrap();
        assert!(none.is_empty() && next.is_some(), "what is looked at is bounded");
    }
}
