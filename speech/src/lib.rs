//! Hearing and speaking: the traits [`Transcriber`] and [`Synthesizer`] with their engines.
//!
//! - [`synthesizer`]: the trait, its stream and its errors.
//! - [`text`]: what every engine needs first: marks read, digits, dates and amounts written out, sentences cut.
//! - [`pico`]: the built-in engine, six voices, in worker processes; with its cache on disk.
//! - [`worker`]: the main function of such a worker process.
//! - [`transcriber`]: the trait of what hears, the ends of a session, its events and errors.
//! - [`models`]: whisper's models, and how they get here.
//! - [`whisper`]: the built-in engine and whisper's models, in a worker process; its main function is [`whisper::worker`].
//! - [`words`]: when each word sounds, and the words as they were written.
//!
//! - [`provider`]: engines behind a network, for both traits.
//! - [`router`]: one synthesiser in front of several, with the built-in voice behind them all.
//!
//! Another engine is a module beside [`pico`] that implements [`Synthesizer`]; or, beside [`whisper`], [`Transcriber`].

pub mod models;
pub mod pico;
pub mod provider;
pub mod router;
pub mod synthesizer;
pub mod text;
pub mod transcriber;
pub mod whisper;
pub mod words;
pub mod worker;

pub use pico::{CacheSettings, PicoCounters, PicoPool, PicoSettings, StartError, WorkerCommand};
pub use router::Router;
pub use synthesizer::{SpeakError, SpeechChunk, SpeechSink, SpeechStream, Synthesizer, Utterance, VoiceInfo};
pub use transcriber::{EarBlock, EarSink, HearError, HearingEvent, HearingStream, ListenRequest, Transcriber};
pub use whisper::{HearCounters, HearStartError, Model, SessionSettings, Whisper, WhisperSettings};
pub use words::WordTime;
