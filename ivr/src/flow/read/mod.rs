//! From YAML to a flow, gathering every fault on the way: a fault never stops the reading of what follows.

mod ask;
mod fields;
mod header;
mod logic;
mod node;
mod people;
mod prompt;
mod scalar;

use std::collections::{BTreeMap, BTreeSet};

use super::{Flow, ParseContext, check};
use crate::fault::{Faults, Place};
use crate::yaml::{Entry, Yaml};
use fields::Fields;

pub(crate) use prompt::is_sound_path;
pub(crate) use scalar::KEYS;

/// Targets that are no nodes.
pub(super) const ENDS: [&str; 3] = ["hangup", "return", "again"];

/// What is known while a flow is read.
pub(in crate::flow) struct Reader<'a> {
    pub context: &'a ParseContext,
    pub faults: &'a mut Faults,
    pub languages: Vec<String>,
    /// Node names with their index.
    pub nodes: BTreeMap<String, usize>,
    /// Variables that the flow gives a value somewhere.
    pub defined: BTreeSet<String>,
    /// Variables that templates name, with where.
    pub uses: Vec<(String, Place)>,
    /// Variables that only some templates have (`value`), while such a one is read.
    pub extra: Option<&'static str>,
}

/// Reads a whole flow. `None` when there are no nodes to speak of.
pub(super) fn flow(document: &Yaml, context: &ParseContext, faults: &mut Faults) -> Option<Flow> {
    let mut reader = Reader {
        context,
        faults,
        languages: Vec::new(),
        nodes: BTreeMap::new(),
        defined: BTreeSet::new(),
        uses: Vec::new(),
        extra: None,
    };
    let mut fields = Fields::open(document, "a flow", &mut reader)?;
    fields.take("about");
    reader.languages = header::languages(&mut fields, &mut reader);
    let nodes = node::entries(&mut fields, document.place, &mut reader)?;
    reader.nodes = nodes.iter().enumerate().map(|(index, entry)| (entry.key.clone(), index)).collect();
    let voices = header::voices(&mut fields, &mut reader);
    let recording = header::recording(&mut fields, &mut reader);
    let vars = header::vars(&mut fields, &mut reader);
    let messages = header::messages(&mut fields, &mut reader);
    let global_keys = header::global_keys(&mut fields, &mut reader);
    let start = header::start(&mut fields, &mut reader);
    fields.close(&mut reader);
    let nodes: Vec<_> = nodes.iter().map(|entry: &Entry| node::read(entry, &mut reader)).collect();
    let flow = Flow {
        name: context.name.clone(),
        languages: reader.languages.clone(),
        voices,
        recording,
        begins_recording: nodes.iter().any(|node| matches!(node.verb, super::Verb::Begin(_))),
        vars,
        messages,
        global_keys,
        start,
        nodes,
        warnings: Vec::new(),
    };
    check::variables(&mut reader);
    check::graph(&flow, reader.faults);
    Some(flow)
}
