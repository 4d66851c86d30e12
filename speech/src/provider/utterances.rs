//! Cuts what a speaker says into utterances, for engines that take one at a time. No I/O; its clock is the blocks'.

use std::collections::VecDeque;

use crate::{EarBlock, HearingEvent};

/// How speech is cut into utterances. All times in ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutSettings {
    /// So much voice must come before speech has begun. Default 40.
    pub onset_ms: u64,
    /// What is heard before that moment. Default 300.
    pub pre_roll_ms: u64,
    /// After so much silence the utterance is over. Default 300.
    pub stop_ms: u64,
    /// After so much silence the turn is over. Default 700.
    pub ended_ms: u64,
    /// An utterance with less voice is not worth it. Default 100.
    pub least_voiced_ms: u64,
    /// The longest utterance; a longer one is cut where it is quietest. Default 25,000.
    pub longest_ms: u64,
}

impl Default for CutSettings {
    fn default() -> Self {
        Self { onset_ms: 40, pre_roll_ms: 300, stop_ms: 300, ended_ms: 700, least_voiced_ms: 100, longest_ms: 25_000 }
    }
}

const BLOCK_MS: u64 = 20;

/// The part of a too long utterance in which it may be cut, in blocks: its last two seconds.
const CUT_BLOCKS: usize = 100;

/// What was said between two silences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Utterance {
    /// When its first sample was heard.
    pub(super) start_ms: u64,
    /// The first and the end of the last voiced block.
    pub(super) from_ms: u64,
    pub(super) to_ms: u64,
    pub(super) samples: Vec<i16>,
}

/// What a block brought.
#[derive(Debug, PartialEq)]
pub(super) enum Cut {
    Event(HearingEvent),
    Utterance(Utterance),
}

#[derive(Debug)]
pub(super) struct Utterances {
    settings: CutSettings,
    pre_roll: VecDeque<EarBlock>,
    /// What is being said.
    open: Vec<EarBlock>,
    speaking: bool,
    voice_end: u64,
    now: u64,
    turn: Turn,
}

/// The words of the speaker's turn, as far as they are known.
#[derive(Debug, Default)]
struct Turn {
    wanted: bool,
    open: bool,
    likely: bool,
    /// Utterances whose words have not come.
    pending: usize,
    text: String,
}

impl Utterances {
    /// `hints`: whether hints about turns are wanted.
    pub(super) fn new(settings: CutSettings, hints: bool) -> Self {
        let turn = Turn { wanted: hints, ..Turn::default() };
        Self { settings, pre_roll: VecDeque::new(), open: Vec::new(), speaking: false, voice_end: 0, now: 0, turn }
    }

    /// The next block.
    pub(super) fn push(&mut self, block: EarBlock) -> Vec<Cut> {
        let mut cuts = Vec::new();
        self.now = block.at_ms + BLOCK_MS;
        if block.voiced {
            self.voice_end = self.now;
        }
        if !self.speaking {
            let room = (self.settings.pre_roll_ms.max(self.settings.onset_ms * 2) / BLOCK_MS).max(1) as usize;
            if self.pre_roll.len() >= room {
                self.pre_roll.pop_front();
            }
            self.pre_roll.push_back(block);
            self.maybe_start(&mut cuts);
            cuts.extend(self.tell());
            return cuts;
        }
        self.open.push(block);
        if self.now - self.voice_end >= self.settings.stop_ms {
            self.speaking = false;
            cuts.push(Cut::Event(HearingEvent::SpeechStopped { at_ms: self.voice_end }));
            let blocks = std::mem::take(&mut self.open);
            self.end(&blocks, &mut cuts);
        } else if self.open.len() as u64 * BLOCK_MS >= self.settings.longest_ms {
            let rest = self.open.split_off(self.quietest());
            let blocks = std::mem::replace(&mut self.open, rest);
            self.end(&blocks, &mut cuts);
        }
        cuts.extend(self.tell());
        cuts
    }

    /// No more blocks come: what is open is over.
    pub(super) fn close(&mut self) -> Vec<Cut> {
        let mut cuts = Vec::new();
        if std::mem::take(&mut self.speaking) {
            cuts.push(Cut::Event(HearingEvent::SpeechStopped { at_ms: self.voice_end }));
            let blocks = std::mem::take(&mut self.open);
            self.end(&blocks, &mut cuts);
        }
        self.now = self.voice_end + self.settings.ended_ms;
        cuts.extend(self.tell());
        cuts
    }

    /// The words of the oldest utterance have come; `None`: none, or it failed.
    pub(super) fn answered(&mut self, text: Option<&str>) -> Option<HearingEvent> {
        self.turn.pending = self.turn.pending.saturating_sub(1);
        if let Some(text) = text {
            if !self.turn.text.is_empty() {
                self.turn.text.push(' ');
            }
            self.turn.text.push_str(text);
        }
        match self.tell() {
            Some(Cut::Event(event)) => Some(event),
            _ => None,
        }
    }

    fn maybe_start(&mut self, cuts: &mut Vec<Cut>) {
        let needed = (self.settings.onset_ms / BLOCK_MS).max(1) as usize;
        let lately = self.pre_roll.iter().rev().take(needed + needed / 2);
        let voiced: Vec<u64> = lately.filter(|block| block.voiced).map(|block| block.at_ms).collect();
        let Some(begun) = voiced.last().copied().filter(|_| voiced.len() >= needed) else { return };
        self.speaking = true;
        self.open = std::mem::take(&mut self.pre_roll).into();
        cuts.push(Cut::Event(HearingEvent::SpeechStarted { at_ms: begun }));
        self.turn.open = true;
        if std::mem::take(&mut self.turn.likely) {
            cuts.push(Cut::Event(HearingEvent::TurnResumed));
        }
    }

