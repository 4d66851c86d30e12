//! Two sessions with a bad network between them, in virtual time.
#![allow(dead_code, reason = "each test uses its part of it")]

pub mod bench;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use call_model::AudioFrame;
use media::codec::Codec;
use media::rtp::{Heard, OutgoingKind, Session, SessionConfig, SessionEvent};
use media::sdp::{LocalMedia, Negotiated, answer, complete, offer};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

pub const FRAME: Duration = Duration::from_millis(20);

/// The one clock read: a place to count from.
#[expect(clippy::disallowed_methods, reason = "an origin for virtual time")]
pub fn origin() -> Instant {
    Instant::now()
}

pub fn address(host: u8, port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), port)
}

pub fn local(host: u8, codec: Codec, ptime_ms: u8) -> LocalMedia {
    let address = address(host, 4_000);
    let media = LocalMedia::new(address.ip(), address.port(), 1);
    LocalMedia { codecs: vec![codec], ptime_ms, ..media }
}

/// What an offer and an answer settle for both ends. `ptime_ms` is the packet length towards the offerer.
pub fn agree(codec: Codec, ptime_ms: u8) -> (Negotiated, Negotiated) {
    let (caller, callee) = (local(1, codec, ptime_ms), local(2, codec, 20));
    let ours = offer(&caller);
    let (reply, theirs) = answer(&callee, &ours).expect("a codec in common");
    (complete(&caller, &ours, &reply).expect("an answer to our offer"), theirs)
}

/// How bad the network is. Probabilities are 0 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    pub loss: f64,
    pub duplicates: f64,
    /// The share of packets that take `detour` longer.
    pub detours: f64,
    pub detour: Duration,
    pub delay: Duration,
    /// Added to each packet's delay, evenly spread from nothing to this.
    pub jitter: Duration,
    /// The sender's clock is fast by this much, in millionths.
    pub drift_ppm: i64,
    /// When the listener pulls, after the speaker's push.
    pub phase: Duration,
}

pub const CLEAN: Conditions = Conditions {
    loss: 0.0,
    duplicates: 0.0,
    detours: 0.0,
    detour: Duration::ZERO,
    delay: Duration::from_millis(1),
    jitter: Duration::ZERO,
    drift_ppm: 0,
    phase: Duration::from_millis(10),
};

type InFlight = Reverse<(Duration, u64, bool, Vec<u8>)>;

/// A speaker, a listener, and the way between them.
pub struct Line {
    pub start: Instant,
    pub conditions: Conditions,
    pub speaker: Session,
    pub listener: Session,
    pub speaker_address: SocketAddr,
    random: ChaCha8Rng,
    wire: BinaryHeap<InFlight>,
    sent: u64,
    pushes: u64,
    pulls: u64,
    /// Since the start, by the listener's clock.
    pub now: Duration,
    /// When the speaker speaks next.
    next_push: Duration,
    next_pull: Duration,
    pub heard: Vec<i16>,
    pub frames: Vec<Heard>,
    pub events: Vec<SessionEvent>,
    /// No packet gets through.
    pub blocked_until: Duration,
}

impl Line {
    pub fn new(codec: Codec, ptime_ms: u8, conditions: Conditions, seed: u64) -> Self {
        let (listener, speaker) = agree(codec, ptime_ms);
        Self::between(listener, speaker, conditions, seed)
    }

    /// Between two ends that have agreed.
    pub fn between(listener: Negotiated, speaker: Negotiated, conditions: Conditions, seed: u64) -> Self {
        Self {
            start: origin(),
            conditions,
            speaker: Session::new(SessionConfig::new(seed), speaker),
            listener: Session::new(SessionConfig::new(seed + 1), listener),
            speaker_address: address(2, 4_000),
            random: ChaCha8Rng::seed_from_u64(seed),
            wire: BinaryHeap::new(),
            sent: 0,
            pushes: 0,
            pulls: 0,
            now: Duration::ZERO,
            next_push: Duration::ZERO,
            next_pull: conditions.phase,
            heard: Vec::new(),
            frames: Vec::new(),
            events: Vec::new(),
            blocked_until: Duration::ZERO,
        }
    }

    fn chance(&mut self) -> f64 {
        f64::from(self.random.next_u32()) / f64::from(u32::MAX)
    }

    /// Runs until `end`; `speak` gives the frame of each push, or `None` to say nothing at all.
    pub fn run(&mut self, end: Duration, mut speak: impl FnMut(u64) -> Option<AudioFrame>) {
        while self.now < end {
            let arrival = self.wire.peek().map(|Reverse((at, ..))| *at);
            let next = self.next_push.min(self.next_pull).min(arrival.unwrap_or(Duration::MAX));
            self.now = next;
            if arrival == Some(next) {
                self.arrive();
            } else if self.next_push == next {
                if let Some(frame) = speak(self.pushes) {
                    self.speaker.push(self.start + next, &frame);
                }
                let mut unused = AudioFrame::silence(frame_rate(&self.speaker));
                self.speaker.pull(self.start + next, &mut unused);
                self.pushes += 1;
                let drift = i128::from(self.conditions.drift_ppm) * FRAME.as_nanos() as i128 / 1_000_000;
                self.next_push += Duration::from_nanos((FRAME.as_nanos() as i128 - drift) as u64);
            } else {
                let mut frame = AudioFrame::silence(frame_rate(&self.listener));
                let heard = self.listener.pull(self.start + next, &mut frame);
                self.heard.extend_from_slice(frame.samples());
                self.frames.push(heard);
                self.pulls += 1;
                self.next_pull += FRAME;
            }
            self.drain();
        }
    }

