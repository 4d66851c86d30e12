//! When the agent hands a caller over to a person, and in which way.

use std::collections::BTreeMap;
use std::time::Duration;

use call_model::{QueueSettings, RingStrategy};

use super::fields::{self, Fields};
use super::yaml::{Value, Yaml};
use super::{Faults, TransferTool, clip};

const STRATEGIES: [(&str, RingStrategy); 4] = [
    ("all", RingStrategy::All),
    ("hunt", RingStrategy::Hunt),
    ("fewest", RingStrategy::FewestCalls),
    ("turn", RingStrategy::InTurn),
];
const INSTEAD: [(&str, Instead); 4] = [
    ("message", Instead::Message),
    ("ticket", Instead::Ticket),
    ("callback", Instead::Callback),
    ("ring", Instead::Ring),
];
const SECOND: Duration = Duration::from_secs(1);
const MAX_WAIT: Duration = Duration::from_hours(1);
const WAIT: Duration = Duration::from_mins(10);
const WAITING: u64 = 20;
/// How often before it is too often.
const TIMES: u32 = 3;
/// Examples of one topic, words of anger of one language, topics.
const MAX_EXAMPLES: usize = 100;

/// How people are rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TransferWay {
    /// Who answers hears first who calls and why.
    pub warm: bool,
    pub strategy: RingStrategy,
    pub skills: Vec<String>,
    pub queue: Option<QueueSettings>,
    /// What the caller hears meanwhile: a file of the media folder; ringback where there is none.
    pub music: Option<String>,
    /// The language that is spoken to whoever answers; the member's own, or the agent's first, where nothing is said.
    pub language: Option<String>,
}

impl Default for TransferWay {
    fn default() -> Self {
        Self { warm: false, strategy: RingStrategy::All, skills: Vec::new(), queue: None, music: None, language: None }
    }
}

/// Whom a rule hands over to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// One of the agent's transfers, by name.
    pub to: String,
    /// Whether it is warm, where that is not as the transfer says.
    pub warm: Option<bool>,
}

/// A rule with a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repeated {
    pub times: u32,
    pub rule: Rule,
}

/// A matter that people see to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Topic {
    pub name: String,
    /// What it is, for a model and for whoever answers.
    pub about: String,
    /// How callers put it.
    pub examples: Vec<String>,
    pub rule: Rule,
}

/// What happens instead of ringing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Instead {
    #[default]
    Message,
    Ticket,
    Callback,
    /// It rings all the same.
    Ring,
}

/// The rules of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Handover {
    /// The caller asks for a person.
    pub asked: Option<Rule>,
    /// This key asks for one too.
    pub key: Option<char>,
    /// Not understood, or not answered by the documents, so often in a row.
    pub unclear: Option<Repeated>,
    /// The caller is angry.
    pub anger: Option<Rule>,
    /// Words of anger besides the built-in ones, by language.
    pub angry_words: BTreeMap<String, Vec<String>>,
    pub topics: Vec<Topic>,
    /// Tools or brains failed so often.
    pub failures: Option<Repeated>,
    /// The contact's field that makes somebody important, and where they go.
    pub vip: Option<(String, Rule)>,
    /// While the business is closed.
    pub closed: Instead,
    /// When nobody takes the call.
    pub nobody: Instead,
}

impl Handover {
    /// Whether there is a rule that a model may invoke.
    pub fn has_reasons(&self) -> bool {
        self.anger.is_some() || !self.topics.is_empty()
    }
}

/// The keys of a transfer that say in which way people are rung.
pub(super) fn way(fields: &mut Fields<'_>, faults: &mut Faults) -> TransferWay {
    let mut way = TransferWay::default();
    let flag = |yaml: Option<&Yaml>, faults: &mut Faults| yaml.and_then(|yaml| fields::flag(yaml, faults));
    way.warm = flag(fields.take("warm"), faults).unwrap_or(false);
    if let Some(yaml) = fields.take("strategy") {
        way.strategy = fields::word(yaml, "the strategy", &STRATEGIES, faults).unwrap_or(way.strategy);
    }
    let skills = fields.take("skills").map(|yaml| fields::texts(yaml, "a skill", faults)).unwrap_or_default();
    way.skills = skills.into_iter().map(|(skill, _)| skill).collect();
    way.queue = fields.take("queue").and_then(|yaml| queue(yaml, faults));
    way.music = fields.take("music").and_then(|yaml| fields::text(yaml, "the music", faults));
    way.language = fields.take("language").and_then(|yaml| language(yaml, faults));
    way
}

