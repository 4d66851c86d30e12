//! Who is at their phone.

use axum::extract::{Extension, State};
use call_model::{CallId, MemberId};
use calls::{MemberPresence, PresenceState};
use serde::Serialize;
use utoipa::ToSchema;

use super::page::List;
use super::problem::Problem;
use super::state::ApiState;
use crate::access::Principal;

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

impl Presence {
    /// As it is shown to somebody; `only`: they see the calls of this member alone.
    pub(super) fn shown(presence: MemberPresence, only: Option<MemberId>) -> Self {
        let MemberPresence { id, member, state, call } = presence;
        let call = call.filter(|_| only.is_none_or(|only| only == id));
        Self { id, member, state, call }
    }
}

/// All members and whether they can be reached, by name. What changes comes as `presence` on `/v1/live`.
#[utoipa::path(get, path = "/v1/presence", tag = "members", operation_id = "listPresence",
    responses((status = 200, body = inline(List<Presence>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
) -> Result<List<Presence>, Problem> {
    let only = who.only_member();
    Ok(List::whole(state.calls().presence().into_iter().map(|it| Presence::shown(it, only)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sees_their_own_calls_alone_is_not_told_of_those_of_others() {
        let (anna, ben, call) = (MemberId::from_parts(1, 1), MemberId::from_parts(1, 2), CallId::from_parts(1, 3));
        let seen = |only| {
            let presence =
                MemberPresence { id: anna, member: "anna".into(), state: PresenceState::Busy, call: Some(call) };
            Presence::shown(presence, only).call
        };
        assert_eq!((seen(None), seen(Some(anna)), seen(Some(ben))), (Some(call), Some(call), None));
    }
}
