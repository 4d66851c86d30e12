//! Whom a campaign calls: from a table, or one by one.

use std::collections::HashMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use campaigns::Spec;
use campaigns::audience::{self, Audience, Row};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::{
    CampaignAttempt, CampaignContactFilter, CampaignContactState, CampaignRecord, CampaignState, CampaignStep,
    NewCampaignContact, Page,
};
use utoipa::{IntoParams, ToSchema};

use super::super::extract::{Body, Id, Params, Table};
use super::super::now_ms;
use super::super::page::{List, page_request};
use super::super::problem::Problem;
use super::super::state::ApiState;
use super::wire::CampaignContact;
use super::{desk, find, segment, spec_of};

/// Contacts in one write: other writes wait for it.
const BATCH: usize = 1_000;

/// Faults and duplicates that are told at once.
const MOST_TOLD: usize = 1_000;

/// How a table is taken.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct AddQuery {
    /// Take the good rows although others have faults.
    #[serde(default)]
    keep_good: bool,
    /// Only read the table and tell its faults.
    #[serde(default)]
    dry_run: bool,
}

/// What came of a table.
#[allow(clippy::struct_field_names, reason = "it is called so on the wire")]
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Added {
    /// Rows that can be called.
    good: u64,
    /// Contacts that are new in the campaign.
    added: u64,
    /// Contacts that it had already: they stay as they were.
    known: u64,
    /// Rows that were left out for their faults.
    bad: u64,
    /// What is wrong with them; at most 1,000.
    faults: Vec<RowFault>,
    /// Rows whose number stands in an earlier one: left out; at most 1,000.
    duplicates: Vec<Duplicate>,
    /// Columns of other numbers that the campaign names and the table does not have: nobody has such a number.
    absent_columns: Vec<String>,
}

/// What is wrong with a row.
#[derive(Serialize, ToSchema)]
#[schema(as = TableFault)]
pub(in crate::api) struct RowFault {
    /// Its line in the file, from 1.
    line: u64,
    /// The heading of the column; null for the row as a whole.
    column: Option<String>,
    /// What is wrong, and what to do.
    message: String,
}

/// A row that says again what an earlier one says.
#[derive(Serialize, ToSchema)]
#[schema(as = TableDuplicate)]
pub(in crate::api) struct Duplicate {
    /// Its line.
    line: u64,
    /// That of the earlier one.
    of: u64,
}

/// Adds the contacts of a table in CSV whose first line names the columns. Where a row has a fault nothing is taken,
/// unless `keep_good` is said.
#[utoipa::path(post, path = "/v1/campaigns/{id}/contacts", tag = "campaigns", operation_id = "addCampaignContacts",
    params(("id" = String, Path, description = "Id or name of the campaign"), AddQuery),
    request_body(content = String, content_type = "text/csv", description = "The table"),
    responses((status = 200, body = Added),
              (status = 422, description = "Rows have faults: `faults` says which", body = Problem)))]
pub(in crate::api) async fn add_contacts(
    State(state): State<ApiState>,
    Id(id): Id<String>,
    Params(query): Params<AddQuery>,
    Table(table): Table,
) -> Result<Json<Added>, Problem> {
    let campaign = find(&state, &id).await?;
    let spec = spec_of(&campaign)?;
    segment::has_none(&spec)?;
    let (contacts, mut told) = read_table(&state, &spec, table, query.keep_good).await?;
    if query.dry_run {
        return Ok(Json(told));
    }
    fill(&state, &campaign, contacts, &mut told).await?;
    Ok(Json(told))
}

