//! Whom nobody calls: suppressions, do-not-call lists, and what is known of a number before it is called.

use axum::Json;
use axum::body::Body as RequestBody;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use call_model::{CallId, ContactId};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use store::{AttemptRecord, DoNotCallList, LoadingList, NewSuppression, Standing, Store, SuppressionRecord};
use utoipa::{IntoParams, ToSchema};

use super::consents::{Consent, check_purpose};
use super::contact_sheets::country;
use super::extract::{Body, Id, Params};
use super::flows::check_name;
use super::now_ms;
use super::page::List;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;
use crate::access::Principal;
use crate::people::numbers::{ListReader, ReadList};

/// The most suppressions in one answer.
const MOST: u32 = 1_000;
/// The longest text, bytes.
const MAX_TEXT: usize = 4_000;

/// That somebody is not to be called.
#[derive(Serialize, ToSchema)]
pub(super) struct Suppression {
    /// The number in E.164 or the address; `#` and a salted digest once the person was erased.
    #[schema(example = "+4930901820")]
    number: String,
    /// For what; null: for nothing at all.
    purpose: Option<String>,
    /// How it was said: `key`, `voice`, `inbound`, `api`, `import`, `member`.
    #[schema(example = "key")]
    method: String,
    /// The call in which it was said.
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    /// Where in that call, ms from the answer.
    moment_ms: Option<i64>,
    /// The key that was pressed, or what was said.
    said: Option<String>,
    /// Who wrote it down.
    author: Option<String>,
    /// When.
    at: Time,
}

impl From<SuppressionRecord> for Suppression {
    fn from(record: SuppressionRecord) -> Self {
        Self {
            number: record.number,
            purpose: record.purpose,
            method: record.method,
            call: record.call,
            moment_ms: record.moment_ms,
            said: record.said,
            author: record.author,
            at: Time(record.at_ms),
        }
    }
}

/// Which suppressions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Of this number, as people write it; also of one that was erased.
    number: Option<String>,
    /// Older than this time.
    #[param(value_type = Option<String>, format = DateTime)]
    before: Option<jiff::Timestamp>,
}

/// A suppression to be written down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSuppressionBody {
    /// The number or address.
    #[schema(example = "+4930901820")]
    number: String,
    /// For what; for nothing at all when it is not said.
    purpose: Option<String>,
    /// How it was said; `api` when it is not said.
    method: Option<String>,
    /// The call in which it was said.
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    /// Where in that call, ms from the answer.
    moment_ms: Option<i64>,
    /// The key, or what was said.
    said: Option<String>,
    /// Who writes it down; the name of the API key when it is not said.
    author: Option<String>,
}

/// Which suppression is lifted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct LiftQuery {
    /// Of this number, as people write it.
    number: String,
    /// The one for this purpose; the one for everything when it is not said.
    purpose: Option<String>,
}

/// Who is not to be called, newest first; at most 1,000.
#[utoipa::path(get, path = "/v1/suppressions", tag = "contacts", operation_id = "listSuppressions", params(ListQuery),
    responses((status = 200, body = inline(List<Suppression>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Params(query): Params<ListQuery>,
) -> Result<List<Suppression>, Problem> {
    let found = match &query.number {
        Some(number) => state.store().suppressions_of(number).await?,
        None => state.store().suppressions(query.before.map(jiff::Timestamp::as_millisecond), MOST).await?,
    };
    Ok(List::whole(found.into_iter().map(Suppression::from).collect()))
}

/// Writes down that a number is not to be called, and with it every other number of its contact. It stays when the
/// contact is removed, imported again or erased. What was written down before stays as it was.
#[utoipa::path(post, path = "/v1/suppressions", tag = "contacts", operation_id = "suppress",
    request_body = NewSuppressionBody, responses((status = 201, body = Suppression)))]
