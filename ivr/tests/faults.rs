//! A wrong flow is refused whole: each fault with its line, its words and a suggestion.
#![allow(clippy::unwrap_used, clippy::format_collect, clippy::format_push_string, reason = "tests")]

use std::collections::BTreeSet;

use ivr::{Fault, Flow, ParseContext, ParseLimits, Severity};

fn faults(yaml: &str) -> Vec<Fault> {
    let names = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect::<BTreeSet<_>>());
    let context = ParseContext {
        name: "test".to_owned(),
        flows: names(&["test", "identify"]),
        members: names(&["anna", "team"]),
        sounds: names(&["music.wav"]),
        limits: ParseLimits { max_nodes: 50, ..ParseLimits::default() },
    };
    match Flow::parse(yaml, &context) {
        Ok(flow) => flow.warnings().to_vec(),
        Err(faults) => faults,
    }
}

/// The one fault: its place, message and suggestion must hold these.
#[track_caller]
fn one(yaml: &str, line: usize, message: &str, suggestion: &str) {
    let found = faults(yaml);
    let list: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "{list:#?}");
    assert_eq!(found[0].line, line, "{list:#?}");
    assert!(found[0].message.contains(message), "{list:#?}");
    let given = found[0].suggestion.clone().unwrap_or_default();
    assert!(given.contains(suggestion), "{list:#?}");
}

/// One node under `nodes:`, whose first line is line 3 of the file.
#[track_caller]
fn node(lines: &str, line: usize, message: &str, suggestion: &str) {
    let indented: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    one(&format!("nodes:\n  a:\n{indented}"), line, message, suggestion);
}

#[test]
fn files_that_are_no_flows() {
    one("", 1, "empty", "begin with `nodes:`");
    one("nodes: [", 1, "not valid YAML", "");
    one("- a\n- b\n", 1, "a flow is written as a mapping", "");
    one("about: x\n", 1, "a flow needs `nodes`", "add `nodes:`");
    one("nodes: {}\n", 1, "without nodes", "add a node");
    one("nodes: &a\n  b: *a\n", 2, "anchors", "");
    one("nodes:\n  a: {say: x, next: hangup}\n  a: {say: y, next: hangup}\n", 3, "already given in line 2", "");
    one("nodes:\n  a: {say: x, next: hangup}\n---\nnodes: {}\n", 3, "one document", "");
}

#[test]
fn a_file_that_breaks_off_has_its_fault_within_it() {
    for text in ["vars:\n    te Fx", "a: [b\n", "nodes:\n  a: {say: \"{{ x\\n\\n\\n }\""] {
        let lines = text.lines().count() + 1;
        assert!(faults(text).iter().all(|fault| fault.line <= lines), "{text:?}");
    }
}

#[test]
fn limits_on_the_file() {
    let deep = format!("nodes: {}{}", "[".repeat(40), "]".repeat(40));
    assert_eq!(faults(&deep).len(), 1);
    let many: String = (0..60).map(|n| format!("  n{n}: {{say: x, next: hangup}}\n")).collect();
    one(&format!("nodes:\n{many}"), 2, "at most 50", "");
    let big = format!("nodes:\n  a: {{say: \"{}\", next: hangup}}\n", "x".repeat(9_000));
    one(&big, 2, "at most 8192", "");
}

#[test]
fn unknown_keys_are_named_with_the_nearest_known_one() {
    one("nodez:\n  a: {hangup: }\nnodes:\n  a: {hangup: }\n", 1, "`nodez`", "did you mean `nodes`?");
    node("say: x\nnxt: hangup\nnext: hangup", 4, "`nxt`", "did you mean `next`?");
    node("menu:\n  say: x\n  option: {1: a}\n  options: {1: a}", 5, "`option`", "did you mean `options`?");
    node("gather: {say: x, into: y, lenght: 4}\nnext: hangup", 3, "`lenght`", "did you mean `length`?");
}

#[test]
fn columns_point_at_the_word() {
    let found = faults("nodes:\n  a: {say: hello, next: nowhere}\n");
    assert_eq!((found[0].line, found[0].column), (2, 25));
    assert_eq!(found[0].severity, Severity::Error);
    assert_eq!(
        found[0].to_string(),
        "test:2:25: error: the node `nowhere` is not known (known here: a, hangup, return, again)"
    );
}

#[test]
fn nodes_do_one_thing_and_go_on() {
    node("next: hangup", 2, "does nothing", "give it one of: say, play");
    one("nodes:\n  a: {say: x, menu: {}, next: hangup}\n", 2, "2 things at once: say, menu", "");
    node("say: x", 2, "does not say where to go on", "add `next:`");
    node("hangup:\nnext: a", 4, "`hangup` has no `next`", "leave `next` out");
    one("nodes:\n  again: {say: x, next: hangup}\n", 2, "meaning of its own", "");
    one("nodes:\n  a b: {say: x, next: hangup}\n", 2, "cannot be the name of a node", "");
    let found = faults("nodes:\n  a: {sya: x, next: hangup}\n");
    assert!(found.iter().any(|fault| fault.suggestion.as_deref() == Some("did you mean `say`?")), "{found:#?}");
}

