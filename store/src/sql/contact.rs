//! Contacts.

use std::cmp::Reverse;
use std::sync::LazyLock;

use call_model::ContactId;
use rusqlite::Row;
use serde_json::Value;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Sqlite};

use super::list::List;
use super::row::{Reader, Record, json};
use super::{standing, suppression};
use crate::hand::{Hand, cell};
use crate::record::{
    CallFilter, CampaignContactRecord, ConsentFilter, ContactChange, ContactFilter, ContactRecord, TimelineEntry,
    VoicemailFilter,
};
use crate::writer::{Tx, Write};
use crate::{Address, Cursor, Page, PageRequest, Store, StoreError, fresh_id};

/// Contacts with their other numbers; a condition follows.
pub(super) const SELECT: &str = "SELECT contacts.*, (SELECT json_group_array(json_object('number', n.number, 'label', \
    n.label)) FROM (SELECT number, label FROM contact_numbers WHERE contact = contacts.id ORDER BY place) n) AS numbers \
    FROM contacts ";

impl Record for ContactRecord {
    const TABLE: &'static str = "contacts";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            number: row.maybe_text("number")?,
            address: row.text("address")?,
            name: row.maybe_text("name")?,
            language: row.maybe_text("language")?,
            time_zone: row.maybe_text("time_zone")?,
            country: row.maybe_text("country")?,
            region: row.maybe_text("region")?,
            tags: row.json("tags")?,
            numbers: row.json("numbers")?,
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
        self.one(by_id(id)).await
    }

    /// The contact with this address, as its first or another one, if there is one.
    pub async fn contact_by_address(&self, address: &Address) -> Result<Option<ContactRecord>, StoreError> {
        let Some(address) = address.as_str() else { return Ok(None) };
        self.one(by_address(address)).await
    }

    /// Contacts, newest first.
    pub async fn contacts(
        &self,
        filter: &ContactFilter,
        page: &PageRequest,
    ) -> Result<Page<ContactRecord>, StoreError> {
        let mut list = List::of(format!("{SELECT}WHERE 1"));
        if let Some(address) = &filter.address {
            let first = list.sql(" AND (contacts.address = ").push_bind(address.as_str());
            first.push(" OR contacts.id IN (SELECT contact FROM contact_numbers WHERE number = ");
            first.push_bind(address.as_str()).push("))");
        }
        if let Some(tag) = &filter.tag {
            let tagged = list.sql(" AND EXISTS (SELECT 1 FROM json_each(contacts.tags) WHERE value = ");
            tagged.push_bind(tag.as_str()).push(")");
        }
        if let Some(search) = &filter.search {
            // `instr` knows no wildcards, so nothing in the text has to be escaped.
            let name = list.sql(" AND (instr(lower(name), lower(").push_bind(search.as_str());
            name.push(")) > 0 OR instr(address, ").push_bind(search.as_str()).push(") > 0)");
        }
        list.page(self, page, "contacts.id", |contact: &ContactRecord| contact.id).await
    }

    /// The calls, voicemails, consents and notes of a contact, newest first.
    pub async fn timeline(&self, id: ContactId, page: &PageRequest) -> Result<Page<TimelineEntry>, StoreError> {
        let calls = self.calls(&CallFilter { contact: Some(id), ..Default::default() }, page).await?;
        let voicemails = self.voicemails(&VoicemailFilter { contact: Some(id), ..Default::default() }, page).await?;
        let consents = self.consents(&ConsentFilter { contact: Some(id), ..Default::default() }, page).await?;
        let notes = self.notes(id, page).await?;
        let more = [&calls.next, &voicemails.next, &consents.next, &notes.next].iter().any(|next| next.is_some());
        let calls = calls.data.into_iter().map(|call| TimelineEntry::Call(Box::new(call)));
        let mut data: Vec<_> = calls.chain(voicemails.data.into_iter().map(TimelineEntry::Voicemail)).collect();
        data.extend(consents.data.into_iter().map(TimelineEntry::Consent));
        data.extend(notes.data.into_iter().map(TimelineEntry::Note));
        // Ids of all kinds sort by time behind their prefix.
        data.sort_by_cached_key(|entry| Reverse(Cursor::after(&entry.id()).to_string()));
        let limit = page.clamped() as usize;
        let cut = data.len() > limit;
        data.truncate(limit);
        let next = data.last().filter(|_| more || cut).map(|entry| Cursor::after(&entry.id()));
        Ok(Page { data, next })
    }

    /// Which fields of a contact were learned from its calls: callers said them, nobody typed them.
    pub async fn learned_fields(&self, id: ContactId) -> Result<Vec<String>, StoreError> {
        let query = sqlx::query("SELECT field FROM learned_fields WHERE contact = ?1 ORDER BY field");
        let rows = query.bind(id.to_string()).fetch_all(self.readers()).await?;
        rows.iter().map(|row| Reader { row, table: "learned_fields" }.text("field")).collect()
    }

    /// Where campaigns have one of these numbers, with the name of the campaign, by row.
    pub async fn campaigns_with(&self, numbers: &[String]) -> Result<Vec<(String, CampaignContactRecord)>, StoreError> {
        let query = sqlx::query(
            "SELECT c.*, p.name AS campaign_name FROM campaign_contacts c JOIN campaigns p ON p.row = c.campaign \
             WHERE c.number IN (SELECT value FROM json_each(?1)) ORDER BY c.row LIMIT 1000",
        );
        let mut found = Vec::new();
        for row in &query.bind(json(&numbers)).fetch_all(self.readers()).await? {
            let name = Reader { row, table: CampaignContactRecord::TABLE }.text("campaign_name")?;
            found.push((name, CampaignContactRecord::from_row(row)?));
        }
        Ok(found)
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

fn by_id(id: ContactId) -> Query<'static, Sqlite, SqliteArguments> {
    sqlx::query(AssertSqlSafe(format!("{SELECT}WHERE contacts.id = ?1"))).bind(id.to_string())
}