pub(super) async fn add(
    State(state): State<ApiState>,
    Extension(owner): Extension<Principal>,
    Body(new): Body<NewSuppressionBody>,
) -> Result<impl IntoResponse, Problem> {
    new.purpose.as_deref().map_or(Ok(()), check_purpose)?;
    let method = new.method.unwrap_or_else(|| "api".to_owned());
    check_purpose(&method)?;
    if [&new.said, &new.author].into_iter().flatten().any(|text| text.len() > MAX_TEXT) {
        return Err(Problem::invalid(format!("a text is longer than {MAX_TEXT} bytes")));
    }
    let new = NewSuppression {
        number: new.number,
        purpose: new.purpose,
        method,
        call: new.call,
        moment_ms: new.moment_ms,
        said: new.said,
        author: new.author.or_else(|| Some(owner.name().to_owned())),
    };
    let made = state.store().suppress(new, now_ms()).await?;
    let made = made.ok_or_else(|| Problem::invalid("`number` is no number and no address: write +4930123456"))?;
    Ok((StatusCode::CREATED, Json(Suppression::from(made))))
}

/// Lifts a suppression: the person asked to be called again.
#[utoipa::path(delete, path = "/v1/suppressions", tag = "contacts", operation_id = "liftSuppression", params(LiftQuery),
    responses((status = 204, description = "It is lifted"), (status = 404, body = Problem)))]
pub(super) async fn lift(
    State(state): State<ApiState>,
    Extension(owner): Extension<Principal>,
    Params(query): Params<LiftQuery>,
) -> Result<StatusCode, Problem> {
    let store = state.store();
    if store.lift_suppression(&query.number, query.purpose.as_deref(), Some(owner.name()), now_ms()).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::new(Kind::NotFound, "there is no such suppression: GET /v1/suppressions?number= shows what there is"))
}

/// A list of numbers that others keep.
#[derive(Serialize, ToSchema)]
pub(super) struct NumberList {
    /// Its name.
    #[schema(example = "robinson")]
    name: String,
    /// The purposes that it is for; none: every one.
    purposes: Vec<String>,
    /// How many numbers are on it.
    numbers: u64,
    /// When it was imported.
    imported_at: Time,
    /// Lines of the file that hold no number; only in the answer to the import.
    #[serde(skip_serializing_if = "Option::is_none")]
    bad: Option<u64>,
    /// The first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bad_lines: Vec<u64>,
}

impl From<DoNotCallList> for NumberList {
    fn from(list: DoNotCallList) -> Self {
        Self {
            name: list.name,
            purposes: list.purposes,
            numbers: list.numbers,
            imported_at: Time(list.created_ms),
            bad: None,
            bad_lines: Vec::new(),
        }
    }
}

/// What a list is for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PutQuery {
    /// The purposes that it is for, parted by commas; `marketing,survey` when it is not said, `all` for every one.
    purposes: Option<String>,
    /// ISO 3166-1 country of numbers that are written without a country code; that of the business when it is not said.
    country: Option<String>,
}

/// The do-not-call lists, by name.
#[utoipa::path(get, path = "/v1/do-not-call", tag = "contacts", operation_id = "listDoNotCall",
    responses((status = 200, body = inline(List<NumberList>))))]
pub(super) async fn lists(State(state): State<ApiState>) -> Result<List<NumberList>, Problem> {
    Ok(List::whole(state.store().do_not_call_lists().await?.into_iter().map(NumberList::from).collect()))
}

/// Imports a do-not-call list in the place of the one of this name: a number a line, or a table whose first column is
/// the number. It is read as it comes, and counts once it is whole; a file may have millions of lines.
#[utoipa::path(put, path = "/v1/do-not-call/{name}", tag = "contacts", operation_id = "putDoNotCall",
    params(("name" = String, Path, description = "Lower-case letters, digits, `-` and `_`"), PutQuery),
    request_body(content((String = "text/plain"), (String = "text/csv"))),
    responses((status = 200, body = NumberList)))]