#[test]
fn targets_exist() {
    let found = faults("nodes:\n  main_menu: {say: x, next: main_menue}\n");
    assert_eq!(found[0].suggestion.as_deref(), Some("did you mean `main_menu`?"));
    one("start: hello\nnodes:\n  helo: {say: x, next: hangup}\n", 1, "`hello`", "did you mean `helo`?");
}

#[test]
fn values_have_the_right_type() {
    node("menu:\n  say: x\n  options: {1: a}\n  timeout: 5", 6, "a duration is needed", "`5s`");
    node("menu:\n  say: x\n  options: {1: a}\n  timeout: 5h", 6, "too long", "");
    node("menu:\n  say: x\n  options: {1: a}\n  tries: many", 6, "a whole number from 1 to 10", "");
    node("menu:\n  say: x\n  options: {1: a}\n  flush: maybe", 6, "`true` or `false`", "");
    node("menu: hello", 3, "a menu is written as a mapping", "");
    node("say: [[x]]\nnext: hangup", 3, "a list within a list", "");
    node("reject: never", 3, "`never`", "busy");
    node("gather: {say: x, into: y, min: 5, max: 3}\nnext: hangup", 3, "no entry can be both", "");
}

#[test]
fn menus_have_options_on_real_keys() {
    node("menu: {say: x, options: {}}", 3, "a menu without options", "");
    node("menu: {say: x}", 3, "a menu needs `options`", "");
    node("menu: {options: {1: a}}", 3, "a menu needs `say`", "");
    node("menu: {say: x, options: {12: a}}", 3, "`12` is no key of a phone", "one at a time");
    node("menu: {say: x, options: {x: a}}", 3, "`x` is no key", "");
    one("keys: {1: again}\nnodes:\n  a: {say: x, next: hangup}\n", 1, "cannot go to `again`", "");
}

#[test]
fn texts_exist_in_every_language() {
    let two = |rest: &str| format!("languages: [en, de]\nnodes:\n  a: {{say: {rest}, next: hangup}}\n");
    one(&two("{en: Hello}"), 3, "missing in de", "add `de: ...`");
    one(&two("Hello"), 3, "in one language", "`en: ...` and `de: ...`");
    one(&two("{en: Hello, de: Hallo, fr: Allo}"), 3, "the language `fr`", "known here: en, de");
    assert_eq!(faults(&two("\"{{ vars.x }} 42\"").replace("languages", "vars: {x: 1}\nlanguages")), []);
    node("say: [{say: Hallo, language: 5}]\nnext: hangup", 3, "`5` is no language", "");
    node("say: [{play: music.wav, language: de}]\nnext: hangup", 3, "only `say` has a `language`", "");
    one("languages: [english]\nnodes:\n  a: {say: x, next: hangup}\n", 1, "no language", "write it as `en`");
}

#[test]
fn templates_compile() {
    node("say: \"{{ call.caller\"\nnext: hangup", 3, "does not compile", "");
    node("say: |\n  hello\n  {{ call. }}\nnext: hangup", 5, "does not compile", "");
    node("say: \"{{ call.caller|digit }}\"\nnext: hangup", 3, "the filter `digit`", "did you mean `digits`?");
    node("branch:\n  - {when: \"call.seconds >\", next: hangup}\n  - else: hangup", 4, "does not compile", "");
    node("branch:\n  - {when: \"{{ call.seconds }}\", next: hangup}\n  - else: hangup", 4, "without braces", "");
    node("say: <emphasis>hello</emphasis>\nnext: hangup", 3, "no mark that can be spoken", "<break");
}

#[test]
fn variables_have_a_value_somewhere() {
    node("say: \"{{ vars.name }}\"\nnext: hangup", 3, "`vars.name` gets a value nowhere", "declare it");
    node("say: \"{{ bussiness.name }}\"\nnext: hangup", 3, "`bussiness`", "did you mean `business`?");
    node("say: \"{{ call.colour }}\"\nnext: hangup", 3, "in `call`, the field `colour`", "caller");
    one(
        "vars: {name: x}\nnodes:\n  a: {say: \"{{ name }}\", next: hangup}\n",
        3,
        "`name`",
        "did you mean `vars.name`?",
    );
    one("vars: {name: x}\nnodes:\n  a: {say: \"{{ vars.nam }}\", next: hangup}\n", 3, "vars.nam", "`vars.name`?");
    one("nodes:\n  a: {set: {vars.x: 1}, next: hangup}\n", 2, "cannot be the name", "write `x`");
    one("nodes:\n  a: {set: {1x: 1}, next: hangup}\n", 2, "cannot be the name", "letters");
}

