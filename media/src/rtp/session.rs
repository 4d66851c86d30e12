//! One end of an audio stream.

mod relay;
mod reports;
mod shelter;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use call_model::AudioFrame;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use relay::{Mapping, RelayBox};

use super::comfort_noise::OUR_NOISE;
use super::delay::TICKS_PER_MS;
use super::event_receiver::EventReceiver;
use super::event_sender::EventSender;
use super::latch::{Latch, Verdict};
use super::outbox::Outbox;
use super::packet::Packet;
use super::playout::{Audio, MAX_PAYLOAD, Playout};
use super::reception::{Arrival, Reception};
use super::report::Reporter;
use super::sender::{Cut, Route, Sender};
use super::shelter::Reading;
use super::{Quality, SessionConfig};
use crate::codec::{Codec, Encoder, FRAME_ROOM};
use crate::sdp::Negotiated;

/// What a frame that was pulled holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// What the peer sent.
    Voice,
    /// Made up for what was lost or late.
    Concealed,
    /// Zeros, or comfort noise: nothing was sent, or nothing has come for too long.
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
    /// The DTLS handshake failed, or the peer's certificate is not the promised one: there will be no sound.
    NotSecured,
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

/// The most events that wait to be taken.
const MAX_EVENTS: usize = 64;
/// Comfort noise (RFC 3389), which some send although it was not agreed on.
const COMFORT_NOISE: u8 = 13;
/// Where comfort noise may be sent, so much silence is sent as audio first, and then noise in place of it: 200 ms.
const FRAMES_BEFORE_NOISE: u32 = 10;
/// It is told again so often, so that the peer's watch on our stream and the NATs between stay open: each second.
const FRAMES_BETWEEN_NOISE: u32 = 50;

/// One end of an audio stream: no socket, no clock, nothing allocated per packet once it runs.
#[derive(Debug)]
pub struct Session {
    config: SessionConfig,
    negotiated: Negotiated,
    /// The first moment that was told; times are counted from here.
    origin: Option<Instant>,
    /// When RTP was last heard, or could first have been.
    heard_at: Option<Instant>,
    timed_out: bool,
    latch: Latch,
    reading: Reading,
    /// Where answers to connectivity checks are written.
    check_space: Vec<u8>,
    rtcp_source: Option<SocketAddr>,
    reception: Reception,
    digits: EventReceiver,
    playout: Playout,
    encoder: Encoder,
    relay_box: RelayBox,
    mapping: Option<Mapping>,
    /// Frames for which we have been silent.
    rested: u32,
    sender: Sender,
    reporter: Reporter,
    outbox: Outbox,
    events: VecDeque<SessionEvent>,
    /// What is counted here and not in the parts.
    counted: Quality,
}

