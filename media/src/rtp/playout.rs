//! From packets to frames: when to play, what to make up, and how to stay close to live.
//!
//! All positions and times are ticks of the RTP clock (125 us). A packet is *needed* at the pull whose frame holds its
//! first sample. What is missing then is concealed, and the concealed length is *owed*: whether the packet was late
//! (then it is played next, and everything is later by that length) or lost (then its place is skipped, and nothing is
//! later) is decided only when the next packet can be seen.

use call_model::{FRAME_MS, SampleRate};

use super::buffer::PacketBuffer;
use super::comfort_noise::Noise;
use super::conceal::{Concealer, HISTORY_MS};
use super::config::JitterConfig;
use super::delay::{DelayEstimator, TICKS_PER_MS};
use super::line::Line;
use super::session::Heard;
use super::splice::{self, Urgency};
use super::timeline::{Placement, Timeline};
use crate::codec::{Codec, Decoder};

/// The longest payload that is taken: 200 ms, a byte for each tick.
pub const MAX_PAYLOAD: usize = 200 * TICKS_PER_MS as usize;
/// So long after copies of lost packets were of use, packets are awaited for long enough to bring them: 10 s.
const COPIES_USED_TICKS: i64 = 10_000 * TICKS_PER_MS;
/// Packets of this length need no more room than there is from the beginning, ms.
const USUAL_MS: usize = 30;
const FRAME_TICKS: i64 = FRAME_MS as i64 * TICKS_PER_MS;
/// After this much made up in a row the stream counts as interrupted: what comes next is played at the best time.
const INTERRUPTED_TICKS: i64 = 100 * TICKS_PER_MS;
/// Delay that is tolerated above the target and a frame before it is cut.
const SLACK_TICKS: i64 = 10 * TICKS_PER_MS;
/// Delay above that from which on fair places are cut too.
const URGENT_TICKS: i64 = 40 * TICKS_PER_MS;
const PULLS_BETWEEN_CUTS: u8 = 3;
/// What a decoder makes up itself has faded to nothing worth hearing after so long, ms.
const FADED_MS: usize = 60;
/// So many packets in a row, each newer than all before and yet too late, mean that the timestamps have stepped back.
const LATE_RUN: u8 = 5;

/// An audio packet of the peer.
#[derive(Debug, Clone, Copy)]
pub struct Audio<'a> {
    /// Arrival, ticks.
    pub arrived: i64,
    pub sequence: i64,
    pub restarted: bool,
    pub timestamp: u32,
    pub codec: Codec,
    pub payload: &'a [u8],
    /// How long the payload lasts, ticks.
    pub length: i64,
}

/// Noise that the peer told of, to be heard from its place in the stream to the next audio.
#[derive(Debug)]
struct Comfort {
    noise: Noise,
    sequence: i64,
    /// Later audio has come, and ends it when it is played.
    over: bool,
}

/// The receiving half of a session, behind its checks.
#[derive(Debug)]
pub struct Playout {
    samples_per_tick: usize,
    timeline: Timeline,
    delay: DelayEstimator,
    buffer: PacketBuffer,
    line: Line,
    decoder: Decoder,
    concealer: Concealer,
    playing: bool,
    /// Position of the next sample to enter the line.
    next: Option<i64>,
    owed: i64,
    /// The owed length was made up although later packets were there.
    hole: bool,
    /// Samples made up by the decoder since it last had a packet.
    guessed: usize,
    /// The last packet said that its sender is silent (DTX).
    resting: bool,
    comfort: Option<Comfort>,
    /// When a copy in a later packet was last of use, and how long it was.
    copy_used: Option<(i64, i64)>,
    recovered: u64,
    /// Ticks from the fastest arrival to the ear, smoothed, in 1/16.
    delay_16: i64,
    pulls_since_cut: u8,
    newest: i64,
    late_run: u8,
    late: u64,
    overflowed: u64,
}

impl Playout {
    pub fn new(config: JitterConfig, codec: Codec) -> Self {
        let samples_per_tick = samples_per_tick(codec.sample_rate());
        let per_ms = samples_per_tick * TICKS_PER_MS as usize;
        // Packets of 10 ms fill the longest delay; a burst on top is taken too.
        let capacity = usize::from(config.max_delay_ms) / 10 + 24;
        Self {
            samples_per_tick,
            timeline: Timeline::default(),
            delay: DelayEstimator::new(config),
            buffer: PacketBuffer::new(capacity),
            line: new_line(samples_per_tick),
            decoder: Decoder::new(codec),
            concealer: Concealer::new(per_ms),
            playing: false,
            next: None,
            owed: 0,
            hole: false,
            guessed: 0,
            resting: false,
            comfort: None,
            copy_used: None,
            recovered: 0,
            delay_16: 0,
            pulls_since_cut: 0,
            newest: i64::MIN,
            late_run: 0,
            late: 0,
            overflowed: 0,
        }
    }

