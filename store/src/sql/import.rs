//! Many contacts at once.

use super::contact;
use crate::record::{ContactChange, ContactRecord, Imported, ImportedContact, OtherNumber, UpdateRule};
use crate::writer::{Tx, Write};
use crate::{Address, Store, StoreError};

impl Store {
    /// Makes contacts, and changes by the rule those that are known by one of their numbers. Some hundreds at a time:
    /// other writes wait for it.
    pub async fn import_contacts(
        &self,
        contacts: Vec<ImportedContact>,
        rule: UpdateRule,
        now_ms: i64,
    ) -> Result<Imported, StoreError> {
        self.write(Import { contacts, rule, now_ms }).await
    }
}

struct Import {
    contacts: Vec<ImportedContact>,
    rule: UpdateRule,
    now_ms: i64,
}

impl Write for Import {
    type Output = Imported;

    async fn apply(&self, tx: &mut Tx) -> Result<Imported, StoreError> {
        let mut result = Imported::default();
        for imported in &self.contacts {
            self.one(tx, imported, &mut result).await?;
        }
        Ok(result)
    }
}

impl Import {
    async fn one(&self, tx: &mut Tx, imported: &ImportedContact, result: &mut Imported) -> Result<(), StoreError> {
        let address = Address::Number(imported.number.clone());
        let Some((before, made)) = contact::find_or_make(&mut tx.hand().await?, &address, self.now_ms)? else {
            return Ok(());
        };
        if !made && self.rule == UpdateRule::Skip {
            result.unchanged += 1;
            return Ok(());
        }
        let mut change = imported.known.clone();
        let fill = !made && self.rule == UpdateRule::Fill;
        if fill {
            only_what_is_empty(&mut change, &before);
        }
        result.taken += self.add_numbers(tx, &before, &mut change).await?;
        if let Some(tags) = &mut change.tags {
            tags.extend(before.tags.iter().cloned());
        }
        let mut after = before.clone();
        contact::apply(&mut after, &change);
        if after == before {
            result.unchanged += u64::from(!made);
        } else {
            after.updated_ms = self.now_ms;
            contact::put(tx, &after).await?;
            result.updated += u64::from(!made);
        }
        result.made += u64::from(made);
        Ok(())
    }

    /// The row's further numbers come behind those that the contact has; gives how many are another contact's.
    async fn add_numbers(
        &self,
        tx: &mut Tx,
        before: &ContactRecord,
        change: &mut ContactChange,
    ) -> Result<u64, StoreError> {
        let Some(new) = change.numbers.take() else { return Ok(0) };
        let (mut numbers, mut taken) = (before.numbers.clone(), 0);
        for other in new {
            let one = ContactChange { numbers: Some(vec![other.clone()]), ..ContactChange::default() };
            match contact::check_numbers(tx, before, &one).await {
                Ok(()) => numbers.push(other),
                Err(StoreError::Conflict(_)) => taken += 1,
                Err(error) => return Err(error),
            }
        }
        numbers.retain(|other: &OtherNumber| other.number != before.address);
        change.numbers = Some(numbers);
        Ok(taken)
    }
}

fn only_what_is_empty(change: &mut ContactChange, before: &ContactRecord) {
    let texts = [
        (&mut change.name, &before.name),
        (&mut change.language, &before.language),
        (&mut change.time_zone, &before.time_zone),
        (&mut change.country, &before.country),
        (&mut change.region, &before.region),
    ];
    for (new, had) in texts {
        if had.is_some() {
            *new = None;
        }
    }
    if !before.notes.is_empty() {
        change.notes = None;
    }
    change.fields.retain(|field, _| before.fields.get(field).is_none_or(serde_json::Value::is_null));
}
