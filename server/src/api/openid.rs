//! Signing in by a provider of OpenID Connect: the way there, the way back, and the one-time code where it is asked for
//! here, too. Browsers are led from page to page, so what goes wrong is a word behind the `#` of the page that they wanted.

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Params};
use super::problem::{Kind, Problem};
use super::session::{Code, Session, begun, no_store, set_cookie};
use super::state::ApiState;
use crate::access::{Admitted, COOKIE, Caller, OpenId, OpenIdFault, Place, Return, agent_family, cookie};

/// Where somebody goes to sign in by the provider.
const PATH: &str = "/v1/session/openid";
/// What the browser keeps of a sign-in under way; it is sent to `PATH` and below alone.
const TICKET: &str = "callwright_openid";
/// The longest path of the console that somebody comes back to.
const LONGEST_PATH: usize = 512;

/// A provider of OpenID Connect.
#[derive(Serialize, ToSchema)]
pub(super) struct OpenIdOption {
    /// Its name.
    name: String,
    /// Where to go to sign in by it; with `?to=` and a path of the console, one comes back to that.
    url: String,
}

/// Where in the console somebody wants to go.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    /// A path of the console, with its query.
    #[param(example = "/calls")]
    to: Option<String>,
}

/// What the provider's page sends back. It may send more, which is not looked at.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Back {
    /// The code that is redeemed.
    code: Option<String>,
    /// What was given along.
    state: Option<String>,
    /// The provider (RFC 9207).
    iss: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

/// The provider, as the page that asks who it is shows it.
pub(super) fn option(state: &ApiState) -> Option<OpenIdOption> {
    let openid = state.access().rules().openid.as_ref()?;
    Some(OpenIdOption { name: openid.name().to_owned(), url: PATH.to_owned() })
}

fn provider(state: &ApiState) -> Result<&OpenId, Problem> {
    let missing = || Problem::new(Kind::NotFound, "nobody signs in by OpenID Connect here: `openid.issuer` is not set");
    state.access().rules().openid.as_ref().ok_or_else(missing)
}

/// A path of ours, and no address of anybody else's.
fn own_path(path: &str) -> Option<&str> {
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#');
    let own = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/v1/");
    (plain && own && path.len() <= LONGEST_PATH).then_some(path)
}

/// The header that keeps a ticket in the browser, or takes it away. `Lax`, because the browser comes from the provider's
/// page when it is wanted; it says nothing to anybody who has not that browser.
fn ticket_cookie(ticket: &str, seconds: u64, caller: &Caller) -> String {
    let secure = if caller.encrypted { "; Secure" } else { "" };
    format!("{TICKET}={ticket}; Path={PATH}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// Leads the browser on.
fn go(to: &str, cookies: &[String]) -> Result<Response, Problem> {
    let unfit = |_| Problem::new(Kind::Internal, "the browser cannot be led on: try again");
    let mut response = (StatusCode::SEE_OTHER, no_store()).into_response();
    let fields = response.headers_mut();
    fields.insert(header::LOCATION, HeaderValue::try_from(to).map_err(unfit)?);
    // The address has a code in it: it is told to nobody.
    fields.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for cookie in cookies {
        fields.append(header::SET_COOKIE, HeaderValue::try_from(cookie).map_err(unfit)?);
    }
    Ok(response)
}

/// Back to the page that asks who it is, with a word that says why.
fn refused(fault: &OpenIdFault, to: &str, caller: &Caller) -> Result<Response, Problem> {
    match fault {
        OpenIdFault::Lapsed | OpenIdFault::Cancelled | OpenIdFault::Wait(_) => {
            tracing::debug!(%fault, "nobody is let in by OpenID Connect");
        }
        fault => tracing::warn!(%fault, "nobody is let in by OpenID Connect"),
    }
    go(&format!("{to}#signin={}", fault.word()), &[ticket_cookie("", 0, caller)])
}

/// Goes to the provider's page. A browser opens this; the console's sign-in page links to it.
#[utoipa::path(get, path = "/v1/session/openid", tag = "access", operation_id = "signInByOpenId", security(()),
    params(Wish),
    responses((status = 303, description = "The provider's page; or the page that was wanted, with `#signin=` and a word, where \
                                            the provider is not there"),
              (status = 404, description = "No provider is configured", body = Problem)))]
