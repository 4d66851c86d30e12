//! Reading who calls.

use std::time::Duration;

use voice_agent::config::fields::{self, Fields};
use voice_agent::config::yaml::{Value, Yaml};
use voice_agent::config::{Faults, clip};

use super::bounds::{KEYS, said};
use super::read::{list, pattern};
use super::{Act, Answer, Caller, FactOf, Pattern, Persona, Script, Step, Temperament};

const TEMPERAMENTS: [(&str, Temperament); 5] = [
    ("calm", Temperament::Calm),
    ("hurried", Temperament::Hurried),
    ("hesitant", Temperament::Hesitant),
    ("talkative", Temperament::Talkative),
    ("angry", Temperament::Angry),
];
/// How long a caller is silent who only `wait`s.
const SILENT: Duration = Duration::from_secs(20);
const LONGEST: Duration = Duration::from_mins(5);
const SHORTEST: Duration = Duration::from_millis(1);

pub(super) fn read(yaml: &Yaml, faults: &mut Faults) -> Option<Caller> {
    // A list alone is a script.
    if let Value::List(_) = &yaml.value {
        return Some(Caller::Script(Script { steps: steps(yaml, faults), answers: Vec::new() }));
    }
    let mut fields = Fields::open(yaml, "the caller", faults)?;
    if let Some(yaml) = fields.take("script") {
        let steps = steps(yaml, faults);
        let answers = fields.take("answers").map(|yaml| answers(yaml, faults)).unwrap_or_default();
        fields.close(faults);
        return Some(Caller::Script(Script { steps, answers }));
    }
    let goal = fields.take("goal").and_then(|yaml| said(yaml, "the goal", faults));
    let opening = fields.take("opening").and_then(|yaml| said(yaml, "what is said first", faults));
    let wish = |yaml: &Yaml, faults: &mut Faults| said(yaml, "what is wanted besides", faults);
    let then = fields.take("then").map_or(&[][..], list).iter().filter_map(|yaml| wish(yaml, faults)).collect();
    let facts = fields.take("facts").map(|yaml| facts(yaml, faults)).unwrap_or_default();
    let how = fields.take("temperament");
    let temperament = how.and_then(|yaml| fields::word(yaml, "the temperament", &TEMPERAMENTS, faults));
    if goal.is_none() {
        let message = "the caller needs `script` (what he says) or `goal` (what he wants)";
        faults.error_with(fields.place, message, "a list of steps alone is a script");
    }
    fields.close(faults);
    Some(Caller::Persona(Persona { goal: goal?, opening, then, facts, temperament: temperament.unwrap_or_default() }))
}

fn steps(yaml: &Yaml, faults: &mut Faults) -> Vec<Step> {
    list(yaml).iter().filter_map(|item| step(item, faults)).collect()
}

fn step(yaml: &Yaml, faults: &mut Faults) -> Option<Step> {
    let line = yaml.place.line;
    let plain = |act| Step { line, only_if: None, expect: None, wait: Duration::ZERO, act };
    if yaml.scalar().is_some_and(|text| text.trim() == "hang_up") {
        return Some(plain(Act::HangUp));
    }
    if yaml.scalar().is_some() {
        return said(yaml, "what is said", faults).map(|text| plain(Act::Say(text)));
    }
    let mut fields = Fields::open(yaml, "a step", faults)?;
    let only_if = fields.take("if").and_then(|yaml| pattern(yaml, faults));
    let expect = fields.take("expect").and_then(|yaml| pattern(yaml, faults));
    let wait = fields.take("wait").and_then(|yaml| fields::duration(yaml, SHORTEST, LONGEST, faults));
    let act = act(&mut fields, faults);
    let act = act.or_else(|| wait.map(Act::Silent));
    if act.is_none() {
        let message = "a step needs one of `say`, `press`, `silent`, `interrupt` and `hang_up`";
        faults.error_with(yaml.place, message, "text alone is said");
    }
    fields.close(faults);
    let act = act?;
    let wait = wait.filter(|wait| act != Act::Silent(*wait)).unwrap_or_default();
    Some(Step { line, only_if, expect, wait, act })
}

