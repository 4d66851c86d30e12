//! The smallest outbound dialog: a text is spoken once, then the call ends.

use std::collections::VecDeque;
use std::time::Duration;

use call_model::{CallApp, CallCommand, CallEvent, HangupCause, Moment, PlaybackId, PromptItem};

/// The silence before the text, so that the first word is not lost while the phone goes to the ear.
const LEAD_MS: u64 = 400;

/// Speaks a text and hangs up.
#[derive(Debug)]
pub(super) struct Say {
    text: String,
    language: String,
    commands: VecDeque<CallCommand>,
}

impl Say {
    pub(super) fn new(text: String, language: String) -> Self {
        Self { text, language, commands: VecDeque::new() }
    }
}

impl CallApp for Say {
    fn handle(&mut self, _now: Moment, event: &CallEvent) {
        match event {
            CallEvent::Answered => {
                let text = PromptItem::Say {
                    text: std::mem::take(&mut self.text),
                    language: self.language.clone(),
                    voice: None,
                };
                self.commands.push_back(CallCommand::Play {
                    playback: PlaybackId(0),
                    items: vec![PromptItem::Pause { duration_ms: LEAD_MS }, text],
                    repeat: false,
                });
            }
            CallEvent::PlaybackEnded { .. } => {
                self.commands.push_back(CallCommand::Hangup { cause: HangupCause::Normal });
            }
            _ => {}
        }
    }

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }
}
