//! Tools under way: each use has an end, and goes on although the call ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use call_model::{CallEvent, ToolFailure, ToolReport, ToolRequest, ToolUseId};
use futures_util::FutureExt;
use tokio::sync::mpsc;
use tracing::Instrument as _;

use super::Call;
use super::senses::Sense;
use crate::tools::Tools;

/// A tool is done.
pub(super) struct ToolEnd {
    /// The app that asked.
    pub seat: u32,
    pub tool: ToolUseId,
    /// What happened, for the transcript of a call that is over: while it lasts its app reports.
    pub report: ToolReport,
}

/// What the task of a use needs.
struct Use {
    seat: u32,
    tool: ToolUseId,
    at_ms: u64,
    limit: Duration,
    told: mpsc::Sender<Sense>,
}

impl Call {
    pub(super) fn use_tool(&mut self, tool: ToolUseId, request: ToolRequest) {
        let Some(told) = self.told.clone() else { return };
        let seat = self.seats.top().serial;
        if self.tools_running >= self.house.settings.max_tools {
            metrics::counter!("callwright_tools_refused_total").increment(1);
            let result = Err(ToolFailure::Failed { message: "too many tools at a time".into() });
            self.untold.push_back(CallEvent::ToolDone { tool, result });
            return;
        }
        self.tools_running += 1;
        let at_ms = self.answered.map_or(0, |at| at.elapsed().as_millis() as u64);
        let used = Use { seat, tool, at_ms, limit: self.house.settings.tool_limit, told };
        tokio::spawn(used.run(self.house.parts.tools.clone(), request).in_current_span());
    }

    pub(super) async fn on_tool(&mut self, end: ToolEnd) {
        self.tools_running = self.tools_running.saturating_sub(1);
        if !self.seats.has(end.seat) {
            // The app that asked has given the call back: what it had done is told all the same.
            return self.scribe.tool(end.report);
        }
        self.reply(end.seat, CallEvent::ToolDone { tool: end.tool, result: end.report.result }).await;
    }
}

impl Use {
    async fn run(self, tools: Arc<dyn Tools>, request: ToolRequest) {
        let (name, arguments) = (request.name.clone(), request.arguments.clone());
        let begun = tokio::time::Instant::now();
        let broken = || Err(ToolFailure::Failed { message: "it broke".into() });
        let result = match catch_unwind(AssertUnwindSafe(|| tools.run(request))) {
            Ok(run) => match tokio::time::timeout(self.limit, AssertUnwindSafe(run).catch_unwind()).await {
                Ok(Ok(result)) => result,
                Ok(Err(_)) => broken(),
                Err(_) => Err(ToolFailure::TimedOut),
            },
            Err(_) => broken(),
        };
        let took_ms = begun.elapsed().as_millis() as u64;
        let report = ToolReport { at_ms: self.at_ms, name, arguments, result, took_ms };
        // The call may be over, and its transcript filed.
        let _ = self.told.send(Sense::Tool(Box::new(ToolEnd { seat: self.seat, tool: self.tool, report }))).await;
    }
}
