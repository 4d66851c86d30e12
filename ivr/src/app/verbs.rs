//! What each verb does when its node begins.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use call_model::{Announcement, AppName, CallCommand, HangupCause, HttpRequest, Moment, PromptItem, TransferSettings};

use super::collect::{Collect, Question, Rule};
use super::{FlowApp, Frame, Outcome, Phase, Step, Wait};
use crate::flow::{Answers, Body, Data, Flow, Http, Length, Target, Transfer, Verb};
use crate::messages::MessageKey;
use crate::spoken::Ear;
use crate::template::Kind;

/// How much longer than its own limit a request may take before we give it up ourselves.
pub(super) const REQUEST_GUARD: Duration = Duration::from_secs(2);
/// How much longer than the ringing a transfer may take before we cancel it ourselves.
const RING_GUARD: Duration = Duration::from_secs(15);
/// How long whoever answers may take to hear of the caller and to press a key, twice.
const LISTEN_GUARD: Duration = Duration::from_mins(2);
/// How long to wait for a key, ms.
const LISTEN_MS: u64 = 8_000;
/// How long a cancelled transfer may take to end.
pub(super) const CANCEL_GUARD: Duration = Duration::from_secs(5);

impl FlowApp {
    /// Does what the node that runs is for.
    pub(super) fn perform(&mut self, now: Moment) -> Step {
        let Some(frame) = self.frames.last() else { return Step::Wait };
        let (flow, index) = (Arc::clone(&frame.flow), frame.node);
        let Some(node) = flow.nodes.get(index) else { return Step::Go(Target::Hangup) };
        match &node.verb {
            Verb::Say { prompt, interrupt, .. } => {
                let items = self.items(prompt, now, None);
                self.speak(now, items, *interrupt, Phase::Saying)
            }
            Verb::Menu { asking, options, phrases } => {
                let globals = self.globals();
                let rule = Rule::One(options.keys().copied().collect());
                let mut question = self.question(asking, rule, globals, now);
                if question.ear.is_some() {
                    let said = phrases.iter().flat_map(|(key, said)| said.of(&self.language).map(|said| (*key, said)));
                    question.ear = Some(Ear::new(&self.language, said));
                }
                self.ask(now, question, Phase::Menu)
            }
            Verb::Gather(gather) => {
                let globals = self.entry_globals();
                let question = self.question(&gather.asking, Rule::Entry(gather.length), globals, now);
                self.ask(now, question, Phase::Gather)
            }
            Verb::Survey { .. } => self.ask_question(now, 0),
            Verb::Http(http) => self.request(now, http),
            Verb::Tool(tool) => self.use_tool(now, tool),
            Verb::Record { message, .. } => self.greet(now, message, false, 0),
            Verb::Voicemail(voicemail) => self.greet(now, &voicemail.message, true, 0),
            Verb::Transfer(transfer) => {
                let items = self.items(&transfer.say, now, None);
                self.speak(now, items, true, Phase::BeforeTransfer)
            }
            Verb::Echo { say, .. } => {
                let items = self.items(say, now, None);
                self.speak(now, items, true, Phase::BeforeEcho)
            }
            Verb::Begin(begin) => self.begin_recording(now, begin),
            Verb::Hangup { say, cause } => {
                let items = self.items(say, now, None);
                self.speak(now, items, false, Phase::LastWords(*cause))
            }
            Verb::Reject { cause } => {
                self.end(if self.answered { HangupCause::Normal } else { *cause });
                Step::Wait
            }
            Verb::Answer { next } => {
                if self.answered {
                    Step::Go(*next)
                } else {
                    self.answer(now, index)
                }
            }
            verb => self.think(now, &flow, verb),
        }
    }

    /// The verbs that take no time.
    fn think(&mut self, now: Moment, flow: &Flow, verb: &Verb) -> Step {
        match verb {
            Verb::Branch { cases, otherwise } => {
                let found = cases.iter().find(|(condition, _)| self.holds(condition, now, None));
                Step::Go(found.map_or(*otherwise, |(_, target)| *target))
            }
            Verb::Hours { open, closed, holiday } => {
                let status = self.program.business.status(now.unix_ms);
                Step::Go(match (status.open, status.holiday) {
                    (true, _) => *open,
                    (false, Some(_)) => *holiday,
                    (false, None) => *closed,
                })
            }
            Verb::Set { values, next } => {
                for (name, value) in self.values(values, now) {
                    self.set(name, value);
                }
                Step::Go(*next)
            }
            Verb::Remember { values, next } => {
                for (key, value) in self.values(values, now) {
                    self.io.command(CallCommand::Remember { key, value });
                }
                Step::Go(*next)
            }
            Verb::Contact { values, next } => {
                for (field, value) in self.values(values, now) {
                    self.facts.contact.insert(field.clone(), value.clone());
                    self.io.command(CallCommand::SetContact { field, value });
                }
                Step::Go(*next)
            }
            Verb::OptOut { purpose, next } => {
                self.io.command(CallCommand::OptOut { purpose: purpose.clone(), said: None });
                Step::Go(*next)
            }
            Verb::Language { language, next } => {
                if let Some(language) = self.fill(language, Kind::Plain, now) {
                    self.switch_language(flow, &language);
                }
                Step::Go(*next)
            }
            Verb::Call { flow, arguments, into, next } => self.call(now, flow, arguments, into.as_ref(), *next),
            Verb::Agent { agent, arguments, .. } => self.enter_agent(now, agent, arguments),
            Verb::Return { value } => {
                let scope = self.scope(now, None);
                let value = value.as_ref().map(|value| self.data(value, &scope));
                self.go_back(now, value)
            }
            Verb::Recording { switch, next } => {
                self.steer_recording(*switch);
                Step::Go(*next)
            }
            Verb::SendDigits { digits, next } => {
                let digits = self.fill(digits, Kind::Plain, now).unwrap_or_default();
                let digits: String = digits.chars().filter(|c| "0123456789*#ABCD".contains(*c)).take(64).collect();
                if !digits.is_empty() {
                    self.io.command(CallCommand::SendDigits { digits });
                }
                Step::Go(*next)
            }
            _ => Step::Go(Target::Hangup),
        }
    }