static BY_ADDRESS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{SELECT}WHERE contacts.id = (SELECT id FROM contacts WHERE address = ?1 UNION ALL \
         SELECT contact FROM contact_numbers WHERE number = ?1 LIMIT 1)"
    )
});

fn by_address(address: &str) -> Query<'static, Sqlite, SqliteArguments> {
    sqlx::query(AssertSqlSafe(BY_ADDRESS.as_str())).bind(address.to_owned())
}

fn by_hand(row: &Row<'_>) -> Result<ContactRecord, StoreError> {
    let table = ContactRecord::TABLE;
    let text = |column| cell::<String>(row, table, column);
    let maybe = |column| cell::<Option<String>>(row, table, column);
    let corrupt = |column| StoreError::Corrupt { table, column };
    Ok(ContactRecord {
        id: text("id")?.parse().map_err(|_| corrupt("id"))?,
        number: maybe("number")?,
        address: text("address")?,
        name: maybe("name")?,
        language: maybe("language")?,
        time_zone: maybe("time_zone")?,
        country: maybe("country")?,
        region: maybe("region")?,
        tags: serde_json::from_str(&text("tags")?).map_err(|_| corrupt("tags"))?,
        numbers: serde_json::from_str(&text("numbers")?).map_err(|_| corrupt("numbers"))?,
        fields: serde_json::from_str(&text("fields")?).map_err(|_| corrupt("fields"))?,
        notes: text("notes")?,
        created_ms: cell(row, table, "created_ms")?,
        updated_ms: cell(row, table, "updated_ms")?,
    })
}

/// The contact with this id, for a write.
pub(super) async fn known(tx: &mut Tx, id: ContactId) -> Result<ContactRecord, StoreError> {
    let row = by_id(id).fetch_optional(&mut tx.conn).await?.ok_or(StoreError::NotFound("contact"))?;
    ContactRecord::from_row(&row)
}

struct FindOrMake {
    address: Address,
    now_ms: i64,
}

impl Write for FindOrMake {
    type Output = Option<ContactRecord>;

    async fn apply(&self, tx: &mut Tx) -> Result<Option<ContactRecord>, StoreError> {
        let mut hand = tx.hand().await?;
        Ok(find_or_make(&mut hand, &self.address, self.now_ms)?.map(|(contact, _)| contact))
    }
}

