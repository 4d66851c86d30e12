//! A hearing worker for the tests. It hears the loudness of a job's audio as a word, and some words make it misbehave.
//! Its first argument is a folder, by whose files the tests steer it; or `real` for the real one.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use speech::whisper::worker::{Decoded, Decoder, Facts, Job, Piece, Setup, run, run_with};

struct Odd {
    folder: PathBuf,
}

/// The word for the loudest sample.
fn word(job: &Job) -> &'static str {
    match job.samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0) / 1_000 {
        0..=3 => "yes",
        4..=6 => "no",
        7..=9 => "dies",
        10..=12 => "dies once",
        13..=15 => "hangs",
        16..=18 => "refused",
        _ => "waits",
    }
}

impl Decoder for Odd {
    fn decode(&mut self, job: &Job) -> Result<Decoded, String> {
        let heard = word(job);
        match heard {
            "dies" => std::process::abort(),
            "dies once" if first(&self.folder, "died") => std::process::abort(),
            "hangs" => loop {
                std::thread::park();
            },
            "refused" => return Err("no".into()),
            "waits" => {
                first(&self.folder, "waiting");
                while !self.folder.join("go").exists() {
                    std::thread::yield_now();
                }
            }
            _ => {}
        }
        let piece = |word: &str| Piece { text: format!(" {word}").into(), from_ms: 0, to_ms: 0, probability: 0.9 };
        let pieces = heard.split(' ').map(piece).collect();
        Ok(Decoded { language: job.language.clone(), no_speech: 0.0, timed: false, pieces })
    }
}

/// Whether this is the first time, over all workers.
fn first(folder: &Path, name: &str) -> bool {
    OpenOptions::new().write(true).create_new(true).open(folder.join(name)).is_ok()
}

fn main() -> ExitCode {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).unwrap_or_default();
    if folder == Path::new("real") {
        return run();
    }
    run_with(&|setup: &Setup| {
        if folder.join("broken").exists() {
            return Err("the model is gone".into());
        }
        if folder.join("aborts").exists() {
            std::process::abort();
        }
        let decoders = (0..setup.decoders).map(|_| Box::new(Odd { folder: folder.clone() }) as Box<dyn Decoder>);
        Ok((Facts { window_ms: 30_000, multilingual: true }, decoders.collect()))
    })
}
