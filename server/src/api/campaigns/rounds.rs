//! The rounds of a campaign that recurs.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::extract::{Id, Params};
use super::super::page::List;
use super::super::problem::{Kind, Problem};
use super::super::state::ApiState;
use super::super::wire::Time;
use super::find;

/// The most rounds that are listed.
const MOST: u32 = 1_000;

/// How many rounds are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct RoundsQuery {
    /// The most: 1 to 1,000, 50 when it is not said.
    #[param(minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<u32>,
}

/// One time that a campaign called its contacts.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Round {
    /// 1 for the first.
    #[serde(rename = "round")]
    number: u32,
    /// The time of the schedule that it is for.
    planned_at: Time,
    /// When it began.
    began_at: Time,
    /// When everybody in it had an outcome; null while it goes on.
    ended_at: Option<Time>,
    /// Contacts by outcome.
    outcomes: BTreeMap<String, u64>,
}

/// The rounds of a campaign that recurs, newest first.
#[utoipa::path(get, path = "/v1/campaigns/{id}/rounds", tag = "campaigns", operation_id = "listCampaignRounds",
    params(("id" = String, Path, description = "Id or name of the campaign"), RoundsQuery),
    responses((status = 200, body = inline(List<Round>))))]
pub(in crate::api) async fn rounds(
    State(state): State<ApiState>,
    Id(id): Id<String>,
    Params(query): Params<RoundsQuery>,
) -> Result<List<Round>, Problem> {
    let most = query.limit.unwrap_or(50);
    if !(1..=MOST).contains(&most) {
        return Err(Problem::new(Kind::BadRequest, format!("`limit` is 1 to {MOST}")));
    }
    let campaign = find(&state, &id).await?;
    let rounds = state.store().campaign_rounds(campaign.row, most).await?;
    let oldest = rounds.last().map_or(1, |round| round.round);
    let counts = state.store().round_counts(campaign.row, oldest).await?;
    let rounds = rounds.into_iter().map(|round| Round {
        number: round.round,
        planned_at: Time(round.planned_ms),
        began_at: Time(round.began_ms),
        ended_at: round.ended_ms.map(Time),
        outcomes: counts
            .iter()
            .filter(|count| count.round == round.round)
            .map(|count| (count.outcome.clone(), count.count))
            .collect(),
    });
    Ok(List::whole(rounds.collect()))
}
