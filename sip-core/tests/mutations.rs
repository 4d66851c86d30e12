//! A little fuzzing in every test run: mutations of the torture messages against what must always hold.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;

use crate::mutate;
use crate::sip_message;

const ROUNDS: u64 = 60;

const DICTIONARY: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b"\r\n ",
    b"\r",
    b"\"",
    b"\\",
    b"<",
    b">",
    b";",
    b",",
    b"=",
    b":",
    b"@",
    b"?",
    b"%00",
    b"[",
    b"]",
    b"::",
    b"\0",
    b"\xff",
    b"SIP/2.0",
    b"Via: ",
    b"v:",
    b"l: 1\r\n",
    b"Content-Length: 99\r\n",
    b"tel:",
    b";tag=",
    b";branch=z9hG4bK",
    b"Contact: *\r\n",
    b"CSeq: 1 ACK\r\n",
    b"4294967296",
    b"WWW-Authenticate: Digest ",
];

fn corpus() -> Vec<Vec<u8>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/rfc/fixtures");
    let mut paths: Vec<PathBuf> = ["rfc4475", "rfc5118"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn the_corpus_holds() {
    for data in corpus() {
        sip_message::check(&data);
    }
}

#[test]
fn mutations_of_the_corpus_hold() {
    let corpus = corpus();
    let mut mutator = mutate::Mutator::new(0x5169);
    for round in 0..ROUNDS as usize {
        for (index, data) in corpus.iter().enumerate() {
            let other = &corpus[(index * 7 + round) % corpus.len()];
            sip_message::check(&mutator.mutate(data, other, DICTIONARY));
        }
    }
}
