//! Tools of MCP servers: a child process that may die, and a server by HTTP.
#![allow(clippy::unwrap_used, clippy::unnecessary_wraps, reason = "tests")]

use crate::support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use agent_tools::mcp::{McpServer, McpSettings, McpTransport};
use agent_tools::{MemoryBook, Toolbox, ToolboxSettings};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use call_model::ToolFailure;
use serde_json::{Value, json};
use support::request;

/// A server in a few lines of shell: it echoes, fails, is slow, talks nonsense, and dies when it is told to. Started
/// after that, it has one tool more.
const CHILD: &str = r#"
answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
[ -e "$DIED" ] && again=',{"name":"again","inputSchema":{"type":"object"}}'
while IFS= read -r line; do
  id=${line#*\"id\":}; id=${id%%[,\}]*}
  case $line in
    *'"method":"initialize"'*)
      answer '{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"child","version":"1"}}';;
    *'"method":"tools/list"'*)
      answer '{"tools":[
        {"name":"look","description":"Looks.","inputSchema":{"type":"object","required":["what"],"properties":{"what":{"type":"string"}}},"annotations":{"readOnlyHint":true}},
        {"name":"fail","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},
        {"name":"slow","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},
        {"name":"long","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},
        {"name":"env","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},
        {"name":"die","inputSchema":{"type":"object"}},
        {"name":"bad name!","inputSchema":{"type":"object"}}'"$again"']}' | tr -d '\n'; echo;;
    *'"method":"tools/call"'*'"name":"look"'*) echo 'this is no JSON'
      answer '{"content":[{"type":"text","text":"{\"seen\":true}"}]}';;
    *'"name":"fail"'*) answer '{"content":[{"type":"text","text":"no such thing"}],"isError":true}';;
    *'"name":"slow"'*) ;;
    *'"name":"env"'*) answer "{\"content\":[{\"type\":\"text\",\"text\":\"$OWN-$CARGO_PKG_NAME\"}]}";;
    *'"name":"long"'*) answer "{\"content\":[{\"type\":\"text\",\"text\":\"$(head -c 40000 /dev/zero | tr '\0' x)\"}]}";;
    *'"name":"die"'*) : >"$DIED"; exit 1;;
  esac
done
"#;

fn toolbox() -> Toolbox {
    Toolbox::new(Arc::new(MemoryBook::default()), ToolboxSettings::default())
}

/// Waits until the box has, or has not, a tool: the keeper works beside us.
async fn until(toolbox: &Toolbox, name: &str, there: bool) {
    let wait = tokio::time::timeout(Duration::from_mins(1), toolbox.until(name, there));
    wait.await.expect("the tools come and go in time");
}

