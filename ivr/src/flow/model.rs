//! A flow as the interpreter runs it: every name resolved, every template compiled once to be sure.

use std::collections::BTreeMap;
use std::time::Duration;

use call_model::{HangupCause, HttpMethod, QueueSettings, RecordingSwitch, RingStrategy};
use serde_json::Value;

use crate::fault::Place;
use crate::program::RecordingMode;
use crate::template::Template;

/// Where a flow goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    /// The node of that index.
    Node(usize),
    /// The call ends.
    Hangup,
    /// Back to the flow that called this one; the call ends when there is none.
    Return,
    /// The same node from its start.
    Again,
}

/// One node.
#[derive(Debug)]
pub(crate) struct Node {
    pub name: String,
    pub place: Place,
    pub verb: Verb,
    /// Whether the flow's global keys work here.
    pub global_keys: bool,
}

/// A text per language, each a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Text {
    Same(Template),
    ByLanguage(BTreeMap<String, Template>),
}

/// What is heard: pieces in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Prompt(pub Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Say(Text),
    /// A path inside the media folder.
    Play(Text),
    Pause(Duration),
    /// A message of this call, by the variable that holds it.
    Recorded(String),
}

impl Prompt {
    /// Whether no template in it needs anything.
    pub fn is_literal(&self) -> bool {
        self.0.iter().all(|piece| match piece {
            Piece::Say(text) | Piece::Play(text) => match text {
                Text::Same(template) => template.is_literal(),
                Text::ByLanguage(texts) => texts.values().all(Template::is_literal),
            },
            Piece::Pause(_) | Piece::Recorded(_) => true,
        })
    }
}

/// What happens after no or wrong input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Retry {
    /// Spoken before the prompt is heard again: the first at the first time and so on, the last one ever after.
    pub say: Vec<Prompt>,
    /// After the last try; `None` for the polite end.
    pub next: Option<Target>,
}

/// What a caller may say for an option.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Phrases {
    /// In every language.
    pub same: Vec<String>,
    /// By language.
    pub by_language: BTreeMap<String, Vec<String>>,
}

impl Phrases {
    /// Those of a language of the flow.
    pub fn of<'p>(&'p self, language: &str) -> impl Iterator<Item = &'p str> + use<'p> {
        let own = self.by_language.get(language).map(Vec::as_slice).unwrap_or_default();
        self.same.iter().chain(own).map(String::as_str)
    }
}

/// How keys, and where asked for speech, are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asking {
    pub say: Prompt,
    /// The caller may also say it.
    pub speech: bool,
    /// How long to wait for the first key after the prompt.
    pub timeout: Duration,
    /// How long to wait for each further key.
    pub key_timeout: Duration,
    /// How often to ask in all.
    pub tries: u32,
    /// Forget keys that were pressed before.
    pub flush: bool,
    /// Keys stop the prompt.
    pub interrupt: bool,
    pub no_input: Retry,
    pub no_match: Retry,
}

/// How many keys make an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Length {
    pub min: usize,
    pub max: usize,
    pub terminator: Option<char>,
}

#[derive(Debug)]
pub(crate) struct Gather {
    pub asking: Asking,
    pub length: Length,
    pub into: String,
    /// Condition over `value`.
    pub valid: Option<String>,
    /// Read back and asked for a key 1.
    pub confirm: Option<Prompt>,
    pub next: Target,
}

