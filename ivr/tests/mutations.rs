//! A little fuzzing in every test run: mutations of the demo flows against what must always hold.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;

#[path = "../../fuzz/checks/flow.rs"]
mod flow;
#[path = "../../fuzz/checks/mutate.rs"]
mod mutate;

const ROUNDS: u64 = 30;

const DICTIONARY: &[&[u8]] = &[
    b"\n",
    b"\n  ",
    b": ",
    b"- ",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"#",
    b"|\n",
    b">-\n",
    b"&a ",
    b"*a",
    b"!t ",
    b"{{ ",
    b" }}",
    b"{% if ",
    b"{% for x in range(999999) %}",
    b"|digits",
    b"again",
    b"hangup",
    b"return",
    b"next: ",
    b"nodes:",
    b"0s",
    b"999h",
    b"-1",
    b"1e9",
    b"null",
    b"true",
    b"\xff",
    b"\0",
    b"echo:",
    b"http:",
    b"call: x",
];

fn corpus() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../demo/flows");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn mutations_of_the_demo_flows_hold() {
    let corpus = corpus();
    let mut mutator = mutate::Mutator::new(0xF10);
    for round in 0..ROUNDS as usize {
        for (index, data) in corpus.iter().enumerate() {
            let other = &corpus[(index * 5 + round) % corpus.len()];
            flow::check(&mutator.mutate(data, other, DICTIONARY));
        }
    }
}
