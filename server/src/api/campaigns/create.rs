//! A campaign made: by its text, or whole with its table in one request.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use campaigns::Spec;
use serde::Serialize;
use store::{CampaignRecord, NewCampaign};
use utoipa::ToSchema;

use super::super::extract::Text;
use super::super::now_ms;
use super::super::problem::{Kind, Problem};
use super::super::state::ApiState;
use super::contacts::{Added, fill, read_table};
use super::wire::Campaign;
use super::{MAX_TABLE, checked, ready, segment};

/// The largest value of `keep_good`, bytes.
const MAX_FLAG: usize = 16;

/// The longest `segment`, bytes.
const MAX_SEGMENT: usize = 8 << 10;

/// What a campaign is made of.
pub(in crate::api) struct NewParts {
    yaml: String,
    table: Option<Bytes>,
    keep_good: bool,
}

/// A form of several parts, as a page in a browser sends it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it is only described")]
pub(in crate::api) struct NewCampaignForm {
    /// The campaign as YAML: see docs/campaigns.md. At most `http.max_body`.
    campaign: String,
    /// Its contacts as CSV, where they are known already. At most 128 MiB.
    #[schema(value_type = Option<String>, format = Binary)]
    contacts: Option<Vec<u8>>,
    /// Whom it calls in place of a table: a segment by its name, or an expression over `contact`. It is added to the text.
    segment: Option<String>,
    /// Take the good rows although others have faults.
    keep_good: Option<bool>,
}

/// A campaign that was made with its contacts.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct MadeCampaign {
    #[serde(flatten)]
    campaign: Campaign,
    /// What came of the table; only where one was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Added>,
}

impl FromRequest<ApiState> for NewParts {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let most = state.config().max_body;
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !media_type.is_some_and(|given| given.trim().to_ascii_lowercase().starts_with("multipart/form-data")) {
            let Text(yaml) = Text::from_request(request, state).await?;
            return if yaml.len() > most { Err(too_large("the body", "http.max_body")) } else { Ok(Self::of(yaml)) };
        }
        let form = Multipart::from_request(request, state).await;
        let mut form = form.map_err(|_| Problem::new(Kind::BadRequest, "the form names no `boundary`"))?;
        let mut parts: BTreeMap<String, Bytes> = BTreeMap::new();
        while let Some(field) = form.next_field().await.map_err(|_| broken())? {
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = match name.as_str() {
                "campaign" => read(field, most, "http.max_body").await?,
                "contacts" => read(field, MAX_TABLE, "a table of contacts").await?,
                "segment" => read(field, MAX_SEGMENT, "an expression").await?,
                "keep_good" => read(field, MAX_FLAG, "`true` or `false`").await?,
                _ => {
                    let detail = format!(
                        "the form has a part `{name}`: its parts are `campaign`, `contacts`, `segment`, \
                         `keep_good`"
                    );
                    return Err(Problem::invalid(detail));
                }
            };
            if parts.insert(name.clone(), bytes).is_some() {
                return Err(Problem::invalid(format!("the form has two parts `{name}`: send one")));
            }
        }
        let yaml =
            parts.remove("campaign").ok_or_else(|| Problem::invalid("the form has no part `campaign`: the YAML"))?;
        let yaml = String::from_utf8(yaml.into())
            .map_err(|_| Problem::new(Kind::BadRequest, "the part `campaign` is not UTF-8: save it as UTF-8"))?;
        let yaml = match parts.remove("segment").map(|text| String::from_utf8(text.into())) {
            Some(Ok(segment)) if !segment.trim().is_empty() => Spec::with_segment(&yaml, segment.trim()),
            None | Some(Ok(_)) => yaml,
            Some(Err(_)) => return Err(Problem::new(Kind::BadRequest, "the part `segment` is not UTF-8")),
        };
        let keep_good = match parts.get("keep_good").map(|flag| flag.trim_ascii()) {
            None | Some(b"false" | b"") => false,
            Some(b"true") => true,
            Some(_) => return Err(Problem::invalid("`keep_good` is `true` or `false`")),
        };
        Ok(Self { yaml, table: parts.remove("contacts"), keep_good })
    }
}

impl NewParts {
    fn of(yaml: String) -> Self {
        Self { yaml, table: None, keep_good: false }
    }
}

async fn read(mut field: Field<'_>, most: usize, setting: &str) -> Result<Bytes, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| broken())? {
        if bytes.len() + chunk.len() > most {
            let name = field.name().unwrap_or_default();
            return Err(too_large(&format!("the part `{name}`"), setting));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

fn too_large(what: &str, setting: &str) -> Problem {
    Problem::new(Kind::TooLarge, format!("{what} is larger than `{setting}` allows: send less"))
}

fn broken() -> Problem {
    Problem::new(Kind::BadRequest, "the form broke off, is larger than 130 MiB, or is no `multipart/form-data`")
}

/// Makes a campaign, as a draft: nobody is called. Its name is that of its text.
///
/// The body is its text, or a form with the text, the table of its contacts and `keep_good`: then the campaign is made
/// with its contacts, or not at all.
#[utoipa::path(post, path = "/v1/campaigns", tag = "campaigns", operation_id = "createCampaign",
    request_body(description = "The campaign: see docs/campaigns.md",
        content((String = "application/yaml"), (NewCampaignForm = "multipart/form-data"))),
    responses((status = 201, body = MadeCampaign),
              (status = 422, description = "It has faults: each is in `faults`, with its line", body = Problem)))]
pub(in crate::api) async fn add(State(state): State<ApiState>, parts: NewParts) -> Result<Response, Problem> {
    let NewParts { yaml, table, keep_good } = parts;
    ready::provide(&state, &yaml).await?;
    let spec = checked(&state, &yaml)?;
    segment::check(&state, &spec).await?;
    if table.is_some() {
        segment::has_none(&spec)?;
    }
    let read = match table {
        Some(table) => Some(read_table(&state, &spec, table, keep_good).await?),
        None => None,
    };
    let new = NewCampaign { name: spec.name, yaml };
    let campaign = state.store().add_campaign(new, now_ms()).await?;
    let mut contacts = None;
    if let Some((rows, mut told)) = read {
        if let Err(error) = fill(&state, &campaign, rows, &mut told).await {
            give_up(&state, &campaign).await;
            return Err(error);
        }
        contacts = Some(told);
    }
    let location = [(header::LOCATION, format!("/v1/campaigns/{}", campaign.id))];
    let made = MadeCampaign { campaign: Campaign::whole(campaign), contacts };
    Ok((StatusCode::CREATED, location, Json(made)).into_response())
}

/// Half a campaign is none.
async fn give_up(state: &ApiState, campaign: &CampaignRecord) {
    if let Err(error) = state.store().remove_campaign(campaign.id).await {
        tracing::error!(campaign = %campaign.id, %error, "a campaign without all its contacts stays as a draft");
    }
}
