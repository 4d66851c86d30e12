//! Callers who wait for somebody to become free.

use axum::extract::{Extension, State};
use call_model::CallId;
use calls::QueueState;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::List;
use super::problem::Problem;
use super::state::ApiState;
use crate::access::Principal;

/// A queue that somebody came to since the program began. Counts are since then.
#[derive(Serialize, ToSchema)]
pub(super) struct Queue {
    /// Its name, as agents and flows give it.
    #[schema(example = "desk")]
    name: String,
    /// Callers in it now, with the one for whom phones ring.
    waiting: usize,
    /// How long the first of them has waited, seconds.
    longest_wait_s: u64,
    /// Callers who came.
    entered: u64,
    /// Who were put through.
    served: u64,
    /// Who hung up, or wanted something else.
    left: u64,
    /// Who waited for as long as they were to.
    timed_out: u64,
    /// Who found it full.
    refused: u64,
    /// Who were put through within `service_level_s`.
    served_soon: u64,
    /// Within how long callers are to be put through, seconds: `queues.service_level_s` of the configuration, or what
    /// `queues.service_levels` says of this queue.
    #[schema(example = 20)]
    service_level_s: u64,
    /// How many of every hundred whose wait is over were put through within that; null where nobody's is.
    service_level_percent: Option<u64>,
    /// How long those who were put through waited on average, seconds; null where nobody was.
    average_wait_s: Option<u64>,
    /// The callers in it, the next one first.
    callers: Vec<QueueCaller>,
}

/// Somebody who waits in a queue.
#[derive(Serialize, ToSchema)]
pub(super) struct QueueCaller {
    /// The call.
    #[schema(value_type = String)]
    call: CallId,
    /// How long they have waited, seconds.
    waited_s: u64,
}

impl From<QueueState> for Queue {
    fn from(queue: QueueState) -> Self {
        let QueueState { name, waiting, longest_wait, entered, served, left, timed_out, refused, .. } = queue;
        let callers = queue.callers.into_iter().map(|(call, waited)| QueueCaller { call, waited_s: waited.as_secs() });
        Self {
            name,
            waiting,
            longest_wait_s: longest_wait.as_secs(),
            entered,
            served,
            left,
            timed_out,
            refused,
            served_soon: queue.served_soon,
            service_level_s: queue.soon.as_secs(),
            service_level_percent: (queue.served_soon * 100).checked_div(served + left + timed_out + refused),
            average_wait_s: queue.served_wait.as_secs().checked_div(served),
            callers: callers.collect(),
        }
    }
}

/// As this one may see it: which calls of others wait is not told to who sees their own alone.
fn seen_by(who: &Principal, queue: QueueState) -> Queue {
    let mut queue = Queue::from(queue);
    if who.only_member().is_some() {
        queue.callers.clear();
    }
    queue
}

/// All queues, by name.
#[utoipa::path(get, path = "/v1/queues", tag = "calls", operation_id = "listQueues",
    responses((status = 200, body = inline(List<Queue>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
) -> Result<List<Queue>, Problem> {
    Ok(List::whole(state.calls().queues().into_iter().map(|queue| seen_by(&who, queue)).collect()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_service_level_counts_those_who_gave_up_or_found_no_place() {
        let state = QueueState {
            name: "desk".into(),
            waiting: 0,
            longest_wait: Duration::ZERO,
            entered: 9,
            served: 6,
            left: 2,
            timed_out: 1,
            refused: 1,
            served_soon: 5,
            soon: Duration::from_secs(30),
            served_wait: Duration::from_mins(1),
            callers: Vec::new(),
        };
        let queue = Queue::from(state.clone());
        assert_eq!(
            (queue.service_level_s, queue.service_level_percent, queue.average_wait_s),
            (30, Some(50), Some(10))
        );
        let nobody = QueueState { served: 0, left: 0, timed_out: 0, refused: 0, served_soon: 0, ..state };
        assert_eq!(Queue::from(nobody).service_level_percent, None);
    }
}
