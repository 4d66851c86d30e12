//! What is going on in the calls, for whoever watches: the words as they are heard, and the state.
//!
//! A [`LiveHub`] is one bounded channel for all calls. Nobody waits for a watcher: one that falls behind is told how
//! much it missed, and finds it in the books.

use std::fmt;

use call_model::{CallId, HangupCause, HangupParty, Speaker, ToolReport, TranscriptLine, TurnReport};
use serde::Serialize;
use tokio::sync::broadcast;

use crate::supervision::SupervisionMode;

/// Something that happened in a call.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LiveEvent {
    /// The call.
    pub call: CallId,
    /// What.
    #[serde(flatten)]
    pub kind: LiveKind,
}

/// What can happen.
#[derive(Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveKind {
    /// What has been understood of an utterance so far; may still change. Only in calls whose app asked for it.
    Partial {
        /// Who speaks.
        speaker: Speaker,
        /// The words so far.
        text: String,
    },
    /// A line of the transcript is final.
    Line(TranscriptLine),
    /// How long the stages of an agent's turn took.
    TurnReport(TurnReport),
    /// A tool was used.
    ToolUsed(ToolReport),
    /// Somebody of the house takes part beside the call, or no more.
    Supervised {
        /// The member.
        member: String,
        /// How; `None`: they have left.
        mode: Option<SupervisionMode>,
    },
    /// The call is in another state.
    State(LiveState),
}

/// Where a call is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LiveState {
    /// It rings, or is being dialled.
    Ringing,
    /// Both sides can hear each other.
    Answered,
    /// Somebody was brought in and talks with the caller.
    Bridged,
    /// They left: the caller is with the app again.
    Unbridged,
    /// It is over. Lines that were not final yet may follow.
    Ended {
        /// Who ended it.
        by: HangupParty,
        /// Why.
        cause: HangupCause,
    },
    /// Its transcript is complete: nothing more comes of this call.
    Filed,
}

impl fmt::Debug for LiveKind {
    /// Leaves out what was said: it is private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partial { .. } => f.write_str("Partial"),
            Self::Line(_) => f.write_str("Line"),
            Self::TurnReport(_) => f.write_str("TurnReport"),
            Self::ToolUsed(_) => f.write_str("ToolUsed"),
            Self::Supervised { mode, .. } => f.debug_tuple("Supervised").field(mode).finish(),
            Self::State(state) => state.fmt(f),
        }
    }
}

/// Where calls tell what happens. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LiveHub {
    events: broadcast::Sender<LiveEvent>,
}

impl LiveHub {
    /// A hub that keeps so many events for watchers that are slow.
    pub fn new(backlog: usize) -> Self {
        let (events, _) = broadcast::channel(backlog.max(1));
        Self { events }
    }

    /// What happens from now on: in one call, or in all.
    pub fn watch(&self, call: Option<CallId>) -> LiveFeed {
        LiveFeed { events: self.events.subscribe(), call }
    }

    /// Tells whoever watches; makes nothing where nobody does.
    pub fn tell(&self, call: CallId, kind: impl FnOnce() -> LiveKind) {
        if self.events.receiver_count() > 0 {
            // The last watcher may just have gone.
            let _ = self.events.send(LiveEvent { call, kind: kind() });
        }
    }
}

/// What a watcher gets.
#[derive(Debug, Clone, PartialEq)]
pub enum LiveItem {
    /// The next event.
    Event(LiveEvent),
    /// The watcher was too slow: so many events, of all calls, were dropped.
    Missed(u64),
}

/// The events of one call, or of all.
#[derive(Debug)]
pub struct LiveFeed {
    events: broadcast::Receiver<LiveEvent>,
    call: Option<CallId>,
}

impl LiveFeed {
    /// The next event; `None` when the program ends. Cancel safe.
    pub async fn next(&mut self) -> Option<LiveItem> {
        loop {
            match self.events.recv().await {
                Ok(event) if self.call.is_none_or(|call| call == event.call) => return Some(LiveItem::Event(event)),
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(missed)) => {
                    metrics::counter!("callwright_live_events_missed_total").increment(missed);
                    return Some(LiveItem::Missed(missed));
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partial(text: &str) -> LiveKind {
        LiveKind::Partial { speaker: Speaker::Caller, text: text.into() }
    }

    #[tokio::test]
    async fn a_feed_is_of_one_call_or_of_all_and_says_what_it_missed() {
        let (one, other) = (CallId::from_parts(1, 1), CallId::from_parts(1, 2));
        let hub = LiveHub::new(2);
        hub.tell(one, || panic!("nobody watches"));
        let (mut all, mut of_one) = (hub.watch(None), hub.watch(Some(one)));
        hub.tell(other, || partial("a"));
        hub.tell(one, || partial("b"));
        let event = |call, text| Some(LiveItem::Event(LiveEvent { call, kind: partial(text) }));
        assert_eq!(all.next().await, event(other, "a"));
        assert_eq!(of_one.next().await, event(one, "b"));
        hub.tell(one, || partial("c"));
        hub.tell(one, || partial("d"));
        assert_eq!(all.next().await, Some(LiveItem::Missed(1)));
        assert_eq!(all.next().await, event(one, "c"));
    }

    #[test]
    fn debug_output_holds_no_words() {
        assert!(!format!("{:?}", partial("secret")).contains("secret"));
    }
}
