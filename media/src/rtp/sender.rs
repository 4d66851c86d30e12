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
    /// Units of the clock of telephone-event in a tick.
    pub event_step: u32,
    pub cut: Cut,
    /// It is no audio, and leaves the mark to the first audio behind it.
    pub unmarked: bool,
}

/// How payloads are cut into packets.
#[derive(Debug, Clone, Copy)]
pub enum Cut {
    /// Packets of so many ms, a byte for each tick.
    Bytes { ptime_ms: u8 },
    /// Each payload is a packet.
    Whole,
}

/// Counts, cuts and sends.
#[derive(Debug)]
pub struct Sender {
    pub ssrc: u32,
    sequence: u16,
    /// Of the first byte that is pending.
    timestamp: u32,
    /// Units of the RTP clock in a tick. Where it changes the timestamps go on from where they are (RFC 7160 section
    /// 4.1).
    clock_step: u32,
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
            clock_step: 1,
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
        self.timestamp.wrapping_add(self.pending.len() as u32 * self.clock_step)
    }

    /// Units of the RTP clock in a tick.
    pub fn clock_step(&self) -> u32 {
        self.clock_step
    }

    /// Another codec follows, with its own clock.
    pub fn set_clock_step(&mut self, clock_step: u32) {
        self.flush();
        self.clock_step = clock_step;
    }

    /// Lets frames of time pass.
    fn pass(&mut self, frames: u32) {
        let units = frames.wrapping_mul(FRAME_TICKS).wrapping_mul(self.clock_step);
        self.timestamp = self.timestamp.wrapping_add(units);
    }

    /// Sends 20 ms of audio, or of a key in its place.
    pub fn frame(&mut self, now: Instant, payload: &[u8], route: Route, outbox: &mut Outbox) {
        self.keep_time(now);
        let now_at = self.timestamp();
        let event = route.telephone_event.and_then(|kind| Some((kind, self.events.next(now_at, route.event_step)?)));
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
            self.pass(1);
            self.marker = true;
            return;
        }
        match route.cut {
            Cut::Bytes { ptime_ms } => self.send_bytes(payload, ptime_ms, route, outbox),
            Cut::Whole if payload.is_empty() => {
                self.flush();
                self.pass(1);
                self.marker = true;
            }
            Cut::Whole => {
                self.flush();
                self.send_packet(payload, route, outbox);
                self.pass(1);
            }
        }
    }

    /// What the next packet of ours would have: sequence number and timestamp.
    pub fn next_numbers(&self) -> (u16, u32) {
        (self.sequence, self.timestamp())
    }

    /// Sends a packet with numbers that were made for it; ours go on behind them. `silence`: it tells of one.
    pub fn relay(&mut self, packet: Packet<'_>, silence: bool, to: SocketAddr, outbox: &mut Outbox) {
        self.flush();
        let now_at = self.timestamp;
        outbox.push(OutgoingKind::Rtp, to, |data| packet.write(data));
        self.sequence = packet.sequence;
        self.count(packet.payload.len());
        self.marker = silence;
        let timestamp = packet.timestamp;
        // The time of our own frames goes on, and never back behind what was sent.
        let ahead = now_at.wrapping_sub(timestamp).cast_signed() > 0;
        self.timestamp = if ahead { now_at } else { timestamp.wrapping_add(FRAME_TICKS * self.clock_step) };
    }

    fn send_packet(&mut self, payload: &[u8], route: Route, outbox: &mut Outbox) {
        let packet = Packet {
            marker: !route.unmarked && std::mem::take(&mut self.marker),
            payload_type: route.payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            payload,
        };
        outbox.push(OutgoingKind::Rtp, route.to, |data| packet.write(data));
        self.count(payload.len());
    }

    fn send_bytes(&mut self, payload: &[u8], ptime_ms: u8, route: Route, outbox: &mut Outbox) {
        self.pending.extend_from_slice(&payload[..payload.len().min(FRAME_BYTES)]);
        let packet_bytes = usize::from(ptime_ms) * TICKS_PER_MS as usize;
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
            self.timestamp = self.timestamp.wrapping_add(packet_bytes as u32 * self.clock_step);
            sent += packet_bytes;
        }
        self.pending.drain(..sent);
    }

    /// Lets 20 ms pass in silence.
    pub fn skip(&mut self, now: Instant) {
        self.keep_time(now);
        self.flush();
        self.pass(1);
        self.marker = true;
    }

    /// Lets 20 ms pass in which packets of somebody else are sent: no silence.
    pub fn pass_time(&mut self, now: Instant) {
        self.keep_time(now);
        self.flush();
        self.pass(1);
    }

    /// Moves the timestamp over a pause, as RFC 3550 section 5.1 wants it.
    fn keep_time(&mut self, now: Instant) {
        let pause = self.pushed_at.map(|at| now.saturating_duration_since(at)).filter(|pause| *pause > PAUSE);
        if let Some(pause) = pause {
            self.flush();
            let frames = (pause.as_millis() / FRAME.as_millis()) as u32;
            self.pass(frames.saturating_sub(1));
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
