//! Recognises keys in the audio.
//!
//! Every 10 ms a window of the last 20 ms is correlated with the eight frequencies. A key is recognised in two windows
//! in a row, so that 40 ms of tone always suffice and 20 ms never do. How far the phase of each tone has turned from
//! one window to the next tells its frequency, sharper than the windows themselves could. What else is in the windows
//! tells keys from voices.

use std::f32::consts::{PI, TAU};
use std::sync::LazyLock;

use call_model::{AudioFrame, SampleRate};

use super::{COLUMNS, KEYPAD, ROWS};
use crate::resample::Downsampler;

const RATE: f32 = 8_000.0;
/// Samples from one window to the next: 10 ms.
const HOP: usize = 80;
const WINDOW: usize = 2 * HOP;

/// Each tone has at least this peak amplitude: -34 dBm0 (Q.24 asks for -25 dBm at the least, some for -30).
const LEAST_PEAK: f32 = 455.0;
/// The high tone is so much louder than the low one at most: 4 dB are to be accepted.
const MOST_TWIST: f32 = 3.55; // 5.5 dB
/// The low tone is so much louder than the high one at most: 8 dB are to be accepted.
const MOST_REVERSE_TWIST: f32 = 8.9; // 9.5 dB
/// The second strongest of a group is at least so much weaker than the strongest (6 dB).
const GROUP_RATIO: f32 = 4.0;
/// Share of the whole power that the two tones have: voices spread theirs. White noise 10 dB below leaves 0.9.
const LEAST_SHARE: f32 = 0.75;
/// A tone is off by this share of its frequency at most: 1.5 % are to be accepted, 3.5 % refused.
const MOST_DETUNING: f32 = 0.021;
/// Overtones have at most this share of their tone's power (-13 dB): those of a voice are stronger.
const MOST_OVERTONE: f32 = 0.05;
/// Overtones of the low tone closer than this to the high tone (Hz) cannot be told from it.
const OVERTONE_DISTANCE: f32 = 120.0;
/// From one window to the next a tone keeps its power within this factor (6 dB).
const MOST_CHANGE: f32 = 4.0;
/// The first and the last of the three hops under two windows have at least this share of the middle one's energy:
/// a tone shorter than 24 ms leaves more of one of them empty.
const LEAST_FILL: f32 = 0.65;
/// A key is let go when its tones have less than this share of their power (-12 dB) ...
const RELEASE: f32 = 0.063;
/// ... in so many windows in a row: gaps of 10 ms are bridged, pauses of 40 ms never.
const RELEASE_WINDOWS: u8 = 2;

/// Sum of the window's weights, and of their squares.
const WEIGHTS: f32 = WINDOW as f32 / 2.0;
const SQUARED_WEIGHTS: f32 = WINDOW as f32 * 3.0 / 8.0;

struct Tables {
    /// A Hann window.
    weights: [f32; WINDOW],
    /// For each sample the eight cosines, then the eight sines.
    waves: [[f32; 16]; WINDOW],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables { weights: [0.0; WINDOW], waves: [[0.0; 16]; WINDOW] };
    for n in 0..WINDOW {
        tables.weights[n] = 0.5 - 0.5 * (TAU * (n as f32 + 0.5) / WINDOW as f32).cos();
        for (tone, hz) in ROWS.iter().chain(&COLUMNS).enumerate() {
            let phase = TAU * hz * n as f32 / RATE;
            tables.waves[n][tone] = phase.cos();
            tables.waves[n][8 + tone] = -phase.sin();
        }
    }
    tables
});

/// One tone of a window: its correlation.
#[derive(Debug, Clone, Copy)]
struct Line {
    re: f32,
    im: f32,
}

impl Line {
    /// The power of a tone with this correlation, were it exactly on its frequency.
    fn power(self) -> f32 {
        2.0 * (self.re * self.re + self.im * self.im) / (WEIGHTS * WEIGHTS)
    }

    /// By how much the tone is off its frequency, Hz (within +-50), from its correlation a hop earlier.
    fn detuning(self, earlier: Self, hz: f32) -> f32 {
        let (re, im) = (self.re * earlier.re + self.im * earlier.im, self.im * earlier.re - self.re * earlier.im);
        let turned = im.atan2(re) - TAU * hz * HOP as f32 / RATE;
        let turned = turned - TAU * (turned / TAU).round();
        turned * RATE / (TAU * HOP as f32)
    }
}

