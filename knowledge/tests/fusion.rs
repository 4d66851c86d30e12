//! The sets in `evaluation/` by words and by vectors together. No model made the vectors. Those of a server without one
//! are poor: `letters` are close where words and pieces of words are shared, `concepts` also where words stand for the
//! same of some forty concepts. The others were made from the answers. So the figures show what joining loses with poor
//! vectors and may gain with good ones, not what a certain model gains.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that shows its figures")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use knowledge::embed::{Embedder as _, OpenAiEmbedder, OpenAiEmbedderSettings, Vectors};
use knowledge::eval::{self, Figures, Question, Report};
use knowledge::{Language, Library, Passage, Settings};
use provider_doubles::EmbeddingDouble;
use sha2::{Digest as _, Sha256};

fn sets() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("evaluation");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    found.retain(|path| path.to_str().unwrap().ends_with(".knowledge.jsonl"));
    found.sort();
    found
}

fn read(path: &Path) -> (Language, Vec<Passage>, Vec<Question>) {
    let language = Language::from_tag(&path.file_name().unwrap().to_str().unwrap()[..2]).unwrap();
    let passages = eval::passages(&std::fs::read_to_string(path).unwrap()).unwrap();
    let questions = path.to_str().unwrap().replace(".knowledge.", ".questions.");
    (language, passages, eval::questions(&std::fs::read_to_string(questions).unwrap()).unwrap())
}

fn run(
    language: Language,
    passages: Vec<Passage>,
    vectors: Vectors,
    questions: &[Question],
    near: &[Vec<f32>],
) -> Report {
    let library = Library::build(language, passages, Settings::default()).unwrap().with_vectors(Arc::new(vectors));
    eval::run_near(&library, questions, near).unwrap()
}

/// A set by a server's vectors, which were kept as bytes and read again.
async fn served(embedder: &OpenAiEmbedder, model: &str, path: &Path) -> Report {
    let (language, passages, questions) = read(path);
    let mut asked = Vectors::new(model);
    asked.complete(embedder, &passages).await.unwrap();
    let mut kept = Vectors::new(model);
    for passage in &passages {
        kept.import(passage.hash(), &asked.export(&passage.hash()).unwrap()).unwrap();
    }
    assert_eq!(kept.complete(embedder, &passages).await.unwrap(), 0, "nothing is asked for twice");
    let texts: Vec<String> = questions.iter().map(|question| question.text.clone()).collect();
    let near = embedder.embed(&texts).await.unwrap();
    run(language, passages, kept, &questions, &near)
}

/// A set by vectors that were made from its answers: a question is nearer to the passage that answers it than chance
/// would have it, in most cases nearer than to any other, as a good model does it.
fn knowing(path: &Path) -> Report {
    let (language, passages, questions) = read(path);
    let mut vectors = Vectors::new("knowing");
    for passage in &passages {
        vectors.insert(passage.hash(), mixed(&[("all", 1.0), (&passage.id, 1.0)])).unwrap();
    }
    let near = questions.iter().map(|question| match question.expect.first() {
        Some(id) => mixed(&[("all", 1.0), (id, 0.45), (&question.text, 0.9)]),
        None => mixed(&[("all", 1.0), (&question.text, 1.0)]),
    });
    let near: Vec<Vec<f32>> = near.collect();
    run(language, passages, vectors, &questions, &near)
}

/// Directions that hang on names alone, so much of each.
fn mixed(parts: &[(&str, f32)]) -> Vec<f32> {
    let mut sum = vec![0.0; 64];
    for (name, much) in parts {
        let bytes = (0..2).flat_map(|half: u8| Sha256::new().chain_update([half]).chain_update(name).finalize());
        // Bytes are even over their range: centred, each with a variance of 1 / 64, the length is about 1.
        let centred = bytes.map(|byte| (f32::from(byte) - 127.5) / 73.9 / 8.0);
        sum.iter_mut().zip(centred).for_each(|(sum, number)| *sum += much * number);
    }
    sum
}

/// The means of top1, top3 and rejection over all sets, in percent.
fn mean(reports: &[Report], of: impl Fn(&Report) -> Figures) -> [f64; 3] {
    let sum = |pick: fn(&Figures) -> Option<f64>| {
        reports.iter().map(|report| pick(&of(report)).unwrap()).sum::<f64>() / reports.len() as f64 * 100.0
    };
    [sum(|it| it.top1), sum(|it| it.top3), sum(|it| it.rejection_auc)]
}

fn compare(name: &str, reports: &[Report]) -> ([f64; 3], [f64; 3]) {
    let (both, words) = (mean(reports, |report| report.all), mean(reports, |report| report.words.unwrap()));
    println!("{name}: mean {both:.1?} by words {words:.1?}");
    (both, words)
}

async fn compare_served(model: &str) -> ([f64; 3], [f64; 3]) {
    let double = EmbeddingDouble::start(()).await.unwrap();
    let embedder = OpenAiEmbedder::new(OpenAiEmbedderSettings::new(double.url("/v1"), model)).unwrap();
    let mut reports = Vec::new();
    for path in sets() {
        reports.push(served(&embedder, model, &path).await);
    }
    compare(model, &reports)
}

#[test]
fn vectors_that_know_help() {
    let reports: Vec<Report> = sets().iter().map(|path| knowing(path)).collect();
    let (both, words) = compare("knowing", &reports);
    assert!(both[0] > words[0] + 3.0 && both[1] > words[1] && both[2] > words[2] - 1.0, "{both:?} {words:?}");
}

#[tokio::test]
async fn poor_vectors_do_little_harm() {
    for model in ["letters", "concepts"] {
        let (both, words) = compare_served(model).await;
        assert!(both.iter().zip(&words).all(|(both, words)| *both >= words - 3.0), "{model}: {both:?} {words:?}");
    }
}
