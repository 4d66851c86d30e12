//! The caller of a rehearsal by telephone: hears the agent by what the server wrote down, speaks by voice.

use std::time::Duration;

use rehearsal::{Act, Entry, Move, Outcome, Player, Record, Use, Who};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use synthetic_caller::{NextSteps, Partner, Step};

/// How often the transcript is looked at for words that are still to come, and the pause between.
const LOOKS: u32 = 8;
const PAUSE: Duration = Duration::from_millis(250);
/// How long a call may take to be filed.
const FILED: u32 = 120;

/// The REST surface of the server that is called.
#[derive(Clone)]
pub(super) struct Api {
    client: reqwest::Client,
    base: String,
    key: String,
}

impl Api {
    pub fn new(client: reqwest::Client, port: u16, key: String) -> Self {
        Self { client, base: format!("http://127.0.0.1:{port}"), key }
    }

    pub async fn get(&self, path: &str) -> Result<Value, String> {
        let request = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.key);
        Self::json(request).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth(&self.key).json(body);
        Self::json(request).await
    }

    pub async fn put_yaml(&self, path: &str, yaml: String) -> Result<Value, String> {
        let request = self.client.put(format!("{}{path}", self.base)).bearer_auth(&self.key);
        Self::json(request.header(CONTENT_TYPE, "application/yaml").body(yaml)).await
    }

    async fn json(request: reqwest::RequestBuilder) -> Result<Value, String> {
        let answer = request.send().await.map_err(|error| format!("the server cannot be asked: {error}"))?;
        let fine = answer.status().is_success();
        let body = answer.text().await.map_err(|error| format!("the server's answer broke off: {error}"))?;
        if !fine {
            return Err(format!("the server refuses: {body}"));
        }
        Ok(serde_json::from_str(&body).unwrap_or_default())
    }
}

/// A caller in one call.
pub(super) struct Caller {
    pub api: Api,
    /// The number that is called: nobody else calls it.
    pub number: String,
    pub language: String,
    pub player: Player,
    pub turns: u32,
    pub most_turns: u32,
    call: Option<String>,
    seen: usize,
}

impl Caller {
    pub fn new(api: Api, number: String, language: String, player: Player, most_turns: u32) -> Self {
        Self { api, number, language, player, turns: 0, most_turns, call: None, seen: 0 }
    }

    /// What the agent said since the last turn.
    async fn heard(&mut self) -> String {
        for _ in 0..LOOKS {
            let lines = self.lines().await.unwrap_or_default();
            if lines.len() > self.seen {
                let heard = lines[self.seen..].join(" ");
                self.seen = lines.len();
                return heard;
            }
            tokio::time::sleep(PAUSE).await;
        }
        String::new()
    }

    async fn lines(&mut self) -> Option<Vec<String>> {
        let call = self.call().await?;
        let transcript = self.api.get(&format!("/v1/calls/{call}/transcript")).await.ok()?;
        let ours = transcript["lines"].as_array()?.iter().filter(|line| line["speaker"] == "us");
        Some(ours.filter_map(|line| line["text"].as_str().map(str::to_owned)).collect())
    }

    async fn call(&mut self) -> Option<String> {
        if self.call.is_none() {
            let calls = self.api.get("/v1/calls?limit=50").await.ok()?;
            let mine = calls["data"].as_array()?.iter().find(|call| call["number"] == self.number.as_str())?;
            self.call = mine["id"].as_str().map(str::to_owned);
        }
        self.call.clone()
    }

    async fn steps(&mut self) -> Vec<Step> {
        if self.turns >= self.most_turns {
            return Vec::new();
        }
        let heard = self.heard().await;
        let Move { wait, act } = self.player.turn(&heard).await;
        let mut steps = Vec::new();
        if !wait.is_zero() {
            steps.push(Step::Wait(wait));
        }
        self.turns += u32::from(matches!(act, Act::Say(_) | Act::Interrupt { .. } | Act::Press(_)));
        match act {
            Act::Say(text) | Act::Interrupt { say: text, .. } => self.say(&text, &mut steps),
            Act::Press(keys) => steps.push(Step::Press(keys)),
            Act::Silent(length) => steps.push(Step::Wait(length)),
            Act::HangUp => return vec![Step::HangUp],
        }
        if let Some((after, text)) = self.player.interruption() {
            self.turns += 1;
            steps.extend([Step::Speech, Step::Wait(after)]);
            self.say(&text, &mut steps);
        }
        steps
    }

