//! The tests of `calls`, one executable: each of them would carry the whole room.
#![allow(clippy::unwrap_used, reason = "tests")]

mod agents;
mod calls;
mod early;
mod handover;
mod permitted;
mod referral;
mod secure_transfer;
mod supervision;
mod support;
mod toll;
mod tools;
mod transfer;
