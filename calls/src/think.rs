//! Who thinks for an agent: the program hands in a brain, and this crate never names one.

use call_model::{ThinkEvent, ThinkRequest};
use tokio::sync::mpsc;

/// The pieces of an answer as they come, the last one [`ThinkEvent::Finished`] or [`ThinkEvent::Failed`]. The channel
/// is bounded: a brain that is ahead waits. Dropping it gives the thought up.
pub type ThoughtStream = mpsc::Receiver<ThinkEvent>;

/// Answers what an app asks by [`CallCommand::Think`](call_model::CallCommand::Think). Shared by all calls.
///
/// Time limits, retries and going from one brain to the next are the thinker's; the pipeline only sees to it that each
/// question has an end.
pub trait Thinker: Send + Sync {
    /// Begins to think and returns at once. To be called inside a tokio runtime.
    fn think(&self, request: ThinkRequest) -> ThoughtStream;
}

/// Stands where there is no brain: every question fails at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoThinker;

impl Thinker for NoThinker {
    fn think(&self, _: ThinkRequest) -> ThoughtStream {
        failed("there is no brain")
    }
}

/// A thought that failed before it began.
pub(crate) fn failed(reason: &str) -> ThoughtStream {
    let (pieces, stream) = mpsc::channel(1);
    // A new channel of one has room for one.
    let _ = pieces.try_send(ThinkEvent::Failed { reason: reason.to_owned() });
    stream
}
