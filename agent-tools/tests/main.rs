//! The tests of `agent-tools`, one executable: each of them would carry the whole room.
#![allow(clippy::unwrap_used, reason = "tests")]

mod http;
mod levels;
mod mcp;
mod support;
mod toolbox;
mod verify;
