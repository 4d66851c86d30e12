//! How often the right passage is found, and how well questions that no passage answers are told from others.

mod baseline;
mod figures;
mod read;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Hit, Language, Library};
pub use baseline::BaselineError;
pub use figures::Figures;
pub use read::{Question, ReadError, passages, questions};

use baseline::Baseline;

/// What one search gave for one question.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The question.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Whether a passage answers it.
    pub answerable: bool,
    /// The place of the first right passage among those found, from 1; `None` where none was found.
    pub place: Option<usize>,
    /// The best score; 0 where nothing was found.
    pub score: f32,
}

/// The figures of a set of questions.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The language.
    pub language: Language,
    /// How many passages were searched.
    pub passages: usize,
    /// Questions in another language, which were left out.
    pub skipped: usize,
    /// Of all questions.
    #[serde(flatten)]
    pub all: Figures,
    /// Of each kind. Where it can be answered, it is told from all that cannot, and the other way round.
    pub by_kind: BTreeMap<String, Figures>,
    /// By words alone, where vectors were compared too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Figures>,
    /// Of plain BM25 on the same questions: words in lower case, the question and the answer as one text.
    pub baseline: Figures,
    /// Of BM25 for each kind.
    pub baseline_by_kind: BTreeMap<String, Figures>,
    /// Each question.
    #[serde(skip)]
    pub outcomes: Vec<Outcome>,
}

/// Asks a library all questions of its language, and BM25 too.
pub fn run(library: &Library, questions: &[Question]) -> Result<Report, BaselineError> {
    run_near(library, questions, &[])
}

/// As [`run`], with the vectors of the questions, in their order.
pub fn run_near(library: &Library, questions: &[Question], near: &[Vec<f32>]) -> Result<Report, BaselineError> {
    let baseline = Baseline::build(library.passages())?;
    let (mut ours, mut words, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    let mut skipped = 0;
    for (at, question) in questions.iter().enumerate() {
        let language = question.lang.as_deref().and_then(Language::from_tag);
        if language.is_some_and(|language| language != library.language()) {
            skipped += 1;
            continue;
        }
        ours.push(searched(question, &library.search_near(&question.text, near.get(at).map(Vec::as_slice))));
        if !near.is_empty() {
            words.push(searched(question, &library.search(&question.text)));
        }
        let found = baseline.search(&question.text)?;
        let ids = found.iter().map(|(place, _)| library.passages()[*place].id.as_str());
        plain.push(outcome(question, ids, found.first().map_or(0.0, |(_, score)| *score)));
    }
    Ok(Report {
        language: library.language(),
        passages: library.passages().len(),
        skipped,
        all: figures::all(&ours),
        by_kind: figures::by_kind(&ours),
        words: (!words.is_empty()).then(|| figures::all(&words)),
        baseline: figures::all(&plain),
        baseline_by_kind: figures::by_kind(&plain),
        outcomes: ours,
    })
}

fn searched(question: &Question, hits: &[Hit]) -> Outcome {
    let ids = hits.iter().map(|hit| hit.passage.id.as_str());
    outcome(question, ids, hits.first().map_or(0.0, |hit| hit.score))
}

fn outcome<'a>(question: &Question, mut found: impl Iterator<Item = &'a str>, score: f32) -> Outcome {
    Outcome {
        id: question.id.clone(),
        kind: question.kind.clone(),
        answerable: !question.expect.is_empty(),
        place: found.position(|id| question.expect.iter().any(|expected| expected == id)).map(|place| place + 1),
        score,
    }
}
