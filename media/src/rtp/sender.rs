//! The sending half: packets of the length that the peer wishes, and keys in between.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use call_model::FRAME_MS;

use super::delay::TICKS_PER_MS;
use super::event_sender::EventSender;
use super::outbox::Outbox;
use super::packet::Packet;
use super::session::OutgoingKind;
use crate::codec::FRAME_BYTES;

const FRAME: Duration = Duration::from_millis(FRAME_MS);
const FRAME_TICKS: u32 = FRAME_MS as u32 * TICKS_PER_MS as u32;
/// So long without a frame is a pause and not a late tick.
const PAUSE: Duration = Duration::from_millis(3 * FRAME_MS);
/// The longest packet, 60 ms, and the frame that makes it overflow.
const MAX_PENDING: usize = 4 * FRAME_BYTES;

/// How packets of now are to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub to: SocketAddr,
    pub payload_type: u8,
    pub telephone_event: Option<u8>,
    pub ptime_ms: u8,
}

/// Counts, cuts and sends.
#[derive(Debug)]
pub struct Sender {
    pub ssrc: u32,
    sequence: u16,
    /// Of the first byte that is pending.
    timestamp: u32,
    pending: Vec<u8>,
    /// The next packet is the first after a silence.
    marker: bool,
    pushed_at: Option<Instant>,
    pub events: EventSender,
    pub packets: u64,
    pub bytes: u64,
}

impl Sender {
    pub fn new(ssrc: u32, sequence: u16, timestamp: u32, events: EventSender) -> Self {
        Self {
            ssrc,
            sequence,
            timestamp,
            pending: Vec::with_capacity(MAX_PENDING),
            marker: true,
            pushed_at: None,
            events,
            packets: 0,
            bytes: 0,
        }
    }

    /// The timestamp of what would be sent now.
    pub fn timestamp(&self) -> u32 {
        self.timestamp.wrapping_add(self.pending.len() as u32)
    }

    /// Sends 20 ms of audio, or of a key in its place.
    pub fn frame(&mut self, now: Instant, payload: &[u8], route: Route, outbox: &mut Outbox) {
        self.keep_time(now);
        let event = route.telephone_event.and_then(|kind| Some((kind, self.events.next(self.timestamp())?)));
        if let Some((payload_type, event)) = event {
            self.flush();
            let packet = Packet {
                marker: event.marker,
                payload_type,
                sequence: self.sequence,
                timestamp: event.timestamp,
                ssrc: self.ssrc,
                payload: &event.payload,
            };
            outbox.push(OutgoingKind::Rtp, route.to, |data| packet.write(data));
            self.count(event.payload.len());
            self.timestamp = self.timestamp.wrapping_add(FRAME_TICKS);
            self.marker = true;
            return;
        }
        self.pending.extend_from_slice(&payload[..payload.len().min(FRAME_BYTES)]);
        let packet_bytes = usize::from(route.ptime_ms) * TICKS_PER_MS as usize;
        let mut sent = 0;
        while packet_bytes > 0 && self.pending.len() - sent >= packet_bytes {
            let packet = Packet {
                marker: std::mem::take(&mut self.marker),
                payload_type: route.payload_type,
                sequence: self.sequence,
                timestamp: self.timestamp,
                ssrc: self.ssrc,
                payload: &self.pending[sent..sent + packet_bytes],
            };
            outbox.push(OutgoingKind::Rtp, route.to, |data| packet.write(data));
            self.count(packet_bytes);
            self.timestamp = self.timestamp.wrapping_add(packet_bytes as u32);
            sent += packet_bytes;
        }
        self.pending.drain(..sent);
    }

    /// Lets 20 ms pass in silence.
    pub fn skip(&mut self, now: Instant) {
        self.keep_time(now);
        self.flush();
        self.timestamp = self.timestamp.wrapping_add(FRAME_TICKS);
        self.marker = true;
    }

    /// Moves the timestamp over a pause, as RFC 3550 section 5.1 wants it.
    fn keep_time(&mut self, now: Instant) {
        let pause = self.pushed_at.map(|at| now.saturating_duration_since(at)).filter(|pause| *pause > PAUSE);
        if let Some(pause) = pause {
            self.flush();
            let frames = (pause.as_millis() / FRAME.as_millis()) as u32;
            self.timestamp = self.timestamp.wrapping_add(frames.saturating_sub(1).wrapping_mul(FRAME_TICKS));
            self.marker = true;
        }
        self.pushed_at = Some(now);
    }

    /// Gives up what does not fill a packet.
    fn flush(&mut self) {
        self.timestamp = self.timestamp();
        self.pending.clear();
    }

    fn count(&mut self, bytes: usize) {
        self.sequence = self.sequence.wrapping_add(1);
        self.packets += 1;
        self.bytes += bytes as u64;
    }
}
