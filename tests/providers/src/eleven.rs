//! ElevenLabs' stream-input WebSocket: `/v1/text-to-speech/{voice}/stream-input`.
//!
//! Format: <https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-stream-input>, as of 2026-11-21:
//! in `{"text": " "}` with settings, then texts, `flush`, and `{"text": ""}` at the end; out `{"audio": base64,
//! "alignment": {"chars", "charStartTimesMs", "charDurationsMs"}, "normalizedAlignment", "isFinal"}` where the times
//! count from the start of that piece of audio, and one last message with `isFinal`.

use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request as HttpRequest};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::paced::{self, Clock};
use crate::server::{self, Double, Records, is_a_double};
use crate::{Fault, Manner, Script, Step, VoiceAnswer};

/// Characters in one piece.
const PIECE_CHARS: usize = 10;

/// ElevenLabs' streaming voice. [`Double::ws_url`] is its base. A piece of its answer is the sound of ten characters.
#[derive(Debug)]
pub struct ElevenDouble(Double);

is_a_double!(ElevenDouble);

impl ElevenDouble {
    /// Starts it. The script is asked once for each connection; `first_byte` counts from each flush.
    pub async fn start(script: impl Into<Script<VoiceAnswer>>) -> io::Result<Self> {
        let script = script.into();
        let routes = |records: Arc<Records>| {
            let handler = move |request: HttpRequest| connect(request, script.clone(), Arc::clone(&records));
            Router::new().route("/v1/text-to-speech/{voice}/stream-input", get(handler))
        };
        Double::start(routes).await.map(Self)
    }
}

fn error(status: u16) -> String {
    json!({ "detail": { "status": "refused", "message": format!("refused with {status}") } }).to_string()
}

async fn connect(request: HttpRequest, script: Script<VoiceAnswer>, records: Arc<Records>) -> Response {
    let (mut head, _) = request.into_parts();
    let request = server::of(&head, Bytes::new());
    let at = records.note(request.clone());
    let Step { answer, manner } = script.step(&request, at);
    if let Some(refusal) = paced::refusal(manner, error) {
        return refusal;
    }
    let format = request.param("output_format").unwrap_or_default();
    let hz = format.strip_prefix("pcm_").and_then(|hz| hz.parse().ok());
    let upgrade = WebSocketUpgrade::from_request_parts(&mut head, &()).await;
    let (Some(hz), Ok(upgrade)) = (hz, upgrade) else {
        return (StatusCode::BAD_REQUEST, error(400)).into_response();
    };
    let session = Session { answer, manner, hz, records, text: String::new(), sent: 0 };
    upgrade.on_upgrade(move |socket| session.run(socket))
}

struct Session {
    answer: VoiceAnswer,
    manner: Manner,
    hz: u32,
    records: Arc<Records>,
    text: String,
    sent: usize,
}

impl Session {
    async fn run(mut self, mut socket: WebSocket) {
        while let Some(Ok(message)) = socket.recv().await {
            let Message::Text(text) = message else { continue };
            self.records.note_message(text.to_string());
            let message: Value = serde_json::from_str(&text).unwrap_or_default();
            let text = message["text"].as_str().unwrap_or_default();
            // The first message has a space only.
            self.text.push_str(if self.text.is_empty() { text.trim_start() } else { text });
            let last = text.is_empty();
            if (last || message["flush"] == true) && !self.speak(&mut socket).await {
                return;
            }
            if last {
                let done = json!({ "audio": null, "isFinal": true });
                // The other side may be gone.
                let _ = socket.send(Message::text(done.to_string())).await;
                let _ = socket.send(Message::Close(None)).await;
                return;
            }
        }
        self.records.abandon();
    }

    /// Sends the sound of what was written so far; `false` when the connection is to end.
    async fn speak(&mut self, socket: &mut WebSocket) -> bool {
        let text = std::mem::take(&mut self.text);
        let clock = Clock::start(self.manner);
        for (at, piece) in self.pieces(text.trim_end()).into_iter().enumerate() {
            clock.wait(at).await;
            match self.manner.fault {
                Some(Fault::Stall { after }) if self.sent >= after => {
                    while socket.recv().await.is_some_and(|message| message.is_ok()) {}
                    self.records.abandon();
                    return false;
                }
                Some(Fault::Cut { after }) if self.sent >= after => return false,
                Some(Fault::Error { after }) if self.sent >= after => {
                    let error = json!({ "message": "failed", "error": "internal_error", "code": 1011 });
                    let _ = socket.send(Message::text(error.to_string())).await;
                    return false;
                }
                Some(Fault::Malformed { after }) if self.sent == after => {
                    let _ = socket.send(Message::text("{\"audio\":\"%%%\"}")).await;
                }
                _ => {}
            }
            self.sent += 1;
            if at == 0 {
                self.records.note_moment(SystemTime::now());
            }
            if socket.send(Message::text(piece.to_string())).await.is_err() {
                self.records.abandon();
                return false;
            }
        }
        true
    }

    fn pieces(&self, text: &str) -> Vec<Value> {
        let chars: Vec<char> = text.chars().collect();
        let sound = self.answer.bytes(text, self.hz);
        let ms = self.answer.ms_per_char(text, self.hz);
        // Whole samples for every piece; the last one has what is left.
        let length = (sound.len() / chars.len().max(1) / 2 * 2 * PIECE_CHARS).max(2);
        let count = chars.len().div_ceil(PIECE_CHARS);
        let pieces = chars.chunks(PIECE_CHARS).enumerate().map(|(at, chars)| {
            let end = if at + 1 == count { sound.len() } else { (at + 1) * length };
            let audio = STANDARD.encode(sound.get(at * length..end).unwrap_or_default());
            let starts: Vec<u64> = (0..chars.len()).map(|at| (at as f64 * ms) as u64).collect();
            let alignment = json!({ "chars": chars, "charStartTimesMs": starts,
                "charDurationsMs": vec![ms as u64; chars.len()] });
            json!({ "audio": audio, "isFinal": null, "alignment": alignment, "normalizedAlignment": alignment })
        });
        pieces.collect()
    }
}
