//! Members who choose whom to call: they see a contact first, and take it or not.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use call_model::CallId;
use campaigns::runner::PreviewError;
use serde::{Deserialize, Serialize};
use store::CampaignRecord;
use utoipa::ToSchema;

use super::super::extract::{Body, Id};
use super::super::problem::{Kind, Problem};
use super::super::state::ApiState;
use super::super::wire::Time;
use super::wire::CampaignContact;
use super::{desk, find, spec_of, time};
use crate::access::Principal;

/// How long a contact waits that a member has skipped, where nothing is said, seconds.
const SKIPPED_S: u32 = 3_600;

/// The longest that it may wait, seconds.
const LONGEST_S: u32 = 30 * 24 * 3_600;

/// Who asks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NextPreview {
    /// The member's name.
    #[schema(example = "anna")]
    member: String,
}

/// A contact that a member is shown.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct PreviewShown {
    /// The contact; null: nobody is to be called now. Ask again in some seconds.
    contact: Option<CampaignContact>,
    /// What the campaign's text says of them, by name.
    variables: BTreeMap<String, String>,
    /// Until when the member may take it; then another is shown it.
    until: Option<Time>,
}

/// Shows a member of the campaign's queue the next contact, in the pace `preview`. Who is shown one gets the same again
/// until they take it, skip it, or the time is over.
#[utoipa::path(post, path = "/v1/campaigns/{id}/preview/next", tag = "campaigns", operation_id = "nextCampaignPreview",
    params(("id" = String, Path, description = "Id or name of the campaign")), request_body = NextPreview,
    responses((status = 200, body = PreviewShown),
              (status = 409, description = "The campaign does not run, or has another pace", body = Problem)))]
pub(in crate::api) async fn next_preview(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<String>,
    Body(ask): Body<NextPreview>,
) -> Result<Json<PreviewShown>, Problem> {
    let campaign = find(&state, &id).await?;
    let member = member_of(&state, &who, &campaign, &ask.member)?;
    let shown = desk(&state)?.members().next(campaign.row, &member).await.map_err(explain)?;
    let nobody = PreviewShown { contact: None, variables: BTreeMap::new(), until: None };
    let Some(shown) = shown else { return Ok(Json(nobody)) };
    let contact = state.store().campaign_contact(campaign.row, shown.contact).await?;
    let Some(contact) = contact else { return Ok(Json(nobody)) };
    let attempts = state.store().attempts_at(contact.row).await?;
    // What cannot be filled in is seen by who looks at the contact.
    let spoken = desk(&state)?.preview(&spec_of(&campaign)?, &contact).unwrap_or_default();
    Ok(Json(PreviewShown {
        contact: Some(CampaignContact::new(contact, attempts)),
        variables: spoken.variables.into_iter().collect(),
        until: Some(time(shown.until)),
    }))
}

/// Which contact a member takes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct TakePreview {
    /// The member's name.
    #[schema(example = "anna")]
    member: String,
    /// `id` of the contact that is shown.
    contact: i64,
}

/// The call that is being made.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct PreviewPlaced {
    /// Its id.
    #[schema(value_type = String)]
    call: CallId,
}

/// The member takes the contact that is shown: it is called now, and whoever answers is put through to the member.
#[utoipa::path(post, path = "/v1/campaigns/{id}/preview/accept", tag = "campaigns",
    operation_id = "acceptCampaignPreview",
    params(("id" = String, Path, description = "Id or name of the campaign")), request_body = TakePreview,
    responses((status = 201, description = "It is being dialled", body = PreviewPlaced),
              (status = 409, description = "It is not shown any more, or cannot be called now", body = Problem)))]
pub(in crate::api) async fn accept_preview(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<String>,
    Body(take): Body<TakePreview>,
) -> Result<(StatusCode, Json<PreviewPlaced>), Problem> {
    let campaign = find(&state, &id).await?;
    let member = member_of(&state, &who, &campaign, &take.member)?;
    let call = desk(&state)?.members().accept(campaign.row, &member, take.contact).await.map_err(explain)?;
    Ok((StatusCode::CREATED, Json(PreviewPlaced { call })))
}

/// Which contact a member does not take.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct SkipPreview {
    /// The member's name.
    #[schema(example = "anna")]
    member: String,
    /// `id` of the contact that is shown.
    contact: i64,
    /// How long it waits then, seconds: an hour where it is not said, 30 days at most.
    #[schema(maximum = 2_592_000)]
    again_in_s: Option<u32>,
}

/// The member does not take the contact that is shown: it waits.
#[utoipa::path(post, path = "/v1/campaigns/{id}/preview/skip", tag = "campaigns", operation_id = "skipCampaignPreview",
    params(("id" = String, Path, description = "Id or name of the campaign")), request_body = SkipPreview,
    responses((status = 204, description = "It waits"),
              (status = 409, description = "It is not shown any more", body = Problem)))]
pub(in crate::api) async fn skip_preview(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<String>,
    Body(skip): Body<SkipPreview>,
) -> Result<StatusCode, Problem> {
    let seconds = skip.again_in_s.unwrap_or(SKIPPED_S);
    if seconds > LONGEST_S {
        return Err(Problem::invalid(format!("`again_in_s` is 0 to {LONGEST_S}")));
    }
    let campaign = find(&state, &id).await?;
    let member = member_of(&state, &who, &campaign, &skip.member)?;
    let again_in = Duration::from_secs(seconds.into());
    desk(&state)?.members().skip(campaign.row, &member, skip.contact, again_in).await.map_err(explain)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The member for whom it is asked: a user who is a member asks for nobody else.
fn member_of(state: &ApiState, who: &Principal, campaign: &CampaignRecord, member: &str) -> Result<String, Problem> {
    let spec = spec_of(campaign)?;
    let (id, name) = desk(state)?.member_of(&spec, member.trim()).ok_or_else(|| {
        Problem::invalid("`member` is nobody of the campaign's queue: add them to the group of business.yaml")
    })?;
    if who.only_member().is_some_and(|own| own != id) {
        return Err(Problem::new(Kind::Forbidden, "`member` is somebody else: members choose for themselves"));
    }
    Ok(name)
}

fn explain(error: PreviewError) -> Problem {
    match error {
        PreviewError::Unavailable => Problem::new(Kind::Overloaded, error.to_string()).retry_after(5),
        _ => Problem::new(Kind::Conflict, error.to_string()),
    }
}