    fn values(&mut self, values: &[(String, Data)], now: Moment) -> Vec<(String, serde_json::Value)> {
        let scope = self.scope(now, None);
        values.iter().map(|(name, data)| (name.clone(), self.data(data, &scope))).collect()
    }

    fn switch_language(&mut self, flow: &Flow, wanted: &str) {
        let Some(language) = flow.nearest_language(wanted.trim()) else {
            self.problem("the language is not one of the flow's");
            return;
        };
        if language != self.language {
            language.clone_into(&mut self.language);
            self.io.command(CallCommand::SetLanguage { language: language.to_owned() });
            self.recording_follows_language();
        }
    }

    fn call(
        &mut self,
        now: Moment,
        name: &str,
        arguments: &[(String, Data)],
        into: Option<&String>,
        next: Target,
    ) -> Step {
        let arguments = self.values(arguments, now);
        let called = self.program.flows.get(name).map(Arc::clone);
        let Some(called) = called.filter(|_| self.frames.len() < self.program.limits.max_depth) else {
            self.problem("flows call each other too deep");
            return self.apologise(now);
        };
        let mut vars = called.vars.clone();
        vars.extend(arguments);
        let start = called.start;
        self.frames.push(Frame { flow: called, node: start, vars, back: Some((into.cloned(), next)) });
        Step::Enter(start)
    }

    /// Lets an agent talk until it gives the call back.
    fn enter_agent(&mut self, now: Moment, agent: &str, arguments: &[(String, Data)]) -> Step {
        let variables = self.values(arguments, now).into_iter().collect();
        self.io.forget_keys();
        self.io.command(CallCommand::Enter { app: AppName::Agent(agent.to_owned()), variables });
        self.phase = Phase::Guest;
        self.wait = Wait::Guest;
        Step::Wait
    }

    /// Asks a question; it may have been answered already by keys pressed before.
    pub(super) fn ask(&mut self, now: Moment, question: Question, phase: Phase) -> Step {
        self.phase = phase;
        self.hurry = false;
        let max = self.program.limits.max_playback;
        self.hear(question.ear.as_ref());
        let (collect, answer) = Collect::begin(question, max, now.since_start, &mut self.io);
        self.wait = Wait::Keys(Box::new(collect));
        match answer {
            Some(answer) => Step::Resume(Outcome::Answer(answer)),
            None => Step::Wait,
        }
    }

    /// Keys of the flow that work in the node that runs.
    pub(super) fn globals(&self) -> BTreeSet<char> {
        let frame = self.frames.last();
        let works = frame.and_then(Frame::node).is_some_and(|node| node.global_keys);
        frame.filter(|_| works).map(|frame| frame.flow.global_keys.keys().copied().collect()).unwrap_or_default()
    }

    /// The same where digits are an entry.
    fn entry_globals(&self) -> BTreeSet<char> {
        self.globals().into_iter().filter(|key| !key.is_ascii_digit()).collect()
    }

    /// The question of a survey of that index, or its end.
    pub(super) fn ask_question(&mut self, now: Moment, index: usize) -> Step {
        let Some(frame) = self.frames.last() else { return Step::Wait };
        let flow = Arc::clone(&frame.flow);
        let Some(Verb::Survey { questions, thanks, .. }) = flow.nodes.get(frame.node).map(|node| &node.verb) else {
            return Step::Go(Target::Hangup);
        };
        let Some(question) = questions.get(index) else {
            let items = self.items(thanks, now, None);
            return self.speak(now, items, true, Phase::Thanks);
        };
        let (rule, globals) = match &question.answers {
            Answers::Keys(keys) => (Rule::One(keys.keys().copied().collect()), self.globals()),
            Answers::Range { min, max } if *max <= 9 => {
                let keys = (*min..=*max).filter_map(|number| char::from_digit(number, 10)).collect();
                (Rule::One(keys), self.entry_globals())
            }
            Answers::Range { max, .. } => {
                let length = Length { min: 1, max: max.to_string().len(), terminator: Some('#') };
                (Rule::Entry(length), self.entry_globals())
            }
        };
        let question = self.question(&question.asking, rule, globals, now);
        self.ask(now, question, Phase::Question(index))
    }