    /// Goes on with another codec at whatever rate; what waited at another rate is thrown away.
    pub fn set_codec(&mut self, codec: Codec) {
        let samples_per_tick = samples_per_tick(codec.sample_rate());
        if samples_per_tick != self.samples_per_tick {
            let per_ms = samples_per_tick * TICKS_PER_MS as usize;
            self.interrupt();
            self.samples_per_tick = samples_per_tick;
            self.line = new_line(samples_per_tick);
            self.concealer = Concealer::new(per_ms);
            self.decoder = Decoder::new(codec);
            self.resting = false;
        }
    }

    /// The rate of what is heard.
    pub fn rate(&self) -> SampleRate {
        if self.samples_per_tick == 1 { SampleRate::Narrow } else { SampleRate::Wide }
    }

    /// Lost packets that were brought back by copies in later ones.
    pub fn recovered(&self) -> u64 {
        self.recovered
    }

    /// The peer is silent, and tells how its silence sounds.
    pub fn take_noise(&mut self, sequence: i64, noise: Noise) {
        match &mut self.comfort {
            Some(comfort) if comfort.sequence > sequence => {}
            Some(comfort) => {
                comfort.noise.follow(&noise);
                (comfort.sequence, comfort.over) = (sequence, sequence < self.newest);
            }
            None if sequence > self.newest => self.comfort = Some(Comfort { noise, sequence, over: false }),
            None => {}
        }
    }

    /// Throws away what waits and begins anew with the next packet.
    pub fn interrupt(&mut self) {
        if let Some(end) = self.buffer.end() {
            self.next = self.next.max(Some(end));
        }
        self.buffer.clear();
        self.line.skip(self.line.ready());
        self.playing = false;
        self.owed = 0;
    }

    /// Packets that came too late to be played.
    pub fn late(&self) -> u64 {
        self.late
    }

    /// Packets thrown away because too many waited.
    pub fn overflowed(&self) -> u64 {
        self.overflowed
    }

    /// From the arrival of the fastest packets to the ear, ms.
    pub fn delay_ms(&self) -> f32 {
        self.delay_16 as f32 / (16 * TICKS_PER_MS) as f32
    }

    /// Takes a packet in and gives its transit time: arrival less position, ticks. With a codec of another rate
    /// everything begins anew; a straggler of the codec before is late.
    pub fn insert(&mut self, audio: Audio<'_>) -> Option<i64> {
        let Audio { arrived, sequence, restarted, timestamp, codec, payload, length } = audio;
        if samples_per_tick(codec.sample_rate()) != self.samples_per_tick {
            if sequence < self.newest && !restarted {
                self.late += 1;
                return None;
            }
            self.set_codec(codec);
        }
        let end = self.buffer.end().max(self.next);
        let clock_step = codec.clock_step();
        let placement = Placement { timestamp, clock_step, arrived, base: self.delay.base(), restarted, end };
        let mut start = self.timeline.place(placement);
        let transit = arrived - start;
        self.delay.observe(arrived, transit);
        let newest = sequence > self.newest;
        self.newest = self.newest.max(sequence);
        if let Some(comfort) = self.comfort.as_mut().filter(|comfort| sequence > comfort.sequence) {
            comfort.over = true;
        }
        if self.next.is_some_and(|next| start + length <= next) {
            self.late_run = if newest { self.late_run + 1 } else { 0 };
            if self.late_run < LATE_RUN {
                self.late += 1;
                return Some(transit);
            }
            start = self.timeline.realign(placement);
        }
        self.late_run = 0;
        if let Some(end) = self.buffer.insert(start, length, codec, payload) {
            self.overflowed += 1;
            self.next = self.next.max(Some(end));
        }
        Some(transit)
    }

    /// Fills a frame with what is to be heard now.
    pub fn pull(&mut self, now: i64, out: &mut [i16]) -> Heard {
        self.skip_ahead(now);
        if !self.playing && !self.start(now) {
            self.rest(out);
            return Heard::Silence;
        }
        let heard = self.fill(now, out.len());
        if self.owed == 0 {
            self.stay_close(now, out.len());
        }
        self.line.take(out);
        heard
    }

    /// What is heard while nothing plays: the noise that the peer told of, that of its codec, or nothing.
    fn rest(&mut self, out: &mut [i16]) {
        match &mut self.comfort {
            Some(comfort) => comfort.noise.fill(out),
            None if self.resting && self.decoder.conceal(out) => {}
            None => out.fill(0),
        }
    }

