//! Transactions (RFC 3261 section 17, with RFC 6026): the four state machines and their timers.

mod timer;

pub use timer::{Timer, TimerConfig};
