//! The Callwright that runs with this configuration, asked by its API with its first key.

use std::time::Duration;

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

    /// Whether one answers there.
    pub(super) async fn lives(&self) -> bool {
        self.json("/healthz").await.is_ok_and(|health| health["status"] == "ok")
    }
}
