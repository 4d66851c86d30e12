//! Requests to a provider: pooled connections, time limits, tries before the first byte.

use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, redirect};
use secrecy::ExposeSecret as _;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::endpoint::{Endpoint, Limits, ProviderError};
use super::failure::{Failure, retry_after};
use super::tls;

/// The wait before the second try; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The most bytes of an error's body that are read.
const MAX_ERROR_BYTES: usize = 8 << 10;

/// Connections that may be kept open unused.
const MAX_IDLE: usize = 64;

/// One provider.
#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    base: String,
    limits: Limits,
}

impl Http {
    /// To be called inside a tokio runtime. Opens a first connection in the background, where it is to be kept warm.
    pub(super) fn new(endpoint: &Endpoint) -> Result<Arc<Self>, ProviderError> {
        let known = endpoint.url.starts_with("http://") || endpoint.url.starts_with("https://");
        if !known || reqwest::Url::parse(&endpoint.url).is_err() {
            return Err(ProviderError::Url { url: endpoint.url.clone() });
        }
        let mut headers = HeaderMap::new();
        if let Some(key) = &endpoint.key {
            let value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()));
            let mut value = value.map_err(|_| ProviderError::Key)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let tls = tls::config().map_err(ProviderError::Tls)?;
        let client = Client::builder()
            .tls_backend_preconfigured((*tls).clone())
            .user_agent(concat!("Callwright/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(endpoint.limits.connect)
            .redirect(redirect::Policy::none())
            .pool_max_idle_per_host(MAX_IDLE)
            .tcp_keepalive(Duration::from_secs(30))
            .build()
            .map_err(ProviderError::Client)?;
        let http = Arc::new(Self { client, base: endpoint.url.clone(), limits: endpoint.limits });
        if let Some(every) = endpoint.keep_warm {
            tokio::spawn(keep_warm(Arc::downgrade(&http), every.max(Duration::from_secs(1))));
        }
        Ok(http)
    }

    /// Posts, and waits for the first byte of the answer's body.
    pub(super) async fn post(&self, path: &str, content_type: &str, body: Bytes) -> Result<Answer, Failure> {
        let url = format!("{}{path}", self.base);
        retry(self.limits, || {
            let request = self.client.post(&url).header(CONTENT_TYPE, content_type).body(body.clone());
            async {
                let mut response = accepted(request.send().await.map_err(|error| explain(&error))?).await?;
                let first = response.chunk().await.map_err(|error| explain(&error))?;
                Ok(Answer { first, response, stall: self.limits.stall })
            }
        })
        .await
    }
}

/// Tries, within the limits, until the outcome is good or no other try may go better.
pub(super) async fn retry<T, F>(limits: Limits, mut attempt: impl FnMut() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let deadline = Instant::now() + limits.within;
    let mut wait = FIRST_WAIT;
    for tries in 1.. {
        let until = deadline.min(Instant::now() + limits.first_byte);
        let outcome = timeout_at(until, attempt()).await;
        let failure = match outcome.unwrap_or(Err(Failure::TimedOut { limit: limits.first_byte.min(limits.within) })) {
            Ok(done) => return Ok(done),
            Err(failure) => failure,
        };
        let pause = failure.retry_after().unwrap_or(wait);
        if tries >= limits.attempts || !failure.is_passing() || Instant::now() + pause >= deadline {
            return Err(failure);
        }
        sleep(pause).await;
        wait *= 2;
    }
    Err(Failure::TimedOut { limit: limits.within })
}

/// The answer, if its status is good.
async fn accepted(mut response: Response) -> Result<Response, Failure> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let wait = response.headers().get(RETRY_AFTER).and_then(|value| retry_after(value.to_str().ok()?));
    let mut body = Vec::new();
    // What cannot be read of an error's body is not missed.
    while let Ok(Some(piece)) = response.chunk().await
        && body.len() < MAX_ERROR_BYTES
    {
        body.extend_from_slice(&piece);
    }
    Err(Failure::of_status(status.as_u16(), wait, &body))
}

fn explain(error: &reqwest::Error) -> Failure {
    if error.is_connect() {
        Failure::Unreachable("no connection")
    } else if error.is_timeout() {
        Failure::Unreachable("no connection in time")
    } else if error.is_body() || error.is_decode() {
        Failure::Broken("the answer was cut")
    } else {
        Failure::Unreachable("the connection was lost")
    }
}

/// An answer whose first bytes are here.
#[derive(Debug)]
pub(super) struct Answer {
    first: Option<Bytes>,
    response: Response,
    stall: Duration,
}

impl Answer {
    /// The next bytes; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        match timeout(self.stall, self.response.chunk()).await {
            Err(_) => Err(Failure::TimedOut { limit: self.stall }),
            Ok(piece) => piece.map_err(|error| explain(&error)),
        }
    }

    /// All of it, at most so many bytes.
    pub(super) async fn whole(mut self, most: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next().await? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > most {
                return Err(Failure::Broken("the answer is too long"));
            }
        }
        Ok(bytes)
    }
}

/// Asks for something small again and again, so that a connection is there when it is needed.
async fn keep_warm(http: Weak<Http>, every: Duration) {
    loop {
        {
            let Some(http) = http.upgrade() else { return };
            let request = http.client.get(format!("{}/models", http.base)).timeout(every);
            if let Ok(mut response) = request.send().await {
                // Only a body that was read leaves its connection to others.
                while let Ok(Some(_)) = response.chunk().await {}
            }
        }
        sleep(every).await;
    }
}
