//! What was said in calls: as JSON, WebVTT or text, and found again by its words.

mod export;
mod tool_use;

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use call_model::{CallId, RecordingId, Source, Speaker, TranscriptLine, TurnReport, Word};
use serde::{Deserialize, Serialize};
use store::{CorrectionRecord, LineRecord, RecordingRecord, SnippetPart, TranscriptHit, TranscriptState};
use utoipa::{IntoParams, ToSchema};

use super::calls::no_such_call;
use super::extract::{Id, Params};
use super::page::{List, page_request};
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;
pub(super) use tool_use::ToolUse;

/// The longest text that is searched for, in characters.
const MAX_QUERY: usize = 512;

/// One utterance. Times are ms from the answer of the call.
#[derive(Serialize, ToSchema)]
pub(super) struct Line {
    /// `caller` or `us`: a flow, an agent, or a member who was brought in.
    #[schema(value_type = String, example = "caller")]
    speaker: Speaker,
    /// Start.
    #[schema(example = 2_140)]
    from_ms: u64,
    /// End.
    #[schema(example = 3_480)]
    to_ms: u64,
    /// The words as one text.
    #[schema(example = "I would like an appointment.")]
    text: String,
    /// The words with their times, where they are known.
    words: Vec<LineWord>,
    /// 0 (a guess) to 1 (certain), where it is known.
    confidence: Option<f32>,
    /// BCP 47 language, where it is known.
    language: Option<String>,
    /// Our side was interrupted: these are only the words that were heard.
    cut: bool,
}

/// A word with its place.
#[derive(Serialize, ToSchema)]
pub(super) struct LineWord {
    /// The word as written.
    text: String,
    /// Start, in ms from the answer of the call.
    from_ms: u64,
    /// End.
    to_ms: u64,
}

/// A line with its number in the call.
#[derive(Serialize, ToSchema)]
pub(super) struct NumberedLine {
    /// Its number, from 1, in the order in which lines became final.
    seq: u32,
    #[serde(flatten)]
    line: Line,
    /// What it should read, where somebody has corrected it.
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected: Option<Corrected>,
}

/// What a line should read.
#[derive(Serialize, ToSchema)]
pub(super) struct Corrected {
    /// The whole line.
    text: String,
    /// Who said so.
    by: Option<String>,
    /// When.
    at: Time,
}

impl From<CorrectionRecord> for Corrected {
    fn from(correction: CorrectionRecord) -> Self {
        Self { text: correction.text, by: correction.author, at: Time(correction.at_ms) }
    }
}

/// How long the stages of an agent's turn took, ms; null where one did not happen.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the field's name on the wire")]
pub(super) struct Turn {
    /// End of the caller's speech, in ms from the answer of the call.
    speech_ended_ms: u64,
    /// From there until the turn was held for ended.
    turn_end: Option<u64>,
    /// From asking the brain until its first token.
    first_token: Option<u64>,
    /// From asking the brain until the first clause was complete.
    first_clause: Option<u64>,
    /// From the first clause until its first audible sample.
    first_audio: Option<u64>,
    /// From the end of the caller's speech until our first audible sample.
    total: Option<u64>,
    /// The answer had been prepared before the turn was over.
    speculated: bool,
    /// Answers that were prepared and thrown away.
    wasted: u32,
    /// The brain that answered.
    brain: Option<String>,
    /// The caller interrupted it.
    interrupted: bool,
    /// The passages of documents that the answer came from, the best first.
    sources: Vec<Passage>,
}

/// A passage that an answer came from.
#[derive(Serialize, ToSchema)]
pub(super) struct Passage {
    /// Its id, as under `GET /v1/knowledge/{name}/passages`.
    #[schema(example = "prices#3")]
    id: String,
    /// The document; empty where it is none.
    document: String,
    /// Its heading or question.
    title: String,
    /// How likely it answers, 0 to 100.
    score: u8,
}

/// The recording that a transcript goes with.
#[derive(Serialize, ToSchema)]
pub(super) struct Aligned {
    /// Its id.
    #[schema(value_type = String)]
    id: RecordingId,
    /// Place of its first sample, in ms from the answer of the call: a line is heard at its time less this; null where
    /// it is not known.
    offset_ms: Option<i64>,
}

