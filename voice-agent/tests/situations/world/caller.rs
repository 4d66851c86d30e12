//! The caller and the ears: what is said, and what a recogniser tells of it.

use call_model::{
    CallEvent, CallId, DigitSource, HangupCause, HangupParty, Hearing, RecordEnd, RecordId, Speaker, TranscriptLine,
    TransferOutcome,
};

use super::{ANSWERED, World};
use crate::script::{Action, Ears};

/// Voice activity is told this long after the first sound, and after the last.
const ONSET: u64 = 100;
const HANGOVER: u64 = 200;
/// How far the recogniser's words lag behind.
const WORD_LAG: u64 = 150;

impl World<'_> {
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Caller { text, ms, more } => self.speak(&text, ms, more),
            Action::Sound { ms } => self.sound(ms),
            Action::Hum { ms, text } => {
                self.sound(ms);
                if let Ears::Turns(_, end) | Ears::Stream(end) | Ears::Batch(end) = self.situation.ears {
                    let line = Self::line(&text, self.now, self.now + ms);
                    self.soon(ms + end, line);
                }
            }
            Action::Raw(name, words) => self.raw(&name, &words),
        }
    }

    fn sound(&mut self, ms: u64) {
        self.voices += 1;
        self.soon(ONSET.min(ms), CallEvent::SpeechStarted);
        self.soon(ms + HANGOVER, CallEvent::SpeechEnded);
    }

    fn speak(&mut self, text: &str, ms: u64, more: bool) {
        self.sound(ms);
        let ears = self.situation.ears;
        let words: Vec<&str> = text.split_whitespace().collect();
        if matches!(ears, Ears::Turns(..) | Ears::Stream(_)) {
            for count in 1..=words.len() {
                let at = ms * count as u64 / words.len() as u64 + WORD_LAG;
                let so_far = words[..count].join(" ");
                let so_far = so_far.trim_end_matches(['.', '?', '!', ',']).to_owned();
                self.soon(at, hearing(Hearing::Partial { text: so_far }));
            }
        }
        let line = Self::line(text, self.now, self.now + ms);
        match ears {
            Ears::Turns(likely, end) => {
                if more {
                    self.soon(ms + end, line);
                } else {
                    self.soon(ms + likely, hearing(Hearing::TurnLikely { text: text.to_owned() }));
                    self.soon(ms + end, line);
                    self.soon(ms + end, hearing(Hearing::TurnEnded { text: text.to_owned() }));
                }
            }
            Ears::Stream(end) | Ears::Batch(end) => self.soon(ms + end, line),
            Ears::Deaf => {}
        }
    }

    fn line(text: &str, from: u64, to: u64) -> CallEvent {
        CallEvent::Line(TranscriptLine {
            call: CallId::from_parts(1, 2),
            speaker: Speaker::Caller,
            from_ms: from - ANSWERED,
            to_ms: to - ANSWERED,
            text: text.to_owned(),
            words: Vec::new(),
            confidence: None,
            language: None,
            cut: false,
        })
    }

    fn raw(&mut self, name: &str, words: &[String]) {
        let text = || words.first().map_or("", String::as_str).trim_matches('"').to_owned();
        let event = match name {
            "partial" => hearing(Hearing::Partial { text: text() }),
            "likely" => hearing(Hearing::TurnLikely { text: text() }),
            "resumed" => hearing(Hearing::TurnResumed),
            "ended" => hearing(Hearing::TurnEnded { text: text() }),
            "lost" => hearing(Hearing::Lost),
            "back" => hearing(Hearing::Back),
            "line" => {
                let time = |index: usize| self.log.zero as u64 + words[index].parse::<u64>().unwrap();
                Self::line(&text(), time(1), time(2))
            }
            "voice" => CallEvent::SpeechStarted,
            "silence" => CallEvent::SpeechEnded,
            "key" => CallEvent::Digit { digit: text().chars().next().unwrap(), source: DigitSource::Rfc4733 },
            "hold" => CallEvent::Held(true),
            "unhold" => CallEvent::Held(false),
            "hangup" => CallEvent::HungUp { by: HangupParty::Caller, cause: HangupCause::Normal },
            "queued" => CallEvent::Queued { position: words[0].parse().unwrap() },
            "taken" => CallEvent::TransferAnswered { target: "anna".into() },
            "transfer" => {
                CallEvent::TransferEnded { outcome: serde_json::from_value::<TransferOutcome>(text().into()).unwrap() }
            }
            "recorded" => CallEvent::RecordEnded {
                record: RecordId(1),
                end: serde_json::from_value::<RecordEnd>(text().into()).unwrap(),
                duration_ms: words[1].parse().unwrap(),
            },
            "returned" => CallEvent::Returned { result: Ok(serde_json::from_str(&words[0]).unwrap()) },
            "notreturned" => CallEvent::Returned { result: Err("scripted".into()) },
            "voicefails" => {
                self.voice_fails = true;
                return;
            }
            other => panic!("{}: `{other}` is no action", self.situation.title),
        };
        let over = matches!(event, CallEvent::HungUp { .. });
        self.tell(&event);
        self.over |= over;
    }
}

fn hearing(hearing: Hearing) -> CallEvent {
    CallEvent::Hearing(hearing)
}
