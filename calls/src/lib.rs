//! The pipeline: one task per live call, and the switchboard that finds out what answers.
//!
//! - [`Switchboard`]: where calls come in, are placed and are ended.
//! - [`directory`]: numbers, members and trunks, and the decision on an INVITE.
//! - [`gate`]: what every outbound call passes.
//! - [`app`]: how the program hands in what talks: this crate names no application.
//! - `call/`: a live call, by what it does: signalling, sound, playing, hearing, thinking, its apps, recording,
//!   transfer, closing.
//! - [`live`]: what is going on, for whoever watches.
//! - `think`: who thinks for an agent; `tools`: who gets things done for it.
//! - `voice`: prompts, made off the media path and shared by all calls.
//! - `queue`, `staff`: who waits for somebody to become free; who is free, and had how many callers today.
//! - [`interop`]: how each trunk wants to be spoken to.
//! - `routing`: from an INVITE to what answers it.
//! - `trunks`, `lines`: registration and watch, and how many calls each carries.

pub mod app;
mod call;
mod dialing;
pub mod directory;
mod error;
mod feed;
pub mod gate;
mod house;
pub mod interop;
mod lines;
pub mod live;
mod orders;
mod queue;
mod routing;
mod staff;
mod switchboard;
mod think;
mod tools;
mod trunks;
mod voice;

pub use call::Placement;
pub use error::{ControlError, PlaceError};
pub use house::{CallSettings, HttpClient, Parts};
pub use queue::QueueState;
pub use switchboard::Switchboard;
pub use think::{NoThinker, Thinker, ThoughtStream};
pub use tools::{NoTools, ToolFuture, Tools};
pub use trunks::{RegistrationWord, TrunkState};
