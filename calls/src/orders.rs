//! Orders to the media thread, kept in their order also when it has no room for them now.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use media::call_media::{LegSlot, MediaCommand};
use transport::rtp::{MediaHandle, SendError};

/// Orders that may wait here, beyond those that the media thread has room for. More are lost and counted.
const BACKLOG: usize = 512;
/// When to try again: the media thread takes orders every 20 ms.
pub(crate) const AGAIN: Duration = Duration::from_millis(10);

/// An order for the call's media.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all are commands")]
pub(crate) enum Order {
    Media(MediaCommand),
    CloseLeg(LegSlot),
    /// No capture may keep what is said or typed, or may again.
    Hide(bool),
}

/// The way to a call's media: what waits here goes first, whoever gave it. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Orders {
    handle: Arc<MediaHandle>,
    waiting: Arc<Mutex<VecDeque<Order>>>,
}

impl Orders {
    pub(crate) fn new(handle: Arc<MediaHandle>) -> Self {
        Self { handle, waiting: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Order>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives an order, after those that wait. `false`: it was lost.
    pub(crate) fn give(&self, order: Order) -> bool {
        let mut waiting = self.lock();
        if waiting.len() >= BACKLOG {
            return false;
        }
        waiting.push_back(order);
        flush(&self.handle, &mut waiting);
        true
    }

    /// Gives a command when nothing waits and there is room for it.
    pub(crate) fn try_send(&self, command: MediaCommand) -> Result<(), SendError> {
        let mut waiting = self.lock();
        flush(&self.handle, &mut waiting);
        if waiting.is_empty() { self.handle.send(command) } else { Err(SendError::Full) }
    }

    /// Hands on what there is room for; whether more waits.
    pub(crate) fn flush(&self) -> bool {
        let mut waiting = self.lock();
        flush(&self.handle, &mut waiting);
        !waiting.is_empty()
    }
}

fn flush(handle: &MediaHandle, waiting: &mut VecDeque<Order>) {
    while let Some(order) = waiting.front() {
        let sent = match order {
            // Cloned only to be tried: what is in a command is shared or small.
            Order::Media(command) => handle.send(command.clone()),
            Order::CloseLeg(slot) => handle.close_leg(*slot),
            Order::Hide(on) => handle.hide(*on),
        };
        match sent {
            Err(SendError::Full) => return,
            Ok(()) => drop(waiting.pop_front()),
            // The media is gone: so is the reason for every order.
            Err(SendError::Closed) => return waiting.clear(),
        }
    }
}
