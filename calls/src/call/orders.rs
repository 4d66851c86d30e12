//! Orders to the media thread, kept in their order also when it has no room for them now.

use std::collections::VecDeque;
use std::time::Duration;

use media::call_media::{LegSlot, MediaCommand};
use transport::rtp::{MediaHandle, SendError};

/// Orders that may wait here, beyond those that the media thread has room for. More are lost and counted.
const BACKLOG: usize = 512;
/// When to try again: the media thread takes orders every 20 ms.
pub(super) const AGAIN: Duration = Duration::from_millis(10);

/// An order for the call's media.
#[derive(Debug)]
pub(super) enum Order {
    Media(MediaCommand),
    CloseLeg(LegSlot),
}

/// Orders that the media thread had no room for.
#[derive(Debug, Default)]
pub(super) struct Orders(VecDeque<Order>);

impl Orders {
    /// Gives an order, after those that wait. `false`: it was lost.
    pub(super) fn give(&mut self, handle: &MediaHandle, order: Order) -> bool {
        if self.0.len() >= BACKLOG {
            return false;
        }
        self.0.push_back(order);
        self.flush(handle);
        true
    }

    /// Hands on what there is room for.
    pub(super) fn flush(&mut self, handle: &MediaHandle) {
        while let Some(order) = self.0.front() {
            let sent = match order {
                // Cloned only to be tried: what is in a command is shared or small.
                Order::Media(command) => handle.send(command.clone()),
                Order::CloseLeg(slot) => handle.close_leg(*slot),
            };
            match sent {
                Err(SendError::Full) => return,
                Ok(()) => drop(self.0.pop_front()),
                // The media is gone: so is the reason for every order.
                Err(SendError::Closed) => return self.0.clear(),
            }
        }
    }

    pub(super) fn wait(&self) -> bool {
        !self.0.is_empty()
    }
}