fn language(yaml: &Yaml, faults: &mut Faults) -> Option<String> {
    let tag = fields::text(yaml, "a language", faults)?;
    if super::text::is_language(&tag) {
        return Some(tag);
    }
    let message = format!("`{}` is no language", clip(&tag));
    faults.error_with(yaml.place, message, "write it as `en`, `de` or `de-AT`");
    None
}

/// `queue: desk`, or `queue: {name: desk, wait: 5m, waiting: 10}`.
fn queue(yaml: &Yaml, faults: &mut Faults) -> Option<QueueSettings> {
    let settings = |name: String, wait: Option<Duration>, waiting: Option<u64>| QueueSettings {
        name,
        max_wait_ms: wait.unwrap_or(WAIT).as_millis() as u64,
        max_waiting: waiting.unwrap_or(WAITING) as u32,
    };
    if !matches!(yaml.value, Value::Map(_)) {
        return fields::text(yaml, "the name of a queue", faults).map(|name| settings(name, None, None));
    }
    let mut fields = Fields::open(yaml, "a `queue`", faults)?;
    let name = fields.need("name", faults).and_then(|yaml| fields::text(yaml, "the name of a queue", faults));
    let wait = fields.take("wait").and_then(|yaml| fields::duration(yaml, 10 * SECOND, MAX_WAIT, faults));
    let waiting = fields.take("waiting").and_then(|yaml| fields::number(yaml, 1, 1_000, faults));
    fields.close(faults);
    Some(settings(name?, wait, waiting))
}

/// Reads `handover`. Its rules name transfers of the agent.
pub(super) fn read(yaml: Option<&Yaml>, transfers: &[TransferTool], faults: &mut Faults) -> Handover {
    let mut handover = Handover::default();
    let Some(mut fields) = yaml.and_then(|yaml| Fields::open(yaml, "`handover`", faults)) else { return handover };
    let mut reader = Reader { transfers, faults: &mut *faults };
    handover.asked = fields.take("asked").and_then(|yaml| {
        reader.rule(yaml, |reader, fields| handover.key = fields.take("key").and_then(|yaml| reader.key(yaml)))
    });
    handover.unclear = fields.take("not_understood").and_then(|yaml| reader.repeated(yaml));
    handover.failures = fields.take("failures").and_then(|yaml| reader.repeated(yaml));
    handover.anger = fields.take("anger").and_then(|yaml| {
        reader.rule(yaml, |reader, fields| {
            handover.angry_words = fields.take("words").map(|yaml| reader.words(yaml)).unwrap_or_default();
        })
    });
    if let Some(yaml) = fields.take("topics") {
        handover.topics = reader.topics(yaml);
    }
    handover.vip = fields.take("vip").and_then(|yaml| {
        let mut field = None;
        let rule = reader.rule(yaml, |reader, fields| {
            field = fields.take("field").and_then(|yaml| fields::text(yaml, "a field of the contact", reader.faults));
        });
        Some((field.unwrap_or_else(|| "vip".to_owned()), rule?))
    });
    let instead = |yaml: Option<&Yaml>, faults: &mut Faults| {
        yaml.and_then(|yaml| fields::word(yaml, "what happens instead", &INSTEAD, faults)).unwrap_or_default()
    };
    handover.closed = instead(fields.take("closed"), reader.faults);
    handover.nobody = instead(fields.take("nobody"), reader.faults);
    fields.close(reader.faults);
    handover
}

struct Reader<'a> {
    transfers: &'a [TransferTool],
    faults: &'a mut Faults,
}