    fn quietest(&self) -> usize {
        let from = self.open.len().saturating_sub(CUT_BLOCKS).max(1);
        let loudness =
            |at: &usize| -> u64 { self.open[*at].samples.iter().map(|sample| u64::from(sample.unsigned_abs())).sum() };
        (from..self.open.len()).min_by_key(loudness).unwrap_or(from)
    }

    fn end(&mut self, blocks: &[EarBlock], cuts: &mut Vec<Cut>) {
        let voiced = || blocks.iter().filter(|block| block.voiced);
        let (Some(first), Some(last)) = (voiced().next(), voiced().next_back()) else { return };
        if (voiced().count() as u64) * BLOCK_MS < self.settings.least_voiced_ms {
            return;
        }
        let utterance = Utterance {
            start_ms: blocks.first().map_or(first.at_ms, |block| block.at_ms),
            from_ms: first.at_ms,
            to_ms: last.at_ms + BLOCK_MS,
            samples: blocks.iter().flat_map(|block| block.samples.iter().copied()).collect(),
        };
        self.turn.pending += 1;
        cuts.push(Cut::Utterance(utterance));
    }

    /// What is to be said about the turn now.
    fn tell(&mut self) -> Option<Cut> {
        let turn = &mut self.turn;
        if !turn.wanted || !turn.open || self.speaking || turn.pending > 0 {
            return None;
        }
        if self.now.saturating_sub(self.voice_end) >= self.settings.ended_ms {
            turn.open = false;
            turn.likely = false;
            return Some(Cut::Event(HearingEvent::TurnEnded { text: std::mem::take(&mut turn.text) }));
        }
        if turn.likely || turn.text.is_empty() {
            return None;
        }
        turn.likely = true;
        Some(Cut::Event(HearingEvent::TurnLikely { text: turn.text.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Speaker {
        utterances: Utterances,
        at_ms: u64,
        events: Vec<HearingEvent>,
        heard: Vec<Utterance>,
    }

    impl Speaker {
        fn new(settings: CutSettings) -> Self {
            Self { utterances: Utterances::new(settings, true), at_ms: 1_000, events: Vec::new(), heard: Vec::new() }
        }

        fn go(&mut self, ms: u64, voiced: bool) {
            for _ in 0..ms / BLOCK_MS {
                let level = if self.at_ms.is_multiple_of(3_000) { 1 } else { 1_000 };
                let block = EarBlock { at_ms: self.at_ms, voiced, samples: vec![level; 160] };
                self.at_ms += BLOCK_MS;
                for cut in self.utterances.push(block) {
                    match cut {
                        Cut::Event(event) => self.events.push(event),
                        Cut::Utterance(utterance) => self.heard.push(utterance),
                    }
                }
            }
        }

        fn answer(&mut self, text: &str) {
            self.events.extend(self.utterances.answered(Some(text)));
        }
    }

    #[test]
    fn a_turn_of_two_utterances() {
        let mut speaker = Speaker::new(CutSettings::default());
        speaker.go(500, false);
        speaker.go(400, true);
        speaker.go(320, false);
        let [first] = &speaker.heard[..] else { panic!("one utterance") };
        assert_eq!((first.start_ms, first.from_ms, first.to_ms), (1_240, 1_500, 1_900));
        assert_eq!(first.samples.len(), (260 + 400 + 300) * 8);
        speaker.answer("I would like");
        speaker.go(200, true);
        speaker.go(800, false);
        speaker.answer("to come");
        assert_eq!(
            speaker.events,
            [
                HearingEvent::SpeechStarted { at_ms: 1_500 },
                HearingEvent::SpeechStopped { at_ms: 1_900 },
                HearingEvent::TurnLikely { text: "I would like".into() },
                HearingEvent::SpeechStarted { at_ms: 2_220 },
                HearingEvent::TurnResumed,
                HearingEvent::SpeechStopped { at_ms: 2_420 },
                HearingEvent::TurnEnded { text: "I would like to come".into() },
            ]
        );
    }

    #[test]
    fn a_click_is_nothing_and_a_long_speech_is_cut_where_it_is_quiet() {
        let mut speaker = Speaker::new(CutSettings { longest_ms: 4_000, ..CutSettings::default() });
        speaker.go(20, true);
        speaker.go(1_000, false);
        speaker.go(60, true);
        speaker.go(1_000, false);
        assert!(speaker.heard.is_empty());
        speaker.events.clear();
        speaker.go(6_000, true);
        let [first] = &speaker.heard[..] else { panic!("one utterance") };
        assert_eq!(first.to_ms % 3_000, 0);
        let cuts = speaker.utterances.close();
        assert!(matches!(&cuts[1], Cut::Utterance(rest) if rest.from_ms == speaker.heard[0].to_ms), "{cuts:?}");
        assert_eq!(speaker.utterances.answered(Some("so")), None);
        assert_eq!(speaker.utterances.answered(Some("long")), Some(HearingEvent::TurnEnded { text: "so long".into() }));
    }

    #[test]
    fn a_turn_without_words_ends_all_the_same() {
        let mut speaker = Speaker::new(CutSettings::default());
        speaker.go(400, true);
        speaker.go(1_000, false);
        assert_eq!(speaker.utterances.answered(None), Some(HearingEvent::TurnEnded { text: String::new() }));
    }
}
