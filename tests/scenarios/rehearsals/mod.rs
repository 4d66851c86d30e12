//! The rehearsals of the four agents: in text and by telephone, with the built-in brain and with a scripted model that
//! calls the tools.

mod cast;

use std::path::{Path, PathBuf};

use callwright_tests::server::command;
use callwright_tests::{Server, Settings, wait};
use provider_doubles::{ChatAnswer, ChatDouble, DeepgramDouble, EarTiming, Heard, SpokenTurn, play};
use rehearsal::{Act, Caller, Rehearsal};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/rehearsals")
}

/// A place to work in, with a configuration.
fn place(config: &str) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("callwright.toml"), config).unwrap();
    place
}

/// Runs `callwright rehearse`: whether all passed, and its JSON.
async fn rehearse(place: &TempDir, dir: &Path, arguments: &[&str]) -> (bool, Value) {
    let mut program = command(&["rehearse", "--json"]);
    program.arg(dir).args(arguments).current_dir(place.path());
    let work = tokio::task::spawn_blocking(move || program.output().unwrap());
    let output = wait::done("the rehearsals end", work).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let json =
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}\n{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.success(), json)
}

/// What failed, with the dialogue.
fn failures(json: &Value) -> String {
    let failed = json["runs"].as_array().unwrap().iter().filter(|run| run["passed"] == false);
    let story = failed.map(|run| {
        let entries = run["record"]["entries"].as_array().cloned().unwrap_or_default();
        let lines: Vec<String> =
            entries.iter().map(|entry| format!("{:>7} {} {}", entry["at_ms"], entry["who"], entry["text"])).collect();
        format!("{}: {:#}\n{}", run["name"], run["failed"], lines.join("\n"))
    });
    story.collect::<Vec<_>>().join("\n\n")
}

async fn assert_passes(config: &str, arguments: &[&str], at_least: u64) {
    let (fine, json) = rehearse(&place(config), &folder(), arguments).await;
    assert!(fine, "{}", failures(&json));
    assert!(json["passed"].as_u64().unwrap() >= at_least, "{} rehearsals passed", json["passed"]);
}

async fn model() -> (ChatDouble, String) {
    let double = ChatDouble::start(play(cast::all())).await.unwrap();
    let config = format!("brain = {{ url = \"{}\", model = \"double\" }}\n", double.url("/v1"));
    (double, config)
}

#[tokio::test]
async fn every_rehearsal_passes_with_the_built_in_brain() {
    assert_passes("", &[], 25).await;
}

#[tokio::test]
async fn every_rehearsal_passes_with_a_model_that_calls_the_tools() {
    let (double, config) = model().await;
    assert_passes(&config, &["--no-model-caller"], 25).await;
    assert!(double.requests().len() > 100, "the model was asked");
}

/// By telephone, heard by the built-in recogniser.
async fn by_telephone(config: &str, name: &str) {
    assert_passes(config, &["--audio", "--no-model-caller", "--filter", name], 1).await;
}

macro_rules! by_telephone {
    ($($built_in:ident, $with_a_model:ident: $name:literal),+ $(,)?) => {$(
        #[tokio::test]
        async fn $built_in() {
            by_telephone("", $name).await;
        }

        #[tokio::test]
        async fn $with_a_model() {
            let (_double, config) = model().await;
            by_telephone(&config, $name).await;
        }
    )+};
}

by_telephone! {
    reception_is_called, reception_is_called_with_a_model: "reception-telephone-en",
    an_appointment_is_booked, an_appointment_is_booked_with_a_model: "reception-booking-telephone-en",
    support_is_called, support_is_called_with_a_model: "support-invoice-en",
    leads_call, leads_call_with_a_model: "lead-cold-en",
    a_survey_is_answered, a_survey_is_answered_with_a_model: "survey-complete-en",
}

