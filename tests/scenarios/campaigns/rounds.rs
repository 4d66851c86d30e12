//! A campaign that recurs: each time of its schedule calls everybody once, whatever happens between.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use callwright_tests::{Server, wait};
use serde_json::{Value, json};

use super::around::told;
use super::carrier::{self, Carrier};
use super::{business, create, done, number, table, yaml};

/// Seconds between two rounds.
const APART: u64 = 10;

/// Twice, from the next full ten seconds but one.
fn twice() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let from = jiff::Timestamp::from_second(((now / APART + 2) * APART) as i64).unwrap();
    let list = |most: u64, step: u64| {
        (0..most).step_by(step as usize).map(|number| number.to_string()).collect::<Vec<_>>().join(",")
    };
    let (hours, minutes, seconds) = (list(24, 1), list(60, 1), list(60, APART));
    format!(
        "schedule: {{ every: \"FREQ=DAILY;BYHOUR={hours};BYMINUTE={minutes};BYSECOND={seconds};COUNT=2\", \
         from: \"{from}\" }}\nretries: {{ attempts: 1 }}\n"
    )
}

#[tokio::test]
async fn each_round_calls_everybody_once_and_a_restart_between_changes_nothing() {
    let carrier = Carrier::start().await;
    let mut server = business(&carrier).await;
    let mut api = server.api();
    let (yes, busy) = (number(1, carrier::CONFIRMS), number(2, carrier::BUSY));
    create(&api, &yaml(&twice()), &table(&[yes.clone(), busy.clone()])).await;
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    assert!(carrier.calls().is_empty(), "its first time has not come");
    wait::until("the first round is over", async || {
        let rounds = api.list("/v1/campaigns/reminders/rounds").await;
        rounds.first().is_some_and(|round| !round["ended_at"].is_null()).then_some(())
    })
    .await;
    server.kill();
    server.begin().await;
    api = server.api();
    done(&api).await;
    assert_eq!(carrier.calls(), BTreeMap::from([(yes, 2), (busy, 2)]));
    let rounds = api.list("/v1/campaigns/reminders/rounds").await;
    let told: Vec<(&Value, &Value)> = rounds.iter().map(|round| (&round["round"], &round["outcomes"])).collect();
    let outcomes = json!({ "busy": 1, "reached": 1 });
    assert_eq!(told, [(&json!(2), &outcomes), (&json!(1), &outcomes)]);
    assert!(rounds.iter().all(|round| !round["ended_at"].is_null()), "{rounds:?}");
    assert_eq!(api.list("/v1/events?type=campaign.round_finished").await.len(), 2);
}

/// What comes before the calls of a segment: contacts with that tag.
async fn import(server: &Server, name: &str, numbers: &[&str], tag: &str) {
    let rows: Vec<String> = numbers.iter().map(|number| format!("{number},Mia\n")).collect();
    let table = file(server, name, &format!("Phone,Name\n{}", rows.concat()));
    let said = told(server, &["contacts", "import", &table, "--tag", tag]).await;
    assert!(said.contains(&format!("{} made", numbers.len())), "{said}");
}

fn file(server: &Server, name: &str, text: &str) -> String {
    let path = server.folder().join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn each_round_of_a_segment_calls_those_who_are_in_it_then() {
    let carrier = Carrier::start().await;
    let server = business(&carrier).await;
    let api = server.api();
    let [stays, leaves, comes] = [1, 2, 3].map(|index| number(index, carrier::CONFIRMS));
    import(&server, "first.csv", &[&stays, &leaves], "vip").await;
    import(&server, "other.csv", &[&comes], "new").await;
    let text = file(&server, "reminders.yaml", &yaml(&twice()));
    let made = told(&server, &["campaign", "create", &text, "--segment", "'vip' in contact.tags"]).await;
    assert!(made.contains("Made the campaign reminders"), "{made}");
    let run = api.get("/v1/campaigns/reminders/dry-run").await;
    assert_eq!((&run["calls"], &run["segment"]["contacts"]), (&json!(2), &json!(2)), "{run}");
    assert_eq!(api.get("/v1/campaigns/reminders/preview").await["variables"], json!({ "name": "Mia" }));
    assert_eq!(api.get("/v1/campaigns/reminders/progress").await["contacts"], 0, "it was only looked at");

    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    wait::until("the first round is over", async || {
        let rounds = api.list("/v1/campaigns/reminders/rounds").await;
        rounds.first().is_some_and(|round| !round["ended_at"].is_null()).then_some(())
    })
    .await;
    for (number, tags) in [(&leaves, json!([])), (&comes, json!(["vip"]))] {
        let contact = api.list(&format!("/v1/contacts?number={}", number.replace('+', "%2B"))).await.remove(0);
        api.patch(&format!("/v1/contacts/{}", contact["id"].as_str().unwrap()), &json!({ "tags": tags })).await;
    }
    let progress = done(&api).await;
    assert_eq!(carrier.calls(), BTreeMap::from([(stays, 2), (leaves, 1), (comes, 1)]));
    assert_eq!((&progress["contacts"], &progress["segment"]["contacts"]), (&json!(2), &json!(2)), "{progress}");
    let rounds = api.list("/v1/campaigns/reminders/rounds").await;
    assert!(rounds.iter().all(|round| round["outcomes"] == json!({ "reached": 2 })), "{rounds:?}");
}
