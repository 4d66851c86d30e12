//! Lines of transcripts, reports of turns, and their full text.

use call_model::{CallId, Speaker, TranscriptLine, TurnReport};
use sqlx::Row as _;

use super::event::{Telling, Told, call_json, told};
use super::job;
use super::row::{Reader, Record, json, word};
use crate::record::event_type::TRANSCRIPT_READY;
use crate::record::{LineRecord, SnippetPart, Transcript, TranscriptHit};
use crate::search::fts_query;
use crate::writer::{Tx, Write};
use crate::{Cursor, Page, PageRequest, Store, StoreError};

/// Marks around what was found, in the snippets: characters that no text has.
const HIT: char = '\u{2}';
const HIT_END: char = '\u{3}';

impl Record for LineRecord {
    const TABLE: &'static str = "lines";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        let corrupt = |_| StoreError::Corrupt { table: Self::TABLE, column: "confidence" };
        let confidence: Option<f64> = row.row.try_get("confidence").map_err(corrupt)?;
        let line = TranscriptLine {
            call: row.parse("call")?,
            speaker: row.word::<Speaker>("speaker")?,
            from_ms: row.unsigned("from_ms")?,
            to_ms: row.unsigned("to_ms")?,
            text: row.text("text")?,
            words: row.json("words")?,
            confidence: confidence.map(|value| value as f32),
            language: row.maybe_text("language")?,
            cut: row.bool("cut")?,
        };
        Ok(Self { seq: row.unsigned("seq")?, line })
    }
}

impl Store {
    /// Writes a line down, under the next number of its call, which is given back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such call.
    pub async fn append_line(&self, line: TranscriptLine) -> Result<u32, StoreError> {
        self.write(AppendLine(line)).await
    }

    /// Writes down how long the stages of a turn took.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such call.
    pub async fn append_turn(&self, call: CallId, report: TurnReport) -> Result<(), StoreError> {
        self.write(AppendTurn { call, report }).await
    }

    /// Writes down that no more lines come, and tells `transcript.ready`, or lets that be done by
    /// [`redact`](Self::redact) where there is a [`Scrub`](crate::Scrub). `false`: there is no line, or it was told
    /// before.
    pub async fn transcript_ready(&self, call: CallId, now_ms: i64) -> Result<bool, StoreError> {
        self.write(Ready { call, held: self.scrubber().get().is_some(), now_ms }).await
    }

    /// All that was said in a call so far; empty when nothing was, or when there is no such call.
    pub async fn transcript(&self, call: CallId) -> Result<Transcript, StoreError> {
        let mut lines = self.raw_lines(call).await?;
        if let Some(scrub) = self.scrubber().get()
            && self.is_open(call).await?
        {
            scrub.lines(&mut lines);
        }
        let turns = sqlx::query("SELECT report FROM turns WHERE call = ?1 ORDER BY seq").bind(call.to_string());
        let turns = turns.fetch_all(self.readers()).await?;
        let turns = turns.iter().map(|row| Reader { row, table: "turns" }.json("report")).collect::<Result<_, _>>()?;
        Ok(Transcript { lines, turns })
    }

    async fn is_open(&self, call: CallId) -> Result<bool, StoreError> {
        let open = sqlx::query("SELECT 1 FROM calls WHERE id = ?1 AND transcript = 'open'").bind(call.to_string());
        Ok(open.fetch_optional(self.readers()).await?.is_some())
    }

    /// Lines that hold all words of `text` (`"..."`: a phrase; `*` at the end of a word: any ending), as heard or as
    /// corrected, letters' case and accents aside; the newest first. Any text is a valid search.
    pub async fn search_transcripts(&self, text: &str, page: &PageRequest) -> Result<Page<TranscriptHit>, StoreError> {
        let Some(query) = fts_query(text) else { return Ok(Page { data: Vec::new(), next: None }) };
        let before = page.cursor.as_ref().and_then(Cursor::row).unwrap_or(i64::MAX);
        let limit = page.clamped();
        // A line that is found by both of its texts is shown as it was corrected: that comes first.
        let found = sqlx::query(
            "SELECT * FROM (SELECT lines.*, 1 AS place, snippet(line_text, 0, ?4, ?5, '…', 24) AS snippet \
             FROM line_text JOIN lines ON lines.id = line_text.rowid \
             WHERE line_text MATCH ?1 AND line_text.rowid < ?2 AND (?6 OR NOT EXISTS \
             (SELECT 1 FROM calls WHERE calls.id = lines.call AND calls.transcript = 'open')) \
             ORDER BY line_text.rowid DESC LIMIT ?3) \
             UNION ALL SELECT * FROM (SELECT lines.*, 0 AS place, snippet(correction_text, 0, ?4, ?5, '…', 24) \
             FROM correction_text JOIN lines ON lines.id = correction_text.rowid \
             WHERE correction_text MATCH ?1 AND correction_text.rowid < ?2 \
             ORDER BY correction_text.rowid DESC LIMIT ?3) ORDER BY id DESC, place",
        )
        .bind(query)
        .bind(before)
        .bind(limit + 1)
        .bind(HIT.to_string())
        .bind(HIT_END.to_string())
        // Lines that are still to be gone through are not found.
        .bind(self.scrubber().get().is_none())
        .fetch_all(self.readers())
        .await?;
        let mut data = Vec::with_capacity(found.len());
        let mut last = None;
        for row in &found {
            let reader = Reader { row, table: LineRecord::TABLE };
            let id = reader.int("id")?;
            if last == Some(id) {
                continue;
            }
            if data.len() == limit as usize {
                return Ok(Page { data, next: last.map(Cursor::of_row) });
            }
            let line = LineRecord::read(&reader)?;
            let snippet = snippet_parts(&reader.text("snippet")?);
            data.push(TranscriptHit { call: line.line.call, line, snippet });
            last = Some(id);
        }
        Ok(Page { data, next: None })
    }
}

