//! Where a call's recorded sound goes, and what is heard on legs that are listened to.

use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::time::Duration;

use media::Tap;

/// Takes the blocks of a call's recordings, and of its ears, on the media thread. No method may wait, lock, allocate or
/// do I/O.
///
/// An ear's block ([`TapStream::Ear`](media::TapStream::Ear)) is put at the tick in which it was heard. Its memory
/// should come back by [`take_back`](Self::take_back) soon: what does not is allocated anew, 50 times a second.
///
/// The sink is dropped when the call's media is closed and its last block was put, which tells a channel's other end
/// that nothing more will come.
pub trait TapSink: Send {
    /// Takes a block; gives it back when there is no room. A recording's block is then offered again at the next tick,
    /// and meanwhile the call's media keeps what it has room for and counts what it has not. An ear's block is dropped
    /// and counted: sound that comes late is of no use to a listener. Neither holds up the other.
    ///
    /// # Errors
    /// The block itself, when there is no room.
    fn put(&mut self, tap: Tap) -> Result<(), Tap>;

    /// Memory of a block that was written, to be filled again; `None` when there is none now.
    fn take_back(&mut self) -> Option<Vec<i16>> {
        None
    }
}

/// The sending end of [`tap_channel`].
pub struct ChannelTaps {
    blocks: SyncSender<Tap>,
    returned: Receiver<Vec<i16>>,
}

impl TapSink for ChannelTaps {
    fn put(&mut self, tap: Tap) -> Result<(), Tap> {
        match self.blocks.try_send(tap) {
            Err(TrySendError::Full(tap)) => Err(tap),
            // When nobody listens any more, the block is gone, as its recording is.
            Ok(()) | Err(TrySendError::Disconnected(_)) => Ok(()),
        }
    }

    fn take_back(&mut self) -> Option<Vec<i16>> {
        self.returned.try_recv().ok()
    }
}

/// The receiving end of [`tap_channel`], for a thread that writes.
pub struct TapReceiver {
    blocks: Receiver<Tap>,
    returning: SyncSender<Vec<i16>>,
}

impl TapReceiver {
    /// Waits for the next block; `None` when the call's media is closed and there are no more.
    pub fn receive(&self) -> Option<Tap> {
        self.blocks.recv().ok()
    }

    /// Waits for the next block, but no longer than that.
    ///
    /// # Errors
    /// Whether there is none yet or never will be.
    pub fn receive_timeout(&self, timeout: Duration) -> Result<Tap, RecvTimeoutError> {
        self.blocks.recv_timeout(timeout)
    }

    /// The next block if there is one.
    ///
    /// # Errors
    /// Whether there is none yet or never will be.
    pub fn try_receive(&self) -> Result<Tap, TryRecvError> {
        self.blocks.try_recv()
    }

    /// Gives a block's memory back, to be filled again.
    pub fn give_back(&self, samples: Vec<i16>) {
        // When there is no room it is simply freed.
        let _ = self.returning.try_send(samples);
    }
}

/// A bounded channel for blocks, with another one by which their memory goes back.
pub fn tap_channel(capacity: usize) -> (ChannelTaps, TapReceiver) {
    let (blocks, receiver) = sync_channel(capacity);
    let (returning, returned) = sync_channel(capacity);
    (ChannelTaps { blocks, returned }, TapReceiver { blocks: receiver, returning })
}

impl fmt::Debug for ChannelTaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelTaps")
    }
}

impl fmt::Debug for TapReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TapReceiver")
    }
}
