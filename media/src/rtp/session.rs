//! One end of an audio stream.

use std::net::SocketAddr;
use std::time::Instant;

use call_model::AudioFrame;

use super::{Quality, SessionConfig};
use crate::codec::Codec;
use crate::sdp::Negotiated;

/// What a frame that was pulled holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// What the peer sent.
    Voice,
    /// Made up for what was lost or late.
    Concealed,
    /// Zeros: nothing was sent, or nothing has come for too long.
    Silence,
}

/// What a session has to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEvent {
    /// The peer pressed a key (RFC 4733): `0`-`9`, `*`, `#`, `A`-`D`. Told once, at its beginning.
    Digit {
        /// The key.
        digit: char,
    },
    /// The peer's RTP comes from here, and ours goes there.
    Latched(SocketAddr),
    /// No RTP came for longer than the limit. Told once until some comes again; never while the call is held.
    TimedOut,
    /// The peer said goodbye (RTCP BYE). The call ends by SIP all the same.
    Goodbye,
}

/// Which of the two sockets a datagram is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutgoingKind {
    /// The RTP socket.
    Rtp,
    /// The RTCP socket.
    Rtcp,
}

/// A datagram to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outgoing<'a> {
    /// By which socket.
    pub kind: OutgoingKind,
    /// To where.
    pub to: SocketAddr,
    /// The datagram.
    pub data: &'a [u8],
}

/// Why keys cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendDigitsError {
    /// The peer takes no telephone-event: send tones in the audio instead.
    #[error("telephone-event was not agreed on")]
    NotNegotiated,
    /// Not a key; nothing was queued.
    #[error("{0:?} is no key")]
    NoKey(char),
    /// Too many keys wait already; nothing was queued.
    #[error("too many keys wait to be sent")]
    Full,
}

/// One end of an audio stream: no socket, no clock, nothing allocated per packet once it runs.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    negotiated: Negotiated,
}

impl Session {
    /// A session for what was agreed on.
    pub fn new(config: SessionConfig, negotiated: Negotiated) -> Self {
        Self { config, negotiated }
    }

    /// The codec that is sent and whose sample rate [`pull`](Self::pull) and [`push`](Self::push) use.
    pub fn codec(&self) -> Codec {
        self.negotiated.codec
    }

    /// What is agreed on now.
    pub fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    /// Takes a datagram of the RTP socket in. RTCP that comes here (RFC 5761) is told apart.
    pub fn handle_rtp(&mut self, arrived: Instant, source: SocketAddr, packet: &[u8]) {
        let _ = (arrived, source, packet, &self.config);
    }

    /// Takes a datagram of the RTCP socket in.
    pub fn handle_rtcp(&mut self, arrived: Instant, source: SocketAddr, packet: &[u8]) {
        let _ = (arrived, source, packet, &self.config);
    }

    /// Goes on with what a new offer and answer settled: hold, another codec, another address.
    pub fn renegotiate(&mut self, negotiated: Negotiated) {
        self.negotiated = negotiated;
    }

    /// The next 20 ms heard, into `frame`, at the codec's sample rate. To be called every 20 ms, also while nothing
    /// comes: reports and time limits run by it.
    pub fn pull(&mut self, now: Instant, frame: &mut AudioFrame) -> Heard {
        let _ = now;
        *frame = AudioFrame::silence(self.codec().sample_rate());
        Heard::Silence
    }

    /// The next 20 ms to say. A frame at another rate than the codec's, or one that comes while the call is held or a
    /// key is sent, only lets time pass.
    pub fn push(&mut self, now: Instant, frame: &AudioFrame) {
        let _ = (now, frame);
    }

    /// The next 20 ms to say, encoded by the session's codec: [`crate::codec::FRAME_BYTES`] bytes.
    pub fn push_encoded(&mut self, now: Instant, payload: &[u8]) {
        let _ = (now, payload);
    }

    /// Queues keys (`0`-`9`, `*`, `#`, `A`-`D`) to be sent by telephone-event in place of pushed audio.
    pub fn send_digits(&mut self, digits: &str) -> Result<(), SendDigitsError> {
        let _ = digits;
        Err(SendDigitsError::NotNegotiated)
    }

    /// Says goodbye (RTCP BYE); to be called before the session is dropped, then drained once more.
    pub fn close(&mut self, now: Instant) {
        let _ = now;
    }

    /// The next datagram to send; to be drained after every other call.
    pub fn poll_transmit(&mut self) -> Option<Outgoing<'_>> {
        None
    }

    /// The next thing to tell; to be drained after every other call.
    pub fn poll_event(&mut self) -> Option<SessionEvent> {
        None
    }

    /// What was counted and measured until now.
    pub fn quality(&self) -> Quality {
        Quality::default()
    }
}
