//! What language models cost.

use callwright::api::ApiConfig;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{NewInsights, SpendingRecord};

use crate::support::{NOW, Surface};

const AGENT: &str = "persona: You sell.\ngreeting: Hello!\nlimits: {day_cost: 2, cost: 0.5, tokens: 5000}\n";
/// Days since 1970-01-01 of 2025-06-15.
const DAY: i64 = 20_254;

fn spending(agent: &str, brain: &str, day: i64, cost: u64) -> SpendingRecord {
    let (agent, brain) = (agent.to_owned(), brain.to_owned());
    SpendingRecord { day, agent, brain, answers: 3, input_tokens: 900, output_tokens: 60, cost }
}

/// The entry of an agent.
fn of<'c>(costs: &'c Value, agent: &str) -> &'c Value {
    let agents = costs["agents"].as_array().unwrap();
    agents.iter().find(|entry| entry["agent"] == agent).unwrap_or_else(|| panic!("no {agent}: {costs:#}"))
}

#[tokio::test]
async fn a_day_is_shown_by_agent_and_brain_against_the_limits() {
    let surface = Surface::start().await;
    surface.store.put_agent("sales", AGENT, NOW).await.unwrap();
    surface.store.put_agent("idle", "persona: You wait.\ngreeting: Hello!\n", NOW).await.unwrap();
    for new in [
        spending("sales", "large", DAY, 1_250_000),
        spending("sales", "small", DAY, 500_000),
        spending("gone", "large", DAY, 1),
        spending("sales", "large", DAY + 1, 2_000_000),
    ] {
        surface.store.add_spending(new).await.unwrap();
    }
    let costs = surface.get("/v1/costs?day=2025-06-15").await.ok(200);
    assert_eq!((&costs["day"], &costs["after_calls"]), (&json!("2025-06-15"), &Value::Null));
    let sales = of(&costs, "sales");
    assert_eq!((&sales["cost"], &sales["day_limit"], &sales["call_limit"]), (&json!(1.75), &json!(2.0), &json!(0.5)));
    assert_eq!((&sales["limit_reached"], &sales["call_tokens"]), (&json!(false), &json!(5_000)));
    let large = json!({ "brain": "large", "answers": 3, "input_tokens": 900, "output_tokens": 60, "cost": 1.25 });
    assert_eq!(sales["brains"][0], large);
    assert_eq!(sales["brains"][1]["brain"], "small");
    assert_eq!((&of(&costs, "idle")["cost"], &of(&costs, "idle")["day_limit"]), (&json!(0.0), &Value::Null));
    assert_eq!(of(&costs, "gone")["call_tokens"], Value::Null, "it is there no more");
    let next = surface.get("/v1/costs?day=2025-06-16").await.ok(200);
    assert_eq!(of(&next, "sales")["limit_reached"], true);
    surface.get("/v1/costs?day=yesterday").await.problem(400);
}

#[tokio::test]
async fn today_shows_what_reports_on_calls_have_cost() {
    let surface = Surface::start_with(ApiConfig { after_call_tokens: 1_000, ..ApiConfig::default() }).await;
    let now_ms = Timestamp::now().as_millisecond();
    let call = surface.ended_call(now_ms).await;
    let insights = NewInsights {
        call,
        outcome: "answered".to_owned(),
        sentiment: None,
        score: None,
        summary: "About a bill.".to_owned(),
        topics: Vec::new(),
        data: serde_json::Map::new(),
        made_by: "large".to_owned(),
        tokens: 321,
        contact: serde_json::Map::new(),
    };
    surface.store.file_insights(insights, now_ms).await.unwrap();
    let costs = surface.get("/v1/costs").await.ok(200);
    assert_eq!(costs["after_calls"], json!({ "tokens": 321, "limit": 1_000 }));
}
