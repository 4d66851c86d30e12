//! The sets in `evaluation/`: how often the right passage is found without embeddings. Ideas were added for what was
//! missed in en-dental, de-town, es-gym, es-town, fr-hotel and it-clinic; none for the other four.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that shows its figures")]

use std::path::{Path, PathBuf};

use knowledge::eval::{self, Report};
use knowledge::{Language, Library, Settings};

fn sets(language: Language) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("evaluation");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    found.retain(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(language.tag()) && name.ends_with(".knowledge.jsonl")
    });
    found.sort();
    found
}

fn measure(language: Language, path: &Path) -> Report {
    let passages = eval::passages(&std::fs::read_to_string(path).unwrap()).unwrap();
    let questions = path.to_str().unwrap().replace(".knowledge.", ".questions.");
    let questions = eval::questions(&std::fs::read_to_string(questions).unwrap()).unwrap();
    for expected in questions.iter().flat_map(|question| &question.expect) {
        assert!(passages.iter().any(|passage| passage.id == *expected), "{}: no {expected}", path.display());
    }
    let library = Library::build(language, passages, Settings::default()).unwrap();
    let report = eval::run(&library, &questions).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let percent = |share: Option<f64>| share.map_or(-1.0, |share| (share * 1000.0).round() / 10.0);
    println!(
        "{name}: {} questions, top1 {} top3 {} auc {} (BM25 {} {} {})",
        report.all.questions,
        percent(report.all.top1),
        percent(report.all.top3),
        percent(report.all.rejection_auc),
        percent(report.baseline.top1),
        percent(report.baseline.top3),
        percent(report.baseline.rejection_auc),
    );
    for (kind, figures) in &report.by_kind {
        println!("    {kind}: {} top1 {} top3 {}", figures.questions, percent(figures.top1), percent(figures.top3));
    }
    for (outcome, question) in report.outcomes.iter().zip(&questions) {
        let wrong = outcome.answerable && outcome.place != Some(1) || !outcome.answerable && outcome.score > 0.5;
        if wrong {
            let hits = library.search(&question.text);
            let hits: Vec<String> =
                hits.iter().take(3).map(|hit| format!("{} {:.2}", hit.passage.id, hit.score)).collect();
            println!("    ? {} -> {:?} not {:?}", question.text, hits, question.expect);
        }
    }
    report
}

fn check(language: Language, top1: f64, top3: f64, auc: f64) {
    let sets = sets(language);
    assert!(sets.len() >= 2, "{language:?} has {} sets", sets.len());
    let reports: Vec<Report> = sets.iter().map(|path| measure(language, path)).collect();
    let questions: usize = reports.iter().map(|report| report.all.questions).sum();
    assert!(questions >= 40, "{language:?} has {questions} questions");
    for report in &reports {
        assert!(report.all.top1.unwrap() >= top1, "top1 {:?}", report.all.top1);
        assert!(report.all.top3.unwrap() >= top3, "top3 {:?}", report.all.top3);
        assert!(report.all.rejection_auc.unwrap() >= auc, "auc {:?}", report.all.rejection_auc);
        assert!(report.all.top1 > report.baseline.top1);
    }
}

#[test]
fn english() {
    check(Language::En, 0.55, 0.65, 0.75);
}

#[test]
fn german() {
    check(Language::De, 0.55, 0.65, 0.75);
}

#[test]
fn spanish() {
    check(Language::Es, 0.55, 0.65, 0.75);
}

#[test]
fn french() {
    check(Language::Fr, 0.55, 0.65, 0.75);
}

#[test]
fn italian() {
    check(Language::It, 0.55, 0.65, 0.75);
}
