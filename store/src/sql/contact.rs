//! Contacts.

use std::cmp::Reverse;

use call_model::ContactId;
use serde_json::Value;

use super::list::List;
use super::row::{Reader, Record, json};
use crate::record::{CallFilter, ContactChange, ContactFilter, ContactRecord, TimelineEntry, VoicemailFilter};
use crate::writer::{Tx, Write};
use crate::{Address, Cursor, Page, PageRequest, Store, StoreError, fresh_id};

impl Record for ContactRecord {
    const TABLE: &'static str = "contacts";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            number: row.maybe_text("number")?,
            address: row.text("address")?,
            name: row.maybe_text("name")?,
            language: row.maybe_text("language")?,
            fields: row.json("fields")?,
            notes: row.text("notes")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Store {
    /// The contact with this address, made when there is none; `None` when the address is withheld.
    pub async fn find_or_make_contact(
        &self,
        address: Address,
        now_ms: i64,
    ) -> Result<Option<ContactRecord>, StoreError> {
        self.write(FindOrMake { address, now_ms }).await
    }

    /// One contact.
    pub async fn contact(&self, id: ContactId) -> Result<Option<ContactRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM contacts WHERE id = ?1").bind(id.to_string());
        self.one(query).await
    }

    /// The contact with this address, if there is one.
    pub async fn contact_by_address(&self, address: &Address) -> Result<Option<ContactRecord>, StoreError> {
        let Some(address) = address.as_str() else { return Ok(None) };
        let query = sqlx::query("SELECT * FROM contacts WHERE address = ?1").bind(address);
        self.one(query).await
    }

    /// Contacts, newest first.
    pub async fn contacts(
        &self,
        filter: &ContactFilter,
        page: &PageRequest,
    ) -> Result<Page<ContactRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM contacts WHERE 1");
        list.only("address =", filter.address.as_deref());
        if let Some(search) = &filter.search {
            // `instr` knows no wildcards, so nothing in the text has to be escaped.
            let name = list.sql(" AND (instr(lower(name), lower(").push_bind(search.as_str());
            name.push(")) > 0 OR instr(address, ").push_bind(search.as_str()).push(") > 0)");
        }
        list.page(self, page, "id", |contact: &ContactRecord| contact.id).await
    }

    /// The calls and voicemails of a contact, newest first.
    pub async fn timeline(&self, id: ContactId, page: &PageRequest) -> Result<Page<TimelineEntry>, StoreError> {
        let calls = self.calls(&CallFilter { contact: Some(id), ..Default::default() }, page).await?;
        let voicemails = self.voicemails(&VoicemailFilter { contact: Some(id), ..Default::default() }, page).await?;
        let more = calls.next.is_some() || voicemails.next.is_some();
        let calls = calls.data.into_iter().map(|call| TimelineEntry::Call(Box::new(call)));
        let mut data: Vec<_> = calls.chain(voicemails.data.into_iter().map(TimelineEntry::Voicemail)).collect();
        // Ids of both kinds sort by time behind their prefix.
        data.sort_by_cached_key(|entry| Reverse(Cursor::after(&entry.id()).to_string()));
        let limit = page.clamped() as usize;
        let cut = data.len() > limit;
        data.truncate(limit);
        let next = data.last().filter(|_| more || cut).map(|entry| Cursor::after(&entry.id()));
        Ok(Page { data, next })
    }

    /// Changes a contact and gives it back as it is then.
    pub async fn change_contact(
        &self,
        id: ContactId,
        change: ContactChange,
        now_ms: i64,
    ) -> Result<ContactRecord, StoreError> {
        self.write(Change { id, what: change, now_ms }).await
    }

    /// Keeps one value on a contact: `name` and `language` (as text) in their own places, others among the fields.
    pub async fn set_contact_field(
        &self,
        id: ContactId,
        field: &str,
        value: Value,
        now_ms: i64,
    ) -> Result<ContactRecord, StoreError> {
        let mut change = ContactChange::default();
        match (field, &value) {
            ("name", Value::String(text)) => change.name = Some(Some(text.clone())),
            ("language", Value::String(text)) => change.language = Some(Some(text.clone())),
            ("name", Value::Null) => change.name = Some(None),
            ("language", Value::Null) => change.language = Some(None),
            _ => {
                change.fields.insert(field.to_owned(), value);
            }
        }
        self.change_contact(id, change, now_ms).await
    }
}

struct FindOrMake {
    address: Address,
    now_ms: i64,
}

impl Write for FindOrMake {
    type Output = Option<ContactRecord>;

    async fn apply(&self, tx: &mut Tx) -> Result<Option<ContactRecord>, StoreError> {
        Ok(find_or_make(tx, &self.address, self.now_ms).await?.map(|(contact, _)| contact))
    }
}

/// The contact with this address and whether it was made now. There is one writer, so nothing can come between.
pub(super) async fn find_or_make(
    tx: &mut Tx,
    address: &Address,
    now_ms: i64,
) -> Result<Option<(ContactRecord, bool)>, StoreError> {
    let Some(text) = address.as_str() else { return Ok(None) };
    let known = sqlx::query("SELECT * FROM contacts WHERE address = ?1").bind(text);
    if let Some(row) = known.fetch_optional(&mut tx.conn).await? {
        return Ok(Some((ContactRecord::from_row(&row)?, false)));
    }
    let id: ContactId = fresh_id(now_ms);
    let row = sqlx::query(
        "INSERT INTO contacts (id, number, address, created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?4) RETURNING *",
    )
    .bind(id.to_string())
    .bind(address.e164())
    .bind(text)
    .bind(now_ms)
    .fetch_one(&mut tx.conn)
    .await?;
    Ok(Some((ContactRecord::from_row(&row)?, true)))
}

struct Change {
    id: ContactId,
    what: ContactChange,
    now_ms: i64,
}

impl Write for Change {
    type Output = ContactRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<ContactRecord, StoreError> {
        let query = sqlx::query("SELECT * FROM contacts WHERE id = ?1").bind(self.id.to_string());
        let row = query.fetch_optional(&mut tx.conn).await?.ok_or(StoreError::NotFound("contact"))?;
        let mut contact = ContactRecord::from_row(&row)?;
        let change = &self.what;
        if let Some(name) = &change.name {
            contact.name.clone_from(name);
        }
        if let Some(language) = &change.language {
            contact.language.clone_from(language);
        }
        if let Some(notes) = &change.notes {
            contact.notes.clone_from(notes);
        }
        for (field, value) in &change.fields {
            if value.is_null() {
                contact.fields.shift_remove(field);
            } else {
                contact.fields.insert(field.clone(), value.clone());
            }
        }
        contact.updated_ms = self.now_ms;
        sqlx::query(
            "UPDATE contacts SET name = ?2, language = ?3, notes = ?4, fields = ?5, updated_ms = ?6 WHERE id = ?1",
        )
        .bind(self.id.to_string())
        .bind(&contact.name)
        .bind(&contact.language)
        .bind(&contact.notes)
        .bind(json(&contact.fields))
        .bind(contact.updated_ms)
        .execute(&mut tx.conn)
        .await?;
        Ok(contact)
    }
}