/// Whom a table names, and what is told of it. Where rows have faults and the good ones are not asked for, that is an
/// error.
pub(super) async fn read_table(
    state: &ApiState,
    spec: &Spec,
    table: Bytes,
    keep_good: bool,
) -> Result<(Vec<NewCampaignContact>, Added), Problem> {
    let (mapping, house) = (spec.audience.clone(), desk(state)?.defaults());
    let read = tokio::task::spawn_blocking(move || audience::read(&table, &mapping, &house)).await;
    let audience = read.map_err(|_| Problem::invalid("the table cannot be read"))?;
    let mut audience = audience.map_err(|error| Problem::invalid(error.to_string()))?;
    has_columns(spec, &audience)?;
    let contacts = plan_rows(spec, &mut audience);
    let told = story(&audience, contacts.len());
    if told.bad > 0 && !keep_good {
        let detail = format!(
            "{} of {} rows have faults, so no contact was added: mend them, or add `keep_good=true`",
            told.bad,
            told.bad + told.good
        );
        return Err(Problem::invalid(detail).with("faults", told.faults).with("duplicates", told.duplicates));
    }
    Ok((contacts, told))
}

/// Writes contacts into a campaign, and tells how many are new.
pub(super) async fn fill(
    state: &ApiState,
    campaign: &CampaignRecord,
    contacts: Vec<NewCampaignContact>,
    told: &mut Added,
) -> Result<(), Problem> {
    let mut rest = contacts.into_iter();
    loop {
        let batch: Vec<NewCampaignContact> = rest.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let added = state.store().add_campaign_contacts(campaign.id, batch, now_ms()).await?;
        told.added += added.added;
        told.known += added.known;
    }
    goes_on(state, campaign, told.added).await
}

/// What templates name must be a column, good rows or not: else it would be said to nobody.
fn has_columns(spec: &Spec, audience: &Audience) -> Result<(), Problem> {
    let Some(row) = audience.rows.first() else { return Ok(()) };
    let there = row.fields.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let missing = spec.needed_fields().into_iter().filter(|(name, _)| !row.fields.contains_key(name));
    let faults: Vec<RowFault> = missing
        .map(|(name, by)| {
            let message = format!(
                "{by} names `fields.{name}`, and the table has no such column: add it, map one under \
                 `audience.columns.fields`, or write `{{{{ fields.{name} | default('') }}}}`"
            );
            RowFault { line: 1, column: None, message }
        })
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    let detail = format!("the table lacks columns that the campaign names, so no contact was added; it has: {there}");
    Err(Problem::invalid(detail).with("faults", faults))
}

/// The rows that have a time at which they may be called; the others are faults.
fn plan_rows(spec: &Spec, audience: &mut Audience) -> Vec<NewCampaignContact> {
    let mut contacts = Vec::with_capacity(audience.rows.len());
    for row in std::mem::take(&mut audience.rows) {
        let problem = match plan_row(spec, &row, String::new()) {
            Ok(contact) => {
                contacts.push(contact);
                continue;
            }
            Err(problem) => problem,
        };
        audience.bad_rows += 1;
        if audience.faults.len() < audience::MAX_FAULTS {
            audience.faults.push(audience::RowFault { line: row.line, column: None, message: problem });
        }
    }
    contacts
}

/// A row as the books keep it, when it has a time and what is said can be filled in.
pub(super) fn plan_row(spec: &Spec, row: &Row, key: String) -> Result<NewCampaignContact, String> {
    let span = spec.schedule.span_of(row.appointment).ok_or(
        "it has no appointment, and the campaign calls by it: fill in the column, or map it under `audience.columns`",
    )?;
    spec.fills(row)?;
    let mut details = Map::new();
    details.extend(row.name.clone().map(|name| ("name".to_owned(), Value::String(name))));
    details.extend(row.appointment.map(|at| ("appointment".to_owned(), Value::String(at.to_string()))));
    details.extend(row.clock.clone().map(|zone| ("clock".to_owned(), Value::String(zone))));
    details.insert("fields".to_owned(), json!(row.fields));
    Ok(NewCampaignContact {
        number: row.number.to_string(),
        key,
        line: u32::try_from(row.line).ok().filter(|line| *line > 0),
        other_numbers: row.others.iter().map(ToString::to_string).collect(),
        language: row.language.clone(),
        zone: row.time_zone.clone(),
        country: None,
        region: None,
        details,
        variant: None,
        due_ms: span.due.map_or(0, jiff::Timestamp::as_millisecond),
        expires_ms: span.expires.map(jiff::Timestamp::as_millisecond),
        urgent: false,
    })
}

