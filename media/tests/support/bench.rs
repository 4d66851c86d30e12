//! One session whose peer's packets are made by hand.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use call_model::{AudioFrame, SampleRate};
use media::codec::Codec;
use media::rtp::packet::Packet;
use media::rtp::{Heard, Session, SessionConfig, SessionEvent};
use media::sdp::Negotiated;

use super::{FRAME, address, agree, origin};

/// The payload type of telephone-event.
pub const EVENT: u8 = 101;

/// A session that is driven by hand.
pub struct Bench {
    pub session: Session,
    pub start: Instant,
    pub now: Duration,
}

impl Bench {
    pub fn new(config: SessionConfig) -> Self {
        let (negotiated, _) = agree(Codec::Pcmu, 20);
        Self { session: Session::new(config, negotiated), start: origin(), now: Duration::ZERO }
    }

    pub fn pull(&mut self) -> Heard {
        self.now += FRAME;
        self.session.pull(self.start + self.now, &mut AudioFrame::silence(SampleRate::Narrow))
    }

    pub fn packet(&mut self, source: SocketAddr, payload_type: u8, ssrc: u32, number: u32, payload: &[u8]) {
        self.raw(source, payload_type, ssrc, number as u16, number * 160, false, payload);
    }

    #[expect(clippy::too_many_arguments, reason = "a header has that many fields")]
    pub fn raw(
        &mut self,
        source: SocketAddr,
        payload_type: u8,
        ssrc: u32,
        sequence: u16,
        timestamp: u32,
        marker: bool,
        payload: &[u8],
    ) {
        let mut datagram = Vec::new();
        Packet { marker, payload_type, sequence, timestamp, ssrc, payload }.write(&mut datagram);
        self.session.handle_rtp(self.start + self.now, source, &datagram);
    }

    pub fn audio(&mut self, source: SocketAddr, ssrc: u32, number: u32) {
        self.packet(source, 0, ssrc, number, &[0x55; 160]);
    }

    /// A packet of an event of the peer.
    pub fn event(&mut self, sequence: u16, timestamp: u32, marker: bool, payload: [u8; 4]) {
        self.raw(address(2, 4_000), EVENT, 1, sequence, timestamp, marker, &payload);
    }

    pub fn events(&mut self) -> Vec<SessionEvent> {
        std::iter::from_fn(|| self.session.poll_event()).collect()
    }

    pub fn digits(&mut self) -> String {
        let digit = |event| match event {
            SessionEvent::Digit { digit } => Some(digit),
            _ => None,
        };
        self.events().into_iter().filter_map(digit).collect()
    }

    pub fn renegotiate(&mut self, change: impl FnOnce(&mut Negotiated)) {
        let mut negotiated = *self.session.negotiated();
        change(&mut negotiated);
        self.session.renegotiate(negotiated);
    }
}
