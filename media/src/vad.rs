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
    /// So much silence must come before [`Speech::Ended`], ms. Default: 500.
    pub hangover_ms: u32,
}

impl Default for VadConfig {
    fn default() -> Self {
        Self { over_floor_db: 8.0, least_dbfs: -52.0, onset_ms: 100, hangover_ms: 500 }
    }
}

/// A change from silence to speech or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// Speech began [`VadConfig::onset_ms`] ago or a little earlier.
    Started,
    /// Speech ended [`VadConfig::hangover_ms`] ago.
    Ended,
}

/// The floor is the least level of the last so many spans, each of so many frames: 2 s in all. Speech has a dip in any
/// 2 s; a steady noise or tone has none, and is taken for silence after that time.
const FLOOR_SPANS: usize = 10;
const SPAN_FRAMES: u32 = 10;
/// The floor is never taken to be lower than this.
const LEAST_FLOOR_DBFS: f32 = -66.0;

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
            spans: [LEAST_FLOOR_DBFS; FLOOR_SPANS],
            next_span: 0,
            voiced_frame: false,
            speaking: false,
            voiced: 0,
            silent: 0,
        }
    }

    /// Takes the next frame in.
    pub fn process(&mut self, frame: &AudioFrame) -> Option<Speech> {
        let level = level_dbfs(frame.samples());
        // Up at once, down slowly: a gap between two syllables is still speech.
        self.level = if level > self.level { level } else { self.level + (level - self.level) * 0.3 };
        let floor = self.follow_floor(level);
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

    fn follow_floor(&mut self, level: f32) -> f32 {
        self.span_least = self.span_least.min(level);
        self.span_frames += 1;
        if self.span_frames == SPAN_FRAMES {
            self.spans[self.next_span] = self.span_least.max(LEAST_FLOOR_DBFS);
            self.next_span = (self.next_span + 1) % FLOOR_SPANS;
            self.span_least = f32::MAX;
            self.span_frames = 0;
        }
        self.spans.iter().copied().fold(self.span_least.max(LEAST_FLOOR_DBFS), f32::min)
    }

    fn decide(&mut self) -> Option<Speech> {
        let onset = frames(self.config.onset_ms);
        if self.voiced_frame {
            self.voiced = (self.voiced + 1).min(onset);
            self.silent = 0;
        } else {
            self.voiced = self.voiced.saturating_sub(1);
            self.silent = self.silent.saturating_add(1);
        }
        if !self.speaking && self.voiced_frame && self.voiced >= onset {
            self.speaking = true;
            return Some(Speech::Started);
        }
        if self.speaking && self.silent >= frames(self.config.hangover_ms) {
            self.speaking = false;
            self.voiced = 0;
            return Some(Speech::Ended);
        }
        None
    }
}

fn frames(ms: u32) -> u32 {
    (ms / FRAME_MS as u32).max(1)
}

/// Level without the constant part that some lines add.
fn level_dbfs(samples: &[i16]) -> f32 {
    let sum: i32 = samples.iter().map(|&s| i32::from(s)).sum();
    let squares: f32 = samples.iter().map(|&s| f32::from(s) * f32::from(s)).sum();
    let count = samples.len() as f32;
    let mean = sum as f32 / count;
    let variance = (squares / count - mean * mean).max(0.0);
    // A sine of full amplitude has the power 2^29.
    10.0 * ((variance + 0.01) / (1u32 << 29) as f32).log10()
}
