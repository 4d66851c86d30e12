//! What a business lets its agents know: documents and a web site, answered from, and what they do not answer; and how
//! well it is found.

use std::path::Path;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use callwright_tests::api::text;
use callwright_tests::caller::{talk, timeline};
use callwright_tests::{Api, Server, Settings, wait};
use provider_doubles::{ChatAnswer, ChatDouble, DeepgramDouble, EmbeddingDouble, Heard};
use serde_json::{Value, json};
use synthetic_caller::Step;

const AGENT: &str = "languages: [en]\npersona: You answer for the practice.\nrecording: off\ndisclosure: \"off\"\n\
                     knowledge: [visit, web]\ntools: {take_message: {mailbox: reception}}\n";

fn say(text: &str) -> Step {
    Step::Say { text: text.into(), language: "en".into() }
}

fn hearing(settings: Settings, ears: &DeepgramDouble) -> Settings {
    let section = "[transcription]\nengine = \"deepgram\"\nmodel = \"flux-general-en\"\nkey = \"key\"";
    settings.config(&format!("{section}\nurl = \"{}\"\n[knowledge]\nprivate_sites = true", ears.ws_url("")))
}

/// A web site of two pages, one of them for nobody.
async fn web_site() -> String {
    let page = "<title>Practice</title><main><h2>Parking</h2><p>You can park behind the house for two hours.</p>\
                <a href='/secret'>x</a></main>";
    let router = Router::new()
        .route("/", get(move || async move { Html(page) }))
        .route("/secret", get(|| async { Html("<p>The alarm code is one two three.</p>") }))
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /secret\n" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn put(api: &Api, server: &Server) -> String {
    let document = "# Prices\n\n## Cleaning\n\nA professional cleaning costs ninety five euros.\n";
    api.put_text("/v1/knowledge/visit?language=en", "text/markdown", document).await;
    let address = web_site().await;
    api.put_text("/v1/knowledge/web?language=en", "application/json", &json!({ "address": address }).to_string()).await;
    let is_read = async || (api.get("/v1/knowledge/web").await["state"] == "ready").then_some(());
    wait::until("the web site is read", is_read).await;
    let passages = api.get("/v1/knowledge/web/passages").await.to_string();
    assert!(passages.contains("two hours") && !passages.contains("alarm"), "{passages}");
    api.agent("desk", AGENT).await;
    server.address("desk")
}

async fn transcript(api: &Api) -> Value {
    let id = text(&api.last_call().await, "id");
    api.call_when(&id, "the transcript is complete", |call| call["transcript"] == "ready").await;
    api.get(&format!("/v1/calls/{id}/transcript")).await
}