#[derive(Debug)]
pub(crate) struct Question {
    pub name: String,
    pub asking: Asking,
    pub answers: Answers,
    /// May be passed over in silence.
    pub optional: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answers {
    Keys(BTreeMap<char, Value>),
    Range { min: u32, max: u32 },
}

#[derive(Debug)]
pub(crate) struct Http {
    pub say: Prompt,
    pub method: HttpMethod,
    pub url: Template,
    pub headers: Vec<(String, Template)>,
    pub body: Body,
    pub timeout: Duration,
    pub into: Option<String>,
    pub fallback: Option<Value>,
    pub failed: Option<Target>,
    pub next: Target,
}

/// A tool of the house, as agents use them.
#[derive(Debug)]
pub(crate) struct Tool {
    pub say: Prompt,
    pub name: String,
    pub arguments: Vec<(String, Data)>,
    pub timeout: Duration,
    pub into: Option<String>,
    pub failed: Target,
    pub next: Target,
}

#[derive(Debug)]
pub(crate) enum Body {
    None,
    Text(Template),
    Json(Data),
}

/// A value whose texts are templates.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    Plain(Value),
    Template(Template),
    List(Vec<Data>),
    Map(Vec<(String, Data)>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub say: Prompt,
    pub beep: bool,
    pub max: Duration,
    pub silence: Duration,
    /// Shorter ones count as nothing.
    pub min: Duration,
    pub terminators: String,
}

#[derive(Debug)]
pub(crate) struct Voicemail {
    pub message: Message,
    pub mailbox: Template,
    pub review: bool,
    pub thanks: Prompt,
    pub next: Target,
}

#[derive(Debug)]
pub(crate) struct Transfer {
    pub say: Prompt,
    pub to: Vec<Template>,
    pub strategy: RingStrategy,
    pub ring: Duration,
    pub caller_id: Option<Template>,
    pub skills: Vec<String>,
    /// What whoever answers hears first; empty: they get the caller at once.
    pub warm: Prompt,
    pub queue: Option<QueueSettings>,
    /// What the caller hears meanwhile; empty: ringback.
    pub music: Prompt,
    pub busy: Target,
    pub no_answer: Target,
    pub unavailable: Target,
    pub declined: Target,
    pub failed: Target,
    pub next: Target,
}

#[derive(Debug)]
pub(crate) struct Begin {
    /// Told in mode `announced`.
    pub announce: Prompt,
    /// Asked in mode `consent`.
    pub ask: Prompt,
    pub agree: char,
    /// Heard after a refusal.
    pub declined: Prompt,
    pub next: Target,
}

/// What a node does.
#[derive(Debug)]
pub(crate) enum Verb {
    /// `unanswered`: a caller hears it before the call is answered.
    Say {
        prompt: Prompt,
        interrupt: bool,
        unanswered: bool,
        next: Target,
    },
    Menu {
        asking: Asking,
        options: BTreeMap<char, Target>,
        phrases: BTreeMap<char, Phrases>,
    },
    Gather(Box<Gather>),
    Survey {
        questions: Vec<Question>,
        thanks: Prompt,
        next: Target,
    },
    Branch {
        cases: Vec<(String, Target)>,
        otherwise: Target,
    },
    Hours {
        open: Target,
        closed: Target,
        holiday: Target,
    },
    Set {
        values: Vec<(String, Data)>,
        next: Target,
    },
    Remember {
        values: Vec<(String, Data)>,
        next: Target,
    },
    Contact {
        values: Vec<(String, Data)>,
        next: Target,
    },
    OptOut {
        /// `None`: for nothing at all.
        purpose: Option<String>,
        next: Target,
    },
    Http(Box<Http>),
    Tool(Box<Tool>),
    Record {
        message: Message,
        into: String,
        empty: Target,
        next: Target,
    },
    Voicemail(Box<Voicemail>),
    Transfer(Box<Transfer>),
    Language {
        language: Template,
        next: Target,
    },
    Call {
        flow: String,
        arguments: Vec<(String, Data)>,
        into: Option<String>,
        next: Target,
    },
    Agent {
        agent: String,
        arguments: Vec<(String, Data)>,
        into: Option<String>,
        failed: Option<Target>,
        next: Target,
    },
    Return {
        value: Option<Data>,
    },
    Echo {
        say: Prompt,
        max: Duration,
        stop: char,
        next: Target,
    },
    Begin(Box<Begin>),
    Recording {
        switch: RecordingSwitch,
        next: Target,
    },
    SendDigits {
        digits: Template,
        next: Target,
    },
    Answer {
        next: Target,
    },
    Hangup {
        say: Prompt,
        cause: HangupCause,
    },
    Reject {
        cause: HangupCause,
    },
}

impl Verb {
    /// As it is written in the file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Say { .. } => "say",
            Self::Menu { .. } => "menu",
            Self::Gather(_) => "gather",
            Self::Survey { .. } => "survey",
            Self::Branch { .. } => "branch",
            Self::Hours { .. } => "hours",
            Self::Set { .. } => "set",
            Self::Remember { .. } => "remember",
            Self::Contact { .. } => "contact",
            Self::OptOut { .. } => "opt_out",
            Self::Http(_) => "http",
            Self::Tool(_) => "tool",
            Self::Record { .. } => "record",
            Self::Voicemail(_) => "voicemail",
            Self::Transfer(_) => "transfer",
            Self::Language { .. } => "language",
            Self::Call { .. } => "call",
            Self::Agent { .. } => "agent",
            Self::Return { .. } => "return",
            Self::Echo { .. } => "echo",
            Self::Begin(_) | Self::Recording { .. } => "recording",
            Self::SendDigits { .. } => "send_digits",
            Self::Answer { .. } => "answer",
            Self::Hangup { .. } => "hangup",
            Self::Reject { .. } => "reject",
        }
    }

    /// Whether passing through it takes no time: it neither speaks nor waits.
    pub fn is_silent(&self) -> bool {
        match self {
            Self::Branch { .. }
            | Self::Hours { .. }
            | Self::Set { .. }
            | Self::Remember { .. }
            | Self::Contact { .. }
            | Self::OptOut { .. }
            | Self::Language { .. }
            | Self::Call { .. }
            | Self::Return { .. }
            | Self::Begin(_)
            | Self::Recording { .. }
            | Self::SendDigits { .. }
            | Self::Answer { .. } => true,
            Self::Say { prompt, .. } => prompt.0.is_empty(),
            _ => false,
        }
    }

    /// Whether it runs before the call is answered.
    pub fn runs_unanswered(&self) -> bool {
        matches!(
            self,
            Self::Branch { .. }
                | Self::Hours { .. }
                | Self::Set { .. }
                | Self::Remember { .. }
                | Self::Contact { .. }
                | Self::Language { .. }
                | Self::Call { .. }
                | Self::Return { .. }
                | Self::Reject { .. }
                | Self::Say { unanswered: true, .. }
        ) || matches!(self, Self::Http(http) if http.say.0.is_empty())
    }

    /// Every node or end that may come after it.
    pub fn targets(&self) -> Vec<Target> {
        match self {
            Self::Say { next, .. }
            | Self::Set { next, .. }
            | Self::Remember { next, .. }
            | Self::Contact { next, .. }
            | Self::OptOut { next, .. }
            | Self::Language { next, .. }
            | Self::Call { next, .. }
            | Self::Echo { next, .. }
            | Self::Recording { next, .. }
            | Self::SendDigits { next, .. }
            | Self::Answer { next } => vec![*next],
            Self::Agent { failed, next, .. } => [*next].into_iter().chain(*failed).collect(),
            Self::Begin(begin) => vec![begin.next],
            Self::Menu { asking, options, .. } => options.values().copied().chain(asking.exits()).collect(),
            Self::Gather(gather) => [gather.next].into_iter().chain(gather.asking.exits()).collect(),
            Self::Survey { questions, next, .. } => {
                [*next].into_iter().chain(questions.iter().flat_map(|question| question.asking.exits())).collect()
            }
            Self::Branch { cases, otherwise } => cases.iter().map(|(_, target)| *target).chain([*otherwise]).collect(),
            Self::Hours { open, closed, holiday } => vec![*open, *closed, *holiday],
            Self::Http(http) => [http.next].into_iter().chain(http.failed).collect(),
            Self::Tool(tool) => vec![tool.next, tool.failed],
            Self::Record { empty, next, .. } => vec![*empty, *next],
            Self::Voicemail(voicemail) => vec![voicemail.next],
            Self::Transfer(t) => vec![t.next, t.busy, t.no_answer, t.unavailable, t.declined, t.failed],
            Self::Return { .. } | Self::Hangup { .. } | Self::Reject { .. } => Vec::new(),
        }
    }
}

impl Asking {
    /// Where the flow goes after the last try.
    pub fn exits(&self) -> impl Iterator<Item = Target> + use<> {
        [self.no_input.next, self.no_match.next].into_iter().flatten()
    }
}

/// The terms of recording that a flow's header gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct RecordingTerms {
    /// For every language that is not named.
    pub all: Option<RecordingMode>,
    /// By language.
    pub by_language: BTreeMap<String, RecordingMode>,
}
