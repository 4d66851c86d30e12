//! Noise on the line of one who calls: white, in the telephone's band, below what is said.

use std::sync::Arc;

use call_model::SampleRate;
use media::Prompt;
use media::prompt::PromptError;

use crate::impairment::{Line, Random};

/// The level of speech on the telephone, for a call of which nothing is known beforehand: 26 dB below full scale
/// (ITU-T P.56, G.191), root mean square.
const SPEECH: f64 = 1_642.0;
/// A frame so much quieter than the loudest is a pause: 26 dB, as a factor.
const PAUSE: f64 = 0.05;
/// The row of numbers that makes it; the line's directions have others.
const ROW: u64 = 3;
/// How long the noise between is before it repeats, ms: too long for a listener to notice.
const PERIOD_MS: usize = 5_000;

/// The noise of one call.
#[derive(Debug)]
pub(crate) struct Noise {
    random: Random,
    /// Root mean square.
    level: f64,
    background: Arc<Prompt>,
}

impl Noise {
    /// The noise of such a line under these sounds, if it has any.
    pub(crate) fn of(line: &Line, sounds: &[Vec<Arc<Prompt>>]) -> Result<Option<Self>, PromptError> {
        let Some(noise_db) = line.noise_db else { return Ok(None) };
        let speech = level(sounds.iter().flatten()).unwrap_or(SPEECH);
        let level = speech * 10_f64.powf(-noise_db / 20.0);
        let mut random = Random::new(line.seed, ROW);
        let background = Arc::new(hiss(&mut random, level, PERIOD_MS * 8)?);
        Ok(Some(Self { random, level, background }))
    }

    /// What is heard while nothing is said, to be repeated.
    pub(crate) fn background(&self) -> Arc<Prompt> {
        Arc::clone(&self.background)
    }

    /// The sounds with the noise in them.
    pub(crate) fn over(&mut self, sounds: &[Arc<Prompt>]) -> Result<Vec<Arc<Prompt>>, PromptError> {
        let mut noisy = Vec::with_capacity(sounds.len());
        for sound in sounds {
            let noise = hiss(&mut self.random, self.level, sound.samples(SampleRate::Narrow).len())?;
            let pairs = sound.samples(SampleRate::Wide).iter().zip(noise.samples(SampleRate::Wide));
            let sum: Vec<i16> = pairs.map(|(sound, noise)| sound.saturating_add(*noise)).collect();
            noisy.push(Arc::new(Prompt::from_samples(&sum, SampleRate::Wide.hz())?));
        }
        Ok(noisy)
    }
}

/// Noise of so many samples at 8 kHz, whose root mean square is `level`.
fn hiss(random: &mut Random, level: f64, samples: usize) -> Result<Prompt, PromptError> {
    // The sum of twelve has the variance 1, and the shape of thermal noise.
    let mut normal = || (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
    let samples: Vec<i16> = (0..samples).map(|_| (normal() * level) as i16).collect();
    Prompt::from_samples(&samples, SampleRate::Narrow.hz())
}

/// The root mean square of what is no pause; `None` for silence.
fn level<'p>(sounds: impl Iterator<Item = &'p Arc<Prompt>>) -> Option<f64> {
    let rate = SampleRate::Narrow;
    let power = |frame: &[i16]| {
        frame.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / rate.frame_samples() as f64
    };
    let powers: Vec<f64> =
        sounds.flat_map(|sound| sound.samples(rate).chunks_exact(rate.frame_samples()).map(power)).collect();
    let least = powers.iter().copied().fold(0.0, f64::max) * PAUSE * PAUSE;
    let (sum, count) = powers
        .iter()
        .filter(|power| **power > least)
        .fold((0.0, 0_usize), |(sum, count), power| (sum + power, count + 1));
    (count > 0).then(|| (sum / count as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    const LEVEL: f64 = 4_000.0;

    /// Half a second of a tone after half a second of silence.
    fn tone() -> Vec<Arc<Prompt>> {
        let wave = |n: usize| LEVEL * std::f64::consts::SQRT_2 * (TAU * 440.0 * n as f64 / 8_000.0).sin();
        let samples: Vec<i16> = (0..8_000).map(|n| if n < 4_000 { 0 } else { wave(n) as i16 }).collect();
        vec![Arc::new(Prompt::from_samples(&samples, 8_000).unwrap())]
    }

    fn db(level: f64) -> f64 {
        20.0 * (LEVEL / level).log10()
    }

    #[test]
    fn noise_lies_as_far_below_what_is_said_as_asked_for() {
        for noise_db in [10.0, 20.0, 30.0] {
            let line = Line { noise_db: Some(noise_db), ..Line::default() };
            let mut noise = Noise::of(&line, &[tone()]).unwrap().unwrap();
            let between = level([noise.background()].iter()).unwrap();
            assert!((db(between) - noise_db).abs() < 0.5, "{} dB between", db(between));
            let sound = tone().remove(0);
            let noisy = noise.over(std::slice::from_ref(&sound)).unwrap().remove(0);
            assert_eq!(noisy.frames(), sound.frames());
            let pairs = noisy.samples(SampleRate::Narrow).iter().zip(sound.samples(SampleRate::Narrow));
            let power = pairs.map(|(noisy, sound)| f64::from(noisy - sound).powi(2)).sum::<f64>() / 8_000.0;
            assert!((db(power.sqrt()) - noise_db).abs() < 0.7, "{} dB over", db(power.sqrt()));
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_noise_and_a_good_line_none() {
        let of = |seed| Noise::of(&Line { noise_db: Some(20.0), seed, ..Line::default() }, &[]).unwrap().unwrap();
        assert!(of(1).background() == of(1).background());
        assert!(of(1).background() != of(2).background());
        assert!(Noise::of(&Line::default(), &[tone()]).unwrap().is_none());
    }
}
