//! What calls ask of others: brains and tools, for which the test answers, and systems by HTTP, where nobody does.

use std::pin::Pin;

use call_model::{HttpFailure, HttpReply, HttpRequest, ThinkEvent, ThinkRequest, ToolFailure, ToolRequest};
use calls::{HttpClient, Thinker, ThoughtStream, ToolFuture, Tools};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

pub(super) struct NoHttp;

impl HttpClient for NoHttp {
    fn send(&self, _: HttpRequest) -> Pin<Box<dyn Future<Output = Result<HttpReply, HttpFailure>> + Send + '_>> {
        Box::pin(async { Err(HttpFailure::Unreachable) })
    }
}

/// A question that was asked; the test answers.
pub struct Question {
    pub request: ThinkRequest,
    pub answer: mpsc::Sender<ThinkEvent>,
}

pub(super) struct ScriptedThinker(pub(super) mpsc::UnboundedSender<Question>);

impl Thinker for ScriptedThinker {
    fn think(&self, request: ThinkRequest) -> ThoughtStream {
        let (answer, stream) = mpsc::channel(4);
        let _ = self.0.send(Question { request, answer });
        stream
    }
}

/// A tool that is used; the test says what it gives back.
pub struct Use {
    pub request: ToolRequest,
    pub end: oneshot::Sender<Result<Value, ToolFailure>>,
}

/// Hands every use to the test, but for the tool `broken`.
pub(super) struct ScriptedTools(pub(super) mpsc::UnboundedSender<Use>);

impl Tools for ScriptedTools {
    fn run(&self, request: ToolRequest) -> ToolFuture {
        assert_ne!(request.name, "broken", "as the test wants it");
        let (end, came) = oneshot::channel();
        let _ = self.0.send(Use { request, end });
        Box::pin(async move { came.await.unwrap_or(Err(ToolFailure::TimedOut)) })
    }
}
