//! Agents as files: what is refused, in which words; and that every example of the documentation is taken.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use voice_agent::{Agent, Fault, RecordingMode, Severity};

fn faults(yaml: &str) -> Vec<Fault> {
    match Agent::parse(yaml, "test") {
        Ok(agent) => agent.warnings().to_vec(),
        Err(faults) => faults,
    }
}

/// The one fault: its line, message and suggestion must hold these.
#[track_caller]
fn one(yaml: &str, line: usize, message: &str, suggestion: &str) {
    let found = faults(yaml);
    let list: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "{list:#?}");
    assert_eq!(found[0].line, line, "{list:#?}");
    assert!(found[0].message.contains(message), "{list:#?}");
    assert!(found[0].suggestion.clone().unwrap_or_default().contains(suggestion), "{list:#?}");
}

#[test]
fn a_wrong_file_is_refused_with_its_line_and_a_suggestion() {
    let persona = "persona: You help.\n";
    one("", 1, "empty", "");
    one("persona: [", 1, "not valid YAML", "");
    one("- a\n", 1, "an agent is written as a mapping", "");
    one("languages: [en]\n", 1, "an agent needs `persona`", "add `persona:`");
    one(&format!("{persona}greting: Hi\n"), 2, "the key `greting` is not known", "did you mean `greeting`?");
    one(&format!("{persona}patience: quik\n"), 2, "`quik`", "did you mean `quick`?");
    one(&format!("{persona}languages: [english]\n"), 2, "`english` is no language", "`en`");
    one(&format!("{persona}languages: [en, en]\n"), 2, "named twice", "");
    one(&format!("{persona}languages: [en, de]\ngreeting: {{en: Hi}}\n"), 3, "missing in de", "add `de:`");
    one(&format!("{persona}greeting: {{en: Hi, de: Hallo}}\nlanguages: [en]\n"), 2, "`de`", "known here: en");
    one(&format!("{persona}limits:\n  call: 3 minutes\n"), 3, "a duration is needed", "`2m`");
    one(&format!("{persona}limits:\n  silence: 1s\n"), 3, "does not lie between 2s and 120s", "");
    one(&format!("{persona}limits:\n  turns: many\n"), 3, "whole number", "");
    one(&format!("{persona}limits:\n  turn: 4\n"), 3, "the key `turn`", "`turns`");
    one(&format!("{persona}tools:\n  take_mesage: {{}}\n"), 3, "take_mesage", "`take_message`");
    one(&format!("{persona}tools:\n  transfer:\n    desk: {{ring: 20s}}\n"), 4, "needs `to`", "add `to:`");
    one(&format!("{persona}tools:\n  transfer:\n    the desk: {{to: anna}}\n"), 4, "cannot be a name", "letters");
    one(&format!("{persona}tools:\n  run_flow:\n    hours:\n"), 4, "needs `when`", "");
    one(&format!("{persona}recording: always\n"), 2, "`always`", "known here: off, announced, consent");
    one(&format!("{persona}messages: {{sorry: x}}\n"), 2, "`sorry`", "");
    one(&format!("{persona}interruptible: maybe\n"), 2, "`true` or `false`", "");
    one(&format!("{persona}knowledge: ../secrets\n"), 2, "no folder", "write it as");
    one("persona: |\n  One.\n  {{ business.name }\n", 3, "", "filled in as");
    one(&format!("{persona}persona: twice\n"), 2, "already given in line 1", "");
    one("persona: &a x\n", 1, "anchors", "");
    one("persona: x\n---\npersona: y\n", 2, "one document", "");
}

#[test]
fn rules_of_handing_over_name_transfers_that_there_are() {
    let people = "persona: You help.\ntools: {transfer: {desk: {to: [anna]}}}\n";
    one(&format!("{people}handover:\n  asked: dsk\n"), 4, "`dsk` is not known", "did you mean `desk`?");
    one("persona: x\nhandover:\n  asked: desk\n", 3, "nobody to hand over to", "tools: transfer:");
    one(&format!("{people}handover:\n  asked: {{to: desk, key: 10}}\n"), 4, "no key of a phone", "0 to 9");
    one(&format!("{people}handover:\n  angry: desk\n"), 4, "the key `angry`", "did you mean `anger`?");
    one(&format!("{people}handover:\n  closed: fax\n"), 4, "`fax`", "");
    one(&format!("{people}handover:\n  topics: {{bill: {{to: desk}}}}\n"), 4, "needs `examples`", "");
    let way = |keys: &str| format!("persona: x\ntools:\n  transfer:\n    desk: {{to: anna, {keys}}}\n");
    one(&way("strategy: random"), 4, "`random`", "");
    one(&way("queue: {wait: 5m}"), 4, "needs `name`", "");
    one(&way("queue: {name: desk, wait: 2h}"), 4, "does not lie between", "");
    one(&way("language: german"), 4, "`german` is no language", "`en`");
}