/// The contact with this address and whether it was made now. There is one writer, so nothing can come between.
pub(super) fn find_or_make(
    hand: &mut Hand<'_>,
    address: &Address,
    now_ms: i64,
) -> Result<Option<(ContactRecord, bool)>, StoreError> {
    let Some(text) = address.as_str() else { return Ok(None) };
    if let Some(known) = hand.row(&BY_ADDRESS, &[&text], by_hand)? {
        return Ok(Some((known, false)));
    }
    let id: ContactId = fresh_id(now_ms);
    let made = hand.row(
        "INSERT INTO contacts (id, number, address, created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?4) \
         RETURNING *, '[]' AS numbers",
        &[&id.to_string(), &address.e164(), &text, &now_ms],
        by_hand,
    )?;
    Ok(made.map(|contact| (contact, true)))
}

struct Change {
    id: ContactId,
    what: ContactChange,
    now_ms: i64,
}

impl Write for Change {
    type Output = ContactRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<ContactRecord, StoreError> {
        let mut contact = known(tx, self.id).await?;
        check_numbers(tx, &contact, &self.what).await?;
        apply(&mut contact, &self.what);
        contact.updated_ms = self.now_ms;
        put(tx, &contact).await?;
        Ok(contact)
    }
}

/// That no other contact has one of the numbers which are to be added.
pub(super) async fn check_numbers(
    tx: &mut Tx,
    contact: &ContactRecord,
    change: &ContactChange,
) -> Result<(), StoreError> {
    for other in change.numbers.iter().flatten() {
        let row = by_address(&other.number).fetch_optional(&mut tx.conn).await?;
        if row.as_ref().map(ContactRecord::from_row).transpose()?.is_some_and(|owner| owner.id != contact.id) {
            return Err(StoreError::Conflict("another contact has one of these numbers: merge the two"));
        }
    }
    Ok(())
}

/// The contact as it is after a change.
pub(super) fn apply(contact: &mut ContactRecord, change: &ContactChange) {
    let texts = [
        (&mut contact.name, &change.name),
        (&mut contact.language, &change.language),
        (&mut contact.time_zone, &change.time_zone),
        (&mut contact.country, &change.country),
        (&mut contact.region, &change.region),
    ];
    for (text, new) in texts {
        if let Some(new) = new {
            text.clone_from(new);
        }
    }
    if let Some(tags) = &change.tags {
        contact.tags.clone_from(tags);
        contact.tags.sort_unstable();
        contact.tags.dedup();
    }
    if let Some(numbers) = &change.numbers {
        contact.numbers.clear();
        for other in numbers {
            let had = other.number == contact.address || contact.numbers.iter().any(|had| had.number == other.number);
            if !had {
                contact.numbers.push(other.clone());
            }
        }
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
}

/// Writes a contact as it is now.
pub(super) async fn put(tx: &mut Tx, contact: &ContactRecord) -> Result<(), StoreError> {
    let id = contact.id.to_string();
    sqlx::query(
        "UPDATE contacts SET name = ?2, language = ?3, notes = ?4, fields = ?5, updated_ms = ?6, time_zone = ?7, \
         country = ?8, region = ?9, tags = ?10 WHERE id = ?1",
    )
    .bind(&id)
    .bind(&contact.name)
    .bind(&contact.language)
    .bind(&contact.notes)
    .bind(json(&contact.fields))
    .bind(contact.updated_ms)
    .bind(&contact.time_zone)
    .bind(&contact.country)
    .bind(&contact.region)
    .bind(json(&contact.tags))
    .execute(&mut tx.conn)
    .await?;
    let had = standing::numbers_of_contact(&mut tx.conn, &id).await?;
    let has =
        |number: &String| *number == contact.address || contact.numbers.iter().any(|other| other.number == *number);
    if !had.iter().all(has) {
        // What it said no to was said for this number as well.
        suppression::spread(tx, &had).await?;
    }
    sqlx::query("DELETE FROM contact_numbers WHERE contact = ?1").bind(&id).execute(&mut tx.conn).await?;
    for (place, other) in (0_i64..).zip(&contact.numbers) {
        sqlx::query("INSERT INTO contact_numbers (number, contact, label, place) VALUES (?1, ?2, ?3, ?4)")
            .bind(&other.number)
            .bind(&id)
            .bind(&other.label)
            .bind(place)
            .execute(&mut tx.conn)
            .await?;
    }
    Ok(())
}
