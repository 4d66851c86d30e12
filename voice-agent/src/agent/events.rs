//! What comes in: events and the passing of time.

use std::time::Duration;

use call_model::{CallCommand, CallEvent, Direction, Hearing, PlaybackEnd, Speaker, TranscriptLine};

use super::thought::ms;
use super::{AgentApp, Stage};
use crate::turn::{Ours, TurnInput};

/// How long after the limit of the call an answer may still be finished.
const GRACE: Duration = Duration::from_secs(10);
/// After a filler, how long until the next one.
const NEXT_FILLER: Duration = Duration::from_secs(8);
/// How often the caller is asked for patience in one turn.
const FILLERS: u32 = 3;
/// How many voices may fail in a row.
const VOICE_FAILURES: u32 = 3;

impl AgentApp {
    pub(super) fn event(&mut self, event: &CallEvent) {
        if self.handover_event(event) {
            return;
        }
        match event {
            CallEvent::Started if self.facts.direction == Direction::Inbound => self.command(CallCommand::Answer),
            CallEvent::Answered if self.stage == Stage::Ringing => self.begin(),
            CallEvent::Digit { digit, .. } if self.key_typed(*digit) => {}
            CallEvent::Digit { digit, .. } => self.turn.handle(self.clock(), TurnInput::Key(*digit)),
            CallEvent::SpeechStarted => self.turn.handle(self.clock(), TurnInput::VoiceStarted),
            CallEvent::SpeechEnded => self.turn.handle(self.clock(), TurnInput::VoiceStopped),
            CallEvent::Line(line) if line.speaker == Speaker::Caller => self.line(line),
            CallEvent::Hearing(hearing) => self.hearing(hearing),
            CallEvent::PlaybackStarted { .. } => {
                self.tell_attempts();
                let at = self.at();
                if let Some(answering) = &mut self.answering {
                    answering.heard(at);
                }
            }
            CallEvent::Spoken { playback, heard, .. } => self.mouth.spoken(*playback, heard),
            CallEvent::PlaybackEnded { playback, end, .. } => self.playback_ended(*playback, end),
            CallEvent::Thought { think, event } => self.thought_event(*think, event),
            CallEvent::ToolDone { tool, result } => self.tool_done(*tool, result),
            CallEvent::Returned { result } => self.returned(result),
            CallEvent::RecordEnded { record, end, duration_ms } => self.message_ended(*record, *end, *duration_ms),
            CallEvent::TransferEnded { outcome } => self.transfer_ended(*outcome),
            CallEvent::Held(held) => self.hold(*held),
            CallEvent::HungUp { .. } => self.hung_up(),
            _ => {}
        }
    }

    fn line(&mut self, line: &TranscriptLine) {
        let (from, to) = (self.heard_at(line.from_ms), self.heard_at(line.to_ms));
        if let Some(recording) = &mut self.recording {
            recording.note(&line.text);
        }
        self.turn.handle(self.clock(), TurnInput::Line { text: &line.text, from, to });
    }

    fn hearing(&mut self, hearing: &Hearing) {
        let now = self.clock();
        match hearing {
            Hearing::SpeechStarted { .. } => {}
            Hearing::Partial { text } => self.turn.handle(now, TurnInput::Partial(text)),
            Hearing::TurnLikely { text } => self.turn.handle(now, TurnInput::TurnLikely(text)),
            Hearing::TurnResumed => self.turn.handle(now, TurnInput::TurnResumed),
            Hearing::TurnEnded { text } => self.turn.handle(now, TurnInput::TurnEnded(text)),
            Hearing::SpeechStopped { at_ms } => {
                let at = self.heard_at(*at_ms);
                self.turn.handle(now, TurnInput::SpeechStopped { at });
            }
            Hearing::Lost => self.turn.handle(now, TurnInput::Lost),
            Hearing::Back => self.turn.handle(now, TurnInput::Back),
        }
    }

    fn playback_ended(&mut self, playback: call_model::PlaybackId, end: &PlaybackEnd) {
        let Some(said) = self.mouth.ended(playback, end, &mut self.commands) else { return };
        if let Some(entry) = said.manner.entry {
            self.talk.heard(entry, &said.heard);
        }
        self.terms_heard(said.playback, &said.end);
        match said.end {
            PlaybackEnd::Failed(_) => {
                self.voice_failures += 1;
                if self.voice_failures >= VOICE_FAILURES {
                    self.voice_lost();
                }
            }
            PlaybackEnd::Finished => self.voice_failures = 0,
            PlaybackEnd::Stopped => {}
        }
        if self.ask_at.is_some() && !self.mouth.is_stopping() {
            self.ask();
        }
        if self.mouth.is_empty() {
            self.fell_silent();
            self.typing_may_begin();
        }
    }

