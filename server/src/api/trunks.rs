//! Accounts at carriers, and how they stand.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use call_model::TrunkId;
use calls::interop::proxy_route;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{NewTrunk, TrunkRecord};
use transport::sip::Network;
use utoipa::ToSchema;

use super::extract::{Body, Id};
use super::now_ms;
use super::page::List;
use super::problem::{Kind, Problem};
use super::state::{ApiState, BooksChange, TrunkState};
use super::wire::Time;
use crate::price::Price;
use crate::trunk::{
    TrunkDiversion, TrunkIdentity, TrunkPrivacy, TrunkProof, TrunkQuirks, TrunkSrtp, TrunkTransfer, TrunkTransport,
};

/// What the books keep of a trunk besides its name and its password.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrunkSettings {
    /// The carrier's SIP host, with `:port` where it is not the standard one.
    #[schema(example = "sip.carrier.example")]
    pub host: String,
    /// `udp`, `tcp` or `tls`.
    pub transport: TrunkTransport,
    /// Our user name there; empty for a trunk by address.
    pub user: String,
    /// User name for digest, where it is another one.
    pub auth_user: Option<String>,
    /// Register, so that calls reach us (`false`: the carrier sends to our address).
    pub register: bool,
    /// Addresses and networks that its calls come from, besides the host's own.
    #[schema(value_type = Vec<String>)]
    pub addresses: Vec<Network>,
    /// Caller id of outbound calls where nothing else is said.
    pub caller_id: Option<String>,
    /// Destinations allowed, as prefixes in E.164 (`+49`); empty: all.
    pub allowed_prefixes: Vec<String>,
    /// Destinations refused, as prefixes in E.164, also within those allowed.
    pub denied_prefixes: Vec<String>,
    /// What a minute costs, by prefixes in E.164: the longest that fits counts.
    #[schema(value_type = std::collections::BTreeMap<String, f64>)]
    pub rates: BTreeMap<String, Price>,
    /// What all calls of a day may cost; 0: no limit. Destinations without a rate are refused where there is a limit.
    #[schema(value_type = f64)]
    pub spend_limit_day: Price,
    /// What one call may cost; 0: no limit.
    #[schema(value_type = f64)]
    pub spend_limit_call: Price,
    /// The most calls at a time; 0: no limit of its own.
    pub max_calls: usize,
    /// Whether its sound is encrypted: `off`, `optional` or `required`.
    pub srtp: TrunkSrtp,
    /// Where its requests are sent in place of `host`: `proxy.carrier.example:5061;transport=tls`.
    pub outbound_proxy: Option<String>,
    /// How we say who calls: `from`, `pai`, `ppi` or `rpid`.
    pub identity: TrunkIdentity,
    /// How we say that this is withheld: `anonymous`, `header` or `from`.
    pub privacy: TrunkPrivacy,
    /// How we say for whom a forwarded call was at first: `off`, `diversion`, `history-info` or `both`.
    pub diversion: TrunkDiversion,
    /// How its callers are put through to outside numbers: `bridge`, or `refer`, which asks the carrier to do it.
    pub transfer: TrunkTransfer,
    /// It may hand its calls over to our numbers, by REFER or Replaces.
    pub accept_refer: bool,
    /// What becomes of calls whose caller's number is not proved: `mark`, `reject` or `require`.
    pub proof: TrunkProof,
    /// Our calls are signed, by the key of `[stir]`.
    pub sign: bool,
    /// Peculiarities: see `docs/trunks.md`.
    pub quirks: TrunkQuirks,
}

impl TrunkSettings {
    /// Reads what the books keep. `None`: a later version wrote it.
    pub fn read(trunk: &TrunkRecord) -> Option<Self> {
        serde_json::from_value(Value::Object(trunk.config.clone())).ok()
    }

    /// As the books keep it.
    pub fn write(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(config)) => config,
            _ => Map::new(),
        }
    }
}