#[test]
fn what_somebody_should_look_at_is_a_warning() {
    let agent = Agent::parse("persona: You help.\ndisclosure: off\n", "test").unwrap();
    assert_eq!(agent.warnings()[0].severity, Severity::Warning);
    assert_eq!(agent.warnings()[0].line, 2);
    let agent = Agent::parse("persona: You help.\nlanguages: [nl]\n", "test").unwrap();
    assert!(agent.warnings()[0].message.contains("nl"));
}

#[test]
fn recording_follows_the_file_then_the_language() {
    let agent = Agent::parse("persona: x\nlanguages: [en, de]\nrecording: {en: off}\n", "test").unwrap();
    assert_eq!(agent.recording_mode("en-GB"), RecordingMode::Off);
    assert_eq!(agent.recording_mode("de-AT"), RecordingMode::Consent);
    let agent = Agent::parse("persona: x\nrecording: announced\n", "test").unwrap();
    assert_eq!(agent.recording_mode("en"), RecordingMode::Announced);
}

#[test]
fn a_file_names_its_brain_its_knowledge_and_its_people() {
    let yaml = "persona: x\nbrain: main\nknowledge: praxis\n\
        tools: {transfer: {desk: {to: [anna, '+49301234']}}, run_flow: {hours: {when: asked}}}\n";
    let agent = Agent::parse(yaml, "test").unwrap();
    assert_eq!((agent.brain(), agent.knowledge()), (Some("main"), &["praxis".to_owned()][..]));
    let several = Agent::parse("persona: x\nknowledge: [praxis, web]\n", "test").unwrap();
    assert_eq!(several.knowledge().len(), 2);
    assert_eq!(agent.people().collect::<Vec<_>>(), ["anna", "+49301234"]);
    assert_eq!(agent.flows().collect::<Vec<_>>(), ["hours"]);
}

#[test]
fn limits_of_cost_are_amounts_of_money() {
    let agent = Agent::parse("persona: x\nlimits: {cost: 0.5, day_cost: 20}\n", "test").unwrap();
    assert_eq!((agent.limits().cost, agent.limits().day_cost), (Some(500_000), Some(20_000_000)));
    one("persona: x\nlimits: {cost: cheap}\n", 2, "an amount of money", "0.25");
    one("persona: x\nguards: {attempts: 0}\n", 2, "from 1 to 100", "");
    one("persona: x\nguards: {then: shout}\n", 2, "what happens then", "");
}

#[test]
fn every_example_of_the_documentation_is_taken() {
    let pages = [include_str!("../../docs/agents.md"), include_str!("../../docs/handover.md")];
    let of_page = |page: &'static str| page.split("```yaml\n").skip(1);
    let examples = pages.into_iter().flat_map(of_page).map(|rest| rest.split("```").next().unwrap_or_default());
    let examples: Vec<&str> = examples.collect();
    assert!(examples.len() >= 8, "{}", examples.len());
    for example in examples {
        let whole = if example.contains("persona:") { example.to_owned() } else { format!("persona: x\n{example}") };
        // An example may speak languages that it does not name again.
        let whole = if whole.contains("languages:") { whole } else { format!("languages: [en, de]\n{whole}") };
        if let Err(faults) = Agent::parse(&whole, "example") {
            panic!("{faults:#?}\n{whole}");
        }
    }
}

#[test]
fn the_assistant_of_the_demo_is_taken_without_a_warning() {
    assert_eq!(faults(include_str!("../../demo/agents/assistant.yaml")), []);
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,200}") {
        let _ = Agent::parse(&text, "test");
    }

    #[test]
    fn no_mutation_of_a_good_file_breaks_the_reader(at in 0usize..1_200, put in "[-:{}\\[\\]|&*!#\"' \n\ta-z0-9]{0,6}") {
        let mut text: Vec<char> = include_str!("../../demo/agents/assistant.yaml").chars().collect();
        let at = at.min(text.len());
        text.splice(at..(at + 2).min(text.len()), put.chars());
        let text: String = text.into_iter().collect();
        let lines = text.lines().count() + 1;
        for fault in Agent::parse(&text, "test").err().unwrap_or_default() {
            prop_assert!(fault.line <= lines);
        }
    }
}