    fn arrive(&mut self) {
        let Some(Reverse((at, _, is_rtp, data))) = self.wire.pop() else { return };
        let at = self.start + at;
        if is_rtp {
            self.listener.handle_rtp(at, self.speaker_address, &data);
        } else {
            let rtcp = SocketAddr::new(self.speaker_address.ip(), self.speaker_address.port() + 1);
            self.listener.handle_rtcp(at, rtcp, &data);
        }
    }

    fn drain(&mut self) {
        while let Some(event) = self.listener.poll_event() {
            self.events.push(event);
        }
        // Reports of the listener reach the speaker at once.
        while let Some(out) = self.listener.poll_transmit() {
            if out.kind == OutgoingKind::Rtcp {
                self.speaker.handle_rtcp(self.start + self.now, address(1, 4_001), out.data);
            }
        }
        let mut datagrams = Vec::new();
        while let Some(out) = self.speaker.poll_transmit() {
            datagrams.push((out.kind == OutgoingKind::Rtp, out.data.to_vec()));
        }
        for (is_rtp, data) in datagrams {
            let copies = if self.chance() < self.conditions.duplicates { 2 } else { 1 };
            for _ in 0..copies {
                self.transmit(is_rtp, data.clone());
            }
        }
    }

    fn transmit(&mut self, is_rtp: bool, data: Vec<u8>) {
        let Conditions { loss, detours, detour, delay, jitter, .. } = self.conditions;
        if self.chance() < loss || self.now < self.blocked_until {
            return;
        }
        let mut delay = delay + jitter.mul_f64(self.chance());
        if self.chance() < detours {
            delay += detour;
        }
        self.sent += 1;
        self.wire.push(Reverse((self.now + delay, self.sent, is_rtp, data)));
    }

    /// The share of frames from `from` on that were made up or silent.
    pub fn not_heard(&self, from: Duration) -> f64 {
        let frames = &self.frames[(from.as_millis() / 20) as usize..];
        frames.iter().filter(|heard| **heard != Heard::Voice).count() as f64 / frames.len() as f64
    }

    /// Samples heard from `from` on.
    pub fn heard_from(&self, from: Duration) -> &[i16] {
        let rate = frame_rate(&self.listener).hz() as usize;
        &self.heard[(from.as_millis() / 20) as usize * rate / 50..]
    }
}

pub fn frame_rate(session: &Session) -> call_model::SampleRate {
    session.codec().sample_rate()
}

/// A sine that goes on from frame to frame.
pub fn tone(session: &Session, hz: f64) -> impl FnMut(u64) -> Option<AudioFrame> + use<> {
    let rate = frame_rate(session);
    move |frame| Some(sine_frame(rate, hz, frame))
}

pub fn sine_frame(rate: call_model::SampleRate, hz: f64, frame: u64) -> AudioFrame {
    let mut audio = AudioFrame::silence(rate);
    let count = rate.frame_samples();
    for (at, sample) in audio.samples_mut().iter_mut().enumerate() {
        let n = (frame * count as u64 + at as u64) as f64;
        *sample = (LEVEL * (std::f64::consts::TAU * hz * n / f64::from(rate.hz())).sin()) as i16;
    }
    audio
}

/// Peak of the test tone.
pub const LEVEL: f64 = 8_000.0;

/// Root mean square.
pub fn rms(samples: &[i16]) -> f64 {
    (samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len().max(1) as f64).sqrt()
}

/// Upward zero crossings a second: the frequency of a tone.
pub fn frequency(samples: &[i16], rate: u32) -> f64 {
    let crossings = samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
    crossings as f64 * f64::from(rate) / samples.len() as f64
}

/// The longest stretch below a twentieth of the tone's level, ms.
pub fn longest_gap_ms(samples: &[i16], rate: u32) -> f64 {
    let (mut longest, mut quiet) = (0, 0);
    for sample in samples {
        quiet = if f64::from(*sample).abs() < LEVEL / 20.0 { quiet + 1 } else { 0 };
        longest = longest.max(quiet);
    }
    f64::from(longest) * 1_000.0 / f64::from(rate)
}

/// The steepest step between neighbours, as a multiple of the tone's own.
pub fn worst_click(samples: &[i16], hz: f64, rate: u32) -> f64 {
    let own = LEVEL * std::f64::consts::TAU * hz / f64::from(rate);
    let steps = samples.windows(2).map(|pair| (f64::from(pair[1]) - f64::from(pair[0])).abs());
    steps.fold(0.0, f64::max) / own
}