fn story(audience: &Audience, good: usize) -> Added {
    let faults = audience.faults.iter().take(MOST_TOLD);
    let duplicates = audience.duplicates.iter().take(MOST_TOLD);
    Added {
        good: good as u64,
        added: 0,
        known: 0,
        bad: audience.bad_rows as u64,
        faults: faults
            .map(|fault| RowFault { line: fault.line, column: fault.column.clone(), message: fault.message.clone() })
            .collect(),
        absent_columns: audience.absent.clone(),
        duplicates: duplicates.map(|it| Duplicate { line: it.line, of: it.of }).collect(),
    }
}

/// A campaign that was done goes on when somebody comes who is to be called; one that runs looks at them now.
async fn goes_on(state: &ApiState, campaign: &CampaignRecord, added: u64) -> Result<(), Problem> {
    // Done as it stands now: it may have become so while they were added.
    if added > 0 {
        let step = CampaignStep {
            id: campaign.id,
            from: &[CampaignState::Done],
            to: CampaignState::Running,
            reason: None,
            now_ms: now_ms(),
        };
        state.store().step_campaign(step).await?;
    }
    desk(state)?.stir();
    Ok(())
}

/// Somebody who is to be called by a campaign that calls one by one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Trigger {
    /// The number, E.164 or as it is written in the business's country.
    #[schema(example = "+4930901820")]
    number: String,
    /// Tells calls to one number apart, such as the id of an appointment: the same again is the same call.
    #[serde(default)]
    key: String,
    /// The name.
    name: Option<String>,
    /// The language, such as `de`.
    language: Option<String>,
    /// The time zone, such as `Europe/Berlin`.
    time_zone: Option<String>,
    /// Their own time, such as that of the appointment.
    appointment: Option<String>,
    /// Other fields.
    #[serde(default)]
    fields: HashMap<String, String>,
    /// Goes before everybody else.
    #[serde(default)]
    urgent: bool,
}

/// Adds one contact, such as for a call 24 h before an appointment. The same number and key again change nothing.
#[utoipa::path(post, path = "/v1/campaigns/{id}/trigger", tag = "campaigns", operation_id = "triggerCampaign",
    params(("id" = String, Path, description = "Id or name of the campaign")), request_body = Trigger,
    responses((status = 201, description = "It will be called as the rules let it", body = CampaignContact),
              (status = 200, description = "It was there already", body = CampaignContact)))]
pub(in crate::api) async fn trigger(
    State(state): State<ApiState>,
    Id(id): Id<String>,
    Body(trigger): Body<Trigger>,
) -> Result<(StatusCode, Json<CampaignContact>), Problem> {
    let campaign = find(&state, &id).await?;
    let spec = spec_of(&campaign)?;
    segment::has_none(&spec)?;
    let row = one_row(&spec, &trigger, &desk(&state)?.defaults())?;
    let contact = plan_row(&spec, &row, trigger.key.clone()).map_err(Problem::invalid)?;
    let number = contact.number.clone();
    let contact = NewCampaignContact { urgent: trigger.urgent, line: None, ..contact };
    let added = state.store().add_campaign_contacts(campaign.id, vec![contact], now_ms()).await?.added;
    goes_on(&state, &campaign, added).await?;
    let filter = CampaignContactFilter { number: Some(number), ..CampaignContactFilter::default() };
    let page = state.store().campaign_contacts(campaign.row, &filter, &page_request(Some(200), None)?).await?;
    let found = page.data.into_iter().find(|it| it.key == trigger.key);
    let found = found.ok_or_else(|| Problem::no_such("contact", "/v1/campaigns/{id}/contacts"))?;
    let attempts = state.store().attempts_at(found.row).await?;
    let status = if added > 0 { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(CampaignContact::new(found, attempts))))
}

