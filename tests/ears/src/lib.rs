//! Ears: levels, tones, and how much one sound is like another.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say so and stop")]

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

use realfft::RealFftPlanner;

/// Samples a second of a telephone.
pub const RATE: u32 = 8_000;
/// Above this root mean square somebody is heard.
pub const AUDIBLE: f64 = 150.0;

/// Mono sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// The samples.
    pub samples: Vec<i16>,
    /// How many a second.
    pub rate: u32,
}

/// A match of one sound in another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// Where it begins, in samples of the sound searched.
    pub at: i64,
    /// 1 for the same, 0 for nothing in common.
    pub score: f64,
}

/// How a sound came through, piece by piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trace {
    /// Pieces of speech that were looked for.
    pub pieces: usize,
    /// The part of them that was found as it was sent.
    pub found: f64,
    /// The least time that one of these took, seconds.
    pub earliest: f64,
    /// The most.
    pub latest: f64,
}

/// How long a piece is of which a trace is made, seconds: three packets.
const PIECE: f64 = 0.06;
/// A piece is as it was sent above this likeness: G.711 leaves more than that of it.
const SAME: f64 = 0.95;
/// How far from most of the others a piece is looked for, seconds.
const ASTRAY: f64 = 0.06;

/// Above this likeness it is what was said.
const SPOKEN: f64 = 0.85;
/// The same where it stopped and went on, since more ways are tried.
const FOLLOWED: f64 = 0.94;
/// What differs by less than this part of the other's spread is all the same: the rest is rounding.
const FLAT: f64 = 1e-6;
/// How often a machine may have stood still while something was said.
const MAX_STOPS: u32 = 3;
/// What a stop costs, in windows of 10 ms that are as unlike as the levels of two sounds that have nothing in common.
const STOP_COST: f64 = 2.0 * 15.0;

impl Sound {
    /// Sound from samples.
    pub const fn new(samples: Vec<i16>, rate: u32) -> Self {
        Self { samples, rate }
    }

    /// A tone of a telephone.
    pub fn tone(hz: f64, seconds: f64) -> Self {
        let length = (seconds * f64::from(RATE)) as usize;
        let wave = |i: usize| (8_000.0 * (TAU * hz * i as f64 / f64::from(RATE)).sin()) as i16;
        Self::new((0..length).map(wave).collect(), RATE)
    }

