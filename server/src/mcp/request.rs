//! A request to the REST surface that never leaves the process.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::MatchedPath;
use axum::http::{self, Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use reqwest::Url;
use serde_json::Value;
use tower::ServiceExt;

/// The largest answer that is handed on, bytes.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// A request.
#[derive(Debug)]
pub(super) struct Request {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Value>,
}

/// What came of it.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    Json(Value),
    Text(String),
    Nothing,
    /// It was not done; the text says why and what to do.
    Problem {
        status: u16,
        text: String,
    },
}

impl Request {
    /// Asks for what is under `/v1/` and these names.
    pub fn get(names: &[&str]) -> Self {
        Self::new(Method::GET, names)
    }

    pub fn new(method: Method, names: &[&str]) -> Self {
        // Only its path and query are used.
        let mut url: Url = Url::from_directory_path("/").unwrap_or_else(|()| unreachable!("`/` is a directory"));
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().push("v1").extend(names);
        }
        Self { method, url, headers: HeaderMap::new(), body: None }
    }

    pub fn query(&mut self, name: &str, value: &str) {
        self.url.query_pairs_mut().append_pair(name, value);
    }

    /// `false`: a header cannot hold this.
    pub fn header(&mut self, name: HeaderName, value: &str) -> bool {
        let value = HeaderValue::from_str(value);
        value.map(|value| self.headers.insert(name, value)).is_ok()
    }

    pub fn body(&mut self, body: Value) {
        self.body = Some(body);
    }

    /// Path and query, as they are asked for.
    pub fn target(&self) -> String {
        self.url.query().map_or_else(|| self.url.path().to_owned(), |query| format!("{}?{query}", self.url.path()))
    }

    /// Has the surface answer. `extensions`: of the request that this one is made for.
    pub async fn send(self, rest: Router, extensions: Extensions) -> Answer {
        let broken = || Answer::Problem { status: 500, text: "the request could not be made".to_owned() };
        let target = self.target();
        let body = self.body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let Ok(mut request) = http::Request::builder().method(self.method).uri(target).body(body) else {
            return broken();
        };
        *request.extensions_mut() = extensions;
        // It has a path of its own: not one beneath that of the request that it is made for.
        request.extensions_mut().remove::<MatchedPath>();
        *request.headers_mut() = self.headers;
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let Ok(response) = rest.oneshot(request).await;
        let (parts, body) = response.into_parts();
        let Ok(bytes) = to_bytes(body, MAX_ANSWER).await else {
            let text = "the answer is too large: ask for less at a time".to_owned();
            return Answer::Problem { status: StatusCode::PAYLOAD_TOO_LARGE.as_u16(), text };
        };
        read(parts.status, &bytes)
    }
}

fn read(status: StatusCode, bytes: &[u8]) -> Answer {
    let json: Option<Value> = serde_json::from_slice(bytes).ok();
    if !status.is_success() {
        let text = json.as_ref().map_or_else(|| status.to_string(), problem);
        return Answer::Problem { status: status.as_u16(), text };
    }
    match json {
        _ if bytes.is_empty() => Answer::Nothing,
        Some(value) if value.is_object() => Answer::Json(value),
        _ => Answer::Text(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// A problem document (RFC 9457) in words.
fn problem(document: &Value) -> String {
    let text = |key: &str| document[key].as_str().unwrap_or_default();
    format!("{}: {}", text("title"), text("detail"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_values_cannot_leave_their_place() {
        let mut request = Request::get(&["calls", "../keys?x=1", "transcript"]);
        request.query("q", "a b&limit=200 ü");
        assert_eq!(request.target(), "/v1/calls/..%2Fkeys%3Fx=1/transcript?q=a+b%26limit%3D200+%C3%BC");
        assert_eq!(Request::get(&["agents"]).target(), "/v1/agents");
    }

    #[test]
    fn answers_are_read_by_what_they_are() {
        assert_eq!(read(StatusCode::OK, br#"{"a": 1}"#), Answer::Json(json!({"a": 1})));
        assert_eq!(read(StatusCode::OK, b"Caller: hi"), Answer::Text("Caller: hi".into()));
        assert_eq!(read(StatusCode::OK, b"12"), Answer::Text("12".into()));
        assert_eq!(read(StatusCode::NO_CONTENT, b""), Answer::Nothing);
        let problem = br#"{"title": "There is no such thing", "detail": "there is no such call"}"#;
        let expected = Answer::Problem { status: 404, text: "There is no such thing: there is no such call".into() };
        assert_eq!(read(StatusCode::NOT_FOUND, problem), expected);
    }
}
