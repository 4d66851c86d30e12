//! Whether the program lives, whether it can take calls, and what it counts.

use std::time::Instant;

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics::{counter, gauge, histogram};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{Kind, Problem};
use super::state::{ApiState, Check};

/// The program lives.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// Version of the program.
    version: &'static str,
}

/// Calls can be taken.
#[derive(Serialize, ToSchema)]
pub(super) struct Readiness {
    /// Always `ready`.
    status: &'static str,
    /// Calls that run now.
    calls: usize,
    /// What was looked at.
    checks: Vec<Check>,
}

/// Whether the program lives.
#[utoipa::path(get, path = "/healthz", tag = "operation", operation_id = "health", security(()),
    responses((status = 200, body = Health)))]
pub(super) async fn healthz() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Whether calls can be taken. The problem document of a 503 names what is wrong in `checks`.
#[utoipa::path(get, path = "/readyz", tag = "operation", operation_id = "readiness", security(()),
    responses((status = 200, body = Readiness),
              (status = 503, description = "Calls cannot be taken", body = Problem)))]
pub(super) async fn readyz(State(state): State<ApiState>) -> Result<Json<Readiness>, Problem> {
    let books = state.store().check().await;
    let detail = books.as_ref().err().map(|error| format!("{error}: look at the disk of the data folder"));
    let mut checks = vec![Check { name: "books".to_owned(), ok: books.is_ok(), detail }];
    checks.extend(state.calls().readiness());
    let wrong: Vec<&str> = checks.iter().filter(|check| !check.ok).map(|check| check.name.as_str()).collect();
    if wrong.is_empty() {
        return Ok(Json(Readiness { status: "ready", calls: state.calls().live_count(), checks }));
    }
    let detail = format!("not ready: {}; `checks` says what to do", wrong.join(", "));
    Err(Problem::new(Kind::NotReady, detail).with("checks", &checks).retry_after(2))
}

/// Counters and gauges in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", operation_id = "metrics", security(()),
    responses((status = 200, content_type = "text/plain", body = String)))]
pub(super) async fn metrics(State(state): State<ApiState>) -> Result<Response, Problem> {
    let none = || Problem::new(Kind::NotFound, "metrics are switched off in this program");
    let handle = state.metrics().ok_or_else(none)?;
    let books = state.store().stats();
    state.calls().measure().await;
    gauge!("callwright_store_longest_write_seconds").set(books.longest_us as f64 / 1e6);
    counter!("callwright_store_retries_total").absolute(books.retries);
    counter!("callwright_store_busy_microseconds_total").absolute(books.busy_us);
    gauge!("callwright_store_writes_waiting").set(books.waiting as f64);
    counter!("callwright_store_writes_total").absolute(books.writes);
    counter!("callwright_store_writes_failed_total").absolute(books.failed);
    counter!("callwright_store_groups_total").absolute(books.groups);
    let media_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((media_type, handle.render()).into_response())
}

/// Counts and times each request, by the path's pattern.
pub(super) async fn measure(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let path = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    counter!("callwright_http_requests_total", "method" => method, "path" => path.clone(), "status" => status)
        .increment(1);
    histogram!("callwright_http_request_seconds", "path" => path).record(began.elapsed().as_secs_f64());
    response
}