fn snippet_parts(marked: &str) -> Vec<SnippetPart> {
    let mut parts = Vec::new();
    let mut push = |text: &str, hit| {
        if !text.is_empty() {
            parts.push(SnippetPart { text: text.to_owned(), hit });
        }
    };
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once(HIT) {
        push(before, false);
        let (hit, after) = after.split_once(HIT_END).unwrap_or((after, ""));
        push(hit, true);
        rest = after;
    }
    push(rest, false);
    parts
}

struct AppendLine(TranscriptLine);

impl Write for AppendLine {
    type Output = u32;

    async fn apply(&self, tx: &mut Tx) -> Result<u32, StoreError> {
        let line = &self.0;
        let call = line.call.to_string();
        // The marks of snippets must not be in the text.
        let text: String = line.text.chars().filter(|&c| c != HIT && c != HIT_END).collect();
        let row = sqlx::query(
            "INSERT INTO lines (call, seq, speaker, from_ms, to_ms, text, words, confidence, language, cut) \
             SELECT id, (SELECT coalesce(max(seq), 0) + 1 FROM lines WHERE call = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 \
             FROM calls WHERE id = ?1 RETURNING seq",
        )
        .bind(&call)
        .bind(word(&line.speaker))
        .bind(line.from_ms as i64)
        .bind(line.to_ms as i64)
        .bind(text)
        .bind(json(&line.words))
        .bind(line.confidence.map(f64::from))
        .bind(&line.language)
        .bind(line.cut)
        .fetch_optional(&mut tx.conn)
        .await?
        .ok_or(StoreError::NotFound("call"))?;
        let seq = Reader { row: &row, table: LineRecord::TABLE }.unsigned("seq")?;
        if seq == 1 {
            let open = sqlx::query("UPDATE calls SET transcript = 'open' WHERE id = ?1").bind(&call);
            open.execute(&mut tx.conn).await?;
        }
        Ok(seq)
    }
}

struct AppendTurn {
    call: CallId,
    report: TurnReport,
}

impl Write for AppendTurn {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let done = sqlx::query(
            "INSERT INTO turns (call, seq, report) \
             SELECT id, (SELECT coalesce(max(seq), 0) + 1 FROM turns WHERE call = ?1), ?2 FROM calls WHERE id = ?1",
        )
        .bind(self.call.to_string())
        .bind(json(&self.report))
        .execute(&mut tx.conn)
        .await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("call")) } else { Ok(()) }
    }
}

struct Ready {
    call: CallId,
    /// The lines are to be gone through first.
    held: bool,
    now_ms: i64,
}

impl Write for Ready {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        complete(tx, self.call, self.held, self.now_ms).await
    }
}

/// No more lines come: what is left to do after the call is due. Where its lines are to be gone through first, the
/// transcript is closed by that ([`Store::redact`]), now otherwise.
pub(super) async fn complete(tx: &mut Tx, call: CallId, held: bool, now_ms: i64) -> Result<bool, StoreError> {
    let waits = job::due(tx, call, now_ms).await?;
    if held { Ok(waits || job::make(tx, call, now_ms).await?) } else { tell_ready(tx, call, now_ms).await }
}

/// Closes the transcript of a call, and tells of it.
pub(super) async fn tell_ready(tx: &mut Tx, call: CallId, now_ms: i64) -> Result<bool, StoreError> {
    const SQL: Told = told!(
        "UPDATE calls SET transcript = 'ready' WHERE id = ?1 AND transcript = 'open'",
        "; INSERT INTO events (id, kind, call, at_ms, data) SELECT ?2, ?3, c.id, ?4, json_object('transcript', \
         json_object('call', c.id, 'lines', (SELECT count(*) FROM lines WHERE lines.call = c.id)), 'call', ",
        call_json!(),
        ") FROM calls c WHERE c.id = ?1 AND changes() = 1",
    );
    let query = Telling::new(tx, TRANSCRIPT_READY, now_ms).query(SQL, call.to_string());
    Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
}

/// The calls whose transcript an earlier run of the program left open.
pub(super) async fn left_open(tx: &mut Tx) -> Result<Vec<CallId>, StoreError> {
    let open = sqlx::query("SELECT id FROM calls WHERE transcript = 'open' AND state = 'ended' ORDER BY id");
    let rows = open.fetch_all(&mut tx.conn).await?;
    rows.iter().map(|row| Reader { row, table: "calls" }.parse("id")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_cut_at_its_marks() {
        let parts = snippet_parts("my \u{2}back\u{3} \u{2}tooth\u{3} hurts");
        let seen: Vec<_> = parts.iter().map(|part| (part.text.as_str(), part.hit)).collect();
        assert_eq!(seen, [("my ", false), ("back", true), (" ", false), ("tooth", true), (" hurts", false)]);
    }
}
