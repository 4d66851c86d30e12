//! What thinks for agents.

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{SecretError, SecretPlaces};

/// How a brain is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BrainKind {
    /// OpenAI-compatible chat completions, hosted or local.
    #[default]
    Openai,
    /// Anthropic's messages.
    Anthropic,
    /// The built-in one, which needs no model.
    Builtin,
}

/// Something that thinks for agents.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrainConfig {
    /// Our name for it, which an agent may ask for; its model where it is not said.
    pub name: Option<String>,
    /// `openai` (the default: anything that speaks its format), `anthropic` or `builtin`.
    pub kind: BrainKind,
    /// The server, such as `https://api.openai.com/v1` or `http://127.0.0.1:11434/v1`.
    pub url: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// Key,
    pub key: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub key_env: Option<String>,
    /// ... or the file that holds it.
    pub key_file: Option<PathBuf>,
    /// What it costs; without it nothing is counted.
    pub price: Option<PriceConfig>,
    /// Further fields of each request, such as `temperature`.
    pub extra: toml::Table,
}

/// What a brain costs for a million tokens, in any currency: the one that the limits of agents are in.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceConfig {
    /// Tokens that it reads.
    pub input: f64,
    /// Tokens that it writes.
    pub output: f64,
}

impl BrainConfig {
    /// What it is called.
    pub fn name(&self) -> &str {
        let model = self.model.as_deref().filter(|_| self.kind != BrainKind::Builtin);
        self.name.as_deref().or(model).unwrap_or("builtin")
    }

    /// The key, from wherever it is kept.
    pub fn resolve_key(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces { here: self.key.as_ref(), env: self.key_env.as_deref(), file: self.key_file.as_deref() }.resolve()
    }
}

/// One table, or a list of them.
pub(super) fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<BrainConfig>, D::Error> {
    struct OneOrMany;

    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Vec<BrainConfig>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table such as { url = \"http://127.0.0.1:11434/v1\", model = \"NAME\" }, or a list of them")
        }

        fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
            BrainConfig::deserialize(MapAccessDeserializer::new(map)).map(|one| vec![one])
        }

        fn visit_seq<S: SeqAccess<'de>>(self, list: S) -> Result<Self::Value, S::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(list))
        }
    }

    deserializer.deserialize_any(OneOrMany)
}
