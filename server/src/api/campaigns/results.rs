//! What came of a campaign, in sum and by contact.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use campaigns::results::{Share, difference};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use store::{
    AttemptSums, CampaignAttempt, CampaignContactFilter, CampaignContactRecord, CampaignContactState, CampaignCount,
    CampaignRecord, CampaignState, Cursor, PageRequest, Store, StoreError,
};
use utoipa::{IntoParams, ToSchema};

use super::super::extract::{Id, Params};
use super::super::problem::Problem;
use super::super::state::ApiState;
use super::find;
use super::held::{Held, held};
use super::segment::{AskedStory, last_asked};
use super::walks::{KeyPresses, NodeWalk, walks};

/// How a campaign stands.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Progress {
    /// `draft`, `running`, `paused`, `stopped` or `done`.
    #[schema(value_type = String)]
    pub(super) state: CampaignState,
    /// Why it is paused, where that was not asked for.
    pub(super) reason: Option<String>,
    /// Why nobody is called although it runs and somebody waits; null where nothing but their time keeps them.
    pub(super) held: Option<Held>,
    /// Contacts in all.
    pub(super) contacts: u64,
    /// That wait for an attempt.
    pub(super) waiting: u64,
    /// With whom an attempt goes on.
    pub(super) calling: u64,
    /// That have an outcome.
    pub(super) done: u64,
    /// Contacts by outcome.
    pub(super) outcomes: BTreeMap<String, u64>,
    /// Contacts by what they said or pressed, in the word of the app.
    pub(super) dispositions: BTreeMap<String, u64>,
    /// What was dialled for it.
    attempts: Attempts,
    /// What came of asking its segment the last time; null where it calls those of a table, or nothing was asked yet.
    segment: Option<AskedStory>,
}

/// What was dialled.
#[allow(clippy::struct_field_names, reason = "it is called so on the wire")]
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct Attempts {
    /// Attempts, also those that were never dialled.
    attempts: u64,
    /// That were dialled.
    dialled: u64,
    /// That somebody or something answered.
    answered: u64,
    /// That go on.
    open: u64,
    /// Talked, seconds.
    talked_s: u64,
    /// What they cost, in millionths of the currency of the trunks' rates.
    cost: u64,
}

impl From<&AttemptSums> for Attempts {
    fn from(sums: &AttemptSums) -> Self {
        Self {
            attempts: sums.attempts,
            dialled: sums.dialled,
            answered: sums.answered,
            open: sums.open,
            talked_s: sums.talked_ms / 1_000,
            cost: sums.cost,
        }
    }
}

impl Attempts {
    fn plus(self, other: Self) -> Self {
        Self {
            attempts: self.attempts + other.attempts,
            dialled: self.dialled + other.dialled,
            answered: self.answered + other.answered,
            open: self.open + other.open,
            talked_s: self.talked_s + other.talked_s,
            cost: self.cost + other.cost,
        }
    }
}

/// How a campaign stands now.
#[utoipa::path(get, path = "/v1/campaigns/{id}/progress", tag = "campaigns", operation_id = "getCampaignProgress",
    params(("id" = String, Path, description = "Id or name of the campaign")),
    responses((status = 200, body = Progress)))]
pub(in crate::api) async fn progress(
    State(state): State<ApiState>,
    Id(id): Id<String>,
) -> Result<Json<Progress>, Problem> {
    let campaign = find(&state, &id).await?;
    Ok(Json(progress_of(&state, campaign).await?))
}

pub(super) async fn progress_of(state: &ApiState, campaign: CampaignRecord) -> Result<Progress, StoreError> {
    let store = state.store();
    let counts = store.campaign_counts(campaign.row).await?;
    let sums = store.attempt_sums(campaign.row).await?;
    let (outcomes, dispositions) = tables(counts.iter());
    let stands = |state| counts.iter().filter(|it| it.state == state).map(|it| it.count).sum();
    let (waiting, calling): (u64, u64) = (stands(CampaignContactState::Waiting), stands(CampaignContactState::Calling));
    let calling = calling + stands(CampaignContactState::Ended);
    Ok(Progress {
        held: held(state, &campaign, waiting, calling).await,
        segment: last_asked(&campaign),
        state: campaign.state,
        reason: campaign.reason,
        contacts: counts.iter().map(|it| it.count).sum(),
        waiting,
        calling,
        done: stands(CampaignContactState::Done),
        outcomes,
        dispositions,
        attempts: sums.iter().map(|(_, sums)| Attempts::from(sums)).fold(Attempts::default(), Attempts::plus),
    })
}

type Table = BTreeMap<String, u64>;

fn tables<'c>(counts: impl Iterator<Item = &'c CampaignCount>) -> (Table, Table) {
    let (mut outcomes, mut dispositions) = (Table::new(), Table::new());
    for count in counts {
        if let Some(outcome) = &count.outcome {
            *outcomes.entry(outcome.clone()).or_default() += count.count;
        }
        if let Some(disposition) = &count.disposition {
            *dispositions.entry(disposition.clone()).or_default() += count.count;
        }
    }
    (outcomes, dispositions)
}

