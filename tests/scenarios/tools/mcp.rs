//! Tools of MCP servers: a program that Callwright runs, and a server by HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use callwright_tests::{Server, Settings, wait};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{ASKS, House, agent, calls, goodbye, house, model, wish};

const SECRET: &str = "s3cret-of-the-warehouse";

/// A server in a few lines of shell: it looks customers up, and notes each time that its tools are asked for. Where it is
/// `FRAGILE`, it dies of the first question in its first life.
const CRM: &str = r#"
answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
while IFS= read -r line; do
  id=${line#*\"id\":}; id=${id%%[,\}]*}
  case $line in
    *'"method":"initialize"'*)
      answer '{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"crm","version":"1"}}';;
    *'"method":"tools/list"'*) echo listed >> listed
      answer '{"tools":[
        {"name":"customer","description":"Looks a customer up.","inputSchema":{"type":"object","required":["name"],
          "properties":{"name":{"type":"string"}}},"annotations":{"readOnlyHint":true}},
        {"name":"remove","description":"Removes a customer.","inputSchema":{"type":"object"}}]}' | tr -d '\n'; echo;;
    *'"method":"tools/call"'*)
      [ -n "$FRAGILE" ] && [ "$(wc -l < listed)" -lt 2 ] && exit 1
      answer '{"content":[{"type":"text","text":"{\"since\":1998}"}]}';;
  esac
done
"#;

/// How often the server by HTTP was asked for its tools.
type Lists = Arc<AtomicUsize>;

/// A server by streamable HTTP that answers with JSON.
async fn warehouse(State(lists): State<Lists>, headers: HeaderMap, Json(message): Json<Value>) -> Response {
    if headers.get("authorization").is_none_or(|key| key != &format!("Bearer {SECRET}")) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let result = match message["method"].as_str().unwrap_or_default() {
        "initialize" => json!({ "protocolVersion": "2025-06-18", "capabilities": { "tools": {} },
            "serverInfo": { "name": "warehouse", "version": "1" } }),
        "tools/list" => {
            lists.fetch_add(1, Ordering::SeqCst);
            json!({ "tools": [{ "name": "stock", "description": "Tells what is there.",
                "inputSchema": { "type": "object", "properties": { "item": { "type": "string" } } } }] })
        }
        "tools/call" => json!({ "content": [],
            "structuredContent": { "item": message["params"]["arguments"]["item"], "left": 12 } }),
        _ => return StatusCode::ACCEPTED.into_response(),
    };
    Json(json!({ "jsonrpc": "2.0", "id": message["id"], "result": result })).into_response()
}

/// Both servers. `crm`: the environment of the program.
async fn servers(crm: &str) -> (Settings, Lists) {
    let lists = Lists::default();
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", door.local_addr().unwrap());
    let router = axum::Router::new().route("/mcp", post(warehouse)).with_state(lists.clone());
    tokio::spawn(async move { axum::serve(door, router).await.unwrap() });
    let toml = format!(
        "[[mcp]]\nname = \"crm\"\ncommand = [\"sh\", \"-c\", '''{CRM}''']\nenvironment = {{ {crm} }}\n\
         [[mcp]]\nname = \"warehouse\"\nurl = \"{url}\"\nsecret_env = \"WAREHOUSE_TOKEN\"\n"
    );
    (Settings::default().config(&toml).environment("WAREHOUSE_TOKEN", SECRET), lists)
}

/// Both have been asked for their tools, the program so many times.
async fn listed(server: &Server, times: usize, lists: &Lists) {
    let path = server.folder().join("listed");
    wait::until("the servers are asked for their tools", async || {
        let listed = std::fs::read_to_string(&path).unwrap_or_default().lines().count();
        (listed >= times && lists.load(Ordering::SeqCst) >= 1).then_some(())
    })
    .await;
}

/// The names of the tools that the model was offered last.
fn offered(house: &House) -> Vec<String> {
    let request = house.model.requests().pop().expect("the model was asked").json();
    let tools = request["tools"].as_array().cloned().unwrap_or_default();
    tools.iter().filter_map(|tool| tool["function"]["name"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn tools_of_a_program_and_of_a_server_are_offered_and_used() {
    let both = calls("crm__customer", json!({ "name": "Mia" })).calling("warehouse__stock", json!({ "item": "lamp" }));
    let part = model().on(ASKS, both).back("warehouse__stock", "12", goodbye("Twelve are left."));
    let (settings, lists) = servers("").await;
    let house = house(settings, &[], &agent("  crm__customer: {}\n  mcp: [warehouse]"), part).await;
    listed(&house.server, 1, &lists).await;
    let talk = house.call(wish()).await;
    let offered = offered(&house);
    assert!(offered.contains(&"crm__customer".to_owned()), "{offered:?}");
    assert!(offered.contains(&"warehouse__stock".to_owned()), "all tools of the server: {offered:?}");
    assert!(!offered.contains(&"crm__remove".to_owned()), "only what the agent's file names: {offered:?}");
    let [customer, stock, _] = talk.uses() else { panic!("{}", talk.story()) };
    assert_eq!(customer["result"], json!({ "since": 1998 }), "{customer:#}");
    assert_eq!(stock["result"], json!({ "item": "lamp", "left": 12 }), "{stock:#}");
    let told = house.told();
    assert!(told[0].contains("1998") && told[1].contains("lamp"), "{told:?}");
    let places = [house.server.printed(), house.asked(), talk.transcript.to_string()];
    assert!(places.iter().all(|place| !place.contains(SECRET)), "the secret is told to the server alone");
}

#[tokio::test]
async fn a_program_that_dies_harms_no_call_and_is_there_again() {
    let part = model()
        .on(ASKS, calls("crm__customer", json!({ "name": "Mia" })))
        .back("crm__customer", "1998", goodbye("A customer since 1998."))
        .back("crm__customer", "error", goodbye("That cannot be found out now."));
    let (settings, lists) = servers("FRAGILE = \"yes\"").await;
    let house = house(settings, &[], &agent("  mcp: [crm]"), part).await;
    listed(&house.server, 1, &lists).await;
    let talk = house.call(wish()).await;
    assert_eq!(talk.used(), ["crm__customer", "hang_up"], "{}", talk.story());
    assert_eq!(talk.uses()[0]["failure"]["kind"], "failed", "nothing was done: {}", talk.story());
    assert!(talk.said().contains("That cannot be found out now."), "the call goes on: {}", talk.story());

    listed(&house.server, 2, &lists).await;
    let talk = house.call(wish()).await;
    assert_eq!(talk.uses()[0]["result"], json!({ "since": 1998 }), "{}", talk.story());
}
