//! Whether a call was as it should be. Pure: what a model is asked comes back as a [`Question`].

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::record::{Record, Use};
use crate::spec::{CheckKind, Pattern, Rehearsal, matches_value};

/// Something that is not as it should be, or could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Line of the check in the rehearsal's file; 0 where there is none.
    pub line: usize,
    /// Which check it is, as a file names it; `step` for what a script expected, `call` for the call as a whole.
    pub check: &'static str,
    /// What is wrong, as one sentence without a full stop.
    pub text: String,
    /// The part of the dialogue that shows it.
    pub excerpt: String,
}

/// What the checks said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// Checks that failed.
    pub failed: Vec<Finding>,
    /// Checks that could not be made, and why.
    pub skipped: Vec<Finding>,
    /// Questions for a model that are still open.
    #[serde(skip)]
    pub questions: Vec<Question>,
}

/// A question for a model: line of the check, and the question.
pub type Question = (usize, String);

/// How many entries of the dialogue an excerpt has.
const EXCERPT: usize = 6;

/// Judges a call by the checks of its rehearsal.
pub fn judge(rehearsal: &Rehearsal, record: &Record) -> Judgement {
    let mut judgement = Judgement::default();
    for (line, text) in &record.unexpected {
        judgement.failed.push(Finding { line: *line, check: "step", text: text.clone(), excerpt: record.end(EXCERPT) });
    }
    for check in &rehearsal.checks {
        let verdict = verdict(&check.kind, record);
        let finding = |text, excerpt| Finding { line: check.line, check: check.kind.name(), text, excerpt };
        match verdict {
            Verdict::Fine => {}
            Verdict::Wrong(text) => judgement.failed.push(finding(text, record.end(EXCERPT))),
            Verdict::WrongAt(text, at) => {
                judgement.failed.push(finding(text, record.excerpt(at.saturating_sub(2), EXCERPT - 2)));
            }
            Verdict::Skipped(why) => judgement.skipped.push(finding(why.to_owned(), String::new())),
            Verdict::Ask(question) => judgement.questions.push((check.line, question)),
        }
    }
    judgement
}

enum Verdict {
    Fine,
    Wrong(String),
    WrongAt(String, usize),
    Skipped(&'static str),
    Ask(String),
}

fn fine_if(fine: bool, text: impl FnOnce() -> String) -> Verdict {
    if fine { Verdict::Fine } else { Verdict::Wrong(text()) }
}

fn verdict(check: &CheckKind, record: &Record) -> Verdict {
    match check {
        CheckKind::Said(words) => {
            fine_if(record.said().any(|(_, text)| words.is_in(text)), || format!("the agent never said {words}"))
        }
        CheckKind::DidNotSay(words) => match record.said().find(|(_, text)| words.is_in(text)) {
            Some((at, _)) => Verdict::WrongAt(format!("the agent said {words}"), at),
            None => Verdict::Fine,
        },
        CheckKind::Used { tool, with, times } => used(tool, with, *times, record),
        CheckKind::NotUsed(tool) => {
            let used = record.uses.iter().any(|used| used.name == *tool);
            fine_if(!used, || format!("`{tool}` was used"))
        }
        CheckKind::Slots(slots) => {
            let wrong = slots
                .iter()
                .find(|(name, wanted)| !record.slot(name).is_some_and(|found| matches_value(wanted, found)));
            wrong.map_or(Verdict::Fine, |(name, wanted)| {
                let found = record.slot(name).map_or_else(|| "nothing".to_owned(), Value::to_string);
                Verdict::Wrong(format!("`{name}` is {found}, and {wanted} was expected"))
            })
        }
        CheckKind::Transferred(to) => transferred(to.as_ref(), record),
        CheckKind::NotTransferred => {
            fine_if(record.transfers.is_empty(), || format!("the caller was put through to {}", all(record)))
        }
        CheckKind::Outcome(outcomes) => fine_if(outcomes.contains(&record.outcome), || {
            let wanted: Vec<&str> = outcomes.iter().map(|outcome| outcome.name()).collect();
            format!("the call ended with `{}`, and `{}` was expected", record.outcome.name(), wanted.join("` or `"))
        }),
        CheckKind::MaxTurns(most) => fine_if(record.turns <= *most, || {
            format!("the caller spoke {} times; at most {most} is fine", record.turns)
        }),
        CheckKind::MaxDuration(most) => fine_if(Duration::from_millis(record.duration_ms) <= *most, || {
            let took = record.duration_ms as f64 / 1_000.0;
            format!("the call took {took:.0} s; at most {:.0} s is fine", most.as_secs_f64())
        }),
        CheckKind::Latency(most) => match record.latency() {
            None => Verdict::Skipped("delays are measured in audio only"),
            Some(found) => fine_if(Duration::from_millis(found) <= *most, || {
                format!("the agent began to speak after {found} ms; at most {} ms is fine", most.as_millis())
            }),
        },
        CheckKind::Judge(question) => Verdict::Ask(question.clone()),
    }
}

fn used(tool: &str, with: &Value, times: Option<u32>, record: &Record) -> Verdict {
    let of_name: Vec<&Use> = record.uses.iter().filter(|used| used.name == tool).collect();
    let fitting = |used: &&&Use| used.failure.is_none() && matches_value(with, &used.arguments);
    let count = of_name.iter().filter(fitting).count();
    let enough = times.map_or(count > 0, |times| count == times as usize);
    fine_if(enough, || {
        let wanted = times.map_or_else(String::new, |times| format!(" {times} times"));
        let how = if with.as_object().is_some_and(serde_json::Map::is_empty) {
            String::new()
        } else {
            format!(" with {with}")
        };
        let found: Vec<String> = of_name.iter().map(|used| shown(used)).collect();
        let found =
            if found.is_empty() { "it was not used".to_owned() } else { format!("it was: {}", found.join("; ")) };
        format!("`{tool}` was expected{wanted}{how}; {found}")
    })
}

fn shown(used: &Use) -> String {
    let failure = used.failure.as_ref().map_or_else(String::new, |failure| format!(" ({failure})"));
    format!("{}{failure}", used.arguments)
}

fn transferred(to: Option<&Pattern>, record: &Record) -> Verdict {
    let fits = |targets: &Vec<String>| to.is_none_or(|to| targets.iter().any(|target| to.is_in(target)));
    fine_if(record.transfers.iter().any(fits), || match to {
        Some(to) if !record.transfers.is_empty() => {
            format!("the caller was put through to {}, and {to} was expected", all(record))
        }
        _ => "the caller was not put through".to_owned(),
    })
}

fn all(record: &Record) -> String {
    record.transfers.iter().flatten().cloned().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Entry, Who};
    use crate::spec::Outcome;
    use serde_json::json;

