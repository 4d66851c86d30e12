//! One node: which verb, and where it goes on.

use std::time::Duration;

use call_model::HangupCause;

use super::{ENDS, Fields, Reader};
use crate::fault::{Place, clip};
use crate::flow::{Node, Piece, Prompt, Target, Verb};
use crate::yaml::{Entry, Value, Yaml};

/// Every verb.
const VERBS: [&str; 26] = [
    "say",
    "play",
    "pause",
    "menu",
    "gather",
    "survey",
    "branch",
    "hours",
    "set",
    "remember",
    "contact",
    "opt_out",
    "http",
    "tool",
    "record",
    "voicemail",
    "transfer",
    "language",
    "call",
    "agent",
    "return",
    "echo",
    "recording",
    "send_digits",
    "answer",
    "hangup",
];
/// The one that comes before an answer.
const REJECT: &str = "reject";
/// Verbs whose settings say where to go, or that end.
const WITHOUT_NEXT: [&str; 6] = ["menu", "branch", "hours", "return", "hangup", REJECT];

fn verbs() -> impl Iterator<Item = &'static str> {
    VERBS.into_iter().chain([REJECT])
}

/// The entries of `nodes`, with names that can be used.
pub(super) fn entries<'y>(fields: &mut Fields<'y>, place: Place, reader: &mut Reader<'_>) -> Option<&'y [Entry]> {
    let nodes = fields.need("nodes", reader)?;
    let Value::Map(entries) = &nodes.value else {
        reader.faults.error_with(
            nodes.place,
            "`nodes` is a mapping of names to nodes",
            "write `nodes:` and below it `hello:`",
        );
        return None;
    };
    if entries.is_empty() {
        reader.faults.error_with(place, "a flow without nodes", "add a node under `nodes:`");
        return None;
    }
    if entries.len() > reader.context.limits.max_nodes {
        let message = format!("{} nodes; at most {} fit into a flow", entries.len(), reader.context.limits.max_nodes);
        reader.faults.error(nodes.place, message);
        return None;
    }
    for entry in entries {
        let fine = !entry.key.is_empty()
            && entry.key.len() <= 64
            && entry.key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if !fine {
            let message = format!("`{}` cannot be the name of a node", clip(&entry.key));
            reader.faults.error_with(entry.key_place, message, "use letters, digits, `_` and `-`");
        }
        if ENDS.contains(&entry.key.as_str()) {
            reader
                .faults
                .error(entry.key_place, format!("`{}` has a meaning of its own: name the node otherwise", entry.key));
        }
    }
    Some(entries)
}

/// Reads a node. One that cannot be read becomes an end, so that the rest is still checked.
pub(super) fn read(entry: &Entry, reader: &mut Reader<'_>) -> Node {
    let mut node = Node {
        name: entry.key.clone(),
        place: entry.key_place,
        verb: Verb::Hangup { say: Prompt::default(), cause: HangupCause::Normal },
        global_keys: true,
    };
    let Some(mut fields) = Fields::open(&entry.value, "a node", reader) else { return node };
    fields.take("about");
    node.global_keys = reader.flag(fields.take("global_keys"), true);
    if let Some(verb) = verb(&mut fields, entry, reader) {
        node.verb = verb;
    }
    fields.close(reader);
    node
}

fn verb(fields: &mut Fields<'_>, entry: &Entry, reader: &mut Reader<'_>) -> Option<Verb> {
    let given: Vec<&'static str> = verbs().filter(|verb| fields.has(verb)).collect();
    let &[name] = given.as_slice() else {
        no_one_verb(&given, entry, reader);
        for verb in given.iter().copied().chain(["next", "interrupt", "unanswered"]) {
            fields.take(verb);
        }
        return None;
    };
    let settings = fields.take(name)?;
    let next = next(name, fields, entry, reader);
    let interrupt = match name {
        "say" | "play" => reader.flag(fields.take("interrupt"), true),
        _ => true,
    };
    let unanswered = match name {
        "say" | "play" | "pause" => reader.flag(fields.take("unanswered"), false),
        _ => false,
    };
    let heard = |prompt| Some(Verb::Say { prompt, interrupt, unanswered, next });
    match name {
        "say" => heard(reader.prompt(settings)),
        "play" => heard(play(settings, reader)),
        "pause" => {
            let pause = reader.duration(Some(settings), Duration::from_secs(1), Duration::from_mins(1));
            heard(Prompt(vec![Piece::Pause(pause)]))
        }
        "menu" => reader.menu(settings),
        "gather" => reader.gather(settings, next),
        "survey" => reader.survey(settings, next),
        "record" => reader.record(settings, next),
        "voicemail" => reader.voicemail(settings, next),
        "transfer" => reader.transfer(settings, next),
        "recording" => reader.recording(settings, next),
        "echo" => reader.echo(settings, next),
        "hangup" => reader.hangup(settings),
        REJECT => reader.reject(settings),
        _ => reader.logic(name, settings, next),
    }
}

fn no_one_verb(given: &[&'static str], entry: &Entry, reader: &mut Reader<'_>) {
    let place = entry.key_place;
    if !given.is_empty() {
        let message = format!("`{}` does {} things at once: {}", entry.key, given.len(), given.join(", "));
        reader.faults.error_with(place, message, "make a node of each and join them by `next`");
        return;
    }
    let message = format!("`{}` does nothing", entry.key);
    reader.faults.error_with(place, message, format!("give it one of: {}", verbs().collect::<Vec<_>>().join(", ")));
    if let Value::Map(entries) = &entry.value.value {
        let extra = ["next", "about", "interrupt", "global_keys"];
        for other in entries.iter().filter(|other| !extra.contains(&other.key.as_str())) {
            reader.faults.unknown(other.key_place, "the verb", &other.key, verbs());
        }
    }
}

fn next(verb: &str, fields: &mut Fields<'_>, entry: &Entry, reader: &mut Reader<'_>) -> Target {
    if WITHOUT_NEXT.contains(&verb) {
        if fields.has("next") {
            let given = fields.entry("next").map_or(entry.key_place, |entry| entry.key_place);
            let message = format!("`{verb}` has no `next`");
            let suggestion = match verb {
                "menu" | "branch" | "hours" => "its settings say where to go",
                _ => "the flow ends here: leave `next` out",
            };
            reader.faults.error_with(given, message, suggestion);
        }
        return Target::Hangup;
    }
    let Some(next) = fields.take("next") else {
        let message = format!("`{}` does not say where to go on", entry.key);
        reader.faults.error_with(entry.key_place, message, "add `next:` with a node, `hangup` or `return`");
        return Target::Hangup;
    };
    let target = reader.target(next);
    if target == Target::Again && matches!(verb, "say" | "play" | "pause") {
        let message = format!("`{}` would be heard for ever", entry.key);
        reader.faults.warn_with(next.place, message, "the call ends when the idle limit has passed");
    }
    target
}

/// A sound, sounds, or a message of this call.
fn play(yaml: &Yaml, reader: &mut Reader<'_>) -> Prompt {
    match &yaml.value {
        Value::List(items) => Prompt(items.iter().filter_map(|item| reader.sound(item)).map(Piece::Play).collect()),
        Value::Map(entries) if entries.iter().any(|entry| entry.key == "recorded") => reader.prompt(yaml),
        _ => Prompt(reader.sound(yaml).map(Piece::Play).into_iter().collect()),
    }
}