    /// Noise that is nowhere like itself but at its own place: for finding delays. It is the same for the same seed.
    pub fn noise(seed: u32, seconds: f64) -> Self {
        let mut state = seed | 1;
        let mut smooth = 0.0;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            // Kept below the edge of the telephone's band.
            smooth = 0.6 * smooth + 0.4 * f64::from(state.cast_signed()) / f64::from(i32::MAX);
            (smooth * 12_000.0) as i16
        };
        Self::new((0..(seconds * f64::from(RATE)) as usize).map(next).collect(), RATE)
    }

    /// How long it is, seconds.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }

    /// The part between two moments, seconds; what lies outside is left out.
    #[must_use]
    pub fn between(&self, from: f64, to: f64) -> Self {
        let place = |seconds: f64| ((seconds.max(0.0) * f64::from(self.rate)) as usize).min(self.samples.len());
        Self::new(self.samples[place(from)..place(to).max(place(from))].to_vec(), self.rate)
    }

    /// Its root mean square.
    pub fn level(&self) -> f64 {
        level(&self.samples)
    }

    /// The level of each window of 10 ms.
    pub fn envelope(&self) -> Vec<f64> {
        self.samples.chunks_exact(self.rate as usize / 100).map(level).collect()
    }

    /// Whether anything is heard for at least a tenth of a second in all.
    pub fn is_audible(&self) -> bool {
        self.envelope().iter().filter(|level| **level > AUDIBLE).count() >= 10
    }

    /// The part of the power that a tone has, 0 to 1 (Goertzel).
    pub fn tone_share(&self, hz: f64) -> f64 {
        let (mut before, mut last) = (0.0, 0.0);
        let factor = 2.0 * (TAU * hz / f64::from(self.rate)).cos();
        let mut power = 0.0;
        for sample in &self.samples {
            let sample = f64::from(*sample);
            (before, last) = (last, sample + factor * last - before);
            power += sample * sample;
        }
        let tone = before.mul_add(before, last * last) - factor * before * last;
        if power > 0.0 { tone * 2.0 / (power * self.samples.len() as f64) } else { 0.0 }
    }

    /// For how many seconds a tone is nearly all that is heard, in windows of 50 ms.
    pub fn tone_seconds(&self, hz: f64) -> f64 {
        let windows = self.samples.chunks_exact(self.rate as usize / 20);
        let has_tone = |window: &&[i16]| {
            let window = Self::new(window.to_vec(), self.rate);
            window.level() > AUDIBLE && window.tone_share(hz) > 0.8
        };
        windows.filter(has_tone).count() as f64 / 20.0
    }

    /// When the tone is first nearly all that is heard, seconds.
    pub fn tone_begins(&self, hz: f64) -> Option<f64> {
        let window = self.rate as usize / 50;
        let place = self.samples.chunks_exact(window).position(|part| {
            let part = Self::new(part.to_vec(), self.rate);
            part.level() > AUDIBLE && part.tone_share(hz) > 0.8
        })?;
        Some((place * window) as f64 / f64::from(self.rate))
    }

    /// Where `part` is heard here, by the rise and fall of its level: good for speech, which is coded and mixed.
    pub fn find_speech(&self, part: &Self) -> Likeness {
        let (whole, part) = (self.envelope(), trimmed(&part.envelope()));
        let best = best_match(&whole, &part);
        Likeness { at: best.at * i64::from(self.rate / 100), ..best }
    }

    /// Whether `part` was spoken here, in one go or where a machine stood still with pauses in between.
    pub fn contains_speech(&self, part: &Self) -> bool {
        self.find_speech(part).score > SPOKEN || self.follow_speech(part).is_some_and(|score| score > FOLLOWED)
    }

    /// How much the best way through this sound is like `part` where it may stop and go on later a few times: Pearson's
    /// correlation of the levels; `None` where that takes more stops than [`MAX_STOPS`].
    pub fn follow_speech(&self, part: &Self) -> Option<f64> {
        let part = trimmed(&part.envelope());
        let (mean, spread) = moments(&part);
        let whole: Vec<f64> = self.envelope().iter().map(|level| (level - mean) / spread).collect();
        let part = part.iter().map(|level| (level - mean) / spread);
        let best = part.fold(vec![Way::default(); whole.len() + 1], |before, part| Way::on(&before, &whole, part));
        let best = best.into_iter().min_by(|a, b| a.cost.total_cmp(&b.cost)).filter(|way| way.stops <= MAX_STOPS)?;
        Some(best.correlation())
    }

    /// Where `part` is here, to the sample; `around` bounds the search.
    pub fn find_exactly(&self, part: &Self, around: std::ops::Range<i64>) -> Likeness {
        let from = around.start.clamp(0, self.samples.len() as i64) as usize;
        let to = (around.end + part.samples.len() as i64).clamp(0, self.samples.len() as i64) as usize;
        let as_f64 = |samples: &[i16]| samples.iter().map(|sample| f64::from(*sample)).collect::<Vec<_>>();
        let best = best_match(&as_f64(&self.samples[from..to.max(from)]), &as_f64(&part.samples));
        Likeness { at: best.at + from as i64, ..best }
    }

    /// Follows what is loud here into a sound that began at the same time and took a delay of so many seconds, to the
    /// sample: good for what was lost in part, and coded.
    pub fn trace(&self, received: &Self, delays: std::ops::Range<f64>) -> Trace {
        let samples = |seconds: f64| (seconds * f64::from(self.rate)) as i64;
        let loudest = self.envelope().into_iter().fold(0.0, f64::max);
        let length = samples(PIECE) as usize;
        let pieces = self.samples.chunks_exact(length).enumerate().filter(|(_, piece)| level(piece) > loudest / 4.0);
        let pieces: Vec<_> =
            pieces.map(|(n, piece)| ((n * length) as i64, Self::new(piece.to_vec(), self.rate))).collect();
        let delay_of = |at: i64, piece: &Self, range: std::ops::Range<i64>| {
            let found = received.find_exactly(piece, at + range.start..at + range.end);
            (found.score > SAME).then_some(found.at - at)
        };
        // Where some of them lie, all of them are looked for.
        let whole = samples(delays.start)..samples(delays.end);
        let some = pieces.iter().step_by(pieces.len() / 8 + 1);
        let mut first: Vec<i64> = some.filter_map(|(at, piece)| delay_of(*at, piece, whole.clone())).collect();
        first.sort_unstable();
        let middle = first.get(first.len() / 2).copied().unwrap_or(0);
        let around = (middle - samples(ASTRAY)).max(whole.start)..(middle + samples(ASTRAY)).min(whole.end);
        let found: Vec<i64> = pieces.iter().filter_map(|(at, piece)| delay_of(*at, piece, around.clone())).collect();
        let seconds = |delay: Option<&i64>| delay.map_or(f64::NAN, |delay| *delay as f64 / f64::from(self.rate));
        Trace {
            pieces: pieces.len(),
            found: found.len() as f64 / pieces.len().max(1) as f64,
            earliest: seconds(found.iter().min()),
            latest: seconds(found.iter().max()),
        }
    }

    /// Writes it as a WAV file.
    pub fn write(&self, path: &Path) {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: self.rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).unwrap();
        self.samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
        writer.finalize().unwrap();
    }

    /// Writes it into a folder, under a name.
    pub fn written(&self, folder: &Path, name: &str) -> PathBuf {
        std::fs::create_dir_all(folder).unwrap();
        let path = folder.join(name);
        self.write(&path);
        path
    }
}