/// By telephone in German: the built-in recogniser knows English only, so one that knows the script hears the speech.
async fn in_german(name: &str) {
    let agent = name.split('-').next().unwrap();
    let file = folder().join(agent).join(format!("{name}.yaml"));
    let rehearsal = Rehearsal::parse(&std::fs::read_to_string(file).unwrap(), name).unwrap();
    let Caller::Script(script) = rehearsal.caller else { panic!("{name} is no script") };
    let turns = script.steps.into_iter().filter_map(|step| match step.act {
        Act::Say(text) => Some(SpokenTurn::new(text)),
        _ => None,
    });
    let timing = EarTiming { end_ms: 800, ..EarTiming::default() };
    let ears = DeepgramDouble::start(Heard { turns: turns.collect(), timing }).await.unwrap();
    let config = format!(
        "[transcription]\nengine = \"deepgram\"\nmodel = \"nova-3\"\nkey = \"key\"\nurl = \"{}\"\n",
        ears.ws_url("")
    );
    by_telephone(&config, name).await;
}

#[tokio::test]
async fn support_is_called_in_german() {
    in_german("support-portal-de").await;
}

#[tokio::test]
async fn leads_call_in_german() {
    in_german("lead-warm-de").await;
}

#[tokio::test]
async fn a_survey_is_answered_in_german() {
    in_german("survey-complete-de").await;
}

#[tokio::test]
async fn what_fails_is_told_and_fails_the_command() {
    let place = place("");
    let file = place.path().join("wrong-hopes.yaml");
    let hopes = "agent: support\nlanguage: en\ncaller: [thank you goodbye]\nchecks:\n  - {tool: create_ticket}\n  \
                 - {judge: Was the agent polite?}\n";
    std::fs::write(&file, hopes).unwrap();
    std::fs::write(place.path().join("business.yaml"), "name: Shop\ntime_zone: UTC\n").unwrap();
    let agents = place.path().join("agents");
    std::fs::create_dir(&agents).unwrap();
    let agent = |greeting: &str| format!("persona: You sell.\ngreeting: {greeting}\ntools: {{create_ticket: {{}}}}\n");
    std::fs::write(agents.join("support.yaml"), agent("Hello!")).unwrap();
    let other = place.path().join("other.yaml");
    std::fs::write(&other, agent("Good day!")).unwrap();
    let junit = place.path().join("report.xml");
    let against = [&other, &junit].map(|path| path.display().to_string());
    let arguments = ["--against", against[0].as_str(), "--junit", against[1].as_str()];
    let (fine, json) = rehearse(&place, &file, &arguments).await;
    assert!(!fine && json["failed"] == 2, "both versions fail: {json:#}");
    let runs = json["runs"].as_array().unwrap();
    assert_eq!((&runs[0]["version"], &runs[1]["version"]), (&"as it is".into(), &against[0].clone().into()));
    let told = runs[0]["failed"][0]["text"].as_str().unwrap();
    assert!(told.contains("`create_ticket` was expected") && runs[0]["failed"][0]["line"] == 5, "{told}");
    assert!(runs[0]["skipped"][0]["text"].as_str().unwrap().contains("no model to judge"), "{json:#}");
    assert!(json.to_string().contains("Good day!"), "the other agent answers: {json:#}");
    let xml = std::fs::read_to_string(junit).unwrap();
    assert_eq!(xml.matches("<failure ").count(), 2, "{xml}");
}

/// A run that the server holds, when it is over.
async fn held(server: &Server, agent: &str, order: &Value) -> Value {
    let api = server.api();
    let path = format!("/v1/agents/{agent}/rehearsals");
    let run = api.post(&path, order).await;
    let path = format!("{path}/{}", run["id"].as_str().unwrap());
    let over = async || Some(api.get(&path).await).filter(|run| run["state"] != "running");
    wait::until("the rehearsals end", over).await
}

