//! The main function of a worker process: sentences in by stdin, audio out by stdout.

use std::process::ExitCode;

/// Runs until stdin is closed. The program calls this, and nothing else, when its first argument is `speech-worker`.
/// Nothing else may write to stdout in that process.
pub fn run() -> ExitCode {
    ExitCode::SUCCESS
}
