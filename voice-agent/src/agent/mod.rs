//! The agent: a [`CallApp`] that talks with one caller.

mod phrases;
mod program;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use call_model::{CallApp, CallCommand, CallEvent, CallFacts, Moment};

pub(crate) use phrases::{PHRASE_LANGUAGES, Phrase};
pub use program::{AgentProgram, Business};

/// An agent that talks with one caller. Without I/O, clock or chance.
pub struct AgentApp {
    program: Arc<AgentProgram>,
    facts: CallFacts,
    commands: VecDeque<CallCommand>,
}

impl AgentApp {
    /// An agent for one call. Nothing happens before [`CallEvent::Started`].
    pub fn new(program: Arc<AgentProgram>, facts: CallFacts) -> Self {
        Self { program, facts, commands: VecDeque::new() }
    }
}

impl CallApp for AgentApp {
    fn handle(&mut self, _now: Moment, event: &CallEvent) {
        if matches!(event, CallEvent::Started) {
            let _ = (&self.program, &self.facts);
            self.commands.push_back(CallCommand::Answer);
        }
    }

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }
}
