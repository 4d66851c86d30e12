//! Campaigns: made, filled, tried, started, watched.

mod contacts;
mod control;
mod create;
mod heard;
mod held;
mod live;
mod members;
mod ready;
mod results;
mod rounds;
mod segment;
mod walks;
mod wire;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use call_model::{CampaignId, MemberId};
use campaigns::runner::Unfilled;
use campaigns::{Forecast, Spec};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::Deserialize;
use store::{CampaignContactRecord, CampaignRecord, CampaignState, StoreError};
use tokio::sync::OwnedSemaphorePermit;
use utoipa::IntoParams;

use super::extract::{Id, Params, Text};
use super::flows::TextFault;
use super::page::{List, page_request};
use super::problem::{Kind, Problem};
use super::state::{ApiState, PlaceCallError};
use super::{now_ms, wire::Time};
use wire::Campaign;

pub(super) use contacts::{__path_add_contacts, __path_contacts, __path_trigger, add_contacts, contacts, trigger};
pub(super) use control::{
    __path_dry_run, __path_pause, __path_preview, __path_resume, __path_set_pace, __path_start, __path_stop,
    __path_test, dry_run, pause, preview, resume, set_pace, start, stop, test,
};
pub(super) use create::{__path_add, add};
pub use held::Held;
pub(super) use live::{CampaignFeed, CampaignSums, SumsFeed, running as running_sums};
pub(super) use members::{
    __path_accept_preview, __path_next_preview, __path_skip_preview, accept_preview, next_preview, skip_preview,
};
pub(super) use results::{__path_progress, __path_results, progress, results};
pub(super) use rounds::{__path_rounds, rounds};
pub(crate) use segment::{Segment, SegmentError};

/// The largest table of contacts, bytes: a million rows and more.
pub(super) const MAX_TABLE: usize = 128 << 20;

/// The largest form that makes a campaign, bytes: a table, the text, and what is around them.
pub(super) const MAX_FORM: usize = MAX_TABLE + (2 << 20);

/// What would be said to a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spoken {
    /// What the app is told of the contact, by name.
    pub variables: Vec<(String, String)>,
    /// What it says first, sentence by sentence, until it waits for an answer.
    pub says: Vec<String>,
    /// What a machine gets.
    pub message: Option<String>,
    /// In which language.
    pub language: String,
    /// Which variant.
    pub variant: Option<String>,
}

/// A forecast, with the contacts for whom what is said cannot be filled in.
#[derive(Debug, Clone, Default)]
pub struct DryForecast {
    /// Who would be called when, and who not.
    pub forecast: Forecast,
    /// For whom what is said cannot be filled in.
    pub unfilled: Vec<Unfilled>,
}

/// What the surface asks of what runs campaigns.
pub trait CampaignDesk: Send + Sync + 'static {
    /// Something was changed in the books: it is looked at now.
    fn stir(&self);

    /// What keeps a campaign from running here: a flow that is not there, rules that are looser than the house's.
    fn problems(&self, spec: &Spec) -> Vec<String>;

    /// What keeps every call of a campaign that runs from being made now, but for its rules: a trunk that is not there,
    /// members of whom none is free.
    fn held<'a>(&'a self, _spec: &'a Spec) -> BoxFuture<'a, Option<Held>> {
        Box::pin(async { None })
    }

    /// A member of the campaign's queue, by their id and the name that the books have; `None`: they are not of it.
    fn member_of(&self, spec: &Spec, member: &str) -> Option<(MemberId, String)>;

    /// The way of members to what runs campaigns.
    fn members(&self) -> &campaigns::runner::Members;

    /// What a contact would hear.
    fn preview(&self, spec: &Spec, contact: &CampaignContactRecord) -> Result<Spoken, String>;

    /// Places one call of a campaign to a number of one's own, with what this contact would hear. No attempt is written.
    fn test<'a>(
        &'a self,
        spec: &'a Spec,
        contact: &'a CampaignContactRecord,
        to: &'a str,
    ) -> BoxFuture<'a, Result<call_model::CallId, PlaceCallError>>;

    /// The place of a dry run; `None`: another is being made, and each holds a whole campaign in memory.
    fn dry_run_place(&self) -> Option<OwnedSemaphorePermit>;

    /// Who would be called when, and who not, if it were started now. `given`: these contacts in place of those who wait
    /// in the books. The place is held until it is made.
    fn forecast<'a>(
        &'a self,
        campaign: &'a CampaignRecord,
        spec: &'a Spec,
        most: usize,
        given: Option<Vec<CampaignContactRecord>>,
        place: OwnedSemaphorePermit,
    ) -> BoxFuture<'a, Result<DryForecast, StoreError>>;

    /// What holds where neither a row nor the campaign says: the country, language and zone of the business.
    fn defaults(&self) -> campaigns::audience::Defaults;
}

