//! Transactions (RFC 3261 section 17, with RFC 6026): the four state machines and their timers.
//!
//! The machines here know no messages: they are told what kind of message or which timer came, and say in a `Step`
//! what is to be done. The endpoint holds the messages and does it.

mod client;
mod key;
mod server;
mod timer;

use std::time::Duration;

pub(crate) use client::ClientMachine;
pub(crate) use key::{MergeKey, server_key};
pub(crate) use server::ServerMachine;
pub use timer::{Timer, TimerConfig};

/// What a machine asks for after an input.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Send the request (client) or the last response (server), for the first time or again.
    pub send: bool,
    /// Acknowledge a refusal (client).
    pub ack: bool,
    /// Hand the message to the user of the transaction.
    pub deliver: bool,
    /// Tell the user of the transaction that no response or ACK came.
    pub timed_out: bool,
    /// The transaction is over and to be forgotten.
    pub over: bool,
    /// Timers to start (`Some`) and to stop (`None`).
    pub timers: Vec<(Timer, Option<Duration>)>,
}

impl Step {
    fn send(mut self) -> Self {
        self.send = true;
        self
    }

    fn ack(mut self) -> Self {
        self.ack = true;
        self
    }

    fn deliver(mut self) -> Self {
        self.deliver = true;
        self
    }

    fn timed_out(mut self) -> Self {
        self.timed_out = true;
        self.over()
    }

    fn over(mut self) -> Self {
        self.over = true;
        self
    }

    fn start(mut self, timer: Timer, after: Duration) -> Self {
        self.timers.push((timer, Some(after)));
        self
    }

    fn stop(mut self, timer: Timer) -> Self {
        self.timers.push((timer, None));
        self
    }
}
