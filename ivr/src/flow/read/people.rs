//! Verbs about people and their voices: record, voicemail, transfer, recording, echo, hangup, reject.

use std::time::Duration;

use call_model::{HangupCause, QueueSettings, RecordingSwitch, RingStrategy};

use super::{Fields, Reader};
use crate::flow::{Begin, Message, Prompt, Target, Transfer, Verb, Voicemail};
use crate::template::Template;
use crate::yaml::{Value, Yaml};

const MAX_MESSAGE: Duration = Duration::from_mins(30);
const MAX_RING: Duration = Duration::from_mins(3);
const QUEUE_WAIT: Duration = Duration::from_mins(10);
const MAX_QUEUE_WAIT: Duration = Duration::from_hours(1);
const QUEUE_WAITING: u32 = 20;
const MAX_TARGETS: usize = 20;

const HANGUPS: [(&str, HangupCause); 3] =
    [("normal", HangupCause::Normal), ("busy", HangupCause::Busy), ("declined", HangupCause::Declined)];
const REJECTS: [(&str, HangupCause); 5] = [
    ("busy", HangupCause::Busy),
    ("declined", HangupCause::Declined),
    ("no_answer", HangupCause::NoAnswer),
    ("not_found", HangupCause::NotFound),
    ("overload", HangupCause::Overload),
];

/// What the verb `recording` can do.
#[derive(Clone, Copy)]
enum Steer {
    Begin,
    Switch(RecordingSwitch),
}

const STEERS: [(&str, Steer); 4] = [
    ("begin", Steer::Begin),
    ("pause", Steer::Switch(RecordingSwitch::Pause)),
    ("resume", Steer::Switch(RecordingSwitch::Resume)),
    ("stop", Steer::Switch(RecordingSwitch::Stop)),
];

