//! One flow, read and checked.

mod check;
mod model;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::fault::{Fault, Faults};
use crate::limits::ParseLimits;
use crate::messages::MessageKey;
use crate::yaml;

pub(crate) use read::{KEYS, is_sound_path};

pub(crate) use model::{
    Answers, Asking, Begin, Body, Data, Gather, Http, Length, Message, Node, Phrases, Piece, Prompt, Question,
    RecordingTerms, Retry, Target, Text, Tool, Transfer, Verb, Voicemail,
};

/// What is known around a flow when it is read. What is `None` is not checked.
#[derive(Debug, Clone, Default)]
pub struct ParseContext {
    /// Name of the flow: what sub-flow calls, numbers and counters call it.
    pub name: String,
    /// Names of all flows that exist, for `call`.
    pub flows: Option<BTreeSet<String>>,
    /// Members and groups that exist, for `transfer`. Numbers and SIP URIs are always taken.
    pub members: Option<BTreeSet<String>>,
    /// Sound files that exist, for `play`.
    pub sounds: Option<BTreeSet<String>>,
    /// Limits on the file.
    pub limits: ParseLimits,
}

/// One flow, read and checked. Immutable; share it by `Arc`.
#[derive(Debug)]
pub struct Flow {
    pub(crate) name: String,
    pub(crate) languages: Vec<String>,
    pub(crate) voices: BTreeMap<String, String>,
    pub(crate) recording: RecordingTerms,
    /// Whether one of its nodes asks for consent or announces: then it is not done by itself.
    pub(crate) begins_recording: bool,
    /// Declared variables with their values at the start.
    pub(crate) vars: Map<String, Value>,
    pub(crate) messages: BTreeMap<MessageKey, Prompt>,
    pub(crate) global_keys: BTreeMap<char, Target>,
    pub(crate) start: usize,
    pub(crate) nodes: Vec<Node>,
    warnings: Vec<Fault>,
}

impl Flow {
    /// Reads a flow. A wrong one is refused whole, with every fault that was found (errors and warnings), in the
    /// order of the file.
    pub fn parse(source: &str, context: &ParseContext) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::new(&context.name, source, context.limits.max_faults);
        let flow = yaml::read(source, &context.limits, &mut faults)
            .and_then(|document| read::flow(&document, context, &mut faults));
        match flow {
            Some(mut flow) if !faults.has_errors() => {
                flow.warnings = faults.into_sorted();
                Ok(flow)
            }
            _ => Err(faults.into_sorted()),
        }
    }

    /// The name given by the context.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What somebody should look at although the flow was taken.
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// The languages that every text exists in; the first is the default.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// Names of the flows that this one calls.
    pub fn calls(&self) -> BTreeSet<&str> {
        self.nodes
            .iter()
            .filter_map(|node| match &node.verb {
                Verb::Call { flow, .. } => Some(flow.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Every node: its name and its verb, in the order of the file.
    pub fn nodes(&self) -> Vec<(&str, &'static str)> {
        self.nodes.iter().map(|node| (node.name.as_str(), node.verb.name())).collect()
    }

    /// The language of this flow that comes nearest to `language`.
    pub(crate) fn nearest_language(&self, language: &str) -> Option<&str> {
        use crate::text::primary;
        let exact = self.languages.iter().find(|known| known.eq_ignore_ascii_case(language));
        let near = || self.languages.iter().find(|known| primary(known) == primary(language));
        exact.or_else(near).map(String::as_str)
    }
}
