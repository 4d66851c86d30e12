//! Tools under way: one after the other, each with its end, whatever the caller does meanwhile.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use call_model::{CallCommand, ToolCall, ToolFailure, ToolReport, ToolRequest, ToolUseId, Verified};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::conversation::EntryId;
use super::thought::{Answering, ms};
use super::tools::Done;
use super::{After, AgentApp, Stage};

/// How long a sound of the caller keeps tools from being used: he may be about to go on.
const HOLD: Duration = Duration::from_millis(800);
/// Failures in a row after which the caller is offered another way.
const FAILURES: u32 = 2;
/// The longest result that a brain is given, in bytes.
const MAX_RESULT: usize = 16 * 1024;
/// Tools that were given up on and are still heard out.
const MAX_LATE: usize = 8;
/// The tool that finds out whether the caller is who he says; only the house's own is believed.
const VERIFY: &str = "verify";
/// The tool that files a message; the agent's own of that name passes on to it.
const TAKE_MESSAGE: &str = "take_message";

/// The tools of one talk.
#[derive(Default)]
pub(super) struct Uses {
    /// What the brain called, as long as the caller may be about to go on.
    offered: Option<Offered>,
    waiting: VecDeque<ToolCall>,
    running: Option<Running>,
    /// What happens at the end of what is being said, and is not done yet.
    later: Option<(ToolCall, Duration)>,
    /// Given up on.
    late: Vec<(ToolUseId, ToolCall, Duration)>,
    last: u32,
    /// Results that are worth another thought.
    worth: bool,
    /// The brain spoke of it already.
    spoke: bool,
    /// The caller went on meanwhile: what is under way holds nobody up.
    passed_by: bool,
    /// Results that no answer has told of.
    unsaid: bool,
    failures: u32,
}

struct Offered {
    entry: EntryId,
    calls: Vec<ToolCall>,
    spoke: bool,
    until: Duration,
}

struct Running {
    id: ToolUseId,
    call: ToolCall,
    began: Duration,
    /// Since when nothing is said.
    quiet: Duration,
    fillers: u32,
    /// What is said of what was typed for it.
    typed: Option<String>,
}

impl Uses {
    /// Something is done, or is about to be, and the caller waits for it.
    pub fn is_busy(&self) -> bool {
        let under_way = self.running.is_some() || !self.waiting.is_empty();
        self.offered.is_some() || (under_way && !self.passed_by)
    }

    /// What was to happen at the end may happen: nothing is under way.
    pub fn are_done(&self) -> bool {
        self.offered.is_none() && self.running.is_none() && self.waiting.is_empty()
    }

    /// The caller's turn is over. `false`: a tool is under way, and its end asks for the answer.
    pub fn let_ask(&mut self) -> bool {
        (self.passed_by, self.unsaid) = (false, false);
        self.running.is_none()
    }

    /// Whether there are results that no answer has told of.
    pub fn take_unsaid(&mut self) -> bool {
        std::mem::take(&mut self.unsaid)
    }

    /// The house works on something.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }
}

impl AgentApp {
    /// The brain's answer is complete and calls tools. They are used as soon as it is certain that the caller is done.
    pub(super) fn offer_tools(&mut self, entry: EntryId, calls: Vec<ToolCall>, spoke: bool) {
        self.uses.offered = Some(Offered { entry, calls, spoke, until: self.at() + HOLD });
        self.begin_tools();
    }

    /// Begins what the brain called, unless the caller is making a sound.
    pub(super) fn begin_tools(&mut self) {
        let (at, speaks) = (self.at(), self.turn.is_caller_speaking());
        let Some(Offered { entry, calls, spoke, .. }) = self.uses.offered.take_if(|o| !speaks || o.until <= at) else {
            return;
        };
        // What a tool did cannot be taken back.
        self.memory_before = None;
        self.turn.settle();
        self.talk.called(entry, calls.clone());
        self.uses.waiting = calls.into();
        (self.uses.worth, self.uses.spoke, self.uses.passed_by) = (false, spoke, false);
        self.next_tool();
    }

