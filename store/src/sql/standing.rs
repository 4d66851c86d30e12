//! What is known of a number before it is called.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use sqlx::{Row as _, SqliteConnection};

use super::row::{Reader, Record, json};
use crate::record::{AttemptRecord, ConsentRecord, Standing, SuppressionRecord};
use crate::{Store, StoreError};

/// How far back calls count.
const DAYS_30_MS: i64 = 30 * 24 * 3_600_000;

impl Record for AttemptRecord {
    const TABLE: &'static str = "calls";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            call: row.parse("id")?,
            at_ms: row.int("started_ms")?,
            answered: row.maybe_int("answered_ms")?.is_some(),
            dropped: row.bool("dropped")?,
            purpose: row.maybe_text("purpose")?,
            by_member: row.maybe_text("member")?.is_some(),
        })
    }
}

impl Store {
    /// What the books say about calling this number (or address, in any form) for this purpose at this time.
    pub async fn standing(&self, number: &str, purpose: &str, now_ms: i64) -> Result<Standing, StoreError> {
        let address = self.address(number);
        let Some(number) = address.as_str() else { return Ok(Standing::default()) };
        let mut conn = self.readers().acquire().await?;
        let mut standing = who(&mut conn, number).await?;
        let numbers = numbers_of(&mut conn, &standing).await?;
        standing.suppressed = suppression(&mut conn, &numbers, purpose).await?;
        let consent = sqlx::query(
            "SELECT * FROM consents WHERE number = ?1 AND channel = 'call' AND purpose = ?2 AND state <> 'asked' \
             ORDER BY decided_ms DESC, id DESC LIMIT 1",
        );
        let consent = consent.bind(number).bind(purpose).fetch_optional(&mut *conn).await?;
        standing.consent = consent.as_ref().map(ConsentRecord::from_row).transpose()?;
        let lists = sqlx::query(
            "SELECT l.name FROM do_not_call_numbers n JOIN do_not_call_lists l ON l.id = n.list \
             WHERE n.number IN (SELECT value FROM json_each(?1)) AND l.state = 'active' AND (l.purposes = '[]' \
             OR EXISTS (SELECT 1 FROM json_each(l.purposes) WHERE value = ?2)) GROUP BY l.name ORDER BY l.name",
        );
        let digits: Vec<i64> = numbers.iter().filter_map(|number| digits(number)).collect();
        for row in &lists.bind(json(&digits)).bind(purpose).fetch_all(&mut *conn).await? {
            standing.do_not_call.push(Reader { row, table: "do_not_call_lists" }.text("name")?);
        }
        // What had no port or no trunk has rung nowhere: it was filed without a leg. By itself SQLite walks through all
        // calls out.
        let attempts = sqlx::query(
            "SELECT id, started_ms, answered_ms, dropped, purpose, member FROM calls INDEXED BY calls_outbound \
             WHERE direction = 'outbound' \
             AND to_address IN (SELECT value FROM json_each(?1)) AND started_ms > ?2 \
             AND NOT (state = 'ended' AND answered_ms IS NULL AND legs = '[]' \
             AND cause IN ('overload', 'network_failure')) \
             ORDER BY started_ms DESC LIMIT 100",
        );
        let rows = attempts.bind(json(&numbers)).bind(now_ms - DAYS_30_MS).fetch_all(&mut *conn).await?;
        standing.attempts = AttemptRecord::from_rows(&rows)?;
        Ok(standing)
    }
}

/// The contact with this address, first or other.
async fn who(conn: &mut SqliteConnection, number: &str) -> Result<Standing, StoreError> {
    let contact = sqlx::query(
        "SELECT id, time_zone, country, region, language FROM contacts WHERE address = ?1 UNION ALL \
         SELECT c.id, c.time_zone, c.country, c.region, c.language FROM contact_numbers n \
         JOIN contacts c ON c.id = n.contact WHERE n.number = ?1 LIMIT 1",
    );
    let mut standing = Standing { number: number.to_owned(), ..Standing::default() };
    if let Some(row) = &contact.bind(number).fetch_optional(conn).await? {
        let row = Reader { row, table: "contacts" };
        standing.contact = Some(row.parse("id")?);
        standing.time_zone = row.maybe_text("time_zone")?;
        standing.country = row.maybe_text("country")?;
        standing.region = row.maybe_text("region")?;
        standing.language = row.maybe_text("language")?;
    }
    Ok(standing)
}

/// The number, and the others of its contact.
async fn numbers_of(conn: &mut SqliteConnection, standing: &Standing) -> Result<Vec<String>, StoreError> {
    let mut numbers = vec![standing.number.clone()];
    if let Some(contact) = standing.contact {
        numbers.extend(numbers_of_contact(conn, &contact.to_string()).await?);
        numbers.sort_unstable();
        numbers.dedup();
    }
    Ok(numbers)
}

/// Every number and address of a contact, the first one first.
pub(super) async fn numbers_of_contact(conn: &mut SqliteConnection, id: &str) -> Result<Vec<String>, StoreError> {
    let query = sqlx::query(
        "SELECT address AS number, -1 AS place FROM contacts WHERE id = ?1 UNION ALL \
         SELECT number, place FROM contact_numbers WHERE contact = ?1 ORDER BY place",
    );
    let rows = query.bind(id).fetch_all(conn).await?;
    rows.iter().map(|row| Reader { row, table: "contact_numbers" }.text("number")).collect()
}

/// The suppression that stands against calls to any of these, one for everything before one for the purpose.
async fn suppression(
    conn: &mut SqliteConnection,
    numbers: &[String],
    purpose: &str,
) -> Result<Option<SuppressionRecord>, StoreError> {
    let salt = salt(conn).await?;
    let mut keys = numbers.to_vec();
    keys.extend(numbers.iter().map(|number| hidden(&salt, number)));
    let query = sqlx::query(
        "SELECT * FROM suppressions WHERE number IN (SELECT value FROM json_each(?1)) AND purpose IN ('', ?2) \
         ORDER BY purpose, at_ms LIMIT 1",
    );
    let row = query.bind(json(&keys)).bind(purpose).fetch_optional(conn).await?;
    row.as_ref().map(SuppressionRecord::from_row).transpose()
}

/// The salt of the digests of these books.
pub(super) async fn salt(conn: &mut SqliteConnection) -> Result<Vec<u8>, StoreError> {
    let row = sqlx::query("SELECT salt FROM salt").fetch_one(conn).await?;
    row.try_get("salt").map_err(|_| StoreError::Corrupt { table: "salt", column: "salt" })
}

/// The digest of a number that is not kept any more: HMAC with SHA-256 (RFC 2104) under the salt of the books, as hex.
pub(super) fn digest(salt: &[u8], number: &str) -> String {
    use std::fmt::Write as _;
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(salt) else { return String::new() };
    mac.update(number.as_bytes());
    mac.finalize().into_bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What a suppression of a person who was erased is found by.
pub(super) fn hidden(salt: &[u8], number: &str) -> String {
    format!("#{}", digest(salt, number))
}

/// A number in E.164 as do-not-call lists keep it.
pub(super) fn digits(number: &str) -> Option<i64> {
    number.strip_prefix('+').filter(|digits| digits.len() <= 17)?.parse().ok()
}
