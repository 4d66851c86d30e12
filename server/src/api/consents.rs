//! Consents: what people agreed to, asked for by a call where that is wanted, and withdrawn.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use call_model::{CallId, ConsentId, ContactId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{ConsentAnswer, ConsentFilter, ConsentRecord, ConsentState, NewConsent};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Id, Params};
use super::now_ms;
use super::page::{List, page_request};
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;

/// The longest text of a consent, bytes.
const MAX_TEXT: usize = 4_000;
/// The flow that asks, where none is named.
const OPT_IN: &str = "opt-in";

/// What somebody agreed to, or did not.
#[derive(Serialize, ToSchema)]
pub(super) struct Consent {
    /// Its id.
    #[schema(value_type = String, example = "consent_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: ConsentId,
    /// The number, in E.164, or the address that it is of.
    #[schema(example = "+4930901820")]
    number: String,
    /// Whose that is.
    #[schema(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// `call`, `message` or `mail`.
    #[schema(example = "call")]
    channel: String,
    /// What for.
    #[schema(example = "marketing")]
    purpose: String,
    /// `asked` (there is no answer yet), `given` or `refused`.
    #[schema(value_type = String, example = "given")]
    state: ConsentState,
    /// Whether it holds now: given, not withdrawn, not too old.
    holds: bool,
    /// How: `spoken`, `key`, `form`, `written`, `import`, or a word of your own.
    method: String,
    /// The words that were agreed to.
    wording: String,
    /// Where it comes from.
    source: String,
    /// The call in which it was given.
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    /// The recording of that call, the evidence, where there is one.
    recording_url: Option<String>,
    /// Where in that call, ms from the answer.
    moment_ms: Option<i64>,
    /// The key that was pressed, or what was said.
    said: Option<String>,
    /// When yes or no was said.
    decided_at: Option<Time>,
    /// From when on it is withdrawn.
    withdrawn_at: Option<Time>,
    /// From when on it is too old.
    expires_at: Option<Time>,
    /// When it was written down.
    created_at: Time,
}

impl From<ConsentRecord> for Consent {
    fn from(record: ConsentRecord) -> Self {
        Self {
            holds: record.holds(now_ms()),
            id: record.id,
            number: record.number,
            contact: record.contact,
            channel: record.channel,
            purpose: record.purpose,
            state: record.state,
            method: record.method,
            wording: record.wording,
            source: record.source,
            call: record.call,
            recording_url: record.call.map(|call| format!("/v1/calls/{call}/recording")),
            moment_ms: record.moment_ms,
            said: record.said,
            decided_at: record.decided_ms.map(Time),
            withdrawn_at: record.withdrawn_ms.map(Time),
            expires_at: record.expires_ms.map(Time),
            created_at: Time(record.created_ms),
        }
    }
}

/// Which consents.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Of this number, as people write it, or this address.
    number: Option<String>,
    /// Of this contact.
    #[param(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// For this purpose.
    purpose: Option<String>,
    /// The most consents on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A consent to be written down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConsentBody {
    /// The number or address.
    #[schema(example = "+4930901820")]
    number: String,
    /// `call` (when it is not said), `message` or `mail`.
    #[serde(default = "call")]
    channel: String,
    /// What for.
    #[schema(example = "marketing")]
    purpose: String,
    /// `given` when it is not said, or `refused`, `asked`.
    #[serde(default = "given")]
    #[schema(value_type = Option<String>)]
    state: ConsentState,
    /// How: `spoken`, `key`, `form`, `written`, or a word of your own.
    #[schema(example = "form")]
    method: String,
    /// The words that were agreed to.
    #[serde(default)]
    wording: String,
    /// Where it comes from.
    #[serde(default)]
    #[schema(example = "https://example.org/newsletter")]
    source: String,
    /// The call in which it was given.
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    /// Where in that call, ms from the answer.
    moment_ms: Option<i64>,
    /// The key, or what was said.
    said: Option<String>,
    /// When yes or no was said; now when it is not said.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<jiff::Timestamp>,
    /// From when on it is too old.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<jiff::Timestamp>,
}

fn call() -> String {
    "call".to_owned()
}

fn given() -> ConsentState {
    ConsentState::Given
}

