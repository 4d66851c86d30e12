//! Tools by HTTP: what the business's system is asked, what the model is told, and what nobody is.

use callwright_tests::caller::{begin, script, speaker};
use callwright_tests::{Api, Endpoint, Reply, Settings, caller, wait};
use reqwest::Method;
use serde_json::{Value, json};

use super::{ASKS, CALLER, agent, calls, goodbye, house, model, said, wish};

const SECRET: &str = "s3cret-of-the-shop-7f1c";
const FILLER: &str = "One moment, please.";

fn settings() -> Settings {
    Settings::default().environment("SHOP_TOKEN", SECRET).set("LOG", "debug")
}

/// A tool that looks an order up.
fn order_status(shop: &Endpoint) -> (&'static str, String) {
    let yaml = format!(
        "about: Looks an order up by its number.\nmethod: POST\neffect: false\n\
         parameters:\n  type: object\n  required: [order]\n  properties:\n    \
         order: {{type: string, pattern: \"^[0-9]{{6}}$\", description: Number of the order}}\n    \
         lines: {{type: integer, minimum: 1}}\n\
         url: \"{}/orders/{{{{ args.order }}}}\"\n\
         headers:\n  Authorization: {{env: SHOP_TOKEN, prefix: \"Bearer \"}}\n  X-Caller: \"{{{{ caller }}}}\"\n\
         body: {{order: \"{{{{ args.order }}}}\", lines: \"{{{{ args.lines }}}}\", note: \"Call {{{{ call.id }}}}\"}}\n\
         result: {{state: \"{{{{ body.state }}}}\"}}\n",
        shop.url
    );
    ("order_status", yaml)
}

