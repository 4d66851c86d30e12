//! Contacts as tables: imported, exported; segments of them.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;

use axum::Json;
use axum::body::Body as AnswerBody;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use call_model::ContactId;
use ivr::Expression;
use serde::{Deserialize, Serialize};
use store::{Imported, SegmentRecord, UpdateRule};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Document, Id, Params};
use super::flows::check_name;
use super::now_ms;
use super::page::{List, PageQuery};
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::{Contact, Time};
use crate::people::export;
use crate::people::segment;
use crate::people::sheet::{Duplicate, Reading, RowFault, Sheet, country_code, read_csv, read_json};

/// The largest file, bytes: about half a million contacts.
pub(super) const MAX_FILE: usize = 64 << 20;
/// Contacts that are written at once: other writes wait for it.
const AT_ONCE: usize = 200;
/// Contacts that are read at once.
const READ_AT_ONCE: usize = 500;
/// Contacts that one page of a segment looks at.
const LOOKED_AT: usize = 50_000;

/// How a table is to be read.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportQuery {
    /// ISO 3166-1 country of numbers that are written without a country code; that of the business when it is not said.
    country: Option<String>,
    /// What columns are, where their headings do not say it: `Tel.=number,Vorname=first_name,Intern=-`. Known are
    /// `number`, `other` (`other:mobile`), `numbers`, `name`, `first_name`, `last_name`, `language`, `time_zone`,
    /// `country`, `region`, `tags`, `notes` and `-` (leave it out); everything else is a field of that name.
    columns: Option<String>,
    /// Tags that every contact gets, parted by commas.
    tags: Option<String>,
    /// What becomes of contacts that are known: `skip` leaves them, `fill` fills in what is empty (the default),
    /// `replace` sets what the row says.
    #[param(value_type = Option<String>)]
    known: Option<UpdateRule>,
    /// Keep the good rows although there are bad ones or duplicates. Otherwise nothing is kept then.
    #[serde(default)]
    keep_good: bool,
    /// Only say what would be.
    #[serde(default)]
    dry_run: bool,
}

/// What came of an import.
#[derive(Serialize, ToSchema)]
pub(super) struct ImportReport {
    /// Rows in the file.
    rows: u64,
    /// Rows that can be kept.
    good: usize,
    /// Whether they were kept.
    kept: bool,
    /// New contacts.
    made: u64,
    /// Contacts that were changed.
    updated: u64,
    /// Contacts that are as they were.
    unchanged: u64,
    /// Further numbers that were left out, for they are other contacts'.
    numbers_taken: u64,
    /// How many rows are bad.
    fault_count: u64,
    /// The bad rows, the first thousand.
    faults: Vec<RowFault>,
    /// How many rows say a number again.
    duplicate_count: u64,
    /// Those, the first thousand.
    duplicates: Vec<Duplicate>,
}

/// What is exported, and how.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportQuery {
    /// `csv` (the default) or `json`.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// Only contacts of this segment.
    segment: Option<String>,
    /// Only contacts with this tag.
    tag: Option<String>,
}

/// How contacts are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// A table, as it can be imported again.
    #[default]
    Csv,
    /// An object with the list `data`.
    Json,
}

/// Imports contacts: a CSV file with a line of headings (UTF-8; commas, semicolons or tabs), or a JSON list.
///
/// Numbers become E.164. Every bad row and every duplicate is told by its line. Where there are any, nothing is kept,
/// unless `keep_good` says so. Who is not to be called stays so: suppressions are kept apart from contacts.
#[utoipa::path(post, path = "/v1/contacts/import", tag = "contacts", operation_id = "importContacts",
    params(ImportQuery), request_body(content((String = "text/csv"), (Vec<Contact> = "application/json"))),
    responses((status = 200, body = ImportReport),
              (status = 422, body = Problem, description = "Nothing was kept: `report` tells of every row")))]
pub(super) async fn import(
    State(state): State<ApiState>,
    Params(query): Params<ImportQuery>,
    headers: HeaderMap,
    Document(bytes): Document,
) -> Result<Json<ImportReport>, Problem> {
    let reading = reading(&state, &query)?;
    let json = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let json = json.starts_with("application/json");
    let sheet =
        tokio::task::spawn_blocking(
            move || {
                if json { read_json(&bytes, &reading) } else { read_csv(&bytes, &reading) }
            },
        );
    let sheet = sheet.await.map_err(|_| Problem::new(Kind::Internal, "the file cannot be read"))?;
    let sheet = sheet.map_err(|error| Problem::invalid(error.to_string()))?;
    let faulty = sheet.fault_count > 0 || sheet.duplicate_count > 0;
    if query.dry_run {
        return Ok(Json(report(sheet, false, Imported::default())));
    }
    if faulty && !query.keep_good {
        let detail = format!(
            "nothing was kept: of {} rows {} cannot be read and {} say a number again; mend them, or say keep_good",
            sheet.rows, sheet.fault_count, sheet.duplicate_count
        );
        return Err(Problem::invalid(detail).with("report", report(sheet, false, Imported::default())));
    }
    let rule = query.known.unwrap_or(UpdateRule::Fill);
    let mut sum = Imported::default();
    for some in sheet.good.chunks(AT_ONCE) {
        let done = state.store().import_contacts(some.to_vec(), rule, now_ms()).await?;
        sum.made += done.made;
        sum.updated += done.updated;
        sum.unchanged += done.unchanged;
        sum.taken += done.taken;
    }
    Ok(Json(report(sheet, true, sum)))
}