/// The strongest pair of a window.
#[derive(Debug, Clone, Copy)]
struct Pair {
    row: usize,
    column: usize,
    low: Line,
    high: Line,
    total: f32,
}

impl Pair {
    fn key(&self) -> char {
        KEYPAD[self.row][self.column]
    }
}

/// A key that is held down.
#[derive(Debug, Clone, Copy)]
struct Held {
    row: usize,
    column: usize,
    low_power: f32,
    high_power: f32,
    missing: u8,
}

/// Follows one stream, frame by frame, and tells each key once, at its beginning.
#[derive(Debug, Clone)]
pub struct Detector {
    downsampler: Downsampler,
    /// The last 20 ms.
    window: [f32; WINDOW],
    /// Energy of the last three hops.
    energies: [f32; 3],
    last: Option<Pair>,
    held: Option<Held>,
}

impl Default for Detector {
    fn default() -> Self {
        Self::new()
    }
}

impl Detector {
    /// Begins in silence.
    pub fn new() -> Self {
        Self { downsampler: Downsampler::default(), window: [0.0; WINDOW], energies: [0.0; 3], last: None, held: None }
    }

    /// Takes the next frame in and gives the key that was recognised in it, 30 to 50 ms after it was pressed.
    pub fn process(&mut self, frame: &AudioFrame) -> Option<char> {
        let mut narrow = AudioFrame::silence(SampleRate::Narrow);
        let samples = if frame.rate() == SampleRate::Wide {
            self.downsampler.process(frame, &mut narrow);
            narrow.samples()
        } else {
            frame.samples()
        };
        let mut found = None;
        for hop in samples.chunks_exact(HOP) {
            self.window.copy_within(HOP.., 0);
            for (place, &sample) in self.window[HOP..].iter_mut().zip(hop) {
                *place = f32::from(sample);
            }
            found = self.look().or(found);
        }
        found
    }

    /// Whether a key is held down now.
    pub fn is_pressed(&self) -> bool {
        self.held.is_some()
    }

    fn look(&mut self) -> Option<char> {
        let newest = energy(&self.window[HOP..]);
        self.energies = [self.energies[1], self.energies[2], newest];
        if self.energies[1] + newest < LEAST_PEAK * LEAST_PEAK * HOP as f32 {
            self.last = None;
            self.release(None);
            return None;
        }
        let tables = &*TABLES;
        let mut weighted = self.window;
        weighted.iter_mut().zip(&tables.weights).for_each(|(x, w)| *x *= w);
        let lines = correlate(&weighted, &tables.waves);
        let total = energy(&weighted) / SQUARED_WEIGHTS;

        self.release(Some(&lines));
        let pair = strongest(&lines, total);
        let last = std::mem::replace(&mut self.last, pair);
        let (pair, last) = (pair?, last?);
        if self.held.is_some_and(|held| (held.row, held.column) == (pair.row, pair.column)) {
            return None;
        }
        if !self.fills_the_hops() || !is_key_press(&pair, &last, &weighted) {
            return None;
        }
        let (low_power, high_power) = (pair.low.power(), pair.high.power());
        self.held = Some(Held { row: pair.row, column: pair.column, low_power, high_power, missing: 0 });
        Some(pair.key())
    }

    fn fills_the_hops(&self) -> bool {
        let least = LEAST_FILL * self.energies[1];
        self.energies[0] > least && self.energies[2] > least
    }

    fn release(&mut self, lines: Option<&[Line; 8]>) {
        let Some(held) = &mut self.held else { return };
        let there = lines.is_some_and(|lines| {
            lines[held.row].power() > RELEASE * held.low_power
                && lines[4 + held.column].power() > RELEASE * held.high_power
        });
        held.missing = if there { 0 } else { held.missing + 1 };
        if held.missing >= RELEASE_WINDOWS {
            self.held = None;
        }
    }
}

/// Sum of the squares, in eight sums side by side for speed.
fn energy(samples: &[f32]) -> f32 {
    let mut sums = [0.0; 8];
    for chunk in samples.chunks_exact(sums.len()) {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += x * x;
        }
    }
    sums.iter().sum()
}

