//! A call to a flow, in text.
#![allow(dead_code, clippy::unwrap_used)]

pub mod raw;

use std::path::Path;
use std::sync::Arc;

use call_model::{CallFacts, CallId, Direction};
use ivr::simulate::Simulator;
use ivr::{Business, Flow, FlowProgram, ParseContext};
use serde_json::{Map, Value};

/// Monday, 2 March 2026, 12:00 in Berlin.
pub const MONDAY_NOON: i64 = 1_772_449_200_000;

pub fn demo_file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo").join(name);
    std::fs::read_to_string(path).unwrap()
}

pub fn business() -> Business {
    Business::parse(&demo_file("business.yaml")).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

pub fn demo(name: &str) -> Flow {
    parse(name, &demo_file(&format!("flows/{name}.yaml")))
}

pub fn parse(name: &str, yaml: &str) -> Flow {
    let context = ParseContext { name: name.to_owned(), ..ParseContext::default() };
    Flow::parse(yaml, &context).unwrap_or_else(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{}", faults.join("\n"))
    })
}

pub fn facts() -> CallFacts {
    CallFacts {
        call: CallId::from_parts(1, 2),
        direction: Direction::Inbound,
        caller: Some("+4930123456".to_owned()),
        number: "reception".to_owned(),
        trunk: None,
        language: "en".to_owned(),
        contact: Map::new(),
        variables: Map::new(),
        origin: call_model::CallOrigin::default(),
        answered_by: None,
    }
}

/// A call before and while it runs.
pub struct Call {
    flows: Vec<Flow>,
    facts: CallFacts,
    unix_ms: i64,
    simulator: Option<Simulator>,
    lines: Vec<String>,
}

impl Call {
    pub fn to(demo_flow: &str) -> Self {
        Self::with(vec![demo(demo_flow)])
    }

    pub fn flow(yaml: &str) -> Self {
        Self::with(vec![parse("main", yaml)])
    }

    /// The first one is the entry.
    pub fn with(flows: Vec<Flow>) -> Self {
        Self { flows, facts: facts(), unix_ms: MONDAY_NOON, simulator: None, lines: Vec::new() }
    }

    pub fn at(mut self, unix_ms: i64) -> Self {
        self.unix_ms = unix_ms;
        self
    }

    pub fn on(self, moment: &str) -> Self {
        let timestamp: jiff::Timestamp = moment.parse().unwrap();
        self.at(timestamp.as_millisecond())
    }

    pub fn outbound(mut self) -> Self {
        self.facts.direction = Direction::Outbound;
        self
    }

    pub fn language(mut self, language: &str) -> Self {
        language.clone_into(&mut self.facts.language);
        self
    }

    pub fn var(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.variables.insert(name.to_owned(), value.into());
        self
    }

    pub fn contact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.contact.insert(name.to_owned(), value.into());
        self
    }

    pub fn start(mut self) -> Self {
        let mut flows = std::mem::take(&mut self.flows).into_iter().map(Arc::new);
        let entry = flows.next().unwrap();
        let program = FlowProgram::new(entry, flows, Arc::new(business())).unwrap();
        let mut simulator = Simulator::new(Arc::new(program), self.facts.clone(), self.unix_ms);
        self.lines.extend(simulator.start());
        self.simulator = Some(simulator);
        self
    }

    pub fn then(mut self, input: &str) -> Self {
        let lines = self.simulator.as_mut().unwrap().input(input);
        self.lines.extend(lines);
        self
    }

    pub fn clear(&mut self) {
        self.lines.clear();
    }

    pub fn is_over(&self) -> bool {
        self.simulator.as_ref().unwrap().is_over()
    }

    pub fn elapsed(&self) -> std::time::Duration {
        self.simulator.as_ref().unwrap().elapsed()
    }

    pub fn transcript(&self) -> String {
        self.lines.join("\n")
    }

    /// Only what was spoken, in order.
    pub fn heard(&self) -> String {
        let spoken = self.lines.iter().filter_map(|line| {
            let (language, text) = line.get(8..)?.split_once(": ")?;
            (language.len() == 2).then_some(text)
        });
        spoken.collect::<Vec<_>>().join(" ")
    }

    /// Whether a line says this.
    pub fn did(&mut self, what: &str) -> bool {
        self.lines.iter().any(|line| line.contains(what))
    }
}