/// Consents, newest first.
#[utoipa::path(get, path = "/v1/consents", tag = "contacts", operation_id = "listConsents", params(ListQuery),
    responses((status = 200, body = inline(List<Consent>))))]
pub(super) async fn list(
    State(state): State<ApiState>,
    Params(query): Params<ListQuery>,
) -> Result<List<Consent>, Problem> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let number = query.number.map(|text| state.store().address(&text).as_str().unwrap_or_default().to_owned());
    let filter = ConsentFilter { number, contact: query.contact, purpose: query.purpose };
    Ok(List::page(state.store().consents(&filter, &page).await?, Consent::from))
}

/// Writes a consent down.
#[utoipa::path(post, path = "/v1/consents", tag = "contacts", operation_id = "addConsent",
    request_body = NewConsentBody, responses((status = 201, body = Consent)))]
pub(super) async fn add(
    State(state): State<ApiState>,
    Body(new): Body<NewConsentBody>,
) -> Result<impl IntoResponse, Problem> {
    check_purpose(&new.purpose)?;
    check_purpose(&new.channel)?;
    let texts = [&new.wording, &new.source, &new.method].into_iter().chain(new.said.as_ref());
    if texts.into_iter().any(|text| text.len() > MAX_TEXT) {
        return Err(Problem::invalid(format!("a text is longer than {MAX_TEXT} bytes")));
    }
    let new = NewConsent {
        number: new.number,
        channel: new.channel,
        purpose: new.purpose,
        state: new.state,
        method: new.method,
        wording: new.wording,
        source: new.source,
        call: new.call,
        moment_ms: new.moment_ms,
        said: new.said,
        decided_ms: new.decided_at.map(jiff::Timestamp::as_millisecond),
        expires_ms: new.expires_at.map(jiff::Timestamp::as_millisecond),
    };
    let made = Consent::from(state.store().add_consent(new, now_ms()).await?);
    let location = [(header::LOCATION, format!("/v1/consents/{}", made.id))];
    Ok((StatusCode::CREATED, location, Json(made)))
}

/// One consent.
#[utoipa::path(get, path = "/v1/consents/{id}", tag = "contacts", operation_id = "getConsent",
    params(("id" = String, Path, description = "Id of the consent")), responses((status = 200, body = Consent)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<ConsentId>) -> Result<Json<Consent>, Problem> {
    let record = state.store().consent(id).await?.ok_or_else(|| Problem::no_such("consent", "/v1/consents"))?;
    Ok(Json(record.into()))
}

/// From when on it does not hold any more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Withdrawal {
    /// From this time on; now when it is not said.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<jiff::Timestamp>,
}

/// Withdraws a consent, and every other one of the same number, channel and purpose.
#[utoipa::path(post, path = "/v1/consents/{id}/withdraw", tag = "contacts", operation_id = "withdrawConsent",
    params(("id" = String, Path, description = "Id of the consent")), request_body = Option<Withdrawal>,
    responses((status = 200, body = Consent)))]
pub(super) async fn withdraw(
    State(state): State<ApiState>,
    Id(id): Id<ConsentId>,
    body: Option<Body<Withdrawal>>,
) -> Result<Json<Consent>, Problem> {
    let now = now_ms();
    let at = body.and_then(|Body(body)| body.at).map_or(now, jiff::Timestamp::as_millisecond);
    Ok(Json(state.store().withdraw_consent(id, at, now).await?.into()))
}

/// The answer to a consent that was asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerBody {
    /// Yes or no.
    given: bool,
    /// How: `form`, `written`, `key`, `spoken`.
    method: String,
    /// The key, or what was said.
    said: Option<String>,
}

/// Answers a consent that was asked for elsewhere than by a call: by a link in a mail.
#[utoipa::path(post, path = "/v1/consents/{id}/answer", tag = "contacts", operation_id = "answerConsent",
    params(("id" = String, Path, description = "Id of the consent")), request_body = AnswerBody,
    responses((status = 200, body = Consent), (status = 409, body = Problem, description = "It was answered before")))]