#[test]
fn branches_and_hours_cover_every_case() {
    node("branch:\n  - {when: call.caller, next: hangup}", 4, "for all other cases", "add `- else:");
    node("branch: {when: call.caller, next: hangup}", 3, "a list of cases", "");
    node("hours: {open: hangup}", 3, "needs `closed`", "");
}

#[test]
fn requests_say_what_happens_without_an_answer() {
    node("http: {url: \"https://example.com\"}\nnext: hangup", 3, "when there is no answer", "`failed:`");
    node("http: {url: example.com, failed: hangup}\nnext: hangup", 3, "no address", "https://");
    node(
        "http: {url: \"https://example.com\", method: gett, failed: hangup}\nnext: hangup",
        3,
        "`gett`",
        "did you mean `get`?",
    );
}

#[test]
fn people_flows_and_sounds_exist() {
    node("transfer: {to: ana, no_answer: hangup}\nnext: hangup", 3, "`ana`", "did you mean `anna`?");
    node("transfer: {to: anna}\nnext: hangup", 3, "a transfer needs `no_answer`", "");
    node("voicemail: {mailbox: tem}\nnext: hangup", 3, "`tem`", "did you mean `team`?");
    node("call: identfy\nnext: hangup", 3, "the flow `identfy`", "did you mean `identify`?");
    node("call: test\nnext: hangup", 3, "cannot call itself", "");
    node("play: musik.wav\nnext: hangup", 3, "the sound `musik.wav`", "did you mean `music.wav`?");
    node("play: ../secret.wav\nnext: hangup", 3, "no path of a sound file", "media folder");
}

#[test]
fn surveys_have_questions_with_answers() {
    node("survey: {questions: []}\nnext: hangup", 3, "without questions", "");
    node("survey: {questions: [{name: q, ask: x}]}\nnext: hangup", 3, "either `keys` or a `range`", "");
    node("survey: {questions: [{name: q, ask: x, range: 5-1}]}\nnext: hangup", 3, "no range", "");
}

#[test]
fn circles_and_lonely_nodes_are_found() {
    let circle = "nodes:\n  a: {set: {x: 1}, next: b}\n  b: {set: {x: 2}, next: a}\n";
    one(circle, 2, "neither speaks nor waits: a -> b", "let a node in it speak");
    let branch = "nodes:\n  a:\n    branch:\n      - {when: call.caller, next: b}\n      - else: hangup\n  b: {set: {x: 2}, next: a}\n";
    let found = faults(branch);
    assert_eq!((found.len(), found[0].severity), (1, Severity::Warning), "{found:#?}");
    one("nodes:\n  a: {set: {x: 1}, next: again}\n", 2, "goes to itself", "");
    let lonely = "nodes:\n  a: {say: x, next: hangup}\n  b: {say: y, next: hangup}\n";
    let found = faults(lonely);
    assert_eq!((found[0].severity, found[0].line), (Severity::Warning, 3));
    assert!(found[0].message.contains("nobody ever gets to `b`"));
}

#[test]
fn all_faults_are_reported_at_once_in_order() {
    let found = faults(
        "languages: [en, de]\nnodes:\n  a:\n    say: {en: hi}\n    next: b\n  c:\n    menu: {say: \"{{ x }}\"}\n",
    );
    let lines: Vec<usize> = found.iter().map(|fault| fault.line).collect();
    assert!(found.len() >= 4 && lines.is_sorted(), "{found:#?}");
}

#[test]
fn flows_are_linked_with_what_they_call() {
    use std::sync::Arc;
    let parse = |name: &str, yaml: &str| {
        let context = ParseContext { name: name.to_owned(), ..ParseContext::default() };
        Arc::new(Flow::parse(yaml, &context).unwrap())
    };
    let link = |entry: &Arc<Flow>, others: &[&Arc<Flow>]| {
        let others: Vec<Arc<Flow>> = others.iter().map(|flow| Arc::clone(flow)).collect();
        let linked = ivr::FlowProgram::new(Arc::clone(entry), others, Arc::default());
        linked.err().map(|faults| faults[0].to_string()).unwrap_or_default()
    };
    let a = parse("a", "nodes:\n  x: {call: b, next: hangup}\n");
    let b = parse("b", "nodes:\n  x: {call: a, next: hangup}\n");
    let c = parse("b", "nodes:\n  x: {say: hi, next: return}\n");
    let german = parse("b", "languages: de\nnodes:\n  x: {say: hallo, next: return}\n");
    let with = parse("a", "nodes:\n  x: {call: {flow: b, with: {name: x}}, next: hangup}\n");
    assert_eq!(link(&a, &[&c]), "");
    assert!(link(&a, &[]).contains("the flow `b` does not exist"));
    assert!(link(&a, &[&a, &b]).contains("in a circle: a -> b -> a"));
    assert!(link(&a, &[&german]).contains("does not speak en"));
    assert!(link(&with, &[&c]).contains("takes no `name`"));
}
