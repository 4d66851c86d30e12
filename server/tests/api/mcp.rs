//! The surface as tools: JSON-RPC over HTTP as models' clients speak it, and with a client of the protocol's makers.

use call_model::Speaker;
use callwright::api::ApiConfig;
use rmcp::ServiceExt;
use rmcp::model::CallToolRequestParams;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::{Value, json};

use crate::support::{AGENT, Answer, CALLER, KEY, NOW, Surface, line, read};

const ACCEPT: &str = "application/json, text/event-stream";

async fn rpc(surface: &Surface, method: &str, params: Value) -> Answer {
    let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    read(surface.request("POST", "/mcp").header("accept", ACCEPT).json(&body)).await
}

/// What a tool gives back, or its refusal.
async fn tool(surface: &Surface, name: &str, arguments: Value) -> Result<Value, String> {
    let result =
        rpc(surface, "tools/call", json!({"name": name, "arguments": arguments})).await.ok(200)["result"].clone();
    let text = result["content"][0]["text"].as_str().unwrap_or_default().to_owned();
    if result["isError"] == true {
        return Err(text);
    }
    Ok(if result["structuredContent"].is_object() { result["structuredContent"].clone() } else { text.into() })
}

async fn talk(surface: &Surface) -> call_model::CallId {
    let call = surface.ended_call(NOW).await;
    let lines = [(Speaker::Us, 0, "Hello."), (Speaker::Caller, 1_500, "I need a crown on Monday.")];
    for (speaker, from, text) in lines {
        surface.store.append_line(line(call, speaker, from, text)).await.unwrap();
    }
    call
}

#[tokio::test]
async fn a_client_of_the_protocols_makers_finds_its_way() {
    let surface = Surface::start().await;
    let call = surface.ended_call(NOW).await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = StreamableHttpClientTransportConfig::with_uri(format!("{}/mcp", surface.base)).auth_header(KEY);
    let client = ().serve(StreamableHttpClientTransport::from_config(config)).await.unwrap();
    let tools = client.list_all_tools().await.unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
    let all = [
        "list_calls",
        "get_call",
        "get_transcript",
        "search_transcripts",
        "list_contacts",
        "get_contact",
        "update_contact",
        "place_call",
        "list_agents",
        "hang_up_call",
    ];
    assert_eq!(names, all);
    let arguments = json!({"id": call.to_string()}).as_object().cloned().unwrap();
    let got = client.call_tool(CallToolRequestParams::new("get_call").with_arguments(arguments)).await.unwrap();
    assert_eq!(got.structured_content.unwrap()["id"], call.to_string());
    let resources = client.list_all_resources().await.unwrap();
    assert!(resources.is_empty(), "nothing was written down in that call");
    client.cancel().await.unwrap();
}

#[tokio::test]
async fn it_says_what_it_is_and_keeps_to_the_protocol() {
    let surface = Surface::start().await;
    let hello =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let hello = rpc(&surface, "initialize", hello).await;
    assert!(hello.header("mcp-session-id").is_empty(), "nothing is kept");
    let hello = hello.ok(200);
    assert_eq!(hello["result"]["protocolVersion"], "2025-06-18");
    assert_eq!(hello["result"]["serverInfo"]["name"], "callwright");
    assert!(hello["result"]["capabilities"]["tools"].is_object());
    let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let note = read(surface.request("POST", "/mcp").header("accept", ACCEPT).json(&note)).await;
    assert_eq!(note.status.as_u16(), 202);
    let unknown = rpc(&surface, "calls/all", json!({})).await.body;
    assert_eq!(unknown["error"]["code"], -32601, "{unknown}");
    let unknown = rpc(&surface, "tools/call", json!({"name": "delete_all"})).await.body;
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    assert!(unknown["error"]["message"].as_str().unwrap().contains("list_calls"));
    let broken = surface.request("POST", "/mcp").header("accept", ACCEPT).header("content-type", "application/json");
    assert!(read(broken.body("{")).await.status.is_client_error());
}

#[tokio::test]
async fn keys_rates_and_sizes_are_those_of_the_rest() {
    let surface =
        Surface::start_with(ApiConfig { requests_per_second: 2, max_body: 2_000, ..ApiConfig::default() }).await;
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let url = format!("{}/mcp", surface.base);
    read(surface.http.post(&url).header("accept", ACCEPT).json(&body)).await.problem(401);
    read(surface.http.post(&url).bearer_auth("cw_wrong").header("accept", ACCEPT).json(&body)).await.problem(401);
    let long = json!({"name": "search_transcripts", "arguments": {"q": "a".repeat(3_000)}});
    assert_eq!(rpc(&surface, "tools/call", long).await.status.as_u16(), 413);
    rpc(&surface, "tools/list", json!({})).await.ok(200);
    rpc(&surface, "tools/list", json!({})).await.ok(200);
    rpc(&surface, "tools/list", json!({})).await.problem(429);
}

