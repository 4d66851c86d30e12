//! Tools by HTTP, against a server that does as it is told.
#![allow(clippy::unwrap_used, clippy::unnecessary_wraps, reason = "tests")]

use crate::support;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent_tools::http::{Exchange, HttpTool, SecretPlace, parse};
use agent_tools::{MemoryBook, Tool, Toolbox, ToolboxSettings};
use call_model::{HttpFailure, HttpMethod, HttpReply, HttpRequest, ToolFailure, ToolRequest, Verified};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

/// Gives these replies, one after the other, and keeps what was asked.
#[derive(Default)]
struct Script {
    replies: Mutex<VecDeque<Result<HttpReply, HttpFailure>>>,
    asked: Mutex<Vec<HttpRequest>>,
}

impl Exchange for Script {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpReply, HttpFailure>> {
        Box::pin(async move {
            let limit = Duration::from_millis(request.timeout_ms);
            self.asked.lock().unwrap().push(request);
            let reply = self.replies.lock().unwrap().pop_front();
            if let Some(reply) = reply {
                return reply;
            }
            // Nothing ever comes: as the real one does, it gives up when the request's own time is over.
            let nothing = tokio::time::timeout(limit, std::future::pending()).await;
            nothing.unwrap_or(Err(HttpFailure::TimedOut))
        })
    }
}

const ORDER: &str = r#"
about: Looks an order up.
parameters:
  type: object
  required: [order]
  properties: {order: {type: string, minLength: 1}, detail: {type: boolean}}
url: "https://shop.test/orders/{{ args.order }}"
query: {lang: "{{ call.language }}", detail: "{{ args.detail }}"}
headers:
  Authorization: {env: SHOP_TOKEN, prefix: "Bearer "}
  X-Caller: "{{ caller }}"
result: {state: "{{ body.order.state }}", items: "{{ body.order.items }}"}
answers: {404: {found: false}}
time_limit: 5s
"#;

const PAY: &str = r#"
about: Takes a payment.
method: POST
parameters: {type: object, required: [amount], properties: {amount: {type: number}}}
url: https://pay.test/charges
body: {amount: "{{ args.amount }}", card: "{{ keys.card }}", note: "from {{ caller }}"}
needs: pin
"#;

struct House {
    script: Arc<Script>,
    toolbox: Toolbox,
}