    /// Speaks a text; `...` in it is a pause for thought.
    fn say(&self, text: &str, steps: &mut Vec<Step>) {
        let parts = text.split("...").map(str::trim).filter(|part| !part.is_empty());
        for (at, part) in parts.enumerate() {
            if at > 0 {
                steps.push(Step::Wait(Duration::from_millis(1_100)));
            }
            steps.push(Step::Say { text: part.to_owned(), language: self.language.clone() });
        }
    }

    /// What the books say of the call, once it is filed. `by_us`: the caller hung up.
    pub async fn record(&mut self, by_us: bool) -> Result<Record, String> {
        let call = self.call().await.ok_or("the call is not in the books")?;
        let path = format!("/v1/calls/{call}");
        let mut known = Value::Null;
        for _ in 0..FILED {
            known = self.api.get(&path).await?;
            if known["state"] == "ended" && known["transcript"] != "open" {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        let transcript = self.api.get(&format!("{path}/transcript")).await?;
        let mut record = read(&transcript);
        record.kept = known["remembered"].as_object().cloned().unwrap_or_default();
        record.duration_ms = known["duration_ms"].as_u64().unwrap_or_default();
        record.turns = self.turns;
        record.outcome = match (by_us, self.turns >= self.most_turns) {
            (true, true) => Outcome::Limit,
            (true, false) => Outcome::HungUp,
            (false, _) => Outcome::Done,
        };
        if let Some(contact) = known["contact"].as_str()
            && let Ok(contact) = self.api.get(&format!("/v1/contacts/{contact}")).await
        {
            record.contact = contact["fields"].as_object().cloned().unwrap_or_default();
            record.contact.insert("name".to_owned(), contact["name"].clone());
        }
        record.unexpected = self.player.unexpected();
        Ok(record)
    }
}

impl Partner for Caller {
    fn next(&mut self) -> NextSteps<'_> {
        Box::pin(self.steps())
    }
}

/// A record from a transcript.
fn read(transcript: &Value) -> Record {
    let mut record = Record::new();
    let list = |key: &str| transcript[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for line in list("lines") {
        let who = if line["speaker"] == "us" { Who::Agent } else { Who::Caller };
        let at_ms = line["from_ms"].as_u64().unwrap_or_default();
        let cut = line["cut"] == true;
        record.entries.push(Entry { at_ms, who, text: text(&line["text"]), cut });
    }
    for used in list("tools") {
        let name = text(&used["tool"]);
        let failure = used["failure"]["message"].as_str().map(str::to_owned);
        let came = failure.clone().unwrap_or_else(|| used["result"].to_string());
        let at_ms = used["at_ms"].as_u64().unwrap_or_default();
        let note = format!("{name} {} -> {came}", used["arguments"]);
        record.entries.push(Entry { at_ms, who: Who::House, text: note, cut: false });
        if name == "transfer" {
            record.transfers.push(vec![text(&used["arguments"]["to"])]);
        }
        let result = Some(used["result"].clone()).filter(|_| failure.is_none());
        record.uses.push(Use { name, arguments: used["arguments"].clone(), result, failure });
    }
    record.entries.sort_by_key(|entry| entry.at_ms);
    let turns = list("turns");
    record.latencies = turns.iter().filter_map(|turn| turn["total"].as_u64()).collect();
    record
}

/// What a number of ours is to be.
pub(super) fn number(number: &str, agent: &str, language: Option<&str>) -> Value {
    let mut body = json!({ "number": number, "agent": agent, "recording": "off" });
    if let Some(language) = language {
        body["language"] = language.into();
    }
    body
}
