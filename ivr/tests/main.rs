//! The tests of `ivr`, one executable: each of them would carry the whole room.
#![allow(clippy::unwrap_used, reason = "tests")]

mod demo;
mod docs;
mod faults;
mod keys;
mod messages;
mod mutations;
mod properties;
mod speech;
mod support;
mod verbs;
