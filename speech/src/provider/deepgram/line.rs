//! What both formats share: messages in, events out.

use call_model::Word;
use serde::Deserialize;

use super::super::failure::Failure;
use super::clock::Clock;
use super::{v1, v2};
use crate::HearingEvent;
use crate::words::spread;

/// One connection's reader.
#[derive(Debug)]
pub(super) enum Reader {
    V1(v1::Reader),
    V2(v2::Reader),
}

/// A word as both formats send it. Flux did not tell times at first.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SentWord {
    word: String,
    punctuated_word: Option<String>,
    start: Option<f64>,
    end: Option<f64>,
    confidence: Option<f32>,
}

/// What was understood so far of something.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) words: Vec<Word>,
    pub(super) confidence: Option<f32>,
    pub(super) language: Option<String>,
}

impl Said {
    /// From what was sent about audio between these times of the call.
    pub(super) fn new(text: &str, sent: &[SentWord], clock: &Clock, from_ms: u64, to_ms: u64) -> Self {
        let text = text.trim().to_owned();
        let timed = |word: &SentWord| {
            let (from_ms, to_ms) = (clock.at(word.start?), clock.at(word.end?));
            let text = word.punctuated_word.as_ref().unwrap_or(&word.word).clone();
            Some(Word { text, from_ms, to_ms: to_ms.max(from_ms) })
        };
        let words: Option<Vec<Word>> = sent.iter().map(timed).collect();
        let words = words.filter(|words| !words.is_empty()).unwrap_or_else(|| spread(&text, from_ms, to_ms));
        let known: Vec<f32> = sent.iter().filter_map(|word| word.confidence).collect();
        let confidence = (!known.is_empty()).then(|| known.iter().sum::<f32>() / known.len() as f32);
        Self { text, words, confidence, language: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// When its last word ends.
    pub(super) fn end(&self) -> Option<u64> {
        self.words.last().map(|word| word.to_ms)
    }

    /// The line that stands.
    pub(super) fn line(self) -> Option<HearingEvent> {
        let (first, last) = (self.words.first()?, self.words.last()?);
        let (from_ms, to_ms) = (first.from_ms, last.to_ms);
        let Self { text, words, confidence, language } = self;
        Some(HearingEvent::Final { from_ms, to_ms, text, words, confidence, language })
    }
}

impl Reader {
    pub(super) fn new(flux: bool, hints: bool) -> Self {
        if flux { Self::V2(v2::Reader::new(hints)) } else { Self::V1(v1::Reader::new(hints)) }
    }

    /// Reads one message.
    pub(super) fn read(&mut self, text: &str, clock: &Clock) -> Result<Vec<HearingEvent>, Failure> {
        match self {
            Self::V1(reader) => reader.read(text, clock),
            Self::V2(reader) => reader.read(text, clock),
        }
    }

    /// The connection is lost. What was understood is kept, because its audio is not sent again.
    pub(super) fn lost(&mut self) -> Vec<HearingEvent> {
        match self {
            Self::V1(reader) => reader.lost(),
            Self::V2(reader) => reader.lost(),
        }
    }
}
