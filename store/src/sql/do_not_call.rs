//! Do-not-call lists: millions of numbers, a row of two integers each.

use sqlx::Row as _;

use super::row::{Reader, Record, json};
use super::standing::digits;
use crate::record::DoNotCallList;
use crate::writer::{Tx, Write};
use crate::{Store, StoreError};

/// How many rows of lists that are not used any more are removed in one write.
const DROPPED_AT_ONCE: u32 = 20_000;

impl Record for DoNotCallList {
    const TABLE: &'static str = "do_not_call_lists";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            name: row.text("name")?,
            purposes: row.json("purposes")?,
            numbers: row.unsigned("numbers")?,
            created_ms: row.int("created_ms")?,
        })
    }
}

/// A list that is being imported. It counts from [`Store::finish_do_not_call_list`] on; until then, and when it never
/// gets there, the one of the same name before it does.
#[derive(Debug, Clone)]
pub struct LoadingList {
    id: i64,
}

impl Store {
    /// Begins the import of a list. `purposes`: those that it is for, none for every one.
    pub async fn begin_do_not_call_list(
        &self,
        name: &str,
        purposes: Vec<String>,
        now_ms: i64,
    ) -> Result<LoadingList, StoreError> {
        let id = self.write(Begin { name: name.to_owned(), purposes, now_ms }).await?;
        Ok(LoadingList { id })
    }

    /// Puts numbers in E.164 onto a list that is being imported, some thousands at a time. Gives how many of them were
    /// not on it before.
    pub async fn fill_do_not_call_list(&self, list: &LoadingList, numbers: &[String]) -> Result<u64, StoreError> {
        let mut digits: Vec<i64> = numbers.iter().filter_map(|number| digits(number)).collect();
        digits.sort_unstable();
        self.write(Fill { id: list.id, digits }).await
    }

    /// Lets an imported list count, in the place of the one of the same name before it.
    pub async fn finish_do_not_call_list(&self, list: LoadingList) -> Result<DoNotCallList, StoreError> {
        self.write(Finish { id: list.id }).await
    }

    /// Gives up the import of a list: the numbers that it has are removed in time.
    pub async fn give_up_do_not_call_list(&self, list: LoadingList) -> Result<(), StoreError> {
        self.write(GiveUp { id: list.id }).await
    }

    /// The lists that count, by name.
    pub async fn do_not_call_lists(&self) -> Result<Vec<DoNotCallList>, StoreError> {
        let query = sqlx::query("SELECT * FROM do_not_call_lists WHERE state = 'active' ORDER BY name");
        DoNotCallList::from_rows(&query.fetch_all(self.readers()).await?)
    }

    /// Removes a list. `false`: there is none of this name.
    pub async fn drop_do_not_call_list(&self, name: &str) -> Result<bool, StoreError> {
        self.write(Drop { name: Some(name.to_owned()) }).await
    }

    /// Gives up the imports that an earlier run of the program began and did not end.
    pub async fn drop_unfinished_lists(&self) -> Result<bool, StoreError> {
        self.write(Drop { name: None }).await
    }

    /// Removes some of the numbers of lists that do not count any more. `false`: there are none left.
    pub async fn sweep_do_not_call_lists(&self) -> Result<bool, StoreError> {
        let query = sqlx::query("SELECT 1 FROM do_not_call_lists WHERE state = 'dropped' LIMIT 1");
        if query.fetch_optional(self.readers()).await?.is_none() {
            return Ok(false);
        }
        self.write(Sweep).await
    }
}

struct Begin {
    name: String,
    purposes: Vec<String>,
    now_ms: i64,
}

impl Write for Begin {
    type Output = i64;

    async fn apply(&self, tx: &mut Tx) -> Result<i64, StoreError> {
        let query = sqlx::query(
            "INSERT INTO do_not_call_lists (name, purposes, state, created_ms) VALUES (?1, ?2, 'loading', ?3) \
             RETURNING id",
        );
        let row = query.bind(&self.name).bind(json(&self.purposes)).bind(self.now_ms).fetch_one(&mut tx.conn).await?;
        row.try_get("id").map_err(|_| StoreError::Corrupt { table: "do_not_call_lists", column: "id" })
    }
}

struct Fill {
    id: i64,
    digits: Vec<i64>,
}

impl Write for Fill {
    type Output = u64;

    async fn apply(&self, tx: &mut Tx) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "INSERT INTO do_not_call_numbers (number, list) SELECT n.value, l.id FROM json_each(?2) n, \
             do_not_call_lists l WHERE l.id = ?1 AND l.state = 'loading' ON CONFLICT DO NOTHING",
        );
        let added = query.bind(self.id).bind(json(&self.digits)).execute(&mut tx.conn).await?.rows_affected();
        let query = sqlx::query("UPDATE do_not_call_lists SET numbers = numbers + ?2 WHERE id = ?1");
        query.bind(self.id).bind(added.cast_signed()).execute(&mut tx.conn).await?;
        Ok(added)
    }
}

struct Finish {
    id: i64,
}

impl Write for Finish {
    type Output = DoNotCallList;

    async fn apply(&self, tx: &mut Tx) -> Result<DoNotCallList, StoreError> {
        let query = sqlx::query("SELECT 1 FROM do_not_call_lists WHERE id = ?1 AND state = 'loading'");
        if query.bind(self.id).fetch_optional(&mut tx.conn).await?.is_none() {
            return Err(StoreError::NotFound("list that is being imported"));
        }
        let query = sqlx::query(
            "UPDATE do_not_call_lists SET state = 'dropped' WHERE state = 'active' \
             AND name = (SELECT name FROM do_not_call_lists WHERE id = ?1)",
        );
        query.bind(self.id).execute(&mut tx.conn).await?;
        let query = sqlx::query("UPDATE do_not_call_lists SET state = 'active' WHERE id = ?1 RETURNING *");
        DoNotCallList::from_row(&query.bind(self.id).fetch_one(&mut tx.conn).await?)
    }
}

struct GiveUp {
    id: i64,
}

impl Write for GiveUp {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE do_not_call_lists SET state = 'dropped' WHERE id = ?1 AND state = 'loading'");
        query.bind(self.id).execute(&mut tx.conn).await?;
        Ok(())
    }
}

struct Drop {
    /// `None`: those that are being imported.
    name: Option<String>,
}

impl Write for Drop {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE do_not_call_lists SET state = 'dropped' \
             WHERE (?1 IS NULL AND state = 'loading') OR (name = ?1 AND state = 'active')",
        );
        Ok(query.bind(&self.name).execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

struct Sweep;

impl Write for Sweep {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "DELETE FROM do_not_call_numbers WHERE (number, list) IN (SELECT n.number, n.list \
             FROM do_not_call_numbers n JOIN do_not_call_lists l ON l.id = n.list WHERE l.state = 'dropped' LIMIT ?1)",
        );
        let gone = query.bind(DROPPED_AT_ONCE).execute(&mut tx.conn).await?.rows_affected();
        if gone < u64::from(DROPPED_AT_ONCE) {
            sqlx::query("DELETE FROM do_not_call_lists WHERE state = 'dropped'").execute(&mut tx.conn).await?;
        }
        Ok(gone == u64::from(DROPPED_AT_ONCE))
    }
}