fn said(transcript: &Value) -> String {
    let lines = transcript["lines"].as_array().unwrap();
    lines
        .iter()
        .filter(|line| line["speaker"] == "us")
        .map(|line| line["text"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join(" | ")
}

#[tokio::test]
async fn the_built_in_brain_answers_from_documents_and_tells_what_it_could_not() {
    let heard = Heard::texts([
        "What does a professional cleaning cost?",
        "Is there parking at the practice?",
        "Do you sell helicopters?",
    ]);
    let ears = DeepgramDouble::start(heard).await.unwrap();
    let server = Server::with(hearing(Settings::default(), &ears)).await;
    let api = server.api();
    let address = put(&api, &server).await;
    let steps = vec![
        say("what does a cleaning cost"),
        Step::Turn,
        say("is there parking at the practice"),
        Step::Turn,
        say("do you sell helicopters"),
        Step::Turn,
        Step::HangUp,
    ];
    let report = talk(address, steps).await;
    let transcript = transcript(&api).await;
    let story = format!("{transcript:#}\n{}", timeline(&report));
    let answers = said(&transcript);
    assert!(answers.contains("ninety five euros") && answers.contains("behind the house"), "{story}");
    let sources: Vec<String> = transcript["turns"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|turn| turn["sources"][0]["id"].as_str().map(str::to_owned))
        .collect();
    assert!(sources.iter().any(|id| id == "visit#1"), "the answer names its passage: {story}");
    let gaps = api.list("/v1/knowledge-gaps").await;
    assert!(gaps.iter().any(|gap| gap["question"].as_str().unwrap().contains("helicopters")), "{gaps:?}\n{story}");

    // Answered there, it is known in the next call.
    let id = gaps[0]["id"].as_i64().unwrap();
    api.post(&format!("/v1/knowledge-gaps/{id}"), &json!({ "answer": "Yes, small ones, on Fridays." })).await;
    assert!(api.list("/v1/knowledge-gaps").await.is_empty());
    let passages = api.get("/v1/knowledge/answers-en/passages").await.to_string();
    assert!(passages.contains("on Fridays"), "{passages}");
}

#[tokio::test]
async fn a_model_is_shown_what_may_answer() {
    let double = ChatDouble::start(ChatAnswer::text("You can park behind the house.")).await.unwrap();
    let ears = DeepgramDouble::start(Heard::texts(["Where can I park?"])).await.unwrap();
    // What is made of the call afterwards is not asked of the model here.
    let model =
        format!("brain = {{ url = \"{}\", model = \"double\" }}\n[after_call]\nbrain = \"rules\"", double.url("/v1"));
    let server = Server::with(hearing(Settings::default().config(&model), &ears)).await;
    let api = server.api();
    let address = put(&api, &server).await;
    talk(address, vec![say("where can i park"), Step::Turn, Step::HangUp]).await;
    let transcript = transcript(&api).await;
    let request = double.requests().last().unwrap().json()["messages"].to_string();
    assert!(request.contains("for two hours"), "{request}");
    let turns = transcript["turns"].to_string();
    assert!(turns.contains("Parking"), "{turns}");
}

/// A file of a set of evaluation.
fn set(name: &str, part: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/evaluation");
    folder.join(format!("{name}.{part}.jsonl")).display().to_string()
}

async fn eval(name: &str, more: &[&str]) -> (bool, String) {
    let (knowledge, questions) = (set(name, "knowledge"), set(name, "questions"));
    let mut arguments = vec!["knowledge", "eval", "--knowledge", &knowledge, "--questions", &questions];
    arguments.extend(["--language", &name[..2]]);
    arguments.extend(more);
    let output = callwright_tests::server::run(&arguments).await;
    let text = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn figures_are_told_with_embeddings_and_without() {
    let double = EmbeddingDouble::start(()).await.unwrap();
    let url = double.url("/v1");
    let (done, without) = eval("en-shop", &["--json"]).await;
    assert!(done, "{without}");
    let (done, with) = eval("en-shop", &["--json", "--embeddings", &url, "--model", "concepts"]).await;
    assert!(done, "{with}");
    let [without, with] = [without, with].map(|text| serde_json::from_str::<Value>(&text).unwrap());
    for figure in ["questions", "top1", "top3", "rejection_auc"] {
        assert_eq!(with["words"][figure], without[figure], "the same by words alone: {with:#}");
    }
    assert!(without.get("words").is_none());
    assert!(with["rejection_auc"] != without["rejection_auc"], "vectors count: {with:#}");
    let embedded: usize = double.requests().iter().map(|it| it.json()["input"].as_array().unwrap().len()).sum();
    assert_eq!(embedded as u64, with["passages"].as_u64().unwrap() + with["questions"].as_u64().unwrap());
    let (_, table) = eval("en-shop", &["--embeddings", &url, "--model", "concepts"]).await;
    assert!(table.contains("\nall ") && table.contains("\nby words alone "), "{table}");
}

#[tokio::test]
async fn a_model_that_the_server_does_not_have_is_told() {
    let double = EmbeddingDouble::start(()).await.unwrap();
    let (done, said) = eval("en-shop", &["--embeddings", &double.url("/v1"), "--model", "none"]).await;
    assert!(!done && said.contains("404"), "{said}");
}
