//! Local servers on 127.0.0.1 that speak the wire formats of language, voice and recognition providers, and misbehave as
//! they are told: slow first bytes, stalls, refusals with Retry-After, cut streams, malformed chunks.
//!
//! - [`ChatDouble`]: OpenAI-compatible chat completions; [`play`] gives it parts to play. [`AnthropicDouble`]: Anthropic messages.
//! - [`SpeechDouble`]: OpenAI-compatible `/v1/audio/speech`. [`ElevenDouble`]: ElevenLabs' stream-input WebSocket.
//! - [`EmbeddingDouble`]: OpenAI-compatible `/v1/embeddings`, with vectors that mean something without a model.
//! - [`TranscriptionDouble`]: OpenAI-compatible `/v1/audio/transcriptions`. [`DeepgramDouble`]: Deepgram's streaming
//!   WebSocket, v1 and v2 (Flux), which hears real energy in real audio.
//!
//! Each is started with a [`Script`] and keeps what it was asked in [`Double::requests`]. Dropping it closes its port
//! and its connections.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use provider_doubles::{ChatAnswer, ChatDouble, Fault, Manner, Script, Step};
//! let script = Script::in_order(vec![
//!     Step::failing(Fault::TooMany { retry_after_s: 1 }),
//!     Step::from(ChatAnswer::text("We open at nine.")).in_manner(Manner::slow(400, 60.0)),
//! ]);
//! let double = ChatDouble::start(script).await?;
//! let base = double.url("/v1");
//! # Ok(()) }
//! ```

mod anthropic;
mod chat;
mod concepts;
mod deepgram;
mod ear;
mod eleven;
mod embedding;
mod multipart;
mod paced;
mod play;
mod script;
mod server;
mod speech;
mod transcription;
mod voice;

pub use anthropic::AnthropicDouble;
pub use chat::{ChatAnswer, ChatDouble};
pub use deepgram::{DeepgramDouble, Heard};
pub use ear::{EarTiming, Hesitation, SpokenTurn};
pub use eleven::ElevenDouble;
pub use embedding::EmbeddingDouble;
pub use multipart::Part;
pub use play::{Actor, Fill, Scene, play};
pub use script::{Fault, Manner, Script, Step};
pub use server::{Double, Request};
pub use speech::SpeechDouble;
pub use transcription::{TranscriptAnswer, TranscriptionDouble};
pub use voice::VoiceAnswer;