    /// What came of tools is worth another thought.
    pub(super) fn uses_are_worth_a_thought(&mut self) {
        self.uses.worth = true;
    }

    /// Typing came to its end without a use.
    pub(super) fn go_on_with_tools(&mut self) {
        self.next_tool();
    }

    /// Uses what waits, in order; then the brain thinks over what came of it.
    fn next_tool(&mut self) {
        while self.uses.running.is_none() && !matches!(self.after, Some(After::Keys { .. })) {
            let Some(call) = self.uses.waiting.pop_front() else { return self.tools_done() };
            if let Err(refused) = self.may_call(&call) {
                self.uses.worth = true;
                self.tool_ended(&call, self.now.since_start, Err(refused));
                continue;
            }
            let asks = self.program.agent.tools.house.iter().find(|tool| tool.name == call.name);
            let asks = asks.map(|tool| !tool.keys.is_empty());
            match asks.filter(|_| self.is_at_hand(&call.name)) {
                Some(false) => self.use_tool(call, BTreeMap::new()),
                Some(true) => self.ask_keys(call),
                None => self.use_own(call),
            }
        }
    }

    fn is_at_hand(&self, name: &str) -> bool {
        self.program.tools.iter().any(|tool| tool.name == name)
    }

    /// A tool of our own, or one that there is not.
    fn use_own(&mut self, call: ToolCall) {
        // A message is the agent's own affair, and passed on from there.
        if self.is_at_hand(&call.name) && call.name != TAKE_MESSAGE {
            // Of an MCP server that the file names as a whole.
            return self.use_tool(call, BTreeMap::new());
        }
        let began = self.at();
        // A second tool that ends the talk has no place.
        let done = if self.after.is_some() { Done::Failed("something else comes first") } else { self.run_tool(&call) };
        match done {
            Done::Result(result) => {
                self.uses.worth |= !self.uses.spoke;
                self.tool_ended(&call, began, Ok(result));
            }
            Done::Failed(why) => {
                self.uses.worth = true;
                self.tool_ended(&call, began, Err(ToolFailure::Failed { message: why.to_owned() }));
            }
            Done::Later => self.uses.later = Some((call, began)),
        }
    }

    /// The house is asked. `keys`: what the caller typed for it.
    pub(super) fn use_tool(&mut self, call: ToolCall, keys: BTreeMap<String, String>) {
        let at = self.at();
        self.uses.last += 1;
        let id = ToolUseId(self.uses.last);
        let digits: usize = keys.values().map(String::len).sum();
        let typed = (digits > 0).then(|| format!("{digits} digits"));
        let request = self.tool_request(&call, keys);
        self.command(CallCommand::UseTool { tool: id, request });
        self.answering.get_or_insert_with(|| Answering::of_ours(at));
        self.uses.running = Some(Running { id, call, began: at, quiet: at, fillers: 0, typed });
    }

    fn tool_request(&self, call: &ToolCall, keys: BTreeMap<String, String>) -> Box<ToolRequest> {
        Box::new(ToolRequest {
            call: self.facts.call,
            agent: self.program.agent.name.clone(),
            language: self.language.clone(),
            name: call.name.clone(),
            arguments: call.arguments.clone(),
            once: once(&self.facts.call.to_string(), call),
            caller: self.facts.caller.clone(),
            number: self.facts.number.clone(),
            contact: self.facts.contact.clone(),
            verified: self.verified,
            keys,
        })
    }

    /// Has the house file a message, where it does so. Nobody waits for it, and it is done after the call too.
    pub(super) fn pass_on(&mut self, note: &Value) {
        if !self.program.has_tool(TAKE_MESSAGE) {
            return;
        }
        self.uses.last += 1;
        let call = ToolCall { id: String::new(), name: TAKE_MESSAGE.to_owned(), arguments: note.clone() };
        let request = self.tool_request(&call, BTreeMap::new());
        self.command(CallCommand::UseTool { tool: ToolUseId(self.uses.last), request });
    }