/// A way of a part through a whole, window by window of 10 ms: the sums that the likeness of the two is made of.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    cost: f64,
    stops: u32,
    windows: f64,
    whole: f64,
    part: f64,
    whole_squares: f64,
    part_squares: f64,
    product: f64,
}

impl Way {
    const NONE: Self = Self {
        cost: f64::INFINITY,
        stops: 0,
        windows: 0.0,
        whole: 0.0,
        part: 0.0,
        whole_squares: 0.0,
        part_squares: 0.0,
        product: 0.0,
    };

    /// The best ways whose last window is each of the whole's, from those of the part's window before: the one before
    /// each, or any earlier with a stop between.
    fn on(before: &[Self], whole: &[f64], part: f64) -> Vec<Self> {
        let mut earlier = Self::NONE;
        let mut ways = vec![Self::NONE];
        for (at, &level) in whole.iter().enumerate() {
            let best = if earlier.cost < before[at].cost { earlier } else { before[at] };
            ways.push(best.with(level, part));
            let stopped = Self { cost: before[at].cost + STOP_COST, stops: before[at].stops + 1, ..before[at] };
            if stopped.cost < earlier.cost {
                earlier = stopped;
            }
        }
        ways
    }

    fn with(self, whole: f64, part: f64) -> Self {
        Self {
            cost: self.cost + (whole - part).powi(2),
            stops: self.stops,
            windows: self.windows + 1.0,
            whole: self.whole + whole,
            part: self.part + part,
            whole_squares: self.whole_squares + whole * whole,
            part_squares: self.part_squares + part * part,
            product: self.product + whole * part,
        }
    }

    fn correlation(&self) -> f64 {
        let of = |product: f64, a: f64, b: f64| product - a * b / self.windows;
        let spread = of(self.whole_squares, self.whole, self.whole);
        // Silence, and a tone, are like nothing.
        if spread < self.windows * FLAT {
            return 0.0;
        }
        of(self.product, self.whole, self.part) / (spread * of(self.part_squares, self.part, self.part)).sqrt()
    }
}

fn level(samples: &[i16]) -> f64 {
    let power: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (power / samples.len().max(1) as f64).sqrt()
}

/// Without the silence before and after.
fn trimmed(envelope: &[f64]) -> Vec<f64> {
    let heard = |level: &f64| *level > AUDIBLE;
    let first = envelope.iter().position(heard).unwrap_or(0);
    let last = envelope.iter().rposition(heard).map_or(envelope.len(), |last| last + 1);
    envelope[first..last].to_vec()
}

