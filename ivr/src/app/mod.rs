//! The interpreter: a flow as a [`CallApp`].
//!
//! The app always waits for one thing ([`Wait`]); when that is over, [`Phase`] says what it was for, and the next
//! [`Step`] is taken until there is something to wait for again.

mod collect;
mod consent;
mod io;
mod resume;
mod run;
mod scope;
mod speech;
mod verbs;
mod voicemail;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use call_model::{
    CallApp, CallCommand, CallEvent, CallFacts, Direction, HangupCause, HangupParty, HttpFailure, HttpReply, Moment,
    PlaybackEnd, PlaybackId, RecordEnd, RecordId, RequestId, TransferOutcome,
};
use serde_json::{Map, Value};

use crate::flow::{Flow, Node, Target};
use crate::program::FlowProgram;
use collect::{Answer, Collect};
use consent::RecordingState;
use io::Io;

/// How long an inbound call may take from our answer to the sound.
const ANSWER_GUARD: Duration = Duration::from_mins(1);

/// A flow that talks with one caller. Without I/O, clock or chance.
pub struct FlowApp {
    program: Arc<FlowProgram>,
    facts: CallFacts,
    language: String,
    frames: Vec<Frame>,
    io: Io,
    wait: Wait,
    phase: Phase,
    answered: bool,
    recording: RecordingState,
    /// Messages that are neither saved nor discarded.
    records: BTreeSet<RecordId>,
    /// A key was pressed for what comes: texts that can be interrupted are passed over.
    hurry: bool,
    /// When the other party last gave a sign of life.
    alive: Duration,
    held_since: Option<Duration>,
    /// Nodes entered in this second of the call.
    steps: u32,
    steps_since: Duration,
    problems: u32,
    /// How often the message under review was begun.
    review_round: u8,
}

/// A running flow: the entry flow, or a sub-flow above it.
struct Frame {
    flow: Arc<Flow>,
    node: usize,
    vars: Map<String, Value>,
    /// What the call of this flow wants done when it returns: the variable for the result, and where to go on.
    back: Option<(Option<String>, Target)>,
}

impl Frame {
    fn node(&self) -> Option<&Node> {
        self.flow.nodes.get(self.node)
    }

    fn node_name(&self) -> String {
        self.node().map(|node| node.name.clone()).unwrap_or_default()
    }

    fn place(&self) -> String {
        format!("{}/{}", self.flow.name(), self.node_name())
    }
}

/// What the app waits for.
enum Wait {
    /// For something that has no time limit of its own.
    Nothing,
    /// For the call to be answered.
    Answer {
        until: Duration,
    },
    Playback {
        playback: PlaybackId,
        interrupt: bool,
        until: Duration,
    },
    Keys(Box<Collect>),
    Message {
        record: RecordId,
        since: Duration,
        until: Duration,
    },
    Http {
        request: RequestId,
        until: Duration,
    },
    /// `until` is when to give up ringing; `None` while somebody talks.
    Transfer {
        until: Option<Duration>,
        cancelled: bool,
    },
    Echo {
        stop: char,
        until: Duration,
    },
    /// The call is over, or we hung up.
    Over,
}

impl Wait {
    fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Answer { until }
            | Self::Playback { until, .. }
            | Self::Message { until, .. }
            | Self::Http { until, .. }
            | Self::Echo { until, .. } => Some(*until),
            Self::Keys(collect) => Some(collect.deadline()),
            Self::Transfer { until, .. } => *until,
            Self::Nothing | Self::Over => None,
        }
    }

    /// Time on hold does not count.
    fn delay(&mut self, by: Duration) {
        match self {
            Self::Keys(collect) => collect.delay(by),
            Self::Playback { until, .. } | Self::Echo { until, .. } => *until += by,
            _ => {}
        }
    }

    /// Whether the other party's silence is to be expected.
    fn is_busy(&self) -> bool {
        matches!(self, Self::Message { .. } | Self::Transfer { .. } | Self::Answer { .. } | Self::Over)
    }
}

/// What the waiting is for.
#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Start,
    /// The other party's answer to our call, before this node is entered.
    Dialling(usize),
    /// Our answer, before this node begins.
    Answering(usize),
    Saying,
    Menu,
    Gather,
    /// The entry is read back.
    Confirm(String),
    Question(usize),
    Thanks,
    Requesting,
    /// The greeting of `record` or `voicemail`; so many were empty before.
    Greeting(u8),
    Beep(u8),
    Recording(u8),
    Review(RecordId),
    Listening(RecordId),
    Saved,
    /// The caller hung up while a message was kept; only the end is awaited.
    Leaving(RecordId),
    BeforeTransfer,
    Transferring,
    BeforeEcho,
    Echoing,
    /// Recording of the call is announced, asked for, or declined; then this node goes on.
    Announcing(AfterTerms),
    Asking(AfterTerms),
    Declined(AfterTerms),
    /// The last words of the call.
    LastWords(HangupCause),
}

