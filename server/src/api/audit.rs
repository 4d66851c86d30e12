//! Who did what.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use call_model::AuditId;
use serde::{Deserialize, Serialize};
use store::{ActorKind, AuditFilter, AuditRecord, AuditResult, PageRequest};
use utoipa::{IntoParams, ToSchema};

use super::extract::Params;
use super::page::{List, page_request};
use super::problem::Problem;
use super::state::ApiState;
use super::wire::Time;
use crate::people::export::guarded;

/// Entries that a table holds at most: the newest.
const MOST_ROWS: usize = 50_000;

/// Something that was done.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditLine {
    /// Id.
    #[schema(value_type = String)]
    id: AuditId,
    /// When.
    at: Time,
    /// Who: `user`, `key`, or `none` where nobody is known.
    #[schema(value_type = String)]
    kind: ActorKind,
    /// Id of the user, name of the key.
    actor: Option<String>,
    /// Whence.
    address: Option<String>,
    /// What: a code that stays the same.
    #[schema(example = "recording.read")]
    action: String,
    /// To what: its id, or several with a `/` between them.
    object: Option<String>,
    /// `ok`, `refused` (it was not permitted) or `failed`.
    #[schema(value_type = String)]
    result: AuditResult,
}

impl From<AuditRecord> for AuditLine {
    fn from(record: AuditRecord) -> Self {
        let entry = record.entry;
        Self {
            id: record.id,
            at: Time(record.at_ms),
            kind: entry.kind,
            actor: entry.actor,
            address: entry.address,
            action: entry.action,
            object: entry.object,
            result: entry.result,
        }
    }
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditQuery {
    /// Id of a user, or name of a key.
    actor: Option<String>,
    /// A code, such as `recording.read`.
    action: Option<String>,
    /// Id of what it was done to.
    object: Option<String>,
    /// At this time or after: RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<jiff::Timestamp>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<jiff::Timestamp>,
    /// The most entries on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Who did what, newest first. With `Accept: text/csv` as a table, of the newest 50,000 entries.
#[utoipa::path(get, path = "/v1/audit", tag = "access", operation_id = "listAudit", params(AuditQuery),
    responses((status = 200, body = inline(List<AuditLine>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    headers: HeaderMap,
    Params(query): Params<AuditQuery>,
) -> Result<Response, Problem> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let filter = AuditFilter {
        actor: query.actor,
        action: query.action,
        object: query.object,
        from_ms: query.from.map(jiff::Timestamp::as_millisecond),
        to_ms: query.to.map(jiff::Timestamp::as_millisecond),
    };
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.starts_with("text/csv") {
        return table(&state, &filter).await;
    }
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok((no_store, List::page(state.store().audit(&filter, &page).await?, AuditLine::from)).into_response())
}

async fn table(state: &ApiState, filter: &AuditFilter) -> Result<Response, Problem> {
    let mut page = PageRequest::first(PageRequest::MAX_LIMIT);
    let mut csv = csv::Writer::from_writer(Vec::new());
    let failed = |_| Problem::new(super::problem::Kind::Internal, "the table could not be written: ask again");
    csv.write_record(["at", "kind", "actor", "address", "action", "object", "result"]).map_err(failed)?;
    let mut rows = 0;
    loop {
        let found = state.store().audit(filter, &page).await?;
        rows += found.data.len();
        for AuditRecord { at_ms, entry, .. } in found.data {
            let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default().to_string();
            // Keys are called what people like, and ids come from paths that anybody may ask for.
            let text = |text: Option<String>| guarded(&text.unwrap_or_default());
            let (actor, address, object): (String, String, String) =
                (text(entry.actor), text(entry.address), text(entry.object));
            let result = entry.result.as_str();
            csv.write_record([at.as_str(), entry.kind.as_str(), &actor, &address, &entry.action, &object, result])
                .map_err(failed)?;
        }
        page.cursor = found.next;
        if page.cursor.is_none() || rows >= MOST_ROWS {
            break;
        }
    }
    let bytes = csv.into_inner().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, bytes).into_response())
}
