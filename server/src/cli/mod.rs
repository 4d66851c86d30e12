//! The command line.

mod agent;
mod backup;
mod bans;
mod calls;
mod campaign;
mod contacts;
mod dial;
mod doctor;
mod flow;
mod knowledge;
mod models;
mod openapi;
mod rehearse;
mod running;
mod serve;
mod template;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::config::{Config, ConfigError};

pub(crate) use models::folder as models_folder;

/// A voice and SIP telephony server: it answers the line, takes messages, puts people through and calls out.
#[derive(Debug, Parser)]
#[command(name = "callwright", version, max_term_width = 100)]
struct Cli {
    /// The configuration; `callwright.toml` in this folder where it exists. Each key can also be set in the
    /// environment: `CALLWRIGHT_SIP__PORT=5070`
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer the line
    Serve(serve::ServeArgs),
    /// Say what is wrong here, and what to do about it
    Doctor(doctor::DoctorArgs),
    /// List, show or watch calls
    #[command(subcommand)]
    Calls(calls::CallsCommand),
    /// Import, export, merge and erase contacts; what they said yes and no to
    #[command(subcommand)]
    Contacts(contacts::ContactsCommand),
    /// Call an address as a synthetic caller, and print what happened
    Dial(Box<dial::DialArgs>),
    /// Check a flow, or run it in the terminal without a phone
    #[command(subcommand)]
    Flow(flow::FlowCommand),
    /// Check an agent
    #[command(subcommand)]
    Agent(agent::AgentCommand),
    /// Measure how well knowledge is found
    #[command(subcommand)]
    Knowledge(knowledge::KnowledgeCommand),
    /// Try agents by rehearsals: scripted and persona-driven callers, judged by checks
    Rehearse(Box<rehearse::RehearseArgs>),
    /// Write a copy of the books, also while Callwright runs
    Backup(backup::BackupArgs),
    /// List, lift or export the sources that are not listened to
    #[command(subcommand)]
    Bans(bans::BansCommand),
    /// Make, try, start, watch and pace campaigns, and print what came of them
    #[command(subcommand)]
    Campaign(campaign::CampaignCommand),
    /// Add, list and disable those who may sign in
    #[command(subcommand)]
    User(user::UserCommand),
    /// List models to hear with, or fetch one
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// Print the OpenAPI document of the REST surface
    Openapi,
    /// Speak what is asked for on standard input (used by Callwright itself)
    #[command(hide = true)]
    SpeechWorker,
    /// Hear what comes on standard input (used by Callwright itself)
    #[command(hide = true)]
    HearingWorker,
    /// Read the PDF that comes on standard input (used by Callwright itself)
    #[command(hide = true)]
    PdfReader,
}

/// Runs the program: reads the command line, does what it says, and prints what went wrong with all its causes.
pub fn run() -> ExitCode {
    let matches = Cli::command().get_matches();
    let mut cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    if let (Command::Dial(args), Some(matches)) = (&mut cli.command, matches.subcommand_matches("dial")) {
        args.order(matches);
    }
    if let Ok(program) = std::env::current_exe() {
        ::knowledge::documents::pdf::read_apart(program);
    }
    let outcome = match cli.command {
        Command::SpeechWorker => return speech::worker::run(),
        Command::HearingWorker => return speech::whisper::worker::run(),
        Command::PdfReader => return ::knowledge::documents::pdf::run(),
        Command::Serve(args) => read(cli.config).map_err(Into::into).and_then(|config| serve::run(&args, config)),
        Command::Doctor(args) => match read(cli.config.clone()) {
            Ok(config) => match doctor::run(&args, &config, cli.config) {
                Ok(code) => return code,
                Err(error) => Err(error),
            },
            Err(error) => Err(error.into()),
        },
        Command::Calls(command) => read(cli.config).map_err(Into::into).and_then(|config| calls::run(command, &config)),
        Command::Contacts(command) => {
            read(cli.config).map_err(Into::into).and_then(|config| contacts::run(command, &config))
        }
        Command::Dial(args) => dial::run(&args),
        Command::Flow(command) => return flow::run(command),
        Command::Agent(command) => return agent::run(command),
        Command::Rehearse(args) => match read(cli.config.clone()) {
            Ok(config) => return rehearse::run(&args, config, cli.config),
            Err(error) => Err(error.into()),
        },
        Command::Models(command) => read(cli.config).map_err(Into::into).and_then(|it| models::run(command, &it)),
        Command::Knowledge(command) => knowledge::run(command),
        Command::Bans(command) => read(cli.config).map_err(Into::into).and_then(|config| bans::run(command, &config)),
        Command::Campaign(command) => {
            read(cli.config).map_err(Into::into).and_then(|config| campaign::run(command, &config))
        }
        Command::User(command) => read(cli.config).map_err(Into::into).and_then(|config| user::run(command, &config)),
        Command::Openapi => openapi::run(),
        Command::Backup(args) => read(cli.config).map_err(Into::into).and_then(|config| backup::run(&args, &config)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// What a command ends with when it fails.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn read(path: Option<PathBuf>) -> Result<Config, ConfigError> {
    let path = path.or_else(|| Some(PathBuf::from("callwright.toml")).filter(|path| path.exists()));
    crate::config::load(path.as_deref(), std::env::vars())
}

#[expect(clippy::print_stderr, reason = "the command line speaks to a person")]
fn complain(error: &dyn std::error::Error) {
    eprintln!("callwright: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
}

/// A runtime for commands that wait.
fn runtime() -> Result<tokio::runtime::Runtime, std::io::Error> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}
