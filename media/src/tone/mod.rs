//! Call-progress tones as they sound in each country, after ITU-T E.180 Supplement 2.

mod oscillator;

use call_model::{SampleRate, Tone};

pub(crate) use oscillator::{Oscillator, peak_of_dbm0};

/// Where a tone has to sound familiar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Country {
    /// Germany.
    De,
    /// Austria.
    At,
    /// Switzerland.
    Ch,
    /// United Kingdom.
    Gb,
    /// United States.
    Us,
    /// Canada.
    Ca,
    /// France.
    Fr,
    /// Italy.
    It,
    /// Spain.
    Es,
    /// Anywhere else: 425 Hz with the cadences that E.180 recommends.
    #[default]
    Other,
}

impl Country {
    /// The country of an ISO 3166 code, in any case; [`Other`](Self::Other) when it is not in the list.
    pub fn from_code(code: &str) -> Self {
        const CODES: [(&str, Country); 9] = [
            ("de", Country::De),
            ("at", Country::At),
            ("ch", Country::Ch),
            ("gb", Country::Gb),
            ("us", Country::Us),
            ("ca", Country::Ca),
            ("fr", Country::Fr),
            ("it", Country::It),
            ("es", Country::Es),
        ];
        CODES.iter().find(|(name, _)| name.eq_ignore_ascii_case(code)).map_or(Self::Other, |(_, country)| *country)
    }
}

/// Frequencies (the second is 0 for one alone) and cadence (ms on, ms off, ...; empty for continuous).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pattern {
    hz: [f64; 2],
    cadence_ms: &'static [u32],
}

const fn one(hz: f64, cadence_ms: &'static [u32]) -> Pattern {
    Pattern { hz: [hz, 0.0], cadence_ms }
}

const fn two(low: f64, high: f64, cadence_ms: &'static [u32]) -> Pattern {
    Pattern { hz: [low, high], cadence_ms }
}

fn pattern(tone: Tone, country: Country) -> Pattern {
    use Country::{At, Ca, Ch, De, Es, Fr, Gb, It, Other, Us};
    match (tone, country) {
        (Tone::Beep, _) => one(1_000.0, &[]),
        (Tone::Ringback, Us | Ca) => two(440.0, 480.0, &[2_000, 4_000]),
        (Tone::Ringback, Gb) => two(400.0, 450.0, &[400, 200, 400, 2_000]),
        (Tone::Ringback, Fr) => one(440.0, &[1_500, 3_500]),
        (Tone::Ringback, At) => one(420.0, &[1_000, 5_000]),
        (Tone::Ringback, Es) => one(425.0, &[1_500, 3_000]),
        (Tone::Ringback, De | Ch | It | Other) => one(425.0, &[1_000, 4_000]),
        (Tone::Busy, Us | Ca) => two(480.0, 620.0, &[500, 500]),
        (Tone::Busy, Gb) => one(400.0, &[375, 375]),
        (Tone::Busy, Fr) => one(440.0, &[500, 500]),
        (Tone::Busy, At) => one(420.0, &[400, 400]),
        (Tone::Busy, De) => one(425.0, &[480, 480]),
        (Tone::Busy, Ch | It | Other) => one(425.0, &[500, 500]),
        (Tone::Congestion, Us | Ca) => two(480.0, 620.0, &[250, 250]),
        (Tone::Congestion, Gb) => one(400.0, &[400, 350, 225, 525]),
        (Tone::Congestion, Fr) => one(440.0, &[250, 250]),
        (Tone::Congestion, At) => one(420.0, &[200, 200]),
        (Tone::Congestion, De) => one(425.0, &[240, 240]),
        (Tone::Congestion, Es) => one(425.0, &[200, 200, 200, 200, 200, 600]),
        (Tone::Busy, Es) | (Tone::Congestion, Ch | It) => one(425.0, &[200, 200]),
        (Tone::Congestion, Other) => one(425.0, &[250, 250]),
    }
}

/// Level of a tone as a whole, dBm0: E.180 asks for -10 within 5 dB.
const LEVEL_DBM0: f64 = -12.0;
/// Tones swell and fade over so long, ms, so that they do not click.
const RAMP_MS: u32 = 4;

/// Makes a tone without end, a frame at a time.
#[derive(Debug, Clone)]
pub struct ToneGenerator {
    pattern: Pattern,
    rate: SampleRate,
    oscillators: [Oscillator; 2],
    /// Which part of the cadence, and how many samples of it are done.
    part: usize,
    done: u32,
}

impl ToneGenerator {
    /// A tone from its start.
    pub fn new(tone: Tone, country: Country, rate: SampleRate) -> Self {
        let pattern = pattern(tone, country);
        let oscillators = Self::oscillators(pattern, rate);
        Self { pattern, rate, oscillators, part: 0, done: 0 }
    }

    fn oscillators(pattern: Pattern, rate: SampleRate) -> [Oscillator; 2] {
        let alone = pattern.hz[1] == 0.0;
        let peak = peak_of_dbm0(if alone { LEVEL_DBM0 } else { LEVEL_DBM0 - 3.01 });
        [Oscillator::new(rate, pattern.hz[0], peak), Oscillator::new(rate, pattern.hz[1], peak)]
    }

    /// The rate of its samples.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Writes the next samples.
    pub fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples {
            *sample = self.next_sample();
        }
    }

    fn next_sample(&mut self) -> i16 {
        let Some(&part_ms) = self.pattern.cadence_ms.get(self.part) else {
            self.done = self.done.saturating_add(1);
            return self.sound(u32::MAX);
        };
        let part_samples = part_ms * self.rate.hz() / 1_000;
        let on = self.part.is_multiple_of(2);
        let sample = if on { self.sound(part_samples - self.done) } else { 0 };
        self.done += 1;
        if self.done == part_samples {
            self.done = 0;
            self.part = (self.part + 1) % self.pattern.cadence_ms.len();
            if !on {
                self.oscillators = Self::oscillators(self.pattern, self.rate);
            }
        }
        sample
    }

    fn sound(&mut self, left: u32) -> i16 {
        let ramp = RAMP_MS * self.rate.hz() / 1_000;
        let gain = f64::from(self.done.min(left).min(ramp)) / f64::from(ramp);
        (gain * (self.oscillators[0].next() + self.oscillators[1].next())).round() as i16
    }
}

/// A tone of that length as samples; it fades at its end.
pub fn render(tone: Tone, country: Country, rate: SampleRate, duration_ms: u64) -> Vec<i16> {
    let mut samples = vec![0; (duration_ms * u64::from(rate.hz()) / 1_000) as usize];
    ToneGenerator::new(tone, country, rate).fill(&mut samples);
    let ramp = (RAMP_MS * rate.hz() / 1_000) as usize;
    for (n, sample) in samples.iter_mut().rev().take(ramp).enumerate() {
        *sample = (i32::from(*sample) * n as i32 / ramp as i32) as i16;
    }
    samples
}

#[cfg(test)]
mod tests;
