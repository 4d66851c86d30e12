//! Signing in and out, and what somebody changes about themselves.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use call_model::{MemberId, SessionId, UserId};
use serde::{Deserialize, Serialize};
use store::{SessionRecord, UserChange, UserRecord};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Id, Params, Patch};
use super::openid::{self, OpenIdOption};
use super::page::List;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;
use crate::access::scopes::{Scope, Scopes};
use crate::access::{
    AccessFault, COOKIE, Caller, Credentials, FreshSession, LinkUse, Place, Principal, agent_family, cookie, csrf_of,
};

/// How one can sign in.
#[derive(Serialize, ToSchema)]
pub(super) struct SignInOptions {
    /// By name and password.
    password: bool,
    /// By a provider of OpenID Connect.
    #[serde(skip_serializing_if = "Option::is_none")]
    openid: Option<OpenIdOption>,
    /// Nobody is there yet: the link that the program printed at its start makes the first admin.
    first_start: bool,
}

/// What is given to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    /// Name.
    #[schema(example = "anna")]
    name: String,
    /// Password.
    password: String,
    /// The one-time code that an app shows now, or a recovery code.
    code: Option<String>,
}

/// What is given with a one-time link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UseLink {
    /// What stands behind the `#` of the link.
    token: String,
    /// The password that is wanted: 12 characters at least.
    password: String,
    /// What the first admin is called to sign in.
    name: Option<String>,
    /// Name that is shown.
    display: Option<String>,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// The one that holds now.
    old: String,
    /// The one that is wanted: 12 characters at least.
    new: String,
}

/// A one-time code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    /// The code that an app shows now, or a recovery code.
    #[schema(example = "287082")]
    pub(super) code: String,
}

/// A secret for one-time codes. It is shown here and never again.
#[derive(Serialize, ToSchema)]
pub(super) struct SecretShown {
    /// As it is typed into an app.
    secret: String,
    /// As an app reads it from a picture.
    uri: String,
}

/// Codes that stand in for a one-time code, each good for one use. They are shown here and never again.
#[derive(Serialize, ToSchema)]
pub(super) struct RecoveryCodes {
    /// The codes.
    recovery_codes: Vec<String>,
}

/// What somebody changes about themselves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnChange {
    /// Name that is shown.
    display: Option<String>,
    /// BCP 47; null for the browser's.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Patch<String>,
}

/// Whoever is signed in.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionUser {
    /// Id.
    #[schema(value_type = String)]
    id: UserId,
    /// Name.
    name: String,
    /// Name that is shown.
    display: String,
    /// `admin`, `manager`, `member` or `reviewer`.
    #[schema(value_type = String)]
    role: store::Role,
    /// Id of the member whose phone is theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    member: Option<MemberId>,
    /// BCP 47.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// They sign in with a one-time code, too.
    second_factor: bool,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    user: SessionUser,
    /// What they may do.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
    /// To be sent as the header `X-CSRF-Token` with everything that changes something.
    csrf: String,
    /// When the session ends if it is not used any more.
    expires_at: Time,
}

/// One of the sessions that hold.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionEntry {
    /// Id.
    #[schema(value_type = String)]
    id: SessionId,
    /// Whose it is.
    #[schema(value_type = String)]
    user: UserId,
    /// It is the one that asks.
    current: bool,
    /// When it began.
    created_at: Time,
    /// When it was last used, to the minute.
    seen_at: Time,
    /// When it ends however much it is used.
    expires_at: Time,
    /// Where it began.
    address: Option<String>,
    /// Family of the browser and of the system.
    agent: Option<String>,
}

/// Whose sessions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionsQuery {
    /// True: those of all users, for who may see users.
    #[serde(default)]
    all: bool,
}

impl From<AccessFault> for Problem {
    fn from(fault: AccessFault) -> Self {
        let text = fault.to_string();
        match fault {
            AccessFault::Wrong => Self::new(Kind::Unauthorized, text).with("code", "wrong"),
            AccessFault::SecondFactorNeeded => Self::new(Kind::Unauthorized, text).with("code", "second_factor_needed"),
            AccessFault::Wait(seconds) => {
                Self::new(Kind::TooManyRequests, text).with("code", "wait").retry_after(seconds)
            }
            AccessFault::Link => Self::new(Kind::Unauthorized, text).with("code", "link"),
            AccessFault::Lapsed => Self::new(Kind::Unauthorized, text).with("code", "expired"),
            AccessFault::Weak(_) => Self::invalid(text).with("code", "weak_password"),
            AccessFault::Invalid(_) => Self::invalid(text),
            AccessFault::Conflict(_) => Self::new(Kind::Conflict, text),
            AccessFault::Busy => Self::new(Kind::Overloaded, text).retry_after(1),
            AccessFault::System => Self::new(Kind::Internal, text),
            AccessFault::Store(error) => error.into(),
        }
    }
}

