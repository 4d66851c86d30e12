//! OpenAI-compatible embeddings: `POST /v1/embeddings`.
//! <https://platform.openai.com/docs/api-reference/embeddings/create> (2026-11-21)

use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, StatusCode, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{EmbedError, Embedder};

/// The longest wait that a server may ask for between two tries.
const MOST_PATIENCE: Duration = Duration::from_secs(20);

/// A model of embeddings behind an OpenAI-compatible server.
#[derive(Clone)]
pub struct OpenAiEmbedderSettings {
    /// The server, such as `https://api.openai.com/v1` or `http://127.0.0.1:11434/v1`.
    pub url: String,
    /// The model.
    pub model: String,
    /// The key; `None` where none is asked for.
    pub key: Option<SecretString>,
    /// How long one request may take; 30 s by default. A question within a call should be given less.
    pub timeout: Duration,
    /// How often a request is sent again that failed for a while (429, 5xx, no connection); twice by default.
    pub retries: u32,
    /// The wait before the first retry, doubled before the next; 500 ms by default.
    pub backoff: Duration,
    /// How many texts one request holds; 64 by default.
    pub batch: usize,
    /// Further fields of the request, such as `dimensions`.
    pub extra: Map<String, Value>,
}

impl OpenAiEmbedderSettings {
    /// A model with the default settings, without a key.
    pub fn new(url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            model: model.into(),
            key: None,
            timeout: Duration::from_secs(30),
            retries: 2,
            backoff: Duration::from_millis(500),
            batch: 64,
            extra: Map::new(),
        }
    }
}

impl std::fmt::Debug for OpenAiEmbedderSettings {
    /// Leaves out the key, and the address, which may hold one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenAiEmbedderSettings").field("model", &self.model).finish_non_exhaustive()
    }
}

/// Embeddings of an OpenAI-compatible server.
pub struct OpenAiEmbedder {
    settings: OpenAiEmbedderSettings,
    client: Client,
    url: Url,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: Option<usize>,
    embedding: Vec<f32>,
}

/// Why one try failed, and how long the server wants to be left alone.
struct Failure {
    error: EmbedError,
    again: bool,
    wait: Option<Duration>,
}

impl OpenAiEmbedder {
    /// Connects to nothing yet.
    pub fn new(settings: OpenAiEmbedderSettings) -> Result<Self, EmbedError> {
        let address = format!("{}/embeddings", settings.url.trim_end_matches('/'));
        let url = Url::parse(&address).map_err(|_| EmbedError::Address)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(EmbedError::Address);
        }
        Ok(Self { client: client(settings.key.as_ref())?, settings, url })
    }

    async fn batch(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut body = self.settings.extra.clone();
        body.insert("model".into(), self.settings.model.as_str().into());
        body.insert("input".into(), texts.into());
        body.insert("encoding_format".into(), "float".into());
        let mut wait = self.settings.backoff;
        for left in (0..=self.settings.retries).rev() {
            match self.once(&body, texts.len()).await {
                Ok(vectors) => return Ok(vectors),
                Err(failure) if left == 0 || !failure.again => return Err(failure.error),
                Err(failure) => tokio::time::sleep(failure.wait.unwrap_or(wait).min(MOST_PATIENCE)).await,
            }
            wait *= 2;
        }
        Err(EmbedError::Unreachable)
    }

    async fn once(&self, body: &Map<String, Value>, count: usize) -> Result<Vec<Vec<f32>>, Failure> {
        let request = self.client.post(self.url.clone()).timeout(self.settings.timeout).json(body);
        let response = request.send().await.map_err(|error| Failure::of(&error))?;
        let status = response.status();
        if !status.is_success() {
            let field = response.headers().get(header::RETRY_AFTER).and_then(|field| field.to_str().ok());
            let wait = field.and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
            let again = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
            return Err(Failure { error: EmbedError::Refused { status: status.as_u16() }, again, wait });
        }
        let bytes = response.bytes().await.map_err(|error| Failure::of(&error))?;
        let answer: Answer = serde_json::from_slice(&bytes).map_err(|_| Failure::malformed("no list of vectors"))?;
        in_order(answer.data, count).map_err(Failure::malformed)
    }
}

impl Embedder for OpenAiEmbedder {
    fn model(&self) -> &str {
        &self.settings.model
    }

    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Vec<Vec<f32>>, EmbedError>> {
        Box::pin(async move {
            let mut vectors = Vec::with_capacity(texts.len());
            for batch in texts.chunks(self.settings.batch.max(1)) {
                vectors.extend(self.batch(batch).await?);
            }
            let length = vectors.first().map(Vec::len);
            if vectors.iter().any(|vector| Some(vector.len()) != length) {
                return Err(EmbedError::Malformed { what: "vectors of different lengths" });
            }
            Ok(vectors)
        })
    }
}

impl Failure {
    fn of(error: &reqwest::Error) -> Self {
        let error = if error.is_timeout() { EmbedError::TimedOut } else { EmbedError::Unreachable };
        Self { error, again: true, wait: None }
    }

    fn malformed(what: &'static str) -> Self {
        Self { error: EmbedError::Malformed { what }, again: false, wait: None }
    }
}

/// The vectors in the order of the texts: a server may answer in any.
fn in_order(mut items: Vec<Item>, count: usize) -> Result<Vec<Vec<f32>>, &'static str> {
    if items.len() != count {
        return Err("not one vector for each text");
    }
    items.sort_by_key(|item| item.index);
    if items.iter().any(|item| item.embedding.is_empty() || item.embedding.iter().any(|number| !number.is_finite())) {
        return Err("a vector without numbers");
    }
    Ok(items.into_iter().map(|item| item.embedding).collect())
}

fn client(key: Option<&SecretString>) -> Result<Client, EmbedError> {
    // The process may have chosen a provider before: then that one stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    if let Some(key) = key {
        let field = format!("Bearer {}", key.expose_secret().trim());
        let mut field = HeaderValue::from_str(&field).map_err(|_| EmbedError::Key)?;
        field.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, field);
    }
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    Client::builder()
        .user_agent(concat!("Callwright/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .tls_certs_merge(roots.iter().filter_map(|root| Certificate::from_der(root.as_ref()).ok()))
        .build()
        .map_err(|_| EmbedError::Key)
}
