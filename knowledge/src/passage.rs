//! What can be found: a passage with its heading.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Something that answers a question: an entry of questions and answers, or a piece of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Passage {
    /// Its name, unique in its library.
    pub id: String,
    /// How it is asked for, or the headings above it. May be empty.
    #[serde(default)]
    pub questions: Vec<String>,
    /// What it says.
    pub answer: String,
}

/// What a passage says and how it is asked for, as a number: the key of its vector. The same words have the same one,
/// whatever the passage is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PassageHash(pub [u8; 32]);

impl Passage {
    /// A passage with one question.
    pub fn new(id: impl Into<String>, question: impl Into<String>, answer: impl Into<String>) -> Self {
        Self { id: id.into(), questions: vec![question.into()], answer: answer.into() }
    }

    /// What is embedded: questions and answer, a line each.
    pub fn text(&self) -> String {
        let mut text = self.questions.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&self.answer);
        text
    }

    /// The SHA-256 of [`text`](Self::text).
    pub fn hash(&self) -> PassageHash {
        PassageHash(Sha256::digest(self.text()).into())
    }
}

impl fmt::Display for PassageHash {
    /// In hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
