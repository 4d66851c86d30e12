//! Whether what was seen is what was expected.

use call_model::{CallCommand, ChatMessage};

use crate::script::{Expectation, How, Situation, What, When};
use crate::world::{Log, Seen};

/// What is wrong, in words.
pub fn judge(situation: &Situation, log: &Log) -> Vec<String> {
    let complaints = situation.expectations.iter().filter_map(|(line, expectation)| {
        complaint(expectation, log).map(|complaint| format!("line {line}: {complaint}"))
    });
    complaints.collect()
}

fn complaint(expectation: &Expectation, log: &Log) -> Option<String> {
    let Expectation { what, how } = expectation;
    if let What::Report(field, range) = what {
        return report(field, *range, log);
    }
    let times: Vec<i64> = log
        .entries
        .iter()
        .filter(|(_, seen)| is(what, seen))
        .map(|(at, _)| *at - log.zero)
        .filter(|at| *at >= 0)
        .collect();
    match how {
        How::Count(count) => (times.len() != *count).then(|| format!("{what:?} {} times, at {times:?}", times.len())),
        How::Within(None) => times.is_empty().then(|| format!("{what:?} does not happen")),
        How::Never(None) => (!times.is_empty()).then(|| format!("{what:?} happens at {times:?}")),
        How::Within(Some(bounds)) | How::Never(Some(bounds)) => {
            let Some((from, to)) = resolve(bounds, log) else { return Some(format!("{bounds:?}: never heard")) };
            let inside = times.iter().any(|at| (from..=to).contains(at));
            let wanted = matches!(how, How::Within(_));
            (inside != wanted).then(|| format!("{what:?} at {times:?}, expected within {from}..{to}: {wanted}"))
        }
    }
}

fn resolve((when, to): &(When, u64), log: &Log) -> Option<(i64, i64)> {
    let base = match &when.anchor {
        None => 0,
        Some(anchor) => log.entries.iter().find_map(|(at, seen)| match seen {
            Seen::Hears(text) if text.starts_with(anchor.as_str()) => Some(*at - log.zero),
            _ => None,
        })?,
    };
    Some((base + when.ms as i64, base + *to as i64))
}

fn is(what: &What, seen: &Seen) -> bool {
    match (what, seen) {
        (What::Hears(words), Seen::Hears(text)) => text.contains(words.as_str()),
        (What::Asks(words), Seen::Command(CallCommand::Think { request, .. })) => match request.messages.last() {
            Some(ChatMessage::Caller { text } | ChatMessage::Note { text }) => text == words,
            _ => words.is_empty(),
        },
        (What::Heard(words), Seen::Command(CallCommand::Think { request, .. })) => {
            let said = |message: &ChatMessage| matches!(message, ChatMessage::Agent { text, .. } if text == words);
            request.messages.iter().any(said)
        }
        (What::Does(name, text), Seen::Command(command)) => {
            let json = serde_json::to_value(command).unwrap();
            let kind = json["type"].as_str().unwrap_or_default();
            let ends = name == "ends" && matches!(kind, "hangup" | "return");
            let speculates = name == "speculate" && json["request"]["speculative"] == true;
            (ends || speculates || kind == name) && json.to_string().contains(text.as_str())
        }
        _ => false,
    }
}

fn report(field: &str, range: Option<(u64, u64)>, log: &Log) -> Option<String> {
    let Some(report) = log.reports().last() else { return Some("no report".into()) };
    let json = serde_json::to_value(report).unwrap();
    let value = &json[field];
    let fine = match range {
        Some((from, to)) => value.as_u64().is_some_and(|n| (from..=to).contains(&n)),
        None => value == true,
    };
    (!fine).then(|| format!("the report has {field} = {value}"))
}
