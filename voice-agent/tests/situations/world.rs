//! The world around the agent, in virtual time: a caller, ears, a brain and a mouth.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use call_model::{
    CallApp, CallCommand, CallEvent, CallFacts, CallId, ChatMessage, DigitSource, Direction, HangupCause, HangupParty,
    Hearing, Moment, PlaybackEnd, PlaybackId, RecordEnd, RecordId, Speaker, ThinkEvent, ThinkId, ThinkUsage, ToolCall,
    ToolSpec, ToolUseId, TranscriptLine, TransferOutcome, TurnReport,
};
use voice_agent::{Agent, AgentApp, AgentProgram, Business};

use crate::script::{Action, Ears, HouseReply, Matches, Reply, Rule, Situation, When};

/// When the call is answered, ms after its beginning.
const ANSWERED: u64 = 1_000;
/// Voice activity is told this long after the first sound, and after the last.
const ONSET: u64 = 100;
const HANGOVER: u64 = 200;
/// How far the recogniser's words lag behind.
const WORD_LAG: u64 = 150;
/// Between two tokens of the brain, ms.
const TOKEN: u64 = 16;

/// What was seen, with when (ms after the zero of the situation).
#[derive(Debug, Default)]
pub struct Log {
    pub zero: i64,
    pub entries: Vec<(i64, Seen)>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "most of a log is commands")]
pub enum Seen {
    Command(CallCommand),
    /// The caller begins to hear this.
    Hears(String),
    Event(String),
}

impl Log {
    pub fn render(&self) -> String {
        let mut out = String::new();
        for (at, seen) in &self.entries {
            let line = match seen {
                Seen::Hears(text) => format!("      caller hears: {text}"),
                Seen::Event(text) => format!("   -> {text}"),
                Seen::Command(command) => format!("<- {}", brief(command)),
            };
            let _ = writeln!(out, "    {:>6} {line}", at - self.zero);
        }
        out
    }

    pub fn reports(&self) -> impl Iterator<Item = &TurnReport> {
        self.entries.iter().filter_map(|(_, seen)| match seen {
            Seen::Command(CallCommand::TurnReport(report)) => Some(report),
            _ => None,
        })
    }
}

fn brief(command: &CallCommand) -> String {
    match command {
        CallCommand::Think { think, request } => {
            let kind = if request.speculative { "speculates" } else { "thinks" };
            let all: Vec<String> = request.messages.iter().map(message).collect();
            format!("{kind} {} [{}]", think.0, all.join(" | "))
        }
        other => {
            let json = serde_json::to_string(other).unwrap();
            json.chars().take(220).collect()
        }
    }
}

