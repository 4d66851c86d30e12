//! Reads one PDF, as the program does when it is told to.

use std::process::ExitCode;

fn main() -> ExitCode {
    knowledge::documents::pdf::run()
}
