//! `callwright contacts`: contacts by the many, what they said yes and no to, and persons erased.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

use super::Failure;
use super::running::RunningHouse;
use crate::config::Config;

/// How long a file may take.
const LONG: Duration = Duration::from_mins(30);
/// Bad rows that are printed.
const PRINTED: usize = 50;

#[derive(Debug, Subcommand)]
pub(super) enum ContactsCommand {
    /// Import contacts from a CSV or JSON file
    Import(ImportArgs),
    /// Write contacts as CSV or JSON
    Export {
        /// The file; standard output where it is not said, or `-`. JSON where its name ends so
        file: Option<PathBuf>,
        /// As JSON
        #[arg(long)]
        json: bool,
        /// Only contacts of this segment
        #[arg(long)]
        segment: Option<String>,
        /// Only contacts with this tag
        #[arg(long)]
        tag: Option<String>,
    },
    /// List segments, make one, or list who is in it
    Segment {
        /// Its name; without, all segments are listed
        name: Option<String>,
        /// What is to be true, such as "'vip' in contact.tags": makes the segment, or changes it
        expression: Option<String>,
        /// Remove it; its contacts stay
        #[arg(long, conflicts_with = "expression")]
        remove: bool,
    },
    /// Make two contacts one, list who looks like one, or take a merge back
    Merge {
        /// The contact that is kept
        kept: Option<String>,
        /// The contact that becomes part of it
        with: Option<String>,
        /// Merge those that have the number of another one in a field or address; you are asked about each pair
        #[arg(long, conflicts_with_all = ["kept", "undo"])]
        by_number: bool,
        /// Merge every such pair without asking
        #[arg(long, requires = "by_number")]
        yes: bool,
        /// Take this merge back
        #[arg(long, value_name = "MERGE", conflicts_with = "kept")]
        undo: Option<String>,
    },
    /// List what a number agreed to, write a consent down, withdraw one, or ask for it by a call
    Consent(ConsentArgs),
    /// List who is not to be called, or write down that somebody is not
    Suppress {
        /// The number; without, the newest suppressions are listed
        number: Option<String>,
        /// Only for this purpose
        #[arg(long)]
        purpose: Option<String>,
        /// Take it back: the person asked to be called again
        #[arg(long, requires = "number")]
        lift: bool,
        /// What was said, as evidence
        #[arg(long, requires = "number")]
        said: Option<String>,
    },
    /// List do-not-call lists, import one from a file, or remove one
    DoNotCall {
        /// Its name; without, all are listed
        name: Option<String>,
        /// A number a line, or a table whose first column is the number
        file: Option<PathBuf>,
        /// The purposes that it is for, parted by commas, or all
        #[arg(long, default_value = "marketing,survey")]
        purposes: String,
        /// Country of numbers without a country code
        #[arg(long)]
        country: Option<String>,
        /// Remove it
        #[arg(long, conflicts_with = "file")]
        remove: bool,
    },
    /// Write all that is kept of one person into a ZIP
    Archive {
        /// The contact, by its id or number
        contact: String,
        /// The file
        file: PathBuf,
    },
    /// Erase a person: contact, calls, recordings, transcripts, messages; or list erasures
    Erase {
        /// The contact by its id, or a number; without, erasures are listed
        who: Option<String>,
        /// Why. It is kept: write no name
        #[arg(long, default_value = "")]
        reason: String,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// CSV (UTF-8, with headings) or JSON (a list, where its name ends so)
    file: PathBuf,
    /// What a column is: `Tel.=number`, `Vorname=first_name`, `Intern=-`; may be given again
    #[arg(long, value_name = "HEADING=FIELD")]
    column: Vec<String>,
    /// Country of numbers without a country code
    #[arg(long)]
    country: Option<String>,
    /// A tag that all get; may be given again
    #[arg(long)]
    tag: Vec<String>,
    /// What becomes of contacts that are known: skip, fill (what is empty) or replace
    #[arg(long, default_value = "fill")]
    known: String,
    /// Keep the good rows although there are bad ones
    #[arg(long)]
    keep_good: bool,
    /// Only say what would be
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub(super) struct ConsentArgs {
    /// The number, or the id of a consent to be withdrawn
    who: String,
    /// Write one down, for this purpose
    #[arg(long)]
    purpose: Option<String>,
    /// How it was given: form, written, spoken
    #[arg(long, default_value = "written")]
    method: String,
    /// The words that were agreed to
    #[arg(long, default_value = "")]
    wording: String,
    /// Where it comes from
    #[arg(long, default_value = "")]
    source: String,
    /// Ask for it by a call, with the wording
    #[arg(long, requires = "purpose")]
    ask: bool,
    /// Withdraw it
    #[arg(long, conflicts_with = "purpose")]
    withdraw: bool,
}

pub(super) fn run(command: ContactsCommand, config: &Config) -> Result<(), Failure> {
    super::runtime()?.block_on(async {
        let house = RunningHouse::new(config)?;
        let text = match command {
            ContactsCommand::Import(args) => import(&house, args).await?,
            ContactsCommand::Export { file, json, segment, tag } => export(&house, file, json, segment, tag).await?,
            ContactsCommand::Segment { name, expression, remove } => segments(&house, name, expression, remove).await?,
            ContactsCommand::Merge { by_number: true, yes, .. } => merge_by_number(&house, yes).await?,
            ContactsCommand::Merge { kept, with, undo, .. } => merge(&house, kept, with, undo).await?,
            ContactsCommand::Consent(args) => consent(&house, args).await?,
            ContactsCommand::Suppress { number, purpose, lift, said } => {
                suppress(&house, number, purpose, lift, said).await?
            }
            ContactsCommand::DoNotCall { name, file, purposes, country, remove } => {
                do_not_call(&house, name, file, &purposes, country, remove).await?
            }
            ContactsCommand::Archive { contact, file } => {
                let id = contact_id(&house, &contact).await?;
                let bytes = house.bytes(&format!("/v1/contacts/{id}/archive"), LONG).await?;
                std::fs::write(&file, &bytes)?;
                format!("{}: {} bytes\n", file.display(), bytes.len())
            }
            ContactsCommand::Erase { who, reason, yes } => erase(&house, who, &reason, yes).await?,
        };
        // Whoever reads may have seen enough.
        let _ = std::io::stdout().write_all(text.as_bytes());
        Ok(())
    })
}

async fn import(house: &RunningHouse, args: ImportArgs) -> Result<String, Failure> {
    let bytes =
        std::fs::read(&args.file).map_err(|error| format!("{} cannot be read: {error}", args.file.display()))?;
    let kind = if is_json(&args.file) { "application/json" } else { "text/csv" };
    let mut query = vec![("known", args.known), ("keep_good", args.keep_good.to_string())];
    query.push(("dry_run", args.dry_run.to_string()));
    query.extend(args.country.map(|country| ("country", country)));
    if !args.column.is_empty() {
        query.push(("columns", args.column.join(",")));
    }
    if !args.tag.is_empty() {
        query.push(("tags", args.tag.join(",")));
    }
    let path = with_query("/v1/contacts/import", &query);
    let (status, answer) = house.send(Method::POST, &path, kind, bytes.into(), LONG).await?;
    let report = if status.is_success() { &answer } else { &answer["report"] };
    if report.is_null() {
        return Err(format!("{status}: {}", answer["detail"].as_str().unwrap_or_default()).into());
    }
    let text = told(report);
    if status.is_success() {
        return Ok(text);
    }
    let _ = std::io::stdout().write_all(text.as_bytes());
    Err("nothing was kept: mend these rows, or keep the good ones with --keep-good".into())
}

fn told(report: &Value) -> String {
    let mut text = String::new();
    for fault in report["faults"].as_array().into_iter().flatten().take(PRINTED) {
        let column = fault["column"].as_str().filter(|column| !column.is_empty());
        let column = column.map(|column| format!(", {column}")).unwrap_or_default();
        let _ = writeln!(text, "line {}{column}: {}", fault["row"], fault["problem"].as_str().unwrap_or_default());
    }
    for row in report["duplicates"].as_array().into_iter().flatten().take(PRINTED) {
        let _ = writeln!(text, "line {}: the number is that of line {}", row["row"], row["of"]);
    }
    let _ = writeln!(
        text,
        "{} rows: {} good, {} bad, {} duplicates; {} made, {} changed, {} as they were",
        report["rows"],
        report["good"],
        report["fault_count"],
        report["duplicate_count"],
        report["made"],
        report["updated"],
        report["unchanged"],
    );
    text
}

async fn export(
    house: &RunningHouse,
    file: Option<PathBuf>,
    json: bool,
    segment: Option<String>,
    tag: Option<String>,
) -> Result<String, Failure> {
    let json = json || file.as_deref().is_some_and(is_json);
    let mut query = vec![("format", if json { "json".to_owned() } else { "csv".to_owned() })];
    query.extend(segment.map(|segment| ("segment", segment)));
    query.extend(tag.map(|tag| ("tag", tag)));
    let bytes = house.bytes(&with_query("/v1/contacts/export", &query), LONG).await?;
    match file {
        Some(file) if file != Path::new("-") => {
            std::fs::write(&file, &bytes)?;
            Ok(format!("{}: {} bytes\n", file.display(), bytes.len()))
        }
        _ => Ok(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

async fn segments(
    house: &RunningHouse,
    name: Option<String>,
    expression: Option<String>,
    remove: bool,
) -> Result<String, Failure> {
    let Some(name) = name else {
        let all = house.json("/v1/segments").await?;
        return Ok(lines(&all["data"], &["name", "expression"], "There are no segments."));
    };
    let path = format!("/v1/segments/{}", encoded(&name));
    if remove {
        house.ask(Method::DELETE, &path, None).await?;
        return Ok(format!("{name} is removed.\n"));
    }
    if let Some(expression) = expression {
        house.ask(Method::PUT, &path, Some(&json!({ "expression": expression }))).await?;
    }
    let (mut text, mut cursor) = (String::new(), String::new());
    loop {
        let page = house.json(&format!("{path}/contacts?limit=200{cursor}")).await?;
        text.push_str(&lines(&page["data"], &["id", "address", "name"], ""));
        let Some(next) = page["next"].as_str() else { return Ok(text) };
        cursor = format!("&cursor={next}");
    }
}

async fn merge(
    house: &RunningHouse,
    kept: Option<String>,
    with: Option<String>,
    undo: Option<String>,
) -> Result<String, Failure> {
    if let Some(id) = undo {
        house.ask(Method::POST, &format!("/v1/merges/{}/undo", encoded(&id)), None).await?;
        return Ok(format!("{id} is taken back.\n"));
    }
    if let (Some(kept), Some(with)) = (&kept, &with) {
        let (kept, with) = (contact_id(house, kept).await?, contact_id(house, with).await?);
        return merge_two(house, &kept, &with).await;
    }
    let pairs = house.json("/v1/contacts/duplicates").await?;
    Ok(lines(&pairs["data"], &["contact", "other"], "No contacts look like one."))
}

/// Merges what looks like one person, after a yes to each pair.
async fn merge_by_number(house: &RunningHouse, yes: bool) -> Result<String, Failure> {
    let pairs = house.json("/v1/contacts/duplicates").await?;
    let mut text = String::new();
    for pair in pairs["data"].as_array().into_iter().flatten() {
        let ids = [&pair["contact"], &pair["other"]].map(|id| id.as_str().unwrap_or_default());
        if !yes && !is_one_person(house, ids).await? {
            continue;
        }
        // One of them may be gone by a merge before this one.
        match merge_two(house, ids[0], ids[1]).await {
            Ok(line) => text.push_str(&line),
            Err(error) => drop(writeln!(text, "{} and {}: {error}", ids[0], ids[1])),
        }
    }
    Ok(text)
}

/// Shows two contacts, and asks whether they are one person.
async fn is_one_person(house: &RunningHouse, ids: [&str; 2]) -> Result<bool, Failure> {
    let mut shown = String::new();
    for id in ids {
        // One that is gone by a merge before this one is nobody to ask about.
        let Ok(contact) = house.json(&format!("/v1/contacts/{}", encoded(id))).await else { return Ok(false) };
        let (number, name) = (contact["number"].as_str(), contact["name"].as_str());
        let _ = writeln!(shown, "{id}  {}  {}", number.unwrap_or("-"), name.unwrap_or("-"));
    }
    let _ = write!(std::io::stderr(), "{shown}Are they one person? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

async fn merge_two(house: &RunningHouse, kept: &str, with: &str) -> Result<String, Failure> {
    let body = json!({ "with": with });
    let merged = house.ask(Method::POST, &format!("/v1/contacts/{}/merge", encoded(kept)), Some(&body)).await?;
    Ok(format!("{kept} has {with} now; take it back with --undo {}\n", merged["id"].as_str().unwrap_or_default()))
}

async fn consent(house: &RunningHouse, args: ConsentArgs) -> Result<String, Failure> {
    if args.withdraw {
        let path = format!("/v1/consents/{}/withdraw", encoded(&args.who));
        house.ask(Method::POST, &path, Some(&json!({}))).await?;
        return Ok(format!("{} is withdrawn.\n", args.who));
    }
    if let Some(purpose) = args.purpose {
        let mut body = json!({"number": args.who, "purpose": purpose, "wording": args.wording, "source": args.source});
        let path = if args.ask {
            "/v1/consents/opt-in"
        } else {
            body["method"] = args.method.into();
            "/v1/consents"
        };
        let made = house.ask(Method::POST, path, Some(&body)).await?;
        return Ok(format!(
            "{} {}\n",
            made["id"].as_str().unwrap_or_default(),
            made["state"].as_str().unwrap_or_default()
        ));
    }
    let query = with_query("/v1/consents", &[("number", args.who)]);
    let all = house.json(&query).await?;
    Ok(lines(&all["data"], &["id", "channel", "purpose", "state", "holds", "decided_at", "method"], "No consents."))
}

async fn suppress(
    house: &RunningHouse,
    number: Option<String>,
    purpose: Option<String>,
    lift: bool,
    said: Option<String>,
) -> Result<String, Failure> {
    let Some(number) = number else {
        let all = house.json("/v1/suppressions").await?;
        return Ok(lines(&all["data"], &["number", "purpose", "method", "at"], "Nobody is suppressed."));
    };
    if lift {
        let mut query = vec![("number", number.clone())];
        query.extend(purpose.map(|purpose| ("purpose", purpose)));
        house.ask(Method::DELETE, &with_query("/v1/suppressions", &query), None).await?;
        return Ok(format!("{number} may be called again.\n"));
    }
    let body = json!({"number": number, "purpose": purpose, "said": said, "method": "member"});
    let made = house.ask(Method::POST, "/v1/suppressions", Some(&body)).await?;
    Ok(format!("{} is not called any more.\n", made["number"].as_str().unwrap_or_default()))
}

async fn do_not_call(
    house: &RunningHouse,
    name: Option<String>,
    file: Option<PathBuf>,
    purposes: &str,
    country: Option<String>,
    remove: bool,
) -> Result<String, Failure> {
    let path = name.as_ref().map(|name| format!("/v1/do-not-call/{}", encoded(name)));
    match (path, file) {
        (Some(path), _) if remove => {
            house.ask(Method::DELETE, &path, None).await?;
            Ok("It is removed.\n".to_owned())
        }
        (Some(path), Some(file)) => {
            let body = tokio::fs::File::open(&file).await;
            let body = body.map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
            let body = reqwest::Body::wrap_stream(tokio_util::io::ReaderStream::new(body));
            let mut query = vec![("purposes", purposes.to_owned())];
            query.extend(country.map(|country| ("country", country)));
            let (status, list) = house.send(Method::PUT, &with_query(&path, &query), "text/plain", body, LONG).await?;
            if !status.is_success() {
                return Err(format!("{status}: {}", list["detail"].as_str().unwrap_or_default()).into());
            }
            let bad = list["bad"].as_u64().unwrap_or_default();
            let which = if bad > 0 { format!(" (lines {} ...)", list["bad_lines"]) } else { String::new() };
            Ok(format!("{} numbers; {bad} lines hold none{which}\n", list["numbers"]))
        }
        _ => {
            let all = house.json("/v1/do-not-call").await?;
            Ok(lines(&all["data"], &["name", "numbers", "purposes", "imported_at"], "There are no lists."))
        }
    }
}

async fn erase(house: &RunningHouse, who: Option<String>, reason: &str, yes: bool) -> Result<String, Failure> {
    let Some(who) = who else {
        let all = house.json("/v1/erasures").await?;
        return Ok(lines(&all["data"], &["id", "state", "author", "asked_at", "done_at"], "Nobody was erased."));
    };
    if !yes {
        return Err(format!("this removes all that is kept of {who}, for ever: say --yes to do it").into());
    }
    let key = if who.starts_with("contact_") { "contact" } else { "number" };
    let begun = house.ask(Method::POST, "/v1/erasures", Some(&json!({ key: who, "reason": reason }))).await?;
    let id = begun["id"].as_str().unwrap_or_default().to_owned();
    loop {
        let now = house.json(&format!("/v1/erasures/{id}")).await?;
        if now["state"] == "done" {
            return Ok(format!("{id} done: {}\n", now["removed"]));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The id of a contact that is named by it, or by its number.
async fn contact_id(house: &RunningHouse, text: &str) -> Result<String, Failure> {
    if text.starts_with("contact_") {
        return Ok(encoded(text));
    }
    let found = house.json(&with_query("/v1/contacts", &[("number", text.to_owned())])).await?;
    let id = found["data"][0]["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| format!("no contact has the number {text}").into())
}

fn is_json(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// A line for each, with these of its values.
fn lines(list: &Value, names: &[&str], none: &str) -> String {
    let mut text = String::new();
    for item in list.as_array().into_iter().flatten() {
        let values = names.iter().map(|name| match &item[*name] {
            Value::Null => "-".to_owned(),
            Value::String(value) => value.clone(),
            value => value.to_string(),
        });
        let _ = writeln!(text, "{}", values.collect::<Vec<_>>().join("  "));
    }
    if text.is_empty() && !none.is_empty() {
        let _ = writeln!(text, "{none}");
    }
    text
}

/// A path with a query, percent-encoded.
fn with_query(path: &str, query: &[(&str, String)]) -> String {
    let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// All but unreserved characters percent-encoded (RFC 3986 section 2.3).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut made, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            made.push(char::from(byte));
        } else {
            let _ = write!(made, "%{byte:02X}");
        }
        made
    })
}
