//! Hearing and speaking: the traits [`Transcriber`] and [`Synthesizer`] with their engines.
//!
//! - [`synthesizer`]: the trait, its stream and its errors.
//! - [`text`]: what every engine needs first: marks read, digits, dates and amounts written out, sentences cut.
//! - [`pico`]: the built-in engine, six voices, in worker processes; with its cache on disk.
//! - [`worker`]: the main function of such a worker process.
//! - [`words`]: when each word sounds, and the words as they were written.
//!
//! Another engine (an HTTP provider, a streaming WebSocket) is a module beside [`pico`] that implements
//! [`Synthesizer`]; recognition will be `transcriber`, with its engines beside it in the same way.

pub mod pico;
pub mod synthesizer;
pub mod text;
pub mod transcriber;
pub mod words;
pub mod worker;

pub use pico::{CacheSettings, PicoCounters, PicoPool, PicoSettings, StartError, WorkerCommand};
pub use synthesizer::{SpeakError, SpeechChunk, SpeechSink, SpeechStream, Synthesizer, Utterance, VoiceInfo};
pub use transcriber::{EarBlock, EarSink, HearError, HearingEvent, HearingStream, ListenRequest, Transcriber};
pub use words::WordTime;
