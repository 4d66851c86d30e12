//! The interpreter: a flow as a [`CallApp`].
//!
//! The app always waits for one thing ([`Wait`]); when that is over, [`Phase`] says what it was for, and the next
//! [`Step`] is taken until there is something to wait for again.

mod collect;
mod consent;
mod events;
mod io;
mod resume;
mod run;
mod scope;
mod speech;
mod tools;
mod verbs;
mod voicemail;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use call_model::{
    CallApp, CallCommand, CallEvent, CallFacts, HangupCause, HttpFailure, HttpReply, ListenSettings, Moment,
    PlaybackId, RecordEnd, RecordId, RequestId, ToolFailure, ToolUseId, TransferOutcome,
};
use serde_json::{Map, Value};

use crate::flow::{Flow, Node, Target};
use crate::program::FlowProgram;
use crate::spoken::Ear;
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
    /// What plays while people are rung.
    music: Option<PlaybackId>,
    wait: Wait,
    phase: Phase,
    answered: bool,
    /// When, since the start.
    answered_at: Duration,
    /// Uses of tools so far, and the one under way.
    tools_used: u32,
    using: Option<tools::Use>,
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
    /// The caller is being listened to.
    listening: bool,
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
    Tool {
        tool: ToolUseId,
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
    /// For another app that has the call.
    Guest,
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
            | Self::Tool { until, .. }
            | Self::Echo { until, .. } => Some(*until),
            Self::Keys(collect) => Some(collect.deadline()),
            Self::Transfer { until, .. } => *until,
            Self::Nothing | Self::Guest | Self::Over => None,
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
        matches!(self, Self::Message { .. } | Self::Transfer { .. } | Self::Answer { .. } | Self::Guest | Self::Over)
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
    /// Another app talks.
    Guest,
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
    Recorded {
        record: RecordId,
        end: RecordEnd,
        duration: Duration,
    },
    Replied(Result<HttpReply, HttpFailure>),
    ToolDone(Result<Value, ToolFailure>),
    Transferred(TransferOutcome),
    EchoOver,
    /// The other app is done, with its result, or it could not begin.
    Returned(Result<Value, String>),
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
            music: None,
            language,
            frames: vec![Frame { flow: entry, node: start, vars, back: None }],
            wait: Wait::Nothing,
            phase: Phase::Start,
            answered: false,
            answered_at: Duration::ZERO,
            tools_used: 0,
            using: None,
            recording: RecordingState::default(),
            records: BTreeSet::new(),
            hurry: false,
            alive: Duration::ZERO,
            held_since: None,
            steps: 0,
            steps_since: Duration::ZERO,
            problems: 0,
            review_round: 0,
            listening: false,
            program,
            facts,
        }
    }

    /// How many keys were dropped because nobody asked for them.
    pub fn dropped_keys(&self) -> u32 {
        self.io.dropped()
    }

    /// Begins or ends to listen to the caller.
    fn hear(&mut self, ear: Option<&Ear>) {
        if let Some(ear) = ear {
            let settings = ListenSettings { language: Some(ear.language.clone()), hints: ear.hints(), partials: true };
            self.io.command(CallCommand::Listen(settings));
        } else if self.listening {
            self.io.command(CallCommand::StopListening);
        }
        self.listening = ear.is_some();
    }

    fn flow(&self) -> Option<&Flow> {
        self.frames.last().map(|frame| &*frame.flow)
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

    fn wants_key(&self, key: char) -> bool {
        self.has_use_for(key.to_ascii_uppercase())
    }
}
