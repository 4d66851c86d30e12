//! Keys, limits, and errors as problem documents.

use callwright::api::{ApiConfig, hash_key, new_key};
use serde_json::json;

use crate::support::{NOW, Surface, read};

#[tokio::test]
async fn nothing_is_given_without_a_key() {
    let surface = Surface::start().await;
    let url = format!("{}/v1/calls", surface.base);
    let answer = read(surface.http.get(&url)).await;
    assert!(answer.problem(401).contains("Authorization: Bearer"));
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"callwright\"");
    for wrong in ["cw_tesT", "cw_", "cw_test2"] {
        let answer = read(surface.http.get(&url).bearer_auth(wrong)).await;
        answer.problem(401);
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{wrong}");
    }
    read(surface.http.get(&url).basic_auth("cw_test", None::<&str>)).await.problem(401);
    read(surface.http.get(&url).header("authorization", "bearer cw_test")).await.ok(200);
}

#[tokio::test]
async fn a_new_key_works_once_it_is_read_and_a_removed_one_no_more() {
    let surface = Surface::start().await;
    let key = new_key().unwrap();
    let url = format!("{}/v1/calls", surface.base);
    let ask = || read(surface.http.get(&url).bearer_auth(&key));
    surface.store.put_api_key("second", hash_key(&key), NOW).await.unwrap();
    ask().await.problem(401);
    surface.keys.reload(&surface.store).await.unwrap();
    ask().await.ok(200);
    surface.store.delete_api_key("second").await.unwrap();
    surface.keys.reload(&surface.store).await.unwrap();
    ask().await.problem(401);
}

#[tokio::test]
async fn a_key_is_made_shown_once_and_revoked() {
    let surface = Surface::start().await;
    let made = surface.send("POST", "/v1/keys", &json!({"name": "crm"})).await;
    assert_eq!(made.header("cache-control"), "no-store");
    let path = made.header("location").to_owned();
    let key = made.ok(201)["key"].as_str().unwrap().to_owned();
    let ask = |path: &str| read(surface.http.get(format!("{}{path}", surface.base)).bearer_auth(&key));
    let list = ask("/v1/keys").await.ok(200);
    assert_eq!((&list["data"][0]["name"], &list["data"][1]["name"]), (&json!("crm"), &json!("test")));
    assert!(!list.to_string().contains(&key));
    surface.send("POST", "/v1/keys", &json!({"name": "crm"})).await.problem(409);
    surface.send("POST", "/v1/keys", &json!({"name": "a b"})).await.problem(422);
    assert!(surface.delete("/v1/keys/test").await.problem(409).contains("another"), "never the one that asks");
    surface.delete(&path).await.ok(204);
    ask("/v1/keys").await.problem(401);
    surface.delete(&path).await.problem(404);
}

#[tokio::test]
async fn a_key_that_asks_too_often_waits() {
    let surface = Surface::start_with(ApiConfig { requests_per_second: 2, ..ApiConfig::default() }).await;
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(surface.get("/v1/numbers").await);
    }
    assert_eq!(answers[0].status, 200);
    let limited = answers.last().unwrap();
    limited.problem(429);
    assert_eq!(limited.header("retry-after"), "1");
    read(surface.http.get(format!("{}/healthz", surface.base))).await.ok(200);
}

#[tokio::test]
async fn every_error_is_a_problem_document_that_says_what_to_do() {
    let surface = Surface::start_with(ApiConfig { max_body: 4_096, ..ApiConfig::default() }).await;
    assert!(surface.get("/v1/nothing").await.problem(404).contains("/docs"));
    assert!(surface.get("/nothing").await.problem(404).contains("/docs"));
    let answer = surface.delete("/v1/calls").await;
    assert!(answer.problem(405).contains("DELETE"));
    assert!(answer.header("allow").contains("POST"), "{:?}", answer.headers);
    surface.get("/v1/calls/call_1").await.problem(404);
    surface.get("/v1/calls/contact_00000000000000000000000000").await.problem(404);
    surface.get("/v1/calls/call_00000000000000000000000000").await.problem(404);

    let post = |body: &'static str| read(surface.request("POST", "/v1/calls").body(body));
    assert!(post("{\"to\": ").await.problem(400).contains("line 1"));
    assert!(post("{\"to\": 5}").await.problem(422).contains("line 1"));
    let unknown = post("{\"to\": \"+4930901820\", \"sai\": \"x\"}").await.problem(422);
    assert!(unknown.contains("`sai`") && unknown.contains("`say`"), "{unknown}");
    let form = surface.request("POST", "/v1/calls").header("content-type", "text/xml").body("<a/>");
    assert!(read(form).await.problem(415).contains("application/json"));
    let large = json!({"to": "+4930901820", "say": "x".repeat(5_000)});
    assert!(surface.send("POST", "/v1/calls", &large).await.problem(413).contains("max_body"));

    for query in ["limit=0", "limit=201", "limit=x", "cursor=nonsense", "state=gone", "from=yesterday", "sate=ended"] {
        let detail = surface.get(&format!("/v1/calls?{query}")).await.problem(400);
        assert!(!detail.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn a_closed_store_is_told_as_a_restart() {
    let surface = Surface::start().await;
    surface.store.close().await;
    let answer = surface.send("PATCH", "/v1/contacts/contact_00000000000000000000000000", &json!({})).await;
    answer.problem(503);
    assert_eq!(answer.header("retry-after"), "5");
    surface.get("/readyz").await.problem(503);
}