fn report(sheet: Sheet, kept: bool, sum: Imported) -> ImportReport {
    ImportReport {
        rows: sheet.rows,
        good: sheet.good.len(),
        kept,
        made: sum.made,
        updated: sum.updated,
        unchanged: sum.unchanged,
        numbers_taken: sum.taken,
        fault_count: sheet.fault_count,
        faults: sheet.faults,
        duplicate_count: sheet.duplicate_count,
        duplicates: sheet.duplicates,
    }
}

fn reading(state: &ApiState, query: &ImportQuery) -> Result<Reading, Problem> {
    let mut columns = HashMap::new();
    for pair in query.columns.iter().flat_map(|all| all.split(',')).filter(|pair| !pair.trim().is_empty()) {
        let (heading, target) =
            pair.rsplit_once('=').ok_or_else(|| Problem::invalid("`columns` is HEADING=FIELD, parted by commas"))?;
        columns.insert(heading.trim().to_lowercase(), target.trim().to_owned());
    }
    let tags = query.tags.iter().flat_map(|tags| tags.split(',')).map(str::trim).filter(|tag| !tag.is_empty());
    Ok(Reading { country: country(state, query.country.as_deref())?, columns, tags: tags.map(str::to_owned).collect() })
}

/// The country that is asked for, or that of the business.
pub(super) fn country(state: &ApiState, wanted: Option<&str>) -> Result<String, Problem> {
    match wanted {
        Some(text) => country_code(text).map_err(|why| Problem::invalid(format!("`country`: {why}"))),
        None => Ok(state.store().country().to_owned()),
    }
}

/// Exports contacts as a table, as it can be imported again, or as JSON.
#[utoipa::path(get, path = "/v1/contacts/export", tag = "contacts", operation_id = "exportContacts",
    params(ExportQuery),
    responses((status = 200, content((String = "text/csv"), (Vec<Contact> = "application/json")))))]
pub(super) async fn export(
    State(state): State<ApiState>,
    Params(query): Params<ExportQuery>,
) -> Result<Response, Problem> {
    let mut conditions = Vec::new();
    if let Some(name) = &query.segment {
        let segment = state.store().segment(name).await?.ok_or_else(no_such_segment)?;
        conditions.push(segment.expression);
    }
    if let Some(tag) = &query.tag {
        conditions.push(format!("{} in contact.tags", serde_json::Value::from(tag.as_str())));
    }
    let expression = conditions.iter().map(|text| format!("({text})")).collect::<Vec<_>>().join(" and ");
    let expression = if expression.is_empty() { "true".to_owned() } else { expression };
    let expression = parse(&expression)?;
    let mut fields = BTreeSet::new();
    if query.format == Format::Csv {
        let mut after = None;
        loop {
            let (some, next) = segment::members(state.store(), &expression, after, READ_AT_ONCE, LOOKED_AT).await?;
            let room = export::MAX_FIELDS.saturating_sub(fields.len());
            fields
                .extend(some.into_iter().flat_map(|contact| contact.fields.into_iter()).map(|(key, _)| key).take(room));
            after = next;
            if after.is_none() {
                break;
            }
        }
    }
    let (pages, body) = mpsc::channel::<Result<Vec<u8>, Infallible>>(4);
    tokio::spawn(write(state, expression, query.format, fields, pages));
    let body = futures_util::stream::unfold(body, |mut body| async { body.recv().await.map(|page| (page, body)) });
    let (kind, name) = match query.format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"contacts.csv\""),
        Format::Json => ("application/json", "attachment; filename=\"contacts.json\""),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, AnswerBody::from_stream(body)).into_response())
}

