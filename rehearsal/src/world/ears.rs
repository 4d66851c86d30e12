//! What is heard of the caller: words while they are spoken, the line, and the end of the turn.

use call_model::{CallEvent, Hearing, RecordEnd, Speaker, TranscriptLine};

use super::mouth::WORD;
use super::{ANSWERED, World};

/// Voice activity is told this long after the first sound, and after the last, ms.
const ONSET: u64 = 100;
const HANGOVER: u64 = 200;
/// How far the recogniser's words lag behind, ms.
const LAG: u64 = 150;
/// From the last sound until the line and the end of the turn, ms.
const END: u64 = 350;
/// How long a pause for thought is, ms.
const PAUSE: u64 = 1_100;

impl World<'_> {
    /// The caller speaks: `...` is a pause for thought.
    pub(super) fn speak(&mut self, text: &str) {
        let parts: Vec<&str> = text.split("...").map(str::trim).filter(|part| !part.is_empty()).collect();
        let mut from = self.now;
        let mut turn = String::new();
        for (at, part) in parts.iter().enumerate() {
            turn.push_str(if turn.is_empty() { "" } else { " " });
            turn.push_str(part);
            let last = at + 1 == parts.len();
            from = self.utter(part, from, last.then_some(turn.as_str())) + PAUSE;
        }
        let end = from.saturating_sub(PAUSE);
        self.speaks_until = end + END;
        if let Some((record, since, silence)) = self.recording {
            let event =
                CallEvent::RecordEnded { record, end: RecordEnd::Silence, duration_ms: end.saturating_sub(since) };
            self.coming.retain(|_, coming| {
                !matches!(coming, super::Coming::Event(CallEvent::RecordEnded { record: other, .. }) if *other == record)
            });
            self.soon(end + silence - self.now, event);
        }
    }

    /// One part of it, from then on; gives when it is over. `turn`: the whole turn, where this is its last part.
    fn utter(&mut self, text: &str, from: u64, turn: Option<&str>) -> u64 {
        let base = from - self.now;
        let words: Vec<&str> = text.split_whitespace().collect();
        let length = words.len() as u64 * WORD;
        self.soon(base + ONSET, CallEvent::SpeechStarted);
        for count in 1..=words.len() {
            let text = words[..count].join(" ").trim_end_matches(['.', '?', '!', ',']).to_owned();
            self.soon(base + count as u64 * WORD + LAG, CallEvent::Hearing(Hearing::Partial { text }));
        }
        self.soon(base + length + HANGOVER, CallEvent::SpeechEnded);
        let line = TranscriptLine {
            call: self.facts.call,
            speaker: Speaker::Caller,
            from_ms: from - ANSWERED,
            to_ms: from + length - ANSWERED,
            text: text.to_owned(),
            words: Vec::new(),
            confidence: None,
            language: None,
            cut: false,
        };
        self.soon(base + length + END, CallEvent::Line(line));
        if let Some(turn) = turn {
            self.soon(base + length + END, CallEvent::Hearing(Hearing::TurnEnded { text: turn.to_owned() }));
        }
        from + length
    }
}
