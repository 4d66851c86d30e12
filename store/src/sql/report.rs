//! Reports: what is counted of ended calls, from the short rows that are kept of each.

use sqlx::AssertSqlSafe;

use super::row::{Reader, Record};
use crate::record::{ReportBy, ReportCounts, ReportRow};
use crate::{Store, StoreError};

/// The most rows of a report that is not by time: those of most calls.
const MOST_ROWS: i64 = 500;

const COUNTS: &str = "count(*) AS calls, sum(f.inbound) AS inbound, sum(f.answered) AS answered, \
    sum(f.abandoned) AS abandoned, coalesce(sum(f.wait_ms), 0) AS wait_ms, sum(f.talk_ms) AS talk_ms, \
    sum(f.contained) AS contained, sum(f.handed_over) AS handed_over, \
    count(CASE WHEN f.mood = 'positive' THEN 1 END) AS positive, \
    count(CASE WHEN f.mood = 'neutral' THEN 1 END) AS neutral, \
    count(CASE WHEN f.mood = 'negative' THEN 1 END) AS negative";

impl Record for ReportRow {
    const TABLE: &'static str = "call_facts";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        let counts = ReportCounts {
            calls: row.unsigned("calls")?,
            inbound: row.unsigned("inbound")?,
            answered: row.unsigned("answered")?,
            abandoned: row.unsigned("abandoned")?,
            wait_ms: row.unsigned("wait_ms")?,
            talk_ms: row.unsigned("talk_ms")?,
            contained: row.unsigned("contained")?,
            handed_over: row.unsigned("handed_over")?,
            positive: row.unsigned("positive")?,
            neutral: row.unsigned("neutral")?,
            negative: row.unsigned("negative")?,
        };
        Ok(Self { key: row.maybe_text("key")?, label: row.maybe_text("label")?, counts })
    }
}

impl Store {
    /// What is counted of the calls that began in a time (ms since the Unix epoch; the end is left out) and are over.
    /// By [`ReportBy::Quarter`] in the order of time and all of them, otherwise the rows of most calls first.
    pub async fn report(&self, by: ReportBy, from_ms: i64, to_ms: i64) -> Result<Vec<ReportRow>, StoreError> {
        let (key, label, beside) = match by {
            ReportBy::All => ("NULL", "NULL", ""),
            ReportBy::Quarter => ("CAST(f.started_ms / 900000 AS TEXT)", "NULL", ""),
            ReportBy::Number => ("f.number", "NULL", ""),
            ReportBy::Member => (
                "m.member",
                "(SELECT display FROM members WHERE name = m.member)",
                " JOIN call_members m ON m.call = f.call AND m.spoke = 1",
            ),
            ReportBy::Agent => ("f.agent", "NULL", ""),
            ReportBy::Campaign => ("f.campaign", "(SELECT name FROM campaigns WHERE id = f.campaign)", ""),
            ReportBy::Outcome => ("f.outcome", "NULL", ""),
            ReportBy::Topic => ("t.topic", "NULL", " JOIN insight_topics t ON t.call = f.call"),
        };
        let (order, most) = match by {
            ReportBy::Quarter => ("min(f.started_ms)", -1),
            _ => ("calls DESC, key", MOST_ROWS),
        };
        let sql = format!(
            "SELECT {key} AS key, {label} AS label, {COUNTS} FROM call_facts f{beside} \
             WHERE f.started_ms >= ?1 AND f.started_ms < ?2 GROUP BY {group} HAVING count(*) > 0 ORDER BY {order} LIMIT ?3",
            group = if by == ReportBy::All { "NULL" } else { "1" },
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(from_ms).bind(to_ms).bind(most);
        ReportRow::from_rows(&query.fetch_all(self.readers()).await?)
    }
}
