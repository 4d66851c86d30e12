//! How the first who speaks does so: when, for how long, with which pauses.

use call_model::FRAME_MS;

/// Less than this is a click or a cough, frames.
const LEAST: u32 = 5;
/// A run of speech that is too short is forgotten after so much silence, frames.
const FORGET: u32 = 20;
/// A dip between two groups of syllables is at least so long, frames.
const DIP: u32 = 4;

/// What was spoken so far. Times in ms from the beginning of listening.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Features {
    /// When the first speech began; `None`: nothing was said yet.
    pub onset_ms: Option<u32>,
    /// From there to the last speech.
    pub span_ms: u32,
    /// Silence since the last speech.
    pub pause_ms: u32,
    /// The longest pause within it.
    pub longest_pause_ms: u32,
    /// Share of the span that is speech, 0 to 1.
    pub speech_share: f32,
    /// Groups of syllables: runs of speech with a dip of 80 ms between them.
    pub groups: u32,
    /// The loudest frame of speech, dBFS.
    pub level_dbfs: f32,
}

/// Follows voice activity.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Speech {
    frame: u32,
    onset: Option<u32>,
    last: u32,
    voiced: u32,
    longest: u32,
    groups: u32,
    level: f32,
}

impl Speech {
    /// Takes the next frame in.
    pub(super) fn follow(&mut self, voiced: bool, level: f32) {
        self.frame += 1;
        if voiced {
            let gap = self.frame.saturating_sub(self.last + 1);
            match self.onset {
                None => {
                    self.onset = Some(self.frame);
                    self.groups = 1;
                    self.level = level;
                }
                Some(_) if gap >= DIP => {
                    self.groups += 1;
                    self.longest = self.longest.max(gap);
                }
                Some(_) => {}
            }
            self.level = self.level.max(level);
            self.last = self.frame;
            self.voiced += 1;
        } else if self.onset.is_some() && self.voiced < LEAST && self.silent() >= FORGET {
            *self = Self { frame: self.frame, ..Self::default() };
        }
    }

    /// Frames since the last speech.
    const fn silent(&self) -> u32 {
        self.frame.saturating_sub(self.last)
    }

    /// Whether it began within the last so many frames.
    pub(super) fn began_within(&self, frames: u32) -> bool {
        self.onset.is_some_and(|onset| self.frame < onset.saturating_add(frames))
    }

    /// Whether whoever spoke has been silent for so many frames.
    pub(super) fn has_ended(&self, frames: u32) -> bool {
        self.onset.is_some() && self.silent() >= frames
    }

    /// What came since was no speech.
    pub(super) fn take_back(&mut self, before: Self) {
        *self = Self { frame: self.frame, ..before };
    }

    pub(super) fn features(&self) -> Features {
        let ms = |frames: u32| frames * FRAME_MS as u32;
        let Some(onset) = self.onset.filter(|_| self.voiced >= LEAST) else { return Features::default() };
        let span = self.last + 1 - onset;
        Features {
            onset_ms: Some(ms(onset - 1)),
            span_ms: ms(span),
            pause_ms: ms(self.silent()),
            longest_pause_ms: ms(self.longest),
            speech_share: self.voiced as f32 / span as f32,
            groups: self.groups,
            level_dbfs: self.level,
        }
    }
}
