//! `callwright rehearse`: agents tried before their callers do.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rehearsal::suite::{self, Run, SuiteSettings, Version};
use rehearsal::{Rehearsal, report};

use crate::config::Config;
use crate::rehearsals::{read_files, read_text};
use crate::wiring::{AudioSettings, AudioStage, TextStage};

/// Rehearsals are YAML files; `docs/rehearsal.md` explains them. The agents are those of the business that the
/// configuration names, else of the folder beside the rehearsals.
#[derive(Debug, Args)]
pub(super) struct RehearseArgs {
    /// A folder of rehearsals, or one of them
    dir: PathBuf,
    /// This agent in place of the one that each rehearsal names
    #[arg(long, value_name = "FILE")]
    agent: Option<PathBuf>,
    /// Also against this one, side by side
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// In text and virtual time (without --audio too)
    #[arg(long, conflicts_with = "audio")]
    text: bool,
    /// By telephone: a server of its own, called by a caller who speaks
    #[arg(long)]
    audio: bool,
    /// Only those whose name or agent holds this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// At most so many calls at a time (8 in text, 2 in audio)
    #[arg(long, value_name = "COUNT")]
    parallel: Option<usize>,
    /// Play personas by rules although a model is configured
    #[arg(long)]
    no_model_caller: bool,
    /// Show the whole dialogue of what failed
    #[arg(long)]
    dialogue: bool,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
    /// Also write JUnit's XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// Runs rehearsals; fails when one of them does.
pub(super) fn run(args: &RehearseArgs, config: Config, file: Option<PathBuf>) -> ExitCode {
    let outcome = read(args).and_then(|rehearsals| {
        let runs =
            super::runtime().map_err(|error| error.to_string())?.block_on(held(args, config, file, rehearsals))?;
        tell(args, &runs).map(|()| runs.iter().all(Run::passed))
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            complain(&reason);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "the command line speaks to a person")]
fn complain(reason: &str) {
    eprintln!("{reason}");
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
fn tell(args: &RehearseArgs, runs: &[Run]) -> Result<(), String> {
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report::json(runs)).map_err(|error| error.to_string())?);
    } else {
        print!("{}", report::table(runs, args.dialogue));
    }
    match &args.junit {
        Some(path) => std::fs::write(path, report::junit(runs)).map_err(|error| format!("{}: {error}", path.display())),
        None => Ok(()),
    }
}

/// The rehearsals of the folder; every fault of every file where one is wrong.
fn read(args: &RehearseArgs) -> Result<Vec<Rehearsal>, String> {
    let (mut rehearsals, mut faults) = (Vec::new(), Vec::new());
    for (name, text) in read_files(&args.dir)? {
        match Rehearsal::parse(&text, &name) {
            Ok(rehearsal) => rehearsals.push(rehearsal),
            Err(found) => faults.extend(found.iter().map(ToString::to_string)),
        }
    }
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    let filter = args.filter.as_deref().unwrap_or_default();
    rehearsals.retain(|rehearsal| rehearsal.name.contains(filter) || rehearsal.agent.contains(filter));
    rehearsals.retain(|rehearsal| if args.audio { rehearsal.in_audio } else { rehearsal.in_text });
    if rehearsals.is_empty() {
        return Err(format!("{}: there is nothing to rehearse", args.dir.display()));
    }
    Ok(rehearsals)
}

async fn held(
    args: &RehearseArgs,
    mut config: Config,
    file: Option<PathBuf>,
    rehearsals: Vec<Rehearsal>,
) -> Result<Vec<Run>, String> {
    if config.business.folder.is_none() {
        config.business.folder = beside(&args.dir);
    }
    let config = Arc::new(config);
    let judge = TextStage::models(&config)?;
    let player = judge.clone().filter(|_| !args.no_model_caller);
    let mut versions = Vec::new();
    let files = [args.agent.as_ref()];
    for agent in files.into_iter().chain(args.against.as_ref().map(Some)) {
        let yaml = agent.map(|path| read_text(path)).transpose()?;
        let label = agent.map_or_else(|| "as it is".to_owned(), |path| path.display().to_string());
        let stage: Arc<dyn suite::Stage> = if args.audio {
            let (config, model) = (config.clone(), player.clone());
            Arc::new(AudioStage::new(AudioSettings { config, file: file.clone(), agent: yaml, model }))
        } else {
            Arc::new(TextStage::new(config.clone(), yaml, player.clone())?)
        };
        versions.push(Version { label, stage });
    }
    let parallel = args.parallel.unwrap_or(if args.audio { 2 } else { 8 });
    let settings = SuiteSettings { parallel, judge, ..SuiteSettings::default() };
    Ok(suite::run(rehearsals, &versions, &settings).await)
}

/// The business beside the rehearsals: the nearest folder above them with a `business.yaml`.
fn beside(dir: &Path) -> Option<PathBuf> {
    let dir = dir.canonicalize().ok()?;
    dir.ancestors().take(4).find(|folder| folder.join("business.yaml").is_file()).map(Path::to_owned)
}
