//! A flow played in text: typed keys in, spoken lines out, in virtual time.

use std::sync::Arc;

use call_model::{CallFacts, Moment};

use crate::app::FlowApp;
use crate::program::FlowProgram;

/// A flow and a person at a keyboard. Pure: the virtual clock goes on only by input.
pub struct Simulator {
    #[expect(dead_code, reason = "the interpreter follows")]
    app: FlowApp,
    #[expect(dead_code, reason = "the interpreter follows")]
    now: Moment,
    over: bool,
}

impl Simulator {
    /// A call of `facts` to `program` that begins at `unix_ms` (ms since the Unix epoch).
    pub fn new(program: Arc<FlowProgram>, facts: CallFacts, unix_ms: i64) -> Self {
        let now = Moment { since_start: std::time::Duration::ZERO, unix_ms };
        Self { app: FlowApp::new(program, facts), now, over: false }
    }

    /// Starts the call: what happens until the flow waits for something.
    pub fn start(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// One typed line: keys (`1`, `123#`), nothing (silence until the flow does something), or a word such as
    /// `hangup`; `help` lists them. Gives what happens until the flow waits again.
    pub fn input(&mut self, _line: &str) -> Vec<String> {
        Vec::new()
    }

    /// Whether the call is over.
    pub fn is_over(&self) -> bool {
        self.over
    }
}