/// An account at a carrier.
#[derive(Serialize, ToSchema)]
pub(super) struct Trunk {
    /// Its id.
    #[schema(value_type = String, example = "trunk_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: TrunkId,
    /// Our name for it.
    name: String,
    #[serde(flatten)]
    settings: TrunkSettings,
    /// A password is kept. It is never shown.
    has_password: bool,
    /// How it stands; null while the pipeline does not know it yet.
    state: Option<TrunkState>,
    /// When it was made.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

/// A trunk to be made.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewTrunk)]
pub(super) struct New {
    /// Our name for it: letters, digits, `-` and `_`.
    #[schema(example = "carrier")]
    name: String,
    /// Password, for digest. Never shown.
    #[schema(write_only)]
    password: Option<String>,
    // Read from what is left over, so that a wrong name is told.
    #[serde(flatten)]
    #[schema(value_type = TrunkSettings)]
    settings: Map<String, Value>,
}

/// What to change of a trunk: what is not named stays. Settings as in a trunk to be made.
#[derive(Deserialize, ToSchema)]
#[schema(as = TrunkChange)]
pub(super) struct Change {
    /// Our name for it.
    name: Option<String>,
    /// A new password.
    #[schema(write_only)]
    password: Option<String>,
    #[serde(flatten)]
    #[schema(value_type = TrunkSettings)]
    settings: Map<String, Value>,
}

/// All trunks, newest first, with their states.
#[utoipa::path(get, path = "/v1/trunks", tag = "trunks", operation_id = "listTrunks",
    responses((status = 200, body = inline(List<Trunk>))))]
pub(super) async fn list(State(state): State<ApiState>) -> Result<List<Trunk>, Problem> {
    let mut states = state.calls().trunk_states().await;
    let trunks = state.store().trunks().await?.into_iter().map(|trunk| {
        let place = states.iter().position(|known| known.id == trunk.id);
        form(trunk, place.map(|place| states.swap_remove(place)))
    });
    Ok(List::whole(trunks.collect()))
}

/// One trunk, with its state.
#[utoipa::path(get, path = "/v1/trunks/{id}", tag = "trunks", operation_id = "getTrunk",
    params(("id" = String, Path, description = "Id of the trunk")),
    responses((status = 200, body = Trunk)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<TrunkId>) -> Result<Json<Trunk>, Problem> {
    let trunk = find(&state, id).await?;
    Ok(Json(with_state(&state, trunk).await))
}

/// Makes a trunk; it is used at once.
#[utoipa::path(post, path = "/v1/trunks", tag = "trunks", operation_id = "addTrunk", request_body = New,
    responses((status = 201, body = Trunk)))]
pub(super) async fn add(State(state): State<ApiState>, Body(new): Body<New>) -> Result<impl IntoResponse, Problem> {
    let config = checked(&new.name, new.settings)?.write();
    let trunk = NewTrunk { name: new.name, config, secret: new.password };
    let trunk = state.store().add_trunk(trunk, now_ms()).await?;
    state.calls().books_changed(BooksChange::Trunks).await;
    let location = [(header::LOCATION, format!("/v1/trunks/{}", trunk.id))];
    Ok((StatusCode::CREATED, location, Json(with_state(&state, trunk).await)))
}

/// Changes a trunk. Running calls go on.
#[utoipa::path(patch, path = "/v1/trunks/{id}", tag = "trunks", operation_id = "changeTrunk",
    params(("id" = String, Path, description = "Id of the trunk")), request_body = Change,
    responses((status = 200, body = Trunk)))]
pub(super) async fn change(
    State(state): State<ApiState>,
    Id(id): Id<TrunkId>,
    Body(change): Body<Change>,
) -> Result<Json<Trunk>, Problem> {
    let now = find(&state, id).await?;
    let name = change.name.unwrap_or(now.name);
    let mut settings = now.config;
    settings.extend(change.settings);
    let config = checked(&name, settings)?.write();
    let trunk = NewTrunk { name, config, secret: change.password };
    let trunk = state.store().change_trunk(id, trunk, now_ms()).await?;
    state.calls().books_changed(BooksChange::Trunks).await;
    Ok(Json(with_state(&state, trunk).await))
}

