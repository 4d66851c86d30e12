//! Reports: what is counted of calls, as JSON or as a table for a spreadsheet.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use store::{ReportBy, ReportCounts, ReportRow};
use utoipa::{IntoParams, ToSchema};

use super::extract::Params;
use super::now_ms;
use super::problem::{Kind, Problem};
use super::state::ApiState;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How far back a report goes that does not say.
const USUAL_DAYS: i64 = 30;
/// The longest time that is told by the hour, days.
const HOURS_DAYS: i64 = 100;
/// The longest time of any report, days.
const MOST_DAYS: i64 = 3_700;
/// The books count time by quarters of an hour.
const QUARTER_MS: i64 = 900_000;

/// What a report has a row for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum By {
    /// Each hour.
    Hour,
    /// Each day.
    #[default]
    Day,
    /// Each number of ours.
    Number,
    /// Each member: a call with two of them is in both rows.
    Member,
    /// Each agent.
    Agent,
    /// Each campaign.
    Campaign,
    /// Each outcome.
    Outcome,
    /// Each topic: a call about two of them is in both rows.
    Topic,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    /// JSON.
    Json,
    /// A table (RFC 4180).
    Csv,
}

/// Which report.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportQuery {
    /// Calls that began at this time or after: RFC 3339, or a day such as `2026-03-05`; 30 days ago when it is not said.
    from: Option<String>,
    /// Calls that began before this time; now when it is not said. A day is left out itself.
    to: Option<String>,
    /// What there is a row for: `hour`, `day` (the default), `number`, `member`, `agent`, `campaign`, `outcome` or
    /// `topic`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    by: By,
    /// IANA name of the time zone that days and hours are of; that of the business when it is not said.
    #[param(example = "Europe/Berlin")]
    zone: Option<String>,
    /// `json` or `csv`; goes before the header `Accept`.
    #[param(value_type = Option<String>)]
    format: Option<Form>,
}

/// What was counted. Only calls that are over are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Counts {
    /// Calls.
    calls: u64,
    /// Those that came in.
    inbound: u64,
    /// Those that went out.
    outbound: u64,
    /// Those that were answered.
    answered: u64,
    /// Inbound ones whose caller went before there was anybody: before the answer, or before somebody who was called for.
    abandoned: u64,
    /// From the beginning to the answer, ms, on average over those that were answered; null where there is none.
    wait_ms_avg: Option<u64>,
    /// From the answer to the end, ms, all together.
    talk_ms_sum: u64,
    /// Those that a flow or an agent had from the answer to the end, and called for nobody.
    contained: u64,
    /// Those that somebody was brought into.
    handed_over: u64,
    /// Those whose caller felt well.
    positive: u64,
    /// Those whose caller felt neither well nor badly.
    neutral: u64,
    /// Those whose caller felt badly.
    negative: u64,
}

impl From<ReportCounts> for Counts {
    fn from(counts: ReportCounts) -> Self {
        Self {
            calls: counts.calls,
            inbound: counts.inbound,
            outbound: counts.calls - counts.inbound,
            answered: counts.answered,
            abandoned: counts.abandoned,
            wait_ms_avg: counts.wait_ms.checked_div(counts.answered),
            talk_ms_sum: counts.talk_ms,
            contained: counts.contained,
            handed_over: counts.handed_over,
            positive: counts.positive,
            neutral: counts.neutral,
            negative: counts.negative,
        }
    }
}

/// A row of a report.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Row {
    /// What it is of: the beginning of the hour (RFC 3339), the day, the number, the name of the member or agent, the id of
    /// the campaign, the outcome or the topic; null: calls that have none.
    key: Option<String>,
    /// The same for people.
    label: String,
    #[serde(flatten)]
    counts: Counts,
}

