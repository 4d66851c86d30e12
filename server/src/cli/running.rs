//! The Callwright that runs with this configuration, asked by its API with its first key.

use std::time::Duration;

use reqwest::{Body, Method, StatusCode};
use serde_json::Value;

use crate::config::Config;

/// It cannot be asked, or said no. The text says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotRunning(String);

/// The way to it.
pub(super) struct RunningHouse {
    client: reqwest::Client,
    /// `HOST:PORT`.
    pub place: String,
    key: Option<String>,
}

impl RunningHouse {
    pub(super) fn new(config: &Config) -> Result<Self, reqwest::Error> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listen = config.http.listen;
        let host = match listen {
            _ if listen.is_unspecified() => "127.0.0.1".to_owned(),
            std::net::IpAddr::V6(address) => format!("[{address}]"),
            std::net::IpAddr::V4(address) => address.to_string(),
        };
        let key = std::fs::read_to_string(config.data.join("api-key")).ok().map(|key| key.trim().to_owned());
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?;
        Ok(Self { client, place: format!("{host}:{}", config.http.port), key })
    }

    /// The key, for who opens a stream.
    pub(super) fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }

    /// Gets a text of this media type.
    pub(super) async fn text(&self, path: &str, accept: &str) -> Result<String, NotRunning> {
        let url = format!("http://{}{path}", self.place);
        let request = self.client.get(&url).bearer_auth(self.key()).header("accept", accept);
        let answer = request.send().await.map_err(|_| {
            NotRunning(format!("Callwright does not answer at {url}: start it, or run this where it runs"))
        })?;
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        if status.is_success() {
            return Ok(text);
        }
        let detail = serde_json::from_str::<Value>(&text).ok().and_then(|it| Some(it["detail"].as_str()?.to_owned()));
        Err(NotRunning(format!("{status}: {}", detail.unwrap_or(text))))
    }

    /// Gets JSON.
    pub(super) async fn json(&self, path: &str) -> Result<Value, NotRunning> {
        let text = self.text(path, "application/json").await?;
        serde_json::from_str(&text).map_err(|_| NotRunning(format!("{path} gave no JSON: is that Callwright?")))
    }

    /// Gets a file, which may take so long.
    pub(super) async fn bytes(&self, path: &str, patience: Duration) -> Result<Vec<u8>, NotRunning> {
        let url = format!("http://{}{path}", self.place);
        let answer = self.client.get(&url).bearer_auth(self.key()).timeout(patience).send().await;
        let answer = answer.map_err(|_| self.silent())?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|_| NotRunning("the answer broke off: ask again".into()))?;
        if status.is_success() {
            return Ok(bytes.into());
        }
        let problem = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
        Err(NotRunning(format!("{status}: {}", problem["detail"].as_str().unwrap_or_default())))
    }

    /// Sends a body of this media type, which may take so long, and gives the status with what JSON came back.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        media_type: &str,
        body: Body,
        patience: Duration,
    ) -> Result<(StatusCode, Value), NotRunning> {
        let url = format!("http://{}{path}", self.place);
        let request = self.client.request(method, &url).bearer_auth(self.key()).timeout(patience);
        let answer = request.header("content-type", media_type).body(body).send().await.map_err(|_| self.silent())?;
        let status = answer.status();
        let bytes = answer.bytes().await.unwrap_or_default();
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    /// Asks with a JSON body, or without one, and gives what JSON came back.
    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, NotRunning> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let (status, answer) = self.send(method, path, "application/json", body.into(), Duration::from_mins(1)).await?;
        if status.is_success() {
            return Ok(answer);
        }
        Err(NotRunning(format!("{status}: {}", answer["detail"].as_str().unwrap_or_default())))
    }

    fn silent(&self) -> NotRunning {
        NotRunning(format!("Callwright does not answer at http://{}: start it, or run this where it runs", self.place))
    }

    /// Whether one answers there.
    pub(super) async fn lives(&self) -> bool {
        self.json("/healthz").await.is_ok_and(|health| health["status"] == "ok")
    }
}