#[tokio::test]
async fn calls_and_what_was_said_are_read_and_found() {
    let surface = Surface::start().await;
    let call = talk(&surface).await;
    let other = surface.ended_call(NOW + 5_000).await;
    let first = tool(&surface, "list_calls", json!({"limit": 1})).await.unwrap();
    assert_eq!(first["data"][0]["id"], other.to_string());
    let next = first["next"].as_str().unwrap();
    let second = tool(&surface, "list_calls", json!({"limit": 1, "cursor": next})).await.unwrap();
    assert_eq!((&second["data"][0]["id"], &second["next"]), (&json!(call.to_string()), &Value::Null));
    let text = tool(&surface, "get_transcript", json!({"id": call.to_string()})).await.unwrap();
    assert!(text.as_str().unwrap().contains("I need a crown on Monday."), "{text}");
    let whole = tool(&surface, "get_transcript", json!({"id": call.to_string(), "format": "json"})).await.unwrap();
    assert_eq!(whole["lines"][1]["speaker"], "caller");
    let found = tool(&surface, "search_transcripts", json!({"q": "crown"})).await.unwrap();
    assert_eq!(found["data"][0]["call"], call.to_string());
    let uri = format!("callwright://calls/{call}/transcript");
    let listed = rpc(&surface, "resources/list", json!({})).await.ok(200);
    assert_eq!(listed["result"]["resources"][0]["uri"], uri, "{listed}");
    let resource = rpc(&surface, "resources/read", json!({"uri": uri})).await.ok(200);
    assert!(resource["result"]["contents"][0]["text"].as_str().unwrap().contains("crown"), "{resource}");
    let missing = rpc(&surface, "resources/read", json!({"uri": "callwright://calls/call_1/transcript"})).await.body;
    assert!(missing["error"]["code"].is_number(), "{missing}");
}

#[tokio::test]
async fn what_is_wrong_is_said_so_that_a_model_can_put_it_right() {
    let surface = Surface::start().await;
    for (name, arguments, says) in [
        ("get_call", json!({"id": "call_1"}), "id"),
        ("get_call", json!({"id": surface.open_call().await.to_string().replace("call_", "contact_")}), "id"),
        ("list_calls", json!({"state": "gone"}), "state"),
        ("list_calls", json!({"limit": 1_000}), "1 to 200"),
        ("list_calls", json!({"from": "yesterday"}), "from"),
        ("search_transcripts", json!({"q": " "}), "`q`"),
        ("place_call", json!({"to": "+4930901820", "idempotency_key": "a"}), "`agent`"),
        (
            "place_call",
            json!({"to": "+4930901820", "idempotency_key": "a", "agent": "nobody"}),
            "there is no agent of this name",
        ),
        ("update_contact", json!({"id": "contact_01", "name": "A"}), "contact"),
    ] {
        let fault = tool(&surface, name, arguments.clone()).await.unwrap_err();
        assert!(fault.contains(says), "{name} {arguments}: {fault}");
    }
    assert!(surface.calls.placed.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_call_is_placed_once_however_often_it_is_asked_for() {
    let surface = Surface::start().await;
    surface.store.put_agent("assistant", AGENT, NOW).await.unwrap();
    assert_eq!(tool(&surface, "list_agents", json!({})).await.unwrap()["data"][0]["name"], "assistant");
    let wanted = json!({"to": "+4930901820", "agent": "assistant", "idempotency_key": "reminder-1"});
    let placed = tool(&surface, "place_call", wanted.clone()).await.unwrap();
    let again = tool(&surface, "place_call", wanted).await.unwrap();
    assert_eq!(placed["id"], again["id"]);
    assert_eq!(surface.calls.placed.lock().unwrap().len(), 1);
    let done = tool(&surface, "hang_up_call", json!({"id": placed["id"]})).await.unwrap();
    assert_eq!(done, "done");
    assert_eq!(surface.calls.hung_up.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn contacts_are_found_and_changed() {
    let surface = Surface::start().await;
    surface.ended_call(NOW).await;
    let found = tool(&surface, "list_contacts", json!({"number": CALLER})).await.unwrap();
    let id = found["data"][0]["id"].clone();
    let change = json!({"id": id, "name": "Anna Weber", "fields": {"plan": "gold"}});
    assert_eq!(tool(&surface, "update_contact", change).await.unwrap()["name"], "Anna Weber");
    let got = tool(&surface, "get_contact", json!({"id": id})).await.unwrap();
    assert_eq!((&got["fields"]["plan"], &got["name"]), (&json!("gold"), &json!("Anna Weber")));
}
