//! Packet-loss concealment by repetition of the last pitch period, fading out, in the spirit of ITU-T G.711 Appendix I.
//!
//! Appendix I delays all audio by a quarter of the longest period to smooth the beginning of a gap. Here the beginning
//! is smoothed against the mirrored end of what was heard instead, so that a call without losses is not delayed.

/// The longest period looked for: 15 ms, a pitch of 66 Hz; at 16 kHz.
const MAX_PERIOD: usize = 240;

/// How many samples of the past a concealment looks at, per kHz of the sample rate: 40 ms.
pub const HISTORY_MS: usize = 40;

/// Makes sound up where packets are missing.
#[derive(Debug)]
pub struct Concealer {
    /// Samples in a millisecond: 8 or 16.
    per_ms: usize,
    period: [i16; MAX_PERIOD],
    length: usize,
    /// Samples made up since the last real one; 0 while there is no gap.
    made: usize,
}

impl Concealer {
    /// A concealer for this many samples in a millisecond: 8 or 16.
    pub fn new(per_ms: usize) -> Self {
        Self { per_ms, period: [0; MAX_PERIOD], length: 1, made: 0 }
    }

    /// Whether what it would make is silence by now.
    pub fn is_faded(&self) -> bool {
        self.made >= 60 * self.per_ms
    }

    /// Fills `out` with what might have been there. `history` is what was heard before the gap or before this piece of
    /// it: [`HISTORY_MS`] at least.
    pub fn fill(&mut self, history: &[i16], out: &mut [i16]) {
        if self.made == 0 {
            self.begin(history);
            let overlap = (self.length / 4).min(out.len());
            self.make(out);
            for (at, sample) in out[..overlap].iter_mut().enumerate() {
                let mirrored = history[history.len() - 1 - at];
                *sample = blend(mirrored, *sample, at, overlap);
            }
        } else {
            self.make(out);
        }
    }

    /// The gap is over: blends the end of it into the real samples that follow.
    pub fn merge(&mut self, samples: &mut [i16]) {
        if self.made == 0 {
            return;
        }
        let overlap = (4 * self.per_ms + self.made * 2 / 5).min(10 * self.per_ms).min(samples.len());
        let mut made = [0; 10 * 16];
        let made = &mut made[..overlap];
        self.make(made);
        for (at, (sample, made)) in samples.iter_mut().zip(made).enumerate() {
            *sample = blend(*made, *sample, at, overlap);
        }
        self.made = 0;
    }

    fn make(&mut self, out: &mut [i16]) {
        for sample in out {
            let value = i32::from(self.period[self.made % self.length]);
            *sample = ((value * self.gain()) >> 15) as i16;
            self.made += 1;
        }
    }

    /// Full for 10 ms, then down to nothing at 60 ms, in 1/32768.
    fn gain(&self) -> i32 {
        let (start, end) = (10 * self.per_ms, 60 * self.per_ms);
        let left = end.saturating_sub(self.made.max(start));
        (left * 32_768 / (end - start)) as i32
    }

    fn begin(&mut self, history: &[i16]) {
        let length = self.find_period(history);
        let end = history.len();
        let overlap = length / 4;
        self.length = length;
        self.period[..length].copy_from_slice(&history[end - length..]);
        // The period's end flows into what stood before its beginning, so that it can follow itself.
        for at in 0..overlap {
            let last = length - overlap + at;
            self.period[last] = blend(history[end - overlap + at], history[end - length - overlap + at], at, overlap);
        }
    }

    /// The lag at which the last 20 ms resemble what came before most, in 5 to 15 ms.
    fn find_period(&self, history: &[i16]) -> usize {
        let per_ms = self.per_ms;
        let coarse = per_ms / 4;
        let score = |lag: usize, stride: usize| {
            let recent = &history[history.len() - 20 * per_ms..];
            let earlier = &history[history.len() - 20 * per_ms - lag..];
            similarity(recent, earlier, 20 * per_ms, stride)
        };
        let best = |lags: &mut dyn Iterator<Item = usize>, stride: usize| {
            lags.map(|lag| (lag, score(lag, stride))).reduce(|best, next| if next.1 > best.1 { next } else { best })
        };
        let (first, last) = (5 * per_ms, 15 * per_ms);
        let rough = best(&mut (first..=last).step_by(coarse), coarse).map_or(last, |(lag, _)| lag);
        let mut around = rough.saturating_sub(coarse - 1).max(first)..=(rough + coarse - 1).min(last);
        best(&mut around, 1).map_or(rough, |(lag, _)| lag)
    }
}

/// From `from` to `to` in `count` steps.
pub fn blend(from: i16, to: i16, step: usize, count: usize) -> i16 {
    let (step, count) = (step as i32 + 1, count as i32 + 1);
    ((i32::from(from) * (count - step) + i32::from(to) * step) / count) as i16
}

/// Normalised correlation of the first `count` samples, of which every `stride`-th is looked at: 1 for the same shape,
/// 0 for silence.
pub fn similarity(a: &[i16], b: &[i16], count: usize, stride: usize) -> f32 {
    let (mut product, mut energy_a, mut energy_b) = (0_i64, 0_i64, 0_i64);
    let pairs = a[..count].iter().step_by(stride).zip(b[..count].iter().step_by(stride));
    for (&a, &b) in pairs {
        let (a, b) = (i32::from(a), i32::from(b));
        product += i64::from(a * b);
        energy_a += i64::from(a * a);
        energy_b += i64::from(b * b);
    }
    if energy_a == 0 || energy_b == 0 {
        return 0.0;
    }
    product as f32 / (energy_a as f32).sqrt() / (energy_b as f32).sqrt()
}
