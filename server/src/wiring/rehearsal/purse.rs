//! What rehearsals may still cost: nothing more is asked of a model once an agent has cost what it may in a day.

use std::sync::Arc;

use call_model::{ThinkEvent, ThinkRequest};
use tokio::sync::mpsc;
use voice_agent::brain::Brain;

use super::super::costs::Costs;
use crate::rehearsals::Refusals;

/// The day's limits of a run. Cheap to clone.
#[derive(Clone)]
pub(super) struct Purse {
    costs: Arc<Costs>,
    refusals: Refusals,
}

impl Purse {
    pub(super) fn new(costs: Arc<Costs>, refusals: Refusals) -> Self {
        Self { costs, refusals }
    }

    /// Why nothing more is asked for this agent today. `limit`: what it may cost in a day, millionths of the currency.
    pub(super) fn spent(&self, agent: &str, limit: Option<u64>) -> Option<String> {
        let reached = limit.is_some_and(|limit| self.costs.spent_today(agent) >= limit);
        reached.then(|| {
            format!(
                "the agent `{agent}` has cost what it may in a day (`limits.day_cost`), and rehearsals count: try again \
                 tomorrow, or raise the limit"
            )
        })
    }

    /// A brain that is asked for this agent as long as its day has not cost enough; then the run is refused.
    pub(super) fn over(&self, brain: Arc<dyn Brain>, agent: &str, limit: Option<u64>) -> Arc<dyn Brain> {
        Arc::new(Guarded { brain, agent: agent.to_owned(), limit, purse: self.clone() })
    }
}

struct Guarded {
    brain: Arc<dyn Brain>,
    agent: String,
    limit: Option<u64>,
    purse: Purse,
}

impl Brain for Guarded {
    fn think(&self, mut request: ThinkRequest) -> mpsc::Receiver<ThinkEvent> {
        if let Some(reason) = self.purse.spent(&self.agent, self.limit) {
            self.purse.refusals.refuse(reason.clone());
            let (out, answer) = mpsc::channel(1);
            // There is room for one.
            let _ = out.try_send(ThinkEvent::Failed { reason });
            return answer;
        }
        // Whoever plays or judges a call is paid for by the agent that is rehearsed.
        request.agent.clone_from(&self.agent);
        self.brain.think(request)
    }

    fn name(&self) -> &str {
        self.brain.name()
    }

    fn warm(&self) {
        self.brain.warm();
    }
}