/// A report.
#[derive(Serialize, ToSchema)]
pub(super) struct Report {
    /// A row for each hour and day of the time, also where there was no call; otherwise those of most calls first, at most
    /// 500.
    rows: Vec<Row>,
    /// Over all calls, each counted once.
    sum: Counts,
}

/// What is counted of calls: volume, answers, waiting, talking, what was done without people, and how callers felt.
#[utoipa::path(get, path = "/v1/reports", tag = "reports", operation_id = "getReport",
    params(ReportQuery, ("Accept" = Option<String>, Header, description = "`application/json` or `text/csv`")),
    responses((status = 200, content((Report = "application/json"), (String = "text/csv")))))]
pub(super) async fn get(
    State(state): State<ApiState>,
    Params(query): Params<ReportQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let zone = match query.zone.as_deref() {
        None => state.config().time_zone.clone(),
        Some(name) => TimeZoneDatabase::bundled()
            .get(name)
            .map_err(|_| bad("`zone` is no time zone: write its IANA name, such as Europe/Berlin".to_owned()))?,
    };
    let (from, to) = span(&query, &zone)?;
    let store = state.store();
    let sum = store.report(ReportBy::All, from, to).await?.pop().map(|row| row.counts).unwrap_or_default();
    let rows = match query.by {
        By::Hour => by_time(store.report(ReportBy::Quarter, from, to).await?, (from, to), &zone, Step::Hour),
        By::Day => by_time(store.report(ReportBy::Quarter, from, to).await?, (from, to), &zone, Step::Day),
        By::Number => named(store.report(ReportBy::Number, from, to).await?),
        By::Member => named(store.report(ReportBy::Member, from, to).await?),
        By::Agent => named(store.report(ReportBy::Agent, from, to).await?),
        By::Campaign => named(store.report(ReportBy::Campaign, from, to).await?),
        By::Outcome => named(store.report(ReportBy::Outcome, from, to).await?),
        By::Topic => named(store.report(ReportBy::Topic, from, to).await?),
    };
    let report = Report { rows, sum: sum.into() };
    let wants_csv = headers.get_all(header::ACCEPT).iter().any(|v| v.to_str().is_ok_and(|v| v.starts_with("text/csv")));
    let csv = query.format.map_or(wants_csv, |form| form == Form::Csv);
    let about = [(header::CACHE_CONTROL, "private, no-store"), (header::VARY, "accept")];
    if !csv {
        return Ok((about, Json(report)).into_response());
    }
    let file = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"report.csv\""),
    ];
    let table = table(&report).ok_or_else(|| Problem::new(Kind::Internal, "the table cannot be written"))?;
    Ok((about, file, table).into_response())
}

fn bad(detail: String) -> Problem {
    Problem::new(Kind::BadRequest, detail)
}

/// From when to when, ms since the Unix epoch.
fn span(query: &ReportQuery, zone: &TimeZone) -> Result<(i64, i64), Problem> {
    let read = |name: &str, text: &Option<String>| {
        text.as_deref()
            .map(|text| {
                moment(text, zone)
                    .ok_or_else(|| bad(format!("`{name}` is no time: write 2026-03-05 or 2026-03-05T14:30:00Z")))
            })
            .transpose()
    };
    let to = read("to", &query.to)?.unwrap_or_else(now_ms);
    let from = read("from", &query.from)?.unwrap_or(to - USUAL_DAYS * DAY_MS);
    if from >= to {
        return Err(bad("`from` is before `to`".to_owned()));
    }
    let most = if query.by == By::Hour { HOURS_DAYS } else { MOST_DAYS };
    if to - from > most * DAY_MS {
        return Err(bad(format!("a report by this is of at most {most} days: take a later `from`, or by=day")));
    }
    Ok((from, to))
}

fn moment(text: &str, zone: &TimeZone) -> Option<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let day: Date = text.parse().ok()?;
    Some(day.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

fn named(rows: Vec<ReportRow>) -> Vec<Row> {
    let row = |ReportRow { key, label, counts }| {
        let label = label.or_else(|| key.clone()).unwrap_or_default();
        Row { key, label, counts: counts.into() }
    };
    rows.into_iter().map(row).collect()
}

/// What there is a row for, of time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Hour,
    Day,
}