pub(super) async fn answer(
    State(state): State<ApiState>,
    Id(id): Id<ConsentId>,
    Body(body): Body<AnswerBody>,
) -> Result<Json<Consent>, Problem> {
    let answer = ConsentAnswer {
        given: body.given,
        method: body.method,
        wording: None,
        call: None,
        moment_ms: None,
        said: body.said,
    };
    Ok(Json(state.store().answer_consent(id, answer, now_ms()).await?.into()))
}

/// A call that asks for a consent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OptIn {
    /// Whom to call.
    #[schema(example = "+4930901820")]
    number: String,
    /// What for.
    #[schema(example = "marketing")]
    purpose: String,
    /// What is asked, as it is spoken and kept: `May we call you about our offers?`
    wording: String,
    /// Where the first half of the double opt-in was given.
    #[serde(default)]
    source: String,
    /// BCP 47 language.
    language: Option<String>,
    /// The flow that asks; `opt-in` when it is not said. It gets `consent`, `purpose` and `wording` as variables.
    flow: Option<String>,
    /// Our number that it comes from.
    from: Option<String>,
}

/// Double opt-in: writes down that a consent is asked for, and places the call that asks. The answer is written down by
/// the call, with the call as its evidence.
#[utoipa::path(post, path = "/v1/consents/opt-in", tag = "contacts", operation_id = "askForConsent",
    request_body = OptIn, responses((status = 201, body = Consent),
        (status = 409, body = Problem, description = "The number said no to this purpose")))]
pub(super) async fn opt_in(
    State(state): State<ApiState>,
    Body(order): Body<OptIn>,
) -> Result<impl IntoResponse, Problem> {
    check_purpose(&order.purpose)?;
    if order.wording.trim().is_empty() || order.wording.len() > MAX_TEXT {
        return Err(Problem::invalid(format!("`wording` is 1 to {MAX_TEXT} bytes: what is asked, as it is spoken")));
    }
    may_be_asked(&state, &order).await?;
    let flow = order.flow.unwrap_or_else(|| OPT_IN.to_owned());
    let new = NewConsent {
        number: order.number.clone(),
        channel: call(),
        purpose: order.purpose.clone(),
        state: ConsentState::Asked,
        method: "call".to_owned(),
        wording: order.wording.clone(),
        source: order.source,
        call: None,
        moment_ms: None,
        said: None,
        decided_ms: None,
        expires_ms: None,
    };
    let asked = state.store().add_consent(new, now_ms()).await?;
    let mut placing = json!({
        "to": order.number,
        "flow": flow,
        "purpose": "service",
        "variables": {"consent": asked.id, "purpose": order.purpose, "wording": order.wording},
    });
    for (name, value) in [("language", order.language), ("from", order.from)] {
        if let Some(value) = value {
            placing[name] = value.into();
        }
    }
    super::calls::place_order(&state, placing).await?;
    let made = Consent::from(asked);
    let location = [(header::LOCATION, format!("/v1/consents/{}", made.id))];
    Ok((StatusCode::CREATED, location, Json(made)))
}

/// Who said no to this purpose is not called to be asked for it.
async fn may_be_asked(state: &ApiState, order: &OptIn) -> Result<(), Problem> {
    let now = now_ms();
    let standing = state.store().standing(&order.number, &order.purpose, now).await?;
    let refused = standing.consent.is_some_and(|consent| {
        consent.state == ConsentState::Refused || consent.withdrawn_ms.is_some_and(|at_ms| at_ms <= now)
    });
    let reason = if standing.suppressed.is_some() {
        "the number is suppressed: GET /v1/suppressions?number= says how that was said"
    } else if refused {
        "consent to this purpose was refused or withdrawn: write a new one down with POST /v1/consents once it is given"
    } else if !standing.do_not_call.is_empty() {
        "the number is on a do-not-call list for this purpose: GET /v1/standing says on which"
    } else {
        return Ok(());
    };
    Err(Problem::new(Kind::Conflict, reason))
}

/// A purpose or a channel is a word.
pub(super) fn check_purpose(text: &str) -> Result<(), Problem> {
    let fits = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
    if fits && (1..=40).contains(&text.len()) {
        return Ok(());
    }
    let detail = "a purpose and a channel are words of lower-case letters: marketing, reminder, survey; call, mail";
    Err(Problem::invalid(detail))
}
