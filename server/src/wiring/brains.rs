//! What thinks for agents: the configured brains in their order, and the built-in one behind them.

use std::path::PathBuf;
use std::sync::Arc;

use ivr::Business;
use voice_agent::brain::builtin::BuiltinError;
use voice_agent::brain::{
    Anthropic, AnthropicSettings, Brain, Builtin, BuiltinSettings, Chain, ChainSettings, Facts, Knowledge,
    KnowledgeError, MakeError, Model, OpenAi, OpenAiSettings,
};

use super::{business, demo};
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
    #[error("there is no folder `{0}` to answer from: it belongs beside business.yaml, in `business.folder`")]
    NoKnowledge(String),
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
        Ok(Self { order, facts: business::facts(business), folder: config.business.folder.clone(), with_demo })
    }

    /// The brains of an agent: the one that it asks for first, the others after it in their order.
    pub(super) fn chain(&self, first: Option<&str>, knowledge: Option<&str>) -> Result<Arc<dyn Brain>, ChainFailure> {
        let builtin: Arc<dyn Model> =
            Arc::new(Builtin::new(&self.knowledge(knowledge)?, self.facts.clone(), BuiltinSettings::default())?);
        let mut models: Vec<(&str, Arc<dyn Model>)> = Vec::with_capacity(self.order.len());
        for place in &self.order {
            let model = match place {
                Place::Model(_, model) => model.clone(),
                Place::Builtin => builtin.clone(),
            };
            models.push((place.name(), model));
        }
        if let Some(first) = first {
            let place = models.iter().position(|(name, _)| *name == first);
            let place = place.ok_or_else(|| ChainFailure::NoSuchBrain(first.to_owned()))?;
            models[..=place].rotate_right(1);
        }
        let models = models.into_iter().map(|(_, model)| model).collect();
        Ok(Arc::new(Chain::new(models, ChainSettings::default())?))
    }

    fn knowledge(&self, folder: Option<&str>) -> Result<Knowledge, ChainFailure> {
        let Some(name) = folder else { return Ok(Knowledge::default()) };
        let path = self.folder.as_ref().map(|folder| folder.join(name)).filter(|path| path.is_dir());
        if let Some(path) = path {
            return Knowledge::load(&path).map_err(ChainFailure::Knowledge);
        }
        if !self.with_demo || name != demo::KNOWLEDGE_FOLDER {
            return Err(ChainFailure::NoKnowledge(name.to_owned()));
        }
        let mut knowledge = Knowledge::default();
        for (file, text) in demo::KNOWLEDGE {
            knowledge.add(file, text).map_err(ChainFailure::Knowledge)?;
        }
        Ok(knowledge)
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
        brains.chain(first, None).map_or_else(|error| error.to_string(), |chain| chain.name().to_owned())
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
        assert!(demo.knowledge(Some(demo::KNOWLEDGE_FOLDER)).unwrap().len() > 20);
        assert!(demo.chain(None, Some(demo::KNOWLEDGE_FOLDER)).is_ok());
        assert!(matches!(demo.chain(None, Some("elsewhere")), Err(ChainFailure::NoKnowledge(_))));
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
