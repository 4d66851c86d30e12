//! A worker for the tests: the real one, but for some sentences. Its first argument is a folder.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use speech::pico::voice::Voice;
use speech::worker::{Pico, Speaker, run_with};

struct Odd {
    pico: Pico,
    folder: Option<PathBuf>,
}

impl Speaker for Odd {
    fn speak(&mut self, voice: Voice, text: &str) -> Result<Vec<i16>, String> {
        self.note(text);
        if text.contains("hangs") || (text.contains("hung once") && self.first("hung")) {
            loop {
                std::thread::park();
            }
        }
        if text.contains("dies") || (text.contains("died once") && self.first("died")) {
            std::process::abort();
        }
        if text.contains("refused") {
            return Err("no".into());
        }
        if text.contains("waits") {
            while !self.folder.as_ref().is_some_and(|folder| folder.join("go").exists()) {
                std::thread::yield_now();
            }
        }
        self.pico.speak(voice, text).map_err(|failure| failure.to_string())
    }
}

impl Odd {
    /// Writes down what is spoken, for the test to read.
    fn note(&self, text: &str) {
        let Some(folder) = &self.folder else { return };
        let log = OpenOptions::new().create(true).append(true).open(folder.join("spoken"));
        let _ = log.and_then(|mut log| writeln!(log, "{text}"));
    }

    /// Whether this is the first time, over all workers.
    fn first(&self, name: &str) -> bool {
        let mark = self.folder.as_ref().map(|folder| folder.join(name));
        mark.is_some_and(|mark| OpenOptions::new().write(true).create_new(true).open(mark).is_ok())
    }
}

fn main() -> ExitCode {
    run_with(&mut Odd { pico: Pico::new(), folder: std::env::args_os().nth(1).map(PathBuf::from) })
}