impl Reader<'_> {
    /// `desk`, or `{to: desk, warm: true, ...}` with keys of its own.
    fn rule(&mut self, yaml: &Yaml, own: impl FnOnce(&mut Self, &mut Fields<'_>)) -> Option<Rule> {
        if !matches!(yaml.value, Value::Map(_)) {
            return self.target(yaml).map(|to| Rule { to, warm: None });
        }
        let mut fields = Fields::open(yaml, "a rule", self.faults)?;
        let to = fields.need("to", self.faults).and_then(|yaml| self.target(yaml));
        let warm = fields.take("warm").and_then(|yaml| fields::flag(yaml, self.faults));
        own(self, &mut fields);
        fields.close(self.faults);
        Some(Rule { to: to?, warm })
    }

    fn target(&mut self, yaml: &Yaml) -> Option<String> {
        let name = fields::text(yaml, "the name of a transfer", self.faults)?;
        if self.transfers.iter().any(|transfer| transfer.name == name) {
            return Some(name);
        }
        if self.transfers.is_empty() {
            self.faults.error_with(
                yaml.place,
                "there is nobody to hand over to",
                "name people under `tools: transfer:`",
            );
        } else {
            let known = self.transfers.iter().map(|transfer| transfer.name.as_str());
            self.faults.unknown(yaml.place, "the transfer", &name, known);
        }
        None
    }

    fn repeated(&mut self, yaml: &Yaml) -> Option<Repeated> {
        let mut times = TIMES;
        let rule = self.rule(yaml, |reader, fields| {
            let count = fields.take("after").and_then(|yaml| fields::number(yaml, 1, 20, reader.faults));
            times = count.map_or(TIMES, |count| count as u32);
        })?;
        Some(Repeated { times, rule })
    }

    fn key(&mut self, yaml: &Yaml) -> Option<char> {
        let text = yaml.scalar().unwrap_or_default();
        let key = text.chars().next().filter(|key| text.len() == 1 && matches!(key, '0'..='9' | '*' | '#'));
        if key.is_none() {
            let message = format!("`{}` is no key of a phone", clip(text));
            self.faults.error_with(yaml.place, message, "write one of 0 to 9, `\"*\"` or `\"#\"`");
        }
        key
    }

    /// Words for all languages, or for each.
    fn words(&mut self, yaml: &Yaml) -> BTreeMap<String, Vec<String>> {
        let list = |yaml: &Yaml, reader: &mut Self| {
            let words = fields::texts(yaml, "a word", reader.faults);
            if let Some((_, place)) = words.get(MAX_EXAMPLES) {
                reader.faults.error(*place, format!("at most {MAX_EXAMPLES} are compared"));
            }
            words.into_iter().map(|(word, _)| word).collect::<Vec<_>>()
        };
        match &yaml.value {
            Value::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), list(&entry.value, self))).collect(),
            _ => BTreeMap::from([(String::new(), list(yaml, self))]),
        }
    }

    fn topics(&mut self, yaml: &Yaml) -> Vec<Topic> {
        let entries = fields::entries(yaml, "`topics`", self.faults).unwrap_or_default();
        if let Some(entry) = entries.get(MAX_EXAMPLES) {
            self.faults.error(entry.place, format!("at most {MAX_EXAMPLES} topics are told apart"));
        }
        let mut topics = Vec::new();
        for entry in entries {
            let (mut about, mut examples) = (None, Vec::new());
            let rule = self.rule(&entry.value, |reader, fields| {
                about = fields.take("about").and_then(|yaml| fields::text(yaml, "`about`", reader.faults));
                let given = fields.need("examples", reader.faults);
                examples = given.map(|yaml| fields::texts(yaml, "an example", reader.faults)).unwrap_or_default();
                if let Some((_, place)) = examples.get(MAX_EXAMPLES) {
                    reader.faults.error(*place, format!("at most {MAX_EXAMPLES} are compared"));
                }
            });
            let examples = examples.into_iter().map(|(text, _)| text).collect();
            let name = entry.key.clone();
            topics.extend(rule.map(|rule| Topic {
                about: about.unwrap_or_else(|| name.clone()),
                name,
                examples,
                rule,
            }));
        }
        topics
    }
}
