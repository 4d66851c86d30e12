//! Members.

use call_model::{CallId, MemberId};

use super::row::{Reader, Record, json};
use crate::record::{MemberCredentials, MemberRecord, NewMember, PasswordHashes, PutThroughCount};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError, fresh_id};

impl Record for MemberRecord {
    const TABLE: &'static str = "members";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            name: row.text("name")?,
            display: row.text("display")?,
            has_password: row.maybe_text("realm")?.is_some(),
            may_call_from: row.json("may_call_from")?,
            skills: row.json("skills")?,
            languages: row.json("languages")?,
            away: row.bool("away")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Record for MemberCredentials {
    const TABLE: &'static str = "members";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        let password = PasswordHashes {
            realm: row.text("realm")?,
            ha1_md5: row.text("ha1_md5")?,
            ha1_sha256: row.text("ha1_sha256")?,
        };
        Ok(Self { name: row.text("name")?, password })
    }
}

impl Record for PutThroughCount {
    const TABLE: &'static str = "calls";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self { peer: row.text("peer")?, calls: row.unsigned("calls")?, last_ms: row.int("last_ms")? })
    }
}

impl Store {
    /// How many callers each was put through to in the calls that began at this time (ms since the Unix epoch) or
    /// later and are over.
    pub async fn put_through_since(&self, since_ms: i64) -> Result<Vec<PutThroughCount>, StoreError> {
        // Ids of calls sort by time.
        let first = CallId::from_parts(since_ms.max(0).cast_unsigned(), 0);
        let query = sqlx::query(
            "SELECT leg.value ->> 'peer' AS peer, count(*) AS calls, max(leg.value ->> 'answered_ms') AS last_ms \
             FROM calls, json_each(calls.legs) AS leg WHERE calls.id >= ?1 AND leg.value ->> 'role' = 'transfer' \
             AND leg.value ->> 'answered_ms' IS NOT NULL AND leg.value ->> 'peer' IS NOT NULL GROUP BY 1",
        );
        PutThroughCount::from_rows(&query.bind(first.to_string()).fetch_all(self.readers()).await?)
    }

    /// All members, newest first.
    pub async fn members(&self) -> Result<Vec<MemberRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM members ORDER BY id DESC");
        MemberRecord::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// One member.
    pub async fn member(&self, id: MemberId) -> Result<Option<MemberRecord>, StoreError> {
        let query = sqlx::query("SELECT * FROM members WHERE id = ?1").bind(id.to_string());
        self.one(query).await
    }

    /// What the registrar checks the members by: those who have a password.
    pub async fn member_credentials(&self) -> Result<Vec<MemberCredentials>, StoreError> {
        let query = sqlx::query("SELECT name, realm, ha1_md5, ha1_sha256 FROM members WHERE realm IS NOT NULL");
        MemberCredentials::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Makes a member.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is one of this name.
    pub async fn add_member(&self, member: NewMember, now_ms: i64) -> Result<MemberRecord, StoreError> {
        self.write(PutMember { id: None, member, now_ms }).await
    }

    /// Replaces a member's settings; the password only when there is a new one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when another one has this name, or when the name changes
    /// without a new password (the name is part of what is kept of it).
    pub async fn change_member(
        &self,
        id: MemberId,
        member: NewMember,
        now_ms: i64,
    ) -> Result<MemberRecord, StoreError> {
        self.write(PutMember { id: Some(id), member, now_ms }).await
    }

    /// Removes a member. `false`: there was none.
    pub async fn delete_member(&self, id: MemberId) -> Result<bool, StoreError> {
        self.write(DeleteMember { id }).await
    }
}

struct PutMember {
    id: Option<MemberId>,
    member: NewMember,
    now_ms: i64,
}

impl PutMember {
    async fn check(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let id = self.id.map(|id| id.to_string());
        let taken = sqlx::query("SELECT 1 FROM members WHERE name = ?1 AND id IS NOT ?2").bind(&self.member.name);
        if taken.bind(&id).fetch_optional(&mut tx.conn).await?.is_some() {
            return Err(StoreError::Conflict("there is a member of this name already: change it instead"));
        }
        if id.is_some() && self.member.password.is_none() {
            let renamed = sqlx::query("SELECT 1 FROM members WHERE id = ?1 AND name <> ?2 AND realm IS NOT NULL");
            let renamed = renamed.bind(&id).bind(&self.member.name);
            if renamed.fetch_optional(&mut tx.conn).await?.is_some() {
                return Err(StoreError::Conflict("a new name needs the password again: send it along"));
            }
        }
        Ok(())
    }
}

impl Write for PutMember {
    type Output = MemberRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<MemberRecord, StoreError> {
        self.check(tx).await?;
        let sql = match self.id {
            Some(_) => {
                "UPDATE members SET name = ?2, display = ?3, may_call_from = ?4, realm = coalesce(?5, realm), \
                 ha1_md5 = coalesce(?6, ha1_md5), ha1_sha256 = coalesce(?7, ha1_sha256), updated_ms = ?8, \
                 skills = ?9, languages = ?10, away = ?11 WHERE id = ?1 RETURNING *"
            }
            None => {
                "INSERT INTO members (id, name, display, may_call_from, realm, ha1_md5, ha1_sha256, created_ms, \
                 updated_ms, skills, languages, away) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11) \
                 RETURNING *"
            }
        };
        let member = &self.member;
        let password = member.password.as_ref();
        let row = sqlx::query(sql)
            .bind(self.id.unwrap_or_else(|| fresh_id::<MemberId>(self.now_ms)).to_string())
            .bind(&member.name)
            .bind(&member.display)
            .bind(json(&member.may_call_from))
            .bind(password.map(|p| p.realm.as_str()))
            .bind(password.map(|p| p.ha1_md5.as_str()))
            .bind(password.map(|p| p.ha1_sha256.as_str()))
            .bind(self.now_ms)
            .bind(json(&member.skills))
            .bind(json(&member.languages))
            .bind(member.away)
            .fetch_optional(&mut tx.conn)
            .await?;
        row.as_ref().map_or(Err(StoreError::NotFound("member")), MemberRecord::from_row)
    }
}

struct DeleteMember {
    id: MemberId,
}

impl Write for DeleteMember {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM members WHERE id = ?1").bind(self.id.to_string());
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}