/// In which form.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::api) enum Format {
    /// The sums, as JSON.
    #[default]
    Json,
    /// A row for each contact, as CSV.
    Csv,
}

/// In which form.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ResultsQuery {
    /// `json`: the sums; `csv`: a row for each contact.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// What came of a campaign.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Results {
    /// How it stands.
    #[serde(flatten)]
    progress: Progress,
    /// How many got how far.
    funnel: Vec<Step>,
    /// Where the calls went in its flows: who came to which node, and who hung up there. The most walked first.
    nodes: Vec<NodeWalk>,
    /// Which keys were pressed at which node; a code of several digits is not counted.
    keys: Vec<KeyPresses>,
    /// What came of each variant; empty where there is one way.
    variants: Vec<VariantResults>,
    /// The first two variants beside each other; empty where there are fewer.
    comparison: Vec<Comparison>,
}

/// Two variants beside each other.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(in crate::api) struct Comparison {
    /// What is compared: `reached`, or what they said, in the word of the app.
    what: String,
    /// The share of the first variant's contacts that are done, 0 to 1.
    first: f64,
    /// And of the second's.
    second: f64,
    /// The first less the second.
    difference: f64,
    /// From where the difference lies with 95 % confidence.
    low: f64,
    /// And up to where.
    high: f64,
    /// Whether that leaves no room for chance.
    significant: bool,
}

/// A step of the funnel.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct Step {
    /// `contacts`, `dialled`, `answered`, `reached`, and then what they said, in the word of the app.
    step: String,
    /// How many contacts.
    contacts: u64,
}

/// What came of a variant.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct VariantResults {
    /// Its name.
    variant: String,
    /// Contacts that heard it.
    contacts: u64,
    /// By outcome.
    outcomes: Table,
    /// By what they said or pressed.
    dispositions: Table,
    /// What was dialled for it.
    attempts: Attempts,
}

/// What came of a campaign: in sum as JSON, or by contact as CSV.
#[utoipa::path(get, path = "/v1/campaigns/{id}/results", tag = "campaigns", operation_id = "getCampaignResults",
    params(("id" = String, Path, description = "Id or name of the campaign"), ResultsQuery),
    responses((status = 200, body = Results)))]
pub(in crate::api) async fn results(
    State(state): State<ApiState>,
    Id(id): Id<String>,
    Params(query): Params<ResultsQuery>,
) -> Result<Response, Problem> {
    let campaign = find(&state, &id).await?;
    match query.format {
        Format::Json => Ok(Json(in_sum(&state, campaign).await?).into_response()),
        Format::Csv => Ok(by_contact(state.store().clone(), &campaign)),
    }
}

async fn in_sum(state: &ApiState, campaign: CampaignRecord) -> Result<Results, StoreError> {
    let store = state.store();
    let (nodes, keys) = walks(store, campaign.row).await?;
    let counts = store.campaign_counts(campaign.row).await?;
    let sums = store.attempt_sums(campaign.row).await?;
    let reach = store.campaign_reach(campaign.row).await?;
    let mut variants = Vec::new();
    for (name, sums) in &sums {
        let Some(name) = name else { continue };
        let of_variant = || counts.iter().filter(|it| it.variant.as_ref() == Some(name));
        let (outcomes, dispositions) = tables(of_variant());
        variants.push(VariantResults {
            variant: name.clone(),
            contacts: of_variant().map(|it| it.count).sum(),
            outcomes,
            dispositions,
            attempts: sums.into(),
        });
    }
    let progress = progress_of(state, campaign).await?;
    let step = |step: &str, contacts| Step { step: step.to_owned(), contacts };
    let mut funnel = vec![
        step("contacts", progress.contacts),
        step("dialled", reach.dialled),
        step("answered", reach.answered),
        step("reached", REACHED.iter().filter_map(|outcome| progress.outcomes.get(*outcome)).sum()),
    ];
    funnel.extend(progress.dispositions.iter().map(|(word, contacts)| step(word, *contacts)));
    let comparison = match &variants[..] {
        [first, second, ..] => compare(first, second),
        _ => Vec::new(),
    };
    Ok(Results { progress, funnel, nodes, keys, variants, comparison })
}

fn compare(first: &VariantResults, second: &VariantResults) -> Vec<Comparison> {
    let done = |variant: &VariantResults| variant.outcomes.values().sum::<u64>();
    let share = |variant: &VariantResults, yes: u64| Share {
        yes: u32::try_from(yes).unwrap_or(u32::MAX),
        of: u32::try_from(done(variant)).unwrap_or(u32::MAX),
    };
    let mut pairs = vec![("reached", REACHED.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), true)];
    let mut words: Vec<&String> = first.dispositions.keys().chain(second.dispositions.keys()).collect();
    words.sort();
    words.dedup();
    pairs.extend(words.into_iter().map(|word| (word.as_str(), vec![word.clone()], false)));
    let count = |variant: &VariantResults, words: &[String], outcomes: bool| {
        let table = if outcomes { &variant.outcomes } else { &variant.dispositions };
        words.iter().filter_map(|word| table.get(word)).sum::<u64>()
    };
    let compared = pairs.into_iter().map(|(what, words, outcomes)| {
        let (one, other) =
            (share(first, count(first, &words, outcomes)), share(second, count(second, &words, outcomes)));
        let between = difference(one, other);
        Comparison {
            what: what.to_owned(),
            first: one.value(),
            second: other.value(),
            difference: between.value,
            low: between.low,
            high: between.high,
            significant: between.is_significant(),
        }
    });
    compared.collect()
}