    /// How long packets are to be awaited, ticks: also for the copies of lost ones, while there is use for them.
    fn target(&self, now: i64) -> i64 {
        let copies = self.copy_used.filter(|(at, _)| now - at < COPIES_USED_TICKS);
        (self.delay.target() + copies.map_or(0, |(_, length)| length)).min(self.delay.max())
    }

    /// Leaves out what would be played later than the longest delay allows.
    fn skip_ahead(&mut self, now: i64) {
        let Some(base) = self.delay.base() else { return };
        let oldest = now - base - self.delay.max() - FRAME_TICKS;
        while let Some(front) = self.buffer.front() {
            if self.next.map_or(front.start, |next| next.max(front.start)) >= oldest {
                break;
            }
            let end = self.buffer.drop_front();
            self.next = self.next.max(end);
            self.owed = 0;
            self.overflowed += 1;
        }
        // Nobody pulled for that long.
        if self.playing && self.position() < oldest {
            self.line.skip(self.line.ready());
            self.playing = false;
        }
    }

    /// Position of the next sample to be heard.
    fn position(&self) -> i64 {
        self.next.unwrap_or_default() - (self.line.ready() / self.samples_per_tick) as i64
    }

    /// Begins to play, or goes on after an interruption, when the first packet has waited for long enough.
    fn start(&mut self, now: i64) -> bool {
        let (Some(base), Some(front)) = (self.delay.base(), self.buffer.front()) else { return false };
        if now - front.start - base < self.target(now) {
            return false;
        }
        self.next = self.next.max(Some(front.start));
        self.playing = true;
        self.owed = 0;
        self.delay_16 = 16 * (now - front.start - base);
        true
    }

    /// Makes `wanted` samples ready.
    fn fill(&mut self, now: i64, wanted: usize) -> Heard {
        let mut heard = Heard::Voice;
        while self.line.ready() < wanted {
            let missing = wanted - self.line.ready();
            let next = self.next.unwrap_or_default();
            let Some((start, end)) = self.buffer.front().map(|front| (front.start, front.end())) else {
                if let Some(comfort) = &mut self.comfort {
                    // No packet is missing: the peer is silent.
                    comfort.noise.fill(self.line.room(missing).1);
                    self.line.commit(missing);
                    self.playing = false;
                    return Heard::Silence;
                }
                heard = self.conceal(missing, false);
                if self.owed >= INTERRUPTED_TICKS {
                    self.playing = false;
                }
                continue;
            };
            if end <= next {
                self.buffer.drop_front();
                self.late += 1;
            } else if start <= next {
                if self.owed > 0 && self.hole && !self.wants_more_delay(now, next) {
                    self.next = Some((next + self.owed).min(end));
                    self.owed = 0;
                } else {
                    self.decode_front(next);
                }
            } else if self.owed >= start - next {
                // Made up before the copy came: it is played all the same, so that the next one comes in time.
                if self.hole || self.copy_in_front() < start - next || !self.wants_more_delay(now, next) {
                    self.next = Some(start);
                    self.owed = 0;
                } else {
                    self.recover(now, next, start);
                }
            } else {
                let next = next + self.owed;
                self.next = Some(next);
                self.owed = 0;
                let copy = self.copy_in_front();
                if start - next <= copy {
                    self.recover(now, next, start);
                    continue;
                }
                let gap = (start - next - copy) as usize * self.samples_per_tick;
                heard = self.conceal(missing.min(gap), true);
            }
        }
        heard
    }

    /// How much of what came right before the first packet it holds once more, ticks.
    fn copy_in_front(&self) -> i64 {
        let front = self.buffer.front().filter(|front| front.codec == self.decoder.codec());
        front.map_or(0, |front| front.codec.copy_ticks(&front.payload) as i64)
    }

    /// Plays the lost positions from `next` to `start` by the copy in the packet that begins there.
    fn recover(&mut self, now: i64, next: i64, start: i64) {
        let copy = self.copy_in_front();
        let Some(front) = self.buffer.front() else { return };
        let spt = self.samples_per_tick;
        let (_, room) = self.line.room(copy as usize * spt);
        self.decoder.recover(&front.payload, room);
        // A copy may be longer than what is missing.
        let wanted = (start - next) as usize * spt;
        let unwanted = room.len() - wanted;
        room.copy_within(unwanted.., 0);
        self.line.commit(wanted);
        (self.guessed, self.owed, self.next) = (0, 0, Some(start));
        self.recovered += 1;
        self.copy_used = Some((now, copy));
    }

