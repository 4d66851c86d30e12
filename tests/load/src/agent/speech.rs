//! What callers say: sound that a recogniser's and a server's voice activity take for speech, and the script.

use std::f64::consts::TAU;
use std::time::Duration;

use media::codec::{Codec, Encoder};

/// 20 ms of G.711.
pub const FRAME: usize = 160;

/// One turn of the script: speech, a hesitation, the rest of the sentence.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// The words.
    pub text: &'static str,
    /// Length of the first part.
    pub before: Duration,
    /// Length of the hesitation.
    pub hesitation: Duration,
    /// Length of the second part.
    pub after: Duration,
}

impl Turn {
    /// All of it.
    pub const fn length(&self) -> Duration {
        self.before.saturating_add(self.hesitation).saturating_add(self.after)
    }
}

const fn turn(text: &'static str, before: u64, hesitation: u64, after: u64) -> Turn {
    Turn {
        text,
        before: Duration::from_millis(before),
        hesitation: Duration::from_millis(hesitation),
        after: Duration::from_millis(after),
    }
}

/// The script: hesitations of 600 to 900 ms, each after words that leave the sentence open.
pub const TURNS: [Turn; 8] = [
    turn("Hello I would like to know whether you are open on Saturday", 1_400, 600, 1_000),
    turn("And can I come in the afternoon or is it only in the morning", 1_600, 740, 1_200),
    turn("What does a cleaning cost when I pay for it by myself", 1_200, 820, 1_000),
    turn("I would like an appointment for my daughter and for me", 1_500, 660, 1_100),
    turn("It should be on a Tuesday or if there is none on a Thursday", 1_300, 900, 1_200),
    turn("My number is the one that I am calling from at the moment", 1_400, 700, 900),
    turn("Could you tell me where I can park when I come by car", 1_200, 780, 1_100),
    turn("Thank you that was all that I wanted to know for today", 1_500, 620, 900),
];

/// Four seconds of sound like a voice's, in frames of G.711 (mu-law): harmonics of 140 Hz in syllables.
pub fn voice() -> Vec<[u8; FRAME]> {
    let sample = |at: usize| {
        let time = at as f64 / 8_000.0;
        let pitch = 140.0 + 12.0 * (TAU * 0.7 * time).sin();
        let tone: f64 = (1..=12).map(|n| (TAU * pitch * f64::from(n) * time).sin() / f64::from(n)).sum();
        // Syllables four times a second, with dips as short as a consonant's.
        let loudness = 0.25 + 0.75 * (TAU * 2.0 * time).sin().abs();
        (tone * loudness * 5_000.0) as i16
    };
    let samples: Vec<i16> = (0..4 * 8_000).map(sample).collect();
    let mut encoder = Encoder::new(Codec::Pcmu);
    let frames = samples.chunks_exact(FRAME).map(|chunk| {
        let mut frame = [0; FRAME];
        encoder.encode(chunk, &mut frame);
        frame
    });
    frames.collect()
}

/// The place of the first sample of mu-law that can be heard.
pub fn first_audible(payload: &[u8]) -> Option<usize> {
    // Magnitude in mu-law: the inverted low seven bits grow with it; 0x20 is a level of about 130 of 32,767.
    payload.iter().position(|byte| !byte & 0x7f >= 0x20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_voice_is_heard_and_silence_is_not() {
        assert!(voice().iter().all(|frame| first_audible(frame).is_some_and(|place| place < 40)));
        assert_eq!(first_audible(&[0xff; FRAME]), None);
        assert_eq!(first_audible(&[0x7f; FRAME]), None);
    }

    #[test]
    fn hesitations_are_as_long_as_the_benchmark_says() {
        assert!(TURNS.iter().all(|turn| (600..=900).contains(&turn.hesitation.as_millis())));
    }
}
