//! A language model that plays its part in a script: by what the caller said, or by what a tool gave back, it answers
//! with words and calls of tools.

use serde_json::Value;

use crate::{ChatAnswer, Request, Script};

/// When a line is played.
#[derive(Clone)]
enum Cue {
    /// The caller's last words hold one of these (small letters).
    Said(Vec<String>),
    /// The last thing that happened is that this tool came back, and what it gave back holds this text.
    CameBack(String, String),
    /// Always.
    Any,
}

/// One line of the part.
#[derive(Clone)]
struct Line {
    cue: Cue,
    /// Words of ours that must have been said before, somewhere in the talk.
    after: Option<String>,
    answer: ChatAnswer,
    fill: Fill,
}

/// All that the caller said, what the last tool gave back, and the arguments that are to be made of it.
pub type Fill = fn(&[String], &Value, &mut Value);

/// What the model plays for the agent whose instructions hold these words. Lines are tried in their order.
#[derive(Clone)]
pub struct Actor {
    of: Vec<String>,
    lines: Vec<Line>,
}

impl Actor {
    /// For the agent whose instructions hold all of these.
    pub fn of(instructions: &[&str]) -> Self {
        Self { of: instructions.iter().map(|text| (*text).to_owned()).collect(), lines: Vec::new() }
    }

    /// When the caller says one of these, this is answered.
    #[must_use]
    pub fn on(self, said: &[&str], answer: ChatAnswer) -> Self {
        let said = said.iter().map(|text| text.to_lowercase()).collect();
        self.line(Cue::Said(said), answer)
    }

    /// When this tool came back with this text in its result, this is answered.
    #[must_use]
    pub fn back(self, tool: &str, holding: &str, answer: ChatAnswer) -> Self {
        self.line(Cue::CameBack(tool.to_owned(), holding.to_owned()), answer)
    }

    /// Whatever else happens, this is answered.
    #[must_use]
    pub fn otherwise(self, answer: ChatAnswer) -> Self {
        self.line(Cue::Any, answer)
    }

    /// The line before only comes when we have said this before.
    #[must_use]
    pub fn after(mut self, ours: &str) -> Self {
        if let Some(line) = self.lines.last_mut() {
            line.after = Some(ours.to_lowercase());
        }
        self
    }

    /// The arguments of the first tool of the line before are made by this, from all that the caller said and from what the
    /// last tool gave back.
    #[must_use]
    pub fn filled(mut self, fill: Fill) -> Self {
        if let Some(line) = self.lines.last_mut() {
            line.fill = fill;
        }
        self
    }

    fn line(mut self, cue: Cue, answer: ChatAnswer) -> Self {
        self.lines.push(Line { cue, after: None, answer, fill: |_, _, _| {} });
        self
    }

    fn answer(&self, talk: &Talk) -> Option<ChatAnswer> {
        let line = self.lines.iter().find(|line| talk.calls_for(line))?;
        let mut answer = line.answer.clone();
        // What is called after the first is said as it stands.
        if let Some((_, arguments)) = answer.calls.first_mut() {
            (line.fill)(&talk.caller, &talk.result, arguments);
        }
        Some(answer)
    }
}

/// A script of these actors; a request that fits no line is answered with `I don't know that.`
pub fn play(actors: Vec<Actor>) -> Script<ChatAnswer> {
    Script::by(move |request, _| {
        let talk = Talk::of(request);
        let actor = actors.iter().find(|actor| actor.of.iter().all(|text| talk.instructions.contains(text)));
        actor.and_then(|actor| actor.answer(&talk)).unwrap_or_else(|| ChatAnswer::text("I don't know that.")).into()
    })
}

/// A request as the part sees it.
struct Talk {
    instructions: String,
    caller: Vec<String>,
    ours: String,
    /// The tool that came back last, if nothing came after it.
    back: Option<String>,
    result: Value,
    result_text: String,
}

impl Talk {
    fn of(request: &Request) -> Self {
        let body = request.json();
        let messages = body["messages"].as_array().cloned().unwrap_or_default();
        let content = |message: &Value| message["content"].as_str().unwrap_or_default().to_owned();
        let role = |role: &str| -> Vec<String> {
            messages.iter().filter(|message| message["role"] == role).map(content).collect()
        };
        let last = messages.last().filter(|message| message["role"] == "tool");
        let result_text = last.map(content).unwrap_or_default();
        let back = last.and_then(|last| {
            let calls = messages.iter().filter_map(|message| message["tool_calls"].as_array()).flatten();
            let called = calls.into_iter().find(|call| call["id"] == last["tool_call_id"])?;
            called["function"]["name"].as_str().map(str::to_owned)
        });
        Self {
            instructions: role("system").join("\n"),
            caller: role("user"),
            ours: role("assistant").join("\n").to_lowercase(),
            back,
            result: serde_json::from_str(&result_text).unwrap_or_default(),
            result_text,
        }
    }

    fn calls_for(&self, line: &Line) -> bool {
        let said_before = line.after.as_ref().is_none_or(|ours| self.ours.contains(ours));
        said_before
            && match &line.cue {
                Cue::Any => true,
                Cue::CameBack(tool, holding) => self.back.as_ref() == Some(tool) && self.result_text.contains(holding),
                Cue::Said(said) => {
                    let last = self.caller.last().map(|text| text.to_lowercase()).unwrap_or_default();
                    self.back.is_none() && said.iter().any(|words| last.contains(words))
                }
            }
    }
}