impl Session {
    /// A session for what was agreed on.
    pub fn new(config: SessionConfig, negotiated: Negotiated) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(config.seed);
        let digits = EventSender::new(config.digit_ms, config.digit_gap_ms, config.max_queued_digits);
        let mut sender = Sender::new(random.next_u32(), random.next_u32() as u16, random.next_u32(), digits);
        sender.set_clock_step(negotiated.codec.clock_step());
        Self {
            origin: None,
            heard_at: None,
            timed_out: false,
            latch: Latch::new(config.latch, &negotiated),
            reading: Reading::new(&negotiated.shelter.privacy),
            check_space: Vec::new(),
            rtcp_source: None,
            reception: Reception::default(),
            digits: EventReceiver::default(),
            playout: Playout::new(config.jitter, negotiated.codec),
            encoder: Encoder::for_peer(negotiated.codec, negotiated.opus, config.opus_complexity),
            relay_box: RelayBox::default(),
            mapping: None,
            rested: 0,
            sender,
            reporter: Reporter::new(config.rtcp_interval, random),
            outbox: Outbox::new(&negotiated.shelter.privacy),
            events: VecDeque::with_capacity(8),
            counted: Quality::default(),
            config,
            negotiated,
        }
    }

    /// The codec that is sent and whose sample rate [`push`](Self::push) uses.
    pub fn codec(&self) -> Codec {
        self.negotiated.codec
    }

    /// What is agreed on now.
    pub fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    fn take_rtp(&mut self, arrived: Instant, source: SocketAddr, packet: &[u8]) {
        let Ok(packet) = Packet::read(packet) else { return self.counted.invalid += 1 };
        let codec = self.codec_of(packet.payload_type);
        let is_event = self.negotiated.accepts.is_event(packet.payload_type);
        if codec.is_none() && !is_event && packet.payload_type != COMFORT_NOISE {
            return self.counted.invalid += 1;
        }
        match self.latch.judge(arrived, source, packet.ssrc, packet.sequence) {
            Verdict::Accept => {}
            Verdict::Latched => self.tell(SessionEvent::Latched(source)),
            Verdict::Pending => return,
            Verdict::Stranger => return self.counted.strangers += 1,
        }
        self.heard_at = Some(arrived);
        self.timed_out = false;
        match codec {
            Some(codec) => self.take_audio(arrived, codec, &packet),
            None => self.take_other(&packet, is_event),
        }
    }

    /// The codec of a payload type.
    fn codec_of(&self, payload_type: u8) -> Option<Codec> {
        let negotiated = &self.negotiated;
        let ours = negotiated.accepts.codec(payload_type);
        // Some peers send with their own number for the codec instead of ours.
        ours.or_else(|| (payload_type == negotiated.payload_type).then_some(negotiated.codec))
    }

    fn take_audio(&mut self, arrived: Instant, codec: Codec, packet: &Packet<'_>) {
        let length = codec.payload_ticks(packet.payload).filter(|_| packet.payload.len() <= MAX_PAYLOAD);
        let Some(length) = length else { return self.counted.invalid += 1 };
        let Arrival::New { sequence, restarted } = self.reception.count(packet.ssrc, packet.sequence) else { return };
        if !self.negotiated.receive {
            return;
        }
        let audio = Audio {
            arrived: self.ticks(arrived),
            sequence,
            restarted,
            timestamp: packet.timestamp,
            codec,
            payload: packet.payload,
            length: length as i64,
        };
        if self.relay_box.take(&audio, packet.marker) {
            return;
        }
        if let Some(transit) = self.playout.insert(audio) {
            self.reception.observe_transit(transit);
        }
    }

    fn take_other(&mut self, packet: &Packet<'_>, is_event: bool) {
        // Some gateways send keys with an SSRC of their own; they are no part of the stream's count.
        let ours = self.reception.ssrc().is_none_or(|ssrc| ssrc == packet.ssrc);
        let arrival = ours.then(|| self.reception.count(packet.ssrc, packet.sequence));
        let is_noise = self.negotiated.accepts.comfort_noise == Some(packet.payload_type) && self.negotiated.receive;
        if let Some(Arrival::New { sequence, restarted }) = arrival.filter(|_| is_noise) {
            self.take_noise(sequence, restarted, packet);
        }
        if is_event && self.negotiated.receive {
            let digit = self.digits.take(packet.ssrc, packet.timestamp, packet.marker, packet.payload);
            if let Some(digit) = digit {
                self.tell(SessionEvent::Digit { digit });
            }
        }
    }

    /// Goes on with what a new offer and answer settled: hold, another codec, another address.
    pub fn renegotiate(&mut self, negotiated: Negotiated) {
        let old = std::mem::replace(&mut self.negotiated, negotiated);
        if (old.codec, old.opus) != (negotiated.codec, negotiated.opus) {
            self.encoder = Encoder::for_peer(negotiated.codec, negotiated.opus, self.config.opus_complexity);
        }
        if old.codec != negotiated.codec {
            self.sender.set_clock_step(negotiated.codec.clock_step());
            self.playout.set_codec(negotiated.codec);
        }
        if old.receive && !negotiated.receive {
            self.playout.interrupt();
        }
        if old.remote_rtcp != negotiated.remote_rtcp {
            self.rtcp_source = None;
            self.reporter.renegotiate();
        }
        if negotiated.telephone_event.is_none() {
            self.sender.events.clear();
        }
        self.latch.renegotiate(negotiated.remote_rtp);
        self.change_shelter(&old.shelter);
        self.heard_at = None;
        self.timed_out = false;
    }

    /// The next 20 ms heard, into `frame`, at the sample rate of the codec that comes: a peer may change between those
    /// that we announced at any time. To be called every 20 ms, also while nothing comes: reports and time limits run by
    /// it.
    pub fn pull(&mut self, now: Instant, frame: &mut AudioFrame) -> Heard {
        let rate = self.playout.rate();
        if frame.rate() != rate {
            *frame = AudioFrame::silence(rate);
        }
        let ticks = self.ticks(now);
        let heard = if self.negotiated.receive {
            self.playout.pull(ticks, frame.samples_mut())
        } else {
            frame.samples_mut().fill(0);
            Heard::Silence
        };
        self.counted.concealed_frames += u64::from(heard == Heard::Concealed);
        self.watch(now);
        if self.reporter.is_due(now) {
            self.report(now, false);
        }
        heard
    }

    /// Tells when RTP stays away. A held call is silent by right.
    fn watch(&mut self, now: Instant) {
        let heard_at = *self.heard_at.get_or_insert(now);
        if self.negotiated.is_held() {
            self.heard_at = Some(now);
            return;
        }
        let silent = now.saturating_duration_since(heard_at);
        if !self.timed_out && self.config.rtp_timeout.is_some_and(|limit| silent >= limit) {
            self.timed_out = true;
            self.latch.timed_out();
            self.tell(SessionEvent::TimedOut);
        }
    }

    /// The next 20 ms to say. A frame at another rate than the codec's, or one that comes while the call is held or a
    /// key is sent, only lets time pass.
    pub fn push(&mut self, now: Instant, frame: &AudioFrame) {
        if !self.negotiated.send || frame.rate() != self.codec().sample_rate() {
            return self.sender.skip(now);
        }
        let mut payload = [0; FRAME_ROOM];
        let bytes = self.encoder.encode(frame.samples(), &mut payload);
        self.push_encoded(now, &payload[..bytes]);
    }

    /// The next 20 ms to say, encoded by the session's codec: [`crate::codec::FRAME_BYTES`] bytes, or a packet of Opus.
    pub fn push_encoded(&mut self, now: Instant, payload: &[u8]) {
        self.rested = 0;
        self.send_frame(now, payload, None);
    }

    /// 20 ms in which we have nothing to say. `silence` is what silence is encoded as; where it was agreed on and is
    /// wished, comfort noise takes its place after a while, and then almost nothing is sent.
    pub fn rest(&mut self, now: Instant, silence: &[u8]) {
        let noise = self.negotiated.comfort_noise.filter(|_| self.config.send_comfort_noise);
        let Some(payload_type) = noise.filter(|_| !self.is_sending_digits()) else {
            return self.push_encoded(now, silence);
        };
        let resting = self.rested.checked_sub(FRAMES_BEFORE_NOISE);
        self.rested = self.rested.saturating_add(1);
        match resting {
            None => self.send_frame(now, silence, None),
            Some(frames) if frames % FRAMES_BETWEEN_NOISE == 0 => self.send_frame(now, &OUR_NOISE, Some(payload_type)),
            Some(_) => self.sender.skip(now),
        }
    }

    /// 20 ms in which nothing is sent, whatever there was to say. Keys that wait go on waiting.
    pub fn skip(&mut self, now: Instant) {
        self.sender.skip(now);
    }

    /// Sends audio, or by another payload type a packet by itself.
    fn send_frame(&mut self, now: Instant, payload: &[u8], by_itself: Option<u8>) {
        let to = self.latch.target();
        if !self.negotiated.send || self.remote().is_none() || !self.outbox.is_open() {
            return self.sender.skip(now);
        }
        let negotiated = &self.negotiated;
        let is_whole = by_itself.is_some() || negotiated.codec.samples_per_byte().is_none();
        let route = Route {
            to,
            payload_type: by_itself.unwrap_or(negotiated.payload_type),
            telephone_event: negotiated.telephone_event,
            event_step: negotiated.event_clock / 8_000,
            cut: if is_whole { Cut::Whole } else { Cut::Bytes { ptime_ms: negotiated.ptime_ms } },
            unmarked: by_itself.is_some(),
        };
        self.sender.frame(now, payload, route, &mut self.outbox);
    }

    /// Queues keys (`0`-`9`, `*`, `#`, `A`-`D`) to be sent by telephone-event in place of pushed audio: they go out as
    /// [`push`](Self::push) is called.
    pub fn send_digits(&mut self, digits: &str) -> Result<(), SendDigitsError> {
        if self.negotiated.telephone_event.is_none() {
            return Err(SendDigitsError::NotNegotiated);
        }
        self.sender.events.queue(digits)
    }

    /// Whether keys wait or are being sent.
    pub fn is_sending_digits(&self) -> bool {
        !self.sender.events.is_idle()
    }

    /// Says goodbye (RTCP BYE); to be called before the session is dropped, then drained once more.
    pub fn close(&mut self, now: Instant) {
        self.report(now, true);
    }

    /// The next datagram to send; to be drained after every other call.
    pub fn poll_transmit(&mut self) -> Option<Outgoing<'_>> {
        self.outbox.poll()
    }

    /// The next thing to tell; to be drained after every other call.
    pub fn poll_event(&mut self) -> Option<SessionEvent> {
        self.events.pop_front()
    }

    /// What was counted and measured until now.
    pub fn quality(&self) -> Quality {
        let ms = |ticks: u32| ticks as f32 / TICKS_PER_MS as f32;
        let mut quality = Quality {
            received: self.reception.received(),
            lost: self.reception.lost(),
            duplicates: self.reception.duplicates() + self.counted.duplicates,
            late: self.playout.late(),
            recovered: self.playout.recovered(),
            overflowed: self.playout.overflowed(),
            sent: self.sender.packets,
            sent_bytes: self.sender.bytes,
            undrained: self.counted.undrained + self.outbox.dropped(),
            jitter_ms: ms(self.reception.jitter()),
            delay_ms: self.playout.delay_ms(),
            rtt_ms: self.reporter.rtt_ms(),
            remote_loss: self.reporter.remote_loss(),
            remote_jitter_ms: self.reporter.remote_jitter().map(|jitter| ms(jitter / self.sender.clock_step())),
            ..self.counted
        };
        quality.rate(self.codec());
        quality
    }

    fn tell(&mut self, event: SessionEvent) {
        if self.events.len() == MAX_EVENTS {
            self.counted.undrained += 1;
        } else {
            self.events.push_back(event);
        }
    }

    fn elapsed(&mut self, at: Instant) -> Duration {
        at.saturating_duration_since(*self.origin.get_or_insert(at))
    }

    /// Ticks of the RTP clock since the origin; before it for a packet that arrived before the first pull.
    fn ticks(&mut self, at: Instant) -> i64 {
        let origin = *self.origin.get_or_insert(at);
        let ticks = |duration: Duration| (duration.as_nanos() / NANOS_PER_TICK) as i64;
        match at.checked_duration_since(origin) {
            Some(since) => ticks(since),
            None => -ticks(origin.duration_since(at)),
        }
    }
}

const NANOS_PER_TICK: u128 = 1_000_000 / TICKS_PER_MS as u128;

/// A socket for both IP versions shows IPv4 peers as IPv6 addresses; SDP does not.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
