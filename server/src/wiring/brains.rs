//! What thinks for agents: the configured brains in their order, and the built-in one behind them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use ivr::Business;
use knowledge::documents::Limits;
use knowledge::{Language, Passage};
use voice_agent::Agent;
use voice_agent::brain::builtin::BuiltinError;
use voice_agent::brain::{
    Anthropic, AnthropicSettings, Brain, Builtin, BuiltinSettings, Chain, ChainSettings, DocumentSettings, Documents,
    Facts, Informed, Knowledge, KnowledgeError, MakeError, Model, OpenAi, OpenAiSettings,
};

use super::costs::Costs;
use super::papers::{ByLanguage, Papers, PapersFailure};
use super::{business, demo, papers};
use crate::config::{BrainConfig, BrainKind, Config, SecretError};

/// What the built-in brain is called.
pub(super) const BUILTIN: &str = "builtin";

/// A brain of the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BrainFailure {
    /// Something that is needed is not said.
    #[error(
        "the brain `{name}` has no `{key}`: a line such as brain = {{ url = \"http://127.0.0.1:11434/v1\", model = \"NAME\" }} is enough"
    )]
    Missing {
        /// The brain.
        name: String,
        /// The key.
        key: &'static str,
    },
    /// Two have one name.
    #[error("two brains are named `{0}`: give one of them another `name`")]
    Twice(String),
    /// A further field of the requests cannot be sent.
    #[error("the brain `{0}` has an `extra` that cannot be sent as JSON")]
    Extra(String),
    /// The key is not where the configuration says.
    #[error("the key of the brain `{name}` is missing")]
    Secret {
        /// The brain.
        name: String,
        /// Why.
        #[source]
        source: SecretError,
    },
    /// A setting is wrong.
    #[error("a brain cannot be used")]
    Make(#[from] MakeError),
}

