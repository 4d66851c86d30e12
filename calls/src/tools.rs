//! What agents get done: the program hands in the tools, and this crate names none.

use std::future::{Future, ready};
use std::pin::Pin;

use call_model::{ToolFailure, ToolRequest};
use serde_json::Value;

/// The end of a tool that is under way.
pub type ToolFuture = Pin<Box<dyn Future<Output = Result<Value, ToolFailure>> + Send>>;

/// Does what an app asks for by [`CallCommand::UseTool`](call_model::CallCommand::UseTool). Shared by all calls.
///
/// Checking arguments, time limits and doing things once are its own; the pipeline only sees to it that each use has an
/// end.
pub trait Tools: Send + Sync {
    /// Begins. To be called inside a tokio runtime.
    fn run(&self, request: ToolRequest) -> ToolFuture;
}

/// Stands where there are no tools: every use fails at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTools;

impl Tools for NoTools {
    fn run(&self, _: ToolRequest) -> ToolFuture {
        Box::pin(ready(Err(ToolFailure::Failed { message: "there are no tools here".to_owned() })))
    }
}
