//! What was made of calls.

use serde_json::{Map, Value, json};
use store::NewInsights;

use crate::support::{NOW, Surface};

#[tokio::test]
async fn what_was_made_of_a_call_is_told_listed_by_and_asked_for_again() {
    let surface = Surface::start().await;
    let open = surface.open_call().await;
    let call = surface.ended_call(NOW).await;
    let path = format!("/v1/calls/{call}/insights");
    let waiting = surface.get(&path).await.ok(200);
    assert_eq!((&waiting["state"], &waiting["insights"]), (&json!("waiting"), &Value::Null));
    assert_eq!(surface.get(&format!("/v1/calls/{open}/insights")).await.ok(200)["state"], Value::Null);

    let made = NewInsights {
        call,
        outcome: "message_taken".to_owned(),
        sentiment: Some(-0.4),
        score: Some(55),
        summary: "About a bill.".to_owned(),
        topics: vec!["billing".to_owned()],
        data: Map::from_iter([("fields".to_owned(), json!({"name": "Lisa"}))]),
        made_by: "rules".to_owned(),
        tokens: 0,
        contact: Map::new(),
    };
    surface.store.file_insights(made, NOW).await.unwrap();
    let told = surface.get(&path).await.ok(200);
    let wanted = json!({"outcome": "message_taken", "summary": "About a bill.", "topics": ["billing"],
        "sentiment": -0.4, "score": 55, "fields": {"name": "Lisa"}, "made_by": "rules",
        "created_at": "2025-06-15T15:06:40Z"});
    assert_eq!((&told["state"], &told["insights"]), (&json!("done"), &wanted));

    for (query, found) in [
        ("outcome=message_taken&topic=billing&sentiment=negative", 1),
        ("outcome=answered", 0),
        ("topic=parking", 0),
        ("sentiment=positive", 0),
    ] {
        let list = surface.get(&format!("/v1/calls?{query}")).await.ok(200);
        assert_eq!(list["data"].as_array().unwrap().len(), found, "{query}");
    }
    surface.send("POST", &format!("{path}/again"), &Value::Null).await.ok(202);
    assert_eq!(surface.get(&path).await.ok(200)["state"], "waiting");
    surface.send("POST", &format!("/v1/calls/{open}/insights/again"), &Value::Null).await.ok(409);
}
