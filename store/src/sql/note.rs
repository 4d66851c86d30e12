//! Notes about contacts, and segments of them.

use call_model::{ContactId, NoteId};

use super::contact;
use super::list::List;
use super::row::{Reader, Record};
use crate::record::{ContactRecord, NoteRecord, SegmentRecord};
use crate::writer::{Tx, Write};
use crate::{Page, PageRequest, Store, StoreError, fresh_id};

impl Record for NoteRecord {
    const TABLE: &'static str = "contact_notes";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            contact: row.parse("contact")?,
            author: row.maybe_text("author")?,
            text: row.text("text")?,
            at_ms: row.int("at_ms")?,
        })
    }
}

impl Record for SegmentRecord {
    const TABLE: &'static str = "segments";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            name: row.text("name")?,
            expression: row.text("expression")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Store {
    /// Writes a note about a contact.
    pub async fn add_note(
        &self,
        contact: ContactId,
        author: Option<&str>,
        text: &str,
        now_ms: i64,
    ) -> Result<NoteRecord, StoreError> {
        let text = self.scrubber().clean(text.to_owned());
        let note = NoteRecord { id: fresh_id(now_ms), contact, author: author.map(str::to_owned), text, at_ms: now_ms };
        self.write(AddNote { note }).await
    }

    /// The notes about a contact, newest first.
    pub async fn notes(&self, contact: ContactId, page: &PageRequest) -> Result<Page<NoteRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM contact_notes WHERE 1");
        list.only_id("contact =", Some(contact));
        list.page(self, page, "id", |note: &NoteRecord| note.id).await
    }

    /// Removes a note. `false`: there is none.
    pub async fn delete_note(&self, contact: ContactId, id: NoteId) -> Result<bool, StoreError> {
        self.write(DeleteNote { contact, id }).await
    }

    /// Puts a segment in the place of what had this name. That the expression can be read is for the caller to see to.
    pub async fn put_segment(&self, name: &str, expression: &str, now_ms: i64) -> Result<SegmentRecord, StoreError> {
        self.write(PutSegment { name: name.to_owned(), expression: expression.to_owned(), now_ms }).await
    }

    /// All segments, by name.
    pub async fn segments(&self) -> Result<Vec<SegmentRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM segments ORDER BY name");
        SegmentRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// One segment.
    pub async fn segment(&self, name: &str) -> Result<Option<SegmentRecord>, StoreError> {
        self.one(sqlx::query("SELECT * FROM segments WHERE name = ?1").bind(name.to_owned())).await
    }

    /// Removes a segment; its contacts stay. `false`: there is none.
    pub async fn delete_segment(&self, name: &str) -> Result<bool, StoreError> {
        self.write(DeleteSegment { name: name.to_owned() }).await
    }

    /// Contacts after one, the oldest first: to go through all of them.
    pub async fn scan_contacts(&self, after: Option<ContactId>, limit: u32) -> Result<Vec<ContactRecord>, StoreError> {
        let mut list = List::of(format!("{}WHERE 1", contact::SELECT));
        list.only_id("contacts.id >", after);
        list.first(self, "contacts.id", limit).await
    }
}

struct AddNote {
    note: NoteRecord,
}

impl Write for AddNote {
    type Output = NoteRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<NoteRecord, StoreError> {
        contact::known(tx, self.note.contact).await?;
        insert(tx, &self.note).await?;
        Ok(self.note.clone())
    }
}

/// Writes a note down.
pub(super) async fn insert(tx: &mut Tx, note: &NoteRecord) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO contact_notes (id, contact, author, text, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(note.id.to_string())
        .bind(note.contact.to_string())
        .bind(&note.author)
        .bind(&note.text)
        .bind(note.at_ms)
        .execute(&mut tx.conn)
        .await?;
    Ok(())
}

struct DeleteNote {
    contact: ContactId,
    id: NoteId,
}

impl Write for DeleteNote {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM contact_notes WHERE id = ?1 AND contact = ?2");
        let query = query.bind(self.id.to_string()).bind(self.contact.to_string());
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

struct PutSegment {
    name: String,
    expression: String,
    now_ms: i64,
}

impl Write for PutSegment {
    type Output = SegmentRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<SegmentRecord, StoreError> {
        let query = sqlx::query(
            "INSERT INTO segments (name, expression, created_ms, updated_ms) VALUES (?1, ?2, ?3, ?3) \
             ON CONFLICT (name) DO UPDATE SET expression = ?2, updated_ms = ?3 RETURNING *",
        );
        let query = query.bind(&self.name).bind(&self.expression).bind(self.now_ms);
        SegmentRecord::from_row(&query.fetch_one(&mut tx.conn).await?)
    }
}

struct DeleteSegment {
    name: String,
}

impl Write for DeleteSegment {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM segments WHERE name = ?1").bind(&self.name);
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}
