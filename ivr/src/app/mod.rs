//! The interpreter: a flow as a [`CallApp`].

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use call_model::{CallApp, CallCommand, CallEvent, CallFacts, Moment};

use crate::program::FlowProgram;

/// A flow that talks with one caller. Without I/O, clock or chance.
pub struct FlowApp {
    #[expect(dead_code, reason = "the interpreter follows")]
    program: Arc<FlowProgram>,
    #[expect(dead_code, reason = "the interpreter follows")]
    facts: CallFacts,
    commands: VecDeque<CallCommand>,
}

impl FlowApp {
    /// A flow for one call. Nothing happens before [`CallEvent::Started`].
    pub fn new(program: Arc<FlowProgram>, facts: CallFacts) -> Self {
        Self { program, facts, commands: VecDeque::new() }
    }
}

impl CallApp for FlowApp {
    fn handle(&mut self, _now: Moment, _event: &CallEvent) {}

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }
}