impl Reader<'_> {
    fn message(&mut self, fields: &mut Fields<'_>, say: Prompt) -> Message {
        Message {
            say,
            beep: self.flag(fields.take("beep"), true),
            max: self.duration(fields.take("max"), Duration::from_mins(2), MAX_MESSAGE),
            silence: self.duration(fields.take("silence"), Duration::from_secs(4), Duration::from_mins(1)),
            min: self.duration(fields.take("min"), Duration::from_secs(1), Duration::from_mins(1)),
            terminators: self.keys(fields.take("terminators"), "#"),
        }
    }

    pub(super) fn record(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        let mut fields = Fields::open(yaml, "`record`", self)?;
        let say = self.optional_prompt(fields.take("say"));
        let message = self.message(&mut fields, say);
        let into = fields.need("into", self).map(|yaml| self.variable(&yaml.scalar().unwrap_or_default(), yaml.place));
        let empty = fields.take("empty").map_or(next, |yaml| self.target(yaml));
        fields.close(self);
        Some(Verb::Record { message, into: into?, empty, next })
    }

    pub(super) fn voicemail(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        let mut fields = Fields::open(yaml, "a voicemail", self)?;
        let say = self.optional_prompt(fields.take("say"));
        let message = self.message(&mut fields, say);
        let mailbox = fields.need("mailbox", self).map(|yaml| {
            let mailbox = self.template(yaml, "a mailbox");
            self.known_member(&mailbox, yaml);
            mailbox
        });
        let review = self.flag(fields.take("review"), true);
        let thanks = self.optional_prompt(fields.take("thanks"));
        fields.close(self);
        Some(Verb::Voicemail(Box::new(Voicemail { message, mailbox: mailbox?, review, thanks, next })))
    }

    fn known_member(&mut self, target: &Template, yaml: &Yaml) {
        let name = target.source();
        let free = name.contains("{{") || name.starts_with('+') || name.contains(':') || name.contains('@');
        if let Some(members) = self.context.members.as_ref().filter(|members| !free && !members.contains(name)) {
            self.faults.unknown(yaml.place, "the member or group", name, members.iter().map(String::as_str));
        }
    }

    pub(super) fn transfer(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        let mut fields = Fields::open(yaml, "a transfer", self)?;
        let say = self.optional_prompt(fields.take("say"));
        let to = fields.need("to", self).map(|yaml| self.targets(yaml)).unwrap_or_default();
        let strategies = [
            ("all", RingStrategy::All),
            ("hunt", RingStrategy::Hunt),
            ("fewest", RingStrategy::FewestCalls),
            ("turn", RingStrategy::InTurn),
        ];
        let strategy = fields.take("ring").and_then(|yaml| self.word(yaml, "the way to ring", &strategies));
        let ring = self.duration(fields.take("timeout"), Duration::from_secs(25), MAX_RING);
        let caller_id = fields.take("caller_id").map(|yaml| self.template(yaml, "a caller id"));
        let skills = fields.take("skills").map(|yaml| self.skills(yaml)).unwrap_or_default();
        let warm = self.optional_prompt(fields.take("warm"));
        let music = self.optional_prompt(fields.take("music"));
        let queue = fields.take("queue").and_then(|yaml| self.queue(yaml));
        let no_answer = fields.need("no_answer", self).map_or(Target::Hangup, |yaml| self.target(yaml));
        let mut other = |key, reader: &mut Self, default| fields.take(key).map_or(default, |y| reader.target(y));
        let busy = other("busy", self, no_answer);
        let unavailable = other("unavailable", self, no_answer);
        let declined = other("declined", self, busy);
        let failed = other("failed", self, unavailable);
        fields.close(self);
        let strategy = strategy.unwrap_or(RingStrategy::All);
        Some(Verb::Transfer(Box::new(Transfer {
            say,
            to,
            strategy,
            ring,
            caller_id,
            skills,
            warm,
            queue,
            music,
            busy,
            no_answer,
            unavailable,
            declined,
            failed,
            next,
        })))
    }

    fn skills(&mut self, yaml: &Yaml) -> Vec<String> {
        let items = match &yaml.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(yaml),
        };
        items.iter().filter_map(|item| self.plain(item, "a skill")).collect()
    }

    /// `queue: desk`, or `queue: {name: desk, wait: 5m, waiting: 10}`.
    fn queue(&mut self, yaml: &Yaml) -> Option<QueueSettings> {
        let settings = |name: String, wait: Duration, waiting: u32| QueueSettings {
            name,
            max_wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            max_waiting: waiting,
        };
        if !matches!(yaml.value, Value::Map(_)) {
            return self.plain(yaml, "the name of a queue").map(|name| settings(name, QUEUE_WAIT, QUEUE_WAITING));
        }
        let mut fields = Fields::open(yaml, "a queue", self)?;
        let name = fields.need("name", self).and_then(|yaml| self.plain(yaml, "the name of a queue"));
        let wait = self.duration(fields.take("wait"), QUEUE_WAIT, MAX_QUEUE_WAIT);
        let waiting = self.number(fields.take("waiting"), QUEUE_WAITING, 1, 1_000);
        fields.close(self);
        Some(settings(name?, wait, waiting))
    }

    fn targets(&mut self, yaml: &Yaml) -> Vec<Template> {
        let items = match &yaml.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(yaml),
        };
        if items.is_empty() || items.len() > MAX_TARGETS {
            self.faults.error(yaml.place, format!("between 1 and {MAX_TARGETS} phones are rung"));
        }
        let mut targets = Vec::new();
        for item in items {
            let target = self.template(item, "whom to ring");
            self.known_member(&target, item);
            targets.push(target);
        }
        targets
    }

    pub(super) fn recording(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        if !matches!(yaml.value, Value::Map(_)) {
            let steer = self.word(yaml, "what to do with the recording", &STEERS)?;
            return Some(match steer {
                Steer::Begin => Verb::Begin(Box::new(Begin {
                    announce: Prompt::default(),
                    ask: Prompt::default(),
                    agree: '1',
                    declined: Prompt::default(),
                    next,
                })),
                Steer::Switch(switch) => Verb::Recording { switch, next },
            });
        }
        let mut fields = Fields::open(yaml, "`recording`", self)?;
        let announce = self.optional_prompt(fields.take("announce"));
        let ask = self.optional_prompt(fields.take("ask"));
        let declined = self.optional_prompt(fields.take("declined"));
        let agree = fields.take("agree").and_then(|yaml| self.key(&yaml.scalar().unwrap_or_default(), yaml.place));
        fields.close(self);
        Some(Verb::Begin(Box::new(Begin { announce, ask, agree: agree.unwrap_or('1'), declined, next })))
    }

    pub(super) fn echo(&mut self, yaml: &Yaml, next: Target) -> Option<Verb> {
        let nothing = Yaml { place: yaml.place, value: Value::Map(Vec::new()) };
        let yaml = if yaml.value == Value::Null { &nothing } else { yaml };
        let mut fields = Fields::open(yaml, "`echo`", self)?;
        let say = self.optional_prompt(fields.take("say"));
        let max = self.duration(fields.take("max"), Duration::from_mins(1), Duration::from_mins(10));
        let stop = fields.take("stop").and_then(|yaml| self.key(&yaml.scalar().unwrap_or_default(), yaml.place));
        fields.close(self);
        Some(Verb::Echo { say, max, stop: stop.unwrap_or('#'), next })
    }

    pub(super) fn hangup(&mut self, yaml: &Yaml) -> Option<Verb> {
        if yaml.value == Value::Null {
            return Some(Verb::Hangup { say: Prompt::default(), cause: HangupCause::Normal });
        }
        let mut fields = Fields::open(yaml, "`hangup`", self)?;
        let say = self.optional_prompt(fields.take("say"));
        let cause = fields.take("cause").and_then(|yaml| self.word(yaml, "the cause", &HANGUPS));
        fields.close(self);
        Some(Verb::Hangup { say, cause: cause.unwrap_or(HangupCause::Normal) })
    }

    pub(super) fn reject(&mut self, yaml: &Yaml) -> Option<Verb> {
        self.word(yaml, "the cause", &REJECTS).map(|cause| Verb::Reject { cause })
    }
}
