//! A flow driven by events, with its commands as they are.

use std::sync::Arc;
use std::time::Duration;

use call_model::{
    CallApp, CallCommand, CallEvent, CallFacts, DigitSource, HangupCause, HangupParty, Moment, PlaybackEnd, PlaybackId,
    PromptItem,
};
use ivr::{Flow, FlowApp, FlowProgram, RecordingMode, RunLimits};

use super::{MONDAY_NOON, business, facts, parse};

pub struct Raw {
    pub app: FlowApp,
    pub now: Duration,
    /// Everything since the last look.
    pub commands: Vec<CallCommand>,
    playing: Option<PlaybackId>,
}

impl Raw {
    /// An answered inbound call to a flow that does not record.
    pub fn answered(yaml: &str) -> Self {
        let mut raw = Self::new(&format!("recording: off\n{yaml}"), facts());
        raw.event(&CallEvent::Started);
        assert!(raw.commands.contains(&CallCommand::Answer), "{:?}", raw.commands);
        raw.event(&CallEvent::Answered);
        raw
    }

    pub fn new(yaml: &str, facts: CallFacts) -> Self {
        Self::of(vec![parse("main", yaml)], facts, None)
    }

    pub fn of(flows: Vec<Flow>, facts: CallFacts, recording: Option<RecordingMode>) -> Self {
        let mut flows = flows.into_iter().map(Arc::new);
        let entry = flows.next().unwrap();
        let program = FlowProgram::new(entry, flows, Arc::new(business())).unwrap();
        let program = program.with_limits(RunLimits::default());
        let program = match recording {
            Some(mode) => program.with_recording(mode),
            None => program,
        };
        let app = FlowApp::new(Arc::new(program), facts);
        Self { app, now: Duration::ZERO, commands: Vec::new(), playing: None }
    }

    fn moment(&self) -> Moment {
        Moment { since_start: self.now, unix_ms: MONDAY_NOON + self.now.as_millis() as i64 }
    }

    pub fn event(&mut self, event: &CallEvent) -> &mut Self {
        self.app.handle(self.moment(), event);
        self.collect()
    }

    fn collect(&mut self) -> &mut Self {
        while let Some(command) = self.app.poll_command() {
            if let CallCommand::Play { playback, .. } = command {
                self.playing = Some(playback);
            }
            self.commands.push(command);
        }
        self
    }

    pub fn key(&mut self, key: char) -> &mut Self {
        self.event(&CallEvent::Digit { digit: key, source: DigitSource::Inband })
    }

    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.chars() {
            self.key(key);
        }
        self
    }

    /// What is being played comes to its end.
    pub fn played(&mut self) -> &mut Self {
        self.played_as(PlaybackEnd::Finished)
    }

    pub fn played_as(&mut self, end: PlaybackEnd) -> &mut Self {
        let playback = self.playing.take().expect("something is played");
        self.event(&CallEvent::PlaybackEnded { playback, end, played_ms: 100 })
    }

    /// Time passes; the app is woken when it asked for it.
    pub fn wait(&mut self, duration: Duration) -> &mut Self {
        let until = self.now + duration;
        while let Some(wake) = self.app.poll_timeout().filter(|wake| *wake <= until) {
            self.now = self.now.max(wake);
            self.app.handle_timeout(self.moment());
            self.collect();
        }
        self.now = until;
        self
    }

    pub fn seconds(&mut self, seconds: u64) -> &mut Self {
        self.wait(Duration::from_secs(seconds))
    }

    pub fn hang_up(&mut self) -> &mut Self {
        self.event(&CallEvent::HungUp { by: HangupParty::Caller, cause: HangupCause::Normal })
    }

    /// All commands since the last time.
    pub fn take(&mut self) -> Vec<CallCommand> {
        std::mem::take(&mut self.commands)
    }

    /// What was said since the last time.
    pub fn said(&mut self) -> String {
        let texts = self.take().into_iter().filter_map(|command| match command {
            CallCommand::Play { items, .. } => Some(items),
            _ => None,
        });
        let texts = texts.flatten().filter_map(|item| match item {
            PromptItem::Say { text, .. } => Some(text),
            _ => None,
        });
        texts.collect::<Vec<_>>().join(" ")
    }

    /// The nodes entered since the last time.
    pub fn entered(&mut self) -> Vec<String> {
        let nodes = self.take().into_iter().filter_map(|command| match command {
            CallCommand::NodeEntered { node, .. } => Some(node),
            _ => None,
        });
        nodes.collect()
    }

    pub fn hung_up_with(&self) -> Option<HangupCause> {
        self.commands.iter().find_map(|command| match command {
            CallCommand::Hangup { cause } | CallCommand::Reject { cause } => Some(*cause),
            _ => None,
        })
    }
}
