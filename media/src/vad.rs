//! Voice activity: tells speech from silence by energy over a noise floor that it follows.

use std::time::Duration;

use call_model::{AudioFrame, FRAME_MS};

/// How speech is told from silence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VadConfig {
    /// Speech is so much louder than the noise floor, dB. Default: 8.
    pub over_floor_db: f32,
    /// Nothing below this level is speech, dBFS (dB under a sine of full amplitude). Default: -52.
    pub least_dbfs: f32,
    /// So much speech must come before [`Speech::Started`], ms. Default: 100.
    pub onset_ms: u32,
    /// So much silence must come before [`Speech::Ended`], ms. Default: 200.
    pub hangover_ms: u32,
}

impl Default for VadConfig {
    fn default() -> Self {
        Self { over_floor_db: 8.0, least_dbfs: -52.0, onset_ms: 100, hangover_ms: 200 }
    }
}

/// A change from silence to speech or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// Speech began, [`VadConfig::onset_ms`] ago or a little earlier.
    Started {
        /// How many frames ago, with the last one.
        frames: u32,
    },
    /// Speech ended, [`VadConfig::hangover_ms`] ago.
    Ended {
        /// How many frames of silence ago, with the last one.
        frames: u32,
    },
}

/// The floor is the least level of the last so many spans, each of so many frames: 2 s in all. Speech has a dip in any
/// 2 s; a steady noise or tone has none, and is taken for silence after that time.
const FLOOR_SPANS: usize = 10;
const SPAN_FRAMES: u32 = 10;
/// The floor is never taken to be lower than this.
const LEAST_FLOOR_DBFS: f32 = -66.0;
/// The floor before anything is known of the line: a noise below it is no speech from the first frame on, and what
/// people say lies well above it.
const FIRST_FLOOR_DBFS: f32 = -42.0;

/// Follows one stream, frame by frame.
#[derive(Debug, Clone)]
pub struct Vad {
    config: VadConfig,
    /// Level smoothed over about three frames, dBFS.
    level: f32,
    span_least: f32,
    span_frames: u32,
    spans: [f32; FLOOR_SPANS],
    next_span: usize,
    voiced_frame: bool,
    speaking: bool,
    /// Frames of speech lately: up by one with each, down by one with each that is silent.
    voiced: u32,
    /// Frames since the first of these.
    since_onset: u32,
    silent: u32,
}

impl Vad {
    /// Begins in silence.
    pub fn new(config: VadConfig) -> Self {
        Self {
            config,
            level: LEAST_FLOOR_DBFS,
            span_least: f32::MAX,
            span_frames: 0,
            spans: [FIRST_FLOOR_DBFS; FLOOR_SPANS],
            next_span: 0,
            voiced_frame: false,
            speaking: false,
            voiced: 0,
            since_onset: 0,
            silent: 0,
        }
    }

    /// Takes the next frame in. What was not `received` but made up tells nothing about the line's noise.
    pub fn process(&mut self, frame: &AudioFrame, received: bool) -> Option<Speech> {
        self.process_level(level_dbfs(frame.samples()), received, false)
    }

    /// Takes the next frame in by its [level](level_dbfs), dBFS. A frame that is `masked` is no speech, whatever its
    /// level: it is known to be something else.
    pub fn process_level(&mut self, level_dbfs: f32, received: bool, masked: bool) -> Option<Speech> {
        if received {
            self.follow_floor(level_dbfs);
        }
        let floor = self.floor();
        let level = if masked { level_dbfs.min(floor) } else { level_dbfs };
        // Up at once, down slowly: a gap between two syllables is still speech.
        self.level = if level > self.level { level } else { self.level + (level - self.level) * 0.3 };
        self.voiced_frame = self.level > self.config.least_dbfs && self.level > floor + self.config.over_floor_db;
        self.decide()
    }

    /// Whether the last frame was speech by itself, without onset and hangover.
    pub fn is_voiced(&self) -> bool {
        self.voiced_frame
    }

    /// Whether speech has started and not ended.
    pub fn is_speaking(&self) -> bool {
        self.speaking
    }

    /// Silence after the last frame of speech.
    pub fn silence(&self) -> Duration {
        Duration::from_millis(u64::from(self.silent) * FRAME_MS)
    }

    fn follow_floor(&mut self, level: f32) {
        self.span_least = self.span_least.min(level);
        self.span_frames += 1;
        if self.span_frames == SPAN_FRAMES {
            self.spans[self.next_span] = self.span_least.max(LEAST_FLOOR_DBFS);
            self.next_span = (self.next_span + 1) % FLOOR_SPANS;
            self.span_least = f32::MAX;
            self.span_frames = 0;
        }
    }

    fn floor(&self) -> f32 {
        self.spans.iter().copied().fold(self.span_least.max(LEAST_FLOOR_DBFS), f32::min)
    }

    fn decide(&mut self) -> Option<Speech> {
        let onset = frames(self.config.onset_ms);
        self.since_onset = if self.voiced == 0 { 0 } else { self.since_onset.saturating_add(1) };
        if self.voiced_frame {
            self.voiced = (self.voiced + 1).min(onset);
            self.silent = 0;
        } else {
            self.voiced = self.voiced.saturating_sub(1);
            self.silent = self.silent.saturating_add(1);
        }
        if !self.speaking && self.voiced_frame && self.voiced >= onset {
            self.speaking = true;
            return Some(Speech::Started { frames: self.since_onset + 1 });
        }
        if self.speaking && self.silent >= frames(self.config.hangover_ms) {
            self.speaking = false;
            self.voiced = 0;
            return Some(Speech::Ended { frames: self.silent });
        }
        None
    }
}

