//! Who is at their phone.

use axum::extract::State;
use call_model::{CallId, MemberId};
use calls::{MemberPresence, PresenceState};
use serde::Serialize;
use utoipa::ToSchema;

use super::page::List;
use super::problem::Problem;
use super::state::ApiState;

/// Whether a member can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Presence {
    /// The member.
    #[schema(value_type = String)]
    id: MemberId,
    /// Its name.
    #[schema(example = "anna")]
    member: String,
    /// `offline` (no phone), `available`, `ringing`, `busy` (talks) or `away` (takes no callers).
    #[schema(value_type = String, example = "available")]
    state: PresenceState,
    /// The call that it talks in, or that rings.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
}

impl From<MemberPresence> for Presence {
    fn from(presence: MemberPresence) -> Self {
        let MemberPresence { id, member, state, call } = presence;
        Self { id, member, state, call }
    }
}

/// All members and whether they can be reached, by name. What changes comes as `presence` on `/v1/live`.
#[utoipa::path(get, path = "/v1/presence", tag = "members", operation_id = "listPresence",
    responses((status = 200, body = inline(List<Presence>))))]
pub(super) async fn list(State(state): State<ApiState>) -> Result<List<Presence>, Problem> {
    Ok(List::whole(state.calls().presence().into_iter().map(Presence::from).collect()))
}