fn session_user(user: UserRecord) -> SessionUser {
    SessionUser {
        id: user.id,
        name: user.name,
        display: user.display,
        role: user.role,
        member: user.member,
        language: user.language,
        second_factor: user.totp.is_some(),
    }
}

fn shown(state: &ApiState, user: UserRecord, session: &SessionRecord, token: &str) -> Json<Session> {
    Json(Session {
        scopes: Scopes::of_role(user.role).iter().collect(),
        csrf: csrf_of(token),
        expires_at: Time(state.access().ends_ms(session)),
        user: session_user(user),
    })
}

/// Neither the browser nor a proxy shall keep it.
pub(super) fn no_store() -> [(HeaderName, &'static str); 1] {
    [(header::CACHE_CONTROL, "no-store")]
}

/// The header that keeps a session in the browser, or takes it away.
pub(super) fn set_cookie(token: &str, seconds: u64, caller: &Caller) -> String {
    let secure = if caller.encrypted { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

pub(super) fn begun(state: &ApiState, fresh: FreshSession, caller: &Caller) -> Response {
    let cookie = set_cookie(&fresh.token, state.access().rules().longest.as_secs(), caller);
    let body = shown(state, fresh.user, &fresh.session, &fresh.token);
    (no_store(), [(header::SET_COOKIE, cookie)], body).into_response()
}

/// A session that the browser had before is none of the new one's: it ends.
async fn end_earlier(state: &ApiState, headers: &HeaderMap) -> Result<(), Problem> {
    if let Some(token) = cookie(headers, COOKIE) {
        state.access().end_token(token).await?;
    }
    Ok(())
}

/// How one can sign in here.
#[utoipa::path(get, path = "/v1/session/options", tag = "access", operation_id = "signInOptions", security(()),
    responses((status = 200, body = SignInOptions)))]
pub(super) async fn options(State(state): State<ApiState>) -> Result<impl IntoResponse, Problem> {
    let first_start = !state.store().has_users().await?;
    Ok((no_store(), Json(SignInOptions { password: true, openid: openid::option(&state), first_start })))
}

/// Signs in: the answer sets the cookie of the session.
#[utoipa::path(post, path = "/v1/session", tag = "access", operation_id = "signIn", security(()),
    request_body = SignIn,
    responses((status = 200, body = Session),
              (status = 401, description = "`code` says what is wrong: `wrong` or `second_factor_needed`", body = Problem)))]
pub(super) async fn begin(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(given): Body<SignIn>,
) -> Result<Response, Problem> {
    let SignIn { name, password, code } = given;
    let agent = agent_family(&headers);
    let given = Credentials { name, password, code, address: caller.address, agent };
    let fresh = state.access().sign_in(&given).await?;
    end_earlier(&state, &headers).await?;
    Ok(begun(&state, fresh, &caller))
}

/// Sets a password by a one-time link, and signs in. The link of the first start makes the first admin.
#[utoipa::path(post, path = "/v1/session/link", tag = "access", operation_id = "useLink", security(()),
    request_body = UseLink,
    responses((status = 200, body = Session),
              (status = 401, description = "The link does not hold any more", body = Problem)))]
pub(super) async fn link(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(given): Body<UseLink>,
) -> Result<Response, Problem> {
    let UseLink { token, password, name, display } = given;
    let agent = agent_family(&headers);
    let given = LinkUse { token, password, name, display, address: caller.address, agent };
    let fresh = state.access().use_link(&given).await?;
    end_earlier(&state, &headers).await?;
    Ok(begun(&state, fresh, &caller))
}

/// Who is signed in, and what they may do.
#[utoipa::path(get, path = "/v1/session", tag = "access", operation_id = "getSession",
    responses((status = 200, body = Session)))]
pub(super) async fn get(State(state): State<ApiState>, headers: HeaderMap) -> Result<impl IntoResponse, Problem> {
    let token = cookie(&headers, COOKIE).unwrap_or_default();
    let gone = || Problem::new(Kind::Unauthorized, "you are not signed in any more: sign in again");
    let (session, user) = state.access().session(token).await?.ok_or_else(gone)?;
    Ok((no_store(), shown(&state, user, &session, token)))
}

/// Signs out.
#[utoipa::path(delete, path = "/v1/session", tag = "access", operation_id = "signOut",
    responses((status = 204, description = "The session has ended")))]
pub(super) async fn end(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Extension(who): Extension<Principal>,
) -> Result<impl IntoResponse, Problem> {
    if let Some(session) = who.session() {
        state.access().end(session, None).await?;
    }
    Ok((StatusCode::NO_CONTENT, no_store(), [(header::SET_COOKIE, set_cookie("", 0, &caller))]))
}

fn user_of(who: &Principal) -> Result<UserId, Problem> {
    who.user_id().ok_or_else(|| Problem::new(Kind::Forbidden, "this is for users who have signed in, not for keys"))
}

/// Changes what is shown of oneself.
#[utoipa::path(patch, path = "/v1/session/user", tag = "access", operation_id = "changeOwnUser",
    request_body = OwnChange, responses((status = 200, body = SessionUser)))]
