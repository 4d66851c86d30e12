//! The world around the agent, in virtual time: a caller, ears, a brain and a mouth.

mod brain;
mod caller;
mod log;
mod mouth;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use call_model::{
    CallApp, CallCommand, CallEvent, CallFacts, CallId, Direction, Moment, PlaybackId, ThinkEvent, ToolSpec,
};
use voice_agent::{Agent, AgentApp, AgentProgram, Business};

pub use log::{Log, Seen};

use crate::script::{Action, Reply, Situation, When};
use brain::fits;
use mouth::spoken;

/// When the call is answered, ms after its beginning.
const ANSWERED: u64 = 1_000;

/// What is going to happen.
enum Coming {
    Event(CallEvent),
    /// The playback at the front is due to start or to end.
    Mouth(u64),
    Action(Action),
}

struct Playing {
    id: PlaybackId,
    text: String,
    started: bool,
    played: u64,
}

/// The business: open, unless the situation says otherwise. The second member speaks German best.
struct House {
    closed: bool,
}

impl Business for House {
    fn facts(&self, _language: &str, _unix_ms: i64) -> serde_json::Value {
        if self.closed { serde_json::json!({ "open": false }) } else { serde_json::json!({}) }
    }

    fn group(&self, name: &str) -> Option<Vec<String>> {
        (name == "team").then(|| vec!["anna".to_owned(), "ben".to_owned()])
    }

    fn member_language(&self, name: &str) -> Option<String> {
        (name == "ben").then(|| "de".to_owned())
    }

    fn tells(&self, field: &str, verified: call_model::Verified) -> bool {
        !field.starts_with("locked") || verified == call_model::Verified::Pin
    }
}

struct World<'a> {
    situation: &'a Situation,
    app: AgentApp,
    now: u64,
    seq: u64,
    coming: BTreeMap<(u64, u64), Coming>,
    anchored: Vec<(When, Action)>,
    log: Log,
    playing: VecDeque<Playing>,
    paused: bool,
    /// What the front of the queue does next happens at this time, if it is still so then.
    mouth_round: u64,
    mouth_since: u64,
    voice_fails: bool,
    over: bool,
    zeroed: bool,
    voices: u32,
}

pub fn run(situation: &Situation) -> Log {
    let specs = situation.house.iter().map(|(name, _)| spec(name)).collect();
    let business = Arc::new(House { closed: situation.closed });
    let program = Arc::new(AgentProgram::new(Arc::new(agent(situation))).with_tools(specs).with_business(business));
    let facts = CallFacts {
        call: CallId::from_parts(1, 2),
        direction: Direction::Inbound,
        caller: (!situation.withheld).then(|| "+4930123456".into()),
        number: "assistant".into(),
        trunk: None,
        language: situation.language.clone(),
        contact: situation.contact.clone(),
        variables: situation.variables.clone(),
        origin: call_model::CallOrigin::default(),
        answered_by: None,
    };
    let mut world = World {
        situation,
        app: AgentApp::new(program, facts),
        now: 0,
        seq: 0,
        coming: BTreeMap::new(),
        anchored: Vec::new(),
        log: Log::default(),
        playing: VecDeque::new(),
        paused: false,
        mouth_round: 0,
        mouth_since: 0,
        voice_fails: false,
        over: false,
        zeroed: false,
        voices: 0,
    };
    world.tell(&CallEvent::Started);
    world.now = ANSWERED;
    world.tell(&CallEvent::Answered);
    if situation.from_answer {
        world.zero();
    }
    world.run();
    world.log
}

fn spec(name: &str) -> ToolSpec {
    let parameters = serde_json::json!({"type": "object", "properties": {}});
    ToolSpec { name: name.to_owned(), description: "As the script says.".to_owned(), parameters }
}

fn agent(situation: &Situation) -> Agent {
    let mut lines: Vec<String> = [
        "languages: [en, de, es, fr, it]",
        "persona: You answer for the practice.",
        "greeting: Hello!",
        "question: off",
        "disclosure: off",
        "recording: off",
    ]
    .map(str::to_owned)
    .to_vec();
    for own in &situation.agent {
        let key = own.split(':').next().unwrap();
        lines.retain(|line| line.split(':').next() != Some(key));
        lines.push(own.clone());
    }
    Agent::parse(&lines.join("\n"), "test").unwrap_or_else(|faults| panic!("{}: {faults:#?}", situation.title))
}

