//! Users: who may sign in, and as what.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use call_model::{MemberId, UserId};
use serde::{Deserialize, Serialize};
use store::{NewUser, Role, UserChange, UserRecord};
use utoipa::ToSchema;

use super::extract::{Body, Id, Patch};
use super::page::List;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;
use crate::access::Principal;
use crate::access::scopes::Scopes;

/// Somebody who may sign in.
#[derive(Serialize, ToSchema)]
pub(super) struct User {
    /// Id.
    #[schema(value_type = String)]
    id: UserId,
    /// What they sign in with.
    #[schema(example = "anna")]
    name: String,
    /// Name that is shown.
    display: String,
    /// `admin`, `manager`, `member` or `reviewer`.
    #[schema(value_type = String)]
    role: Role,
    /// Id of the member whose phone is theirs.
    #[schema(value_type = Option<String>)]
    member: Option<MemberId>,
    /// BCP 47; null: the browser's.
    language: Option<String>,
    /// They may not sign in.
    disabled: bool,
    /// They have set a password, or signed in by OpenID Connect: their invitation is used.
    active: bool,
    /// They sign in with a one-time code, too.
    second_factor: bool,
    /// An account at the provider of OpenID Connect is theirs.
    openid: bool,
    /// When they were added.
    created_at: Time,
    /// When they were last changed.
    updated_at: Time,
}

/// Somebody to be added: a link lets them set a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub(super) struct New {
    /// What they sign in with: letters without accents, digits, `-`, `_`, `.` and `@`, at most 64.
    #[schema(example = "anna")]
    name: String,
    /// Name that is shown; the name when it is not said.
    display: Option<String>,
    /// `admin`, `manager`, `member` or `reviewer`.
    #[schema(value_type = String)]
    role: Role,
    /// Id of the member whose phone is theirs.
    #[schema(value_type = Option<String>)]
    member: Option<MemberId>,
    /// BCP 47.
    language: Option<String>,
}

/// What is changed of a user; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserChange)]
pub(super) struct Change {
    /// Name that is shown.
    display: Option<String>,
    /// `admin`, `manager`, `member` or `reviewer`.
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// Id of the member whose phone is theirs; null for none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    member: Patch<MemberId>,
    /// BCP 47; null for the browser's.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Patch<String>,
    /// True: they may not sign in, and their sessions end.
    disabled: Option<bool>,
    /// True: the account at the provider of OpenID Connect that is theirs is forgotten, so that another one can be.
    #[serde(default)]
    forget_openid: bool,
}

/// A one-time link. It is shown here and never again.
#[derive(Serialize, ToSchema)]
pub(super) struct Link {
    /// The whole address.
    url: String,
    /// When it holds no more.
    expires_at: Time,
}

impl From<UserRecord> for User {
    fn from(user: UserRecord) -> Self {
        Self {
            id: user.id,
            name: user.name,
            display: user.display,
            role: user.role,
            member: user.member,
            language: user.language,
            disabled: user.disabled,
            active: user.password.is_some() || user.openid.is_some(),
            second_factor: user.totp.is_some(),
            openid: user.openid.is_some(),
            created_at: Time(user.created_ms),
            updated_at: Time(user.updated_ms),
        }
    }
}

pub(super) fn check_language(tag: Option<&str>) -> Result<(), Problem> {
    let fits = |tag: &str| {
        (2..=35).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if tag.is_none_or(fits) {
        Ok(())
    } else {
        Err(Problem::invalid("`language` is a tag such as `en`, `de` or `de-AT`"))
    }
}

async fn find(state: &ApiState, id: UserId) -> Result<UserRecord, Problem> {
    state.store().user(id).await?.ok_or_else(no_such_user)
}

/// Nobody makes, changes or lets in somebody who may do more than they may themselves.
fn within(who: &Principal, role: Role) -> Result<(), Problem> {
    if who.scopes().hold(Scopes::of_role(role)) {
        return Ok(());
    }
    Err(Problem::new(Kind::Forbidden, "this role may do more than you may yourself: ask an admin"))
}

fn no_such_user() -> Problem {
    Problem::no_such("user", "/v1/users")
}

/// All users, by name.
#[utoipa::path(get, path = "/v1/users", tag = "access", operation_id = "listUsers",
    responses((status = 200, body = inline(List<User>))))]