/// What comes after the terms of recording are settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AfterTerms {
    /// The node that was about to begin.
    Begin(usize),
    /// The target of the `recording` node.
    Go(Target),
}

/// What happens next.
enum Step {
    Wait,
    Go(Target),
    Enter(usize),
    /// Enter a node whose counters and answer are done.
    Begin(usize),
    Resume(Outcome),
}

/// How a wait ended.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    Answered,
    Played,
    Answer(Answer),
    Recorded { record: RecordId, end: RecordEnd, duration: Duration },
    Replied(Result<HttpReply, HttpFailure>),
    Transferred(TransferOutcome),
    EchoOver,
}

impl FlowApp {
    /// A flow for one call. Nothing happens before [`CallEvent::Started`].
    pub fn new(program: Arc<FlowProgram>, facts: CallFacts) -> Self {
        let entry = Arc::clone(&program.entry);
        let default = entry.languages.first().map_or("en", String::as_str);
        let language = entry.nearest_language(&facts.language).unwrap_or(default).to_owned();
        let mut vars = entry.vars.clone();
        vars.extend(facts.variables.clone());
        let start = entry.start;
        Self {
            io: Io::new(program.limits.max_typed_ahead),
            language,
            frames: vec![Frame { flow: entry, node: start, vars, back: None }],
            wait: Wait::Nothing,
            phase: Phase::Start,
            answered: false,
            recording: RecordingState::default(),
            records: BTreeSet::new(),
            hurry: false,
            alive: Duration::ZERO,
            held_since: None,
            steps: 0,
            steps_since: Duration::ZERO,
            problems: 0,
            review_round: 0,
            program,
            facts,
        }
    }

    /// How many keys were dropped because nobody asked for them.
    pub fn dropped_keys(&self) -> u32 {
        self.io.dropped()
    }

    fn flow(&self) -> Option<&Flow> {
        self.frames.last().map(|frame| &*frame.flow)
    }

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
            Wait::Message { .. } | Wait::Transfer { .. } | Wait::Echo { .. } | Wait::Over => Step::Wait,
            Wait::Playback { .. } | Wait::Http { .. } | Wait::Answer { .. } | Wait::Nothing => {
                self.io.keep_key(key);
                Step::Wait
            }
        }
    }

    /// Where a key leads that works everywhere, while a text of a node is heard.
    fn global_key(&self, key: char) -> Option<Target> {
        let frame = self.frames.last()?;
        let node = frame.node().filter(|node| node.global_keys)?;
        let plain = self.phase == Phase::Saying && matches!(node.verb, crate::flow::Verb::Say { .. });
        plain.then(|| frame.flow.global_keys.get(&key).copied()).flatten()
    }

    fn event(&mut self, now: Moment, event: &CallEvent) -> Step {
        let at = now.since_start;
        match event {
            CallEvent::Started if self.phase == Phase::Start => return self.start(at),
            CallEvent::Answered if !self.answered => {
                self.answered = true;
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
                }
            }
            CallEvent::TransferEnded { outcome } => {
                if let Wait::Transfer { .. } = self.wait {
                    return Step::Resume(Outcome::Transferred(*outcome));
                }
            }
            CallEvent::HttpReplied { request, result } => {
                if matches!(self.wait, Wait::Http { request: waiting, .. } if waiting == *request) {
                    return Step::Resume(Outcome::Replied(result.clone()));
                }
            }
            CallEvent::Held(held) => self.hold(at, *held),
            CallEvent::HungUp { by, .. } => self.hung_up(now, *by),
            CallEvent::Started
            | CallEvent::Answered
            | CallEvent::SpeechStarted
            | CallEvent::SpeechEnded
            | CallEvent::Line(_)
            | CallEvent::TransferRinging => {}
        }
        Step::Wait
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

    fn timeout(&mut self, now: Moment) -> Step {
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
            Wait::Nothing | Wait::Over => Step::Wait,
        }
    }

    fn idle_deadline(&self) -> Option<Duration> {
        let counted = !self.wait.is_busy() && self.phase != Phase::Start;
        counted.then(|| self.alive + self.program.limits.idle)
    }
}

impl CallApp for FlowApp {
    fn handle(&mut self, now: Moment, event: &CallEvent) {
        if matches!(self.wait, Wait::Over) && !matches!(event, CallEvent::HungUp { .. }) {
            return;
        }
        let step = self.event(now, event);
        self.run(now, step);
    }

    fn handle_timeout(&mut self, now: Moment) {
        let step = self.timeout(now);
        self.run(now, step);
    }

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.io.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        let waiting = self.wait.deadline().filter(|deadline| self.held_since.is_none() && *deadline < Duration::MAX);
        waiting.into_iter().chain(self.idle_deadline()).min()
    }
}

/// Who hung up matters for the counters.
fn is_caller(by: HangupParty) -> bool {
    by == HangupParty::Caller
}