    fn request(&mut self, now: Moment, http: &Http) -> Step {
        let url = self.fill(&http.url, Kind::Url, now);
        let Some(url) = url else { return self.replied(now, Err(())) };
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in &http.headers {
            let value = self.fill(value, Kind::Plain, now).unwrap_or_default();
            headers.push((name.clone(), value.chars().filter(|c| !c.is_control()).collect()));
        }
        let body = match &http.body {
            Body::None => None,
            Body::Text(text) => self.fill(text, Kind::Plain, now),
            Body::Json(data) => {
                let scope = self.scope(now, None);
                if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                    headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
                }
                Some(self.data(data, &scope).to_string())
            }
        };
        let timeout_ms = u64::try_from(http.timeout.as_millis()).unwrap_or(u64::MAX);
        let request = self.io.request_id();
        let http_request = HttpRequest { method: http.method, url, headers, body, timeout_ms };
        self.io.command(CallCommand::Http { request, http: http_request });
        let filler: Vec<PromptItem> = self.items(&http.say, now, None);
        if !filler.is_empty() {
            // Whatever is spoken next comes after it: nothing waits for its end.
            self.io.play(filler);
        }
        self.phase = Phase::Requesting;
        self.wait = Wait::Http { request, until: now.since_start + http.timeout + REQUEST_GUARD };
        Step::Wait
    }

    pub(super) fn ring(&mut self, now: Moment, transfer: &Transfer) -> Step {
        let mut targets: Vec<String> = Vec::new();
        for template in &transfer.to {
            let name = self.fill(template, Kind::Plain, now).unwrap_or_default();
            let group = self.program.business.groups.get(name.trim());
            let members = group.cloned().unwrap_or_else(|| vec![name.trim().to_owned()]);
            for member in members {
                if !member.is_empty() && !targets.contains(&member) {
                    targets.push(member);
                }
            }
        }
        if targets.is_empty() {
            return Step::Go(transfer.unavailable);
        }
        let rings = match transfer.strategy {
            call_model::RingStrategy::All => 1,
            _ => u32::try_from(targets.len()).unwrap_or(u32::MAX),
        };
        let caller_id = transfer.caller_id.as_ref().and_then(|template| self.fill(template, Kind::Plain, now));
        let ring_ms = u64::try_from(transfer.ring.as_millis()).unwrap_or(u64::MAX);
        let settings = TransferSettings {
            strategy: transfer.strategy,
            caller_id,
            skills: transfer.skills.clone(),
            language: Some(self.language.clone()),
            announcement: self.announcement(transfer, now),
            queue: transfer.queue.clone(),
            ..TransferSettings::to(targets, ring_ms)
        };
        let waits = transfer.queue.as_ref().map_or(0, |queue| queue.max_wait_ms);
        let listens = if settings.announcement.is_some() { LISTEN_GUARD } else { Duration::ZERO };
        self.play_music(transfer, now);
        self.io.command(CallCommand::Transfer(settings));
        // Keys from before were for somebody else.
        self.io.forget_keys();
        self.phase = Phase::Transferring;
        let until = now.since_start + (transfer.ring + listens).saturating_mul(rings) + RING_GUARD;
        let until = until.saturating_add(Duration::from_millis(waits));
        self.wait = Wait::Transfer { until: Some(until), cancelled: false };
        Step::Wait
    }

    /// What whoever answers hears first.
    fn announcement(&mut self, transfer: &Transfer, now: Moment) -> Option<Announcement> {
        let mut said = self.items(&transfer.warm, now, None);
        if said.is_empty() {
            return None;
        }
        said.extend(self.message(MessageKey::TakeCall, now, None));
        let (mut words, mut spoken) = (Vec::new(), None);
        for item in said {
            if let PromptItem::Say { text, language, voice } = item {
                words.push(text);
                spoken.get_or_insert((language, voice));
            }
        }
        let (language, voice) = spoken?;
        let text = words.join(" ");
        Some(Announcement { text, language, voice, accept: '1', decline: '2', wait_ms: LISTEN_MS })
    }

    fn play_music(&mut self, transfer: &Transfer, now: Moment) {
        let items = self.items(&transfer.music, now, None);
        if !items.is_empty() {
            self.music = Some(self.io.play_on(items));
        }
    }

    /// The caller waits, and this is his place.
    pub(super) fn queued(&mut self, now: Moment, position: u32) {
        let Some(frame) = self.frames.last() else { return };
        let flow = Arc::clone(&frame.flow);
        let Some(Verb::Transfer(transfer)) = flow.nodes.get(frame.node).map(|node| &node.verb) else { return };
        if let Some(music) = self.music.take() {
            self.io.stop(music);
        }
        let items = self.message(MessageKey::QueuePosition, now, Some(&position.to_string()));
        self.io.play(items);
        self.play_music(transfer, now);
    }
}