/// The brains of an agent cannot be put together.
#[derive(Debug, thiserror::Error)]
pub(super) enum ChainFailure {
    /// The agent asks for one that is not there.
    #[error("there is no brain named `{0}`: `brain` in the configuration names them")]
    NoSuchBrain(String),
    /// The folder of questions and answers is not there.
    #[error(
        "there is nothing named `{0}` to answer from: a folder beside business.yaml, or a source: GET /v1/knowledge lists them"
    )]
    NoKnowledge(String),
    /// A document cannot be read.
    #[error(transparent)]
    Papers(#[from] PapersFailure),
    /// It cannot be read.
    #[error("what the built-in brain answers from cannot be read: {0}")]
    Knowledge(#[source] KnowledgeError),
    /// The built-in brain cannot be made.
    #[error("the built-in brain cannot be made: {0}")]
    Builtin(#[from] BuiltinError),
    /// The chain cannot be made.
    #[error("the brains cannot be used: {0}")]
    Make(#[from] MakeError),
}

/// One place in the order.
#[derive(Clone)]
enum Place {
    Model(String, Arc<dyn Model>),
    Builtin,
}

/// Everything that can think here.
pub(super) struct Brains {
    order: Vec<Place>,
    facts: Facts,
    folder: Option<PathBuf>,
    with_demo: bool,
    documents: DocumentSettings,
    limits: Limits,
    builtin: BuiltinSettings,
    papers: RwLock<Arc<Papers>>,
    edition: AtomicU64,
    costs: Option<Arc<Costs>>,
    rehearses: bool,
}

impl Brains {
    /// Makes the clients of all brains; connects to none of them.
    pub(super) fn new(config: &Config, business: &Arc<Business>, with_demo: bool) -> Result<Self, BrainFailure> {
        let mut order: Vec<Place> = Vec::new();
        for brain in &config.brain {
            let name = brain.name();
            let known = order.iter().any(|place| place.name() == name);
            if known {
                return Err(BrainFailure::Twice(name.to_owned()));
            }
            order.push(place(brain)?);
        }
        if !order.iter().any(|place| matches!(place, Place::Builtin)) {
            order.push(Place::Builtin);
        }
        Ok(Self {
            order,
            facts: business::facts(business),
            folder: config.business.folder.clone(),
            with_demo,
            documents: config.knowledge.documents(),
            limits: config.knowledge.limits(),
            builtin: config.knowledge.builtin(),
            papers: RwLock::default(),
            edition: AtomicU64::new(0),
            costs: None,
            rehearses: false,
        })
    }

    /// The same, counting what its brains cost.
    pub(super) fn with_costs(mut self, costs: Costs) -> Self {
        self.costs = Some(Arc::new(costs));
        self
    }

    /// What its brains have cost, where that is counted.
    pub(super) fn costs(&self) -> Option<&Arc<Costs>> {
        self.costs.as_ref()
    }

    /// The same by another clock than that of the wall.
    pub(super) fn with_clock(mut self, clock: Arc<dyn Fn() -> i64 + Send + Sync>) -> Self {
        self.facts.clock = clock;
        self
    }

    /// The same brains and documents for calls that are only rehearsed: by another clock, and no brain stands in for
    /// another once a day has cost enough; whoever rehearses looks at that.
    pub(super) fn rehearsing(&self, clock: Arc<dyn Fn() -> i64 + Send + Sync>) -> Self {
        Self {
            order: self.order.clone(),
            facts: Facts { clock, ..self.facts.clone() },
            folder: self.folder.clone(),
            with_demo: self.with_demo,
            documents: self.documents.clone(),
            limits: self.limits,
            builtin: self.builtin.clone(),
            papers: RwLock::new(self.papers()),
            edition: AtomicU64::new(self.edition()),
            costs: self.costs.clone(),
            rehearses: true,
        }
    }

    /// Whether a language model thinks here.
    pub(super) fn has_models(&self) -> bool {
        self.order.iter().any(|place| matches!(place, Place::Model(..)))
    }

    /// The language models, in their order: for what is asked outside of calls.
    pub(super) fn models(&self) -> Vec<Arc<dyn Model>> {
        let model = |place: &Place| match place {
            Place::Model(_, model) => Some(model.clone()),
            Place::Builtin => None,
        };
        self.order.iter().filter_map(model).collect()
    }

    /// Other documents from now on: agents that are made ready again know them.
    pub(super) fn set_papers(&self, papers: Papers) {
        *self.papers.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(papers);
        self.edition.fetch_add(1, Ordering::Release);
    }

    /// Tells the documents of now from those of before.
    pub(super) fn edition(&self) -> u64 {
        self.edition.load(Ordering::Acquire)
    }

    fn papers(&self) -> Arc<Papers> {
        self.papers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The brains of an agent, or those of the house: the one that it asks for first, the others after it in their order.
    pub(super) fn chain(&self, agent: Option<&Agent>) -> Result<Arc<dyn Brain>, ChainFailure> {
        let (mut knowledge, documents) = self.gather(agent)?;
        for (language, passages) in &documents {
            knowledge.add_passages(language.tag(), passages);
        }
        let documents = self.for_models(&knowledge, documents)?;
        let builtin: Arc<dyn Model> = Arc::new(Builtin::new(&knowledge, self.facts.clone(), self.builtin.clone())?);
        let mut models: Vec<(&str, Arc<dyn Model>)> = Vec::with_capacity(self.order.len());
        for place in &self.order {
            let model: Arc<dyn Model> = match place {
                Place::Model(_, model) => Arc::new(Informed::new(model.clone(), documents.clone())),
                Place::Builtin => builtin.clone(),
            };
            models.push((place.name(), model));
        }
        if let Some(first) = agent.and_then(Agent::brain) {
            let place = models.iter().position(|(name, _)| *name == first);
            let place = place.ok_or_else(|| ChainFailure::NoSuchBrain(first.to_owned()))?;
            models[..=place].rotate_right(1);
        }
        let first = models.first().map_or(BUILTIN, |(name, _)| name).to_owned();
        let models = models.into_iter().map(|(_, model)| model).collect();
        let chain: Arc<dyn Brain> = Arc::new(Chain::new(models, ChainSettings::default())?);
        let Some(costs) = &self.costs else { return Ok(chain) };
        let builtin = Arc::new(Chain::new(vec![builtin], ChainSettings::default())?);
        Ok(match agent {
            Some(agent) if self.rehearses => costs.counted(chain, builtin, &first, agent.limits().cost, None),
            Some(agent) => costs.metered(agent, chain, builtin, &first),
            // Whoever asks for these says as which agent.
            None => costs.counted(chain, builtin, &first, None, None),
        })
    }

    /// All passages of the documents that an agent answers from.
    pub(super) fn passages(&self, agent: &Agent) -> Result<Vec<Passage>, ChainFailure> {
        let (knowledge, mut documents) = self.gather(Some(agent))?;
        for language in Language::ALL {
            documents.entry(language).or_default().extend(knowledge.passages(language.tag()));
        }
        Ok(documents.into_values().flatten().collect())
    }

    /// What models may consult: the documents, and the questions and answers of the built-in brain but for those with
    /// facts in them, which models are told anyway.
    fn for_models(&self, knowledge: &Knowledge, mut documents: ByLanguage) -> Result<Arc<Documents>, ChainFailure> {
        if self.has_models() {
            for language in Language::ALL {
                let known = documents.entry(language).or_default();
                let entries = knowledge.passages(language.tag()).into_iter();
                let plain = entries.filter(|entry| !entry.answer.contains('{')).filter(|entry| !entry.id.contains('#'));
                let plain: Vec<Passage> = plain.collect();
                known.extend(plain);
            }
        } else {
            documents.clear();
        }
        let documents =
            self.papers().documents(documents, &self.builtin.synonyms, &self.documents).map_err(PapersFailure::from)?;
        Ok(Arc::new(documents))
    }

    /// The questions and answers of an agent, and its documents.
    fn gather(&self, agent: Option<&Agent>) -> Result<(Knowledge, ByLanguage), ChainFailure> {
        let mut knowledge = Knowledge::default();
        let Some(agent) = agent.filter(|agent| !agent.knowledge().is_empty()) else {
            return Ok((knowledge, ByLanguage::new()));
        };
        let language = agent.languages().first().and_then(|tag| Language::from_tag(tag)).unwrap_or(Language::En);
        let papers = self.papers();
        let mut documents = papers.of(agent.knowledge(), language);
        for name in agent.knowledge() {
            let path = self.folder.as_ref().map(|folder| folder.join(name)).filter(|path| path.is_dir());
            if let Some(path) = path {
                knowledge.load(&path).map_err(ChainFailure::Knowledge)?;
                for (language, passages) in papers::folder(&path, language, &self.limits)? {
                    documents.entry(language).or_default().extend(passages);
                }
            } else if self.with_demo && demo::knowledge(name).next().is_some() {
                for (file, text) in demo::knowledge(name) {
                    knowledge.add(file, text).map_err(ChainFailure::Knowledge)?;
                }
            } else if !papers.has(name) {
                return Err(ChainFailure::NoKnowledge(name.clone()));
            }
        }
        Ok((knowledge, documents))
    }
}

impl Place {
    fn name(&self) -> &str {
        match self {
            Self::Model(name, _) => name,
            Self::Builtin => BUILTIN,
        }
    }
}

fn place(brain: &BrainConfig) -> Result<Place, BrainFailure> {
    if brain.kind == BrainKind::Builtin {
        return Ok(Place::Builtin);
    }
    let name = brain.name();
    let missing = |key| BrainFailure::Missing { name: name.to_owned(), key };
    let model = brain.model.as_deref().filter(|text| !text.is_empty()).ok_or_else(|| missing("model"))?;
    let key = brain.resolve_key().map_err(|source| BrainFailure::Secret { name: name.to_owned(), source })?;
    let Ok(serde_json::Value::Object(extra)) = serde_json::to_value(&brain.extra) else {
        return Err(BrainFailure::Extra(name.to_owned()));
    };
    let made: Arc<dyn Model> = match brain.kind {
        BrainKind::Anthropic => {
            let url = brain.url.as_deref().unwrap_or("https://api.anthropic.com");
            Arc::new(Anthropic::new(AnthropicSettings { key, extra, ..AnthropicSettings::new(name, url, model) })?)
        }
        BrainKind::Openai | BrainKind::Builtin => {
            let url = brain.url.as_deref().ok_or_else(|| missing("url"))?;
            Arc::new(OpenAi::new(OpenAiSettings { key, extra, ..OpenAiSettings::new(name, url, model) })?)
        }
    };
    Ok(Place::Model(name.to_owned(), made))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brains(text: &str) -> Result<Brains, BrainFailure> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config: Config = toml::from_str(text).unwrap();
        Brains::new(&config, &Arc::default(), true)
    }

    fn names(brains: &Brains, first: Option<&str>) -> String {
        let line = first.map(|name| format!("brain: {name}\n")).unwrap_or_default();
        let agent = Agent::parse(&format!("persona: x\n{line}"), "test").unwrap();
        brains.chain(Some(&agent)).map_or_else(|error| error.to_string(), |chain| chain.name().to_owned())
    }

    #[test]
    fn one_line_is_enough_and_the_built_in_brain_comes_last() {
        let one = brains("brain = { url = 'http://127.0.0.1:1/v1', model = 'm' }").unwrap();
        assert_eq!(names(&one, None), "m > builtin");
        assert_eq!(names(&one, Some("builtin")), "builtin > m");
        assert!(names(&one, Some("x")).contains("no brain named `x`"));
        assert_eq!(names(&brains("").unwrap(), None), "builtin");
    }

    #[test]
    fn the_demos_knowledge_is_found_without_a_folder() {
        let demo = brains("").unwrap();
        let agent = |name: &str| Agent::parse(&format!("persona: x\nknowledge: {name}\n"), "test").unwrap();
        assert!(demo.passages(&agent(demo::KNOWLEDGE_FOLDER)).unwrap().len() > 20);
        assert!(demo.chain(Some(&agent(demo::KNOWLEDGE_FOLDER))).is_ok());
        assert!(matches!(demo.chain(Some(&agent("elsewhere"))), Err(ChainFailure::NoKnowledge(_))));
    }

    #[test]
    fn several_are_asked_in_their_order() {
        let text = "brain = [{ name = 'a', url = 'http://127.0.0.1:1', model = 'm' }, { kind = 'builtin' }, \
                    { name = 'c', kind = 'anthropic', model = 'm', extra = { temperature = 0.2 } }]";
        let three = brains(text).unwrap();
        assert_eq!(names(&three, None), "a > builtin > c");
        assert_eq!(names(&three, Some("c")), "c > a > builtin");
    }

    #[test]
    fn what_is_missing_or_wrong_is_said_by_name() {
        for (text, hint) in [
            ("brain = { model = 'm' }", "`m` has no `url`"),
            ("brain = { url = 'http://x' }", "no `model`"),
            ("brain = { url = 'nowhere', model = 'm' }", "cannot be used"),
            ("brain = { url = 'http://x', model = 'm', key_env = 'NO_SUCH_VARIABLE_HERE' }", "key of the brain `m`"),
            ("brain = [{ url = 'http://x', model = 'm' }, { url = 'http://y', model = 'm' }]", "two brains"),
        ] {
            let fault = brains(text).err().unwrap().to_string();
            assert!(fault.contains(hint), "{fault}");
        }
    }
}