pub(super) async fn begin(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Params(wish): Params<Wish>,
) -> Result<Response, Problem> {
    let (openid, access) = (provider(&state)?, state.access());
    let to = wish.to.as_deref().and_then(own_path).unwrap_or("/");
    let earlier = cookie(&headers, COOKIE);
    match access.depart_by_openid(openid, to, earlier, caller.address).await {
        Ok(departure) => {
            let kept = ticket_cookie(&departure.cookie, openid.state_for().as_secs(), &caller);
            go(&departure.url, &[kept])
        }
        Err(fault) => refused(&fault, to, &caller),
    }
}

/// Comes back from the provider's page: this is the address to register there.
#[utoipa::path(get, path = "/v1/session/openid/return", tag = "access", operation_id = "returnFromOpenId", security(()),
    params(Back),
    responses((status = 303, description = "The page that was wanted, with the cookie of a session; or with `#signin=` and a \
                                            word: `code` asks for the one-time code, the others say why nobody is let in"),
              (status = 404, description = "No provider is configured", body = Problem)))]
pub(super) async fn finish(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    back: Result<Params<Back>, Problem>,
) -> Result<Response, Problem> {
    let (openid, access) = (provider(&state)?, state.access());
    let given = match back {
        Ok(Params(Back { code, state, iss, error })) => Return { code, state, issuer: iss, error },
        Err(_) => Return::default(),
    };
    let journey = match openid.arrive(cookie(&headers, TICKET), &given, access.now_ms()) {
        Ok(journey) => journey,
        Err(fault) => return refused(&fault, "/", &caller),
    };
    let place = Place { address: caller.address, agent: agent_family(&headers) };
    match access.sign_in_by_openid(openid, &journey, &given, place).await {
        Ok(Admitted::Session(fresh)) => {
            let session = set_cookie(&fresh.token, access.rules().longest.as_secs(), &caller);
            go(&journey.to, &[session, ticket_cookie("", 0, &caller)])
        }
        Ok(Admitted::CodeNeeded(ticket)) => {
            let kept = ticket_cookie(&ticket, openid.state_for().as_secs(), &caller);
            go(&format!("{}#signin=code", journey.to), &[kept])
        }
        Err(fault) => refused(&fault, &journey.to, &caller),
    }
}

/// Gives the one-time code that is asked for after the provider: the answer sets the cookie of the session.
#[utoipa::path(post, path = "/v1/session/openid/code", tag = "access", operation_id = "giveOpenIdCode", security(()),
    request_body = Code,
    responses((status = 200, body = Session),
              (status = 401, description = "`code` says what is wrong: `wrong`, or `expired`: begin again", body = Problem)))]
pub(super) async fn give_code(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body(given): Body<Code>,
) -> Result<Response, Problem> {
    let (openid, access) = (provider(&state)?, state.access());
    let place = Place { address: caller.address, agent: agent_family(&headers) };
    let fresh = access.sign_in_by_code(openid, cookie(&headers, TICKET), &given.code, place).await?;
    let mut response = begun(&state, fresh, &caller);
    if let Ok(gone) = HeaderValue::try_from(ticket_cookie("", 0, &caller)) {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_a_page_of_others() {
        for own in ["/", "/calls", "/calls?direction=inbound&q=a%20b", "/agents/reception"] {
            assert_eq!(own_path(own), Some(own));
        }
        let long = format!("/{}", "a".repeat(LONGEST_PATH));
        for other in [
            "",
            "calls",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nset-cookie: x",
            "/a b",
            "/a#signin=code",
            "/v1/session/openid",
            "/ü",
            &long,
        ] {
            assert_eq!(own_path(other), None, "{other}");
        }
    }

    #[test]
    fn a_ticket_is_for_its_path_and_hidden_from_pages() {
        let plain = ticket_cookie("t", 600, &Caller::default());
        assert_eq!(plain, "callwright_openid=t; Path=/v1/session/openid; HttpOnly; SameSite=Lax; Max-Age=600");
        let caller = Caller { address: None, encrypted: true };
        assert!(ticket_cookie("", 0, &caller).ends_with("SameSite=Lax; Max-Age=0; Secure"));
    }
}