fn frames(ms: u32) -> u32 {
    (ms / FRAME_MS as u32).max(1)
}

/// The level of samples, dB under a sine of full amplitude, without the constant part that some lines add.
pub fn level_dbfs(samples: &[i16]) -> f32 {
    // Eight sums side by side, for speed. A frame is a multiple of eight long.
    let (mut sums, mut squares) = ([0.0f32; 8], [0.0f32; 8]);
    for chunk in samples.chunks_exact(8) {
        for ((sum, square), &sample) in sums.iter_mut().zip(&mut squares).zip(chunk) {
            let sample = f32::from(sample);
            *sum += sample;
            *square += sample * sample;
        }
    }
    let count = samples.len() as f32;
    let mean = sums.iter().sum::<f32>() / count;
    let variance = (squares.iter().sum::<f32>() / count - mean * mean).max(0.0);
    // A sine of full amplitude has the power 2^29.
    10.0 * ((variance + 0.01) / (1u32 << 29) as f32).log10()
}

#[cfg(test)]
mod tests {
    use call_model::SampleRate;

    use super::*;
    use crate::test_signal::{Noise, voice};

    /// Times (in frames) of the changes in a signal.
    fn changes(samples: &[i16]) -> Vec<(usize, Speech)> {
        let mut vad = Vad::new(VadConfig::default());
        let mut frame = AudioFrame::silence(SampleRate::Narrow);
        let frames = samples.chunks_exact(160).enumerate();
        frames
            .filter_map(|(n, chunk)| {
                frame.samples_mut().copy_from_slice(chunk);
                vad.process(&frame, true).map(|change| (n, change))
            })
            .collect()
    }

    fn noisy(mut samples: Vec<i16>, level: f64) -> Vec<i16> {
        let mut noise = Noise::new(5);
        for sample in &mut samples {
            *sample = sample.saturating_add((level * noise.gaussian()) as i16);
        }
        samples
    }

    /// 3 s of silence, 4 s of speech, 3 s of silence: over a quiet line, an office, and a street.
    #[test]
    fn speech_is_found_over_any_floor() {
        for level in [2.0, 40.0, 150.0] {
            let speech = voice(&mut Noise::new(11), SampleRate::Narrow, 32_000);
            let heard = changes(&noisy([vec![0; 24_000], speech, vec![0; 24_000]].concat(), level));
            let first = heard.iter().find(|(n, _)| *n >= 100).copied();
            let last = heard.last().copied();
            // At the start a floor that is not known yet may pass for speech; not for longer than 2.5 s.
            assert!(
                matches!(first, Some((150..=190, Speech::Started { .. }) | (100..=149, Speech::Ended { .. }))),
                "{heard:?}"
            );
            assert!(matches!(last, Some((350..=385, Speech::Ended { .. }))), "level {level}: {heard:?}");
        }
    }

    #[test]
    fn steady_noise_and_tones_are_silence_after_a_while() {
        let hum = crate::test_signal::sine(SampleRate::Narrow, 100.0, 3_000.0, 10 * 8_000);
        for steady in [noisy(vec![0; 10 * 8_000], 300.0), hum] {
            let heard = changes(&steady);
            assert!(heard.iter().all(|(n, _)| *n < 150), "{heard:?}");
            assert!(!matches!(heard.last(), Some((_, Speech::Started { .. }))), "{heard:?}");
        }
    }

    #[test]
    fn a_click_is_no_speech_and_a_constant_offset_is_silence() {
        let mut clicks = vec![400i16; 10 * 8_000];
        for second in 1..10 {
            clicks[second * 8_000..second * 8_000 + 200].fill(8_000);
        }
        assert!(changes(&clicks).is_empty());
    }

    #[test]
    fn a_noisy_line_is_silence_from_its_first_frame_and_between_lost_packets() {
        let mut vad = Vad::new(VadConfig::default());
        let mut frame = AudioFrame::silence(SampleRate::Narrow);
        for chunk in noisy(vec![0; 10 * 8_000], 150.0).chunks_exact(160).enumerate() {
            // Before the first packet, and where one is missing, there are zeros.
            let received = chunk.0 >= 20 && chunk.0 % 25 > 1;
            frame.samples_mut().copy_from_slice(chunk.1);
            if !received {
                frame = AudioFrame::silence(SampleRate::Narrow);
            }
            assert_eq!(vad.process(&frame, received), None, "frame {}", chunk.0);
        }
    }

    #[test]
    fn speech_in_the_first_frames_of_a_call_is_heard_at_once() {
        let speech = voice(&mut Noise::new(11), SampleRate::Narrow, 16_000);
        let first = changes(&speech)[0];
        assert!(matches!(first, (0..=15, Speech::Started { .. })), "{first:?}");
    }

    #[test]
    fn silence_is_counted_from_the_last_speech() {
        let mut vad = Vad::new(VadConfig::default());
        let mut frame = AudioFrame::silence(SampleRate::Wide);
        for _ in 0..10 {
            vad.process(&frame, true);
        }
        assert_eq!(vad.silence(), Duration::from_millis(200));
        frame.samples_mut().copy_from_slice(&crate::test_signal::sine(SampleRate::Wide, 300.0, 9_000.0, 320));
        vad.process(&frame, true);
        assert!(vad.is_voiced() && vad.silence().is_zero());
    }
}
