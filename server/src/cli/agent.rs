//! `callwright agent check`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use voice_agent::{Agent, Fault};

#[derive(Debug, Subcommand)]
pub(super) enum AgentCommand {
    /// Say what is wrong with an agent, each fault with its line
    Check(CheckArgs),
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The agent
    file: PathBuf,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the command line speaks to a person")]
pub(super) fn run(command: AgentCommand) -> ExitCode {
    let AgentCommand::Check(args) = command;
    match read(&args) {
        Ok(agent) => {
            for warning in agent.warnings() {
                println!("{warning}");
            }
            println!("{}: {}, nothing wrong", args.file.display(), agent.languages().join(", "));
            ExitCode::SUCCESS
        }
        Err(faults) => {
            for fault in faults {
                eprintln!("{fault}");
            }
            ExitCode::FAILURE
        }
    }
}

fn read(args: &CheckArgs) -> Result<Agent, Vec<String>> {
    let text =
        std::fs::read_to_string(&args.file).map_err(|error| vec![format!("{}: {error}", args.file.display())])?;
    let name = args.file.file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or("agent");
    Agent::parse(&text, name).map_err(|faults| faults.iter().map(Fault::to_string).collect())
}
