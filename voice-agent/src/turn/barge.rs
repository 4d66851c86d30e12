//! The caller makes a sound while we think or speak.
//!
//! We stand still at once. Words that say something are an interruption. A short sound, a word of listening, or
//! nothing understood within the time limit is none, and we go on where we stopped. While a longer sound lasts without
//! words that can be told, we stay silent: it is his floor, and only what becomes of it decides whether we go on.

use super::machine::TurnMachine;
use super::words::{Interjection, normal};
use super::{Ours, TurnOutput};

/// What is being made of the sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Barge {
    None,
    /// We stand still and find out.
    Deciding {
        since: u64,
        /// When the sound was over, and how long it was.
        ended: Option<(u64, u64)>,
        /// A word of listening was heard.
        listening: bool,
    },
    /// We go on although the sound does.
    Watching,
}

/// Where words come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Partial,
    Line,
    Turn,
}

/// A turn that is taken up again this soon was taken too early, ms.
const TOO_EARLY: u64 = 2_000;
/// How long words may lag behind the end of a sound, ms.
const LAG: u64 = 150;

impl TurnMachine {
    pub(super) fn sound_aside(&mut self, now: u64) {
        if !matches!(self.barge, Barge::Deciding { .. }) {
            self.put(TurnOutput::Pause);
        }
        self.barge = Barge::Deciding { since: now, ended: None, listening: false };
    }

    pub(super) fn sound_aside_ended(&mut self, now: u64, length: u64) {
        match &mut self.barge {
            Barge::Deciding { listening: true, .. } => self.go_on(Barge::None),
            Barge::Deciding { .. } if length < self.settings.noise => self.go_on(Barge::None),
            Barge::Deciding { ended, .. } => *ended = Some((now, length)),
            Barge::Watching => self.barge = Barge::None,
            Barge::None => {}
        }
    }

    /// Words of the caller while we think or speak.
    pub(super) fn words_aside(&mut self, now: u64, text: &str, source: Source) {
        let text = self.heard.fresh(text);
        if self.is_echo_of_taken(&text, source) {
            return;
        }
        if self.ours == (Ours::Speaking { interruptible: false }) {
            self.note(now, &text, source);
            return;
        }
        match self.lexicon.interjection(&text, source == Source::Partial) {
            Interjection::Nothing if source == Source::Partial => {}
            Interjection::Nothing => self.heard_nothing(),
            Interjection::Words => {
                self.note(now, &text, source);
                self.interrupted(now);
            }
            kind @ (Interjection::Backchannel | Interjection::Farewell) => {
                self.aside = Some((text, kind, now));
                let silent = self.voice.is_none();
                if let Barge::Deciding { listening, .. } = &mut self.barge {
                    *listening = true;
                    if silent {
                        self.go_on(Barge::None);
                    }
                }
            }
        }
    }

    /// A recogniser may tell the words of the turn that we took once more, and late.
    fn is_echo_of_taken(&self, text: &str, source: Source) -> bool {
        let Some(taken) = &self.taken else { return false };
        let words = normal(text);
        (source == Source::Turn || !taken.new_voice) && !words.is_empty() && normal(&taken.text).ends_with(&words)
    }

    fn note(&mut self, now: u64, text: &str, source: Source) {
        match source {
            Source::Partial => drop(self.heard.partial(text, now)),
            Source::Line => self.heard.line(text, now),
            Source::Turn => self.heard.turn(text, now),
        }
    }

    fn heard_nothing(&mut self) {
        if self.voice.is_none() && matches!(self.barge, Barge::Deciding { .. }) {
            self.go_on(Barge::None);
        }
    }

    pub(super) fn go_on(&mut self, barge: Barge) {
        self.barge = barge;
        self.put(TurnOutput::Resume);
    }

    /// The floor is the caller's again.
    pub(super) fn interrupted(&mut self, now: u64) {
        let sound_since = match self.barge {
            Barge::Deciding { since, .. } => since,
            _ => self.voice.unwrap_or(now),
        };
        if let Some(taken) = self.taken.take() {
            let pause = sound_since.saturating_sub(taken.ended);
            if pause < TOO_EARLY && !taken.text.is_empty() && !taken.settled {
                self.pauses.was_cut_off(pause);
                self.false_signals += u32::from(taken.by_signal);
            }
            if self.ours == Ours::Thinking && !taken.settled {
                self.heard.give_back(&taken.text);
            }
        }
        self.put(if self.ours == Ours::Thinking { TurnOutput::Reopen } else { TurnOutput::Stop });
        (self.barge, self.aside) = (Barge::None, None);
        self.ours = Ours::Idle;
        self.quiet_since = now;
    }

    /// When the sound must have been made something of.
    pub(super) fn barge_deadline(&self) -> Option<u64> {
        let Barge::Deciding { since, ended, listening } = self.barge else { return None };
        let decide = since + self.settings.decide;
        match ended {
            Some((at, length)) if length >= self.settings.meant => Some(at + self.settings.late_line),
            Some((at, _)) => Some(decide.max(at + LAG)),
            None if listening => Some(decide),
            // What was taken is being answered; nothing is lost by waiting.
            None if self.ours == Ours::Thinking => None,
            None => Some(since + self.settings.sustained),
        }
    }

    pub(super) fn check_barge(&mut self, now: u64) {
        if self.barge_deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        match self.barge {
            Barge::Deciding { ended: Some(_), .. } => self.go_on(Barge::None),
            Barge::Deciding { listening: true, .. } => self.go_on(Barge::Watching),
            _ => self.interrupted(now),
        }
    }
}
