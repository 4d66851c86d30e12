//! Whole-program scenarios: the real binary, called by synthetic callers, SIPp and baresip. What was heard is judged by
//! signal, on both sides and in the recording.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

mod abuse;
mod after_call;
mod answering;
mod calling_out;
mod campaigns;
mod carriers;
mod codecs;
mod contacts;
mod conversations;
mod costs;
mod crashes;
mod dialogs;
mod encrypted;
mod faults;
mod flows;
mod handover;
mod identity;
mod keys;
mod knowledge;
mod machines;
mod members;
mod menu;
mod operation;
mod people;
mod privacy;
mod recorder;
mod recordings;
mod referrals;
mod refusals;
mod rehearsals;
mod signing_in;
mod terminal;
mod tools;
mod transfers;
mod voicemail;
mod watching;
mod webhooks;
