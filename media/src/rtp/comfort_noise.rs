//! Comfort noise ([RFC 3389](https://www.rfc-editor.org/rfc/rfc3389)): what is heard while the other end sends nothing
//! because nobody speaks there.

/// The noise that we tell of while we are silent: -70 dBov, a quiet line. Digital silence would sound like a dead one.
pub const OUR_NOISE: [u8; 1] = [70];

/// More of the spectrum than this is not followed (RFC 3389 section 3.2 leaves the order to the sender).
const MAX_ORDER: usize = 12;
/// The loudest noise that is made, -dBov: a peer that says more sends no noise of a room.
const LOUDEST: u8 = 20;
/// A reflection coefficient beyond this would ring.
const MOST_REFLECTION: f32 = 0.98;

/// Noise of a level and a spectrum.
#[derive(Debug, Clone)]
pub struct Noise {
    /// Reflection coefficients of the lattice filter.
    reflections: [f32; MAX_ORDER],
    order: usize,
    backward: [f32; MAX_ORDER + 1],
    /// Of the excitation: root mean square.
    gain: f32,
    random: u32,
}

impl Noise {
    /// Reads a payload: the level, then coefficients (RFC 3389 section 3). An empty one says nothing.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let (level, coefficients) = payload.split_first()?;
        let mut noise = Self {
            reflections: [0.0; MAX_ORDER],
            order: coefficients.len().min(MAX_ORDER),
            backward: [0.0; MAX_ORDER + 1],
            gain: 0.0,
            random: 1,
        };
        let mut left = 1.0;
        for (reflection, &byte) in noise.reflections.iter_mut().zip(coefficients) {
            let value = 258.0 * (f32::from(byte) - 127.0) / 32_768.0;
            *reflection = value.clamp(-MOST_REFLECTION, MOST_REFLECTION);
            left *= 1.0 - *reflection * *reflection;
        }
        let level = (level & 0x7F).max(LOUDEST);
        // The filter's gain is the inverse of what its coefficients predict.
        noise.gain = 32_768.0 * 10_f32.powf(-f32::from(level) / 20.0) * left.sqrt();
        Some(noise)
    }

    /// The same noise goes on with another level and spectrum.
    pub fn follow(&mut self, next: &Self) {
        *self = Self { backward: self.backward, random: self.random, ..next.clone() };
    }

    /// The next samples.
    pub fn fill(&mut self, out: &mut [i16]) {
        for sample in out {
            let mut forward = self.excitation();
            for at in (0..self.order).rev() {
                forward -= self.reflections[at] * self.backward[at];
                self.backward[at + 1] = self.backward[at] + self.reflections[at] * forward;
            }
            self.backward[0] = forward;
            *sample = forward as i16;
        }
    }

    /// Evenly spread, which is as good as any other white noise.
    fn excitation(&mut self) -> f32 {
        self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let unit = (self.random >> 8) as f32 / (1 << 23) as f32 - 1.0;
        unit * self.gain * 1.732_050_8
    }
}

#[cfg(test)]
mod tests {
    use call_model::SampleRate;

    use super::*;
    use crate::test_signal::{amplitude, rms};

    fn heard(payload: &[u8]) -> Vec<i16> {
        let mut out = vec![0; 80_000];
        Noise::read(payload).unwrap().fill(&mut out);
        out
    }

    fn dbov(samples: &[i16]) -> f64 {
        20.0 * (rms(samples) / 32_768.0).log10()
    }

    /// RFC 3389 section 3.1: the level is in -dBov.
    #[test]
    fn the_level_is_what_was_said() {
        for level in [25_u8, 40, 55] {
            assert!((dbov(&heard(&[level])) + f64::from(level)).abs() < 0.5, "{level}");
            // The highest bit is no part of it, and a spectrum does not change it.
            assert!((dbov(&heard(&[0x80 | level, 180, 90, 140])) + f64::from(level)).abs() < 1.0, "{level}");
        }
        assert!(rms(&heard(&[127])) < 1.0);
        assert!(dbov(&heard(&[0])) < -19.0, "no peer may shout by it");
        assert!(Noise::read(&[]).is_none());
    }

    /// RFC 3389 section 3.2: the coefficients shape it.
    #[test]
    fn the_spectrum_is_what_was_said() {
        let low = heard(&[30, 30]);
        let high = heard(&[30, 220]);
        let band = |samples: &[i16], from: f64| -> f64 {
            (0..20).map(|n| amplitude(SampleRate::Narrow, from + 13.0 * f64::from(n), samples).powi(2)).sum()
        };
        assert!(band(&low, 300.0) > 4.0 * band(&low, 3_400.0));
        assert!(band(&high, 3_400.0) > 4.0 * band(&high, 300.0));
    }

    #[test]
    fn any_coefficients_stay_bounded() {
        for bytes in [[0; 13], [255; 13], [0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0]] {
            let samples = heard(&bytes);
            assert!(dbov(&samples[40_000..]) < -10.0, "{bytes:?}: {}", dbov(&samples));
        }
    }
}
