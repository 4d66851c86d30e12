//! `callwright flow check` and `callwright flow run`.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use call_model::{CallFacts, CallId, Direction};
use clap::{Args, Subcommand};
use ivr::simulate::Simulator;
use ivr::{Business, Fault, Flow, FlowProgram, ParseContext};
use serde_json::{Map, Value};

#[derive(Debug, Subcommand)]
pub(super) enum FlowCommand {
    /// Say what is wrong with a flow, each fault with its line
    Check(FlowArgs),
    /// Play a flow in text: type keys, read what would be spoken (`help` lists what can be typed)
    Run(RunArgs),
}

#[derive(Debug, Args)]
pub(super) struct FlowArgs {
    /// The flow; flows beside it can be called as sub-flows, and `business.yaml` there or one folder up is its business
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    flow: FlowArgs,
    /// Language to begin with
    #[arg(long, default_value = "en")]
    language: String,
    /// A variable of the call, such as name=Mia; may be given again
    #[arg(long = "var", value_name = "NAME=VALUE")]
    variables: Vec<String>,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the command line speaks to a person")]
pub(super) fn run(command: FlowCommand) -> ExitCode {
    let outcome = match command {
        FlowCommand::Check(args) => load(&args.file).map(|(flow, _, _)| {
            for warning in flow.warnings() {
                println!("{warning}");
            }
            println!("{}: {} nodes, nothing wrong", args.file.display(), flow.nodes().len());
        }),
        FlowCommand::Run(args) => play(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => {
            for fault in faults {
                eprintln!("{fault}");
            }
            ExitCode::FAILURE
        }
    }
}

type Loaded = (Arc<Flow>, Vec<Arc<Flow>>, Arc<Business>);

fn load(file: &Path) -> Result<Loaded, Vec<String>> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut others = Vec::new();
    let beside = std::fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    for path in beside.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())) {
        let is_flow = path.extension().is_some_and(|extension| extension == "yaml");
        if is_flow && path.file_name() != file.file_name() {
            // One beside it that does not read is that one's fault.
            others.extend(read(&path).ok().map(Arc::new));
        }
    }
    let flow = Arc::new(read(file)?);
    let business = [folder.join("business.yaml"), folder.join("../business.yaml")]
        .into_iter()
        .find_map(|path| std::fs::read_to_string(path).ok());
    let business = match business {
        Some(text) => Business::parse(&text).map_err(|faults| list(&faults))?,
        None => Business::default(),
    };
    let business = Arc::new(business);
    FlowProgram::new(flow.clone(), others.iter().cloned(), business.clone()).map_err(|faults| list(&faults))?;
    Ok((flow, others, business))
}

fn read(path: &Path) -> Result<Flow, Vec<String>> {
    let text = std::fs::read_to_string(path).map_err(|error| vec![format!("{}: {error}", path.display())])?;
    let name = path.file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or("flow").to_owned();
    Flow::parse(&text, &ParseContext { name, ..ParseContext::default() }).map_err(|faults| list(&faults))
}

fn list(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
fn play(args: &RunArgs) -> Result<(), Vec<String>> {
    let (flow, others, business) = load(&args.flow.file)?;
    let mut variables = Map::new();
    for pair in &args.variables {
        let (name, value) =
            pair.split_once('=').ok_or_else(|| vec![format!("--var {pair}: write it as NAME=VALUE")])?;
        variables.insert(name.to_owned(), Value::String(value.to_owned()));
    }
    let program = FlowProgram::new(flow, others, business).map_err(|faults| list(&faults))?;
    let now = jiff::Timestamp::now().as_millisecond();
    let facts = CallFacts {
        call: CallId::from_parts(now.unsigned_abs(), 0),
        direction: Direction::Inbound,
        caller: Some("+12025550123".into()),
        number: "flow-run".into(),
        trunk: None,
        language: args.language.clone(),
        contact: Map::new(),
        variables,
        origin: call_model::CallOrigin::default(),
        answered_by: None,
    };
    let mut simulator = Simulator::new(Arc::new(program), facts, now);
    for line in simulator.start() {
        println!("{line}");
    }
    for input in std::io::stdin().lock().lines() {
        if simulator.is_over() {
            break;
        }
        let Ok(input) = input else { break };
        for line in simulator.input(&input) {
            println!("{line}");
        }
    }
    Ok(())
}
