//! Playing a little faster without a change of pitch: one period is left out where the sound allows it.

use super::conceal::{blend, similarity};

/// How urgent it is to be faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Wait for a good place.
    Low,
    /// Take a fair place too.
    High,
}

/// The length of the blend, ms.
pub const OVERLAP_MS: usize = 5;
/// The most that is left out at once, ms.
pub const MAX_CUT_MS: usize = 15;
/// The least that is worth it: 2.5 ms, in eighths of a millisecond.
const MIN_CUT_EIGHTHS: usize = 20;
/// Mean square below which it is silence: any place will do.
const SILENCE: i64 = 40 * 40;

/// Finds how many of the first samples can be left out, at most `most`, and blends over the place. The caller then
/// skips that many. `None` when the sound does not allow it here. `per_ms` is 8 or 16.
pub fn cut(samples: &mut [i16], most: usize, per_ms: usize, urgency: Urgency) -> Option<usize> {
    let overlap = OVERLAP_MS * per_ms;
    let shortest = MIN_CUT_EIGHTHS * per_ms / 8;
    let longest = most.min(MAX_CUT_MS * per_ms).min(samples.len().checked_sub(overlap)?);
    if longest < shortest {
        return None;
    }
    let step = per_ms / 8;
    let lag = if is_silent(&samples[..longest + overlap]) {
        longest - longest % step
    } else {
        let score = |lag: usize| similarity(samples, &samples[lag..], overlap, step);
        let lags = (shortest..=longest).step_by(step).map(|lag| (lag, score(lag)));
        let (lag, score) = lags.reduce(|best, next| if next.1 >= best.1 { next } else { best })?;
        let wanted = if urgency == Urgency::High { 0.3 } else { 0.8 };
        (score >= wanted).then_some(lag)?
    };
    for at in 0..overlap {
        samples[lag + at] = blend(samples[at], samples[lag + at], at, overlap);
    }
    Some(lag)
}

fn is_silent(samples: &[i16]) -> bool {
    let energy: i64 = samples.iter().map(|&sample| i64::from(sample) * i64::from(sample)).sum();
    energy < SILENCE * samples.len() as i64
}
