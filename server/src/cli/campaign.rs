//! `callwright campaign`: campaigns of the running Callwright.

mod story;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use campaigns::Spec;
use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

use self::story::{asked, held, line, story};
use super::Failure;
use super::running::RunningHouse;
use crate::config::Config;

/// How long a table or a dry run may take.
const LONG: Duration = Duration::from_mins(30);

/// Faults of a table that are printed.
const PRINTED: usize = 50;

/// How often the bar is drawn.
const TICK: Duration = Duration::from_secs(1);

#[derive(Debug, Subcommand)]
pub(super) enum CampaignCommand {
    /// Make a campaign from a YAML file, with its contacts; nobody is called before it is started
    Create(CreateArgs),
    /// Add the contacts of a CSV file
    Add(AddArgs),
    /// List campaigns
    List,
    /// Print a campaign and how it stands
    Show {
        /// Its name or id
        name: String,
    },
    /// Say who would be called when, and who not, and why; nobody is called
    DryRun {
        /// Its name or id
        name: String,
        /// Lines to print
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Print what a contact would hear; nobody is called
    Preview {
        /// Its name or id
        name: String,
        /// Number of the contact in the books; the first where it is not said
        #[arg(long)]
        contact: Option<i64>,
    },
    /// Call yourself with what a contact would hear
    Test {
        /// Its name or id
        name: String,
        /// Your own number, address or name as a member
        to: String,
        /// Number of the contact in the books; the first where it is not said
        #[arg(long)]
        contact: Option<i64>,
    },
    /// List calls that come ready to be used, or write one into a folder
    Template {
        /// Its name; all are listed where it is not said
        #[arg(requires = "folder")]
        name: Option<String>,
        /// Where its files go; those that are there are kept
        folder: Option<PathBuf>,
    },
    /// Start calling
    Start {
        /// Its name or id
        name: String,
    },
    /// Call nobody until it is resumed; calls that go on end as they would
    Pause {
        /// Its name or id
        name: String,
    },
    /// Go on
    Resume {
        /// Its name or id
        name: String,
    },
    /// End it for good; calls that go on end as they would
    Stop {
        /// Its name or id
        name: String,
    },
    /// Change how fast it calls, also while it runs
    Pace(PaceArgs),
    /// Watch it: a bar that moves until it is over
    Watch {
        /// Its name or id
        name: String,
    },
    /// Print what came of it
    Results {
        /// Its name or id
        name: String,
        /// A row for each contact, as CSV
        #[arg(long)]
        csv: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The campaign as YAML: see docs/campaigns.md
    file: PathBuf,
    /// Its contacts as CSV
    #[arg(long, value_name = "CSV")]
    contacts: Option<PathBuf>,
    /// Call those of a segment in place of a table: its name, or an expression such as "'vip' in contact.tags"
    #[arg(long, value_name = "EXPRESSION", conflicts_with = "contacts")]
    segment: Option<String>,
    /// Take the good rows although others have faults
    #[arg(long, requires = "contacts")]
    keep_good: bool,
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// Its name or id
    name: String,
    /// Contacts as CSV
    file: PathBuf,
    /// Take the good rows although others have faults
    #[arg(long)]
    keep_good: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Pace {
    /// Calls that may begin in a second; 0: no limit
    #[arg(long)]
    per_second: Option<f64>,
    /// Calls at once; 0: no limit
    #[arg(long)]
    at_once: Option<u32>,
}

#[derive(Debug, Args)]
pub(super) struct PaceArgs {
    /// Its name or id
    name: String,
    #[command(flatten)]
    pace: Pace,
}

pub(super) fn run(command: CampaignCommand, config: &Config) -> Result<(), Failure> {
    if let CampaignCommand::Template { name, folder } = command {
        match name.zip(folder) {
            Some((name, folder)) => super::template::write(&name, &folder)?,
            None => super::template::list(),
        }
        return Ok(());
    }
    let house = RunningHouse::new(config)?;
    super::runtime()?.block_on(carry_out(command, &house))
}

async fn carry_out(command: CampaignCommand, house: &RunningHouse) -> Result<(), Failure> {
    match command {
        // It needs no running program.
        CampaignCommand::Template { .. } => Ok(()),
        CampaignCommand::Create(args) => create(house, args).await,
        CampaignCommand::Add(args) => add(house, &args.name, &args.file, args.keep_good).await,
        CampaignCommand::List => list(house).await,
        CampaignCommand::Show { name } => show(house, &name).await,
        CampaignCommand::DryRun { name, limit } => dry_run(house, &name, limit).await,
        CampaignCommand::Preview { name, contact } => preview(house, &name, contact).await,
        CampaignCommand::Test { name, to, contact } => {
            let body = json!({ "to": to, "contact": contact });
            let call = house.ask(Method::POST, &path(&name, "/test"), Some(&body)).await?;
            say(&format!("You are being called: callwright calls show {}", word(&call["call"])));
            Ok(())
        }
        CampaignCommand::Start { name } => step(house, &name, "start").await,
        CampaignCommand::Pause { name } => step(house, &name, "pause").await,
        CampaignCommand::Resume { name } => step(house, &name, "resume").await,
        CampaignCommand::Stop { name } => step(house, &name, "stop").await,
        CampaignCommand::Pace(PaceArgs { name, pace }) => {
            let mut body = serde_json::Map::new();
            body.extend(pace.per_second.map(|rate| ("per_second".to_owned(), json!(rate))));
            body.extend(pace.at_once.map(|most| ("at_once".to_owned(), json!(most))));
            house.ask(Method::PUT, &path(&name, "/pace"), Some(&Value::Object(body))).await?;
            say(&format!("The pace of {name} is changed."));
            Ok(())
        }
        CampaignCommand::Watch { name } => watch(house, &name).await,
        CampaignCommand::Results { name, csv: true } => {
            let table = house.bytes(&path(&name, "/results?format=csv"), LONG).await?;
            std::io::stdout().write_all(&table)?;
            Ok(())
        }
        CampaignCommand::Results { name, csv: false } => {
            say(&story(&name, &house.json(&path(&name, "/results")).await?));
            Ok(())
        }
    }
}

/// The path of a campaign; its name may hold anything.
fn path(name: &str, rest: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let name: String = name
        .bytes()
        .map(|byte| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("/v1/campaigns/{name}{rest}")
}

async fn create(house: &RunningHouse, args: CreateArgs) -> Result<(), Failure> {
    let yaml = std::fs::read_to_string(&args.file)
        .map_err(|error| format!("{} cannot be read: {error}", args.file.display()))?;
    let yaml = match &args.segment {
        Some(segment) => Spec::with_segment(&yaml, segment),
        None => yaml,
    };
    let sent = house.send(Method::POST, "/v1/campaigns", "application/yaml", yaml.into(), LONG).await?;
    let (status, made) = sent;
    if !status.is_success() {
        for fault in made["faults"].as_array().into_iter().flatten() {
            let place = format!("{}:{}:{}", args.file.display(), fault["line"], fault["column"]);
            let advice = fault["suggestion"].as_str().map(|text| format!(" ({text})")).unwrap_or_default();
            say(&format!("{place}: {}{advice}", word(&fault["message"])));
        }
        return Err(format!("{status}: {}", word(&made["detail"])).into());
    }
    let (name, id) = (word(&made["name"]), word(&made["id"]));
    say(&format!("Made the campaign {name} ({id}); nobody is called before: callwright campaign start '{name}'"));
    if let Some(table) = &args.contacts {
        let added = add(house, id, table, args.keep_good).await;
        if added.is_err() {
            // Whoever mends the table makes it again.
            house.ask(Method::DELETE, &path(id, ""), None).await?;
            say("The campaign was not kept.");
        }
        return added;
    }
    Ok(())
}

async fn add(house: &RunningHouse, name: &str, file: &std::path::Path, keep_good: bool) -> Result<(), Failure> {
    let table = std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let to = path(name, if keep_good { "/contacts?keep_good=true" } else { "/contacts" });
    let (status, told) = house.send(Method::POST, &to, "text/csv", table.into(), LONG).await?;
    let faults = told["faults"].as_array().cloned().unwrap_or_default();
    for fault in faults.iter().take(PRINTED) {
        let column = fault["column"].as_str().map(|column| format!(", column `{column}`")).unwrap_or_default();
        say(&format!("{}, line {}{column}: {}", file.display(), fault["line"], word(&fault["message"])));
    }
    let more = told["bad"].as_u64().unwrap_or(faults.len() as u64).saturating_sub(PRINTED as u64);
    if more > 0 {
        say(&format!("... and {more} more."));
    }
    if !status.is_success() {
        return Err(format!("{status}: {}", word(&told["detail"])).into());
    }
    for column in told["absent_columns"].as_array().into_iter().flatten() {
        say(&format!("There is no column `{}`: nobody has another number by it.", word(column)));
    }
    let doubles = told["duplicates"].as_array().map_or(0, Vec::len);
    say(&format!(
        "Contacts: {} added, {} there already, {} with faults, {doubles} rows say a number again",
        told["added"], told["known"], told["bad"]
    ));
    Ok(())
}

async fn list(house: &RunningHouse) -> Result<(), Failure> {
    let answer = house.json("/v1/campaigns?limit=200").await?;
    let campaigns = answer["data"].as_array().cloned().unwrap_or_default();
    for campaign in &campaigns {
        let (name, state) = (word(&campaign["name"]), word(&campaign["state"]));
        say(&format!("{name:<32} {state:<8} {}", word(&campaign["id"])));
    }
    if campaigns.is_empty() {
        say("There is no campaign: callwright campaign create FILE --contacts CSV");
    }
    Ok(())
}

async fn show(house: &RunningHouse, name: &str) -> Result<(), Failure> {
    let campaign = house.json(&path(name, "")).await?;
    let progress = house.json(&path(name, "/progress")).await?;
    say(word(&campaign["yaml"]).trim_end());
    say("");
    say(&line(&progress, false));
    if let Some(why) = held(&progress) {
        say(&why);
    }
    for line in asked(&progress["segment"]) {
        say(&line);
    }
    Ok(())
}

async fn step(house: &RunningHouse, name: &str, what: &str) -> Result<(), Failure> {
    let campaign = house.ask(Method::POST, &path(name, &format!("/{what}")), None).await?;
    say(&format!("{} is {}.", word(&campaign["name"]), word(&campaign["state"])));
    Ok(())
}

async fn dry_run(house: &RunningHouse, name: &str, limit: u32) -> Result<(), Failure> {
    let bytes = house.bytes(&path(name, &format!("/dry-run?limit={limit}")), LONG).await?;
    let run: Value = serde_json::from_slice(&bytes)?;
    for contact in run["contacts"].as_array().into_iter().flatten() {
        let at = contact["at"].as_str().unwrap_or("not called");
        let why = contact["detail"].as_str().map(|why| format!("  {why}")).unwrap_or_default();
        say(&format!("{:<17} {at}{why}", word(&contact["number"])));
    }
    let never: u64 = run["never"].as_object().into_iter().flatten().filter_map(|(_, count)| count.as_u64()).sum();
    let last = run["last_at"].as_str().map(|at| format!(", the last at {at}")).unwrap_or_default();
    say(&format!("{} would be called{last}; {never} would not.", run["calls"]));
    for (reason, count) in run["never"].as_object().into_iter().flatten() {
        say(&format!("  {count:>8}  {reason}"));
    }
    for unfilled in run["unfilled"].as_array().into_iter().flatten().take(PRINTED) {
        say(&format!(
            "What contact {} would be told cannot be filled in: {}",
            unfilled["contact"],
            word(&unfilled["message"])
        ));
    }
    for line in asked(&run["segment"]) {
        say(&line);
    }
    Ok(())
}

async fn preview(house: &RunningHouse, name: &str, contact: Option<i64>) -> Result<(), Failure> {
    let query = contact.map(|contact| format!("?contact={contact}")).unwrap_or_default();
    let spoken = house.json(&path(name, &format!("/preview{query}"))).await?;
    for (name, value) in spoken["variables"].as_object().into_iter().flatten() {
        say(&format!("{name} = {}", word(value)));
    }
    for sentence in spoken["spoken"].as_array().into_iter().flatten() {
        say(&format!("> {}", word(sentence)));
    }
    if let Some(message) = spoken["message_spoken"].as_str() {
        say(&format!("To a machine: {message}"));
    }
    Ok(())
}

/// Draws the bar until the campaign is over; where nobody looks, one line.
async fn watch(house: &RunningHouse, name: &str) -> Result<(), Failure> {
    let (path, terminal) = (path(name, "/progress"), std::io::stdout().is_terminal());
    let mut told = None;
    loop {
        let progress = house.json(&path).await?;
        let line = line(&progress, true);
        let mut out = std::io::stdout();
        let why = held(&progress);
        if why != told {
            if let Some(why) = &why {
                writeln!(out, "{}{why}", if terminal { "\r\x1b[2K" } else { "" })?;
            }
            told = why;
        }
        if terminal {
            write!(out, "\r\x1b[2K{line}")?;
            out.flush()?;
        }
        if !matches!(word(&progress["state"]), "running" | "paused") || !terminal {
            writeln!(out, "{}", if terminal { "" } else { &line })?;
            return Ok(());
        }
        tokio::time::sleep(TICK).await;
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(super) fn say(text: &str) {
    println!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_in_paths() {
        assert_eq!(path("Erinnerung März/1", "/start"), "/v1/campaigns/Erinnerung%20M%C3%A4rz%2F1/start");
    }
}
