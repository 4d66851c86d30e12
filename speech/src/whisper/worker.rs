//! The main function of a hearing worker: jobs in by stdin, what was heard out by stdout.
//!
//! As the voice's worker it has a lower priority than media, writes no core (what was said is private), and ends when
//! stdin is closed, whatever it is doing.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rustix::process::{Resource, Rlimit, nice, setrlimit};

use super::engine::Whisper;
use super::frame::{self, Reply, Request};
pub use super::frame::{Decoded, Facts, Job, Model, Piece, Setup};

/// How much lower than the media's the priority is.
const NICENESS: i32 = 5;

/// A decoder: one for each thread.
pub trait Decoder: Send {
    /// Recognises. An error is for the log and must hold nothing of what was heard.
    fn decode(&mut self, job: &Job) -> Result<Decoded, String>;
}

/// Loads a model and makes as many decoders as asked for.
pub type Load<'a> = &'a dyn Fn(&Setup) -> Result<(Facts, Vec<Box<dyn Decoder>>), String>;

/// Runs until stdin is closed. The program calls this, and nothing else, when its first argument is
/// [`super::WORKER_ARGUMENT`]. Nothing else may write to stdout in that process.
pub fn run() -> ExitCode {
    run_with(&Whisper::load)
}

/// As [`run`], with another engine: for tests.
pub fn run_with(load: Load<'_>) -> ExitCode {
    // Neither is worth refusing to hear for.
    let _ = nice(NICENESS);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    match serve(load) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(load: Load<'_>) -> io::Result<()> {
    let Request::Setup(setup) = read_request(&mut io::stdin().lock())? else {
        return Err(io::Error::other("a job before the setup"));
    };
    let (facts, decoders) = match load(&setup) {
        Ok(loaded) => loaded,
        Err(reason) => {
            write(&Reply::Broken(reason.clone()))?;
            return Err(io::Error::other(reason));
        }
    };
    // As many may wait here as the server sends at once, so that it never waits for us.
    let jobs = Mutex::new(read_jobs(decoders.len()));
    write(&Reply::Ready(facts))?;
    thread::scope(|scope| {
        for mut decoder in decoders {
            let jobs = &jobs;
            scope.spawn(move || {
                loop {
                    let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = job else { return };
                    let reply = match decoder.decode(&job) {
                        Ok(decoded) => Reply::Heard(job.id, decoded),
                        Err(reason) => Reply::Failed(job.id, reason),
                    };
                    if write(&reply).is_err() {
                        std::process::exit(1);
                    }
                }
            });
        }
    });
    Ok(())
}

/// Reads on a thread of its own, to see the end of stdin while a job is done.
fn read_jobs(ahead: usize) -> Receiver<Job> {
    let (sender, receiver) = sync_channel(ahead.max(1));
    thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        while let Ok(Request::Job(job)) = read_request(&mut stdin) {
            if sender.send(job).is_err() {
                break;
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

/// One frame at a time, also from several threads.
fn write(reply: &Reply) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(&frame::write_reply(reply))?;
    output.flush()
}
