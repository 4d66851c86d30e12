//! What a rehearsal is, and how it is read.

mod bounds;
mod caller;
mod checks;
mod pattern;
mod read;

use std::collections::BTreeMap;
use std::time::Duration;

use call_model::TransferOutcome;
use jiff::civil::DateTime;
use serde_json::{Map, Value};
use voice_agent::Fault;

pub(crate) use bounds::cut;
pub use pattern::{Pattern, PatternFault, matches_value, words};

/// One rehearsal: who calls, how things stand, and what must come of it.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// Its name: that of its file.
    pub name: String,
    /// What it tries, for people.
    pub about: String,
    /// The agent that is called.
    pub agent: String,
    /// BCP 47 language of the call; `None`: the agent's first.
    pub language: Option<String>,
    /// The time at the business when the call comes in; `None`: now. In audio it is always now.
    pub now: Option<DateTime>,
    /// Run it in text.
    pub in_text: bool,
    /// Run it in audio.
    pub in_audio: bool,
    /// The caller's number in E.164; `None`: withheld.
    pub number: Option<String>,
    /// What is known of the caller; empty: a stranger.
    pub contact: Map<String, Value>,
    /// Values handed over by whoever placed the call.
    pub variables: Map<String, Value>,
    /// Tools that are used before the call, so that there is something to find.
    pub before: Vec<Before>,
    /// Tools that are not really used, and what they give back.
    pub stubs: BTreeMap<String, Stub>,
    /// What happens when the caller is put through.
    pub people: People,
    /// Who calls.
    pub caller: Caller,
    /// The most turns of the caller; then he hangs up. Default 40.
    pub turns: u32,
    /// The longest call. Default 10 minutes.
    pub duration: Duration,
    /// Where the caller's chance begins: the same seed, the same call.
    pub seed: u64,
    /// What is judged.
    pub checks: Vec<Check>,
    /// What somebody should look at although the rehearsal was taken.
    pub warnings: Vec<Fault>,
}

impl Rehearsal {
    /// Reads a rehearsal's file (YAML, see `docs/rehearsal.md`). A wrong one is refused whole, with every fault that was
    /// found, in the order of the file.
    pub fn parse(yaml: &str, name: &str) -> Result<Self, Vec<Fault>> {
        read::rehearsal(yaml, name)
    }
}

/// A tool that is used before the call.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Value,
}

/// A tool that is only played.
#[derive(Debug, Clone, PartialEq)]
pub struct Stub {
    /// What it gives back, or why it fails.
    pub result: Result<Value, String>,
    /// How long it takes.
    pub takes: Duration,
}

/// What happens when the caller is put through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum People {
    /// Somebody answers.
    #[default]
    Answer,
    /// The transfer ends like this.
    End(TransferOutcome),
}

/// Who calls.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Says what stands there.
    Script(Script),
    /// Has a goal, and answers what he is asked.
    Persona(Persona),
}

/// What a caller does, in order.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// The steps.
    pub steps: Vec<Step>,
    /// Answers that go before the next step whenever their question comes.
    pub answers: Vec<Answer>,
}

/// One step of a script.
#[derive(Debug, Clone)]
pub struct Step {
    /// Line in the file.
    pub line: usize,
    /// Only done when the agent's last words match; else the next one is tried.
    pub only_if: Option<Pattern>,
    /// The agent's last words should match; else it is a finding.
    pub expect: Option<Pattern>,
    /// Silence before it.
    pub wait: Duration,
    /// What is done.
    pub act: Act,
}

/// What a caller does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Speaks; `...` in it is a pause for thought.
    Say(String),
    /// Presses keys.
    Press(String),
    /// Says nothing until the agent speaks again, or for so long.
    Silent(Duration),
    /// Speaks into what the agent is about to say, so long after it began.
    Interrupt {
        /// The words.
        say: String,
        /// From the agent's first sound.
        after: Duration,
    },
    /// Hangs up.
    HangUp,
}