pub fn message(message: &ChatMessage) -> String {
    match message {
        ChatMessage::Caller { text } => format!("C: {text}"),
        ChatMessage::Agent { text, calls } if calls.is_empty() => format!("A: {text}"),
        ChatMessage::Agent { text, calls } => format!("A: {text} +{}", calls[0].name),
        ChatMessage::Tool { result, .. } => format!("T: {result}"),
        ChatMessage::Note { text } => format!("N: {text}"),
    }
}

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

    fn house(&mut self, tool: ToolUseId, name: &str) {
        let found = self.situation.house.iter().find(|(known, _)| known == name);
        if let Some((_, HouseReply::After(ms, result))) = found {
            self.soon(*ms, CallEvent::ToolDone { tool, result: result.clone() });
        }
    }

    fn answer(&mut self, think: ThinkId, reply: Reply) {
        let event = |event| CallEvent::Thought { think, event };
        match reply {
            Reply::Stall => {}
            Reply::Fail(after) => self.soon(after, event(ThinkEvent::Failed { reason: "scripted".into() })),
            Reply::Unknown { after, text } => {
                let unanswered = Some("scripted".to_owned());
                self.soon(after, event(ThinkEvent::Consulted { sources: Vec::new(), unanswered }));
                self.answer(think, Reply::Text { after, text, tools: Vec::new() });
            }
            Reply::Cut { after, text } => {
                self.soon(after, event(ThinkEvent::Text { text }));
                self.soon(after + TOKEN, event(ThinkEvent::Failed { reason: "scripted".into() }));
            }
            Reply::Text { after, text, tools } => {
                let mut at = after;
                for word in text.split_inclusive(' ') {
                    self.soon(at, event(ThinkEvent::Text { text: word.to_owned() }));
                    at += TOKEN;
                }
                for (index, (name, arguments)) in tools.into_iter().enumerate() {
                    let call = ToolCall { id: format!("call_{}_{index}", think.0), name, arguments };
                    self.soon(at, event(ThinkEvent::ToolCall(call)));
                }
                let usage = ThinkUsage { input_tokens: 500, output_tokens: 20 };
                let finished =
                    ThinkEvent::Finished { brain: "scripted".into(), memory: serde_json::json!(think.0), usage };
                self.soon(at, event(finished));
            }
        }
    }

    // The mouth.

    fn length(&self, playing: &Playing) -> u64 {
        playing.text.split_whitespace().count() as u64 * self.situation.mouth.1
    }

    fn schedule_mouth(&mut self) {
        self.mouth_round += 1;
        self.mouth_since = self.now;
        let (latency, round) = (self.situation.mouth.0, self.mouth_round);
        if self.paused {
            return;
        }
        let Some(front) = self.playing.front() else { return };
        let wait = if front.started { self.length(front) - front.played } else { latency };
        self.at(self.now + wait, Coming::Mouth(round));
    }

    fn advance_mouth(&mut self) {
        let (now, since, paused) = (self.now, self.mouth_since, self.paused);
        if let Some(front) = self.playing.front_mut().filter(|front| front.started && !paused) {
            front.played += now - since;
        }
        self.mouth_since = now;
    }

    fn mouth_step(&mut self) {
        let fails = self.voice_fails;
        let Some(front) = self.playing.front_mut() else { return };
        if fails {
            let id = front.id;
            self.playing.pop_front();
            self.schedule_mouth();
            return self.tell(&CallEvent::PlaybackEnded {
                playback: id,
                end: PlaybackEnd::Failed("scripted".into()),
                played_ms: 0,
            });
        }
        if !front.started {
            front.started = true;
            let (id, text) = (front.id, front.text.clone());
            self.log.entries.push((self.now as i64, Seen::Hears(text.clone())));
            self.schedule_mouth();
            self.raise_anchors(&text);
            return self.tell(&CallEvent::PlaybackStarted { playback: id });
        }
        let front = self.playing.pop_front().unwrap();
        self.mouth_round += 1;
        // The next one was made while this one played.
        if !self.playing.is_empty() {
            self.at(self.now, Coming::Mouth(self.mouth_round));
            self.mouth_since = self.now;
        }
        self.finish(&front, PlaybackEnd::Finished);
    }

    fn finish(&mut self, playing: &Playing, end: PlaybackEnd) {
        let words: Vec<&str> = playing.text.split_whitespace().collect();
        let cut = end != PlaybackEnd::Finished;
        let heard = if cut { (playing.played / self.situation.mouth.1) as usize } else { words.len() };
        let heard = words[..heard.min(words.len())].join(" ");
        self.tell(&CallEvent::Spoken { playback: playing.id, heard, cut });
        self.tell(&CallEvent::PlaybackEnded { playback: playing.id, end, played_ms: playing.played });
    }

    fn stop(&mut self, playback: Option<PlaybackId>) {
        self.advance_mouth();
        let (stopped, kept): (VecDeque<_>, VecDeque<_>) =
            self.playing.drain(..).partition(|playing| playback.is_none_or(|id| id == playing.id));
        self.playing = kept;
        self.schedule_mouth();
        for playing in stopped {
            let words: Vec<&str> = playing.text.split_whitespace().collect();
            let heard = ((playing.played / self.situation.mouth.1) as usize).min(words.len());
            let heard = words[..heard].join(" ");
            self.soon(20, CallEvent::Spoken { playback: playing.id, heard, cut: true });
            let end = PlaybackEnd::Stopped;
            self.soon(20, CallEvent::PlaybackEnded { playback: playing.id, end, played_ms: playing.played });
        }
    }

    fn raise_anchors(&mut self, text: &str) {
        let (due, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.anchored)
            .into_iter()
            .partition(|(when, _)| when.anchor.as_deref().is_some_and(|anchor| text.starts_with(anchor)));
        self.anchored = kept;
        for (when, action) in due {
            self.at(self.now + when.ms, Coming::Action(action));
        }
    }

    // The caller and the ears.

    fn act(&mut self, action: Action) {
        match action {
            Action::Caller { text, ms, more } => self.speak(&text, ms, more),
            Action::Sound { ms } => self.sound(ms),
            Action::Hum { ms, text } => {
                self.sound(ms);
                if let Ears::Turns(_, end) | Ears::Stream(end) | Ears::Batch(end) = self.situation.ears {
                    let line = Self::line(&text, self.now, self.now + ms);
                    self.soon(ms + end, line);
                }
            }
            Action::Raw(name, words) => self.raw(&name, &words),
        }
    }

    fn sound(&mut self, ms: u64) {
        self.voices += 1;
        self.soon(ONSET.min(ms), CallEvent::SpeechStarted);
        self.soon(ms + HANGOVER, CallEvent::SpeechEnded);
    }

    fn speak(&mut self, text: &str, ms: u64, more: bool) {
        self.sound(ms);
        let ears = self.situation.ears;
        let words: Vec<&str> = text.split_whitespace().collect();
        if matches!(ears, Ears::Turns(..) | Ears::Stream(_)) {
            for count in 1..=words.len() {
                let at = ms * count as u64 / words.len() as u64 + WORD_LAG;
                let so_far = words[..count].join(" ");
                let so_far = so_far.trim_end_matches(['.', '?', '!', ',']).to_owned();
                self.soon(at, hearing(Hearing::Partial { text: so_far }));
            }
        }
        let line = Self::line(text, self.now, self.now + ms);
        match ears {
            Ears::Turns(likely, end) => {
                if more {
                    self.soon(ms + end, line);
                } else {
                    self.soon(ms + likely, hearing(Hearing::TurnLikely { text: text.to_owned() }));
                    self.soon(ms + end, line);
                    self.soon(ms + end, hearing(Hearing::TurnEnded { text: text.to_owned() }));
                }
            }
            Ears::Stream(end) | Ears::Batch(end) => self.soon(ms + end, line),
            Ears::Deaf => {}
        }
    }

    fn line(text: &str, from: u64, to: u64) -> CallEvent {
        CallEvent::Line(TranscriptLine {
            call: CallId::from_parts(1, 2),
            speaker: Speaker::Caller,
            from_ms: from - ANSWERED,
            to_ms: to - ANSWERED,
            text: text.to_owned(),
            words: Vec::new(),
            confidence: None,
            language: None,
            cut: false,
        })
    }

    fn raw(&mut self, name: &str, words: &[String]) {
        let text = || words.first().map_or("", String::as_str).trim_matches('"').to_owned();
        let event = match name {
            "partial" => hearing(Hearing::Partial { text: text() }),
            "likely" => hearing(Hearing::TurnLikely { text: text() }),
            "resumed" => hearing(Hearing::TurnResumed),
            "ended" => hearing(Hearing::TurnEnded { text: text() }),
            "lost" => hearing(Hearing::Lost),
            "back" => hearing(Hearing::Back),
            "line" => {
                let time = |index: usize| self.log.zero as u64 + words[index].parse::<u64>().unwrap();
                Self::line(&text(), time(1), time(2))
            }
            "voice" => CallEvent::SpeechStarted,
            "silence" => CallEvent::SpeechEnded,
            "key" => CallEvent::Digit { digit: text().chars().next().unwrap(), source: DigitSource::Rfc4733 },
            "hold" => CallEvent::Held(true),
            "unhold" => CallEvent::Held(false),
            "hangup" => CallEvent::HungUp { by: HangupParty::Caller, cause: HangupCause::Normal },
            "queued" => CallEvent::Queued { position: words[0].parse().unwrap() },
            "taken" => CallEvent::TransferAnswered { target: "anna".into() },
            "transfer" => {
                CallEvent::TransferEnded { outcome: serde_json::from_value::<TransferOutcome>(text().into()).unwrap() }
            }
            "recorded" => CallEvent::RecordEnded {
                record: RecordId(1),
                end: serde_json::from_value::<RecordEnd>(text().into()).unwrap(),
                duration_ms: words[1].parse().unwrap(),
            },
            "returned" => CallEvent::Returned { result: Ok(serde_json::from_str(&words[0]).unwrap()) },
            "notreturned" => CallEvent::Returned { result: Err("scripted".into()) },
            "voicefails" => {
                self.voice_fails = true;
                return;
            }
            other => panic!("{}: `{other}` is no action", self.situation.title),
        };
        let over = matches!(event, CallEvent::HungUp { .. });
        self.tell(&event);
        self.over |= over;
    }
}

fn hearing(hearing: Hearing) -> CallEvent {
    CallEvent::Hearing(hearing)
}

fn fits(rule: &Rule, last: Option<&ChatMessage>) -> bool {
    match (&rule.matches, last) {
        (Matches::Anything, _) | (Matches::Tool, Some(ChatMessage::Tool { .. })) => true,
        (Matches::Result(words), Some(ChatMessage::Tool { result, .. })) => result.contains(words),
        (Matches::Words(words), Some(ChatMessage::Caller { text } | ChatMessage::Note { text })) => {
            text.to_lowercase().contains(&words.to_lowercase())
        }
        _ => false,
    }
}

fn spoken(item: &call_model::PromptItem) -> String {
    match item {
        call_model::PromptItem::Say { text, .. } => text.clone(),
        call_model::PromptItem::Tone { .. } => "(tone)".to_owned(),
        call_model::PromptItem::File { .. } => "(music)".to_owned(),
        _ => String::new(),
    }
}