/// What is done; `None` when nothing is named.
fn act(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<Act> {
    let mut acts = Vec::new();
    acts.extend(fields.take("say").and_then(|yaml| said(yaml, "what is said", faults)).map(Act::Say));
    acts.extend(fields.take("press").and_then(|yaml| keys(yaml, faults)).map(Act::Press));
    let silent = fields.take("silent");
    acts.extend(silent.map(|yaml| match &yaml.value {
        Value::Scalar(serde_json::Value::Bool(true), _) => Act::Silent(SILENT),
        _ => Act::Silent(fields::duration(yaml, SHORTEST, LONGEST, faults).unwrap_or(SILENT)),
    }));
    let after = fields.take("after").and_then(|yaml| fields::duration(yaml, SHORTEST, LONGEST, faults));
    let interrupt = fields.take("interrupt").and_then(|yaml| said(yaml, "what is said", faults));
    acts.extend(interrupt.map(|say| Act::Interrupt { say, after: after.unwrap_or(Duration::from_millis(1_200)) }));
    acts.extend(fields.take("hang_up").map(|_| Act::HangUp));
    if acts.len() > 1 {
        faults.error(fields.place, "only one of `say`, `press`, `silent`, `interrupt` and `hang_up` stands here");
    }
    acts.into_iter().next()
}

fn keys(yaml: &Yaml, faults: &mut Faults) -> Option<String> {
    let keys = fields::text(yaml, "the keys", faults)?;
    if keys.len() > KEYS {
        faults.error(yaml.place, format!("at most {KEYS} keys are pressed at once"));
        return Some(keys);
    }
    if keys.chars().all(|key| "0123456789*#ABCD".contains(key)) {
        return Some(keys);
    }
    faults.error_with(yaml.place, format!("`{}` are no keys", clip(&keys)), "keys are 0-9, *, # and A-D");
    None
}

/// What is done: text is said, a mapping is a step's; a list is the first time, the second time, and so on.
fn acts(yaml: &Yaml, faults: &mut Faults) -> Vec<Act> {
    list(yaml).iter().filter_map(|item| step(item, faults).map(|step| step.act)).collect()
}

fn answers(yaml: &Yaml, faults: &mut Faults) -> Vec<Answer> {
    let mut answers = Vec::new();
    for item in list(yaml) {
        let Some(mut fields) = Fields::open(item, "an answer", faults) else { continue };
        let to = fields.need("to", faults).and_then(|yaml| pattern(yaml, faults));
        let say = fields.take("say").map(|yaml| acts(yaml, faults));
        let other = if say.is_none() { act(&mut fields, faults) } else { None };
        fields.close(faults);
        let acts = say.unwrap_or_else(|| other.into_iter().collect());
        if acts.is_empty() {
            faults.error(item.place, "an answer needs `say` or another thing to do");
        } else if let Some(to) = to {
            answers.push(Answer { to, acts });
        }
    }
    answers
}

fn facts(yaml: &Yaml, faults: &mut Faults) -> Vec<FactOf> {
    let mut facts = Vec::new();
    for entry in fields::entries(yaml, "`facts`", faults).unwrap_or_default() {
        let about = entry.key.clone();
        let detailed = matches!(&entry.value.value, Value::Map(entries) if entries.iter().any(|e| e.key == "asked"));
        let (cues, acts): (Option<Pattern>, _) = if detailed {
            let Some(mut fields) = Fields::open(&entry.value, "a fact", faults) else { continue };
            let cues = fields.take("asked").and_then(|yaml| pattern(yaml, faults));
            let say = fields.take("say").map(|yaml| acts(yaml, faults));
            let other = if say.is_none() { act(&mut fields, faults) } else { None };
            fields.close(faults);
            (cues, say.unwrap_or_else(|| other.into_iter().collect()))
        } else {
            (None, acts(&entry.value, faults))
        };
        if acts.is_empty() {
            faults.error(entry.place, format!("the fact `{}` says nothing", clip(&about)));
        } else {
            facts.push(FactOf { about, cues, acts });
        }
    }
    facts
}