/// All that was said in a call.
#[derive(Serialize, ToSchema)]
pub(super) struct Transcript {
    /// The call.
    #[schema(value_type = String)]
    call: CallId,
    /// `open` while lines come in, `ready` when it is complete; null where nothing was written down.
    #[schema(value_type = Option<String>, example = "ready")]
    state: Option<TranscriptState>,
    /// Its recording.
    recording: Option<Aligned>,
    /// The lines, by the time at which they begin.
    lines: Vec<NumberedLine>,
    /// The turns of an agent, in their order.
    turns: Vec<Turn>,
    /// The tools that an agent used, in the order in which they were done.
    tools: Vec<ToolUse>,
}

/// A line that was found.
#[derive(Serialize, ToSchema)]
pub(super) struct Hit {
    /// The call.
    #[schema(value_type = String)]
    call: CallId,
    /// The line, whole.
    line: NumberedLine,
    /// The part of its text around what was searched for, in pieces.
    snippet: Vec<Piece>,
}

/// A piece of a snippet.
#[derive(Serialize, ToSchema)]
pub(super) struct Piece {
    /// The words.
    text: String,
    /// They are what was searched for.
    hit: bool,
}

/// The forms of a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    /// JSON, with the words' times and the turns.
    Json,
    /// WebVTT (W3C), on the recording's time: for a player.
    Vtt,
    /// Text, a line each: for people.
    Text,
}

/// Which form.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct FormatQuery {
    /// `json`, `vtt` or `text`; goes before the header `Accept`.
    #[param(value_type = Option<String>)]
    format: Option<Format>,
    /// In WebVTT and text, lines read as they were corrected. JSON has both in any case.
    #[serde(default)]
    corrected: bool,
}

/// What to look for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchQuery {
    /// Words that must all be in the line; `"..."` is a phrase, and `*` at the end of a word stands for any ending.
    /// Letters' case and accents do not matter.
    #[param(max_length = 512, example = "appointment \"next week\"")]
    q: String,
    /// The most lines on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl From<TranscriptLine> for Line {
    fn from(line: TranscriptLine) -> Self {
        let word = |Word { text, from_ms, to_ms }| LineWord { text, from_ms, to_ms };
        Self {
            speaker: line.speaker,
            from_ms: line.from_ms,
            to_ms: line.to_ms,
            text: line.text,
            words: line.words.into_iter().map(word).collect(),
            confidence: line.confidence,
            language: line.language,
            cut: line.cut,
        }
    }
}

impl From<LineRecord> for NumberedLine {
    fn from(record: LineRecord) -> Self {
        Self { seq: record.seq, line: record.line.into(), corrected: None }
    }
}

impl From<TurnReport> for Turn {
    fn from(turn: TurnReport) -> Self {
        let TurnReport { speech_ended_ms, turn_end, first_token, first_clause, first_audio, total, .. } = turn;
        let TurnReport { speculated, wasted, brain, interrupted, sources, .. } = turn;
        let passage = |source: Source| {
            let Source { id, document, title, score } = source;
            Passage { id, document, title, score }
        };
        Self {
            speech_ended_ms,
            turn_end,
            first_token,
            first_clause,
            first_audio,
            total,
            speculated,
            wasted,
            brain,
            interrupted,
            sources: sources.into_iter().map(passage).collect(),
        }
    }
}

impl From<TranscriptHit> for Hit {
    fn from(hit: TranscriptHit) -> Self {
        let piece = |SnippetPart { text, hit }| Piece { text, hit };
        Self { call: hit.call, line: hit.line.into(), snippet: hit.snippet.into_iter().map(piece).collect() }
    }
}

/// What was said in a call, as JSON, WebVTT or text.
///
/// While the call goes on it holds what is final so far; the event `transcript.ready` says that it is complete. In
/// WebVTT the times are the recording's, so that a player shows each line when it is heard; uses of tools are comments.
#[utoipa::path(get, path = "/v1/calls/{id}/transcript", tag = "transcripts", operation_id = "getCallTranscript",
    params(("id" = String, Path, description = "Id of the call"), FormatQuery,
           ("Accept" = Option<String>, Header, description = "`application/json`, `text/vtt` or `text/plain`")),
    responses((status = 200, content(
        (Transcript = "application/json"), (String = "text/vtt"), (String = "text/plain")))))]
