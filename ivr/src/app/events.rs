//! What comes in: events and the passing of time, each turned into the next step.

use std::time::Duration;

use call_model::{
    CallCommand, CallEvent, Direction, HangupCause, Hearing, HttpFailure, Moment, PlaybackEnd, PlaybackId, RecordEnd,
    Speaker, ToolFailure, TransferOutcome,
};

use super::{FlowApp, Outcome, Phase, Step, Wait, verbs};
use crate::flow::{Target, Verb};

impl FlowApp {
    fn digit(&mut self, now: Moment, key: char) -> Step {
        let at = now.since_start;
        self.alive = at;
        if self.io.is_late(at, key) {
            return Step::Wait;
        }
        match &mut self.wait {
            Wait::Keys(collect) => match collect.digit(key, at, &mut self.io) {
                Some(answer) => Step::Resume(Outcome::Answer(answer)),
                None => Step::Wait,
            },
            Wait::Playback { playback, interrupt: true, .. } => {
                let playback = *playback;
                self.io.stop(playback);
                if let Some(target) = self.global_key(key) {
                    return Step::Go(target);
                }
                self.io.keep_key(key);
                self.hurry = true;
                Step::Resume(Outcome::Played)
            }
            Wait::Echo { stop, .. } if *stop == key => Step::Resume(Outcome::EchoOver),
            Wait::Message { .. } | Wait::Transfer { .. } | Wait::Echo { .. } | Wait::Guest | Wait::Over => Step::Wait,
            Wait::Playback { .. } | Wait::Http { .. } | Wait::Tool { .. } | Wait::Answer { .. } | Wait::Nothing => {
                self.io.keep_key(key);
                Step::Wait
            }
        }
    }

    /// Where a key leads that works everywhere, while a text of a node is heard.
    fn global_key(&self, key: char) -> Option<Target> {
        let frame = self.frames.last()?;
        let node = frame.node().filter(|node| node.global_keys)?;
        let plain = self.phase == Phase::Saying && matches!(node.verb, Verb::Say { .. });
        plain.then(|| frame.flow.global_keys.get(&key).copied()).flatten()
    }

    /// Whether a key means something in this flow now: it is asked for, or works everywhere here.
    pub(super) fn has_use_for(&self, key: char) -> bool {
        match &self.wait {
            Wait::Keys(collect) => collect.has_use_for(key),
            Wait::Echo { stop, .. } => *stop == key,
            _ => self.global_key(key).is_some(),
        }
    }

    pub(super) fn event(&mut self, now: Moment, event: &CallEvent) -> Step {
        let at = now.since_start;
        match event {
            CallEvent::Started if self.phase == Phase::Start => return self.start(at),
            CallEvent::Answered if !self.answered => {
                self.answered = true;
                self.answered_at = at;
                self.alive = at;
                if let Wait::Answer { .. } = self.wait {
                    return Step::Resume(Outcome::Answered);
                }
            }
            CallEvent::Digit { digit, .. } => return self.digit(now, digit.to_ascii_uppercase()),
            CallEvent::PlaybackEnded { playback, end, .. } => return self.played(at, *playback, end),
            CallEvent::RecordEnded { record, end, duration_ms } => {
                let current = matches!(self.wait, Wait::Message { record: waiting, .. } if waiting == *record);
                if current {
                    let (end, duration) = (*end, Duration::from_millis(*duration_ms));
                    return Step::Resume(Outcome::Recorded { record: *record, end, duration });
                }
            }
            CallEvent::TransferAnswered { .. } => {
                if let Wait::Transfer { until, cancelled: false } = &mut self.wait {
                    *until = None;
                    self.alive = at;
                    // The pipeline has stopped it.
                    self.music = None;
                }
            }
            CallEvent::Queued { position } => {
                if let Wait::Transfer { cancelled: false, .. } = self.wait {
                    self.queued(now, *position);
                }
            }
            CallEvent::TransferEnded { outcome } => {
                if let Wait::Transfer { .. } = self.wait {
                    if let Some(music) = self.music.take() {
                        self.io.stop(music);
                    }
                    return Step::Resume(Outcome::Transferred(*outcome));
                }
            }
            CallEvent::HttpReplied { request, result } => {
                if matches!(self.wait, Wait::Http { request: waiting, .. } if waiting == *request) {
                    return Step::Resume(Outcome::Replied(result.clone()));
                }
            }
            CallEvent::ToolDone { tool, result } => {
                if matches!(self.wait, Wait::Tool { tool: waiting, .. } if waiting == *tool) {
                    return Step::Resume(Outcome::ToolDone(result.clone()));
                }
            }
            CallEvent::Line(line) if line.speaker == Speaker::Caller => return self.heard(at, &line.text),
            CallEvent::Hearing(Hearing::Partial { text } | Hearing::TurnLikely { text }) => self.speaking(at, text),
            CallEvent::Hearing(Hearing::SpeechStarted { .. }) => self.speaking(at, ""),
            CallEvent::Returned { result } => {
                if let Wait::Guest = self.wait {
                    self.alive = at;
                    return Step::Resume(Outcome::Returned(result.clone()));
                }
            }
            CallEvent::Held(held) => self.hold(at, *held),
            CallEvent::HungUp { by, .. } => self.hung_up(now, *by),
            CallEvent::Started
            | CallEvent::Answered
            | CallEvent::SpeechStarted
            | CallEvent::SpeechEnded
            | CallEvent::Line(_)
            | CallEvent::Hearing(_)
            | CallEvent::PlaybackStarted { .. }
            | CallEvent::Spoken { .. }
            | CallEvent::Thought { .. }
            | CallEvent::TransferRinging
            | CallEvent::AnsweredBy(_)
            | CallEvent::MachineReady { .. } => {}
        }
        Step::Wait
    }

