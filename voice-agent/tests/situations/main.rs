//! The table of situations: an agent in virtual time, with scripted callers, ears, brains and mouths.
//!
//! Each file in `table/` holds situations in the small language that `script.rs` reads and explains.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod judge;
mod script;
mod world;

use std::collections::BTreeSet;
use std::path::Path;

/// The fewest situations that the table may hold.
const AT_LEAST: usize = 80;

#[test]
fn every_situation_of_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/situations/table");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let only = std::env::var("SITUATION").unwrap_or_default();
    let (mut names, mut failures) = (BTreeSet::new(), Vec::new());
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        for situation in script::read(&source) {
            let full = format!("{name}:{}: {}", situation.line, situation.title);
            assert!(names.insert(situation.title.clone()), "{full} is there twice");
            if !full.contains(&only) {
                continue;
            }
            let log = world::run(&situation);
            let complaints = judge::judge(&situation, &log);
            if !complaints.is_empty() {
                failures.push(format!("{full}\n  {}\n{}", complaints.join("\n  "), log.render()));
            }
        }
    }
    assert!(names.len() >= AT_LEAST, "{} situations", names.len());
    assert!(failures.is_empty(), "{} of {} fail\n\n{}", failures.len(), names.len(), failures.join("\n"));
}
