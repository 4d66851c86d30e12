//! Deepgram's streaming recogniser: WebSockets `/v1/listen` and `/v2/listen` (Flux).
//!
//! Formats, as of 2026-11-21: <https://developers.deepgram.com/reference/speech-to-text/listen-streaming> (v1: `Results` with
//! `is_final` and `speech_final`, `SpeechStarted`, `UtteranceEnd`, `Metadata`; in: binary audio, `KeepAlive`,
//! `Finalize`, `CloseStream`) and <https://developers.deepgram.com/docs/flux/state> (v2: `Connected`, `TurnInfo` with
//! `StartOfTurn`, `Update`, `EagerEndOfTurn`, `TurnResumed`, `EndOfTurn`; `Error`; in: binary audio, `CloseStream`).

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request as HttpRequest};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::ear::{Ear, EarEvent, EarTiming, Now, SpokenTurn};
use crate::paced;
use crate::server::{self, Double, Records, is_a_double};
use crate::{Fault, Request, Script, Step};

/// What one connection hears.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// Its turns, in order; again from the first when they are through.
    pub turns: Vec<SpokenTurn>,
    /// When it says what.
    pub timing: EarTiming,
}

impl Heard {
    /// These texts, one after the other, at the default times.
    pub fn texts<const N: usize>(texts: [&str; N]) -> Self {
        Self { turns: texts.into_iter().map(SpokenTurn::new).collect(), timing: EarTiming::default() }
    }
}

/// A streaming recogniser. [`Double::ws_url`] is its base. A piece of its answer is one message.
#[derive(Debug)]
pub struct DeepgramDouble(Double);

is_a_double!(DeepgramDouble);

impl DeepgramDouble {
    /// Starts it. The script is asked once for each connection.
    pub async fn start(script: impl Into<Script<Heard>>) -> io::Result<Self> {
        let script = script.into();
        let routes = |records: Arc<Records>| {
            let handler = move |request: HttpRequest| connect(request, script.clone(), Arc::clone(&records));
            Router::new().route("/v1/listen", get(handler.clone())).route("/v2/listen", get(handler))
        };
        Double::start(routes).await.map(Self)
    }
}

fn error(status: u16) -> String {
    json!({ "err_code": format!("E{status}"), "err_msg": format!("refused with {status}"), "request_id": "r" })
        .to_string()
}

async fn connect(request: HttpRequest, script: Script<Heard>, records: Arc<Records>) -> Response {
    let (mut head, _) = request.into_parts();
    let request = server::of(&head, Bytes::new());
    let at = records.note(request.clone());
    let Step { answer, manner } = script.step(&request, at);
    tokio::time::sleep(manner.first_byte).await;
    if let Some(refusal) = paced::refusal(manner, error) {
        return refusal;
    }
    let rate = request.param("sample_rate").and_then(|rate| rate.parse().ok());
    let (Some(hz), Some("linear16"), Some(_)) = (rate, request.param("encoding").as_deref(), request.param("model"))
    else {
        return (StatusCode::BAD_REQUEST, error(400)).into_response();
    };
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut head, &()).await else {
        return (StatusCode::BAD_REQUEST, error(400)).into_response();
    };
    let format = Format::of(&request);
    let timing = format.timing(&request, answer.timing);
    let ear = Ear::new(hz, timing, answer.turns);
    let session = Session { format, ear, records, fault: manner.fault, sent: 0, ended: None };
    upgrade.on_upgrade(move |socket| session.run(socket))
}

/// The two wire formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    V1,
    V2,
}

impl Format {
    fn of(request: &Request) -> Self {
        if request.path.starts_with("/v2") { Self::V2 } else { Self::V1 }
    }

    /// An early end of turn comes only where it was asked for (v2's `eager_eot_threshold`), and never in v1.
    fn timing(self, request: &Request, timing: EarTiming) -> EarTiming {
        let eager = self == Self::V2 && request.param("eager_eot_threshold").is_some();
        EarTiming { eager_ms: timing.eager_ms.filter(|_| eager), ..timing }
    }

    fn messages(self, now: &Now) -> Vec<Value> {
        match self {
            Self::V1 => v1(now),
            Self::V2 => vec![v2(now)],
        }
    }
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1_000.0
}