pub(super) async fn change_user(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Body(change): Body<OwnChange>,
) -> Result<impl IntoResponse, Problem> {
    let language: Option<Option<String>> = change.language.into();
    super::users::check_language(language.as_ref().and_then(Option::as_deref))?;
    let change = UserChange { display: change.display, language, ..UserChange::default() };
    let user = state.access().change_user(user_of(&who)?, change).await?;
    Ok((no_store(), Json(session_user(user))))
}

/// Changes one's own password. All sessions end; the answer sets the cookie of a new one.
#[utoipa::path(post, path = "/v1/session/password", tag = "access", operation_id = "changePassword",
    request_body = NewPassword, responses((status = 200, body = Session)))]
pub(super) async fn password(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(NewPassword { old, new }): Body<NewPassword>,
) -> Result<Response, Problem> {
    let place = Place { address: caller.address, agent: agent_family(&headers) };
    let fresh =
        state.access().change_password(user_of(&who)?, &old, &new, place).await.map_err(|fault| match fault {
            AccessFault::Wrong => Problem::invalid("`old` is not the password that holds now").with("code", "wrong"),
            other => other.into(),
        })?;
    Ok(begun(&state, fresh, &caller))
}

/// A secret for one-time codes (RFC 6238). It is asked for once a code of it was given by `PUT`.
#[utoipa::path(post, path = "/v1/session/second-factor", tag = "access", operation_id = "proposeSecondFactor",
    responses((status = 200, body = SecretShown)))]
pub(super) async fn propose_factor(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
) -> Result<impl IntoResponse, Problem> {
    let factor = state.access().propose_second_factor(user_of(&who)?).await?;
    Ok((no_store(), Json(SecretShown { secret: factor.secret, uri: factor.uri })))
}

/// Takes the second factor into use, by the code that the app shows.
#[utoipa::path(put, path = "/v1/session/second-factor", tag = "access", operation_id = "confirmSecondFactor",
    request_body = Code, responses((status = 200, body = RecoveryCodes)))]
pub(super) async fn confirm_factor(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Extension(caller): Extension<Caller>,
    Body(given): Body<Code>,
) -> Result<impl IntoResponse, Problem> {
    let codes = state.access().confirm_second_factor(user_of(&who)?, &given.code, caller.address).await;
    let recovery_codes = codes.map_err(wrong_code)?;
    Ok((no_store(), Json(RecoveryCodes { recovery_codes })))
}

/// Takes the second factor away, by one of its codes.
#[utoipa::path(delete, path = "/v1/session/second-factor", tag = "access", operation_id = "removeSecondFactor",
    request_body = Code, responses((status = 204, description = "It is gone")))]
pub(super) async fn remove_factor(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Extension(caller): Extension<Caller>,
    Body(given): Body<Code>,
) -> Result<StatusCode, Problem> {
    let removed = state.access().remove_second_factor(user_of(&who)?, &given.code, caller.address).await;
    removed.map_err(wrong_code)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whoever is signed in and gives a wrong code stays so: the value is wrong, not the session.
fn wrong_code(fault: AccessFault) -> Problem {
    match fault {
        AccessFault::Wrong => {
            Problem::invalid("`code` is not what the app shows now, or was used before").with("code", "wrong")
        }
        other => other.into(),
    }
}

/// The sessions that hold: one's own, or those of all users.
#[utoipa::path(get, path = "/v1/sessions", tag = "access", operation_id = "listSessions", params(SessionsQuery),
    responses((status = 200, body = inline(List<SessionEntry>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Params(query): Params<SessionsQuery>,
) -> Result<impl IntoResponse, Problem> {
    if query.all && !who.may(Scope::UsersRead) {
        return Err(Problem::new(Kind::Forbidden, "this needs the right `users:read`: ask an admin"));
    }
    let own = if query.all { None } else { Some(user_of(&who)?) };
    let entry = |session: SessionRecord| SessionEntry {
        id: session.id,
        user: session.user,
        current: who.session() == Some(session.id),
        created_at: Time(session.created_ms),
        seen_at: Time(session.seen_ms),
        expires_at: Time(session.until_ms),
        address: session.address,
        agent: session.agent,
    };
    let sessions = state.access().sessions(own).await?;
    Ok((no_store(), List::whole(sessions.into_iter().map(entry).collect())))
}

/// Ends a session at once: one's own, or for who may change users, anybody's.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "access", operation_id = "endSession",
    params(("id" = String, Path, description = "Id of the session")),
    responses((status = 204, description = "It has ended")))]
pub(super) async fn end_one(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<SessionId>,
) -> Result<StatusCode, Problem> {
    let owner = if who.may(Scope::UsersWrite) { None } else { Some(user_of(&who)?) };
    if !state.access().end(id, owner).await? {
        return Err(Problem::no_such("session", "/v1/sessions"));
    }
    Ok(StatusCode::NO_CONTENT)
}
