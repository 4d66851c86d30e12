//! The main function of a worker process: sentences in by stdin, audio out by stdout.
//!
//! It is started with a lower priority than media, writes no core (the text may be private), and ends when stdin is
//! closed, even in the middle of a sentence: so no worker outlives a server that was killed.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use rustix::process::{Resource, Rlimit, nice, setrlimit};

pub use crate::pico::engine::Pico;
use crate::pico::frame::{self, Reply, Request};
use crate::pico::voice::Voice;
use crate::text::clean;

/// How much lower than the media's the priority is.
const NICENESS: i32 = 5;

/// What turns a clean sentence into audio. An error, or a panic, ends the worker.
pub trait Speaker {
    /// Speaks: mono samples at 16 kHz.
    fn speak(&mut self, voice: Voice, text: &str) -> Result<Vec<i16>, String>;
}

impl Speaker for Pico {
    fn speak(&mut self, voice: Voice, text: &str) -> Result<Vec<i16>, String> {
        Self::speak(self, voice, text).map_err(|failure| failure.to_string())
    }
}

/// Runs until stdin is closed. The program calls this, and nothing else, when its first argument is `speech-worker`.
/// Nothing else may write to stdout in that process.
pub fn run() -> ExitCode {
    run_with(&mut Pico::new())
}

/// As [`run`], with another engine: for tests.
pub fn run_with(speaker: &mut dyn Speaker) -> ExitCode {
    // Neither is worth refusing to speak for.
    let _ = nice(NICENESS);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    match serve(speaker, &read_requests(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Reads on a thread of its own, to see the end of stdin while a sentence is spoken.
fn read_requests() -> Receiver<Request> {
    let (sender, receiver) = sync_channel(1);
    thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        while let Ok(request) = read_request(&mut stdin) {
            if sender.send(request).is_err() {
                return;
            }
        }
        std::process::exit(0);
    });
    receiver
}

fn read_request(input: &mut impl Read) -> io::Result<Request> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let mut body = vec![0; frame::request_length(length)?];
    input.read_exact(&mut body)?;
    frame::parse_request(&body)
}

fn serve(speaker: &mut dyn Speaker, requests: &Receiver<Request>, output: &mut impl Write) -> io::Result<()> {
    output.write_all(&frame::write_reply(&Reply::Ready))?;
    output.flush()?;
    for request in requests {
        // Cleaned once more here: whatever the other side does, the engine sees nothing else.
        let spoken = speaker.speak(request.voice, &clean(&request.text));
        let failed = spoken.is_err();
        let reply = spoken.map_or_else(Reply::Failed, Reply::Audio);
        output.write_all(&frame::write_reply(&reply))?;
        output.flush()?;
        if failed {
            return Err(io::Error::other("the engine failed"));
        }
    }
    Ok(())
}