pub(super) async fn of_call(
    State(state): State<ApiState>,
    Id(id): Id<CallId>,
    Params(query): Params<FormatQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = match query.format {
        Some(format) => format,
        None => accepted(&headers)?,
    };
    let call = state.store().call(id).await?.ok_or_else(no_such_call)?;
    let recording = state.store().call_recording(id).await?;
    let mut transcript = state.store().transcript(id).await?;
    let mut corrections: HashMap<u32, CorrectionRecord> =
        state.store().corrections(id).await?.into_iter().map(|correction| (correction.seq, correction)).collect();
    if query.corrected && format != Format::Json {
        for record in &mut transcript.lines {
            if let Some(correction) = corrections.remove(&record.seq) {
                record.line.text = correction.text;
            }
        }
    }
    let tools = state.store().tool_uses(id).await?;
    let offset_ms = recording.as_ref().and_then(|recording| recording.offset_ms).unwrap_or(0);
    let plain = |kind: &'static str, body: String| {
        // The form depends on what was asked for by the header.
        ([(header::CONTENT_TYPE, kind), (header::VARY, "accept")], body).into_response()
    };
    Ok(match format {
        Format::Vtt => plain("text/vtt; charset=utf-8", export::vtt(&transcript.lines, &tools, offset_ms)),
        Format::Text => plain("text/plain; charset=utf-8", export::text(&transcript.lines, &tools)),
        Format::Json => {
            let numbered = |record: LineRecord| {
                let corrected = corrections.remove(&record.seq).map(Corrected::from);
                NumberedLine { corrected, ..NumberedLine::from(record) }
            };
            let aligned = |RecordingRecord { id, offset_ms, .. }| Aligned { id, offset_ms };
            let body = Transcript {
                call: id,
                state: call.transcript,
                recording: recording.map(aligned),
                lines: transcript.lines.into_iter().map(numbered).collect(),
                turns: transcript.turns.into_iter().map(Turn::from).collect(),
                tools: tools.into_iter().map(ToolUse::from).collect(),
            };
            ([(header::VARY, "accept")], Json(body)).into_response()
        }
    })
}

/// The form that the header `Accept` prefers (RFC 9110 section 12.5.1); JSON where it does not say.
fn accepted(headers: &HeaderMap) -> Result<Format, Problem> {
    let mut wanted: Vec<(f32, Format)> = Vec::new();
    let mut said = false;
    for value in headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()) {
        for range in value.split(',').map(str::trim).filter(|range| !range.is_empty()) {
            said = true;
            let mut parts = range.split(';').map(str::trim);
            let format = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "*/*" | "application/*" | "application/json" => Format::Json,
                "text/vtt" => Format::Vtt,
                "text/plain" | "text/*" => Format::Text,
                _ => continue,
            };
            let weight = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse().ok()).unwrap_or(1.0);
            wanted.push((weight, format));
        }
    }
    if !said {
        return Ok(Format::Json);
    }
    // Of equal ones the first that was named.
    let best = wanted.into_iter().filter(|(weight, _)| *weight > 0.0).rev().max_by(|a, b| a.0.total_cmp(&b.0));
    let none = || {
        let detail = "a transcript is given as application/json, text/vtt or text/plain: accept one of them";
        Problem::new(Kind::NotAcceptable, detail)
    };
    best.map(|(_, format)| format).ok_or_else(none)
}

/// Lines of all transcripts that hold all the words, newest first.
#[utoipa::path(get, path = "/v1/transcripts/search", tag = "transcripts", operation_id = "searchTranscripts",
    params(SearchQuery), responses((status = 200, body = inline(List<Hit>))))]
pub(super) async fn search(
    State(state): State<ApiState>,
    Params(query): Params<SearchQuery>,
) -> Result<List<Hit>, Problem> {
    if query.q.trim().is_empty() || query.q.chars().count() > MAX_QUERY {
        let detail = format!("`q` is 1 to {MAX_QUERY} characters: the words to look for");
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    let page = page_request(query.limit, query.cursor.as_deref())?;
    Ok(List::page(state.store().search_transcripts(&query.q, &page).await?, Hit::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_what_accept_prefers() {
        let prefers = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            accepted(&headers).ok()
        };
        assert_eq!(accepted(&HeaderMap::new()).ok(), Some(Format::Json));
        for (accept, format) in [
            ("*/*", Some(Format::Json)),
            ("text/vtt", Some(Format::Vtt)),
            ("text/html, text/plain;q=0.8, */*;q=0.1", Some(Format::Text)),
            ("application/json;q=0.5, TEXT/VTT", Some(Format::Vtt)),
            ("text/vtt, text/plain", Some(Format::Vtt)),
            ("text/vtt;q=0, text/plain;q=0.2", Some(Format::Text)),
            ("image/png", None),
        ] {
            assert_eq!(prefers(accept), format, "{accept}");
        }
    }
}
