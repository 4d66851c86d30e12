//! What the caller types for a tool: a PIN, a card number. It is never spoken, recorded, written down or shown to a
//! brain.

use std::collections::BTreeMap;
use std::time::Duration;

use call_model::{CallCommand, RecordingSwitch, ToolCall, ToolFailure};

use super::mouth::Manner;
use super::{After, AgentApp, Phrase, Stage};
use crate::config::{AskedKeys, fill};

/// How often the caller may begin anew.
const TRIES: u32 = 3;
/// After the last key: its tone ends, and one key too many is not heard as something else.
const SETTLE: Duration = Duration::from_millis(700);
/// So much later a hash still belongs to what was complete without it: it is asked for with every number.
const LATE_HASH: Duration = Duration::from_secs(3);
/// How long the words that ask for it may take.
const ASKING: Duration = Duration::from_secs(30);
/// So many keys in a row may be what was asked for before, typed once more: a brain does not see them.
const SECRET: usize = 3;

/// The caller types.
pub(super) struct Typing {
    call: ToolCall,
    asked: Vec<AskedKeys>,
    /// What is complete, by name.
    keys: BTreeMap<String, String>,
    typed: String,
    tries: u32,
    /// When it is enough.
    until: Duration,
    /// What was asked for last is complete.
    complete: bool,
}

impl AgentApp {
    /// When everything is said, the caller is asked to type.
    pub(super) fn ask_keys(&mut self, call: ToolCall) {
        if let Some(missing) = self.missing_argument(&call) {
            let message = format!("`{missing}` is missing");
            let began = self.at();
            self.tool_ended(&call, began, Err(ToolFailure::Invalid { message }));
            self.uses_are_worth_a_thought();
        } else if self.after.is_some() {
            let began = self.at();
            self.not_done(&call, began);
        } else {
            self.after = Some(After::Keys { call });
        }
    }

    /// Nobody types a PIN for a tool that then cannot run.
    fn missing_argument(&self, call: &ToolCall) -> Option<String> {
        let specs = self.program.specs();
        let spec = specs.iter().find(|spec| spec.name == call.name)?;
        let required = spec.parameters.get("required")?.as_array()?;
        let names = required.iter().filter_map(serde_json::Value::as_str);
        names.into_iter().find(|name| call.arguments.get(*name).is_none()).map(str::to_owned)
    }

    /// From now on nobody listens or writes, and the caller is told what to type.
    pub(super) fn begin_typing(&mut self, call: ToolCall) {
        let tool = self.program.agent.tools.house.iter().find(|tool| tool.name == call.name);
        let asked = tool.map(|tool| tool.keys.clone()).unwrap_or_default();
        self.stage = Stage::Typing;
        self.keys_asked = true;
        self.command(CallCommand::Recording { switch: RecordingSwitch::Pause });
        self.command(CallCommand::StopListening);
        let until = self.at() + ASKING;
        let keys = BTreeMap::new();
        self.typing = Some(Typing { call, asked, keys, typed: String::new(), tries: 0, until, complete: false });
        self.ask_next_key();
    }

    fn ask_next_key(&mut self) {
        let Some(typing) = &mut self.typing else { return };
        (typing.tries, typing.complete) = (0, false);
        typing.typed.clear();
        let Some(asked) = typing.asked.get(typing.keys.len()) else { return self.typing_done() };
        typing.until = self.now.since_start + ASKING;
        match asked.say.clone() {
            Some(own) => {
                let text = fill(own.get(&self.language), &self.scope());
                self.say(text, Manner { entry: None, protected: false });
            }
            None => drop(self.phrase_as(Phrase::TypeKeys, Manner { entry: None, protected: false }, false)),
        }
    }

