//! A flow with everything that it needs to run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::business::Business;
use crate::fault::{Fault, Severity};
use crate::flow::{Flow, Node, Verb};
use crate::limits::RunLimits;
use crate::text::primary;

/// Whether, and on what terms, a call is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingMode {
    /// Not at all.
    Off,
    /// After the other party was told.
    Announced,
    /// After the other party agreed by a key.
    Consent,
}

impl RecordingMode {
    /// What holds in a language when neither the number nor the flow says anything; the reasons are in
    /// `docs/flows.md`.
    pub fn for_language(language: &str) -> Self {
        match primary(language) {
            "en" | "fr" | "it" | "es" => Self::Announced,
            _ => Self::Consent,
        }
    }
}

/// A flow with its sub-flows and its business: what a call runs. Immutable; share it by `Arc`.
#[derive(Debug, Clone)]
pub struct FlowProgram {
    pub(crate) entry: Arc<Flow>,
    pub(crate) flows: BTreeMap<String, Arc<Flow>>,
    pub(crate) business: Arc<Business>,
    pub(crate) limits: RunLimits,
    recording: Option<RecordingMode>,
}

impl FlowProgram {
    /// Puts a flow together with all flows that it may call, itself or by others; further ones do no harm. Refused
    /// when one is missing, when flows call each other in a circle, or when arguments do not fit.
    pub fn new(
        entry: Arc<Flow>,
        subflows: impl IntoIterator<Item = Arc<Flow>>,
        business: Arc<Business>,
    ) -> Result<Self, Vec<Fault>> {
        let known: BTreeMap<String, Arc<Flow>> =
            subflows.into_iter().map(|flow| (flow.name().to_owned(), flow)).collect();
        let mut linker = Linker { known: &known, linked: BTreeMap::new(), path: Vec::new(), faults: Vec::new() };
        linker.link(&entry);
        let (flows, faults) = (linker.linked, linker.faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self { entry, flows, business, limits: RunLimits::default(), recording: None })
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: RunLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The same under the number's own rule on recording, which goes before the flow's.
    #[must_use]
    pub fn with_recording(mut self, mode: RecordingMode) -> Self {
        self.recording = Some(mode);
        self
    }

    /// On what terms calls in this language are recorded: by the number's rule, else the flow's, else the language's
    /// default.
    pub fn recording_mode(&self, language: &str) -> RecordingMode {
        let terms = &self.entry.recording;
        let flow = || {
            let language = self.entry.nearest_language(language).unwrap_or(language);
            terms.by_language.get(language).copied().or(terms.all)
        };
        self.recording.or_else(flow).unwrap_or_else(|| RecordingMode::for_language(language))
    }
}

/// Follows the calls from flow to flow.
struct Linker<'a> {
    known: &'a BTreeMap<String, Arc<Flow>>,
    linked: BTreeMap<String, Arc<Flow>>,
    path: Vec<String>,
    faults: Vec<Fault>,
}

impl Linker<'_> {
    fn link(&mut self, flow: &Flow) {
        self.path.push(flow.name().to_owned());
        for node in &flow.nodes {
            if let Verb::Call { flow: callee, arguments, .. } = &node.verb {
                let names: BTreeSet<&str> = arguments.iter().map(|(name, _)| name.as_str()).collect();
                self.follow(flow, node, callee, &names);
            }
        }
        self.path.pop();
    }

    fn follow(&mut self, flow: &Flow, node: &Node, callee: &str, arguments: &BTreeSet<&str>) {
        if self.path.iter().any(|name| name == callee) {
            let message = format!("flows call each other in a circle: {} -> {callee}", self.path.join(" -> "));
            self.fault(flow, node, message, Some("let one of them come back by `return`".to_owned()));
            return;
        }
        let Some(called) = self.known.get(callee) else {
            let known = self.known.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            self.fault(flow, node, format!("the flow `{callee}` does not exist"), Some(format!("there are: {known}")));
            return;
        };
        for name in arguments.iter().filter(|name| !called.vars.contains_key(**name)) {
            let message = format!("the flow `{callee}` takes no `{name}`");
            self.fault(flow, node, message, Some(format!("declare it there: `vars: {{{name}: \"\"}}`")));
        }
        for language in flow.languages().iter().filter(|language| called.nearest_language(language).is_none()) {
            let message = format!("the flow `{callee}` does not speak {language}");
            self.fault(flow, node, message, Some(format!("add `{language}` to its languages")));
        }
        if self.linked.insert(callee.to_owned(), Arc::clone(called)).is_none() {
            let called = Arc::clone(called);
            self.link(&called);
        }
    }

    fn fault(&mut self, flow: &Flow, node: &Node, message: String, suggestion: Option<String>) {
        let flow = flow.name().to_owned();
        let (line, column) = (node.place.line, node.place.column);
        let fault = Fault { severity: Severity::Error, flow, line, column, message, suggestion };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}
