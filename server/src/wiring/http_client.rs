//! Requests that flows make to systems of the business.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use call_model::{CallId, HttpFailure, HttpMethod, HttpReply, HttpRequest};
use calls::HttpClient;
use futures_util::StreamExt;
use telemetry::trace::CallStory;

use super::traces::Doing;

/// The longest reply that a flow is given, bytes; what is beyond is cut off.
const MAX_REPLY: usize = 64 * 1024;
/// The longest that a request may take, whatever the flow says.
const MAX_TIME: Duration = Duration::from_secs(30);

/// The HTTP client of flows. Follows no redirects: where a request goes is the flow's word alone.
#[derive(Debug, Clone)]
pub struct FlowHttp {
    client: reqwest::Client,
}

impl FlowHttp {
    /// Builds the client.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("Callwright/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpReply, HttpFailure> {
        let refused = |reason: &str| HttpFailure::Refused(reason.to_owned());
        let url = reqwest::Url::parse(&request.url).map_err(|_| refused("the address is not valid"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("only http and https addresses are allowed"));
        }
        let method = match request.method {
            HttpMethod::Get => reqwest::Method::GET,
            HttpMethod::Post => reqwest::Method::POST,
            HttpMethod::Put => reqwest::Method::PUT,
            HttpMethod::Patch => reqwest::Method::PATCH,
            HttpMethod::Delete => reqwest::Method::DELETE,
        };
        let mut builder = self.client.request(method, url);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        if let Some(traceparent) = agent_tools::trace::current() {
            builder = builder.header("traceparent", traceparent);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let response = builder.send().await.map_err(|error| {
            if error.is_builder() { refused("a header is not valid") } else { HttpFailure::Unreachable }
        })?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| HttpFailure::Unreachable)?;
            body.extend_from_slice(&chunk[..chunk.len().min(MAX_REPLY - body.len())]);
            if body.len() == MAX_REPLY {
                break;
            }
        }
        Ok(HttpReply { status, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

impl HttpClient for FlowHttp {
    fn send_for(
        &self,
        call: CallId,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpReply, HttpFailure>> + Send + '_>> {
        let key = format!("{:p}", &raw const request);
        let Some(doing) = Doing::begin(call, "http", &key, Some(CallStory::app(call))) else {
            return self.send(request);
        };
        Box::pin(async move {
            let reply = agent_tools::trace::scope(Some(doing.header()), self.send(request)).await;
            let fault = match &reply {
                Ok(reply) if reply.status >= 500 => Some("the system failed"),
                Ok(_) => None,
                Err(HttpFailure::TimedOut) => Some("timed out"),
                Err(_) => Some("not reached"),
            };
            doing.done(fault);
            reply
        })
    }

    fn send(&self, request: HttpRequest) -> Pin<Box<dyn Future<Output = Result<HttpReply, HttpFailure>> + Send + '_>> {
        let limit = Duration::from_millis(request.timeout_ms).min(MAX_TIME);
        Box::pin(async move {
            tokio::time::timeout(limit, self.exchange(request)).await.unwrap_or(Err(HttpFailure::TimedOut))
        })
    }
}