/// An answer to a question.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The agent's words.
    pub to: Pattern,
    /// What is done: the first time, the second time, and so on; the last one again and again.
    pub acts: Vec<Act>,
}

/// A caller with a goal.
#[derive(Debug, Clone)]
pub struct Persona {
    /// What he wants, in a sentence; a model that plays him is told it.
    pub goal: String,
    /// His first words; `None`: the goal as it stands.
    pub opening: Option<String>,
    /// What he wants besides, one after the other.
    pub then: Vec<String>,
    /// What he knows and tells when he is asked.
    pub facts: Vec<FactOf>,
    /// How he is.
    pub temperament: Temperament,
}

/// Something that a persona knows.
#[derive(Debug, Clone)]
pub struct FactOf {
    /// What it is about: `name`, `day`, or words of the question.
    pub about: String,
    /// The agent's words that ask for it, besides the usual ones.
    pub cues: Option<Pattern>,
    /// What he says or presses: the first time, the second time, and so on.
    pub acts: Vec<Act>,
}

/// How a persona is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Temperament {
    /// Answers what he is asked.
    #[default]
    Calm,
    /// Answers at once and says no more than is needed.
    Hurried,
    /// Thinks before he goes on in the middle of a sentence.
    Hesitant,
    /// Says more than he was asked.
    Talkative,
    /// Is upset, and says so.
    Angry,
}

/// One thing that is judged.
#[derive(Debug, Clone)]
pub struct Check {
    /// Line in the file.
    pub line: usize,
    /// What.
    pub kind: CheckKind,
}

/// What is judged.
#[derive(Debug, Clone)]
pub enum CheckKind {
    /// The agent said this.
    Said(Pattern),
    /// The agent never said this.
    DidNotSay(Pattern),
    /// A tool was used and did what it should.
    Used {
        /// The tool.
        tool: String,
        /// Arguments that it was given, among others.
        with: Value,
        /// How often; `None`: at least once.
        times: Option<u32>,
    },
    /// A tool was not used.
    NotUsed(String),
    /// These values were collected: in a tool's arguments, or kept on the call or the contact.
    Slots(Map<String, Value>),
    /// The caller was put through: to one of these where it says whom.
    Transferred(Option<Pattern>),
    /// The caller was not put through.
    NotTransferred,
    /// How the call ended.
    Outcome(Vec<Outcome>),
    /// The most turns of the caller.
    MaxTurns(u32),
    /// The longest call.
    MaxDuration(Duration),
    /// The longest median time from the end of the caller's words to the agent's first sound; audio only.
    Latency(Duration),
    /// A question for a model, which must be answered with yes.
    Judge(String),
}

impl CheckKind {
    /// Its name in a file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Said(_) => "said",
            Self::DidNotSay(_) => "did_not_say",
            Self::Used { .. } => "tool",
            Self::NotUsed(_) => "no_tool",
            Self::Slots(_) => "slots",
            Self::Transferred(_) | Self::NotTransferred => "transferred",
            Self::Outcome(_) => "outcome",
            Self::MaxTurns(_) => "max_turns",
            Self::MaxDuration(_) => "max_duration",
            Self::Latency(_) => "latency",
            Self::Judge(_) => "judge",
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The agent ended it.
    Done,
    /// The caller hung up.
    HungUp,
    /// The caller talks with a person.
    Transferred,
    /// It took too long, or too many turns.
    Limit,
    /// It could not be held.
    Failed,
}

impl Outcome {
    /// Its name in a file, and all names.
    pub(crate) const NAMES: [(&'static str, Self); 5] = [
        ("done", Self::Done),
        ("hung_up", Self::HungUp),
        ("transferred", Self::Transferred),
        ("limit", Self::Limit),
        ("failed", Self::Failed),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, outcome)| *outcome == self).map_or("", |(name, _)| name)
    }
}
