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
//! - `presence`: who is at their phone, for whoever watches.
//! - [`interop`]: how each trunk wants to be spoken to.
//! - `identity`: who calls, as far as it may be believed and shown; `trunk_call`: the INVITE as a trunk wants it.
//! - `recorder`: a recorder of record elsewhere (SIPREC): which calls it gets, and what it is told of them.
//! - `proof`: whether a caller's number is proved by a signature.
//! - `routing`: from an INVITE to what answers it.
//! - `admission`, [`toll`]: who may call in; what calls out cost and may cost.
//! - [`outreach`]: the rules for calls that we make by ourselves, and how who is called says no.
//! - [`screening`]: who answered a call that we made, and what becomes of it.
//! - `supervision`: what somebody of the house may ask who listens, whispers, joins or takes over.
//! - `trunks`, `lines`: registration and watch, and how many calls each carries.

mod admission;
pub mod app;
mod call;
mod dialing;
pub mod directory;
mod error;
mod fax;
mod feed;
pub mod gate;
mod house;
mod identity;
pub mod interop;
mod lines;
pub mod live;
mod orders;
pub mod outreach;
mod presence;
mod proof;
mod queue;
mod recorder;
mod routing;
pub mod screening;
mod staff;
mod supervision;
mod switchboard;
mod think;
pub mod toll;
mod tools;
mod trunk_call;
mod trunks;
mod voice;

pub use call::Placement;
pub use error::{ControlError, PlaceError};
pub use fax::{FaxRule, FaxRuleError};
pub use house::{CallSettings, ComfortNoise, HttpClient, Parts};
pub use presence::{MemberPresence, PresenceState};
pub use proof::{NoProver, Proof, Prover, Signed, Verifying};
pub use queue::{QueueState, ServiceLevels};
pub use recorder::RecorderSettings;
pub use staff::Attendance;
pub use supervision::{SuperviseError, SuperviseOrder, SupervisionMode};
pub use switchboard::Switchboard;
pub use think::{NoThinker, Thinker, ThoughtStream};
pub use tools::{NoTools, ToolFuture, Tools};
pub use trunks::{RegistrationWord, TrunkState};