    /// A tool of the house is done.
    pub(super) fn tool_done(&mut self, tool: ToolUseId, result: &Result<Value, ToolFailure>) {
        if let Some(running) = self.uses.running.take_if(|running| running.id == tool) {
            self.house_tool_ended(running, result.clone(), true);
        } else if let Some(at) = self.uses.late.iter().position(|(id, ..)| *id == tool) {
            let (_, call, began) = self.uses.late.remove(at);
            self.report(&call, began, result.clone());
            let came = told(result);
            self.talk.note(format!("The tool `{}` is done after all: {came}", call.name));
        }
    }

    /// `known`: it is its end, and not that we wait no longer.
    fn house_tool_ended(&mut self, running: Running, result: Result<Value, ToolFailure>, known: bool) {
        let Running { call, began, typed, .. } = running;
        let verified = |result: &Value| result.get("verified") == Some(&Value::Bool(true));
        if call.name == VERIFY && result.as_ref().is_ok_and(verified) {
            self.verified = Verified::Pin;
            self.instruct();
        }
        self.uses.worth = true;
        match &result {
            Ok(_) => self.uses.failures = 0,
            Err(ToolFailure::TimedOut | ToolFailure::Failed { .. }) => {
                self.uses.failures += 1;
                self.note_failure();
            }
            // That is for the brain to put right.
            Err(_) => {}
        }
        let result = match (result, typed) {
            (Ok(Value::Object(mut fields)), Some(typed)) => {
                fields.insert("typed".to_owned(), typed.into());
                Ok(Value::Object(fields))
            }
            (result, _) => result,
        };
        self.talk.result(call.id.clone(), told(&result));
        if known {
            self.report(&call, began, result);
        }
        self.next_tool();
    }

    /// The last tool is done.
    fn tools_done(&mut self) {
        if self.after.is_some() || !std::mem::take(&mut self.uses.worth) || self.stage != Stage::Talking {
            return;
        }
        if self.uses.failures >= FAILURES {
            self.uses.failures = 0;
            self.failures += 1;
            self.trouble();
        } else if self.uses.passed_by {
            // He who speaks gets his answer when he is done, and the brain sees the results then.
            self.uses.unsaid = true;
        } else {
            self.think_it_over();
        }
    }

    /// What came of a tool goes to the brain and into the transcript.
    pub(super) fn tool_ended(&mut self, call: &ToolCall, began: Duration, result: Result<Value, ToolFailure>) {
        self.talk.result(call.id.clone(), told(&result));
        self.report(call, began, result);
    }

    fn report(&mut self, call: &ToolCall, began: Duration, result: Result<Value, ToolFailure>) {
        let report = ToolReport {
            at_ms: self.transcript_ms(began),
            name: call.name.clone(),
            arguments: call.arguments.clone(),
            result,
            took_ms: ms(self.at().saturating_sub(began)),
        };
        self.command(CallCommand::ToolReport(report));
    }

    /// What was to happen at the end of what was said has come to its end. Whether the brain asked for it.
    pub(super) fn later_ended(&mut self, result: Value) -> bool {
        let later = self.uses.later.take();
        if let Some((call, began)) = &later {
            self.tool_ended(call, *began, Ok(result));
        }
        later.is_some()
    }

    /// The caller goes on: what was not begun is not done.
    pub(super) fn drop_tools(&mut self) {
        if let Some(After::Keys { call }) = self.after.take() {
            self.uses.waiting.push_front(call);
        }
        self.uses.offered = None;
        self.uses.passed_by = true;
        let dropped: Vec<_> = self.uses.waiting.drain(..).map(|call| (call, self.now.since_start)).collect();
        for (call, began) in dropped.into_iter().chain(self.uses.later.take()) {
            self.not_done(&call, began);
        }
    }

    pub(super) fn not_done(&mut self, call: &ToolCall, began: Duration) {
        let message = "not carried out: the caller went on before".to_owned();
        self.tool_ended(call, began, Err(ToolFailure::Failed { message }));
    }

    /// The call is over: what is under way goes on, and the house reports it.
    pub(super) fn tools_left(&mut self) {
        self.uses.running = None;
        self.abandon_typing();
        if self.stage != Stage::Talking {
            // It has begun: a person, a flow, a message.
            self.later_ended(json!({ "outcome": "hung_up" }));
        }
        self.drop_tools();
    }

