//! Finds what a caller asks for: tantivy finds candidates, and a likeness between 0 and 1 says how sure it is.
//!
//! The likeness compares the words that carry meaning, as stems, with synonyms joined: how much of what was said is in
//! the question, and how much of the question was said. Words of the answer and of an entry's other questions count for
//! less. Common words count little, so missing or wrong small words do no harm.

use std::collections::{HashMap, HashSet};

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, Schema, TantivyDocument, TextFieldIndexing, TextOptions, Value,
};
use tantivy::tokenizer::{Language, Stemmer, TextAnalyzer, TokenStream, TokenizerManager, WhitespaceTokenizer};
use tantivy::{Index, IndexReader, TantivyError, Term, doc};

use super::knowledge::Entry;
use super::language::Lang;
use super::lexicon::{Intent, Lexicon};
use super::words::words;

/// How many candidates are compared.
const CANDIDATES: usize = 30;
/// Memory while the index is built, bytes.
const BUILDING: usize = 15_000_000;
/// The most words of an utterance that are looked at.
const MOST_WORDS: usize = 60;
/// What a common word weighs; one with a meaning weighs 0.4 to 1.
const FILLER: f32 = 0.05;

/// A word that weighs more is what an entry is about.
const TELLING: f32 = 0.65;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    pub target: Target,
    /// 0 to 1.
    pub score: f32,
}

/// What a caller may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    Intent(Intent),
    /// An entry of the knowledge, by its place.
    Entry(usize),
}

struct Doc {
    target: Target,
    questions: Vec<Vec<String>>,
    /// The words of all questions.
    asked: HashSet<String>,
    /// The words of the answer.
    answered: HashSet<String>,
}

/// The index of one language.
pub struct SearchIndex {
    reader: IndexReader,
    fields: Fields,
    analyzer: TextAnalyzer,
    fillers: HashSet<String>,
    /// From a stem to the stem that stands for its synonyms.
    synonyms: HashMap<String, String>,
    docs: Vec<Doc>,
    weights: HashMap<String, f32>,
}

#[derive(Clone, Copy)]
struct Fields {
    place: Field,
    questions: Field,
    answer: Field,
}

