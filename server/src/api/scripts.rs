//! What a member follows who talks with somebody: the script of the campaign that called them, or of the queue that they
//! came by.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Extension, State};
use call_model::CallId;
use campaigns::Spec;
use campaigns::runner::row_of;
use campaigns::script::{Known, Script, Step};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{CallRecord, ContactRecord};
use utoipa::{IntoParams, ToSchema};

use super::calls::no_such_call;
use super::extract::Params;
use super::problem::Problem;
use super::state::ApiState;
use crate::access::Principal;

/// Which call.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfCall {
    /// Id of a call in which your phone rings or talks.
    #[param(value_type = String)]
    call: CallId,
}

/// What to follow in a call.
#[derive(Serialize, ToSchema)]
pub(super) struct CallScript {
    /// Name of the campaign or of the queue; null: there is no script for this call.
    #[schema(example = "desk")]
    title: Option<String>,
    /// What to say and to do, in its order, with what is known of the contact filled in.
    steps: Vec<ScriptStep>,
}

/// A part of a script.
#[derive(Serialize, ToSchema)]
pub(super) struct ScriptStep {
    /// `paragraph` (to be said or read) or `point` (to be done and ticked off).
    #[schema(example = "point")]
    kind: &'static str,
    /// In plain text; paragraphs may have line breaks.
    text: String,
}

impl From<Step> for ScriptStep {
    fn from(step: Step) -> Self {
        match step {
            Step::Paragraph(text) => Self { kind: "paragraph", text },
            Step::Point(text) => Self { kind: "point", text },
        }
    }
}

/// A script and for whom it is.
struct Found {
    title: String,
    script: Script,
    known: Known,
}

/// What to follow in a call that your phone rings or talks in: the script of its campaign, else of the queue by which it
/// came. A request with an API key may ask for any call.
#[utoipa::path(get, path = "/v1/phone/script", tag = "members", operation_id = "getCallScript", params(OfCall),
    responses((status = 200, body = CallScript),
              (status = 404, description = "There is no such call, or you take no part in it", body = Problem)))]
pub(super) async fn get(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Params(OfCall { call }): Params<OfCall>,
) -> Result<Json<CallScript>, Problem> {
    let own = who.member().is_some_and(|member| state.calls().takes_part(member, call));
    if who.user_id().is_some() && !own {
        return Err(no_such_call());
    }
    let record = state.store().call(call).await?.ok_or_else(no_such_call)?;
    let found = find(&state, &record).await?;
    Ok(Json(match found {
        Some(Found { title, script, known }) => {
            let steps = script.steps(&known).into_iter().map(ScriptStep::from).collect();
            CallScript { title: Some(title), steps }
        }
        None => CallScript { title: None, steps: Vec::new() },
    }))
}

async fn find(state: &ApiState, call: &CallRecord) -> Result<Option<Found>, Problem> {
    let store = state.store();
    let mut of_campaign = None;
    let mut queue = None;
    if let Some((campaign, contact)) = store.contact_of_call(call.id).await?
        && let Some(campaign) = store.campaign_of_row(campaign).await?
    {
        let contact = store.campaign_contact(campaign.row, contact).await?;
        of_campaign = contact.as_ref().and_then(row_of).map(|row| Known::from(&row));
        if let Ok(spec) = Spec::parse(&campaign.yaml) {
            if let Some(script) = spec.script {
                let known = of_campaign.unwrap_or_default();
                return Ok(Some(Found { title: campaign.name, script, known }));
            }
            queue = spec.pace.kind.queue().map(str::to_owned);
        }
    }
    let came_by = state.calls().queue_of(call.id).await;
    let Some(title) = came_by.or(queue) else { return Ok(None) };
    let Some(script) = state.settings().and_then(|settings| settings.scripts().of(&title)) else { return Ok(None) };
    let known = match of_campaign {
        Some(known) => known,
        None => match call.contact {
            Some(id) => store.contact(id).await?.map(known_of).unwrap_or_default(),
            None => Known::default(),
        },
    };
    Ok(Some(Found { title, script, known }))
}

fn known_of(contact: ContactRecord) -> Known {
    let text = |value: Value| match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let fields: BTreeMap<String, String> =
        contact.fields.into_iter().map(|(name, value)| (name, text(value))).collect();
    Known {
        name: contact.name.unwrap_or_default(),
        number: contact.number.unwrap_or_default(),
        language: contact.language.unwrap_or_default(),
        time_zone: contact.time_zone.unwrap_or_default(),
        appointment: fields.get("appointment").cloned().unwrap_or_default(),
        fields,
    }
}
