//! Every example in docs/flows.md is a flow that is taken.
#![allow(clippy::unwrap_used, clippy::format_collect, clippy::format_push_string, reason = "tests")]

use std::collections::BTreeSet;
use std::path::Path;

use ivr::{Business, Fault, Flow, ParseContext};

/// What the examples take for granted.
const HEADER: &str = "languages: [en, de]\nvars: {name: x, visits: 0, token: x, customer: {id: 1}}\nnodes:\n";

/// The YAML blocks of the page: what stands behind the fence's `yaml`, and the text.
fn blocks() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/flows.md");
    let page = std::fs::read_to_string(path).unwrap();
    let parts = page.split("```yaml").skip(1).map(|part| part.split_once("\n```").unwrap().0);
    parts.map(|part| part.split_once('\n').unwrap()).map(|(kind, text)| (kind.trim().into(), text.into())).collect()
}

/// Nodes that an example points to and leaves to the reader.
fn missing(faults: &[Fault]) -> BTreeSet<String> {
    let name = |fault: &Fault| Some(fault.message.strip_prefix("the node `")?.split('`').next()?.to_owned());
    faults.iter().filter_map(name).collect()
}

fn parse_nodes(nodes: &str) -> Flow {
    let indented: String = nodes.lines().map(|line| format!("  {line}\n")).collect();
    let mut source = format!("{HEADER}{indented}");
    let context = ParseContext { name: "example".into(), ..ParseContext::default() };
    for name in missing(&Flow::parse(&source, &context).err().unwrap_or_default()) {
        source.push_str(&format!("  {name}: {{hangup: }}\n"));
    }
    Flow::parse(&source, &context).unwrap_or_else(|faults| panic!("{faults:#?}\n{source}"))
}

#[test]
fn every_example_is_taken_and_every_verb_has_one() {
    let mut verbs = BTreeSet::new();
    for (kind, text) in blocks() {
        if kind == "business" {
            Business::parse(&text).unwrap_or_else(|faults| panic!("{faults:#?}"));
        } else if text.lines().any(|line| line == "nodes:") {
            let context = ParseContext { name: "example".into(), ..ParseContext::default() };
            let flow = Flow::parse(&text, &context).unwrap_or_else(|faults| panic!("{faults:#?}\n{text}"));
            assert_eq!(flow.warnings(), [], "{text}");
        } else {
            verbs.extend(parse_nodes(&text).nodes().iter().map(|(_, verb)| (*verb).to_owned()));
        }
    }
    let all = [
        "agent",
        "answer",
        "branch",
        "call",
        "contact",
        "echo",
        "gather",
        "hangup",
        "hours",
        "http",
        "language",
        "menu",
        "opt_out",
        "record",
        "recording",
        "reject",
        "remember",
        "return",
        "say",
        "send_digits",
        "set",
        "survey",
        "tool",
        "transfer",
        "voicemail",
    ];
    let found: Vec<&str> = verbs.iter().map(String::as_str).collect();
    assert_eq!(found, all);
}
