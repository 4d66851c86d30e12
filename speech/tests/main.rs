//! The tests of `speech`, one executable: each of them would carry the whole room.
#![allow(clippy::unwrap_used, reason = "tests")]

mod hears;
mod models;
mod pico;
mod provider_ears;
mod provider_voices;
mod whisper;