fn read(name: &str, yaml: &str, script: &Arc<Script>) -> Result<HttpTool, String> {
    let secrets = |place: &SecretPlace| match place {
        SecretPlace::Env(name) if name == "SHOP_TOKEN" => Ok("s3cret".to_owned()),
        _ => Err("the secret is missing".to_owned()),
    };
    let lines = |faults: Vec<agent_tools::http::ToolFault>| {
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    parse(name, yaml, &secrets, script.clone()).map_err(lines)
}

impl House {
    fn new(replies: Vec<Result<HttpReply, HttpFailure>>) -> Self {
        let script = Arc::new(Script { replies: Mutex::new(replies.into()), ..Script::default() });
        let toolbox = Toolbox::new(Arc::new(MemoryBook::default()), ToolboxSettings::default());
        for (name, yaml) in [("order", ORDER), ("pay", PAY)] {
            toolbox.add(Arc::new(read(name, yaml, &script).unwrap()));
        }
        Self { script, toolbox }
    }

    async fn order(&self, arguments: Value) -> Result<Value, ToolFailure> {
        self.toolbox.run(request("order", arguments)).await
    }

    async fn pay(&self) -> Result<Value, ToolFailure> {
        let keys = BTreeMap::from([("card".to_owned(), "4111111111111111".to_owned())]);
        let request = ToolRequest { keys, verified: Verified::Pin, ..request("pay", json!({"amount": 20.5})) };
        self.toolbox.run(request).await
    }

    fn asked(&self) -> Vec<HttpRequest> {
        self.script.asked.lock().unwrap().clone()
    }
}

/// In German, and of the same effect whatever the arguments are.
fn request(name: &str, arguments: Value) -> ToolRequest {
    let request = support::request(name, arguments);
    ToolRequest { language: "de".into(), once: format!("{}/{name}/1", request.call), ..request }
}

fn reply(status: u16, body: &str) -> Result<HttpReply, HttpFailure> {
    Ok(HttpReply { status, body: body.to_owned() })
}

#[tokio::test]
async fn a_request_is_filled_in_and_its_answer_mapped() {
    let house = House::new(vec![reply(200, r#"{"order": {"state": "sent", "items": [1, 2], "cost": 9}}"#)]);
    let result = house.order(json!({"order": "A 1/2", "detail": true})).await;
    assert_eq!(result, Ok(json!({"state": "sent", "items": [1, 2]})));
    let asked = house.asked();
    assert_eq!(asked[0].url, "https://shop.test/orders/A%201%2F2?lang=de&detail=true");
    assert_eq!((asked[0].method, asked[0].timeout_ms, &asked[0].body), (HttpMethod::Get, 5_000, &None));
    let header = |name: &str| asked[0].headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!((header("Authorization"), header("X-Caller")), (Some("Bearer s3cret"), Some("+4930123456")));
}

#[tokio::test]
async fn what_was_typed_goes_to_the_system_and_nowhere_else() {
    let house = House::new(vec![reply(200, r#"{"charged": 20.5, "card": "4111-1111-1111-1111"}"#)]);
    assert_eq!(house.pay().await, Ok(json!({"charged": 20.5, "card": "[typed]"})));
    let asked = house.asked();
    let body: Value = serde_json::from_str(asked[0].body.as_deref().unwrap()).unwrap();
    assert_eq!(body, json!({"amount": 20.5, "card": "4111111111111111", "note": "from +4930123456"}));
    assert!(asked[0].headers.iter().any(|(name, value)| name == "idempotency-key" && value.ends_with("/pay/1")));
}

#[tokio::test]
async fn statuses_have_meanings() {
    let broken = "not { json";
    for (reply, wanted) in [
        (reply(404, "gone"), Ok(json!({"found": false}))),
        (reply(403, "{}"), Err("it failed: the system refused it with status 403")),
        (reply(500, "{}"), Err("it failed: the system failed with status 500")),
        (reply(200, broken), Err("it failed: the system's answer is no JSON")),
        (reply(200, "{}"), Ok(json!({"state": null, "items": null}))),
        (Err(HttpFailure::Refused("x".into())), Err("it failed: the request is not allowed")),
    ] {
        let house = House::new(vec![reply]);
        let result = house.order(json!({"order": "7"})).await;
        assert_eq!(result.map_err(|failure| failure.to_string()), wanted.map_err(str::to_owned));
        assert_eq!(house.asked().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_only_looks_is_tried_twice_and_in_time() {
    let house = House::new(vec![Err(HttpFailure::Unreachable), reply(200, r#"{"order": {"state": "sent"}}"#)]);
    assert_eq!(house.order(json!({"order": "7"})).await, Ok(json!({"state": "sent", "items": null})));
    let house = House::new(vec![reply(503, ""), Err(HttpFailure::Unreachable)]);
    assert!(house.order(json!({"order": "7"})).await.unwrap_err().to_string().contains("cannot be reached"));
    assert_eq!(house.asked().len(), 2);
    let house = House::new(vec![]);
    let begun = tokio::time::Instant::now();
    assert_eq!(house.order(json!({"order": "7"})).await, Err(ToolFailure::TimedOut));
    assert_eq!(begun.elapsed(), Duration::from_secs(5));
}

#[tokio::test]
async fn what_may_have_happened_is_neither_repeated_nor_denied() {
    for reply in [Err(HttpFailure::Unreachable), reply(503, "")] {
        let house = House::new(vec![reply]);
        assert_eq!(house.pay().await, Err(ToolFailure::TimedOut));
        assert_eq!(house.pay().await, Err(ToolFailure::TimedOut));
        assert_eq!(house.asked().len(), 1);
    }
}

#[test]
fn a_wrong_file_says_where_and_why() {
    let script = Arc::new(Script::default());
    let fault = |yaml: &str| read("x", yaml, &script).err().unwrap_or_default();
    assert!(fault("about: A\nurl: shop.test").contains("no http or https address"));
    assert!(fault("about: A\nurl: 'https://{{ args.host }}/x'").contains("host is written out"));
    assert!(fault("about: A\nurl: 'https://a@b.test/x'").contains("host is written out"));
    assert!(fault("about: A\nurl: https://a.test/{{").contains("filled in as"));
    assert!(fault("url: https://a.test/").contains("needs `about`"));
    assert!(fault("about: A\nurl: https://a.test/\nheaders: {A: {env: NOPE}}").contains("the secret is missing"));
    assert!(fault("about: A\nurl: https://a.test/\nanswers: {many: 1}").contains("no HTTP status"));
    assert!(fault("about: A\nurl: https://a.test/\nmetod: GET").contains("`method`"));
    assert!(fault("about: A\nurl: https://a.test/\nparameters: {type: string}").contains("no JSON Schema"));
    assert!(read("x", "about: A\nurl: https://a.test", &script).unwrap().spec("en").name == "x");
}