/// Removes a trunk, when no number is on it.
#[utoipa::path(delete, path = "/v1/trunks/{id}", tag = "trunks", operation_id = "deleteTrunk",
    params(("id" = String, Path, description = "Id of the trunk")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete(State(state): State<ApiState>, Id(id): Id<TrunkId>) -> Result<StatusCode, Problem> {
    let trunk = find(&state, id).await?;
    let numbers = state.store().numbers().await?;
    let on_it = numbers.iter().filter(|number| number.trunk.as_deref() == Some(trunk.name.as_str())).count();
    if on_it > 0 {
        let detail = format!("{on_it} numbers are on this trunk: change or remove those first");
        return Err(Problem::new(Kind::Conflict, detail));
    }
    state.store().delete_trunk(id).await?;
    state.calls().books_changed(BooksChange::Trunks).await;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(state: &ApiState, id: TrunkId) -> Result<TrunkRecord, Problem> {
    state.store().trunk(id).await?.ok_or_else(|| Problem::no_such("trunk", "/v1/trunks"))
}

async fn with_state(state: &ApiState, trunk: TrunkRecord) -> Trunk {
    let states = state.calls().trunk_states().await;
    let known = states.into_iter().find(|known| known.id == trunk.id);
    form(trunk, known)
}

fn form(trunk: TrunkRecord, state: Option<TrunkState>) -> Trunk {
    Trunk {
        id: trunk.id,
        settings: TrunkSettings::read(&trunk).unwrap_or_default(),
        name: trunk.name,
        has_password: trunk.has_secret,
        state,
        created_at: Time(trunk.created_ms),
        updated_at: Time(trunk.updated_ms),
    }
}

/// The settings, when they can be used.
pub(crate) fn checked(name: &str, settings: Map<String, Value>) -> Result<TrunkSettings, Problem> {
    let letters = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !(1..=64).contains(&name.len()) || !name.bytes().all(letters) {
        return Err(Problem::invalid("`name` is 1 to 64 letters, digits, `-` and `_`"));
    }
    let settings: TrunkSettings = serde_json::from_value(Value::Object(settings))
        .map_err(|error| Problem::invalid(format!("the trunk's settings are not what is asked for here: {error}")))?;
    let host = |b: u8| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b);
    if settings.host.is_empty() || !settings.host.bytes().all(host) {
        return Err(Problem::invalid(
            "`host` is the carrier's SIP host, such as sip.carrier.example or 192.0.2.1:5060",
        ));
    }
    if settings.register && settings.user.is_empty() {
        return Err(Problem::invalid("`user` is needed to register: the carrier gave it to you"));
    }
    let wrong = |prefix: &String| !prefix.starts_with('+') || !prefix[1..].bytes().all(|b| b.is_ascii_digit());
    if settings.denied_prefixes.iter().chain(settings.rates.keys()).any(wrong) {
        return Err(Problem::invalid(
            "`denied_prefixes` and `rates` name beginnings of numbers in E.164, such as +882",
        ));
    }
    if settings.allowed_prefixes.iter().any(wrong) {
        return Err(Problem::invalid("`allowed_prefixes` are beginnings of numbers in E.164, such as +49"));
    }
    if settings.outbound_proxy.as_deref().is_some_and(|proxy| proxy_route(proxy).is_none()) {
        return Err(Problem::invalid(
            "`outbound_proxy` is a host, such as proxy.carrier.example or 192.0.2.1:5061;transport=tls",
        ));
    }
    settings.quirks.fault().map_or(Ok(settings), |fault| Err(Problem::invalid(fault)))
}
