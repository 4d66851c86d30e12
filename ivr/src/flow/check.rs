//! What shows only when the whole flow is read: variables without a value, nodes that nobody reaches, circles that
//! neither speak nor wait.

use std::collections::BTreeSet;

use super::read::Reader;
use super::{Flow, Target, Verb};
use crate::fault::Faults;

/// What templates may name, with the fields below where they are known.
const ROOTS: [(&str, &[&str]); 6] = [
    ("call", &["id", "direction", "caller", "trunk", "answered_by", "language", "seconds"]),
    ("contact", &[]),
    ("number", &[]),
    ("business", &["name", "time_zone", "open", "holiday", "today", "closes", "next", "week", "info", "holidays"]),
    ("vars", &[]),
    ("now", &["date", "time", "weekday", "year", "month", "day", "hour", "minute", "unix"]),
];

/// Every variable that a template names has a value from somewhere.
pub(super) fn variables(reader: &mut Reader<'_>) {
    let uses = std::mem::take(&mut reader.uses);
    for (path, place) in uses {
        let mut parts = path.split('.');
        let (root, field) = (parts.next().unwrap_or_default(), parts.next());
        let Some((_, fields)) = ROOTS.iter().find(|(name, _)| *name == root) else {
            if reader.defined.contains(root) {
                let message = format!("`{root}` is not known in templates");
                reader.faults.error_with(place, message, format!("did you mean `vars.{root}`?"));
            } else {
                reader.faults.unknown(place, "the variable", root, ROOTS.iter().map(|(name, _)| *name));
            }
            continue;
        };
        let Some(field) = field else { continue };
        if root == "vars" && !reader.defined.contains(field) {
            let known: Vec<String> = reader.defined.iter().map(|name| format!("vars.{name}")).collect();
            let message = format!("`vars.{field}` gets a value nowhere in this flow");
            let near = known.iter().find(|name| strsim::damerau_levenshtein(name, &format!("vars.{field}")) <= 2);
            let suggestion = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("if whoever places the call gives it, declare it: `vars: {{{field}: \"\"}}`"),
            };
            reader.faults.error_with(place, message, suggestion);
        } else if !fields.is_empty() && !fields.contains(&field) {
            reader.faults.unknown(place, &format!("in `{root}`, the field"), field, fields.iter().copied());
        }
    }
}

/// Nodes that nobody reaches, and circles that take no time.
pub(super) fn graph(flow: &Flow, faults: &mut Faults) {
    unreachable(flow, faults);
    silent_circles(flow, faults);
    for node in &flow.nodes {
        let again = node.verb.is_silent() && node.verb.targets().contains(&Target::Again);
        if again {
            let message = format!("`{}` goes to itself without speaking or waiting", node.name);
            faults.error_with(node.place, message, "send it to another node");
        }
    }
}

fn successors(flow: &Flow, index: usize) -> impl Iterator<Item = usize> {
    let targets = flow.nodes.get(index).map(|node| node.verb.targets()).unwrap_or_default();
    targets.into_iter().filter_map(|target| match target {
        Target::Node(next) => Some(next),
        _ => None,
    })
}

fn unreachable(flow: &Flow, faults: &mut Faults) {
    let global = flow.global_keys.values().filter_map(|target| match target {
        Target::Node(index) => Some(*index),
        _ => None,
    });
    let mut open: Vec<usize> = global.chain([flow.start]).collect();
    let mut reached: BTreeSet<usize> = open.iter().copied().collect();
    while let Some(index) = open.pop() {
        open.extend(successors(flow, index).filter(|next| reached.insert(*next)));
    }
    for (index, node) in flow.nodes.iter().enumerate() {
        if !reached.contains(&index) {
            let message = format!("nobody ever gets to `{}`", node.name);
            faults.warn_with(node.place, message, "point to it from another node, or delete it");
        }
    }
}

/// A circle of silent nodes is an error when nothing in it decides, and a warning when a condition may lead out.
fn silent_circles(flow: &Flow, faults: &mut Faults) {
    let silent: Vec<bool> = flow.nodes.iter().map(|node| node.verb.is_silent()).collect();
    // 0: not seen, 1: on the path, 2: done.
    let mut state = vec![0u8; flow.nodes.len()];
    for start in 0..flow.nodes.len() {
        if silent[start] && state[start] == 0 {
            walk(flow, start, &silent, &mut state, faults);
        }
    }
}

fn walk(flow: &Flow, start: usize, silent: &[bool], state: &mut [u8], faults: &mut Faults) {
    let mut path = vec![(start, successors(flow, start).collect::<Vec<_>>())];
    state[start] = 1;
    while let Some((index, rest)) = path.last_mut() {
        let index = *index;
        match rest.pop() {
            None => {
                state[index] = 2;
                path.pop();
            }
            Some(next) if !silent[next] || state[next] == 2 => {}
            Some(next) if state[next] == 1 => {
                let circle: Vec<usize> = path.iter().map(|(node, _)| *node).skip_while(|node| *node != next).collect();
                report_circle(flow, &circle, faults);
            }
            Some(next) => {
                state[next] = 1;
                path.push((next, successors(flow, next).collect()));
            }
        }
    }
}

fn report_circle(flow: &Flow, circle: &[usize], faults: &mut Faults) {
    let decides = |index: &usize| matches!(flow.nodes[*index].verb, Verb::Branch { .. } | Verb::Call { .. });
    let names: Vec<&str> = circle.iter().map(|index| flow.nodes[*index].name.as_str()).collect();
    let message = format!("a circle that neither speaks nor waits: {}", names.join(" -> "));
    let Some(first) = circle.first() else { return };
    let place = flow.nodes[*first].place;
    if circle.iter().any(decides) {
        faults.warn_with(place, message, "make sure that a condition leads out of it; a call that stays in it ends");
    } else {
        faults.error_with(place, message, "let a node in it speak, ask or wait");
    }
}
