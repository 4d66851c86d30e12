//! Simple hints about turns, from silence alone. Whoever answers the caller decides with more than this.

use crate::HearingEvent;

/// The turn of one speaker.
#[derive(Debug)]
pub(super) struct Turn {
    wanted: bool,
    likely_ms: u64,
    ended_ms: u64,
    /// Something was said since the last turn ended.
    open: bool,
    /// The words of the utterances that are over.
    text: String,
    silence_ms: u64,
    likely: bool,
}

impl Turn {
    pub(super) fn new(wanted: bool, likely_ms: u64, ended_ms: u64) -> Self {
        Self { wanted, likely_ms, ended_ms, open: false, text: String::new(), silence_ms: 0, likely: false }
    }

    /// There is speech. `true` where the turn was held for probably over.
    pub(super) fn speech(&mut self) -> bool {
        self.open = true;
        self.silence_ms = 0;
        std::mem::take(&mut self.likely)
    }

    /// The words of an utterance that is over.
    pub(super) fn words(&mut self, text: &str) {
        if !self.wanted {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(text);
    }

    /// It has been silent so long.
    pub(super) fn at(&mut self, silence_ms: u64) {
        self.silence_ms = silence_ms;
    }

    /// The audio is over, and with it the turn.
    pub(super) fn over(&mut self, silence_ms: u64) {
        self.silence_ms = silence_ms.max(self.ended_ms);
    }

    /// What is to be said now. `known`: all words are there; `paused` are those of an utterance that has paused and
    /// is not over yet.
    pub(super) fn tell(&mut self, known: bool, speaking: bool, paused: &str) -> Option<HearingEvent> {
        if !self.wanted || !self.open || !known {
            return None;
        }
        if self.silence_ms >= self.ended_ms && !speaking {
            self.open = false;
            self.likely = false;
            return Some(HearingEvent::TurnEnded { text: std::mem::take(&mut self.text) });
        }
        if self.silence_ms >= self.likely_ms && !self.likely {
            let mut text = self.text.clone();
            if !text.is_empty() && !paused.is_empty() {
                text.push(' ');
            }
            text.push_str(paused);
            if !text.is_empty() {
                self.likely = true;
                return Some(HearingEvent::TurnLikely { text });
            }
        }
        None
    }
}
