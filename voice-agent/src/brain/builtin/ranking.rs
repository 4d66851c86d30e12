//! What a caller may mean, by two measures that answer two questions.
//!
//! The [library](Library) finds, among all entries and passages, what may answer, and says how likely it
//! does, given that something was asked: it knows ideas, parts of long words and slips of a recogniser, but no wishes.
//! [`Examples`] put wishes and questions on one scale: "I need an appointment" is a wish, "do I need an appointment?"
//! an entry. So the examples tell whether something is wanted or asked, and answer what is asked nearly as it is written;
//! where they tell nothing, the library does. Neither can do it alone. The library would answer "take a message" with
//! what stands under "Messages", and takes an entry with eight ways to ask for it for likelier than it is. Examples find
//! nothing that is asked in other words: of the questions in `knowledge/evaluation` one in sixty, where the library finds
//! six in ten.

use knowledge::{BuildError, Library, MOST_PASSAGES, Passage, Settings};

use super::Lang;
use super::examples::{Examples, Hit, Target};
use super::knowledge::Entry;
use super::lexicon::Lexicon;

/// How many of what the library finds are compared with what was said.
const CANDIDATES: usize = 30;

/// The wishes and the knowledge of one language.
pub struct Ranking {
    examples: Examples,
    /// `None` where nothing is known. A passage is a question of an entry, or a passage of a document.
    library: Option<Library>,
    /// The entries of the passages.
    places: Vec<usize>,
}

/// What may be meant, each the likeliest first.
#[derive(Debug, Clone, Default)]
pub struct Ranked {
    /// Wishes, and entries that the library found, by their likeness to examples.
    pub hits: Vec<Hit>,
    /// Entries, by how likely they answer.
    pub answers: Vec<Hit>,
}

impl Ranking {
    /// Builds the library in memory.
    pub fn build(
        language: Lang,
        lexicon: &Lexicon,
        entries: &[Entry],
        synonyms: &[Vec<String>],
    ) -> Result<Self, BuildError> {
        let questions: usize = entries.iter().map(|entry| entry.questions.len()).sum();
        let apart = questions <= MOST_PASSAGES;
        let mut passages = Vec::new();
        let mut places = Vec::new();
        for (place, entry) in entries.iter().enumerate() {
            // Headings of a document belong together; questions each ask for the answer.
            let one_by_one = apart && !entry.document;
            let asked: Vec<&[String]> =
                if one_by_one { entry.questions.chunks(1).collect() } else { vec![&entry.questions[..]] };
            for questions in asked {
                let (id, answer) = (entry.id.clone(), entry.answer.clone());
                passages.push(Passage { id, questions: questions.to_vec(), answer });
                places.push(place);
            }
        }
        let settings = Settings { synonyms: synonyms.to_vec(), limit: CANDIDATES, ..Settings::default() };
        let library = match entries {
            [] => None,
            _ => Some(Library::build(language, passages, settings)?),
        };
        Ok(Self { examples: Examples::new(language, lexicon, entries), library, places })
    }

    /// What may be meant.
    pub fn search(&self, text: &str) -> Ranked {
        let mut answers: Vec<(usize, f32)> = Vec::new();
        for hit in self.library.iter().flat_map(|library| library.search(text)) {
            let place = self.places[hit.place];
            if answers.iter().all(|(known, _)| *known != place) {
                answers.push((place, hit.score));
            }
        }
        let hits = self.examples.compare(text, answers.iter().map(|(place, _)| *place));
        let answer = |(place, score): (usize, f32)| Hit { target: Target::Entry(place), score };
        Ranked { hits, answers: answers.into_iter().map(answer).collect() }
    }

    /// As much of a passage as can be listened to: the sentences that answer.
    pub fn excerpt(&self, question: &str, text: &str, chars: usize) -> String {
        self.library.as_ref().map_or_else(|| text.to_owned(), |library| library.excerpt(question, text, chars))
    }
}