fn correlate(weighted: &[f32; WINDOW], waves: &[[f32; 16]; WINDOW]) -> [Line; 8] {
    let mut sums = [0.0; 16];
    for (&x, waves) in weighted.iter().zip(waves) {
        for (sum, wave) in sums.iter_mut().zip(waves) {
            *sum += x * wave;
        }
    }
    std::array::from_fn(|tone| Line { re: sums[tone], im: sums[8 + tone] })
}

/// The strongest tone of each group, if each stands out of its group and is loud enough.
fn strongest(lines: &[Line; 8], total: f32) -> Option<Pair> {
    let best = |group: &[Line]| -> Option<usize> {
        let (best, line) = group.iter().enumerate().max_by(|a, b| a.1.power().total_cmp(&b.1.power()))?;
        let power = line.power();
        let alone = group.iter().enumerate().all(|(n, other)| n == best || other.power() * GROUP_RATIO < power);
        // Half the power of the peak's square; a detuned tone may lose another 1.5 dB.
        (alone && power > 0.7 * LEAST_PEAK * LEAST_PEAK / 2.0).then_some(best)
    };
    let (row, column) = (best(&lines[..4])?, best(&lines[4..])?);
    Some(Pair { row, column, low: lines[row], high: lines[4 + column], total })
}

/// Two windows in a row with the same pair: is it a key?
fn is_key_press(pair: &Pair, last: &Pair, weighted: &[f32; WINDOW]) -> bool {
    if (pair.row, pair.column) != (last.row, last.column) {
        return false;
    }
    let (low_hz, high_hz) = (ROWS[pair.row], COLUMNS[pair.column]);
    let low_off = pair.low.detuning(last.low, low_hz);
    let high_off = pair.high.detuning(last.high, high_hz);
    if low_off.abs() > MOST_DETUNING * low_hz || high_off.abs() > MOST_DETUNING * high_hz {
        return false;
    }
    // What the tones would have had, were they on their frequencies.
    let (low_gain, high_gain) = (detuning_loss(low_off).recip(), detuning_loss(high_off).recip());
    let share = |pair: &Pair| (pair.low.power() * low_gain + pair.high.power() * high_gain) / pair.total;
    if share(pair) < LEAST_SHARE || share(last) < LEAST_SHARE {
        return false;
    }
    let (low, high) = (pair.low.power() * low_gain, pair.high.power() * high_gain);
    let least = LEAST_PEAK * LEAST_PEAK / 2.0;
    let steady = |now: f32, then: f32| now < MOST_CHANGE * then && then < MOST_CHANGE * now;
    low > least
        && high > least
        && high < MOST_TWIST * low
        && low < MOST_REVERSE_TWIST * high
        && steady(pair.low.power(), last.low.power())
        && steady(pair.high.power(), last.high.power())
        && !has_overtones(weighted, low_hz + low_off, high_hz + high_off, low, high)
}

/// What a Hann window leaves of the power of a tone that is so many Hz off.
fn detuning_loss(off: f32) -> f32 {
    let bins = off * WINDOW as f32 / RATE;
    if bins.abs() < 0.01 {
        return 1.0;
    }
    ((PI * bins).sin() / (PI * bins) / (1.0 - bins * bins)).powi(2)
}

fn has_overtones(weighted: &[f32; WINDOW], low_hz: f32, high_hz: f32, low: f32, high: f32) -> bool {
    let audible = |hz: f32, fundamental: f32| power_at(weighted, hz) > MOST_OVERTONE * fundamental;
    audible(2.0 * high_hz, high)
        || audible(3.0 * low_hz, low)
        || ((2.0 * low_hz - high_hz).abs() > OVERTONE_DISTANCE && audible(2.0 * low_hz, low))
}

fn power_at(weighted: &[f32; WINDOW], hz: f32) -> f32 {
    let (step_im, step_re) = (-TAU * hz / RATE).sin_cos();
    let (mut re, mut im) = (1.0, 0.0);
    let mut line = Line { re: 0.0, im: 0.0 };
    for &x in weighted {
        line.re += x * re;
        line.im += x * im;
        (re, im) = (re * step_re - im * step_im, re * step_im + im * step_re);
    }
    line.power()
}