    /// A key was pressed. Whether it was for a tool: it is nobody else's then.
    pub(super) fn key_typed(&mut self, key: char) -> bool {
        let late = self.late_hash.take().is_some_and(|until| self.now.since_start < until);
        if late && key == '#' {
            return true;
        }
        // Somebody who knows what comes types while he is still being told.
        if self.stage == Stage::Talking
            && let Some(After::Keys { call }) = self.after.take_if(|after| matches!(after, After::Keys { .. }))
        {
            self.mouth.stop(&mut self.commands);
            self.begin_typing(call);
        }
        let at = self.at();
        let Some(typing) = self.typing.as_mut().filter(|_| self.stage == Stage::Typing) else { return false };
        if typing.complete {
            return true;
        }
        let Some(asked) = typing.asked.get(typing.keys.len()) else { return true };
        let ((min, max), timeout) = (asked.digits, asked.timeout);
        typing.until = at + timeout;
        match key {
            '0'..='9' => {
                typing.typed.push(key);
                if typing.typed.len() == max {
                    self.late_hash = Some(at + LATE_HASH);
                    self.key_complete();
                }
                self.mouth.stop(&mut self.commands);
            }
            '*' => {
                typing.typed.clear();
                self.mouth.stop(&mut self.commands);
                self.phrase_as(Phrase::TypeAgain, Manner { entry: None, protected: false }, false);
            }
            '#' if typing.typed.is_empty() => self.typing_failed("the caller does not want to type it"),
            '#' if typing.typed.len() >= min => self.key_complete(),
            '#' => self.type_again(),
            _ => {}
        }
        true
    }

    fn key_complete(&mut self) {
        let until = self.at() + SETTLE;
        if let Some(typing) = &mut self.typing {
            (typing.complete, typing.until) = (true, until);
        }
    }

    fn type_again(&mut self) {
        let until = self.at() + ASKING;
        let Some(typing) = &mut self.typing else { return };
        typing.typed.clear();
        typing.tries += 1;
        typing.until = until;
        if typing.tries >= TRIES {
            self.typing_failed("the caller typed nothing that could be it");
        } else {
            self.mouth.stop(&mut self.commands);
            self.phrase_as(Phrase::TypeAgain, Manner { entry: None, protected: false }, false);
        }
    }

    /// Everything is said: the caller's time begins.
    pub(super) fn typing_may_begin(&mut self) {
        let at = self.at();
        if let Some(typing) = self.typing.as_mut().filter(|typing| !typing.complete) {
            let wait = typing.asked.get(typing.keys.len()).map_or(ASKING, |asked| asked.timeout);
            typing.until = at + wait;
        }
    }

    pub(super) fn typing_timeout(&self) -> Option<Duration> {
        self.typing.as_ref().filter(|_| self.stage == Stage::Typing).map(|typing| typing.until)
    }

    /// The caller's time is over.
    pub(super) fn typing_time_passed(&mut self) {
        let at = self.at();
        if self.typing_timeout().is_none_or(|until| at < until) {
            return;
        }
        let Some(typing) = &mut self.typing else { return };
        let Some(asked) = typing.asked.get(typing.keys.len()) else { return };
        if typing.complete || typing.typed.len() >= asked.digits.0 {
            let (name, typed) = (asked.name.clone(), std::mem::take(&mut typing.typed));
            typing.keys.insert(name, typed);
            self.ask_next_key();
        } else {
            self.type_again();
        }
    }

    fn typing_done(&mut self) {
        if let Some(typing) = self.stop_typing() {
            self.use_tool(typing.call, typing.keys);
        }
    }

    fn typing_failed(&mut self, why: &str) {
        self.mouth.stop(&mut self.commands);
        if let Some(typing) = self.stop_typing() {
            let began = self.at();
            let message = why.to_owned();
            self.tool_ended(&typing.call, began, Err(ToolFailure::Refused { message }));
            self.uses_are_worth_a_thought();
            self.go_on_with_tools();
        }
    }

    /// The caller is heard, recorded and written down again.
    fn stop_typing(&mut self) -> Option<Typing> {
        let typing = self.typing.take()?;
        if self.stage == Stage::Typing {
            self.stage = Stage::Talking;
        }
        self.command(CallCommand::Recording { switch: RecordingSwitch::Resume });
        self.listen();
        Some(typing)
    }

    /// The talk ends, or the caller has hung up.
    pub(super) fn abandon_typing(&mut self) {
        if let Some(typing) = self.stop_typing() {
            let began = self.at();
            self.not_done(&typing.call, began);
        }
    }

    /// Keys of a turn as a brain is told of them.
    pub(super) fn keys_told(&self, keys: &str) -> String {
        if self.keys_asked && keys.len() >= SECRET {
            return format!("The caller pressed {} keys on the phone", keys.len());
        }
        let keys: Vec<String> = keys.chars().map(String::from).collect();
        format!("The caller pressed keys on the phone: {}", keys.join(" "))
    }
}