/// Outcomes of contacts with whom a person talked.
const REACHED: [&str; 5] = ["reached", "opted_out", "call_back", "wrong_number", "dropped"];

/// The headings of the table of results, before the fields of the contacts.
const HEADINGS: [&str; 15] = [
    "number",
    "name",
    "key",
    "line",
    "state",
    "outcome",
    "disposition",
    "reason",
    "attempts",
    "last_dialled_at",
    "answered_by",
    "talked_s",
    "cost",
    "variant",
    "call",
];

/// A name as the parameter of a header may hold it (RFC 8187 section 3.2.1).
fn encoded(name: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A row for each contact: they are read page by page while they are sent.
fn by_contact(store: Store, campaign: &CampaignRecord) -> Response {
    let row = campaign.row;
    let head = written(|table| table.write_record(HEADINGS));
    let pages = stream::try_unfold((Some(None), Some(head)), move |(next, head)| {
        let store = store.clone();
        async move {
            if let Some(head) = head {
                return Ok(Some((head, (next, None))));
            }
            let Some(cursor) = next else { return Ok(None) };
            let (text, next) = csv_page(&store, row, cursor).await?;
            Ok::<_, StoreError>(Some((text, (next.map(Some), None))))
        }
    });
    let (id, name) = (campaign.id, encoded(&campaign.name));
    let file = format!("attachment; filename=\"{id}.csv\"; filename*=UTF-8''{name}.csv");
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, file)];
    (headers, HttpBody::from_stream(pages)).into_response()
}

async fn csv_page(store: &Store, row: i64, cursor: Option<Cursor>) -> Result<(Bytes, Option<Cursor>), StoreError> {
    let page = PageRequest { limit: PageRequest::MAX_LIMIT, cursor };
    let page = store.campaign_contacts(row, &CampaignContactFilter::default(), &page).await?;
    let rows: Vec<i64> = page.data.iter().map(|contact| contact.row).collect();
    let mut last: HashMap<i64, (CampaignAttempt, u64)> = HashMap::new();
    for attempt in store.attempts_of(&rows).await? {
        let cost = last.get(&attempt.contact).map_or(0, |(_, cost)| *cost) + attempt.cost.unwrap_or(0);
        last.insert(attempt.contact, (attempt, cost));
    }
    let text = written(|table| {
        for contact in &page.data {
            table.write_record(cells(contact, last.get(&contact.row)))?;
        }
        Ok(())
    });
    Ok((text, page.next))
}

fn written(fill: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>) -> Bytes {
    let mut table = csv::Writer::from_writer(Vec::new());
    // Writing into memory does not fail.
    let _ = fill(&mut table);
    table.into_inner().unwrap_or_default().into()
}

fn cells(contact: &CampaignContactRecord, last: Option<&(CampaignAttempt, u64)>) -> [String; HEADINGS.len()] {
    let name = contact.details.get("name").and_then(|name| name.as_str()).unwrap_or_default();
    let attempt = last.map(|(attempt, _)| attempt);
    let talked = attempt.and_then(|it| Some((it.ended_ms? - it.answered_ms?) / 1_000));
    let at = attempt.and_then(|it| it.dialled_ms).map(|ms| jiff::Timestamp::from_millisecond(ms).unwrap_or_default());
    let text = |text: Option<&String>| text.map(|text| harmless(text)).unwrap_or_default();
    [
        contact.number.clone(),
        harmless(name),
        harmless(&contact.key),
        contact.line.map(|line| line.to_string()).unwrap_or_default(),
        contact.state.as_str().to_owned(),
        contact.outcome.clone().unwrap_or_default(),
        text(contact.disposition.as_ref()),
        contact.reason.clone().unwrap_or_default(),
        contact.attempts.to_string(),
        at.map(|at| at.to_string()).unwrap_or_default(),
        text(attempt.and_then(|it| it.answered_by.as_ref())),
        talked.map(|seconds| seconds.to_string()).unwrap_or_default(),
        last.map(|(_, cost)| format!("{}.{:06}", cost / 1_000_000, cost % 1_000_000)).unwrap_or_default(),
        text(contact.variant.as_ref()),
        attempt
            .filter(|it| it.dialled_ms.is_some())
            .and_then(|it| it.call)
            .map(|id| id.to_string())
            .unwrap_or_default(),
    ]
}

/// What a spreadsheet would take for a formula is kept from being one.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("Mia"), "Mia");
    }

    #[test]
    fn a_file_may_have_any_name() {
        assert_eq!(encoded("opinions-2.b"), "opinions-2.b");
        assert_eq!(encoded("Zwölf \"Fragen\"\r\n"), "Zw%C3%B6lf%20%22Fragen%22%0D%0A");
    }
}
