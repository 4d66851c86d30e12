//! Every error as a problem document (RFC 9457): what is wrong, and what to do.

use std::any::Any;

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use store::StoreError;
use utoipa::ToSchema;

/// Media type of a problem document.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// What is wrong, and what to do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Which kind of problem: a path that begins with `/problems/`, the same for every problem of the kind.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not-found")]
    kind: String,
    /// The kind in words.
    #[schema(example = "There is no such thing")]
    title: &'static str,
    /// HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// What is wrong here, and what to do about it.
    #[schema(example = "there is no such call: take an id from GET /v1/calls")]
    detail: String,
    /// More about some kinds: `faults` of a flow or an agent, `checks` of readiness.
    #[serde(flatten)]
    #[schema(value_type = Object, additional_properties)]
    more: Box<Map<String, Value>>,
    #[serde(skip)]
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

/// The kinds of problem.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    Conflict,
    TooLarge,
    UnsupportedMediaType,
    RangeNotSatisfiable,
    Invalid,
    FlowRefused,
    AgentRefused,
    RehearsalRefused,
    UpgradeRequired,
    TooManyRequests,
    Internal,
    Overloaded,
    NotReady,
    TimedOut,
}

impl Kind {
    const fn parts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::BadRequest => ("bad-request", StatusCode::BAD_REQUEST, "The request cannot be read"),
            Self::Unauthorized => ("unauthorized", StatusCode::UNAUTHORIZED, "A key is needed"),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "This is not permitted"),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "There is no such thing"),
            Self::MethodNotAllowed => {
                ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "The path does not take this method")
            }
            Self::NotAcceptable => ("not-acceptable", StatusCode::NOT_ACCEPTABLE, "There is no such form of it"),
            Self::Conflict => ("conflict", StatusCode::CONFLICT, "This does not go with what there is"),
            Self::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large"),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body has another form")
            }
            Self::RangeNotSatisfiable => {
                ("range-not-satisfiable", StatusCode::RANGE_NOT_SATISFIABLE, "The range lies outside of the file")
            }
            Self::Invalid => ("invalid", StatusCode::UNPROCESSABLE_ENTITY, "A value is not valid"),
            Self::FlowRefused => ("flow-refused", StatusCode::UNPROCESSABLE_ENTITY, "The flow has faults"),
            Self::AgentRefused => ("agent-refused", StatusCode::UNPROCESSABLE_ENTITY, "The agent has faults"),
            Self::RehearsalRefused => {
                ("rehearsal-refused", StatusCode::UNPROCESSABLE_ENTITY, "The rehearsal has faults")
            }
            Self::UpgradeRequired => ("upgrade-required", StatusCode::UPGRADE_REQUIRED, "This is a WebSocket"),
            Self::TooManyRequests => ("too-many-requests", StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Something failed on our side"),
            Self::Overloaded => ("overloaded", StatusCode::SERVICE_UNAVAILABLE, "A limit is reached"),
            Self::NotReady => ("not-ready", StatusCode::SERVICE_UNAVAILABLE, "Calls cannot be taken"),
            Self::TimedOut => ("timed-out", StatusCode::SERVICE_UNAVAILABLE, "It took too long"),
        }
    }
}

impl Problem {
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (name, status, title) = kind.parts();
        Self {
            kind: format!("/problems/{name}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            more: Box::default(),
            headers: Vec::new(),
        }
    }

    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, detail)
    }

    /// What is wrong here, and what to do about it.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// `what`: a kind of thing; `list`: the path where there are some.
    pub(super) fn no_such(what: &str, list: &str) -> Self {
        Self::new(Kind::NotFound, format!("there is no such {what}: take one from GET {list}"))
    }

    pub(super) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.more.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    pub(super) fn with_header(mut self, name: header::HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).map(|value| (name, value)));
        self
    }

    pub(super) fn retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, &seconds.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(what) => {
                Self::new(Kind::NotFound, format!("there is no such {what}: take one from its list"))
            }
            StoreError::Conflict(why) => Self::new(Kind::Conflict, why),
            StoreError::Closed => {
                Self::new(Kind::Overloaded, "Callwright is being stopped: ask again when it is back").retry_after(5)
            }
            StoreError::Busy => Self::new(Kind::Overloaded, error.to_string()).retry_after(10),
            error => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request failed on the books");
                Self::new(Kind::Internal, "the books could not be used: the log says why, under `a request failed`")
            }
        }
    }
}

/// What is none of the API's paths: a file or a page of the console, or nothing.
pub(super) async fn no_such_path(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if let Some(answer) = crate::console::answer(&method, &uri, &headers).await {
        return answer;
    }
    let path: String = uri.path().chars().take(200).collect();
    Problem::new(Kind::NotFound, format!("there is nothing at {path}: /docs lists every path")).into_response()
}

pub(super) async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::new(Kind::MethodNotAllowed, format!("{path} does not take {method}: the header Allow says what it takes"))
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(super) fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let cause = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    tracing::error!(cause = cause.unwrap_or("unknown"), "a request made the program panic");
    Problem::new(Kind::Internal, "the request made us fail: please report it with what you sent").into_response()
}