    fn record() -> Record {
        let entry = |at_ms, who, text: &str| Entry { at_ms, who, text: text.into(), cut: false };
        let used = |arguments, failure: Option<&str>| Use {
            name: "book".into(),
            arguments,
            result: failure.is_none().then(|| json!({})),
            failure: failure.map(Into::into),
        };
        Record {
            entries: vec![
                entry(0, Who::Agent, "Hello!"),
                entry(2_000, Who::Caller, "A cleaning on Tuesday, please."),
                entry(4_000, Who::Agent, "That costs ninety euros."),
            ],
            uses: vec![used(json!({"day": "monday"}), Some("full")), used(json!({"day": "tuesday"}), None)],
            kept: json!({"message": {"name": "Maria"}}).as_object().unwrap().clone(),
            transfers: vec![vec!["anna".into(), "ben".into()]],
            outcome: Outcome::Transferred,
            turns: 1,
            duration_ms: 9_000,
            ..Record::new()
        }
    }

    fn complaints(checks: &str) -> Vec<String> {
        let yaml = format!("agent: a\ncaller: [Hello]\nchecks:\n{checks}");
        let rehearsal = Rehearsal::parse(&yaml, "test").unwrap();
        let judgement = judge(&rehearsal, &record());
        judgement.failed.into_iter().chain(judgement.skipped).map(|finding| finding.text).collect()
    }

    #[test]
    fn what_is_as_it_should_be_is_no_finding() {
        let checks = "  - said: [ninety euros, /free/]\n  - did_not_say: Tuesday\n  - tool: book\n    with: {day: tuesday}\n\
                      \x20 - {tool: book, times: 1}\n  - no_tool: cancel\n  - slots: {name: maria, day: tues}\n\
                      \x20 - transferred: anna\n  - transferred: true\n  - outcome: [done, transferred]\n  - max_turns: 1\n\
                      \x20 - max_duration: 9s\n";
        assert_eq!(complaints(checks), [""; 0]);
    }

    #[test]
    fn each_fault_is_told_with_what_was_found() {
        for (check, hint) in [
            ("said: eighty", "never said “eighty”"),
            ("did_not_say: ninety", "said “ninety”"),
            ("{tool: book, with: {day: monday}}", "(full)"),
            ("{tool: book, times: 2}", "2 times"),
            ("tool: cancel", "it was not used"),
            ("no_tool: book", "`book` was used"),
            ("slots: {name: Ben}", "`name` is \"Maria\""),
            ("slots: {email: x}", "`email` is nothing"),
            ("transferred: carl", "anna, ben"),
            ("transferred: false", "put through to anna"),
            ("outcome: done", "ended with `transferred`"),
            ("max_duration: 8s", "took 9 s"),
            ("latency: 1s", "audio only"),
        ] {
            let found = complaints(&format!("  - {check}\n"));
            assert!(matches!(&found[..], [one] if one.contains(hint)), "{check}: {found:?}");
        }
    }
}