    /// The caller put us on hold: nothing is said to his music, and it says nothing to us.
    fn hold(&mut self, held: bool) {
        self.held = held;
        if held {
            self.mouth.pause(&mut self.commands);
        } else {
            self.mouth.resume(&mut self.commands);
        }
    }

    pub(super) fn time_passed(&mut self) {
        let at = self.at();
        if self.stage == Stage::Talking {
            self.turn.handle_timeout(self.clock());
            if self.ask_at.is_some_and(|until| until <= at) {
                self.ask();
            }
            if self.filler_due().is_some_and(|due| due <= at) {
                self.bridge();
            }
            if self.thought_limit().is_some_and(|limit| limit <= at) {
                self.give_thought_up();
            }
            self.tool_time_passed();
            self.handover_time_passed();
        }
        self.typing_time_passed();
        if self.call_limit().is_some_and(|limit| limit <= at) {
            self.limit_reached(Some(call_model::HangupCause::MaxDuration));
        }
        if self.guard.is_some_and(|guard| guard <= at) {
            self.guard = None;
            self.time_is_out();
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Duration> {
        if self.stage == Stage::Over {
            return None;
        }
        let talking = self.stage == Stage::Talking;
        let turn = self.turn.poll_timeout().map(|at| self.answered + Duration::from_millis(at));
        let of_talk =
            [turn, self.ask_at, self.filler_due(), self.thought_limit(), self.tool_timeout(), self.handover_timeout()];
        let of_talk = of_talk.into_iter().flatten().filter(|_| talking);
        of_talk.chain(self.call_limit()).chain(self.guard).chain(self.typing_timeout()).min()
    }

    /// When the caller has waited so long that something must be said.
    fn filler_due(&self) -> Option<Duration> {
        let answering = self.answering.as_ref()?;
        let thinks = self.ask_at.is_some() || self.thought.as_ref().is_some_and(|t| t.speculation().is_none());
        if answering.said || !thinks || answering.fillers >= FILLERS || self.turn.is_caller_speaking() {
            return None;
        }
        Some(answering.waiting + self.program.agent.limits.filler + NEXT_FILLER * answering.fillers)
    }

    fn thought_limit(&self) -> Option<Duration> {
        let thought = self.thought.as_ref().filter(|thought| thought.speculation().is_none())?;
        Some(thought.alive + self.program.agent.limits.thinking)
    }

    /// When the call must end: what is being said may be said to its end.
    fn call_limit(&self) -> Option<Duration> {
        if matches!(self.stage, Stage::Ringing | Stage::Leaving { .. } | Stage::Over | Stage::Transferring { .. }) {
            return None;
        }
        let limit = self.answered + self.program.agent.limits.call;
        let busy = self.stage == Stage::Talking && self.ours() != Ours::Idle;
        Some(if busy { limit + GRACE } else { limit })
    }

    /// Does what the turn machine wants, tells it what we do, and goes on to what comes next.
    pub(super) fn settle(&mut self) {
        loop {
            while let Some(output) = self.turn.poll_output() {
                if self.stage == Stage::Talking {
                    self.turned(output);
                }
            }
            if self.stage == Stage::Talking {
                self.begin_tools();
            }
            self.advance();
            let ours = self.ours();
            if ours == Ours::Idle {
                self.finish_report();
            }
            let said = std::mem::take(&mut self.said);
            let idle = ours == Ours::Idle && !said.is_empty();
            self.turn.set_ours(self.clock(), ours, idle.then_some(said.as_str()));
            if !idle {
                self.said = said;
            }
            if !self.turn.has_output() {
                break;
            }
        }
    }

    /// What the turn's stages took, for the transcript.
    pub(super) fn finish_report(&mut self) {
        if let Some(answering) = self.answering.take().filter(|answering| answering.of_caller) {
            self.command(CallCommand::TurnReport(answering.report));
        }
    }

    fn hung_up(&mut self) {
        self.drop_thought();
        self.handover_left();
        self.tell_attempts();
        self.tools_left();
        self.finish_report();
        self.stage = Stage::Over;
        self.commands.retain(|command| {
            matches!(
                command,
                CallCommand::TurnReport(_)
                    | CallCommand::UseTool { .. }
                    | CallCommand::ToolReport(_)
                    | CallCommand::Unanswered { .. }
                    | CallCommand::Remember { .. }
                    | CallCommand::SaveVoicemail { .. }
                    | CallCommand::Discard { .. }
            )
        });
    }

    /// Sets the time after which a stage that does not end by itself is ended.
    pub(super) fn guard_for(&mut self, patience: Duration) {
        self.guard = Some(self.at() + patience);
    }

    /// Now as in the transcript, ms from the answer of the call.
    pub(super) fn transcript_ms(&self, since_start: Duration) -> u64 {
        ms(since_start.saturating_sub(self.answered)) + self.shift
    }
}
