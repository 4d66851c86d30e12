//! Documents, web sites, and questions that they do not answer.

use callwright::api::ApiConfig;
use serde_json::json;
use store::{NewGap, SourceState};

use crate::support::{AGENT, NOW, Surface, read};

#[tokio::test]
async fn a_document_is_read_at_once_and_a_site_is_to_be_read() {
    let surface = Surface::start().await;
    let markdown = "# Visit\n\n## Parking\n\nBehind the house.\n";
    let put = surface.request("PUT", "/v1/knowledge/visit?language=en").header("content-type", "text/markdown");
    let source = read(put.body(markdown)).await.ok(200);
    assert_eq!(
        (&source["state"], &source["passages"], &source["kind"]),
        (&json!("ready"), &json!(1), &json!("document"))
    );
    let passages = surface.get("/v1/knowledge/visit/passages").await.ok(200);
    assert_eq!(
        passages["data"],
        json!([{"id": "visit#1", "questions": ["Visit", "Parking"], "answer": "Behind the house."}])
    );

    let site = surface.request("PUT", "/v1/knowledge/web").header("content-type", "application/json");
    let site =
        read(site.body(json!({"address": "https://example.org/help/", "refresh_hours": 6}).to_string())).await.ok(200);
    assert_eq!((&site["state"], &site["refresh_hours"], &site["kind"]), (&json!("waiting"), &json!(6), &json!("site")));
    assert_eq!(surface.get("/v1/knowledge").await.ok(200)["data"].as_array().unwrap().len(), 2);

    assert_eq!(read(surface.request("DELETE", "/v1/knowledge/web")).await.status, 204);
    surface.get("/v1/knowledge/web").await.problem(404);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_a_reason_and_nothing_is_lost() {
    let surface = Surface::start().await;
    let put = |kind: &'static str, body: &'static str| {
        read(surface.request("PUT", "/v1/knowledge/prices").header("content-type", kind).body(body))
    };
    put("text/plain", "A check-up costs 30 euros.").await.ok(200);
    assert!(put("image/png", "x").await.problem(415).contains(".pdf"));
    assert!(put("application/pdf", "x").await.problem(422).contains("cannot be read"));
    assert!(put("text/csv", "a,b\n1,2\n").await.problem(422).contains("question"));
    assert!(put("application/json", "{\"address\": \"ftp://x\"}").await.problem(422).contains("https://"));
    assert!(put("application/json", "{\"address\": \"https://me:pw@x/\"}").await.problem(422).contains("no user"));
    assert!(put("application/json", "{\"address\"").await.problem(400).contains("not JSON"));
    assert!(put("application/json", "{\"url\": 1}").await.problem(422).contains("address"));
    let hours = "{\"address\": \"https://example.org\", \"refresh_hours\": 0}";
    assert!(put("application/json", hours).await.problem(422).contains("refresh_hours"));
    let unsaid = read(surface.request("PUT", "/v1/knowledge/prices").body("x")).await;
    assert!(unsaid.problem(415).contains("Content-Type"));
    let taken = surface.request("PUT", "/v1/knowledge/answers-en").header("content-type", "text/plain").body("It is.");
    assert!(read(taken).await.problem(409).contains("take another"));
    let source = surface.store.source("prices").await.unwrap().unwrap();
    assert_eq!((source.state, source.passages), (SourceState::Ready, 1));
    let odd = read(surface.request("PUT", "/v1/knowledge/prices?language=xx").body("x")).await;
    assert!(odd.problem(422).contains("en, de, es, fr, it"));
}

#[tokio::test]
async fn a_document_may_be_so_long_and_no_longer() {
    let documents = knowledge::documents::Limits { bytes: 3_000, ..Default::default() };
    let surface = Surface::start_with(ApiConfig { max_body: 1_000, documents, ..ApiConfig::default() }).await;
    let put = |length: usize| {
        let put = surface.request("PUT", "/v1/knowledge/long").header("content-type", "text/plain");
        read(put.body("A check-up costs 30 euros. ".repeat(length / 27)))
    };
    put(2_500).await.ok(200);
    assert!(put(4_000).await.problem(413).contains("knowledge.max_document"));
}

#[tokio::test]
async fn an_open_question_is_answered_there() {
    let surface = Surface::start().await;
    let call = surface.open_call().await;
    for question in ["Is there wifi?", "Is there WiFi", "Do you take dogs?"] {
        let (agent, language) = (AGENT.to_owned(), "en".to_owned());
        surface.store.add_gap(NewGap { agent, language, question: question.into(), call, at_ms: NOW }).await.unwrap();
    }
    let gaps = surface.get("/v1/knowledge-gaps").await.ok(200)["data"].clone();
    assert_eq!((&gaps[0]["question"], &gaps[0]["asked"]), (&json!("Is there wifi?"), &json!(2)));
    let close = |id: &serde_json::Value, body: serde_json::Value| {
        read(surface.request("POST", &format!("/v1/knowledge-gaps/{id}")).json(&body))
    };
    assert_eq!(close(&gaps[0]["id"], json!({"answer": "Yes, free."})).await.ok(200)["state"], "answered");
    assert_eq!(close(&gaps[1]["id"], json!({"answer": null})).await.ok(200)["state"], "dismissed");
    assert!(close(&gaps[1]["id"], json!({"answer": " "})).await.problem(422).contains("answer"));
    assert!(close(&gaps[1]["id"], json!({})).await.problem(422).contains("missing field `answer`"));
    for unknown in [json!(999), json!("x")] {
        assert!(close(&unknown, json!({"answer": "x"})).await.problem(404).contains("/v1/knowledge-gaps"));
    }
    assert!(surface.get("/v1/knowledge-gaps").await.ok(200)["data"].as_array().unwrap().is_empty());
    let answers = surface.get("/v1/knowledge/answers-en/passages").await.ok(200);
    assert_eq!(answers["data"][0]["answer"], "Yes, free.");
}
