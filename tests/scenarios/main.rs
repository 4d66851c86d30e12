//! Whole-program scenarios: the real binary, called by synthetic callers, SIPp and baresip. What was heard is judged by
//! signal, on both sides and in the recording.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

mod after_call;
mod answering;
mod calling_out;
mod carriers;
mod contacts;
mod conversations;
mod costs;
mod crashes;
mod dialogs;
mod flows;
mod handover;
mod keys;
mod knowledge;
mod members;
mod menu;
mod operation;
mod recordings;
mod refusals;
mod rehearsals;
mod terminal;
mod tools;
mod transfers;
mod voicemail;
mod watching;
mod webhooks;