impl SearchIndex {
    /// Builds the index of a language in memory.
    pub fn build<'a>(
        language: Lang,
        lexicon: &Lexicon,
        entries: impl Iterator<Item = &'a Entry>,
    ) -> Result<Self, TantivyError> {
        let (schema, fields) = schema();
        let index = Index::builder().schema(schema).tokenizers(tokenizers()).create_in_ram()?;
        let mut built = Self {
            reader: index.reader()?,
            fields,
            analyzer: analyzer(language),
            fillers: lexicon.fillers.clone(),
            synonyms: HashMap::new(),
            docs: Vec::new(),
            weights: HashMap::new(),
        };
        built.synonyms = built.join_synonyms(&lexicon.synonyms);
        for (intent, examples) in &lexicon.intents {
            built.add(Target::Intent(*intent), examples, "");
        }
        for (place, entry) in entries.enumerate() {
            built.add(Target::Entry(place), &entry.questions, &entry.answer);
        }
        built.weigh();
        let mut writer = index.writer_with_num_threads(1, BUILDING)?;
        for (place, entry) in built.docs.iter().enumerate() {
            let questions = entry.questions.iter().flatten().cloned().collect::<Vec<_>>().join(" ");
            let answer = entry.answered.iter().cloned().collect::<Vec<_>>().join(" ");
            writer.add_document(
                doc!(fields.place => place as u64, fields.questions => questions, fields.answer => answer),
            )?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        built.reader.reload()?;
        Ok(built)
    }

    fn add(&mut self, target: Target, questions: &[String], answer: &str) {
        let questions: Vec<Vec<String>> = questions.iter().map(|question| self.stems(question)).collect();
        let asked = questions.iter().flatten().cloned().collect();
        let answered = self.stems(answer).into_iter().filter(|stem| !self.fillers.contains(stem)).collect();
        self.docs.push(Doc { target, questions, asked, answered });
    }

    fn join_synonyms(&self, groups: &[Vec<String>]) -> HashMap<String, String> {
        let mut synonyms = HashMap::new();
        for group in groups {
            let stems: Vec<String> = group.iter().flat_map(|word| self.stems(word)).collect();
            let Some(first) = stems.first().cloned() else { continue };
            for stem in stems {
                synonyms.entry(stem).or_insert_with(|| first.clone());
            }
        }
        synonyms
    }

    /// The stems of a text. A common word is its own stem.
    fn stems(&self, text: &str) -> Vec<String> {
        let mut analyzer = self.analyzer.clone();
        let mut stems = Vec::new();
        for word in words(text).into_iter().take(MOST_WORDS) {
            if self.fillers.contains(&word.key) {
                stems.push(word.key);
                continue;
            }
            let mut stream = analyzer.token_stream(&word.key);
            if stream.advance() {
                let stem = stream.token().text.clone();
                stems.push(self.synonyms.get(&stem).cloned().unwrap_or(stem));
            }
        }
        stems
    }

    /// What a word weighs: the fewer entries use it, the more.
    fn weigh(&mut self) {
        let mut counts: HashMap<&String, f32> = HashMap::new();
        for doc in &self.docs {
            for stem in &doc.asked {
                *counts.entry(stem).or_default() += 1.0;
            }
        }
        let most = (self.docs.len() as f32 + 1.0).ln().max(1.0);
        let weight = |count: f32| 0.4 + 0.6 * (((self.docs.len() as f32 + 1.0) / count).ln() / most);
        let weights = counts
            .into_iter()
            .map(|(stem, count)| (stem.clone(), if self.fillers.contains(stem) { FILLER } else { weight(count) }));
        self.weights = weights.collect();
    }

    /// What may be meant, the likeliest first.
    pub fn search(&self, text: &str) -> Vec<Hit> {
        let mut stems = self.stems(text);
        stems.dedup();
        let candidates = self.candidates(&stems).unwrap_or_default();
        let mut hits: Vec<Hit> = candidates
            .into_iter()
            .filter_map(|place| self.docs.get(place))
            .map(|doc| self.compare(&stems, doc))
            .collect();
        // Where both fit alike, what is wanted goes before what is asked: "I need an appointment".
        let rank = |hit: &Hit| hit.score + if matches!(hit.target, Target::Intent(_)) { 0.02 } else { 0.0 };
        hits.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        hits
    }

    fn candidates(&self, stems: &[String]) -> Result<Vec<usize>, TantivyError> {
        let telling: Vec<&String> = stems.iter().filter(|stem| !self.fillers.contains(*stem)).collect();
        let telling = if telling.is_empty() { stems.iter().collect() } else { telling };
        let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for stem in telling {
            let term = |field| Term::from_field_text(field, stem);
            let exact = |field| Box::new(TermQuery::new(term(field), IndexRecordOption::WithFreqs));
            parts.push((Occur::Should, Box::new(BoostQuery::new(exact(self.fields.questions), 3.0))));
            parts.push((Occur::Should, exact(self.fields.answer)));
            if stem.len() >= 5 {
                let near = FuzzyTermQuery::new(term(self.fields.questions), 1, true);
                parts.push((Occur::Should, Box::new(near)));
            }
        }
        let searcher = self.reader.searcher();
        let top = TopDocs::with_limit(CANDIDATES).order_by_score();
        let found = searcher.search(&BooleanQuery::new(parts), &top)?;
        let mut places = Vec::with_capacity(found.len());
        for (_, address) in found {
            let document: TantivyDocument = searcher.doc(address)?;
            places.extend(document.get_first(self.fields.place).and_then(|value| value.as_u64()).map(|at| at as usize));
        }
        Ok(places)
    }

    fn compare(&self, said: &[String], doc: &Doc) -> Hit {
        let intent = matches!(doc.target, Target::Intent(_));
        // An unknown word may be a name in what is wanted, but makes a question another question.
        let unknown = if intent { 0.25 } else { 0.85 };
        let likeness = |question: &Vec<String>| self.likeness(said, question, doc, unknown, intent);
        let score = doc.questions.iter().map(likeness).fold(0.0, f32::max);
        Hit { target: doc.target, score }
    }

    fn likeness(&self, said: &[String], question: &[String], doc: &Doc, unknown: f32, intent: bool) -> f32 {
        let weight = |stem: &String| match self.weights.get(stem) {
            Some(weight) => *weight,
            None if self.fillers.contains(stem) => FILLER,
            None => unknown,
        };
        let mut found = 0.0;
        let mut all = 0.0;
        let mut other = false;
        for stem in said {
            let here = nearest(stem, question.iter());
            let there = if doc.asked.contains(stem) { 0.7 } else { 0.0 };
            let answer = if doc.answered.contains(stem) { 0.5 } else { 0.0 };
            found += weight(stem) * here.max(there).max(answer);
            all += weight(stem);
            // A word that other entries are about: how long a filling takes is not how long a cleaning takes.
            other |=
                here.max(there).max(answer) == 0.0 && self.weights.get(stem).is_some_and(|weight| *weight > TELLING);
        }
        let covered: f32 = question.iter().map(|stem| weight(stem) * nearest(stem, said.iter())).sum();
        let whole: f32 = question.iter().map(weight).sum();
        if all == 0.0 || whole == 0.0 {
            return 0.0;
        }
        let (precision, recall) = (found / all, covered / whole);
        let telling = question.iter().filter(|stem| !self.fillers.contains(*stem)).count();
        if precision + recall == 0.0 {
            return 0.0;
        }
        let harmonic = 2.0 * precision * recall / (precision + recall);
        match telling {
            // One word is easily found in a sentence about something else.
            0 | 1 => harmonic * precision.sqrt(),
            // "Any time" is not "what time do you open".
            _ if intent && recall < 0.6 => 0.8 * (precision * recall).sqrt(),
            _ if intent => (precision * recall).sqrt(),
            _ if other && recall < 0.95 => 0.75 * harmonic,
            _ => harmonic,
        }
    }
}

