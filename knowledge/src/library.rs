//! The passages of one language, and finding among them.

use std::sync::Arc;

use crate::embed::Vectors;
use crate::excerpt::excerpt;
use crate::index::Index;
use crate::score::{Match, fuse, likelihood, matches};
use crate::{Language, Passage, PassageHash};

/// The most passages of one library.
pub const MOST_PASSAGES: usize = 50_000;

/// How a library searches.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Words that mean the same in this business: each group in any inflection, several words allowed
    /// (`["Prophylaxe", "PZR", "Zähne putzen lassen"]`).
    pub synonyms: Vec<Vec<String>>,
    /// The most hits of a search; 10 by default.
    pub limit: usize,
    /// The score from which a passage counts as an answer; 0.5 by default.
    pub threshold: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { synonyms: Vec::new(), limit: 10, threshold: 0.5 }
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit<'a> {
    /// Which passage.
    pub passage: &'a Passage,
    /// Its place in [`Library::passages`].
    pub place: usize,
    /// How likely it answers what was asked, calibrated: 0 to 1.
    pub score: f32,
}

/// A library cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// More than [`MOST_PASSAGES`].
    #[error("{count} passages are too many; {MOST_PASSAGES} can be searched")]
    TooMany {
        /// How many there are.
        count: usize,
    },
}

/// The passages of one language, ready to be searched. Searching is shared, takes no lock that waits, and needs a few
/// milliseconds of a processor.
pub struct Library {
    language: Language,
    passages: Vec<Passage>,
    settings: Settings,
    index: Index,
    vectors: Option<Arc<Vectors>>,
    /// Of the passages, where they are compared by vectors.
    hashes: Vec<PassageHash>,
}

impl Library {
    /// Builds the index in memory: about a second for 10,000 passages.
    pub fn build(language: Language, passages: Vec<Passage>, settings: Settings) -> Result<Self, BuildError> {
        if passages.len() > MOST_PASSAGES {
            return Err(BuildError::TooMany { count: passages.len() });
        }
        let index = Index::build(language, &passages, &settings.synonyms);
        Ok(Self { language, passages, settings, index, vectors: None, hashes: Vec::new() })
    }

    /// Also compares by these vectors, in [`search_near`](Self::search_near). Passages without one are found by their
    /// words.
    #[must_use]
    pub fn with_vectors(mut self, vectors: Arc<Vectors>) -> Self {
        self.hashes = self.passages.iter().map(Passage::hash).collect();
        self.vectors = Some(vectors);
        self
    }

    /// What may answer, by words alone, the likeliest first.
    pub fn search(&self, text: &str) -> Vec<Hit<'_>> {
        self.search_near(text, None)
    }

    /// What may answer, by words and by the vector of the question where there is one.
    pub fn search_near(&self, text: &str, near: Option<&[f32]>) -> Vec<Hit<'_>> {
        let (asked, mut found) = matches(&self.index, text);
        if let (Some(vectors), Some(near)) = (&self.vectors, near) {
            let sure = found.first().map_or(0.0, |best| likelihood(asked, best, found.get(1)));
            fuse(&mut found, &vectors.closeness(&self.hashes, near), 1.0 - sure);
        }
        let Some(best) = found.first() else { return Vec::new() };
        let top = likelihood(asked, best, found.get(1));
        let hit = |found: &Match| Hit {
            passage: &self.passages[found.place],
            place: found.place,
            score: top * found.rank / best.rank,
        };
        found.iter().take(self.settings.limit).map(hit).collect()
    }

    /// The sentences of a text that answer a question best, side by side as they stand there, in so many characters at
    /// most. A text that fits is told whole; one with nothing of the question from its beginning.
    pub fn excerpt(&self, question: &str, text: &str, chars: usize) -> String {
        excerpt(self.language, &self.settings.synonyms, question, text, chars)
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// How it searches.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// All passages, in the order in which they were given.
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }
}
