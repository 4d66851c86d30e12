//! Campaigns: the business calls many, each once, and never who said no.

mod around;
mod carrier;
mod members;
mod opt_out;
mod rounds;

use std::collections::BTreeMap;
use std::time::Duration;

use callwright_tests::api::text;
use callwright_tests::{Api, Server, Settings, wait};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use synthetic_caller::SyntheticCaller;

use carrier::Carrier;

/// Whoever answers confirms: nothing is asked.
const FLOW: &str = "languages: [en]\nrecording: off\nvars:\n  name: \"\"\nnodes:\n  said:\n    remember: {result: confirmed}\n    \
    next: bye\n  bye:\n    hangup: {}\n";

/// Talks for a second, and confirms.
const TALKS: &str = "languages: [en]\nrecording: off\nvars:\n  name: \"\"\nnodes:\n  talk:\n    \
    say: '<break time=\"1s\"/>'\n    next: said\n  said:\n    remember: {result: confirmed}\n    next: bye\n  bye:\n    hangup: {}\n";

/// At whatever hour the tests run, and as often as they like.
const RULES: &str = "[outreach]\nwindow = \"always\"\nholidays = false\nattempts_per_day = 0\nattempts_per_30_days = 0\n\
    ring_s = 1\n";

/// A campaign that calls as fast as it may.
fn yaml(rest: &str) -> String {
    format!(
        "name: reminders\npurpose: reminder\nflow: campaign\nvariables:\n  name: \"{{{{ name }}}}\"\n\
         machines: {{ detect: false }}\npace: {{ per_second: 200, at_once: 40 }}\n{rest}"
    )
}

/// A business with this carrier and the flow of the campaign.
async fn business(carrier: &Carrier) -> Server {
    business_on(&carrier.address.to_string()).await
}

/// Where a synthetic caller is called: it takes whatever number is dialled.
fn host_of(person: &SyntheticCaller) -> String {
    person.address().rsplit('@').next().unwrap().to_owned()
}

/// A business whose calls go to that `HOST:PORT`.
async fn business_on(host: &str) -> Server {
    let trunk = format!("[[trunks]]\nname = \"carrier\"\nhost = \"{host}\"\nuser = \"+12025550100\"\n");
    let campaigns = "[campaigns]\ntrunk_calls_per_second = 0\nmember_ring_s = 2\n";
    let server = Server::with(Settings::default().config(&trunk).config(RULES).config(campaigns)).await;
    server.api().flow("campaign", FLOW).await;
    server
}

async fn create(api: &Api, yaml: &str, table: &str) -> Value {
    let made = post_text(api, "/v1/campaigns", "application/yaml", yaml).await;
    assert_eq!(made.0, StatusCode::CREATED, "{}", made.1);
    let added = post_text(api, "/v1/campaigns/reminders/contacts", "text/csv", table).await;
    assert_eq!(added.0, StatusCode::OK, "{}", added.1);
    added.1
}

async fn post_text(api: &Api, path: &str, media_type: &str, body: &str) -> (StatusCode, Value) {
    let answer = api.send_text(Method::POST, path, media_type, body).await;
    (answer.status, answer.json())
}

async fn done(api: &Api) -> Value {
    wait::until("the campaign is done", async || is_done(api).await).await
}

async fn is_done(api: &Api) -> Option<Value> {
    let progress = api.get("/v1/campaigns/reminders/progress").await;
    (progress["state"] == "done").then_some(progress)
}

