//! Events on their way to a consumer that may be slow.

use std::collections::{HashSet, VecDeque};

use sip_core::{Event, LegHandle};
use tokio::sync::mpsc;

/// New calls are refused when fewer than one in so many places of the channel are free.
const MARK: usize = 4;

/// Reading is suspended when this many times the channel's size wait behind it.
const SUSPEND: usize = 4;

/// What to do with an event.
pub(crate) enum Verdict {
    /// It is on its way.
    Taken,
    /// A call that nobody would see to: refuse it with 503.
    Refuse(LegHandle),
}

/// The channel to the consumer, and what waits behind it. Only new calls are ever refused; what belongs to running
/// calls and registrations is kept until there is room.
#[derive(Debug)]
pub(crate) struct EventQueue {
    sender: mpsc::Sender<Event>,
    waiting: VecDeque<Event>,
    /// Calls that were refused here: their end is nobody's business.
    refused: HashSet<LegHandle>,
    /// Legs that the consumer knows of and that have not ended.
    active: HashSet<LegHandle>,
    /// Refuse every new call.
    closing: bool,
}

impl EventQueue {
    pub(crate) fn new(sender: mpsc::Sender<Event>) -> Self {
        Self { sender, waiting: VecDeque::new(), refused: HashSet::new(), active: HashSet::new(), closing: false }
    }

    /// Takes an event in.
    pub(crate) fn push(&mut self, event: Event) -> Verdict {
        match &event {
            Event::IncomingCall(call) if self.is_full() => {
                self.refused.insert(call.leg);
                return Verdict::Refuse(call.leg);
            }
            Event::IncomingCall(call) => {
                self.active.insert(call.leg);
            }
            Event::Ended { leg, .. } => {
                self.active.remove(leg);
                if self.refused.remove(leg) {
                    return Verdict::Taken;
                }
            }
            _ => {}
        }
        self.waiting.push_back(event);
        self.flush();
        Verdict::Taken
    }

    /// A call was placed on the consumer's behalf.
    pub(crate) fn placed(&mut self, leg: LegHandle) {
        self.active.insert(leg);
    }

    /// Moves on what there is room for.
    pub(crate) fn flush(&mut self) {
        while let Some(event) = self.waiting.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(event)) = self.sender.try_send(event) {
                self.waiting.push_front(event);
                return;
            }
        }
    }

    /// Waits until there is room for what waits; for ever when nothing does.
    pub(crate) async fn room(&self) {
        if self.waiting.is_empty() {
            std::future::pending::<()>().await;
        }
        // The permit is given back at once: nobody else sends. An error means that nobody listens any more.
        drop(self.sender.reserve().await);
    }

    fn is_full(&self) -> bool {
        self.closing
            || !self.waiting.is_empty()
            || self.sender.is_closed()
            || self.sender.capacity() * MARK < self.sender.max_capacity()
    }

    /// Whether so much waits that nothing more should be read.
    pub(crate) fn is_suspended(&self) -> bool {
        self.waiting.len() > SUSPEND * self.sender.max_capacity()
    }

    /// From now on every new call is refused.
    pub(crate) fn close(&mut self) {
        self.closing = true;
    }

    /// Legs that have not ended.
    pub(crate) fn active_legs(&self) -> usize {
        self.active.len()
    }

    /// Events that the consumer has not taken.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len() + self.sender.max_capacity() - self.sender.capacity()
    }
}
