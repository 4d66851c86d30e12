//! The REST surface, as its users see it.

use futures_util::StreamExt as _;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::wait;

/// A client with or without a key.
#[derive(Clone)]
pub struct Api {
    client: reqwest::Client,
    base: String,
    key: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: header::HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn ok(self, what: &str) -> Self {
        assert!(self.status.is_success(), "{what}: {} {}", self.status, String::from_utf8_lossy(&self.body));
        self
    }
}

impl Api {
    /// A client of the server at this port.
    pub fn new(port: u16, key: Option<&str>) -> Self {
        Self::at(&format!("127.0.0.1:{port}"), key)
    }

    /// A client of the server at this `HOST:PORT`.
    pub fn at(server: &str, key: Option<&str>) -> Self {
        // Chosen once for the process: that it was chosen before is all right.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Self { client, base: format!("http://{server}"), key: key.map(str::to_owned) }
    }

    /// Asks, whatever the answer is.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        Answer { status, headers, body: answer.bytes().await.unwrap().to_vec() }
    }

    /// Sends a text of this media type, whatever the answer is.
    pub async fn send_text(&self, method: Method, path: &str, media_type: &str, text: &str) -> Answer {
        let request = self.client.request(method, format!("{}{path}", self.base));
        let request = request.bearer_auth(self.key.as_deref().unwrap_or_default());
        let answer = request.header(header::CONTENT_TYPE, media_type).body(text.to_owned()).send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        Answer { status, headers, body: answer.bytes().await.unwrap().to_vec() }
    }

    /// Whether the server takes calls.
    pub async fn is_ready(&self) -> bool {
        let answer = self.client.get(format!("{}/readyz", self.base)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Gets JSON.
    pub async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, None, &[]).await.ok(path).json()
    }

    /// Gets `data` of a list.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        match self.get(path).await["data"].take() {
            Value::Array(items) => items,
            other => panic!("{path} is no list: {other}"),
        }
    }

    /// Gets bytes.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        self.ask(Method::GET, path, None, &[]).await.ok(path).body
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        self.ask(Method::POST, path, Some(body), &[]).await.ok(path).json()
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) {
        self.ask(Method::DELETE, path, None, &[]).await.ok(path);
    }

    /// Puts a text of this media type.
    pub async fn put_text(&self, path: &str, media_type: &str, text: &str) -> Value {
        let request =
            self.client.put(format!("{}{path}", self.base)).bearer_auth(self.key.as_deref().unwrap_or_default());
        let answer = request.header(header::CONTENT_TYPE, media_type).body(text.to_owned()).send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        Answer { status, headers, body: answer.bytes().await.unwrap().to_vec() }.ok(path).json()
    }

    /// Puts a flow into the books and lets a number be answered by it.
    pub async fn flow(&self, name: &str, yaml: &str) {
        let address = format!("{}/v1/flows/{name}", self.base);
        let request = self.client.put(address).bearer_auth(self.key.as_deref().unwrap_or_default());
        let answer =
            request.header(header::CONTENT_TYPE, "application/yaml").body(yaml.to_owned()).send().await.unwrap();
        assert!(answer.status().is_success(), "the flow {name} is refused: {}", answer.text().await.unwrap());
        self.post("/v1/numbers", &json!({ "number": name, "flow": name })).await;
    }

    /// Puts an agent into the books and lets a number be answered by it.
    pub async fn agent(&self, name: &str, yaml: &str) {
        let address = format!("{}/v1/agents/{name}", self.base);
        let request = self.client.put(address).bearer_auth(self.key.as_deref().unwrap_or_default());
        let answer =
            request.header(header::CONTENT_TYPE, "application/yaml").body(yaml.to_owned()).send().await.unwrap();
        assert!(answer.status().is_success(), "the agent {name} is refused: {}", answer.text().await.unwrap());
        self.post("/v1/numbers", &json!({ "number": name, "agent": name })).await;
    }

    /// Changes something.
    pub async fn patch(&self, path: &str, body: &Value) -> Value {
        self.ask(Method::PATCH, path, Some(body), &[]).await.ok(path).json()
    }

    /// The id of the newest call, once there is one.
    pub async fn newest_call(&self) -> String {
        wait::until("a call is in the books", async || {
            let calls = self.list("/v1/calls?limit=1").await;
            calls.first().map(|call| text(call, "id"))
        })
        .await
    }

    /// A call, once it looks as it should.
    pub async fn call_when(&self, id: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/v1/calls/{id}");
        wait::until(what, async || Some(self.get(&path).await).filter(|call| is(call))).await
    }

    /// A call, once it is over.
    pub async fn ended_call(&self, id: &str) -> Value {
        self.call_when(id, "the call is over", |call| call["state"] == "ended").await
    }

    /// The newest call, once it is over and its recording (if it has one) can be heard.
    pub async fn last_call(&self) -> Value {
        let id = self.newest_call().await;
        self.call_when(&id, "the call and its recording are filed", |call| {
            call["state"] == "ended" && (call["recording"].is_null() || call["recording"]["state"] != "recording")
        })
        .await
    }

    /// The recording of a call as a WAV file.
    pub async fn recording(&self, id: &str) -> Vec<u8> {
        self.bytes(&format!("/v1/calls/{id}/recording")).await
    }

    /// An event of a type, once there is one.
    pub async fn event(&self, kind: &str) -> Value {
        let path = format!("/v1/events?type={kind}&limit=1");
        wait::until(&format!("the event {kind}"), async || self.list(&path).await.into_iter().next()).await
    }

    /// The texts of all lines that a live stream tells of, until the call is filed.
    pub async fn live_lines(&self, path: &str) -> Vec<String> {
        let address = format!("{}{path}", self.base.replacen("http", "ws", 1));
        let mut request = address.into_client_request().unwrap();
        let key = format!("Bearer {}", self.key.as_deref().unwrap_or_default());
        request.headers_mut().insert(header::AUTHORIZATION, key.parse().unwrap());
        let (mut stream, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut lines = Vec::new();
        while let Some(Ok(message)) = wait::done("the live stream goes on", stream.next()).await {
            let Ok(event) = serde_json::from_str::<Value>(message.to_text().unwrap_or_default()) else { continue };
            match event["type"].as_str() {
                Some("line") => lines.push(text(&event["line"], "text")),
                Some("state") if event["state"] == "filed" => break,
                _ => {}
            }
        }
        lines
    }

    /// How often each node of a flow was entered.
    pub async fn entered(&self, flow: &str, node: &str) -> u64 {
        let nodes = self.list(&format!("/v1/flows/{flow}/nodes")).await;
        let found = nodes.iter().find(|entry| entry["node"] == node);
        found.and_then(|entry| entry["entered"].as_u64()).unwrap_or_default()
    }
}

/// A text of a JSON object.
pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no text `{name}` in {value}")).to_owned()
}
