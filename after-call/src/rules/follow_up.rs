//! What a person has to do after a call, because the caller asked for it and no tool noted it.

use voice_agent::brain::builtin::parse;

use crate::call::Heard;
use crate::lexicon::Lexicon;
use crate::{EndedCall, FollowUp, FollowUpKind};

/// The most follow-ups of a call.
const MOST: usize = 3;

/// The tools that leave a follow-up themselves.
const NOTED: [&str; 3] = ["request_callback", "take_message", "create_ticket"];

/// What was asked for.
pub fn follow_ups(call: &EndedCall, caller: &[Heard<'_>]) -> Vec<FollowUp> {
    if call.done().any(|(tool, _)| NOTED.contains(&tool.name.as_str())) {
        return Vec::new();
    }
    let mut found: Vec<FollowUp> = Vec::new();
    for heard in caller {
        let lexicon = Lexicon::of(heard.language);
        if lexicon.kind("opt out").are_in(&heard.words) {
            return Vec::new();
        }
        let kind = if lexicon.kind("callback").are_in(&heard.words) {
            FollowUpKind::Callback
        } else if lexicon.kind("send").are_in(&heard.words) {
            FollowUpKind::Task
        } else {
            continue;
        };
        let date = parse::date(heard.language, &heard.words, call.day, false);
        let used = date.as_ref().map(|date| date.used.clone()).unwrap_or_default();
        let time = match parse::time(heard.language, &heard.words, &used, false) {
            Some(parse::Moment::At(time)) => Some(time),
            _ => None,
        };
        let follow_up =
            FollowUp { kind, text: heard.line.text.trim().to_owned(), date: date.map(|date| date.date), time };
        // Said again, with more of it: the later stands.
        match found.iter_mut().find(|known| known.kind == kind) {
            Some(known) if follow_up.date.is_some() || follow_up.time.is_some() => *known = follow_up,
            Some(_) => {}
            None => found.push(follow_up),
        }
    }
    found.truncate(MOST);
    found
}
