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

/// What has happened in the talk so far.
#[derive(Debug, Default)]
pub struct Scene {
    /// What the model is told before the talk.
    pub instructions: String,
    /// What the caller said, turn by turn.
    pub caller: Vec<String>,
    /// What tools gave back, with their names.
    pub results: Vec<(String, Value)>,
}

impl Scene {
    /// The caller's last words, in small letters.
    pub fn last(&self) -> String {
        self.caller.last().map(|text| text.to_lowercase()).unwrap_or_default()
    }

    /// The caller's words so many turns ago; 0 is the last.
    pub fn ago(&self, turns: usize) -> &str {
        self.caller.iter().rev().nth(turns).map_or("", String::as_str)
    }

    /// What the tool gave back last.
    pub fn result(&self, tool: &str) -> &Value {
        self.results.iter().rev().find(|(name, _)| name == tool).map_or(&Value::Null, |(_, result)| result)
    }
}

/// Puts into an answer what depends on the scene.
pub type Fill = fn(&Scene, &mut ChatAnswer);

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

    /// The answer of the line before is completed by this.
    #[must_use]
    pub fn filled(mut self, fill: Fill) -> Self {
        if let Some(line) = self.lines.last_mut() {
            line.fill = fill;
        }
        self
    }

    fn line(mut self, cue: Cue, answer: ChatAnswer) -> Self {
        self.lines.push(Line { cue, after: None, answer, fill: |_, _| {} });
        self
    }

    fn answer(&self, talk: &Talk) -> Option<ChatAnswer> {
        let line = self.lines.iter().find(|line| talk.calls_for(line))?;
        let mut answer = line.answer.clone();
        (line.fill)(&talk.scene, &mut answer);
        Some(answer)
    }
}

/// A script of these actors; a request that fits no line is answered with `I don't know that.`
pub fn play(actors: Vec<Actor>) -> Script<ChatAnswer> {
    Script::by(move |request, _| {
        let talk = Talk::of(request);
        let actor = actors.iter().find(|actor| actor.of.iter().all(|text| talk.scene.instructions.contains(text)));
        actor.and_then(|actor| actor.answer(&talk)).unwrap_or_else(|| ChatAnswer::text("I don't know that.")).into()
    })
}

/// A request as an actor sees it.
struct Talk {
    scene: Scene,
    ours: String,
    /// The tool that came back last, if nothing came after it, and what it gave back.
    back: Option<(String, String)>,
}

impl Talk {
    fn of(request: &Request) -> Self {
        let body = request.json();
        let messages = body["messages"].as_array().cloned().unwrap_or_default();
        let content = |message: &Value| message["content"].as_str().unwrap_or_default().to_owned();
        let role = |role: &str| -> Vec<String> {
            messages.iter().filter(|message| message["role"] == role).map(content).collect()
        };
        // Ids may come again in a later answer: the last call before a result is its own.
        let name_of = |at: usize| -> String {
            let calls = messages[..at].iter().rev().filter_map(|message| message["tool_calls"].as_array()).flatten();
            let called = calls.into_iter().find(|call| call["id"] == messages[at]["tool_call_id"]);
            called.and_then(|call| call["function"]["name"].as_str()).unwrap_or_default().to_owned()
        };
        let is_result = |at: &usize| messages[*at]["role"] == "tool";
        let parsed = |at| serde_json::from_str(&content(&messages[at])).unwrap_or_default();
        let results = (0..messages.len()).filter(is_result).map(|at| (name_of(at), parsed(at)));
        let (caller, results) = (role("user").iter().map(|text| spoken(text)).collect(), results.collect());
        Self {
            scene: Scene { instructions: role("system").join("\n"), caller, results },
            ours: role("assistant").join("\n").to_lowercase(),
            back: messages.len().checked_sub(1).filter(is_result).map(|at| (name_of(at), content(&messages[at]))),
        }
    }

    fn calls_for(&self, line: &Line) -> bool {
        let said_before = line.after.as_ref().is_none_or(|ours| self.ours.contains(ours));
        said_before
            && match &line.cue {
                Cue::Any => true,
                Cue::CameBack(tool, holding) => {
                    self.back.as_ref().is_some_and(|(name, result)| name == tool && result.contains(holding))
                }
                Cue::Said(said) => {
                    let last = self.scene.last();
                    self.back.is_none() && said.iter().any(|words| last.contains(words))
                }
            }
    }
}

/// The caller's own words, without what the house puts beside them.
fn spoken(text: &str) -> String {
    let parts = text.split("<caller>").skip(1).filter_map(|part| part.split("</caller>").next());
    let own: Vec<&str> = parts.collect();
    if own.is_empty() { text.to_owned() } else { own.join(" ") }
}