/// Writes the contacts, a page at a time, for as long as somebody reads.
async fn write(
    state: ApiState,
    expression: Expression,
    format: Format,
    fields: BTreeSet<String>,
    pages: mpsc::Sender<Result<Vec<u8>, Infallible>>,
) {
    let json = format == Format::Json;
    let head = if json { b"{\"data\":[".to_vec() } else { export::headings(&fields) };
    if pages.send(Ok(head)).await.is_err() {
        return;
    }
    let (mut after, mut first) = (None, true);
    loop {
        let found = segment::members(state.store(), &expression, after, READ_AT_ONCE, LOOKED_AT).await;
        let Ok((some, next)) = found.inspect_err(|error| tracing::error!(%error, "an export broke off")) else {
            return;
        };
        let mut page = Vec::new();
        for contact in &some {
            if json {
                page.extend_from_slice(if std::mem::take(&mut first) { b"\n" } else { b",\n" });
                page.extend(export::object(contact).to_string().into_bytes());
            } else {
                page.extend(export::row(contact, &fields));
            }
        }
        if pages.send(Ok(page)).await.is_err() {
            return;
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    if json {
        let _ = pages.send(Ok(b"\n]}\n".to_vec())).await;
    }
}

/// Contacts by what is true of them.
#[derive(Serialize, ToSchema)]
pub(super) struct Segment {
    /// Its name.
    #[schema(example = "berlin-vip")]
    name: String,
    /// The expression that is true of its contacts.
    #[schema(example = "'vip' in contact.tags and contact.city == 'Berlin'")]
    expression: String,
    /// When it was made.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

impl From<SegmentRecord> for Segment {
    fn from(record: SegmentRecord) -> Self {
        Self {
            name: record.name,
            expression: record.expression,
            created_at: Time(record.created_ms),
            updated_at: Time(record.updated_ms),
        }
    }
}

/// What is to be true.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSegment {
    /// An expression as `when` of flows has it, over `contact`: its fields, and `name`, `number`, `numbers`, `language`,
    /// `time_zone`, `country`, `region`, `tags`, `notes`, `created_ms`.
    #[schema(example = "'vip' in contact.tags")]
    expression: String,
}

/// All segments, by name.
#[utoipa::path(get, path = "/v1/segments", tag = "contacts", operation_id = "listSegments",
    responses((status = 200, body = inline(List<Segment>))))]
pub(super) async fn segments(State(state): State<ApiState>) -> Result<List<Segment>, Problem> {
    Ok(List::whole(state.store().segments().await?.into_iter().map(Segment::from).collect()))
}

/// One segment.
#[utoipa::path(get, path = "/v1/segments/{name}", tag = "contacts", operation_id = "getSegment",
    params(("name" = String, Path, description = "Name of the segment")), responses((status = 200, body = Segment)))]
pub(super) async fn segment(State(state): State<ApiState>, Id(name): Id<String>) -> Result<Json<Segment>, Problem> {
    Ok(Json(state.store().segment(&name).await?.ok_or_else(no_such_segment)?.into()))
}

/// Puts a segment in the place of what had this name.
#[utoipa::path(put, path = "/v1/segments/{name}", tag = "contacts", operation_id = "putSegment",
    params(("name" = String, Path, description = "Lower-case letters, digits, `-` and `_`")),
    request_body = NewSegment, responses((status = 200, body = Segment)))]
pub(super) async fn put_segment(
    State(state): State<ApiState>,
    Id(name): Id<String>,
    Body(new): Body<NewSegment>,
) -> Result<Json<Segment>, Problem> {
    check_name("a segment's", &name)?;
    parse(&new.expression)?;
    Ok(Json(state.store().put_segment(&name, &new.expression, now_ms()).await?.into()))
}

/// Removes a segment. Its contacts stay.
#[utoipa::path(delete, path = "/v1/segments/{name}", tag = "contacts", operation_id = "deleteSegment",
    params(("name" = String, Path, description = "Name of the segment")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete_segment(State(state): State<ApiState>, Id(name): Id<String>) -> Result<StatusCode, Problem> {
    if state.store().delete_segment(&name).await? { Ok(StatusCode::NO_CONTENT) } else { Err(no_such_segment()) }
}

/// A page of a segment's contacts.
#[derive(Serialize, ToSchema)]
pub(super) struct SegmentPage {
    /// The contacts, the oldest first. A page may hold fewer than asked for, or none, and yet not be the last one.
    data: Vec<Contact>,
    /// What to give as `cursor` for the next page; null at the end.
    next: Option<String>,
}

/// The contacts of a segment, the oldest first.
#[utoipa::path(get, path = "/v1/segments/{name}/contacts", tag = "contacts", operation_id = "listSegmentContacts",
    params(("name" = String, Path, description = "Name of the segment"), PageQuery),
    responses((status = 200, body = SegmentPage)))]
pub(super) async fn segment_contacts(
    State(state): State<ApiState>,
    Id(name): Id<String>,
    Params(query): Params<PageQuery>,
) -> Result<Json<SegmentPage>, Problem> {
    let page = query.request()?;
    let segment = state.store().segment(&name).await?.ok_or_else(no_such_segment)?;
    let expression = parse(&segment.expression)?;
    let after = page.cursor.as_ref().map(|cursor| format!("{}_{cursor}", ContactId::PREFIX));
    let after = after.and_then(|id| id.parse::<ContactId>().ok());
    let wanted = page.limit as usize;
    let (found, next) = segment::members(state.store(), &expression, after, wanted, LOOKED_AT).await?;
    let next = next.and_then(|id| Some(id.to_string().rsplit_once('_')?.1.to_owned()));
    Ok(Json(SegmentPage { data: found.into_iter().map(Contact::from).collect(), next }))
}

fn parse(expression: &str) -> Result<Expression, Problem> {
    Expression::parse(expression).map_err(|why| {
        Problem::invalid(format!("the expression cannot be read: {why}; write it as 'vip' in contact.tags"))
    })
}

fn no_such_segment() -> Problem {
    Problem::no_such("segment", "/v1/segments")
}
