//! One request to one webhook.

use std::time::Duration;

use reqwest::{Certificate, Client, header, redirect};
use store::{EventRecord, WebhookRecord};

use super::sign::signature;
use crate::api::now_ms;
use crate::api::wire::Event;

/// The sender cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the client that sends webhooks cannot be made")]
pub struct SenderError(#[source] reqwest::Error);

/// How a try went.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// 2xx.
    Taken { status: u16 },
    /// 410: no more events, ever.
    Gone,
    /// Anything else.
    Failed { status: Option<u16>, error: String, retry_after: Option<Duration> },
}

pub(super) struct Sender {
    client: Client,
}

impl Sender {
    /// `time_limit`: for one request from its first byte to the head of the answer.
    pub(super) fn new(time_limit: Duration) -> Result<Self, SenderError> {
        // The process may have chosen a provider before: then that one stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        let roots = roots.iter().filter_map(|root| Certificate::from_der(root.as_ref()).ok());
        Client::builder()
            .user_agent(concat!("Callwright/", env!("CARGO_PKG_VERSION")))
            .timeout(time_limit)
            .connect_timeout(time_limit)
            .redirect(redirect::Policy::none())
            .pool_max_idle_per_host(2)
            .tls_certs_merge(roots)
            .build()
            .map(|client| Self { client })
            .map_err(SenderError)
    }

    pub(super) async fn send(&self, webhook: &WebhookRecord, event: EventRecord) -> Attempt {
        let id = event.id.to_string();
        let timestamp = now_ms().div_euclid(1_000);
        let traceparent = event.call.and_then(crate::wiring::trace_header);
        let failed = |error: &str| Attempt::Failed { status: None, error: error.to_owned(), retry_after: None };
        let Ok(body) = serde_json::to_vec(&Event::from(event)) else {
            return failed("the event has no form as JSON");
        };
        let Some(signature) = signature(&webhook.secret, &id, timestamp, &body) else {
            return failed("the webhook's secret is not whsec_ and base 64: give it a new one");
        };
        let request = self
            .client
            .post(&webhook.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body);
        let request = match traceparent {
            Some(traceparent) => request.header("traceparent", traceparent),
            None => request,
        };
        match request.send().await {
            // The answer's body is of no interest: it is not read.
            Ok(response) => judge(&response),
            Err(error) => failed(explain(&error)),
        }
    }
}

fn judge(response: &reqwest::Response) -> Attempt {
    let status = response.status();
    if status.is_success() {
        return Attempt::Taken { status: status.as_u16() };
    }
    if status == reqwest::StatusCode::GONE {
        return Attempt::Gone;
    }
    let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    let error = if status.is_redirection() {
        format!("{status}: redirects are not followed, give the final address")
    } else {
        status.to_string()
    };
    Attempt::Failed { status: Some(status.as_u16()), error, retry_after }
}

/// Why a request had no answer, without its address: it may hold a token.
fn explain(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no answer within the time limit"
    } else if error.is_connect() {
        "no connection: wrong name or port, a firewall, or a certificate that is not valid"
    } else if error.is_builder() {
        "the address is not valid"
    } else {
        "the connection broke off before an answer"
    }
}