/// The newest call's transcript as far as it goes, once we have said this.
async fn once_said(api: &Api, words: &str) {
    wait::until(&format!("the caller hears \"{words}\""), async || {
        // The call may not be there yet.
        let call = api.list("/v1/calls?limit=1").await.pop()?;
        let path = format!("/v1/calls/{}/transcript", call["id"].as_str()?);
        let transcript = api.ask(Method::GET, &path, None, &[]).await;
        (transcript.status.is_success() && said(&transcript.json()).contains(words)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_system_is_asked_what_the_file_says_and_nobody_learns_the_secret() {
    let shop = Endpoint::start(vec![Reply::Held(json!({ "state": "sent on Monday", "internal": 17 }))]).await;
    let part = model()
        .on(ASKS, calls("order_status", json!({ "order": "12" })))
        .back("order_status", "error", calls("order_status", json!({ "order": "123456", "lines": 2 })))
        .back("order_status", "sent on Monday", goodbye("It was sent on Monday."));
    let house = house(settings(), &[order_status(&shop)], &agent("  order_status: {}"), part).await;
    let mut steps = wish();
    steps.push(caller::wait(80.0));
    let calling = begin(speaker(CALLER).await, script(house.server.address("desk"), steps));
    let api = house.server.api();
    // The shop takes its time, and the caller does not wait in silence.
    once_said(&api, FILLER).await;
    shop.release();
    let talk = house.over(wait::done("the agent ends the call", calling).await.unwrap()).await;

    // What does not fit is not asked, and the model learns what would fit.
    let [refused, done, _] = talk.uses() else { panic!("{}", talk.story()) };
    assert_eq!((&refused["failure"]["kind"], &refused["result"]), (&json!("invalid"), &Value::Null), "{refused:#}");
    let told = house.told();
    assert!(told[0].contains("order") && told[0].contains("error"), "{told:?}");
    let asked = shop.asked();
    let [asked] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(asked.line, "POST /orders/123456");
    assert_eq!(asked.header("authorization"), format!("Bearer {SECRET}"));
    assert_eq!(asked.header("x-caller"), CALLER);
    assert_eq!(asked.body, json!({ "order": "123456", "lines": 2, "note": format!("Call {}", talk.id()) }));

    assert_eq!(done["result"], json!({ "state": "sent on Monday" }), "only what the file lets through: {done:#}");
    assert!(told[1].contains("sent on Monday") && !told[1].contains("internal"), "{told:?}");
    assert!(done["took_ms"].as_u64().unwrap() >= 2_000, "{done:#}");
    assert!(talk.said().contains("It was sent on Monday."), "{}", talk.story());

    let log = house.server.printed();
    assert!(log.contains("a tool was used"), "the log is kept");
    let events = Value::from(api.list("/v1/events?limit=200").await).to_string();
    let agent = api.get("/v1/agents/desk").await.to_string();
    let places = [log, house.asked(), talk.transcript.to_string(), talk.call.to_string(), events, agent];
    let leaks: Vec<_> = places.iter().filter(|place| place.contains(SECRET)).collect();
    assert!(leaks.is_empty(), "{leaks:?}");
}

#[tokio::test]
async fn a_system_that_fails_is_told_to_the_model() {
    let shop = Endpoint::start(vec![Reply::Json(500, json!({ "error": "out of paper" }))]).await;
    let part = model().on(ASKS, calls("order_status", json!({ "order": "123456" }))).back(
        "order_status",
        "status 500",
        goodbye("Their system does not answer, I am sorry."),
    );
    let house = house(settings(), &[order_status(&shop)], &agent("  order_status: {}"), part).await;
    let talk = house.call(wish()).await;
    assert_eq!(talk.uses()[0]["failure"]["kind"], "failed", "{}", talk.story());
    assert_eq!(shop.asked().len(), 1);
    assert!(talk.said().contains("Their system does not answer"), "{}", talk.story());
}

/// A tool that changes something.
fn change(name: &'static str, method: &str, shop: &Endpoint) -> (&'static str, String) {
    let yaml = format!(
        "about: Changes something.\nmethod: {method}\nurl: {}/{name}\n\
         parameters: {{type: object, properties: {{amount: {{type: number}}}}}}\nbody: {{amount: \"{{{{ args.amount }}}}\"}}\n",
        shop.url
    );
    (name, yaml)
}

#[tokio::test]
async fn what_changes_something_is_done_once_although_the_connection_breaks() {
    let bank = Endpoint::start(vec![Reply::Cut, Reply::Json(200, json!({ "charged": true }))]).await;
    let store = Endpoint::start(vec![Reply::Cut, Reply::Json(200, json!({ "reserved": 1 })), Reply::Cut]).await;
    let amount = json!({ "amount": 5 });
    // The model tries everything twice.
    let twice = calls("charge", amount.clone())
        .calling("reserve", amount.clone())
        .calling("charge", amount.clone())
        .calling("reserve", amount);
    let part = model().on(ASKS, twice).back("reserve", "reserved", goodbye("It is reserved."));
    let tools = [change("charge", "POST", &bank), change("reserve", "PUT", &store)];
    let house = house(Settings::default(), &tools, &agent("  charge: {}\n  reserve: {}"), part).await;
    let talk = house.call(wish()).await;

    // Whether the bank has done it is not known: it is not asked again, and the model is told so.
    assert_eq!(bank.asked().len(), 1, "{:?}\n{}", bank.asked(), talk.story());
    let kinds: Vec<&Value> = talk.uses().iter().map(|used| &used["failure"]["kind"]).take(4).collect();
    assert_eq!(kinds, [&json!("timed_out"), &Value::Null, &json!("timed_out"), &Value::Null], "{}", talk.story());
    let told = house.told();
    assert!(told[0].contains("not known") && told[2].contains("not known"), "{told:?}");
    // A second PUT does no harm: it is sent again with the same key, and no third time.
    let asked = store.asked();
    assert_eq!(asked.len(), 2, "{asked:?}\n{}", talk.story());
    let key = asked[0].header("idempotency-key");
    assert!(!key.is_empty() && key == asked[1].header("idempotency-key"), "{asked:?}");
    assert_eq!(told[1], told[3], "asked again, it gives the first result back");
}