pub(super) async fn put_list(
    State(state): State<ApiState>,
    Id(name): Id<String>,
    Params(query): Params<PutQuery>,
    body: RequestBody,
) -> Result<Json<NumberList>, Problem> {
    check_name("a list's", &name)?;
    let purposes = match query.purposes.as_deref() {
        None => vec!["marketing".to_owned(), "survey".to_owned()],
        Some("all") => Vec::new(),
        Some(text) => text.split(',').map(|purpose| purpose.trim().to_owned()).collect(),
    };
    purposes.iter().try_for_each(|purpose| check_purpose(purpose))?;
    let country = country(&state, query.country.as_deref())?;
    let store = state.store();
    let list = store.begin_do_not_call_list(&name, purposes, now_ms()).await?;
    let mut import = Import { store: store.clone(), given_up: Some(list.clone()) };
    let mut reader = ListReader::new(list, country);
    let mut body = body.into_data_stream();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| Problem::new(Kind::BadRequest, "the body broke off: send it again"))?;
        reader.take(store, &piece).await?;
    }
    let ReadList { list, read, bad, bad_lines } = reader.finish(store).await?;
    if bad > read {
        let detail = format!("nothing was changed: of the lines {bad} hold no number, the first is line {bad_lines:?}");
        return Err(Problem::invalid(detail));
    }
    if read == 0 {
        let detail =
            "nothing was changed: there is no number in it. To have no such list: DELETE /v1/do-not-call/{name}";
        return Err(Problem::invalid(detail));
    }
    let list = NumberList::from(store.finish_do_not_call_list(list).await?);
    import.given_up = None;
    Ok(Json(NumberList { bad: Some(bad), bad_lines, ..list }))
}

/// An import that is given up when it does not come to its end, also when whoever sends it goes away.
struct Import {
    store: Store,
    given_up: Option<LoadingList>,
}

impl Drop for Import {
    fn drop(&mut self) {
        let Some(list) = self.given_up.take() else { return };
        let store = self.store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.give_up_do_not_call_list(list).await {
                tracing::warn!(%error, "half a do-not-call list stays until the next start");
            }
        });
    }
}

/// Removes a do-not-call list.
#[utoipa::path(delete, path = "/v1/do-not-call/{name}", tag = "contacts", operation_id = "deleteDoNotCall",
    params(("name" = String, Path, description = "Name of the list")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete_list(State(state): State<ApiState>, Id(name): Id<String>) -> Result<StatusCode, Problem> {
    if state.store().drop_do_not_call_list(&name).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::no_such("do-not-call list", "/v1/do-not-call"))
}

/// Of which number, for what.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct StandingQuery {
    /// The number, as people write it.
    number: String,
    /// What it would be called for.
    purpose: String,
}

/// What the books say about a number before it is called.
#[derive(Serialize, ToSchema)]
pub(super) struct NumberStanding {
    /// The number in E.164, or the address.
    number: String,
    /// Whose it is.
    #[schema(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// IANA name of the contact's time zone.
    time_zone: Option<String>,
    /// Its country.
    country: Option<String>,
    /// The part of the country.
    region: Option<String>,
    /// That it is not to be called.
    suppressed: Option<Suppression>,
    /// The newest yes or no to calls for this purpose.
    consent: Option<Consent>,
    /// The do-not-call lists that it is on.
    do_not_call: Vec<String>,
    /// Outbound calls of the last 30 days, newest first.
    attempts: Vec<Attempt>,
}

/// An outbound call of late.
#[derive(Serialize, ToSchema)]
#[schema(as = PastAttempt)]
pub(super) struct Attempt {
    /// The call.
    #[schema(value_type = String)]
    call: CallId,
    /// When it was dialled.
    at: Time,
    /// Whether it was answered.
    answered: bool,
    /// It was answered, and there was nobody for him.
    dropped: bool,
    /// What it was for.
    purpose: Option<String>,
}

impl From<AttemptRecord> for Attempt {
    fn from(one: AttemptRecord) -> Self {
        Self { call: one.call, at: Time(one.at_ms), answered: one.answered, dropped: one.dropped, purpose: one.purpose }
    }
}

impl From<Standing> for NumberStanding {
    fn from(standing: Standing) -> Self {
        Self {
            number: standing.number,
            contact: standing.contact,
            time_zone: standing.time_zone,
            country: standing.country,
            region: standing.region,
            suppressed: standing.suppressed.map(Suppression::from),
            consent: standing.consent.map(Consent::from),
            do_not_call: standing.do_not_call,
            attempts: standing.attempts.into_iter().map(Attempt::from).collect(),
        }
    }
}

/// What the books say about calling a number for a purpose.
#[utoipa::path(get, path = "/v1/standing", tag = "contacts", operation_id = "getStanding", params(StandingQuery),
    responses((status = 200, body = NumberStanding)))]
pub(super) async fn standing(
    State(state): State<ApiState>,
    Params(query): Params<StandingQuery>,
) -> Result<Json<NumberStanding>, Problem> {
    check_purpose(&query.purpose)?;
    Ok(Json(state.store().standing(&query.number, &query.purpose, now_ms()).await?.into()))
}