/// The same of a large one, within a longer time.
async fn done_within(api: &Api, limit: Duration) -> Value {
    let whole = async {
        loop {
            if let Some(progress) = is_done(api).await {
                return progress;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    };
    tokio::time::timeout(limit, whole).await.expect("the campaign is done in time")
}

/// A number of the carrier that does as the digit says; there are 100,000 of each sort.
fn number(index: usize, does: char) -> String {
    format!("+1202{}{:03}{does}", 555 + index / 1_000, index % 1_000)
}

fn table(numbers: &[String]) -> String {
    let rows: Vec<String> = numbers.iter().map(|number| format!("{number},Mia\n")).collect();
    format!("number,name\n{}", rows.concat())
}

#[tokio::test]
async fn each_contact_has_the_outcome_of_its_call() {
    let carrier = Carrier::start().await;
    let server = business(&carrier).await;
    let api = server.api();
    let kinds = [carrier::CONFIRMS, carrier::BUSY, carrier::DECLINES, carrier::EARLY_FAILURE, carrier::NO_ANSWER];
    let numbers: Vec<String> = kinds.iter().map(|does| number(1, *does)).collect();
    let once = "retries: { attempts: 1 }\n";
    let added = create(&api, &yaml(once), &table(&numbers)).await;
    assert_eq!((&added["added"], &added["bad"]), (&json!(5), &json!(0)));
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    let progress = done(&api).await;
    assert_eq!(progress["outcomes"], json!({ "busy": 1, "failed": 2, "no_answer": 1, "reached": 1 }), "{progress}");
    assert_eq!(progress["dispositions"], json!({ "confirmed": 1 }));

    let contacts = api.list("/v1/campaigns/reminders/contacts").await;
    let status = |does: char| {
        let contact = contacts.iter().find(|it| text(it, "number") == number(1, does)).unwrap();
        contact["attempts"][0]["status"].clone()
    };
    assert_eq!((status(carrier::BUSY), status(carrier::DECLINES)), (json!(486), json!(603)));
    assert_eq!(status(carrier::EARLY_FAILURE), json!(503));
    assert!(carrier.calls().values().all(|calls| *calls == 1), "{:?}", carrier.calls());
    // It is told of in events, and the results are a table.
    let finished = api.list("/v1/events?type=attempt.finished").await;
    assert_eq!(finished.len(), 5);
    assert_eq!(api.list("/v1/events?type=campaign.finished").await.len(), 1);
    let csv = String::from_utf8(api.bytes("/v1/campaigns/reminders/results?format=csv").await).unwrap();
    assert_eq!(csv.lines().count(), 6, "{csv}");
    assert!(csv.contains("reached,confirmed"), "{csv}");
}

#[tokio::test]
async fn who_said_no_is_never_called() {
    let carrier = Carrier::start().await;
    let server = business(&carrier).await;
    let api = server.api();
    let (yes, no) = (number(1, carrier::CONFIRMS), number(2, carrier::CONFIRMS));
    api.post("/v1/suppressions", &json!({ "number": no, "method": "api" })).await;
    create(&api, &yaml(""), &table(&[yes.clone(), no.clone()])).await;
    let run = api.get("/v1/campaigns/reminders/dry-run").await;
    assert_eq!((&run["calls"], &run["never"]), (&json!(1), &json!({ "suppressed": 1 })), "{run}");
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    let progress = done(&api).await;
    assert_eq!(progress["outcomes"], json!({ "reached": 1, "refused": 1 }), "{progress}");
    assert_eq!(carrier.calls(), BTreeMap::from([(yes, 1)]));
}

#[tokio::test]
async fn a_busy_number_is_tried_again_and_a_campaign_pauses_and_goes_on() {
    let carrier = Carrier::start().await;
    let server = business(&carrier).await;
    let api = server.api();
    let busy = number(1, carrier::BUSY);
    let often = "retries: { attempts: 3, busy: { times: 5, after: 1s } }\n";
    create(&api, &yaml(often), &table(std::slice::from_ref(&busy))).await;
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    wait::until("it was tried", async || (!carrier.calls().is_empty()).then_some(())).await;
    let paused = api.post("/v1/campaigns/reminders/pause", &json!({})).await;
    assert_eq!(paused["state"], "paused");
    let before = carrier.calls();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(carrier.calls().len() <= before.len() && carrier.calls()[&busy] <= before[&busy] + 1);
    api.post("/v1/campaigns/reminders/resume", &json!({})).await;
    let progress = done(&api).await;
    assert_eq!((&progress["outcomes"], &progress["attempts"]["dialled"]), (&json!({ "busy": 1 }), &json!(3)));
    let attempts: usize = carrier.calls()[&busy];
    assert_eq!(attempts, 3, "each attempt is one call");
}

#[tokio::test]
async fn a_table_with_faults_is_refused_unless_the_good_rows_are_wanted() {
    let carrier = Carrier::start().await;
    let server = business(&carrier).await;
    let api = server.api();
    let made = post_text(&api, "/v1/campaigns", "application/yaml", "name: x\nflow: [").await;
    assert_eq!(made.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(made.1["faults"].as_array().is_some_and(|faults| !faults.is_empty()), "{}", made.1);
    post_text(&api, "/v1/campaigns", "application/yaml", &yaml("")).await;
    let bad = format!("{}nonsense,Ben\n", table(&[number(1, '0'), number(1, '0')]));
    let (status, told) = post_text(&api, "/v1/campaigns/reminders/contacts", "text/csv", &bad).await;
    assert_eq!((status, &told["faults"][0]["line"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(4)), "{told}");
    assert!(api.list("/v1/campaigns/reminders/contacts").await.is_empty(), "nothing is taken by halves");
    let path = "/v1/campaigns/reminders/contacts?keep_good=true";
    let (status, told) = post_text(&api, path, "text/csv", &bad).await;
    assert_eq!((status, &told["added"], &told["duplicates"][0]["of"]), (StatusCode::OK, &json!(1), &json!(2)));
    let spoken = api.get("/v1/campaigns/reminders/preview").await;
    assert_eq!(spoken["variables"], json!({ "name": "Mia" }));
}

/// Numbers from a seed: when the program is killed. `mean`: how long it lives on average.
fn moments(seed: u64, count: usize, mean: Duration) -> Vec<Duration> {
    let mut state = seed;
    let spread = (mean.as_millis() as u64 * 3 / 2).max(1);
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        mean / 4 + Duration::from_millis((state >> 33) % spread)
    };
    (0..count).map(next).collect()
}

/// A campaign that is killed again and again while it runs.
struct Killed {
    contacts: usize,
    kills: usize,
    per_second: u32,
    /// What answers.
    flow: &'static str,
}

/// Kills a campaign. Everybody has one final outcome, and no attempt was dialled twice.
async fn killed(Killed { contacts, kills, per_second, flow }: Killed) {
    let carrier = Carrier::start().await;
    let mut server = business(&carrier).await;
    let mut api = server.api();
    api.put_text("/v1/flows/campaign", "application/yaml", flow).await;
    let kinds = [carrier::CONFIRMS, carrier::BUSY, carrier::DECLINES];
    let numbers: Vec<String> = (0..contacts).map(|index| number(index, kinds[index % kinds.len()])).collect();
    let rules = "retries: { attempts: 20, busy: never, failed: { times: 20, after: 1s }, sip: { 603: never } }\n";
    let slow = yaml(rules).replace("per_second: 200", &format!("per_second: {per_second}"));
    create(&api, &slow, &table(&numbers)).await;
    api.post("/v1/campaigns/reminders/start", &json!({})).await;
    // Spread over the time that it takes at its pace.
    let whole = Duration::from_secs_f64(contacts as f64 / f64::from(per_second));
    for moment in moments(8, kills, whole / (kills as u32 + 1)) {
        tokio::time::sleep(moment).await;
        server.kill();
        server.begin().await;
        api = server.api();
    }
    let progress = done_within(&api, whole * 4 + Duration::from_mins(2)).await;
    let finals: u64 = progress["outcomes"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!((finals, &progress["done"]), (contacts as u64, &json!(contacts)), "{progress}");
    let mut listed = Vec::new();
    let mut path = "/v1/campaigns/reminders/contacts?limit=200".to_owned();
    loop {
        let page = api.get(&path).await;
        listed.extend(page["data"].as_array().cloned().unwrap());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/campaigns/reminders/contacts?limit=200&cursor={next}");
    }
    let calls = carrier.calls();
    for contact in &listed {
        let number = text(contact, "number");
        let attempts = contact["attempts"].as_array().unwrap();
        let dialled = attempts.iter().filter(|it| !it["dialled_at"].is_null()).count();
        let came = calls.get(&number).copied().unwrap_or(0);
        assert!(came <= dialled, "{came} calls came for {dialled} attempts: {contact}");
        assert!(came >= 1, "nobody is forgotten: {contact}");
        assert!(attempts.iter().all(|it| !it["ended_at"].is_null() && !it["outcome"].is_null()), "{contact}");
        // Only what was cut off is followed by another.
        let last = attempts.last().unwrap();
        let cut =
            attempts.iter().rev().skip(1).all(|it| it["outcome"] == "interrupted" || it["outcome"] == "withdrawn");
        assert!(cut && last["outcome"] != "interrupted", "{contact}");
    }
    assert_eq!(listed.len(), contacts);
}

#[tokio::test]
async fn kills_forget_nobody_and_dial_nobody_twice_for_one_attempt() {
    killed(Killed { contacts: 200, kills: 4, per_second: 60, flow: FLOW }).await;
}

/// A setting of the larger form.
fn from_environment<T: std::str::FromStr>(name: &str, usual: T) -> T {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is a number")),
        Err(_) => usual,
    }
}

/// The larger form, of calls that last a second: `make campaign-kills`.
#[tokio::test]
#[ignore = "takes minutes"]
async fn ten_kills_of_five_thousand_calls() {
    let contacts = from_environment("CAMPAIGN_CALLS", 5_000);
    let (kills, per_second) = (from_environment("CAMPAIGN_KILLS", 10), from_environment("CAMPAIGN_PACE", 35));
    killed(Killed { contacts, kills, per_second, flow: TALKS }).await;
}
