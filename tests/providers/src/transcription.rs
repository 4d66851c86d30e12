//! OpenAI-compatible transcription: `POST /v1/audio/transcriptions`.
//!
//! Format: <https://platform.openai.com/docs/api-reference/audio/createTranscription> and `.../verbose-json-object`, as of
//! 2026-11-21: a form with `file`, `model` and optionally `language`, `prompt`, `response_format`,
//! `timestamp_granularities[]`; the answer is `{"text"}`, or for `verbose_json` also `language` (its English name),
//! `duration`, `segments` and, when asked for, `words` with `start` and `end` in seconds.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request as HttpRequest;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::paced::{self, Odd};
use crate::server::{self, Double, Records, is_a_double};
use crate::{Request, Script, Step, chat};

/// What a recogniser understood.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TranscriptAnswer {
    /// The text.
    pub text: String,
    /// Words with start and end in seconds; left out where empty.
    pub words: Vec<(String, f64, f64)>,
    /// The mean log probability of the one segment.
    pub avg_logprob: f64,
    /// The probability that nobody spoke.
    pub no_speech_prob: f64,
}

impl TranscriptAnswer {
    /// A text without more.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), avg_logprob: -0.1, ..Self::default() }
    }
}

/// An OpenAI-compatible recogniser. [`Double::url`] with `/v1` is its base.
#[derive(Debug)]
pub struct TranscriptionDouble(Double);

is_a_double!(TranscriptionDouble);

impl TranscriptionDouble {
    /// Starts it.
    pub async fn start(script: impl Into<Script<TranscriptAnswer>>) -> io::Result<Self> {
        let script = script.into();
        let routes = |records: Arc<Records>| {
            let handler = move |request: HttpRequest| answer(request, script.clone(), Arc::clone(&records));
            Router::new().route("/v1/audio/transcriptions", post(handler)).layer(
                // Forms are larger than the default.
                axum::extract::DefaultBodyLimit::disable(),
            )
        };
        Double::start(routes).await.map(Self)
    }
}

async fn answer(request: HttpRequest, script: Script<TranscriptAnswer>, records: Arc<Records>) -> Response {
    let request = server::read(request).await;
    let at = records.note(request.clone());
    let Step { answer, manner } = script.step(&request, at);
    if let Some(refusal) = paced::refusal(manner, chat::error) {
        tokio::time::sleep(manner.first_byte).await;
        return refusal;
    }
    let Some(body) = body(&request, &answer) else {
        return (StatusCode::BAD_REQUEST, chat::error(400)).into_response();
    };
    let odd = Odd { malformed: Bytes::from_static(b"{\"text\":"), error: Bytes::from(chat::error(500)) };
    // In two pieces, so that it can be cut in the middle.
    let bytes = Bytes::from(body.to_string());
    let pieces = vec![bytes.slice(..bytes.len() / 2), bytes.slice(bytes.len() / 2..)];
    paced::respond(records, manner, "application/json", pieces, odd).await
}

fn body(request: &Request, answer: &TranscriptAnswer) -> Option<Value> {
    let parts = request.parts();
    let field = |name: &str| parts.iter().find(|part| part.name == name);
    let seconds = wav_seconds(&field("file")?.body)?;
    field("model")?;
    if field("response_format").is_none_or(|format| format.text() == "json") {
        return Some(json!({ "text": answer.text }));
    }
    let language = field("language").map_or_else(|| "english".to_owned(), crate::Part::text);
    let segment = json!({ "id": 0, "seek": 0, "start": 0.0, "end": seconds, "text": answer.text, "tokens": [],
        "temperature": 0.0, "avg_logprob": answer.avg_logprob, "compression_ratio": 1.0,
        "no_speech_prob": answer.no_speech_prob });
    let mut body = json!({ "task": "transcribe", "language": language, "duration": seconds, "text": answer.text,
        "segments": [segment] });
    let wanted = parts.iter().any(|part| part.name == "timestamp_granularities[]" && part.text() == "word");
    if wanted && !answer.words.is_empty() {
        let word = |(word, start, end): &(String, f64, f64)| json!({ "word": word, "start": start, "end": end });
        body["words"] = answer.words.iter().map(word).collect();
    }
    Some(body)
}

/// How long a WAV file of 16-bit mono samples lasts; `None` when it is none.
fn wav_seconds(file: &[u8]) -> Option<f64> {
    let hz = file.get(24..28).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))?;
    let wav = file.starts_with(b"RIFF") && file.get(8..16) == Some(b"WAVEfmt ") && file.get(36..40) == Some(b"data");
    (wav && hz > 0).then(|| (file.len() - 44) as f64 / 2.0 / f64::from(hz))
}