    fn conceal(&mut self, count: usize, hole: bool) -> Heard {
        let (history, room) = self.line.room(count);
        let faded = if self.decoder.conceal(room) {
            self.guessed += count;
            self.resting || self.guessed > FADED_MS * TICKS_PER_MS as usize * self.samples_per_tick
        } else {
            let faded = self.concealer.is_faded();
            self.concealer.fill(history, room);
            faded
        };
        // The line always has room for a frame.
        self.line.commit(count);
        self.owed += (count / self.samples_per_tick) as i64;
        self.hole = hole;
        if faded { Heard::Silence } else { Heard::Concealed }
    }

    /// Whether a packet that came late into a hole should be played all the same, and everything after it later.
    fn wants_more_delay(&self, now: i64, next: i64) -> bool {
        let base = self.delay.base().unwrap_or_default();
        let copy = if self.hole { 0 } else { self.copy_in_front() };
        now - next - base - self.owed < self.target(now).max(self.delay.target() + copy)
    }

    /// Decodes the first packet from the position `next` on.
    fn decode_front(&mut self, next: i64) {
        let Some(front) = self.buffer.front() else { return };
        if self.decoder.codec() != front.codec {
            self.decoder = Decoder::new(front.codec);
        }
        let skipped = (next - front.start).max(0) as usize;
        let count = if front.codec.samples_per_byte().is_some() {
            let payload = &front.payload[skipped..];
            let (_, room) = self.line.room(payload.len() * self.samples_per_tick);
            let count = self.decoder.decode(payload, room);
            self.concealer.merge(&mut room[..count]);
            count
        } else {
            let (_, room) = self.line.room(front.length as usize * self.samples_per_tick);
            if self.decoder.decode(&front.payload, room) < room.len() {
                self.decoder.conceal(room);
            }
            let skipped = skipped * self.samples_per_tick;
            room.copy_within(skipped.., 0);
            room.len() - skipped
        };
        self.resting = front.codec.is_rest(&front.payload);
        self.guessed = 0;
        self.comfort.take_if(|comfort| comfort.over);
        self.line.commit(count);
        self.next = self.buffer.drop_front();
        self.owed = 0;
    }

    /// Measures the delay and cuts it where it is longer than the network needs.
    ///
    /// A frame is played whole, so that a packet may be needed up to a frame before its first sample is heard: with the
    /// target and a frame between arrival and ear nothing comes too late.
    fn stay_close(&mut self, now: i64, wanted: usize) {
        let Some(base) = self.delay.base() else { return };
        let delay = now - self.position() - base;
        self.delay_16 += delay - self.delay_16 / 16;
        self.pulls_since_cut = self.pulls_since_cut.saturating_add(1);
        let excess = self.delay_16 / 16 - self.target(now) - FRAME_TICKS;
        if excess <= SLACK_TICKS || self.pulls_since_cut < PULLS_BETWEEN_CUTS {
            return;
        }
        let per_ms = self.samples_per_tick * TICKS_PER_MS as usize;
        let most = (excess as usize * self.samples_per_tick).min(splice::MAX_CUT_MS * per_ms);
        if !self.decode_ahead(wanted + most + splice::OVERLAP_MS * per_ms) {
            return;
        }
        let urgency = if excess > URGENT_TICKS { Urgency::High } else { Urgency::Low };
        if let Some(cut) = splice::cut(self.line.ready_mut(), most, per_ms, urgency) {
            self.line.skip(cut);
            self.delay_16 -= 16 * (cut / self.samples_per_tick) as i64;
            self.pulls_since_cut = 0;
        }
    }

    /// Decodes packets that follow without a gap until `wanted` samples are ready.
    fn decode_ahead(&mut self, wanted: usize) -> bool {
        while self.line.ready() < wanted {
            match (self.buffer.front(), self.next) {
                (Some(front), Some(next)) if front.start == next => self.decode_front(next),
                _ => return false,
            }
        }
        true
    }
}

/// Room for the longest packet behind a frame and what a cut looks at.
fn new_line(samples_per_tick: usize) -> Line {
    let per_ms = samples_per_tick * TICKS_PER_MS as usize;
    let ahead = FRAME_MS as usize + splice::MAX_CUT_MS + splice::OVERLAP_MS;
    let longest = MAX_PAYLOAD * samples_per_tick;
    Line::new(HISTORY_MS * per_ms, (USUAL_MS + ahead) * per_ms, longest + ahead * per_ms)
}

fn samples_per_tick(rate: SampleRate) -> usize {
    rate.frame_samples() / FRAME_TICKS as usize
}