#[tokio::test]
async fn a_running_server_rehearses_its_agents_and_neither_calls_nor_keeps_anything() {
    let server = Server::with(Settings::default().config("[rehearsals]\ncallers = 60\n")).await;
    let api = server.api();
    let run = held(&server, "support", &json!({})).await;
    let rows = run["rows"].as_array().unwrap();
    let failed: Vec<_> = rows.iter().filter(|row| row["state"] != "passed").collect();
    assert!(run["state"] == "done" && failed.is_empty() && rows.len() >= 7, "{failed:#?}");
    assert!(rows.iter().all(|row| row["turns"].as_u64() > Some(0) && row["thinking_ms"].is_u64()), "{rows:#?}");

    // What is not saved yet is tried, too, and puts nobody really through.
    let draft = "languages: [en]\npersona: You sell.\ngreeting: Good day from the draft!\ntools: {transfer: {desk: {to: [anna]}}}\n";
    let caller = "agent: support\nlanguage: en\ncaller: [I want to speak to a person]\nchecks:\n  - said: from the draft\n  \
                  - transferred: anna\n  - said: something else\n";
    let order = json!({"agent": draft, "given": [{"name": "draft", "yaml": caller}]});
    let run = held(&server, "support", &order).await;
    let failed = run["rows"][0]["failed"].as_array().unwrap();
    assert!(failed.len() == 1 && failed[0]["line"] == 7, "{:#}", run["rows"][0]);
    assert!(run["rows"][0]["said"].to_string().contains("anna ring"), "{:#}", run["rows"][0]);

    assert!(api.list("/v1/calls").await.is_empty() && api.list("/v1/tickets").await.is_empty());
    assert!(api.list("/v1/events").await.is_empty(), "nothing is told to webhooks");
    assert_eq!(api.get("/v1/costs").await["cost"], json!(0.0));
}

/// A caller who is played by a model, and a question to it about the call.
const PLAYED: &str = "agent: desk\nlanguage: en\ncaller: {goal: Ask whether you are open, temperament: calm}\nturns: 6\n\
                      checks:\n  - judge: Was the agent polite?\n";

#[tokio::test]
async fn what_rehearsals_cost_is_the_agents_and_they_end_where_its_day_does() {
    let double = ChatDouble::start(ChatAnswer::text("Yes - of course we are.")).await.unwrap();
    let price = "price = { input = 3.0, output = 15.0 }";
    let config = format!("brain = {{ url = \"{}\", model = \"double\", {price} }}\n", double.url("/v1"));
    let server = Server::with(Settings::default().config(&config)).await;
    let api = server.api();
    let agent = |limit: &str| {
        format!(
            "languages: [en]\npersona: You answer for the practice.\ngreeting: Hello.\nlimits: {{day_cost: {limit}}}\n"
        )
    };
    api.agent("desk", &agent("20")).await;
    let given = json!([{"name": "played", "yaml": PLAYED}]);
    let run = held(&server, "desk", &json!({ "given": given })).await;
    assert_eq!((&run["state"], &run["rows"][0]["skipped"]), (&json!("done"), &json!([])), "{run:#}");
    let asked = double.requests().len();
    let desk = wait::until("agent, caller and judge are counted", async || {
        let costs = api.get("/v1/costs").await;
        let desk = costs["agents"].as_array().unwrap().iter().find(|entry| entry["agent"] == "desk").cloned();
        desk.filter(|desk| desk["brains"][0]["answers"] == json!(asked))
    })
    .await;
    assert!(asked > 4 && desk["cost"].as_f64() > Some(0.0), "{desk:#}");

    // In its midst: what is left suffices for one answer. A draft lifts no limit.
    let spent = desk["cost"].as_f64().unwrap();
    let nearly = agent(&format!("{:.6}", spent + 0.000_001));
    api.put_text("/v1/agents/desk", "application/yaml", &nearly).await;
    let order = json!({ "given": given, "agent": agent("20") });
    let run = held(&server, "desk", &order).await;
    assert_eq!((&run["state"], &run["rows"][0]["state"]), (&json!("refused"), &json!("left_out")), "{run:#}");
    assert!(run["reason"].as_str().unwrap().contains("`desk`") && double.requests().len() == asked + 1, "{run:#}");

    // And none begins.
    let refused = api.ask(Method::POST, "/v1/agents/desk/rehearsals", Some(&order), &[]).await;
    let told = refused.json();
    assert_eq!((refused.status.as_u16(), &told["code"]), (409, &json!("day_cost")), "{told:#}");
    assert!(told["detail"].as_str().unwrap().contains("limits.day_cost"), "{told:#}");
    assert_eq!(double.requests().len(), asked + 1);
}
