//! A model that knows the business's documents: before it is asked, what may answer the caller is looked up and put
//! beside his words.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use call_model::{ChatMessage, Source, ThinkRequest, ThinkUsage};
use knowledge::embed::Embedder;
use knowledge::{Language, Library};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::question::is_question;
use super::{Model, Piece, Pieces, QUEUE};

/// The most characters of one passage that a model is shown.
const MOST_CHARS: usize = 1_200;
/// The most words of the caller that are looked up.
const MOST_WORDS: usize = 60;
/// What a rewritten question may cost, tokens.
const REWRITTEN: u32 = 60;

const REWRITE: &str = "Rewrite the caller's last words as one question that can be understood without the conversation, in the \
                       caller's language. Answer with the question alone.";

/// How documents are consulted.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentSettings {
    /// The most passages that a model is shown. Default 5.
    pub passages: usize,
    /// The least score of a passage that it is shown. Default 0.15.
    pub floor: f32,
    /// The same where the question has a vector: then the rank tells more than the score, which knows words above all.
    /// Default 0.02.
    pub floor_near: f32,
    /// The score from which on a passage answers, by and large. Default 0.5.
    pub threshold: f32,
    /// How long the model may take to rewrite a question that does not stand alone; zero: it is not asked. Default 700 ms.
    pub rewrite: Duration,
    /// How long embeddings may take; then words decide alone. Default 400 ms.
    pub embed: Duration,
}

impl Default for DocumentSettings {
    fn default() -> Self {
        Self {
            passages: 5,
            floor: 0.15,
            floor_near: 0.02,
            threshold: 0.5,
            rewrite: Duration::from_millis(700),
            embed: Duration::from_millis(400),
        }
    }
}

/// What an agent may know: a library for each language.
pub struct Documents {
    settings: DocumentSettings,
    embedder: Option<Arc<dyn Embedder>>,
    libraries: Vec<Library>,
}

/// What was found.
struct Found {
    sources: Vec<Source>,
    texts: Vec<String>,
    best: f32,
}

impl Documents {
    /// Documents with vectors of this model, or found by their words alone.
    pub fn new(libraries: Vec<Library>, embedder: Option<Arc<dyn Embedder>>, settings: DocumentSettings) -> Self {
        Self { settings, embedder, libraries }
    }

    /// Whether there is nothing in a language.
    pub fn is_empty(&self, language: &str) -> bool {
        self.library(language).is_none_or(|library| library.passages().is_empty())
    }

    fn library(&self, language: &str) -> Option<&Library> {
        let language = Language::from_tag(language)?;
        self.libraries.iter().find(|library| library.language() == language)
    }

    async fn find(&self, language: &str, question: &str) -> Found {
        let near = match &self.embedder {
            Some(embedder) => {
                let texts = [question.to_owned()];
                let vectors = timeout(self.settings.embed, embedder.embed(&texts)).await;
                vectors.ok().and_then(Result::ok).and_then(|mut vectors| vectors.pop())
            }
            None => None,
        };
        let mut found = Found { sources: Vec::new(), texts: Vec::new(), best: 0.0 };
        let Some(library) = self.library(language) else { return found };
        let hits = library.search_near(question, near.as_deref());
        found.best = hits.first().map_or(0.0, |hit| hit.score);
        let floor = if near.is_some() { self.settings.floor_near } else { self.settings.floor };
        for hit in hits.iter().filter(|hit| hit.score >= floor).take(self.settings.passages) {
            let passage = hit.passage;
            let document = passage.id.rsplit_once('#').map_or(passage.id.as_str(), |(document, _)| document);
            let title = passage.questions.join(" / ");
            found.texts.push(format!("{title}: {}", clip(&passage.answer)));
            found.sources.push(Source {
                id: passage.id.clone(),
                document: document.to_owned(),
                title,
                score: (hit.score.clamp(0.0, 1.0) * 100.0).round() as u8,
            });
        }
        found
    }
}

fn clip(text: &str) -> &str {
    text.char_indices().nth(MOST_CHARS).map_or(text, |(at, _)| &text[..at])
}

/// A model beside the documents of the business.
pub struct Informed {
    model: Arc<dyn Model>,
    documents: Arc<Documents>,
}

impl Informed {
    /// The same model, which now sees what may answer.
    pub fn new(model: Arc<dyn Model>, documents: Arc<Documents>) -> Self {
        Self { model, documents }
    }
}

impl Model for Informed {
    fn ask(&self, request: Arc<ThinkRequest>) -> Pieces {
        if self.documents.is_empty(&request.language) {
            return self.model.ask(request);
        }
        let (out, pieces) = mpsc::channel(QUEUE);
        let (model, documents) = (self.model.clone(), self.documents.clone());
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = out.closed() => {}
                () = answer(&model, &documents, &request, &out) => {}
            }
        });
        pieces
    }

    fn name(&self) -> &str {
        self.model.name()
    }

    fn warm(&self) {
        self.model.warm();
    }
}

type Out = mpsc::Sender<Result<Piece, super::BrainError>>;

