//! `callwright calls`: what goes on, and what went on.

mod table;

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use clap::Subcommand;
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;

use super::Failure;
use super::running::RunningHouse;
use crate::config::Config;
use table::Table;

#[derive(Debug, Subcommand)]
pub(super) enum CallsCommand {
    /// List calls, the newest first
    List {
        /// How many, at most 200
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// Only those that are `ringing`, `active` or `ended`
        #[arg(long)]
        state: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a call: its facts, and its signalling as a ladder
    Show {
        /// Its id, such as call_01k2x3y4z5a6b7c8d9e0f1g2h3
        id: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Watch the calls that run: a table in a terminal, else a line for each change
    Watch,
}

pub(super) fn run(command: CallsCommand, config: &Config) -> Result<(), Failure> {
    super::runtime()?.block_on(async {
        let house = RunningHouse::new(config)?;
        let text = match command {
            CallsCommand::List { limit, state, json } => list(&house, limit, state.as_deref(), json).await?,
            CallsCommand::Show { id, json } => show(&house, &id, json).await?,
            CallsCommand::Watch => return watch(&house).await,
        };
        // Whoever reads may have seen enough.
        let _ = std::io::stdout().write_all(text.as_bytes());
        Ok(())
    })
}

async fn list(house: &RunningHouse, limit: u32, state: Option<&str>, json: bool) -> Result<String, Failure> {
    if let Some(state) = state.filter(|state| !["ringing", "active", "ended"].contains(state)) {
        return Err(format!("--state {state}: write ringing, active or ended").into());
    }
    let state = state.map(|state| format!("&state={state}")).unwrap_or_default();
    let page = house.json(&format!("/v1/calls?limit={}{state}", limit.clamp(1, 200))).await?;
    if json {
        return Ok(format!("{:#}\n", page["data"]));
    }
    let calls = page["data"].as_array().cloned().unwrap_or_default();
    if calls.is_empty() {
        return Ok("There are no such calls.\n".into());
    }
    let mut text =
        format!("{:<31}{:<21}{:<9}{:<9}{:>7}  {:<18}{}\n", "ID", "BEGAN", "DIRECTION", "STATE", "S", "CAUSE", "APP");
    for call in &calls {
        let seconds = call["duration_ms"].as_i64().map_or_else(String::new, |ms| (ms / 1_000).to_string());
        let direction = if call["direction"] == "inbound" { "in" } else { "out" };
        let _ = write!(
            text,
            "{:<31}{:<21}{direction:<9}{:<9}{seconds:>7}  {:<18}{}",
            word(call, "id"),
            word(call, "started_at").split('.').next().unwrap_or_default(),
            word(call, "state"),
            word(call, "cause"),
            app(call),
        );
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    Ok(text)
}

fn word<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn app(call: &Value) -> &str {
    call["agent"].as_str().or_else(|| call["flow"].as_str()).unwrap_or_default()
}

async fn show(house: &RunningHouse, id: &str, json: bool) -> Result<String, Failure> {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(format!("`{id}` is not the id of a call: `callwright calls list` shows them").into());
    }
    let call = house.json(&format!("/v1/calls/{id}")).await?;
    if json {
        return Ok(format!("{call:#}\n"));
    }
    let mut text = String::new();
    for name in [
        "id",
        "direction",
        "state",
        "from",
        "to",
        "number",
        "trunk",
        "flow",
        "agent",
        "language",
        "started_at",
        "answered_at",
        "ended_at",
        "duration_ms",
        "cause",
        "hung_up_by",
    ] {
        match &call[name] {
            Value::Null => {}
            Value::String(value) => drop(writeln!(text, "{name:<12} {value}")),
            value => drop(writeln!(text, "{name:<12} {value}")),
        }
    }
    for leg in call["legs"].as_array().into_iter().flatten() {
        let quality = &leg["quality"];
        let _ = write!(text, "leg          {} {}", word(leg, "role"), word(quality, "codec"));
        for (name, unit) in [("mos", "MOS"), ("lost", "lost"), ("jitter_ms", "ms jitter"), ("rtt_ms", "ms round trip")]
        {
            if let Some(value) = quality[name].as_f64() {
                let _ = write!(text, ", {} {unit}", (value * 10.0).round() / 10.0);
            }
        }
        text.push('\n');
    }
    // A call from long ago has no signalling any more.
    if let Ok(ladder) = house.text(&format!("/v1/calls/{id}/signalling"), "text/plain").await {
        let _ = write!(text, "\n{ladder}");
    }
    Ok(text)
}

/// How often a table is drawn anew where nothing happens: durations go on.
const REDRAW: Duration = Duration::from_secs(1);

async fn watch(house: &RunningHouse) -> Result<(), Failure> {
    let mut table = Table::default();
    let mut request = format!("ws://{}/v1/live", house.place).into_client_request()?;
    request.headers_mut().insert(AUTHORIZATION, format!("Bearer {}", house.key()).parse()?);
    let stream = tokio_tungstenite::connect_async(request).await;
    let (mut stream, _) =
        stream.map_err(|error| format!("the live feed at {} cannot be had ({error})", house.place))?;
    // What already runs, after the feed stands: nothing is missed in between.
    for state in ["active", "ringing"] {
        let page = house.json(&format!("/v1/calls?limit=200&state={state}")).await?;
        page["data"].as_array().into_iter().flatten().for_each(|call| table.learn(call));
    }
    let mut out = std::io::stdout();
    let drawn = out.is_terminal();
    if !drawn {
        out.write_all(table.lines().as_bytes())?;
        out.flush()?;
    }
    let mut redraw = tokio::time::interval(REDRAW);
    loop {
        tokio::select! {
            message = stream.next() => {
                let Some(Ok(message)) = message else {
                    return Err("the live feed ended: Callwright was stopped, or the connection broke".into());
                };
                let Ok(event) = serde_json::from_str::<Value>(message.to_text().unwrap_or_default()) else { continue };
                let id = word(&event, "call").to_owned();
                if event["state"] == "ringing" || (!table.knows(&id) && event["type"] == "state" && event["state"] != "filed") {
                    // It may be over before it is asked for.
                    if let Ok(call) = house.json(&format!("/v1/calls/{id}")).await {
                        table.learn(&call);
                    }
                }
                let told = table.take(&event, now_ms());
                if let (false, Some(line)) = (drawn, told) {
                    out.write_all(line.as_bytes())?;
                    out.flush()?;
                }
            }
            _ = redraw.tick() => if drawn {
                // Home, the table with the rest of each line cleared, and everything below.
                let text = table.draw(now_ms()).replace('\n', "\x1b[K\n");
                out.write_all(format!("\x1b[H{text}\x1b[J").as_bytes())?;
                out.flush()?;
            },
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
