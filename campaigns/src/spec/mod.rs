//! A campaign as a file: what is called, why, whom, when, how fast and how often.

mod fields;
mod limits;
mod message;
mod parts;
mod read;
mod rules;
pub(crate) mod schedule;

use std::collections::BTreeMap;
use std::time::Duration;

use permission::{Caps, Purpose, Week};

pub use ivr::{Fault, Severity};
pub use limits::SpecLimits;
pub use rules::Looser;
pub use schedule::{Recurrence, RecurrenceError, Schedule, Span, Start};

use crate::audience::Mapping;
use crate::callerid::CallerIds;
use crate::retry::Retries;
use crate::script::Script;
use crate::variables::Variables;

/// A campaign, read and checked. Immutable; share it by `Arc`.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// Its name.
    pub name: String,
    /// What the calls are for: the gate's rules hang on it.
    pub purpose: Purpose,
    /// What answers when a contact is reached.
    pub app: App,
    /// What the app is told of each contact, as templates over the contact's fields.
    pub variables: Variables,
    /// Whom it calls, where that is no table: a segment by its name, or an expression over `contact`. It is asked each
    /// time that the campaign begins.
    pub segment: Option<String>,
    /// Columns of a table of contacts.
    pub audience: Mapping,
    /// The number that is shown.
    pub caller_ids: CallerIds,
    /// Hours that are narrower than the house's.
    pub window: Option<Week>,
    /// Caps that are lower than the house's; 0: the house's.
    pub caps: Caps,
    /// How long a call rings; `None`: as the house's rules have it.
    pub ring: Option<Duration>,
    /// How fast.
    pub pace: Pace,
    /// How often again.
    pub retries: Retries,
    /// What is done with answering machines.
    pub machines: Machines,
    /// What the member follows who talks with the contact.
    pub script: Option<Script>,
    /// Variants that are compared; empty where there is one way only.
    pub variants: Vec<Variant>,
    /// When.
    pub schedule: Schedule,
}

/// What answers when a contact is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum App {
    /// A flow, by name.
    Flow(String),
    /// An agent, by name.
    Agent(String),
    /// A member of the pace's queue, at once: nobody else answers.
    Members,
}

/// How fast calls are made.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// By what they are led.
    pub kind: PaceKind,
    /// Calls of the campaign that may begin in a second; 0 is no limit. Default 2.
    pub per_second: f64,
    /// Calls of the campaign at once; 0 is no limit. Default 20.
    pub at_once: u32,
    /// The trunks that carry them with the campaign's limits on each, in the order in which they are tried; empty: all
    /// that there are.
    pub trunks: Vec<TrunkLimit>,
    /// The campaign's share of the lines beside others, from 1 to 100. Default 10.
    pub weight: u32,
}

/// By what a pace is led.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaceKind {
    /// Each contact is shown to a member first and dialled when the member says so.
    Preview {
        /// The queue of the members.
        queue: String,
    },
    /// One call for each free member.
    Progressive {
        /// The queue of the members.
        queue: String,
    },
    /// More calls than free members, as many as answers are to be expected.
    Predictive {
        /// The queue of the members.
        queue: String,
        /// The most answered calls that may find no member free, in tenths of a percent over 24 h; at most 30, which
        /// is also the default.
        abandoned_permille: u16,
    },
    /// No member is needed: the limits alone lead.
    Agentless,
}

impl PaceKind {
    /// The queue of the members.
    pub fn queue(&self) -> Option<&str> {
        match self {
            Self::Preview { queue } | Self::Progressive { queue } | Self::Predictive { queue, .. } => Some(queue),
            Self::Agentless => None,
        }
    }
}

/// A trunk with the campaign's limits on it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrunkLimit {
    /// Its name.
    pub name: String,
    /// Calls of the campaign that may begin on it in a second; 0 is no limit.
    pub per_second: f64,
    /// Calls of the campaign on it at once; 0 is no limit.
    pub at_once: u32,
}

/// What is done with answering machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machines {
    /// Whether they are told from persons at all.
    pub detect: bool,
    /// What they get.
    pub on_machine: OnMachine,
    /// Whether a call of which nobody knows is treated as a person's; else as a machine's. Default: a person's.
    pub unsure_is_person: bool,
}

impl Default for Machines {
    fn default() -> Self {
        Self { detect: true, on_machine: OnMachine::HangUp, unsure_is_person: true }
    }
}

/// What an answering machine gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnMachine {
    /// A message after the beep: a template over the contact's fields, by language; `""` is for every other language.
    Message(BTreeMap<String, String>),
    /// Nothing.
    HangUp,
}

/// One of several ways that are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Its share, in parts of the sum of all shares.
    pub share: u32,
    /// What answers, where it is another app.
    pub app: Option<App>,
    /// Variables that differ.
    pub variables: Variables,
}

impl Spec {
    /// Reads a campaign. A wrong one is refused whole, with every fault that was found, in the order of the file.
    pub fn parse(yaml: &str) -> Result<Self, Vec<Fault>> {
        Self::parse_within(yaml, &SpecLimits::default())
    }

    /// Reads a campaign within other limits than the default ones.
    pub fn parse_within(yaml: &str, limits: &SpecLimits) -> Result<Self, Vec<Fault>> {
        read::spec(yaml, limits)
    }

    /// The text of a campaign with a segment added, as its last line.
    pub fn with_segment(yaml: &str, segment: &str) -> String {
        let line_break = if yaml.is_empty() || yaml.ends_with('\n') { "" } else { "\n" };
        let one_line: String = segment.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("{yaml}{line_break}segment: '{}'\n", one_line.replace('\'', "''"))
    }

    /// The variant of a contact: always the same for the same contact, by the shares.
    pub fn variant_of(&self, candidate: crate::CandidateId) -> Option<u8> {
        let total: u64 = self.variants.iter().map(|variant| u64::from(variant.share)).sum();
        if total == 0 {
            return None;
        }
        let mut point = crate::chance::spread(candidate.0) % total;
        for (index, variant) in self.variants.iter().enumerate() {
            match point.checked_sub(u64::from(variant.share)) {
                Some(rest) => point = rest,
                None => return Some(index as u8),
            }
        }
        None
    }

    /// What answers for a variant.
    pub fn app_of(&self, variant: Option<u8>) -> &App {
        let variant = variant.and_then(|index| self.variants.get(usize::from(index)));
        variant.and_then(|variant| variant.app.as_ref()).unwrap_or(&self.app)
    }
}
