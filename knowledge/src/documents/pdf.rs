//! PDF, as far as there is text in it.
//!
//! What reads it goes as deep, and unpacks as much, as a document wants: so it is done by a process of its own, which
//! may use so much memory and time and whose end ends nothing else.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use rustix::process::{Resource, Rlimit, nice, setrlimit};

use super::ReadError;
use super::outline::Outline;

/// The argument after the program's own path that makes it a reader of one document.
pub const READER_ARGUMENT: &str = "pdf-reader";

/// How much lower than the media's the priority of a reader is.
const NICENESS: i32 = 10;
/// The most memory of a reader, bytes.
const MEMORY: u64 = 1 << 30;
/// The most time of a processor that one document may take, seconds.
const SECONDS: u64 = 30;
/// A reader ends with this where the document cannot be read, and has written why.
const BROKEN: u8 = 2;

/// The program whose processes read.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
/// One reader at a time: each may take as much memory as that.
static TURN: Mutex<()> = Mutex::new(());

/// Has PDF read by processes of this program from now on, which calls [`run`] and nothing else when its first argument
/// is [`READER_ARGUMENT`]. Without this it is read in this process, which a document made to do harm can end.
pub fn read_apart(program: PathBuf) {
    let _ = PROGRAM.set(program);
}

/// The main function of a reader: a document in by stdin, its text out by stdout.
pub fn run() -> ExitCode {
    let _ = nice(NICENESS);
    for (resource, most) in [(Resource::As, MEMORY), (Resource::Cpu, SECONDS), (Resource::Core, 0)] {
        if setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).is_err() {
            return ExitCode::FAILURE;
        }
    }
    let mut bytes = Vec::new();
    if io::stdin().lock().read_to_end(&mut bytes).is_err() {
        return ExitCode::FAILURE;
    }
    let (text, code) = match extract(&bytes) {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(why) => (why, ExitCode::from(BROKEN)),
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

/// `most`: the longest text, bytes.
pub(super) fn outline(bytes: &[u8], most: usize) -> Result<Outline, ReadError> {
    let text = match PROGRAM.get() {
        Some(program) => apart(program, bytes, most)?,
        None => extract(bytes).map_err(ReadError::Broken)?,
    };
    if text.len() > most { Err(ReadError::TooLong { limit: most }) } else { Ok(super::text::outline(&text)) }
}

/// The reader may panic on what it does not know: that is a document that cannot be read.
fn extract(bytes: &[u8]) -> Result<String, String> {
    match catch_unwind(AssertUnwindSafe(|| pdf_extract::extract_text_from_mem(bytes))) {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("it is written in a way that is not known here".to_owned()),
    }
}

fn apart(program: &Path, bytes: &[u8], most: usize) -> Result<String, ReadError> {
    let failed = |error: io::Error| ReadError::Broken(format!("what reads PDF cannot be started: {error}"));
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut reader = Command::new(program)
        .arg(READER_ARGUMENT)
        // It would read with as many threads as there are processors, which media needs.
        .env("RAYON_NUM_THREADS", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let (stdin, stdout) = (reader.stdin.take(), reader.stdout.take());
    let mut text = Vec::new();
    thread::scope(|scope| {
        // Whether it took all of it, its end tells.
        scope.spawn(move || stdin.is_some_and(|mut stdin| stdin.write_all(bytes).is_ok()));
        stdout.map(|stdout| stdout.take(most as u64 + 1).read_to_end(&mut text))
    });
    if text.len() > most {
        let _ = reader.kill();
    }
    let end = reader.wait().map_err(failed)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    match end.code() {
        _ if text.len() > most => Err(ReadError::TooLong { limit: most }),
        Some(0) => Ok(text),
        Some(code) if code == i32::from(BROKEN) => Err(ReadError::Broken(text)),
        _ => Err(ReadError::Broken("reading it takes more memory or time than a document may".to_owned())),
    }
}
