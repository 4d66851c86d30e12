//! What apps ask for, done.

use call_model::{
    AppName, CallCommand, CallEvent, HttpFailure, RecordEnd, ThinkEvent, ThinkId, ThinkRequest, ToolFailure,
    ToolReport, ToolRequest, ToolUseId, TransferOutcome, TransferSettings,
};

use super::{Coming, World};
use crate::record::Use;
use crate::spec::{Outcome, People};

/// From a question until its answer, ms.
const THOUGHT: u64 = 300;
/// A phone rings, and somebody answers, ms.
const RINGS: u64 = 200;
const ANSWERS: u64 = 3_000;
/// A tool that is really used takes so long, ms.
const TOOL: u64 = 50;

impl World<'_> {
    pub(super) async fn obey(&mut self, command: CallCommand) {
        match command {
            CallCommand::Play { playback, items, .. } => {
                self.mouth.play(playback, &items, self.now);
                self.wake_mouth();
            }
            CallCommand::StopPlaying { playback } => {
                for event in self.mouth.stop(playback, self.now) {
                    self.soon(20, event);
                }
                self.wake_mouth();
            }
            CallCommand::PausePlaying => self.mouth.pause(self.now),
            CallCommand::ResumePlaying => {
                self.mouth.resume(self.now);
                self.wake_mouth();
            }
            CallCommand::Think { think, request } => self.think(think, *request).await,
            CallCommand::StopThinking { think } => {
                let of = |coming: &Coming| matches!(coming, Coming::Event(CallEvent::Thought { think: id, .. }) if *id == think);
                let before = self.coming.len();
                self.coming.retain(|_, coming| !of(coming));
                if self.coming.len() < before {
                    self.pending = self.pending.saturating_sub(1);
                }
            }
            CallCommand::UseTool { tool, request } => self.use_tool(tool, *request).await,
            CallCommand::ToolReport(report) => self.used(&report),
            CallCommand::Unanswered { question, .. } => self.note(format!("not in the documents: {question}")),
            CallCommand::Record { record, settings } => {
                self.recording = Some((record, self.now, settings.silence_ms));
                let end = RecordEnd::Silence;
                self.soon(12_000, CallEvent::RecordEnded { record, end, duration_ms: 0 });
            }
            CallCommand::StopRecord { record } => {
                self.soon(20, CallEvent::RecordEnded { record, end: RecordEnd::Stopped, duration_ms: 0 });
            }
            CallCommand::Transfer(settings) => self.transfer(&settings),
            CallCommand::CancelTransfer => {
                self.soon(20, CallEvent::TransferEnded { outcome: TransferOutcome::Cancelled });
            }
            CallCommand::Http { request, .. } => {
                let result = Err(HttpFailure::Refused("a rehearsal asks nobody".to_owned()));
                self.soon(TOOL, CallEvent::HttpReplied { request, result });
            }
            CallCommand::Enter { app, variables } => self.enter(&app, variables).await,
            CallCommand::Return { result } => self.go_back(result).await,
            CallCommand::Hangup { .. } | CallCommand::Reject { .. } => self.end(),
            CallCommand::Remember { key, value } => drop(self.record.kept.insert(key, value)),
            CallCommand::SetContact { field, value } => {
                self.facts.contact.insert(field.clone(), value.clone());
                self.record.contact.insert(field, value);
            }
            CallCommand::SetLanguage { language } => self.facts.language = language,
            CallCommand::SaveVoicemail { mailbox, .. } => self.note(format!("a spoken message is kept for {mailbox}")),
            _ => {}
        }
    }

    /// Asks the mouth when to look again.
    pub(super) fn wake_mouth(&mut self) {
        if let Some((at, round)) = self.mouth.due() {
            self.at(at.max(self.now), Coming::Mouth(round));
        }
    }

    /// What the caller hears of it.
    pub(super) fn mouth_tells(&mut self, event: &CallEvent) {
        match event {
            CallEvent::PlaybackStarted { .. } => {
                self.sounding = self.now;
                self.answered = true;
                self.look_for_interruption();
            }
            CallEvent::Spoken { heard, cut, .. } => {
                // What goes on after a word of the caller is an answer to it.
                self.answered |= !cut;
                self.hears(heard, *cut);
            }
            _ => {}
        }
    }

    async fn think(&mut self, think: ThinkId, request: ThinkRequest) {
        let mut pieces = self.house.think(request);
        let mut over = false;
        self.pending += 1;
        while let Some(event) = pieces.recv().await {
            over = matches!(event, ThinkEvent::Finished { .. } | ThinkEvent::Failed { .. });
            self.soon(THOUGHT, CallEvent::Thought { think, event });
            if over {
                break;
            }
        }
        if !over {
            let event = ThinkEvent::Failed { reason: "the brain is gone".to_owned() };
            self.soon(THOUGHT, CallEvent::Thought { think, event });
        }
    }

    async fn use_tool(&mut self, tool: ToolUseId, request: ToolRequest) {
        self.pending += 1;
        let (result, takes) = match self.rehearsal.stubs.get(&request.name) {
            Some(stub) => {
                let failed = |message: &String| ToolFailure::Failed { message: message.clone() };
                (stub.result.as_ref().map_err(failed).cloned(), stub.takes.as_millis() as u64)
            }
            None => (self.house.use_tool(request).await, TOOL),
        };
        self.soon(takes, CallEvent::ToolDone { tool, result });
    }

    fn used(&mut self, report: &ToolReport) {
        let used = Use::from(report);
        let came = match (&used.result, &used.failure) {
            (Some(result), _) => result.to_string(),
            (None, failure) => failure.clone().unwrap_or_default(),
        };
        self.note(format!("{} {} -> {}", used.name, used.arguments, clip(&came)));
        self.record.uses.push(used);
    }

    fn transfer(&mut self, settings: &TransferSettings) {
        self.transferring = true;
        self.record.transfers.push(settings.targets.clone());
        self.note(format!("{} ring", settings.targets.join(", ")));
        if let Some(announcement) = &settings.announcement {
            self.note(format!("who answers hears: {}", announcement.text));
        }
        self.soon(RINGS, CallEvent::TransferRinging);
        match self.rehearsal.people {
            People::Answer => self.at(self.now + ANSWERS, Coming::Answered),
            People::End(outcome) => {
                let waits = outcome == TransferOutcome::NoAnswer;
                let queue = settings.queue.as_ref().filter(|_| outcome == TransferOutcome::Busy);
                if queue.is_some() {
                    self.soon(RINGS, CallEvent::Queued { position: 1 });
                }
                let after = queue.map_or(if waits { settings.ring_ms } else { 1_000 }, |queue| queue.max_wait_ms);
                self.soon(after, CallEvent::TransferEnded { outcome });
            }
        }
    }

    async fn enter(&mut self, name: &AppName, variables: serde_json::Map<String, serde_json::Value>) {
        self.facts.variables.extend(variables);
        match self.house.app(name, &self.facts) {
            Ok(app) => {
                self.note(format!(
                    "{} goes on",
                    match name {
                        AppName::Flow(name) => format!("the flow {name}"),
                        AppName::Agent(name) => format!("the agent {name}"),
                    }
                ));
                self.apps.push(app);
                self.told(&CallEvent::Started).await;
                self.told(&CallEvent::Answered).await;
            }
            Err(reason) => self.soon(20, CallEvent::Returned { result: Err(reason) }),
        }
    }

    async fn go_back(&mut self, result: serde_json::Value) {
        if self.apps.len() > 1 {
            self.apps.pop();
            self.told(&CallEvent::Returned { result: Ok(result) }).await;
        } else {
            self.end();
        }
    }

    /// The agent ends the call.
    fn end(&mut self) {
        if !self.over {
            self.over = true;
            self.record.outcome = Outcome::Done;
            self.note("the agent ends the call".to_owned());
        }
    }
}

fn clip(text: &str) -> String {
    const CLIP: usize = 200;
    if text.chars().count() <= CLIP { text.to_owned() } else { text.chars().take(CLIP).chain(['…']).collect() }
}