impl Step {
    /// Where the hour or the day of a moment begins. Hours are those of the clock on the wall there.
    fn floor(self, at: &Zoned) -> Option<Zoned> {
        match self {
            Self::Hour => {
                let into =
                    i64::from(at.minute()) * 60_000 + i64::from(at.second()) * 1_000 + i64::from(at.millisecond());
                zoned(at.timestamp().as_millisecond() - into, at.time_zone())
            }
            Self::Day => at.start_of_day().ok(),
        }
    }

    /// Where the next one begins.
    fn next(self, at: &Zoned) -> Option<Zoned> {
        match self {
            Self::Hour => self.floor(&zoned(at.timestamp().as_millisecond() + HOUR_MS, at.time_zone())?),
            Self::Day => at.tomorrow().ok()?.start_of_day().ok(),
        }
    }

    /// Its key and what people read.
    fn names(self, at: &Zoned) -> (String, String) {
        match self {
            Self::Hour => (at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(), at.strftime("%Y-%m-%d %H:%M").to_string()),
            Self::Day => (at.date().to_string(), at.date().to_string()),
        }
    }
}

fn zoned(ms: i64, zone: &TimeZone) -> Option<Zoned> {
    Timestamp::from_millisecond(ms).ok().map(|at| at.to_zoned(zone.clone()))
}

/// Quarters of an hour as hours or days of a time zone, all of them between two times.
fn by_time(quarters: Vec<ReportRow>, (from, to): (i64, i64), zone: &TimeZone, step: Step) -> Vec<Row> {
    let mut rows: BTreeMap<i64, (Zoned, ReportCounts)> = BTreeMap::new();
    let mut next = zoned(from, zone).and_then(|at| step.floor(&at));
    while let Some(at) = next.take().filter(|at| at.timestamp().as_millisecond() < to) {
        next = step.next(&at);
        rows.insert(at.timestamp().as_millisecond(), (at, ReportCounts::default()));
    }
    for ReportRow { key, counts, .. } in quarters {
        let quarter: i64 = key.and_then(|key| key.parse().ok()).unwrap_or_default();
        // The first quarter may begin before the time does.
        let at = (quarter * QUARTER_MS).max(from);
        if let Some((_, (_, sum))) = rows.range_mut(..=at).next_back() {
            *sum += counts;
        }
    }
    let row = |(at, counts): (Zoned, ReportCounts)| {
        let (key, label) = step.names(&at);
        Row { key: Some(key), label, counts: counts.into() }
    };
    rows.into_values().map(row).collect()
}

/// As a table, with the sum as its last row.
fn table(report: &Report) -> Option<Vec<u8>> {
    const HEADINGS: [&str; 14] = [
        "key",
        "label",
        "calls",
        "inbound",
        "outbound",
        "answered",
        "abandoned",
        "wait_ms_avg",
        "talk_ms_sum",
        "contained",
        "handed_over",
        "positive",
        "neutral",
        "negative",
    ];
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADINGS).ok()?;
    let rows = report.rows.iter().map(|row| (row.key.as_deref().unwrap_or_default(), row.label.as_str(), &row.counts));
    for (key, label, counts) in rows.chain([("sum", "sum", &report.sum)]) {
        let numbers = [counts.calls, counts.inbound, counts.outbound, counts.answered, counts.abandoned];
        let mut record = vec![inert(key), inert(label)];
        record.extend(numbers.iter().map(u64::to_string));
        record.push(counts.wait_ms_avg.map(|ms| ms.to_string()).unwrap_or_default());
        let numbers = [
            counts.talk_ms_sum,
            counts.contained,
            counts.handed_over,
            counts.positive,
            counts.neutral,
            counts.negative,
        ];
        record.extend(numbers.iter().map(u64::to_string));
        writer.write_record(&record).ok()?;
    }
    writer.into_inner().ok()
}

