//! What somebody who watches calls may see, and for how long.

use std::collections::HashMap;
use std::time::Duration;

use call_model::{CallId, MemberId};
use calls::live::{LiveEvent, LiveItem, LiveKind};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};

use super::state::ApiState;
use crate::access::Principal;

/// How often it is asked whether a session has run out.
const LOOK: Duration = Duration::from_secs(30);
/// Calls that are remembered as seen or not.
const MOST: usize = 4_096;

/// The rights of one who watches.
pub(super) struct Sight {
    state: ApiState,
    who: Principal,
    changes: watch::Receiver<u64>,
    look: Interval,
    /// Only calls that this member took part in.
    only: Option<MemberId>,
    own: HashMap<CallId, bool>,
}

impl Sight {
    pub(super) fn of(state: &ApiState, who: Principal) -> Self {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (changes, only) = (state.access().changes(), who.only_member());
        Self { state: state.clone(), who, changes, look, only, own: HashMap::new() }
    }

    /// Where only the calls of one member are shown: that member.
    pub(super) fn only_member(&self) -> Option<MemberId> {
        self.only
    }

    /// Resolves when the session has ended, the key was revoked, or it allows something else than before. Cancel safe.
    pub(super) async fn ended(&mut self) {
        loop {
            tokio::select! {
                _ = self.changes.changed() => {}
                _ = self.look.tick() => {}
            }
            if !self.state.keys().stands(&self.who) || !self.state.access().stands(&self.who).await {
                return;
            }
        }
    }

    /// Whether something that happened may be told.
    pub(super) async fn shows(&mut self, item: &LiveItem) -> bool {
        let (Some(member), LiveItem::Event(LiveEvent { call, kind })) = (self.only, item) else { return true };
        let changes = matches!(kind, LiveKind::State(_));
        match self.own.get(call) {
            Some(true) => return true,
            // Somebody may have been brought in.
            Some(false) if !changes => return false,
            _ => {}
        }
        let own = self.state.calls().takes_part(member, *call)
            || self.state.store().took_part(*call, member).await.unwrap_or(false);
        if self.own.len() >= MOST {
            self.own.clear();
        }
        self.own.insert(*call, own);
        own
    }
}