    /// When the caller has waited for a tool so long that something must be said.
    pub(super) fn tool_filler_due(&self) -> Option<Duration> {
        const NEXT: Duration = Duration::from_secs(8);
        const FILLERS: u32 = 3;
        let running = self.uses.running.as_ref().filter(|running| running.fillers < FILLERS)?;
        if self.uses.passed_by || !self.mouth.is_empty() || self.turn.is_caller_speaking() {
            return None;
        }
        let wait = if running.fillers == 0 { self.program.agent.limits.tool_filler } else { NEXT };
        Some(running.quiet + wait)
    }

    /// When something must be done about tools.
    pub(super) fn tool_timeout(&self) -> Option<Duration> {
        let held = self.uses.offered.as_ref().map(|offered| offered.until);
        let limit = self.uses.running.as_ref().map(|running| running.began + self.program.agent.limits.tool);
        [held, limit, self.tool_filler_due()].into_iter().flatten().min()
    }

    pub(super) fn tool_time_passed(&mut self) {
        let at = self.at();
        if self.tool_filler_due().is_some_and(|due| due <= at)
            && let Some(running) = &mut self.uses.running
        {
            running.fillers += 1;
            let first = running.fillers == 1;
            self.fill(first);
        }
        let limit = self.program.agent.limits.tool;
        if let Some(running) = self.uses.running.take_if(|running| running.began + limit <= at) {
            let waits = self.uses.late.len() < MAX_LATE;
            if waits {
                self.uses.late.push((running.id, running.call.clone(), running.began));
            }
            self.house_tool_ended(running, Err(ToolFailure::TimedOut), !waits);
        }
    }

    /// Nothing is said from now on.
    pub(super) fn fell_silent(&mut self) {
        let at = self.at();
        if let Some(running) = &mut self.uses.running {
            running.quiet = at;
        }
    }
}

/// A result as a brain reads it.
fn told(result: &Result<Value, ToolFailure>) -> String {
    let text = match result {
        Ok(result) => result.to_string(),
        Err(ToolFailure::TimedOut) => {
            json!({ "error": "it took too long: it is not known whether it was done" }).to_string()
        }
        Err(failure) => json!({ "error": failure.to_string() }).to_string(),
    };
    if text.len() <= MAX_RESULT { text } else { text[..text.floor_char_boundary(MAX_RESULT)].to_owned() }
}

/// The same for the same use of a tool in a call, however often it is tried: its arguments decide.
pub(super) fn once(id: &str, call: &ToolCall) -> String {
    let mut text = String::new();
    canonical(&call.arguments, &mut text);
    let digest = Sha256::digest(text.as_bytes());
    let digest = u128::from_be_bytes(std::array::from_fn(|at| digest[at]));
    format!("{id}/{}/{digest:032x}", call.name)
}

/// JSON with its keys in order.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            for (key, value) in sorted {
                out.push_str(&Value::from(key.as_str()).to_string());
                canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            for item in items {
                canonical(item, out);
            }
            out.push(']');
        }
        other => {
            out.push_str(&other.to_string());
            out.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, arguments: Value) -> String {
        once("call_1", &ToolCall { id: "a".into(), name: name.into(), arguments })
    }

    #[test]
    fn the_same_arguments_are_the_same_use() {
        let first = key("book", json!({"day": "1", "time": "2", "who": {"a": 1, "b": [1, 2]}}));
        assert_eq!(first, key("book", json!({"time": "2", "who": {"b": [1, 2], "a": 1}, "day": "1"})));
        assert!(first.starts_with("call_1/book/"));
        for other in [json!({"day": "1"}), json!({"day": "12", "time": ""}), json!({"day": ["1", "2"]}), json!({})] {
            assert_ne!(first, key("book", other));
        }
        assert_ne!(key("book", json!([[1], 2])), key("book", json!([[1, 2]])));
        assert_ne!(first, key("cancel", json!({"day": "1", "time": "2", "who": {"a": 1, "b": [1, 2]}})));
    }
}