/// A text that a spreadsheet takes for no formula; numbers of telephones stay as they are.
fn inert(text: &str) -> String {
    let formula = text.starts_with(['=', '-', '@', '\t', '\r'])
        || text.strip_prefix('+').is_some_and(|rest| !rest.bytes().all(|b| b.is_ascii_digit()));
    if formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarter(at: &str, calls: u64) -> ReportRow {
        let at: Timestamp = at.parse().unwrap();
        let key = Some((at.as_millisecond() / QUARTER_MS).to_string());
        ReportRow { key, label: None, counts: ReportCounts { calls, ..ReportCounts::default() } }
    }

    fn rows(from: &str, to: &str, zone: &str, step: Step, quarters: Vec<ReportRow>) -> Vec<(String, u64)> {
        let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
        let span = (moment(from, &zone).unwrap(), moment(to, &zone).unwrap());
        let rows = by_time(quarters, span, &zone, step);
        rows.into_iter().map(|row| (row.key.unwrap(), row.counts.calls)).collect()
    }

    #[test]
    fn days_are_those_of_the_zone_also_where_they_have_23_hours() {
        // On 29 March 2026 the clocks in Berlin go forward.
        let quarters = vec![
            quarter("2026-03-28T22:45:00Z", 1),
            quarter("2026-03-28T23:00:00Z", 2),
            quarter("2026-03-29T21:45:00Z", 4),
            quarter("2026-03-29T22:00:00Z", 8),
        ];
        let days = rows("2026-03-28", "2026-03-31", "Europe/Berlin", Step::Day, quarters);
        let day = |day: &str, calls| (day.to_owned(), calls);
        assert_eq!(days, [day("2026-03-28", 1), day("2026-03-29", 6), day("2026-03-30", 8)]);
    }

    #[test]
    fn the_hour_that_comes_twice_is_two_rows() {
        // On 25 October 2026 they go back.
        let quarters = vec![quarter("2026-10-25T00:30:00Z", 1), quarter("2026-10-25T01:30:00Z", 2)];
        let hours = rows("2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", "Europe/Berlin", Step::Hour, quarters);
        let hour = |hour: &str, calls| (hour.to_owned(), calls);
        assert_eq!(hours, [hour("2026-10-25T02:00:00+02:00", 1), hour("2026-10-25T02:00:00+01:00", 2)]);
    }

    #[test]
    fn hours_of_a_zone_by_the_half_hour_and_a_time_within_an_hour() {
        let quarters = vec![quarter("2026-03-05T18:15:00Z", 1), quarter("2026-03-05T18:30:00Z", 2)];
        let hours = rows("2026-03-05T18:20:00Z", "2026-03-05T19:00:00Z", "Asia/Kolkata", Step::Hour, quarters);
        let hour = |hour: &str, calls| (hour.to_owned(), calls);
        assert_eq!(hours, [hour("2026-03-05T23:00:00+05:30", 1), hour("2026-03-06T00:00:00+05:30", 2)]);
    }

    #[test]
    fn a_table_holds_no_formula_and_says_the_sum() {
        let row = Row {
            key: Some("=1+1".into()),
            label: "+4930901820".into(),
            counts: Counts { calls: 2, ..Counts::default() },
        };
        let report = Report { rows: vec![row], sum: Counts { calls: 2, wait_ms_avg: Some(5), ..Counts::default() } };
        let text = String::from_utf8(table(&report).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("key,label,calls,inbound"), "{text}");
        assert_eq!(lines[1], "'=1+1,+4930901820,2,0,0,0,0,,0,0,0,0,0,0");
        assert_eq!(lines[2], "sum,sum,2,0,0,0,0,5,0,0,0,0,0,0");
    }
}
