//! What models may cost: a call, a day, and what an operator sees of it.

use callwright_tests::api::text;
use callwright_tests::caller::{call_with, script, speaker, timeline};
use callwright_tests::{Api, Server, Settings};
use provider_doubles::{ChatAnswer, ChatDouble, DeepgramDouble, Heard};
use serde_json::{Value, json};
use synthetic_caller::{Ending, Report, Step};

const ANSWER: &str = "We would love to see you.";

/// A house whose agent `desk` has these limits and asks a model that has a price. The caller says these.
async fn held(limits: &str, heard: [&str; 2], hang_up: bool) -> (Server, ChatDouble, Report) {
    let model = ChatDouble::start(ChatAnswer::text(ANSWER)).await.unwrap();
    let ears = DeepgramDouble::start(Heard::texts(heard)).await.unwrap();
    let brain = format!(
        "brain = {{ url = \"{}\", model = \"double\", price = {{ input = 3.0, output = 15.0 }} }}",
        model.url("/v1")
    );
    let hearing = "[transcription]\nengine = \"deepgram\"\nmodel = \"flux-general-en\"\nkey = \"key\"";
    let hearing = format!("{hearing}\nurl = \"{}\"\n[after_call]\nbrain = \"rules\"", ears.ws_url(""));
    let server = Server::with(Settings::default().config(&brain).config(&hearing)).await;
    let agent = format!(
        "languages: [en]\npersona: You answer for the practice.\nknowledge: knowledge\ngreeting: Hello.\n\
         disclosure: \"off\"\nrecording: off\nquestion: How can I help?\nlimits: {limits}\n"
    );
    server.api().agent("desk", &agent).await;
    let say = |text: &str| Step::Say { text: text.into(), language: "en".into() };
    let mut steps = vec![say("i would like to come and see you"), Step::Turn, say("what are your opening hours")];
    if hang_up {
        steps.extend([Step::Turn, Step::HangUp]);
    }
    let report = call_with(speaker("caller").await, script(server.address("desk"), steps)).await;
    (server, model, report)
}

async fn said(api: &Api) -> (String, Value) {
    let id = api.newest_call().await;
    let call = api.call_when(&id, "the transcript is complete", |call| call["transcript"] == "ready").await;
    let transcript = api.get(&format!("/v1/calls/{id}/transcript")).await;
    let lines = transcript["lines"].as_array().unwrap().iter().filter(|line| line["speaker"] == "us");
    (lines.map(|line| text(line, "text")).collect::<Vec<_>>().join(" | "), call)
}

fn was_asked(model: &ChatDouble, words: &str) -> bool {
    model.requests().iter().any(|request| request.json()["messages"].to_string().contains(words))
}

#[tokio::test]
async fn a_call_that_has_cost_enough_goes_on_with_the_built_in_brain_and_the_operator_sees_it() {
    let heard = ["I would like to come and see you.", "What are your opening hours?"];
    let (server, model, report) = held("{cost: 0.0001, day_cost: 20}", heard, true).await;
    let api = server.api();
    let (said, call) = said(&api).await;
    let story = format!("{said}\n{}", timeline(&report));
    assert!(said.contains(ANSWER) && said.contains("Monday"), "both have answered: {story}");
    assert!(!was_asked(&model, heard[1]), "the model is asked no more: {story}");

    let costs = api.get("/v1/costs").await;
    let agents = costs["agents"].as_array().unwrap();
    let desk = agents.iter().find(|agent| agent["agent"] == call["agent"]).unwrap_or_else(|| panic!("{costs:#}"));
    assert_eq!((&desk["call_limit"], &desk["day_limit"]), (&json!(0.0001), &json!(20.0)), "{desk:#}");
    assert_eq!((&desk["limit_reached"], &desk["brains"][0]["brain"]), (&json!(false), &json!("double")), "{desk:#}");
    let spent = desk["cost"].as_f64().unwrap();
    assert!(spent > 0.0001 && spent < 1.0 && desk["brains"][0]["input_tokens"].as_u64().unwrap() > 100, "{desk:#}");
}

#[tokio::test]
async fn a_call_that_has_used_up_its_tokens_ends_politely() {
    let heard = ["I would like to come and see you.", "What are your opening hours?"];
    let (server, model, report) = held("{tokens: 1000}", heard, false).await;
    let (said, call) = said(&server.api()).await;
    let story = format!("{said}\n{}", timeline(&report));
    assert_eq!(report.ending, Ending::ByThem, "{story}");
    assert_eq!((&call["hung_up_by"], &call["cause"]), (&json!("us"), &json!("normal")), "{call:#}");
    assert!(!was_asked(&model, heard[1]), "{story}");
    assert!(
        said.split(" | ").last().unwrap().len() > ANSWER.len() / 2 && !said.ends_with(ANSWER),
        "a farewell: {story}"
    );
}