fn v1(now: &Now) -> Vec<Value> {
    let last = now.event == EarEvent::Ended;
    if now.event == EarEvent::Started {
        return vec![json!({ "type": "SpeechStarted", "channel": [0, 1], "timestamp": seconds(now.from_ms) })];
    }
    let word = |(text, from, to): &(String, u64, u64)| {
        json!({ "word": text.to_lowercase(), "start": seconds(*from), "end": seconds(*to), "confidence": 0.98,
            "punctuated_word": text })
    };
    let words: Vec<Value> = now.words.iter().map(word).collect();
    let result = json!({ "type": "Results", "channel_index": [0, 1], "start": seconds(now.from_ms),
        "duration": seconds(now.to_ms - now.from_ms), "is_final": last, "speech_final": last, "from_finalize": false,
        "channel": { "alternatives": [{ "transcript": now.text(), "confidence": 0.97, "words": words }] },
        "metadata": { "request_id": "r" } });
    let end = now.words.last().map_or(now.to_ms, |(_, _, end)| *end);
    let mut messages = vec![result];
    if last {
        messages.push(json!({ "type": "UtteranceEnd", "channel": [0, 1], "last_word_end": seconds(end) }));
    }
    messages
}

fn v2(now: &Now) -> Value {
    let (event, confidence) = match now.event {
        EarEvent::Started => ("StartOfTurn", 0.0),
        EarEvent::Update => ("Update", 0.1),
        EarEvent::Eager => ("EagerEndOfTurn", 0.5),
        EarEvent::Resumed => ("TurnResumed", 0.1),
        EarEvent::Ended => ("EndOfTurn", 0.9),
    };
    let word = |(text, from, to): &(String, u64, u64)| json!({ "word": text, "confidence": 0.98, "start": seconds(*from), "end": seconds(*to) });
    json!({ "type": "TurnInfo", "request_id": "r", "event": event, "turn_index": now.turn,
        "audio_window_start": seconds(now.from_ms), "audio_window_end": seconds(now.to_ms),
        "transcript": now.text(), "words": now.words.iter().map(word).collect::<Vec<_>>(),
        "end_of_turn_confidence": confidence })
}

/// One connection.
struct Session {
    format: Format,
    ear: Ear,
    records: Arc<Records>,
    fault: Option<Fault>,
    sent: usize,
    ended: Option<()>,
}

impl Session {
    async fn run(mut self, mut socket: WebSocket) {
        if self.format == Format::V2 {
            let hello = json!({ "type": "Connected", "request_id": "r", "sequence_id": 0 });
            self.send(&mut socket, vec![hello]).await;
        }
        while self.ended.is_none() {
            let Some(Ok(message)) = socket.recv().await else {
                self.records.abandon();
                return;
            };
            let events = match message {
                Message::Binary(audio) => {
                    self.records.note_audio(audio.len());
                    let pairs = audio.as_chunks::<2>().0.iter();
                    self.ear.push(pairs.map(|pair| i16::from_le_bytes(*pair)))
                }
                Message::Text(text) => {
                    self.records.note_message(text.to_string());
                    self.control(&mut socket, &text).await
                }
                _ => Vec::new(),
            };
            if events.iter().any(|now| now.event == EarEvent::Ended) {
                self.records.note_moment(self.ear.last_speech());
            }
            let messages = events.iter().flat_map(|now| self.format.messages(now)).collect();
            self.send(&mut socket, messages).await;
        }
    }

    /// `CloseStream` ends the turn, then the connection. `KeepAlive` is only noted.
    async fn control(&mut self, socket: &mut WebSocket, text: &str) -> Vec<Now> {
        let kind = serde_json::from_str::<Value>(text).unwrap_or_default()["type"].as_str().map(str::to_owned);
        match kind.as_deref() {
            Some("Finalize") => self.ear.close().into_iter().collect(),
            Some("CloseStream") => {
                let mut messages: Vec<Value> =
                    self.ear.close().iter().flat_map(|now| self.format.messages(now)).collect();
                if self.format == Format::V1 {
                    messages.push(json!({ "type": "Metadata", "request_id": "r", "duration": 0.0, "channels": 1 }));
                }
                self.send(socket, messages).await;
                self.ended = Some(());
                // The other side may be gone.
                let _ = socket.send(Message::Close(None)).await;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    async fn send(&mut self, socket: &mut WebSocket, messages: Vec<Value>) {
        for message in messages {
            if self.ended.is_some() {
                return;
            }
            match self.fault {
                Some(Fault::Stall { after }) if self.sent >= after => continue,
                Some(Fault::Cut { after }) if self.sent >= after => {
                    self.ended = Some(());
                    return;
                }
                Some(Fault::Malformed { after }) if self.sent == after => {
                    let _ = socket.send(Message::text("{\"type\":\"Results\",")).await;
                }
                Some(Fault::Error { after }) if self.sent >= after => {
                    let error = json!({ "type": "Error", "code": "INTERNAL_SERVER_ERROR", "description": "failed" });
                    let _ = socket.send(Message::text(error.to_string())).await;
                    self.ended = Some(());
                    return;
                }
                _ => {}
            }
            self.sent += 1;
            if socket.send(Message::text(message.to_string())).await.is_err() {
                self.ended = Some(());
            }
        }
    }
}