/// The best place of `part` in `whole` by Pearson's correlation.
fn best_match(whole: &[f64], part: &[f64]) -> Likeness {
    let none = Likeness { at: 0, score: 0.0 };
    if part.is_empty() || whole.len() < part.len() {
        return none;
    }
    let length = part.len() as f64;
    let (mean, spread) = moments(part);
    let sums = sums_to(whole.iter().copied());
    let squares = sums_to(whole.iter().map(|value| value * value));
    let products = products(whole, part);
    (0..=whole.len() - part.len()).fold(none, |best, at| {
        let of_window = |sums: &[f64]| (sums[at + part.len()] - sums[at]) / length;
        let window_mean = of_window(&sums);
        let window_spread = (of_window(&squares) - window_mean * window_mean).max(0.0).sqrt();
        if spread <= 0.0 || window_spread <= spread * FLAT {
            return best;
        }
        let score = (products[at] / length - window_mean * mean) / (spread * window_spread);
        if score > best.score { Likeness { at: at as i64, score } } else { best }
    })
}

/// The sums of all values before each, and of all.
fn sums_to(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = values.map(|value| {
        sum += value;
        sum
    });
    std::iter::once(0.0).chain(sums).collect()
}

/// The sum of the products of `part` with what lies under it, for each place in `whole` (by Fourier transforms).
fn products(whole: &[f64], part: &[f64]) -> Vec<f64> {
    let length = (whole.len() + part.len()).next_power_of_two();
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, back) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let spectrum = |values: &[f64]| {
        let (mut room, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
        room[..values.len()].copy_from_slice(values);
        forward.process(&mut room, &mut spectrum).unwrap();
        spectrum
    };
    let mut product: Vec<_> = spectrum(whole).iter().zip(spectrum(part)).map(|(a, b)| a * b.conj()).collect();
    let mut products = back.make_output_vec();
    back.process(&mut product, &mut products).unwrap();
    products.into_iter().map(|sum| sum / length as f64).collect()
}

fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
    (mean, variance.sqrt())
}

/// Reads a WAV file: its channels.
pub fn read_wav(bytes: &[u8]) -> Vec<Sound> {
    let mut reader = hound::WavReader::new(std::io::Cursor::new(bytes)).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.bits_per_sample, spec.sample_format), (16, hound::SampleFormat::Int));
    let mut channels = vec![Vec::new(); usize::from(spec.channels)];
    for (index, sample) in reader.samples::<i16>().enumerate() {
        channels[index % usize::from(spec.channels)].push(sample.unwrap());
    }
    channels.into_iter().map(|samples| Sound::new(samples, spec.sample_rate)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_are_told_from_each_other_and_from_silence() {
        let mut sound = Sound::tone(440.0, 1.0);
        assert!(sound.tone_share(440.0) > 0.95 && sound.tone_share(700.0) < 0.05);
        sound.samples.splice(0..0, vec![0; 8_000]);
        assert!((sound.tone_seconds(440.0) - 1.0).abs() < 0.11);
        assert!((sound.tone_begins(440.0).unwrap() - 1.0).abs() < 0.03);
        assert!(!sound.between(0.0, 1.0).is_audible() && sound.is_audible());
    }

    #[test]
    fn a_part_is_found_where_it_is() {
        let whole = Sound::noise(7, 2.0);
        let part = whole.between(0.5, 1.0);
        let found = whole.find_exactly(&part, 0..16_000);
        assert_eq!(found.at, 4_000);
        assert!(found.score > 0.99);
        assert!(Sound::noise(8, 2.0).find_exactly(&part, 0..16_000).score < 0.2);
    }

    #[test]
    fn a_sound_is_traced_through_loss_and_delay() {
        let sent = Sound::noise(7, 3.0);
        let mut received = sent.clone();
        // Every tenth packet is lost, so that three pieces of ten have none of that.
        received.samples.chunks_mut(160).step_by(10).for_each(|packet| packet.fill(0));
        received.samples.splice(0..0, vec![0; 800]);
        let trace = sent.trace(&received, 0.0..0.3);
        assert_eq!((trace.pieces, trace.earliest, trace.latest), (50, 0.1, 0.1));
        assert!((0.6..0.8).contains(&trace.found), "{trace:?}");
        assert!(Sound::noise(8, 3.0).trace(&received, 0.0..0.3).found < 0.1);
    }
}
