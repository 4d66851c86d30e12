//! The messages of v2 (Flux).

use serde::Deserialize;

use super::super::failure::Failure;
use super::clock::Clock;
use super::line::{Said, SentWord};
use crate::HearingEvent;

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
enum Message {
    TurnInfo(TurnInfo),
    #[serde(alias = "FatalError")]
    Error {
        code: Option<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct TurnInfo {
    event: String,
    #[serde(default)]
    turn_index: u64,
    #[serde(default)]
    audio_window_start: f64,
    #[serde(default)]
    audio_window_end: f64,
    #[serde(default)]
    transcript: String,
    #[serde(default)]
    words: Vec<SentWord>,
    #[serde(default)]
    languages: Vec<String>,
}

/// The turn so far.
#[derive(Debug)]
pub(super) struct Reader {
    hints: bool,
    /// The turn that is open, and its words.
    turn: Option<(u64, Said)>,
    likely: bool,
    /// Turns below this are over: nothing is told of them twice.
    next_turn: u64,
}

impl Reader {
    pub(super) const fn new(hints: bool) -> Self {
        Self { hints, turn: None, likely: false, next_turn: 0 }
    }

    pub(super) fn read(&mut self, text: &str, clock: &Clock) -> Result<Vec<HearingEvent>, Failure> {
        match serde_json::from_str(text).map_err(|_| Failure::Broken("a message makes no sense"))? {
            Message::TurnInfo(info) => Ok(self.take(info, clock)),
            Message::Error { code } => {
                let body = serde_json::json!({ "code": code.unwrap_or_default() });
                Err(Failure::of_status(500, None, body.to_string().as_bytes()))
            }
            Message::Other => Ok(Vec::new()),
        }
    }

    fn take(&mut self, info: TurnInfo, clock: &Clock) -> Vec<HearingEvent> {
        if info.turn_index < self.next_turn {
            return Vec::new();
        }
        let (from_ms, to_ms) = (clock.at(info.audio_window_start), clock.at(info.audio_window_end));
        let mut said = Said::new(&info.transcript, &info.words, clock, from_ms, to_ms);
        said.language = info.languages.into_iter().next();
        let mut events = Vec::new();
        if self.turn.is_none() && (info.event == "StartOfTurn" || !said.is_empty()) {
            let at_ms = said.words.first().map_or(from_ms, |word| word.from_ms);
            events.push(HearingEvent::SpeechStarted { at_ms });
        }
        let ended = info.event == "EndOfTurn";
        let changed = self.turn.as_ref().is_none_or(|(_, before)| before.text != said.text);
        if self.hints && changed && !said.is_empty() && !ended {
            events.push(HearingEvent::Partial { text: said.text.clone(), words: said.words.clone() });
        }
        match info.event.as_str() {
            "EagerEndOfTurn" if self.hints && !self.likely => {
                self.likely = true;
                events.push(HearingEvent::TurnLikely { text: said.text.clone() });
            }
            "TurnResumed" if std::mem::take(&mut self.likely) => events.push(HearingEvent::TurnResumed),
            "EndOfTurn" => {
                self.end(said, info.turn_index, to_ms, &mut events);
                return events;
            }
            _ => {}
        }
        if self.turn.is_some() || !events.is_empty() {
            self.turn = Some((info.turn_index, said));
        }
        events
    }

    fn end(&mut self, said: Said, index: u64, to_ms: u64, events: &mut Vec<HearingEvent>) {
        let text = said.text.clone();
        let at_ms = said.end().unwrap_or(to_ms);
        // A turn that nobody spoke in is nothing.
        let spoken = self.turn.take().is_some() || !said.is_empty();
        events.extend(said.line());
        if spoken {
            events.push(HearingEvent::SpeechStopped { at_ms });
        }
        if spoken && self.hints {
            events.push(HearingEvent::TurnEnded { text });
        }
        self.likely = false;
        self.next_turn = index + 1;
    }

    pub(super) fn lost(&mut self) -> Vec<HearingEvent> {
        let mut events = Vec::new();
        if std::mem::take(&mut self.likely) {
            events.push(HearingEvent::TurnResumed);
        }
        if let Some((_, said)) = self.turn.take() {
            events.extend(said.line());
        }
        // Another connection counts from 0.
        self.next_turn = 0;
        events
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clock() -> Clock {
        let mut clock = Clock::new(8_000);
        clock.sent(10_000, 80_000);
        clock
    }

    fn turn(event: &str, index: u64, transcript: &str) -> String {
        serde_json::json!({ "type": "TurnInfo", "event": event, "turn_index": index, "audio_window_start": 1.0,
            "audio_window_end": 2.0, "transcript": transcript, "words": [] })
        .to_string()
    }

    fn read(reader: &mut Reader, messages: &[String]) -> Vec<HearingEvent> {
        messages.iter().flat_map(|message| reader.read(message, &clock()).expect("a message")).collect()
    }

    #[test]
    fn a_turn_is_told_step_by_step() {
        let mut reader = Reader::new(true);
        let told = read(
            &mut reader,
            &[
                r#"{"type":"Connected","request_id":"r","sequence_id":0}"#.into(),
                turn("Update", 0, ""),
                turn("StartOfTurn", 0, "I"),
                turn("Update", 0, "I"),
                turn("EagerEndOfTurn", 0, "I come"),
                turn("TurnResumed", 0, "I come"),
                turn("EagerEndOfTurn", 0, "I come late"),
                turn("EndOfTurn", 0, "I come late"),
                turn("EndOfTurn", 0, "I come late"),
                turn("Update", 1, ""),
            ],
        );
        let kinds: Vec<String> = told.iter().map(|event| format!("{event:?}")).collect();
        assert_eq!(
            kinds,
            [
                "SpeechStarted { at_ms: 11000 }",
                "Partial",
                "Partial",
                "TurnLikely",
                "TurnResumed",
                "Partial",
                "TurnLikely",
                "Final { from_ms: 11000, to_ms: 12000, .. }",
                "SpeechStopped { at_ms: 12000 }",
                "TurnEnded",
            ]
        );
        assert_eq!(told.last(), Some(&HearingEvent::TurnEnded { text: "I come late".into() }));
    }

    #[test]
    fn what_was_understood_outlives_the_connection() {
        let mut reader = Reader::new(true);
        read(&mut reader, &[turn("StartOfTurn", 3, "I"), turn("EagerEndOfTurn", 3, "I come")]);
        let told = reader.lost();
        assert!(matches!(&told[..], [HearingEvent::TurnResumed, HearingEvent::Final { text, .. }] if text == "I come"));
        assert!(reader.lost().is_empty());
        assert_eq!(read(&mut reader, &[turn("StartOfTurn", 0, "")]).len(), 1);
    }

    #[test]
    fn an_error_is_one() {
        let mut reader = Reader::new(true);
        let error = reader.read(r#"{"type":"Error","code":"INTERNAL","description":"he said"}"#, &clock());
        assert_eq!(error.expect_err("an error").to_string(), "HTTP 500 (INTERNAL)");
        assert!(matches!(reader.read("{", &clock()), Err(Failure::Broken(_))));
    }

    proptest! {
        #[test]
        fn any_message_is_read_or_refused(text in "\\PC{0,60}", event in "[A-Za-z]{0,14}", time in -1e12..1e12_f64) {
            let mut reader = Reader::new(true);
            let _ = reader.read(&text, &clock());
            let odd = serde_json::json!({ "type": "TurnInfo", "event": event, "audio_window_start": time,
                "audio_window_end": -time, "transcript": text, "words": [{ "word": text, "start": time, "end": 0 }] });
            let _ = reader.read(&odd.to_string(), &clock());
        }
    }
}
