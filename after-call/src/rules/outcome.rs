//! What came of a call: first by what was done in it, then by what was said.

use call_model::{Direction, HangupParty, Speaker};

use crate::call::Heard;
use crate::lexicon::Lexicon;
use crate::{EndedCall, Outcome};

/// A caller who leaves sooner than this without a word gave up.
const SHORT_MS: u64 = 10_000;

/// What a tool brings about, by its name; the first that fits.
const TOOLS: [(&str, Outcome); 7] = [
    ("book_appointment", Outcome::AppointmentBooked),
    ("reschedule_appointment", Outcome::AppointmentMoved),
    ("cancel_appointment", Outcome::AppointmentCancelled),
    ("create_ticket", Outcome::TicketCreated),
    ("take_message", Outcome::MessageTaken),
    ("request_callback", Outcome::CallbackRequested),
    ("record_survey_answer", Outcome::SurveyAnswered),
];

/// Of several, the earlier is what came of the call.
const RANKS: [Outcome; 9] = [
    Outcome::AppointmentBooked,
    Outcome::AppointmentMoved,
    Outcome::AppointmentCancelled,
    Outcome::Transferred,
    Outcome::TicketCreated,
    Outcome::SurveyAnswered,
    Outcome::CallbackRequested,
    Outcome::MessageTaken,
    Outcome::Voicemail,
];

/// Whether an outcome was brought about, so that no reading of the words can change it.
pub fn is_certain(outcome: Outcome) -> bool {
    RANKS.contains(&outcome) || matches!(outcome, Outcome::Missed | Outcome::NotReached | Outcome::OptedOut)
}

/// What came of a call.
pub fn outcome(call: &EndedCall, caller: &[Heard<'_>]) -> Outcome {
    if call.talked_ms.is_none() {
        return if call.direction == Direction::Inbound { Outcome::Missed } else { Outcome::NotReached };
    }
    if opted_out(call, caller) {
        return Outcome::OptedOut;
    }
    done(call).unwrap_or_else(|| said(call, caller))
}

fn done(call: &EndedCall) -> Option<Outcome> {
    let by_tool = |name: &str| TOOLS.iter().find(|(tool, _)| name == *tool).map(|(_, outcome)| *outcome);
    let mut brought: Vec<Outcome> = call.done().filter_map(|(tool, _)| by_tool(&tool.name)).collect();
    // Of booking, moving and cancelling the last stands.
    let is_time = |outcome: &Outcome| RANKS[..3].contains(outcome);
    if let Some(last) = brought.iter().rposition(is_time) {
        let last = brought[last];
        brought.retain(|outcome| !is_time(outcome));
        brought.push(last);
    }
    if call.transferred {
        brought.push(Outcome::Transferred);
    }
    if call.remembered.keys().any(|key| key == "message" || key.starts_with("message_")) {
        brought.push(Outcome::MessageTaken);
    }
    if call.remembered.contains_key("survey") {
        brought.push(Outcome::SurveyAnswered);
    }
    if call.voicemails > 0 {
        brought.push(Outcome::Voicemail);
    }
    RANKS.into_iter().find(|rank| brought.contains(rank))
}

fn opted_out(call: &EndedCall, caller: &[Heard<'_>]) -> bool {
    let kept = call.remembered.get("opt_out").is_some_and(|value| value != &serde_json::Value::Bool(false));
    let filed = call.remembered.get("result").and_then(serde_json::Value::as_str) == Some("opted_out")
        || call.done().any(|(tool, _)| tool.name == "opt_out");
    kept || filed || caller.iter().any(|heard| Lexicon::of(heard.language).kind("opt out").are_in(&heard.words))
}

fn said(call: &EndedCall, caller: &[Heard<'_>]) -> Outcome {
    let left = call.end.is_some_and(|(_, by)| by == HangupParty::Caller);
    let Some(last) = caller.iter().rev().find(|heard| !heard.words.is_empty()) else {
        let short = call.talked_ms.is_none_or(|ms| ms < SHORT_MS);
        return if left && short { Outcome::Abandoned } else { Outcome::Answered };
    };
    if caller.iter().any(|heard| Lexicon::of(heard.language).kind("callback").are_in(&heard.words)) {
        return Outcome::CallbackRequested;
    }
    let lexicon = Lexicon::of(last.language);
    let farewell = lexicon.kind("goodbye").are_in(&last.words) || lexicon.kind("polite").are_in(&last.words);
    let answered = call.lines.iter().any(|line| line.speaker == Speaker::Us && line.from_ms >= last.line.to_ms);
    if left && !answered && !farewell { Outcome::Abandoned } else { Outcome::Answered }
}