    fn speaking(&mut self, at: Duration, so_far: &str) {
        self.alive = at;
        if let Wait::Keys(collect) = &mut self.wait
            && collect.ear().is_some()
        {
            collect.speaking(so_far, at, &mut self.io);
        }
    }

    fn heard(&mut self, at: Duration, text: &str) -> Step {
        self.alive = at;
        let Wait::Keys(collect) = &mut self.wait else { return Step::Wait };
        match collect.heard(text, at, &mut self.io) {
            Some(answer) => Step::Resume(Outcome::Answer(answer)),
            None => Step::Wait,
        }
    }

    fn start(&mut self, at: Duration) -> Step {
        let node = self.frames.last().map_or(0, |frame| frame.node);
        match self.facts.direction {
            Direction::Inbound => Step::Enter(node),
            Direction::Outbound => {
                self.alive = at;
                self.phase = Phase::Dialling(node);
                if self.answered {
                    return Step::Enter(node);
                }
                self.wait = Wait::Answer { until: Duration::MAX };
                Step::Wait
            }
        }
    }

    fn played(&mut self, at: Duration, ended: PlaybackId, end: &PlaybackEnd) -> Step {
        match &mut self.wait {
            Wait::Playback { playback, .. } if *playback == ended => {
                if let PlaybackEnd::Failed(_) = end {
                    self.problem("a playback failed");
                    if let Phase::Announcing(_) = self.phase {
                        self.not_announced();
                    }
                }
                Step::Resume(Outcome::Played)
            }
            Wait::Keys(collect) => match collect.played(ended, at, &mut self.io) {
                Some(answer) => Step::Resume(Outcome::Answer(answer)),
                None => Step::Wait,
            },
            _ => Step::Wait,
        }
    }

    fn hold(&mut self, at: Duration, held: bool) {
        if held {
            self.held_since.get_or_insert(at);
        } else if let Some(since) = self.held_since.take() {
            self.wait.delay(at.saturating_sub(since));
        }
    }

    pub(super) fn timeout(&mut self, now: Moment) -> Step {
        let at = now.since_start;
        if self.idle_deadline().is_some_and(|deadline| deadline <= at) {
            return self.idle(now);
        }
        if self.held_since.is_some() || self.wait.deadline().is_none_or(|deadline| deadline > at) {
            return Step::Wait;
        }
        match &mut self.wait {
            Wait::Keys(collect) => match collect.timeout(at, &mut self.io) {
                Some(answer) => Step::Resume(Outcome::Answer(answer)),
                None => Step::Wait,
            },
            Wait::Playback { playback, .. } => {
                let playback = *playback;
                self.io.stop(playback);
                Step::Resume(Outcome::Played)
            }
            Wait::Message { record, since, .. } => {
                let (record, duration) = (*record, at.saturating_sub(*since));
                self.io.command(CallCommand::StopRecord { record });
                Step::Resume(Outcome::Recorded { record, end: RecordEnd::Stopped, duration })
            }
            Wait::Http { .. } => Step::Resume(Outcome::Replied(Err(HttpFailure::TimedOut))),
            Wait::Tool { .. } => Step::Resume(Outcome::ToolDone(Err(ToolFailure::TimedOut))),
            Wait::Transfer { cancelled, until } => {
                if *cancelled {
                    return Step::Resume(Outcome::Transferred(TransferOutcome::NoAnswer));
                }
                (*cancelled, *until) = (true, Some(at + verbs::CANCEL_GUARD));
                self.io.command(CallCommand::CancelTransfer);
                Step::Wait
            }
            Wait::Echo { .. } => Step::Resume(Outcome::EchoOver),
            Wait::Answer { .. } => {
                self.end(HangupCause::NetworkFailure);
                Step::Wait
            }
            Wait::Nothing | Wait::Guest | Wait::Over => Step::Wait,
        }
    }

    pub(super) fn idle_deadline(&self) -> Option<Duration> {
        let counted = !self.wait.is_busy() && self.phase != Phase::Start;
        counted.then(|| self.alive + self.program.limits.idle)
    }
}
