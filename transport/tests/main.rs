//! The tests of `transport`, one executable: each of them would carry the whole room.
#![allow(clippy::unwrap_used, reason = "tests")]

mod dtls;
mod flows;
mod rtp;
mod sip;
mod support;
mod tls;
mod web;