/// `died`: a file by which the program knows that it was started before.
fn child(died: &Path) -> McpSettings {
    let transport = McpTransport::Command {
        program: "sh".into(),
        arguments: vec!["-c".into(), CHILD.into()],
        environment: vec![("OWN".into(), "given".into()), ("DIED".into(), died.to_str().unwrap().into())],
    };
    let (time_limit, pause) = (Duration::from_secs(2), Duration::from_millis(10));
    McpSettings { time_limit, pause, ..McpSettings::new("crm", transport) }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tools_of_a_program_are_used_under_its_name() {
    let (toolbox, folder) = (toolbox(), tempfile::tempdir().unwrap());
    let server = McpServer::start(child(&folder.path().join("died")), toolbox.clone());
    until(&toolbox, "crm__look", true).await;
    assert_eq!(toolbox.names().len(), 6, "one has a name that no model can call");
    let run = |name: &str, arguments: Value| toolbox.run(request(name, arguments));
    assert_eq!(run("crm__look", json!({"what": "x"})).await, Ok(json!({"seen": true})));
    assert!(matches!(run("crm__look", json!({})).await, Err(ToolFailure::Invalid { .. })));
    let failed = ToolFailure::Failed { message: "no such thing".into() };
    assert_eq!(run("crm__fail", json!({})).await, Err(failed));
    assert_eq!(run("crm__slow", json!({})).await, Err(ToolFailure::TimedOut));
    let long = run("crm__long", json!({})).await.unwrap();
    assert_eq!(long["cut"], true);
    assert!(long.to_string().len() < 20_000);
    assert_eq!(run("crm__env", json!({})).await, Ok(json!({"text": "given-"})), "our environment is not the child's");
    drop(server);
    assert!(toolbox.names().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_died_is_started_again() {
    let (toolbox, folder) = (toolbox(), tempfile::tempdir().unwrap());
    let _server = McpServer::start(child(&folder.path().join("died")), toolbox.clone());
    until(&toolbox, "crm__die", true).await;
    // It may have done it before it died.
    assert_eq!(toolbox.run(request("crm__die", json!({}))).await, Err(ToolFailure::TimedOut));
    until(&toolbox, "crm__again", true).await;
    assert_eq!(toolbox.run(request("crm__look", json!({"what": "x"}))).await, Ok(json!({"seen": true})));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_not_there_costs_nothing_but_its_tools() {
    let transport = McpTransport::Command { program: "/nowhere/at-all".into(), arguments: vec![], environment: vec![] };
    let toolbox = toolbox();
    let server = McpServer::start(McpSettings::new("crm", transport), toolbox.clone());
    assert!(matches!(toolbox.run(request("crm__look", json!({}))).await, Err(ToolFailure::Failed { .. })));
    assert_eq!(server.name(), "crm");
}

#[derive(Clone, Default)]
struct Shop {
    listed: Arc<AtomicU32>,
}

/// Streamable HTTP without streams: every request has its answer as JSON.
async fn serve(State(shop): State<Shop>, headers: HeaderMap, Json(message): Json<Value>) -> Response {
    if headers.get("authorization").is_none_or(|key| key != "Bearer s3cret") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let result = match message["method"].as_str().unwrap_or_default() {
        "initialize" => json!({"protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
            "serverInfo": {"name": "shop", "version": "1"}}),
        "tools/list" => {
            let round = shop.listed.fetch_add(1, Ordering::SeqCst);
            let tool = |name: &str| {
                json!({"name": name, "inputSchema": {"type": "object",
                "required": ["pin"], "properties": {"pin": {"type": "string"}}}})
            };
            if round == 0 { json!({"tools": [tool("old"), tool("pay")]}) } else { json!({"tools": [tool("pay")]}) }
        }
        "tools/call" => json!({"content": [], "structuredContent": {"got": message["params"]["arguments"]}}),
        _ => return StatusCode::ACCEPTED.into_response(),
    };
    Json(json!({"jsonrpc": "2.0", "id": message["id"], "result": result})).into_response()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tools_of_a_server_by_http_are_listed_again_and_again() {
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", door.local_addr().unwrap());
    let router = axum::Router::new().route("/mcp", post(serve)).with_state(Shop::default());
    tokio::spawn(async move { axum::serve(door, router).await });
    let headers = vec![("Authorization".to_owned(), "Bearer s3cret".to_owned())];
    let settings = McpSettings {
        refresh: Duration::from_millis(50),
        ..McpSettings::new("shop", McpTransport::Http { url, headers })
    };
    let toolbox = toolbox();
    let _server = McpServer::start(settings, toolbox.clone());
    until(&toolbox, "shop__pay", true).await;
    until(&toolbox, "shop__old", false).await;
    // What was typed goes where the tool wants it, and is in no result.
    let mut typed = request("shop__pay", json!({}));
    typed.keys.insert("pin".into(), "4711".into());
    assert_eq!(toolbox.run(typed).await, Ok(json!({"got": {"pin": "[typed]"}})));
    assert!(matches!(toolbox.run(request("shop__pay", json!({}))).await, Err(ToolFailure::Invalid { .. })));
}