impl World<'_> {
    /// The situation begins now.
    fn zero(&mut self) {
        self.zeroed = true;
        self.log.zero = self.now as i64;
        for (when, action) in self.situation.actions.clone() {
            match when.anchor {
                None => self.at(self.now + when.ms, Coming::Action(action)),
                Some(_) => self.anchored.push((when, action)),
            }
        }
    }

    fn at(&mut self, at: u64, coming: Coming) {
        self.seq += 1;
        self.coming.insert((at, self.seq), coming);
    }

    fn soon(&mut self, after: u64, event: CallEvent) {
        self.at(self.now + after, Coming::Event(event));
    }

    fn run(&mut self) {
        let last = self.situation.actions.iter().map(|(when, _)| when.ms).max().unwrap_or(0);
        let length = self.situation.until.unwrap_or(last + 20_000);
        let mut steps = 0;
        loop {
            steps += 1;
            assert!(steps < 100_000, "{} never ends", self.situation.title);
            let next = self.coming.keys().next().map(|(at, _)| *at);
            let alarm = self.app.poll_timeout().map(|at| (at.as_nanos().div_ceil(1_000_000) as u64).max(self.now));
            let Some(at) = next.into_iter().chain(alarm).min() else { break };
            if self.over || (self.zeroed && at > self.log.zero as u64 + length) {
                break;
            }
            self.now = at;
            if next == Some(at) {
                let (_, coming) = self.coming.pop_first().unwrap();
                self.happen(coming);
            } else {
                self.app.handle_timeout(self.moment());
                self.drain();
            }
        }
    }

    fn happen(&mut self, coming: Coming) {
        match coming {
            Coming::Event(event) => self.tell(&event),
            Coming::Mouth(round) if round == self.mouth_round => self.mouth_step(),
            Coming::Mouth(_) => {}
            Coming::Action(action) => self.act(action),
        }
    }

    fn moment(&self) -> Moment {
        Moment { since_start: Duration::from_millis(self.now), unix_ms: 1_795_000_000_000 + self.now as i64 }
    }

    fn tell(&mut self, event: &CallEvent) {
        let quiet = matches!(event, CallEvent::Thought { event: ThinkEvent::Text { .. }, .. });
        if !quiet {
            let json = serde_json::to_string(event).unwrap_or_else(|_| format!("{event:?}"));
            self.log.entries.push((self.now as i64, Seen::Event(json.chars().take(160).collect())));
        }
        self.app.handle(self.moment(), event);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(command) = self.app.poll_command() {
            self.obey(&command);
            self.log.entries.push((self.now as i64, Seen::Command(command)));
        }
        if !self.zeroed && self.playing.is_empty() && self.now > ANSWERED {
            self.zero();
        }
    }

    fn obey(&mut self, command: &CallCommand) {
        match command {
            CallCommand::Think { think, request } => {
                let rule = self.situation.brains.iter().find(|rule| fits(rule, request.messages.last()));
                // A question that the script does not foresee is never answered; the log shows it.
                let reply = rule.map_or(Reply::Stall, |rule| rule.reply.clone());
                self.answer(*think, reply);
            }
            CallCommand::UseTool { tool, request } => self.house(*tool, &request.name),
            CallCommand::StopThinking { think } => self.coming.retain(
                |_, coming| !matches!(coming, Coming::Event(CallEvent::Thought { think: other, .. }) if other == think),
            ),
            CallCommand::Play { playback, items, .. } => {
                let text = items.iter().map(spoken).collect::<Vec<_>>().join(" ");
                self.playing.push_back(Playing { id: *playback, text, started: false, played: 0 });
                if self.playing.len() == 1 {
                    self.schedule_mouth();
                }
            }
            CallCommand::StopPlaying { playback } => self.stop(*playback),
            CallCommand::PausePlaying => {
                self.advance_mouth();
                self.paused = true;
                self.mouth_round += 1;
            }
            CallCommand::ResumePlaying => {
                assert!(self.paused, "{}: resumed what was not paused", self.situation.title);
                self.paused = false;
                self.schedule_mouth();
            }
            CallCommand::Hangup { .. } | CallCommand::Return { .. } | CallCommand::Reject { .. } => self.over = true,
            _ => {}
        }
    }
}