pub(super) async fn list(State(state): State<ApiState>) -> Result<List<User>, Problem> {
    Ok(List::whole(state.store().users().await?.into_iter().map(User::from).collect()))
}

/// Adds a user. `POST /v1/users/{id}/link` gives the link of their invitation.
#[utoipa::path(post, path = "/v1/users", tag = "access", operation_id = "addUser", request_body = New,
    responses((status = 201, body = User), (status = 409, description = "The name is taken", body = Problem)))]
pub(super) async fn add(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Body(new): Body<New>,
) -> Result<impl IntoResponse, Problem> {
    within(&who, new.role)?;
    check_language(new.language.as_deref())?;
    let New { name, display, role, member, language } = new;
    let display = display.unwrap_or_else(|| name.clone());
    let new = NewUser { name, display, role, member, password: None, openid: None, language };
    let user: User = state.access().add_user(new).await?.into();
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/v1/users/{}", user.id))], Json(user)))
}

/// One user.
#[utoipa::path(get, path = "/v1/users/{id}", tag = "access", operation_id = "getUser",
    params(("id" = String, Path, description = "Id of the user")),
    responses((status = 200, body = User)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<UserId>) -> Result<Json<User>, Problem> {
    Ok(Json(find(&state, id).await?.into()))
}

/// Changes a user. The last admin stays one.
#[utoipa::path(patch, path = "/v1/users/{id}", tag = "access", operation_id = "changeUser",
    params(("id" = String, Path, description = "Id of the user")), request_body = Change,
    responses((status = 200, body = User), (status = 409, description = "No admin would be left", body = Problem)))]
pub(super) async fn change(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<UserId>,
    Body(change): Body<Change>,
) -> Result<Json<User>, Problem> {
    within(&who, find(&state, id).await?.role)?;
    change.role.map_or(Ok(()), |role| within(&who, role))?;
    let language: Option<Option<String>> = change.language.into();
    check_language(language.as_ref().and_then(Option::as_deref))?;
    let Change { display, role, member, disabled, forget_openid, .. } = change;
    let change = UserChange { display, role, member: member.into(), language, disabled, forget_openid };
    Ok(Json(state.access().change_user(id, change).await?.into()))
}

/// Removes a user. What they did stays in the audit log by their id.
#[utoipa::path(delete, path = "/v1/users/{id}", tag = "access", operation_id = "deleteUser",
    params(("id" = String, Path, description = "Id of the user")),
    responses((status = 204, description = "They are gone"),
              (status = 409, description = "No admin would be left", body = Problem)))]
pub(super) async fn delete(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<UserId>,
) -> Result<StatusCode, Problem> {
    if who.user_id() == Some(id) {
        return Err(Problem::new(Kind::Conflict, "this is you: let another admin remove you"));
    }
    within(&who, find(&state, id).await?.role)?;
    if !state.access().delete_user(id).await? {
        return Err(no_such_user());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a one-time link by which a user sets a password: an invitation, or a reset, which takes a second factor away,
/// too. Earlier links hold no more.
#[utoipa::path(post, path = "/v1/users/{id}/link", tag = "access", operation_id = "linkUser",
    params(("id" = String, Path, description = "Id of the user")),
    responses((status = 201, body = Link)))]
pub(super) async fn link(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<UserId>,
) -> Result<impl IntoResponse, Problem> {
    let user = find(&state, id).await?;
    within(&who, user.role)?;
    if user.disabled {
        return Err(Problem::new(Kind::Conflict, "this user may not sign in: set `disabled` to false first"));
    }
    let link = state.access().link_for(&user).await?;
    let headers: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, headers, Json(Link { url: link.url, expires_at: Time(link.until_ms) })))
}
