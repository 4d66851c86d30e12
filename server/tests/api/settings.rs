//! Settings that are changed while the program runs.

use call_model::Speaker;
use serde_json::json;

use crate::support::{NOW, Surface, line};

#[tokio::test]
async fn what_is_set_goes_before_the_file_at_once_and_until_it_is_taken_back() {
    let surface = Surface::start().await;
    let before = surface.get("/v1/settings").await.ok(200);
    assert_eq!(before["retention"], json!({"value": {"events_days": 30, "calls_days": 0, "tags": {}}, "from": "file"}));
    assert_eq!(before["redaction"], json!({"value": {"redact": "off", "patterns": []}, "from": "file"}));
    assert_eq!(before["hours"]["value"]["monday"], "00:00-24:00");
    let closed = json!({"monday": "08:00-12:00"});
    surface.send("PUT", "/v1/settings/hours", &closed).await.ok(204);
    assert_eq!((surface.business.week()[0].len(), surface.business.week()[6].len()), (1, 0));
    let holidays = json!([{"name": "Christmas", "date": "12-25"}]);
    surface.send("PUT", "/v1/settings/holidays", &holidays).await.ok(204);
    assert!(surface.business.day("2031-12-25".parse().unwrap()).0.is_some());
    let after = surface.get("/v1/settings").await.ok(200);
    assert_eq!(after["hours"], json!({"value": closed, "from": "books"}));
    assert_eq!(after["holidays"], json!({"value": holidays, "from": "books"}));
    for section in ["hours", "holidays"] {
        surface.delete(&format!("/v1/settings/{section}")).await.ok(204);
    }
    assert_eq!(surface.get("/v1/settings").await.ok(200), before);
    assert_eq!(surface.business.week()[6].len(), 1);
    assert!(surface.business.day("2031-12-25".parse().unwrap()).0.is_none());
}

#[tokio::test]
async fn redaction_is_switched_on_without_a_restart() {
    let surface = Surface::start().await;
    let id = surface.ended_call(NOW).await;
    surface.store.append_line(line(id, Speaker::Caller, 0, "My number")).await.unwrap();
    surface.store.transcript_ready(id, NOW).await.unwrap();
    let correct = async || {
        let body = json!({"text": "It is 4111 1111 1111 1111, contract K-1234"});
        let answer = surface.send("PUT", &format!("/v1/calls/{id}/corrections/1"), &body).await.ok(200);
        answer["text"].as_str().unwrap().to_owned()
    };
    assert!(correct().await.contains("4111"));
    let rules = json!({"redact": "text", "patterns": [{"name": "contract", "regex": "K-\\d+"}]});
    surface.send("PUT", "/v1/settings/redaction", &rules).await.ok(204);
    let kept = correct().await;
    assert!(!kept.contains("4111") && kept.contains("[contract]"), "{kept}");
    surface.delete("/v1/settings/redaction").await.ok(204);
    assert!(correct().await.contains("K-1234"));
}

#[tokio::test]
async fn a_wrong_value_is_told_by_its_field_and_changes_nothing() {
    let surface = Surface::start().await;
    let wrong = surface.send("PUT", "/v1/settings/retention", &json!({"events_days": "x", "calls_days": 1})).await;
    assert!(wrong.problem(422).contains("`events_days`"));
    assert_eq!(wrong.body["faults"][0]["field"], "events_days");
    let wrong = surface.send("PUT", "/v1/settings/hours", &json!({"monday": "17:00-8"})).await;
    wrong.problem(422);
    assert_eq!(wrong.body["faults"][0]["field"], "monday");
    surface.send("PUT", "/v1/settings/moon", &json!({})).await.problem(404);
    surface.delete("/v1/settings/moon").await.problem(404);
    assert_eq!(surface.get("/v1/settings").await.ok(200)["retention"]["from"], "file");
}