/// One contact, read by the rules for a table: with its default column names, whatever the campaign's mapping is.
fn one_row(spec: &Spec, trigger: &Trigger, house: &audience::Defaults) -> Result<Row, Problem> {
    let mut columns: Vec<(&str, &str)> = vec![("number", &trigger.number)];
    for (name, value) in [
        ("name", &trigger.name),
        ("language", &trigger.language),
        ("time_zone", &trigger.time_zone),
        ("appointment", &trigger.appointment),
    ] {
        columns.extend(value.as_deref().map(|value| (name, value)));
    }
    let taken = ["number", "name", "language", "time_zone", "appointment"];
    let fields = trigger.fields.iter().filter(|(name, _)| !taken.contains(&name.as_str()));
    columns.extend(fields.map(|(name, value)| (name.as_str(), value.as_str())));
    let mut table = csv::Writer::from_writer(Vec::new());
    let written = table
        .write_record(columns.iter().map(|(name, _)| name))
        .and_then(|()| table.write_record(columns.iter().map(|(_, value)| value)));
    let table = written.ok().and_then(|()| table.into_inner().ok());
    let table = table.ok_or_else(|| Problem::invalid("the contact cannot be read"))?;
    let mapping = audience::Mapping {
        defaults: spec.audience.defaults.clone(),
        delimiter: Some(','),
        ..audience::Mapping::default()
    };
    let mut read = audience::read(&table, &mapping, house).map_err(|error| Problem::invalid(error.to_string()))?;
    match (read.rows.pop(), read.faults.first()) {
        (Some(row), _) => Ok(row),
        (None, Some(fault)) => {
            let column = fault.column.as_deref().map(|name| format!("`{name}`: ")).unwrap_or_default();
            Err(Problem::invalid(format!("{column}{}", fault.message)))
        }
        (None, None) => Err(Problem::invalid("`number` is empty: give a number such as +4930901820")),
    }
}

/// Which contacts.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ContactsQuery {
    /// Only those that are `waiting`, `calling`, `ended` or `done`.
    #[param(value_type = Option<String>)]
    state: Option<CampaignContactState>,
    /// Only those with this outcome.
    outcome: Option<String>,
    /// Only this number, E.164.
    number: Option<String>,
    /// The most on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The contacts of a campaign with every attempt, in the order in which they were added.
#[utoipa::path(get, path = "/v1/campaigns/{id}/contacts", tag = "campaigns", operation_id = "listCampaignContacts",
    params(("id" = String, Path, description = "Id or name of the campaign"), ContactsQuery),
    responses((status = 200, body = inline(List<CampaignContact>))))]
pub(in crate::api) async fn contacts(
    State(state): State<ApiState>,
    Id(id): Id<String>,
    Params(query): Params<ContactsQuery>,
) -> Result<List<CampaignContact>, Problem> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let campaign = find(&state, &id).await?;
    let filter = CampaignContactFilter { state: query.state, outcome: query.outcome, number: query.number };
    let Page { data, next } = state.store().campaign_contacts(campaign.row, &filter, &page).await?;
    let rows: Vec<i64> = data.iter().map(|contact| contact.row).collect();
    let mut attempts: HashMap<i64, Vec<CampaignAttempt>> = HashMap::new();
    for attempt in state.store().attempts_of(&rows).await? {
        attempts.entry(attempt.contact).or_default().push(attempt);
    }
    let form = |contact: store::CampaignContactRecord| {
        let tried = attempts.get(&contact.row).cloned().unwrap_or_default();
        CampaignContact::new(contact, tried)
    };
    Ok(List::page(Page { data, next }, form))
}
