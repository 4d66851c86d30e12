//! Why a campaign that runs calls nobody.

use serde::Serialize;
use store::{CampaignRecord, CampaignState};
use utoipa::ToSchema;

use super::super::state::ApiState;
use super::spec_of;

/// What keeps a campaign that runs from calling anybody now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Held {
    /// `no_trunk`, `trunk_down`, `no_lines`, `draining`, `no_phone`, `no_member_free` or `callers_first`.
    #[schema(value_type = String, example = "no_trunk")]
    pub reason: &'static str,
    /// The same in words, and what to do.
    pub detail: String,
}

impl Held {
    /// Made of a code and a sentence.
    pub fn new(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

/// Only of a campaign that runs and in which somebody waits while nobody is called.
pub(super) async fn held(state: &ApiState, campaign: &CampaignRecord, waiting: u64, calling: u64) -> Option<Held> {
    if campaign.state != CampaignState::Running || waiting == 0 || calling > 0 {
        return None;
    }
    state.campaigns()?.held(&spec_of(campaign).ok()?).await
}