/// How campaigns are listed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Only those that are `draft`, `running`, `paused`, `stopped` or `done`.
    #[param(value_type = Option<String>)]
    state: Option<CampaignState>,
    /// The most on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Campaigns, newest first.
#[utoipa::path(get, path = "/v1/campaigns", tag = "campaigns", operation_id = "listCampaigns", params(ListQuery),
    responses((status = 200, body = inline(List<Campaign>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Params(query): Params<ListQuery>,
) -> Result<List<Campaign>, Problem> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    Ok(List::page(state.store().campaigns(query.state, &page).await?, Campaign::listed))
}

/// One campaign, with its text. `{id}`: its id or its name.
#[utoipa::path(get, path = "/v1/campaigns/{id}", tag = "campaigns", operation_id = "getCampaign",
    params(("id" = String, Path, description = "Id or name of the campaign")),
    responses((status = 200, body = Campaign)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<String>) -> Result<Json<Campaign>, Problem> {
    Ok(Json(Campaign::whole(find(&state, &id).await?)))
}

/// Gives a draft or a paused campaign another text, as its next version. The name stays.
#[utoipa::path(put, path = "/v1/campaigns/{id}", tag = "campaigns", operation_id = "putCampaign",
    params(("id" = String, Path, description = "Id or name of the campaign")),
    request_body(content = String, content_type = "application/yaml", description = "The campaign: see docs/campaigns.md"),
    responses((status = 200, body = Campaign),
              (status = 422, description = "It has faults: each is in `faults`, with its line", body = Problem)))]
pub(super) async fn put(
    State(state): State<ApiState>,
    Id(id): Id<String>,
    Text(yaml): Text,
) -> Result<Json<Campaign>, Problem> {
    let campaign = find(&state, &id).await?;
    ready::provide(&state, &yaml).await?;
    let spec = checked(&state, &yaml)?;
    segment::check(&state, &spec).await?;
    if spec.name != campaign.name {
        return Err(Problem::invalid(format!("`name` is `{}`, but this campaign is `{}`", spec.name, campaign.name)));
    }
    if campaign.yaml == yaml {
        return Ok(Json(Campaign::whole(campaign)));
    }
    Ok(Json(Campaign::whole(state.store().change_campaign(campaign.id, &yaml, now_ms()).await?)))
}

/// Removes a campaign with its contacts and attempts; its calls stay.
#[utoipa::path(delete, path = "/v1/campaigns/{id}", tag = "campaigns", operation_id = "deleteCampaign",
    params(("id" = String, Path, description = "Id or name of the campaign")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete(State(state): State<ApiState>, Id(id): Id<String>) -> Result<StatusCode, Problem> {
    let campaign = find(&state, &id).await?;
    state.store().remove_campaign(campaign.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Finds a campaign by its id or its name.
async fn find(state: &ApiState, id: &str) -> Result<CampaignRecord, Problem> {
    let found = match id.parse::<CampaignId>() {
        Ok(id) => state.store().campaign(id).await?,
        Err(_) => state.store().campaign_by_name(id).await?,
    };
    found.ok_or_else(|| Problem::no_such("campaign", "/v1/campaigns"))
}

fn desk(state: &ApiState) -> Result<&dyn CampaignDesk, Problem> {
    state.campaigns().ok_or_else(|| Problem::new(Kind::Overloaded, "campaigns do not run here").retry_after(60))
}

/// Reads a campaign and what is around it, or says everything that is wrong.
fn checked(state: &ApiState, yaml: &str) -> Result<Spec, Problem> {
    let spec = Spec::parse(yaml).map_err(|faults| {
        let faults: Vec<TextFault> = faults.into_iter().map(TextFault::from).collect();
        Problem::new(Kind::Invalid, "the campaign has faults: each is in `faults`").with("faults", faults)
    })?;
    let problems = state.campaigns().map(|desk| desk.problems(&spec)).unwrap_or_default();
    if problems.is_empty() { Ok(spec) } else { Err(Problem::invalid(problems.join("; "))) }
}

/// The text of a campaign in the books: it was checked when it was put there.
fn spec_of(campaign: &CampaignRecord) -> Result<Spec, Problem> {
    Spec::parse(&campaign.yaml).map_err(|_| {
        Problem::new(Kind::Conflict, "this version of Callwright does not understand the campaign: put its text again")
    })
}

fn time(at: Timestamp) -> Time {
    Time(at.as_millisecond())
}
