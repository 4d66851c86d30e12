//! How documents are read and searched.

use std::path::PathBuf;
use std::time::Duration;

use knowledge::documents::Limits;
use knowledge::documents::site::SiteSettings;
use secrecy::SecretString;
use serde::Deserialize;
use voice_agent::brain::{BuiltinSettings, DocumentSettings};

use super::{SecretError, SecretPlaces};

/// How documents are read and searched.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KnowledgeSection {
    /// A server of embeddings; without one, passages are found by their words.
    pub embeddings: Option<EmbeddingsConfig>,
    /// The longest document, bytes (20 MiB).
    pub max_document: usize,
    /// The most pages of a web site (300).
    pub max_pages: usize,
    /// The least time between two requests to a web site, ms (500).
    pub pause_ms: u64,
    /// How often a web site is read again where the source does not say, hours (24).
    pub refresh_hours: u32,
    /// Whether web sites in a private network may be read (false).
    pub private_sites: bool,
    /// Words that mean the same in this business, in groups; several words may stand for one.
    pub synonyms: Vec<Vec<String>>,
    /// The most passages that a model is shown (5).
    pub passages: usize,
    /// The longest answer that the built-in brain reads from a document, characters (280).
    pub spoken: usize,
    /// How long a model may take to rewrite a question that does not stand alone, ms; 0: it is not asked (700).
    pub rewrite_ms: u64,
}

/// An OpenAI-compatible server of embeddings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmbeddingsConfig {
    /// The server, such as `https://api.openai.com/v1`.
    pub url: String,
    /// The model.
    pub model: String,
    /// Key,
    pub key: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub key_env: Option<String>,
    /// ... or the file that holds it.
    pub key_file: Option<PathBuf>,
}

impl Default for KnowledgeSection {
    fn default() -> Self {
        Self {
            embeddings: None,
            max_document: 20 << 20,
            max_pages: 300,
            pause_ms: 500,
            refresh_hours: 24,
            private_sites: false,
            synonyms: Vec::new(),
            passages: 5,
            spoken: 280,
            rewrite_ms: 700,
        }
    }
}

impl KnowledgeSection {
    /// How documents are consulted.
    pub fn documents(&self) -> DocumentSettings {
        let rewrite = Duration::from_millis(self.rewrite_ms);
        DocumentSettings { passages: self.passages, rewrite, ..DocumentSettings::default() }
    }

    /// How the built-in brain answers.
    pub fn builtin(&self) -> BuiltinSettings {
        BuiltinSettings { spoken: self.spoken, synonyms: self.synonyms.clone(), ..BuiltinSettings::default() }
    }

    /// How web sites are read.
    pub fn site(&self) -> SiteSettings {
        SiteSettings { pages: self.max_pages, pause: Duration::from_millis(self.pause_ms), ..SiteSettings::default() }
    }

    /// What a document may cost.
    pub fn limits(&self) -> Limits {
        Limits { bytes: self.max_document, ..Limits::default() }
    }
}

impl EmbeddingsConfig {
    /// The key, from wherever it is kept.
    pub fn resolve_key(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces { here: self.key.as_ref(), env: self.key_env.as_deref(), file: self.key_file.as_deref() }.resolve()
    }
}
