//! Sessions, and what those who have one took part in.

use call_model::{CallId, MemberId, SessionId, UserId};

use super::list::List;
use super::row::{Reader, Record};
use crate::record::{NewSession, SessionRecord};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError, fresh_id};

/// Sessions that are given at a time.
const MOST: u32 = 1_000;

impl Record for SessionRecord {
    const TABLE: &'static str = "sessions";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            user: row.parse("user")?,
            created_ms: row.int("created_ms")?,
            seen_ms: row.int("seen_ms")?,
            until_ms: row.int("until_ms")?,
            address: row.maybe_text("address")?,
            agent: row.maybe_text("agent")?,
        })
    }
}

impl Store {
    /// Begins a session. Those that are over go.
    pub async fn begin_session(&self, new: NewSession, now_ms: i64) -> Result<SessionRecord, StoreError> {
        self.write(BeginSession { id: fresh_id(now_ms), new, now_ms }).await
    }

    /// The session whose token has this hash, also when it is over.
    pub async fn session(&self, hash: [u8; 32]) -> Result<Option<SessionRecord>, StoreError> {
        self.one(sqlx::query("SELECT * FROM sessions WHERE hash = ?1").bind(hash.to_vec())).await
    }

    /// The sessions of a user, or of all, newest first.
    pub async fn sessions(&self, user: Option<UserId>) -> Result<Vec<SessionRecord>, StoreError> {
        let mut list = List::of("SELECT * FROM sessions WHERE 1");
        list.only_id("user =", user);
        list.first(self, "id DESC", MOST).await
    }

    /// Writes down that a session was used.
    pub async fn see_session(&self, id: SessionId, now_ms: i64) -> Result<(), StoreError> {
        self.write(SeeSession { id, now_ms }).await
    }

    /// Ends a session, of this user where one is named. `false`: there is none.
    pub async fn end_session(&self, id: SessionId, user: Option<UserId>) -> Result<bool, StoreError> {
        self.write(EndSession { id, user }).await
    }

    /// Whether a member took part in a call: made it, was called by it, or was brought in.
    pub async fn took_part(&self, call: CallId, member: MemberId) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "SELECT 1 FROM calls c JOIN members m ON m.id = ?2 WHERE c.id = ?1 AND (c.member = m.name \
             OR c.to_address = m.name OR EXISTS (SELECT 1 FROM json_each(c.legs) leg WHERE leg.value ->> 'peer' = m.name))",
        );
        let row = query.bind(call.to_string()).bind(member.to_string()).fetch_optional(self.readers()).await?;
        Ok(row.is_some())
    }
}

struct BeginSession {
    id: SessionId,
    new: NewSession,
    now_ms: i64,
}

impl Write for BeginSession {
    type Output = SessionRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<SessionRecord, StoreError> {
        sqlx::query("DELETE FROM sessions WHERE until_ms <= ?1").bind(self.now_ms).execute(&mut tx.conn).await?;
        let user = self.new.user.to_string();
        let others = sqlx::query(
            "DELETE FROM sessions WHERE user = ?1 AND id NOT IN \
             (SELECT id FROM sessions WHERE user = ?1 ORDER BY seen_ms DESC, id DESC LIMIT ?2)",
        );
        others.bind(&user).bind(self.new.most.max(1) - 1).execute(&mut tx.conn).await?;
        let query = sqlx::query(
            "INSERT INTO sessions (id, hash, user, created_ms, seen_ms, until_ms, address, agent) \
             VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7) RETURNING *",
        );
        let row = query
            .bind(self.id.to_string())
            .bind(self.new.hash.to_vec())
            .bind(&user)
            .bind(self.now_ms)
            .bind(self.new.until_ms)
            .bind(&self.new.address)
            .bind(&self.new.agent)
            .fetch_one(&mut tx.conn)
            .await?;
        SessionRecord::from_row(&row)
    }
}

struct SeeSession {
    id: SessionId,
    now_ms: i64,
}

impl Write for SeeSession {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE sessions SET seen_ms = max(seen_ms, ?2) WHERE id = ?1");
        query.bind(self.id.to_string()).bind(self.now_ms).execute(&mut tx.conn).await?;
        Ok(())
    }
}

struct EndSession {
    id: SessionId,
    user: Option<UserId>,
}

impl Write for EndSession {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM sessions WHERE id = ?1 AND (?2 IS NULL OR user = ?2)");
        let query = query.bind(self.id.to_string()).bind(self.user.map(|user| user.to_string()));
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}
