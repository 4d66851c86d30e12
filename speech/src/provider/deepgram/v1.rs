//! The messages of v1.

use serde::Deserialize;

use super::super::failure::Failure;
use super::clock::Clock;
use super::line::{Said, SentWord};
use crate::HearingEvent;

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
enum Message {
    Results(Results),
    SpeechStarted {
        timestamp: f64,
    },
    UtteranceEnd {},
    Error {
        code: Option<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Results {
    #[serde(default)]
    start: f64,
    #[serde(default)]
    duration: f64,
    #[serde(default)]
    is_final: bool,
    #[serde(default)]
    speech_final: bool,
    channel: Channel,
}

#[derive(Debug, Deserialize)]
struct Channel {
    #[serde(default)]
    alternatives: Vec<Alternative>,
}

#[derive(Debug, Default, Deserialize)]
struct Alternative {
    #[serde(default)]
    transcript: String,
    confidence: Option<f32>,
    #[serde(default)]
    words: Vec<SentWord>,
    #[serde(default)]
    languages: Vec<String>,
}

/// The turn so far.
#[derive(Debug)]
pub(super) struct Reader {
    hints: bool,
    speaking: bool,
    likely: bool,
    /// The final pieces of the turn.
    turn: String,
    /// What may still change.
    interim: Said,
}

impl Reader {
    pub(super) fn new(hints: bool) -> Self {
        Self { hints, speaking: false, likely: false, turn: String::new(), interim: Said::default() }
    }

    pub(super) fn read(&mut self, text: &str, clock: &Clock) -> Result<Vec<HearingEvent>, Failure> {
        let mut events = Vec::new();
        match serde_json::from_str(text).map_err(|_| Failure::Broken("a message makes no sense"))? {
            Message::SpeechStarted { timestamp } => self.start(clock.at(timestamp), &mut events),
            Message::Results(results) => self.results(results, clock, &mut events),
            Message::UtteranceEnd {} => self.end(&mut events),
            Message::Error { code } => {
                let body = serde_json::json!({ "code": code.unwrap_or_default() });
                return Err(Failure::of_status(500, None, body.to_string().as_bytes()));
            }
            Message::Other => {}
        }
        Ok(events)
    }

    fn start(&mut self, at_ms: u64, events: &mut Vec<HearingEvent>) {
        if !std::mem::replace(&mut self.speaking, true) {
            events.push(HearingEvent::SpeechStarted { at_ms });
        }
        if std::mem::take(&mut self.likely) {
            events.push(HearingEvent::TurnResumed);
        }
    }

    fn results(&mut self, results: Results, clock: &Clock, events: &mut Vec<HearingEvent>) {
        let best = results.channel.alternatives.into_iter().next().unwrap_or_default();
        let (from_ms, to_ms) = (clock.at(results.start), clock.at(results.start + results.duration));
        let mut said = Said::new(&best.transcript, &best.words, clock, from_ms, to_ms);
        said.confidence = best.confidence.or(said.confidence);
        said.language = best.languages.into_iter().next();
        let end = said.end();
        if !said.is_empty() {
            // Where the start was not told, or words come after a pause.
            self.start(said.words.first().map_or(from_ms, |word| word.from_ms), events);
        }
        if results.is_final {
            self.interim = Said::default();
            if !said.is_empty() {
                append(&mut self.turn, &said.text);
                events.extend(said.line());
            }
        } else if !said.is_empty() {
            if self.hints && said.text != self.interim.text {
                events.push(HearingEvent::Partial { text: said.text.clone(), words: said.words.clone() });
            }
            self.interim = said;
        }
        if results.speech_final && self.speaking {
            self.stop(end.unwrap_or(to_ms), events);
        }
    }

    fn stop(&mut self, at_ms: u64, events: &mut Vec<HearingEvent>) {
        self.speaking = false;
        events.push(HearingEvent::SpeechStopped { at_ms });
        if self.hints && !self.turn.is_empty() && !self.likely {
            self.likely = true;
            events.push(HearingEvent::TurnLikely { text: self.turn.clone() });
        }
    }

    /// It may come in the middle of speech, where noise is the only sound since the last word: then that was the end.
    fn end(&mut self, events: &mut Vec<HearingEvent>) {
        self.likely = false;
        let text = std::mem::take(&mut self.turn);
        if self.hints && !text.is_empty() {
            events.push(HearingEvent::TurnEnded { text });
        }
    }

    pub(super) fn lost(&mut self) -> Vec<HearingEvent> {
        let mut events = Vec::new();
        self.speaking = false;
        if std::mem::take(&mut self.likely) {
            events.push(HearingEvent::TurnResumed);
        }
        let interim = std::mem::take(&mut self.interim);
        append(&mut self.turn, &interim.text);
        events.extend(interim.line());
        events
    }
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clock() -> Clock {
        let mut clock = Clock::new(16_000);
        clock.sent(500, 160_000);
        clock
    }

    fn results(transcript: &str, is_final: bool, speech_final: bool) -> String {
        serde_json::json!({ "type": "Results", "start": 1.0, "duration": 1.0, "is_final": is_final,
            "speech_final": speech_final, "channel": { "alternatives": [{ "transcript": transcript,
            "confidence": 0.9, "words": [] }] } })
        .to_string()
    }

    #[test]
    fn finals_make_a_turn() {
        let mut reader = Reader::new(true);
        let messages = [
            r#"{"type":"SpeechStarted","channel":[0],"timestamp":0.9}"#.to_owned(),
            results("", false, false),
            results("I would", false, false),
            results("I would like", true, false),
            results("to", false, false),
            results("to come", true, true),
            results("", true, true),
            results("at nine", true, true),
            r#"{"type":"UtteranceEnd","channel":[0],"last_word_end":2.0}"#.to_owned(),
            r#"{"type":"UtteranceEnd","channel":[0],"last_word_end":2.0}"#.to_owned(),
        ];
        let told: Vec<HearingEvent> =
            messages.iter().flat_map(|message| reader.read(message, &clock()).expect("a message")).collect();
        let kinds: Vec<String> = told.iter().map(|event| format!("{event:?}")).collect();
        let line = "Final { from_ms: 1500, to_ms: 2500, .. }";
        let stopped = "SpeechStopped { at_ms: 2500 }";
        assert_eq!(
            kinds,
            [
                "SpeechStarted { at_ms: 1400 }",
                "Partial",
                line,
                "Partial",
                line,
                stopped,
                "TurnLikely",
                "SpeechStarted { at_ms: 1500 }",
                "TurnResumed",
                line,
                stopped,
                "TurnLikely",
                "TurnEnded",
            ]
        );
        assert!(
            told.contains(&HearingEvent::Partial {
                text: "to".into(),
                words: crate::words::spread("to", 1_500, 2_500),
            })
        );
        assert_eq!(told.last(), Some(&HearingEvent::TurnEnded { text: "I would like to come at nine".into() }));
    }

    #[test]
    fn what_was_understood_outlives_the_connection() {
        let mut reader = Reader::new(false);
        reader.read(&results("I come", false, false), &clock()).expect("a message");
        let told = reader.lost();
        assert!(matches!(&told[..], [HearingEvent::Final { text, .. }] if text == "I come"), "{told:?}");
        assert!(reader.lost().is_empty());
    }

    proptest! {
        #[test]
        fn any_message_is_read_or_refused(text in "\\PC{0,60}", time in -1e12..1e12_f64) {
            let mut reader = Reader::new(true);
            let _ = reader.read(&text, &clock());
            let odd = serde_json::json!({ "type": "Results", "start": time, "duration": -time, "is_final": true,
                "channel": { "alternatives": [{ "transcript": text, "words": [] }] } });
            let _ = reader.read(&odd.to_string(), &clock());
        }
    }
}
