//! OpenAI-compatible speech: `POST /v1/audio/speech`.
//!
//! Format: <https://platform.openai.com/docs/api-reference/audio/createSpeech>, as of 2026-11-21: JSON with `model`, `input`
//! and `voice`; with `response_format: pcm` the answer is raw 16-bit little-endian samples at 24 kHz, mono, in chunks
//! as they are made.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request as HttpRequest;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;

use crate::paced::{self, Odd};
use crate::server::{self, Double, Records, is_a_double};
use crate::{Script, Step, VoiceAnswer, chat};

const HZ: u32 = 24_000;

/// Bytes of a piece: 50 ms, and one byte more, so that samples are cut in two.
const PIECE: usize = HZ as usize / 20 * 2 + 1;

/// An OpenAI-compatible voice. [`Double::url`] with `/v1` is its base. A piece of its answer is 50 ms of sound, so a
/// rate of 20 is real time.
#[derive(Debug)]
pub struct SpeechDouble(Double);

is_a_double!(SpeechDouble);

impl SpeechDouble {
    /// Starts it.
    pub async fn start(script: impl Into<Script<VoiceAnswer>>) -> io::Result<Self> {
        let script = script.into();
        let routes = |records: Arc<Records>| {
            let handler = move |request: HttpRequest| answer(request, script.clone(), Arc::clone(&records));
            Router::new().route("/v1/audio/speech", post(handler))
        };
        Double::start(routes).await.map(Self)
    }
}

async fn answer(request: HttpRequest, script: Script<VoiceAnswer>, records: Arc<Records>) -> Response {
    let request = server::read(request).await;
    let at = records.note(request.clone());
    let Step { answer, manner } = script.step(&request, at);
    if let Some(refusal) = paced::refusal(manner, chat::error) {
        tokio::time::sleep(manner.first_byte).await;
        return refusal;
    }
    let body = request.json();
    let text = body["input"].as_str().unwrap_or_default();
    let complete = ["model", "voice"].iter().all(|name| body[name].is_string()) && !text.is_empty();
    if !complete || body["response_format"] != "pcm" {
        return (StatusCode::BAD_REQUEST, chat::error(400)).into_response();
    }
    let pieces = answer.bytes(text, HZ).chunks(PIECE).map(Bytes::copy_from_slice).collect();
    // Raw audio has no form that could be broken: half a sample is the worst there is.
    let odd = Odd { malformed: Bytes::from_static(&[0]), error: Bytes::new() };
    paced::respond(records, manner, "audio/pcm", pieces, odd).await
}
