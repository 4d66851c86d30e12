//! The boundary between the pipeline and what talks to the caller.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{AnsweredBy, CallCommand, CallEvent, CallId, CallOrigin, Direction};

/// The time that an app is told: it never asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Time since the call began (monotonic).
    pub since_start: Duration,
    /// Wall clock, ms since the Unix epoch.
    pub unix_ms: i64,
}

/// What is known of a call when its app is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallFacts {
    /// The call.
    pub call: CallId,
    /// Who called whom.
    pub direction: Direction,
    /// The other party's number in E.164 or, failing that, the user part of its SIP URI; `None` when withheld.
    pub caller: Option<String>,
    /// Our number or address that is called (or that we call from).
    pub number: String,
    /// Name of our trunk, if the call came or goes by one.
    pub trunk: Option<String>,
    /// BCP 47 language to begin with, such as `en` or `de`.
    pub language: String,
    /// The contact's fields (`name`, `language`, ...); empty when unknown.
    pub contact: Map<String, Value>,
    /// Variables handed over by whoever placed the call.
    pub variables: Map<String, Value>,
    /// Where the call comes from.
    #[serde(default)]
    pub origin: CallOrigin,
    /// Who or what answered a call that we made; `None` where nobody looked, or not yet.
    #[serde(default)]
    pub answered_by: Option<AnsweredBy>,
}

/// What talks to the caller: a flow, an agent, or a third kind. Without I/O, clock or chance: it is told events and
/// the time, and is drained of commands after each.
///
/// The pipeline calls [`handle`](Self::handle) for each event, [`handle_timeout`](Self::handle_timeout) when the
/// time given by [`poll_timeout`](Self::poll_timeout) has come, and [`poll_command`](Self::poll_command) until it is
/// empty after either. The first event is always [`CallEvent::Started`]; after [`CallEvent::HungUp`] no command is
/// carried out but those that keep something (see [`CallCommand`]).
pub trait CallApp: Send {
    /// Takes an event in.
    fn handle(&mut self, now: Moment, event: &CallEvent);

    /// The time asked for has come.
    fn handle_timeout(&mut self, now: Moment);

    /// The next thing to do, in order; `None` when there is nothing now.
    fn poll_command(&mut self) -> Option<CallCommand>;

    /// When to be woken, as time since the call began; `None` for never.
    fn poll_timeout(&self) -> Option<Duration>;

    /// Whether this key means something to it now. One that does not may have a meaning in every call, such as to opt
    /// out of further ones.
    fn wants_key(&self, key: char) -> bool {
        let _ = key;
        false
    }
}