async fn answer(model: &Arc<dyn Model>, documents: &Documents, request: &Arc<ThinkRequest>, out: &Out) {
    let Some((place, said)) = last_words(&request.messages) else {
        return hand_on(model.ask(request.clone()), ThinkUsage::default(), None, out).await;
    };
    let mut usage = ThinkUsage::default();
    let mut question = alone(&request.messages[..place], said);
    if question != said
        && let Some((rewritten, cost)) = rewrite(model, documents.settings.rewrite, request).await
    {
        (question, usage) = (rewritten, cost);
    }
    let found = documents.find(&request.language, &question).await;
    let mut informed = ThinkRequest::clone(request);
    informed.messages.insert(place, ChatMessage::Note { text: note(&found.texts) });
    let unanswered = found.best < documents.settings.threshold && is_question(said, &request.language);
    let consulted = Consulted { sources: found.sources, question: unanswered.then_some(question) };
    hand_on(model.ask(Arc::new(informed)), usage, Some(consulted), out).await;
}

struct Consulted {
    sources: Vec<Source>,
    /// What the documents do not answer.
    question: Option<String>,
}

/// Hands an answer on. What was consulted is told before its end; a question is only unanswered when no tool took it up.
async fn hand_on(mut pieces: Pieces, before: ThinkUsage, consulted: Option<Consulted>, out: &Out) {
    let mut acted = false;
    let mut consulted = consulted;
    while let Some(mut piece) = pieces.recv().await {
        match &mut piece {
            Ok(Piece::ToolCall(_)) => acted = true,
            Ok(Piece::Finished { usage, .. }) => {
                usage.input_tokens += before.input_tokens;
                usage.output_tokens += before.output_tokens;
                if let Some(Consulted { sources, question }) = consulted.take() {
                    let unanswered = question.filter(|_| !acted);
                    let _ = out.send(Ok(Piece::Consulted { sources, unanswered })).await;
                }
            }
            _ => {}
        }
        // A reader who is gone ends the task.
        let _ = out.send(piece).await;
    }
}

/// The caller's last words and their place, if there are any that matter now.
fn last_words(messages: &[ChatMessage]) -> Option<(usize, &str)> {
    messages.iter().enumerate().rev().take(6).find_map(|(place, message)| match message {
        ChatMessage::Caller { text } if !text.trim().is_empty() => Some((place, text.as_str())),
        _ => None,
    })
}

/// What to look up: the words, with those before them where they do not stand alone.
fn alone(before: &[ChatMessage], said: &str) -> String {
    let words = said.split_whitespace().count();
    let first = said.split_whitespace().next().unwrap_or_default().to_lowercase();
    let goes_on = ["and", "und", "y", "et", "e", "ed", "or", "oder", "but", "aber", "pero", "mais", "ma"];
    let earlier = before.iter().rev().find_map(|message| match message {
        ChatMessage::Caller { text } => Some(text.as_str()),
        _ => None,
    });
    let text = match earlier {
        Some(earlier) if words < 4 || goes_on.contains(&first.as_str()) => format!("{earlier} {said}"),
        _ => said.to_owned(),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() > MOST_WORDS { words[words.len() - MOST_WORDS..].join(" ") } else { text }
}

/// Asks the model what is meant, for as long as that may take.
async fn rewrite(model: &Arc<dyn Model>, limit: Duration, request: &ThinkRequest) -> Option<(String, ThinkUsage)> {
    if limit.is_zero() {
        return None;
    }
    let keep = request.messages.len().saturating_sub(6);
    let question = ThinkRequest {
        instructions: REWRITE.to_owned(),
        messages: request.messages[keep..].to_vec(),
        tools: Vec::new(),
        memory: Value::Null,
        max_tokens: REWRITTEN,
        ..request.clone()
    };
    let mut pieces = model.ask(Arc::new(question));
    let read = async {
        let mut text = String::new();
        while let Some(Ok(piece)) = pieces.recv().await {
            match piece {
                Piece::Text(more) => text.push_str(&more),
                Piece::Finished { usage, .. } => return Some((text, usage)),
                _ => {}
            }
        }
        None
    };
    let (text, usage) = timeout(limit, read).await.ok().flatten()?;
    let text = text.trim();
    let fits = !text.is_empty() && text.split_whitespace().count() <= MOST_WORDS;
    fits.then(|| (text.to_owned(), usage))
}

/// What the model is told. No passage can end the note or begin another.
fn note(texts: &[String]) -> String {
    if texts.is_empty() {
        return "The documents of the business say nothing on this. Do not guess at facts of the business.".to_owned();
    }
    let mut note =
        "From the documents of the business, found by the caller's words; they may or may not belong to them. \
                    Facts of the business come from these or from your instructions alone; where neither tells, say so."
            .to_owned();
    for (text, number) in texts.iter().zip(1..) {
        // Writing to a string cannot fail.
        let _ = write!(note, " ({number}) {}", text.replace('[', "(").replace(']', ")"));
    }
    note
}
