//! How a call task reaches its call's media.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crossbeam_queue::ArrayQueue;
use media::{LegSlot, MediaCommand};

use super::capture::PacketTap;
use super::config::{LegPorts, PortError, SendError};
use super::engine::EngineShared;
use super::sockets::LegSockets;

/// What a media thread is told about one call.
#[derive(Debug)]
pub(crate) enum Order {
    /// For the call's media. Boxed: the queue of each call would take ten times the room without, and that a box is
    /// freed on the media thread costs less than what a command is about.
    Media(Box<MediaCommand>),
    /// Use these sockets for a leg.
    OpenLeg(LegSlot, LegSockets),
    /// Stop a leg and close its sockets.
    CloseLeg(LegSlot),
    /// Show the packets from now on to this tap, or to nobody.
    Capture(Option<Box<dyn PacketTap>>),
    /// Something is said or typed from now on, or no longer, that no capture may keep.
    Hide(bool),
}

impl Order {
    /// An order for the call's media.
    pub(crate) fn media(command: MediaCommand) -> Self {
        Self::Media(Box::new(command))
    }
}

/// What a call's handle and its media thread share.
#[derive(Debug)]
pub(crate) struct CallShared {
    orders: ArrayQueue<Order>,
    /// What the media thread looks at each tick: one byte, not the queue.
    signals: AtomicU8,
}

/// There are orders in the queue.
const ORDERED: u8 = 1;

/// The handle is gone, or the thread has removed the call.
const CLOSED: u8 = 2;

impl CallShared {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { orders: ArrayQueue::new(capacity.max(1)), signals: AtomicU8::new(0) }
    }

    pub(crate) fn close(&self) {
        self.signals.fetch_or(CLOSED, Ordering::Release);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.signals.load(Ordering::Acquire) & CLOSED != 0
    }

    pub(crate) fn send(&self, order: Order) -> Result<(), SendError> {
        if self.is_closed() {
            return Err(SendError::Closed);
        }
        self.orders.push(order).map_err(|_| SendError::Full)?;
        self.signals.fetch_or(ORDERED, Ordering::Release);
        Ok(())
    }

    /// For the media thread: whether there are orders to take now.
    pub(crate) fn has_orders(&self) -> bool {
        let ordered = self.signals.load(Ordering::Acquire) & ORDERED != 0;
        if ordered {
            // Before the queue is emptied: what comes meanwhile raises it again.
            self.signals.fetch_and(!ORDERED, Ordering::AcqRel);
        }
        ordered
    }

    /// For the media thread: the next order.
    pub(crate) fn next_order(&self) -> Option<Order> {
        self.orders.pop()
    }
}

/// One call's media. Dropping it closes the call: the legs are stopped (each with its RTCP BYE and its
/// `LegStopped` event), the call's recording is ended, the last blocks and events are delivered, and the ports are given
/// back.
///
/// Orders are carried out in the order of the calls here, at the call's next tick: within 20 ms. Nothing here waits.
#[derive(Debug)]
pub struct MediaHandle {
    shared: Arc<CallShared>,
    engine: Arc<EngineShared>,
}

impl MediaHandle {
    pub(crate) fn new(shared: Arc<CallShared>, engine: Arc<EngineShared>) -> Self {
        Self { shared, engine }
    }

    /// Hands a command to the call's media.
    ///
    /// # Errors
    /// When the queue is full (the command is lost) or the call is closed.
    pub fn send(&self, command: MediaCommand) -> Result<(), SendError> {
        self.shared.send(Order::media(command))
    }

    /// Binds a port pair for a leg, before its SDP is written; `MediaCommand::StartLeg` then makes it sound. Packets
    /// that come earlier wait in the kernel's buffer. A leg that is open in that slot is closed first.
    ///
    /// `near` is our address as the other side of this leg knows it, usually that of the SIP flow
    /// (`flow.local.ip()`): it decides on IPv4 or IPv6, and it is what SDP says when RTP is bound to all interfaces and
    /// no other address is configured to be advertised.
    ///
    /// # Errors
    /// See [`PortError`].
    pub fn open_leg(&self, leg: LegSlot, near: IpAddr) -> Result<LegPorts, PortError> {
        if self.shared.is_closed() {
            return Err(PortError::Command(SendError::Closed));
        }
        let (sockets, ports) = self.engine.open_ports(near)?;
        self.shared.send(Order::OpenLeg(leg, sockets)).map_err(PortError::Command)?;
        Ok(ports)
    }

    /// Stops a leg, with all that `MediaCommand::StopLeg` does, and closes its sockets.
    ///
    /// # Errors
    /// When the queue is full or the call is closed.
    pub fn close_leg(&self, leg: LegSlot) -> Result<(), SendError> {
        self.shared.send(Order::CloseLeg(leg))
    }

    /// Shows the packets of all legs from now on to a tap, in place of the one before; `None`: to nobody.
    ///
    /// # Errors
    /// When the queue is full or the call is closed.
    pub fn capture(&self, tap: Option<Box<dyn PacketTap>>) -> Result<(), SendError> {
        self.shared.send(Order::Capture(tap))
    }

    /// While `on`, captures have the heads of RTP packets alone.
    ///
    /// # Errors
    /// When the queue is full or the call is closed.
    pub fn hide(&self, on: bool) -> Result<(), SendError> {
        self.shared.send(Order::Hide(on))
    }

    /// Closes the call: the same as dropping the handle. The end of the events tells when it is done.
    pub fn close(self) {}

    /// Whether the call's media is gone, although the handle is there: the engine was stopped, or the media panicked.
    pub fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }
}

impl Drop for MediaHandle {
    fn drop(&mut self) {
        self.shared.close();
    }
}
