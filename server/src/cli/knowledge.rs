//! `callwright knowledge eval`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use knowledge::embed::{Embedder as _, OpenAiEmbedder, OpenAiEmbedderSettings, Vectors};
use knowledge::eval::{self, Figures, Question, Report};
use knowledge::{Language, Library, Settings};

use super::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum KnowledgeCommand {
    /// Measure how often the right passage is found for spoken questions, and how well others are turned away
    Eval(EvalArgs),
}

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// The passages: {"id", "question", "answer"}, one a line
    #[arg(long, value_name = "KB.jsonl")]
    knowledge: PathBuf,
    /// The questions: {"id", "lang", "text", "expect": [ids], "kind"}, one a line; `expect` is empty where none answers
    #[arg(long, value_name = "Q.jsonl")]
    questions: PathBuf,
    /// The language of both: de, en, es, fr or it; questions in another are left out
    #[arg(long)]
    language: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Also compare by meaning: an OpenAI-compatible server of embeddings, such as `http://127.0.0.1:11434/v1`. Its key
    /// is read from `CALLWRIGHT_EMBEDDINGS_KEY`
    #[arg(long, value_name = "URL", requires = "model")]
    embeddings: Option<String>,
    /// The model of embeddings
    #[arg(long, requires = "embeddings")]
    model: Option<String>,
}

/// A file or the language is not what it should be.
#[derive(Debug, thiserror::Error)]
enum EvalFailure {
    #[error("{} cannot be read", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{} is not as it should be", path.display())]
    Lines { path: PathBuf, source: eval::ReadError },
    #[error("`{0}` is not one of de, en, es, fr, it")]
    Language(String),
}

pub(super) fn run(command: KnowledgeCommand) -> Result<(), Failure> {
    let KnowledgeCommand::Eval(args) = command;
    let language = Language::from_tag(&args.language).ok_or_else(|| EvalFailure::Language(args.language.clone()))?;
    let passages = read(&args.knowledge, eval::passages)?;
    let questions = read(&args.questions, eval::questions)?;
    let library = Library::build(language, passages, Settings::default())?;
    let report = match (args.embeddings, args.model) {
        (Some(url), Some(model)) => super::runtime()?.block_on(near(library, &questions, url, model))?,
        _ => eval::run(&library, &questions)?,
    };
    print(&report, args.json)
}

/// Measures with embeddings: of the passages, then of the questions.
async fn near(library: Library, questions: &[Question], url: String, model: String) -> Result<Report, Failure> {
    let mut settings = OpenAiEmbedderSettings::new(url, &model);
    settings.key = std::env::var("CALLWRIGHT_EMBEDDINGS_KEY").ok().map(Into::into);
    let embedder = OpenAiEmbedder::new(settings)?;
    let mut vectors = Vectors::new(model);
    vectors.complete(&embedder, library.passages()).await?;
    let texts: Vec<String> = questions.iter().map(|question| question.text.clone()).collect();
    let near = embedder.embed(&texts).await?;
    let library = library.with_vectors(Arc::new(vectors));
    Ok(eval::run_near(&library, questions, &near)?)
}

fn read<T>(path: &Path, parse: fn(&str) -> Result<T, eval::ReadError>) -> Result<T, EvalFailure> {
    let text = std::fs::read_to_string(path).map_err(|source| EvalFailure::Io { path: path.to_owned(), source })?;
    parse(&text).map_err(|source| EvalFailure::Lines { path: path.to_owned(), source })
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
fn print(report: &Report, json: bool) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(report)?);
        return Ok(());
    }
    println!("{}: {} passages", report.language.tag(), report.passages);
    if report.skipped > 0 {
        println!("{} questions in another language were left out", report.skipped);
    }
    println!("{:<24} {:>9} {:>6} {:>6} {:>13}", "", "questions", "top1", "top3", "rejection_auc");
    println!("{}", row("all", &report.all));
    for (kind, figures) in &report.by_kind {
        println!("{}", row(kind, figures));
    }
    if let Some(words) = &report.words {
        println!("{}", row("by words alone", words));
    }
    println!("{}", row("plain BM25", &report.baseline));
    Ok(())
}

fn row(name: &str, figures: &Figures) -> String {
    let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |share| format!("{share:.3}"));
    let (top1, top3, auc) = (share(figures.top1), share(figures.top3), share(figures.rejection_auc));
    format!("{name:<24} {:>9} {top1:>6} {top3:>6} {auc:>13}", figures.questions)
}
