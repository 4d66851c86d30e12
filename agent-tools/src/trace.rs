//! Where a use of a tool belongs in somebody's traces: it goes with it into other systems (W3C Trace Context).

use std::future::Future;

tokio::task_local! {
    static TRACEPARENT: String;
}

/// Does something as a part of the span that `traceparent` names; as it is where there is none.
pub async fn scope<F: Future>(traceparent: Option<String>, work: F) -> F::Output {
    match traceparent {
        Some(traceparent) => TRACEPARENT.scope(traceparent, work).await,
        None => work.await,
    }
}

/// The header field `traceparent` of what is being done here; `None`: it is traced by nobody.
pub fn current() -> Option<String> {
    TRACEPARENT.try_with(Clone::clone).ok()
}
