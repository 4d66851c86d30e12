//! A model that sees what the documents say, against a local server of its format.

use std::sync::Arc;

use call_model::{ChatMessage, Source, ThinkEvent, ThinkRequest};
use knowledge::{Language, Library, Passage, Settings};
use provider_doubles::{ChatAnswer, ChatDouble, Script, Step};
use serde_json::Value;
use voice_agent::brain::{Brain, Chain, ChainSettings, DocumentSettings, Documents, Informed, OpenAi, OpenAiSettings};

use crate::support::request;

fn documents() -> Arc<Documents> {
    let passages = vec![
        Passage::new("visit.md#1", "Parking", "There is a car park behind the house, two hours are free."),
        Passage::new("visit.md#2", "Prices of cleaning", "A professional cleaning costs 95 euros."),
        Passage::new("team.md#1", "Our doctors", "Doctor Baker and doctor Singh work here."),
    ];
    let library = Library::build(Language::En, passages, Settings::default()).expect("a library");
    Arc::new(Documents::new(vec![library], None, DocumentSettings::default()))
}

fn brain(double: &ChatDouble) -> Chain {
    let model = OpenAi::new(OpenAiSettings::new("m", &double.url("/v1"), "m")).expect("a model");
    let informed = Informed::new(Arc::new(model), documents());
    Chain::new(vec![Arc::new(informed)], ChainSettings::default()).expect("a chain")
}

fn asked(words: &[&str]) -> ThinkRequest {
    let mut request = request("");
    request.messages.clear();
    for (at, text) in words.iter().enumerate() {
        if at > 0 {
            request.messages.push(ChatMessage::Agent { text: "Yes.".into(), calls: vec![] });
        }
        request.messages.push(ChatMessage::Caller { text: (*text).into() });
    }
    request
}

struct Told {
    text: String,
    consulted: Option<(Vec<Source>, Option<String>)>,
}

async fn think(brain: &Chain, request: ThinkRequest) -> Told {
    let mut events = brain.think(request);
    let mut told = Told { text: String::new(), consulted: None };
    while let Some(event) = events.recv().await {
        match event {
            ThinkEvent::Text { text } => told.text.push_str(&text),
            ThinkEvent::Consulted { sources, unanswered } => told.consulted = Some((sources, unanswered)),
            ThinkEvent::Failed { reason } => panic!("{reason}"),
            _ => {}
        }
    }
    told
}

fn prompt(double: &ChatDouble, at: usize) -> String {
    let body = double.requests()[at].json();
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    messages
        .iter()
        .map(|message| message["content"].as_str().unwrap_or_default().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn the_model_sees_what_may_answer_and_the_answer_names_it() {
    let double =
        ChatDouble::start(Script::always(Step::from(ChatAnswer::text("Behind the house.")))).await.expect("a server");
    let told = think(&brain(&double), asked(&["Where is your car park?"])).await;
    assert_eq!(told.text, "Behind the house.");
    let (sources, unanswered) = told.consulted.expect("consulted");
    assert_eq!((sources[0].id.as_str(), sources[0].document.as_str(), unanswered), ("visit.md#1", "visit.md", None));
    let prompt = prompt(&double, 0);
    assert!(prompt.contains("two hours are free") && prompt.contains("Where is your car park?"), "{prompt}");
}

#[tokio::test]
async fn a_question_that_the_documents_do_not_answer_is_told_of() {
    let double =
        ChatDouble::start(Script::always(Step::from(ChatAnswer::text("I do not know.")))).await.expect("a server");
    let brain = brain(&double);
    let told = think(&brain, asked(&["Do you sell helicopters?"])).await;
    assert_eq!(told.consulted.and_then(|(_, unanswered)| unanswered).as_deref(), Some("Do you sell helicopters?"));
    // What is no question is none.
    let told = think(&brain, asked(&["Thank you very much goodbye"])).await;
    assert_eq!(told.consulted.and_then(|(_, unanswered)| unanswered), None);
}

#[tokio::test]
async fn words_that_do_not_stand_alone_are_rewritten_by_the_model() {
    let rewritten = Step::from(ChatAnswer::text("How much does a professional cleaning cost?"));
    let answer = Step::from(ChatAnswer::text("95 euros."));
    let double = ChatDouble::start(Script::in_order(vec![rewritten, answer])).await.expect("a server");
    let told = think(&brain(&double), asked(&["I would like a cleaning.", "And the price?"])).await;
    assert_eq!(told.text, "95 euros.");
    assert_eq!(told.consulted.expect("consulted").0[0].id, "visit.md#2");
    let first: Value = double.requests()[0].json();
    assert!(first["tools"].is_null() || first["tools"].as_array().is_some_and(Vec::is_empty));
    assert!(prompt(&double, 0).contains("Rewrite"));
    assert_eq!(double.requests().len(), 2);
}