/// How like the most similar of the words is: 1 for the same one, less for one that holds it or is one letter off.
fn nearest<'a>(stem: &str, others: impl Iterator<Item = &'a String>) -> f32 {
    let like = |other: &String| {
        if other == stem {
            return 1.0;
        }
        let (short, long) = if other.len() < stem.len() { (other.as_str(), stem) } else { (stem, other.as_str()) };
        if short.len() >= 5 && long.contains(short) {
            0.75
        } else if short.len() >= 5 && long.len() - short.len() <= 1 && strsim::osa_distance(short, long) <= 1 {
            0.7
        } else {
            0.0
        }
    };
    others.map(like).fold(0.0, f32::max)
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let text = || {
        let indexing =
            TextFieldIndexing::default().set_tokenizer("stems").set_index_option(IndexRecordOption::WithFreqs);
        TextOptions::default().set_indexing_options(indexing)
    };
    let place = schema.add_u64_field("place", STORED);
    let questions = schema.add_text_field("questions", text());
    let answer = schema.add_text_field("answer", text());
    (schema.build(), Fields { place, questions, answer })
}

/// The index is given stems: there is nothing left to do but to part them.
fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register("stems", WhitespaceTokenizer::default());
    tokenizers
}

fn analyzer(language: Lang) -> TextAnalyzer {
    let language =
        language.pick([Language::English, Language::German, Language::Spanish, Language::French, Language::Italian]);
    TextAnalyzer::builder(WhitespaceTokenizer::default()).filter(Stemmer::new(language)).build()
}
