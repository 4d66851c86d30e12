//! Reading what is judged.

use std::time::Duration;

use serde_json::Value as Json;
use voice_agent::config::fields::{self, Fields};
use voice_agent::config::yaml::{Value, Yaml};
use voice_agent::config::{Faults, Place};

use super::bounds::{CHECKS, QUESTIONS, said};
use super::read::{compared, list, pattern};
use super::{Check, CheckKind, Outcome};

const KINDS: [&str; 11] = [
    "said",
    "did_not_say",
    "tool",
    "no_tool",
    "slots",
    "transferred",
    "outcome",
    "max_turns",
    "max_duration",
    "latency",
    "judge",
];
const MS: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_hours(1);

pub(super) fn read(yaml: &Yaml, faults: &mut Faults) -> Vec<Check> {
    let checks: Vec<Check> = list(yaml).iter().take(CHECKS).filter_map(|item| check(item, faults)).collect();
    if let Some(beyond) = list(yaml).get(CHECKS) {
        faults.error(beyond.place, format!("at most {CHECKS} checks are made of one rehearsal"));
    }
    let questions = checks.iter().filter(|check| matches!(check.kind, CheckKind::Judge(_)));
    if let Some(beyond) = questions.map(|check| check.line).nth(QUESTIONS) {
        let place = Place { line: beyond, column: 1 };
        faults.error(place, format!("at most {QUESTIONS} questions are asked of a model in one rehearsal"));
    }
    if list(yaml).is_empty() {
        faults.error_with(yaml.place, "a rehearsal without checks says nothing", "add `- outcome: done`");
    }
    checks
}

fn check(yaml: &Yaml, faults: &mut Faults) -> Option<Check> {
    let mut fields = Fields::open(yaml, "a check", faults)?;
    let line = yaml.place.line;
    let entries = fields::entries(yaml, "a check", faults)?;
    let Some(first) = entries.first() else {
        faults.error_with(yaml.place, "a check says what is checked", format!("known here: {}", KINDS.join(", ")));
        return None;
    };
    let kind = match first.key.as_str() {
        "said" => pattern(fields.take("said")?, faults).map(CheckKind::Said),
        "did_not_say" => pattern(fields.take("did_not_say")?, faults).map(CheckKind::DidNotSay),
        "tool" => tool(&mut fields, faults),
        "no_tool" => fields::text(fields.take("no_tool")?, "a tool", faults).map(CheckKind::NotUsed),
        "slots" => Some(CheckKind::Slots(compared(fields.take("slots")?, "`slots`", faults))),
        "transferred" => transferred(fields.take("transferred")?, faults),
        "outcome" => outcomes(fields.take("outcome")?, faults),
        "max_turns" => {
            let turns = fields::number(fields.take("max_turns")?, 1, 1_000, faults);
            turns.map(|turns| CheckKind::MaxTurns(turns as u32))
        }
        "max_duration" => fields::duration(fields.take("max_duration")?, MS, HOUR, faults).map(CheckKind::MaxDuration),
        "latency" => fields::duration(fields.take("latency")?, MS, HOUR, faults).map(CheckKind::Latency),
        "judge" => said(fields.take("judge")?, "a question", faults).map(CheckKind::Judge),
        other => {
            faults.unknown(first.place, "the check", other, KINDS);
            return None;
        }
    };
    fields.close(faults);
    kind.map(|kind| Check { line, kind })
}

fn tool(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<CheckKind> {
    let tool = fields::text(fields.take("tool")?, "a tool", faults);
    let with = fields.take("with").map(|yaml| compared(yaml, "`with`", faults)).unwrap_or_default();
    let times = fields.take("times").and_then(|yaml| fields::number(yaml, 0, 1_000, faults));
    Some(CheckKind::Used { tool: tool?, with: Json::Object(with), times: times.map(|times| times as u32) })
}

fn transferred(yaml: &Yaml, faults: &mut Faults) -> Option<CheckKind> {
    match &yaml.value {
        Value::Scalar(Json::Bool(true), _) => Some(CheckKind::Transferred(None)),
        Value::Scalar(Json::Bool(false), _) => Some(CheckKind::NotTransferred),
        _ => pattern(yaml, faults).map(|to| CheckKind::Transferred(Some(to))),
    }
}

fn outcomes(yaml: &Yaml, faults: &mut Faults) -> Option<CheckKind> {
    let mut outcomes = Vec::new();
    for (name, place) in fields::texts(yaml, "an outcome", faults) {
        match Outcome::NAMES.iter().find(|(known, _)| *known == name) {
            Some((_, outcome)) => outcomes.push(*outcome),
            None => faults.unknown(place, "the outcome", &name, Outcome::NAMES.map(|(known, _)| known)),
        }
    }
    (!outcomes.is_empty()).then_some(CheckKind::Outcome(outcomes))
}
