//! API keys: only their hashes are kept, so a key is shown once.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use store::ApiKeyRecord;
use utoipa::ToSchema;

use super::extract::{Body, Id};
use super::gate::{KeyName, hash_key, new_key};
use super::now_ms;
use super::page::List;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;
use crate::access::Principal;
use crate::access::scopes::{Scope, Scopes};

const MAX_NAME: usize = 64;

/// An API key, without what makes it one.
#[derive(Serialize, ToSchema)]
pub(super) struct Key {
    /// Its name.
    #[schema(example = "crm")]
    name: String,
    /// When it was made.
    created_at: Time,
    /// What it may do.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
pub(super) struct FreshKey {
    /// Its name.
    name: String,
    /// The key itself. It is shown here and never again.
    #[schema(example = "cw_0123456789")]
    key: String,
    /// When it was made.
    created_at: Time,
    /// What it may do.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
}

/// A key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    /// What it is for: letters, digits, `-`, `_` and `.`, at most 64.
    #[schema(example = "crm")]
    name: String,
    /// What it may do, such as `calls:read`; everything that you may when it is not said.
    #[schema(value_type = Option<Vec<String>>)]
    scopes: Option<Vec<String>>,
}

impl From<ApiKeyRecord> for Key {
    fn from(key: ApiKeyRecord) -> Self {
        let scopes = key.scopes.as_deref().map_or_else(Scopes::all, Scopes::from_words);
        Self { name: key.name, created_at: Time(key.created_ms), scopes: scopes.iter().collect() }
    }
}

/// All keys, by name.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", operation_id = "listKeys",
    responses((status = 200, body = inline(List<Key>))))]
pub(super) async fn list(State(state): State<ApiState>) -> Result<List<Key>, Problem> {
    Ok(List::whole(state.store().api_keys().await?.into_iter().map(Key::from).collect()))
}

/// Makes a key. What makes it one is shown once: keep it where your program finds it.
#[utoipa::path(post, path = "/v1/keys", tag = "keys", operation_id = "addKey", request_body = NewKey,
    responses((status = 201, body = FreshKey), (status = 409, description = "The name is taken", body = Problem)))]
pub(super) async fn add(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Body(new): Body<NewKey>,
) -> Result<impl IntoResponse, Problem> {
    let letters = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    if !(1..=MAX_NAME).contains(&new.name.len()) || !new.name.bytes().all(letters) {
        let detail = format!("`name` is 1 to {MAX_NAME} letters, digits, `-`, `_` and `.`");
        return Err(Problem::invalid(detail));
    }
    let scopes = scopes_of(&who, new.scopes.as_deref())?;
    let none = || Problem::new(Kind::Internal, "the system has no random bits to give: ask again");
    let (key, now) = (new_key().ok_or_else(none)?, now_ms());
    // A key that may do everything may do what comes to be allowed later, too.
    let words = (scopes != Scopes::all()).then(|| scopes.to_words());
    state.store().add_api_key(&new.name, hash_key(&key), words.as_deref(), now).await?;
    state.keys().reload(state.store()).await?;
    // Neither the browser nor a proxy shall keep it.
    let headers: [(HeaderName, String); 2] =
        [(header::LOCATION, format!("/v1/keys/{}", new.name)), (header::CACHE_CONTROL, "no-store".to_owned())];
    let fresh = FreshKey { name: new.name, key, created_at: Time(now), scopes: scopes.iter().collect() };
    Ok((StatusCode::CREATED, headers, Json(fresh)))
}

/// What a key is to do: nothing that whoever makes it may not.
fn scopes_of(who: &Principal, words: Option<&[String]>) -> Result<Scopes, Problem> {
    let Some(words) = words else { return Ok(who.scopes()) };
    let scope = |word: &String| {
        let all = || Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
        Scope::from_word(word).ok_or_else(|| Problem::invalid(format!("`scopes` are some of {}", all())))
    };
    let scopes: Scopes = words.iter().map(scope).collect::<Result<Vec<_>, _>>()?.into_iter().collect();
    if scopes == Scopes::default() {
        return Err(Problem::invalid("`scopes` is empty: a key must be allowed something"));
    }
    if !who.scopes().hold(scopes) {
        return Err(Problem::new(Kind::Forbidden, "`scopes` holds what you may not do yourself: leave it out"));
    }
    Ok(scopes)
}

/// Revokes a key: requests with it are refused from then on. The key that asks cannot revoke itself, so that there is
/// always one left.
#[utoipa::path(delete, path = "/v1/keys/{name}", tag = "keys", operation_id = "revokeKey",
    params(("name" = String, Path, description = "Name of the key")),
    responses((status = 204, description = "It is revoked"),
              (status = 409, description = "It is the key that asks", body = Problem)))]
pub(super) async fn revoke(
    State(state): State<ApiState>,
    Extension(owner): Extension<KeyName>,
    Id(name): Id<String>,
) -> Result<StatusCode, Problem> {
    if *owner.0 == name {
        return Err(Problem::new(Kind::Conflict, "this is the key that you ask with: revoke it with another one"));
    }
    if !state.store().delete_api_key(&name).await? {
        return Err(Problem::no_such("key", "/v1/keys"));
    }
    state.keys().reload(state.store()).await?;
    state.access().changed();
    state.calls().end_phones(&super::phone::owner_of_key(&name)).await;
    Ok(StatusCode::NO_CONTENT)
}
