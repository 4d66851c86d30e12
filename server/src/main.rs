//! The program `callwright`.

use std::process::ExitCode;

fn main() -> ExitCode {
    callwright::cli::run()
}
