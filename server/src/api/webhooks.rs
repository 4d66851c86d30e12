//! Webhooks and what was sent to them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use call_model::{EventId, WebhookId};
use serde::{Deserialize, Serialize};
use store::{DeliveryRecord, DeliveryState, NewWebhook, WebhookRecord};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Id, Params};
use super::now_ms;
use super::page::{List, page_request};
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::wire::Time;
use crate::webhooks::secret_bytes;

const MAX_URL: usize = 2_048;

/// A place that events are sent to, by POST, signed as Standard Webhooks asks.
#[derive(Serialize, ToSchema)]
pub(super) struct Webhook {
    /// Its id.
    #[schema(value_type = String, example = "hook_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: WebhookId,
    /// Where events are sent.
    #[schema(example = "https://example.org/callwright")]
    url: String,
    /// Types of event that are sent: exact (`call.ended`), a group (`call.*`) or all (`*`).
    events: Vec<String>,
    /// Whether events are sent at all.
    enabled: bool,
    /// Why we stopped sending on our own, if we did.
    disabled_reason: Option<String>,
    /// It was named by calls when they were placed, and is told of those only.
    per_call: bool,
    /// When it was made.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
    /// The secret that events are signed with. Only shown when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: Option<String>,
}

/// A webhook to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
pub(super) struct New {
    /// Where events are sent: `https`, or `http` inside your own network.
    #[schema(example = "https://example.org/callwright")]
    url: String,
    /// Types of event that are sent; all when it is not said.
    events: Option<Vec<String>>,
    /// The secret, as `whsec_` and 24 to 64 bytes in base 64; a new one is made when it is not said.
    #[schema(write_only)]
    secret: Option<String>,
    /// Whether events are sent at all; they are when it is not said.
    enabled: Option<bool>,
}

/// What to change of a webhook: what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookChange)]
pub(super) struct Change {
    /// Where events are sent.
    url: Option<String>,
    /// Types of event that are sent.
    events: Option<Vec<String>>,
    /// A new secret.
    #[schema(write_only)]
    secret: Option<String>,
    /// Whether events are sent at all: `true` also after we stopped on our own.
    enabled: Option<bool>,
}

/// One event on its way to one webhook.
#[derive(Serialize, ToSchema)]
pub(super) struct Delivery {
    /// The event.
    #[schema(value_type = String)]
    event: EventId,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// `pending`, `delivered` or `failed`.
    #[schema(value_type = String, example = "delivered")]
    state: DeliveryState,
    /// How often it was tried.
    attempts: u32,
    /// When it is tried next.
    next_at: Option<Time>,
    /// The last HTTP status.
    last_status: Option<u16>,
    /// Why the last try failed.
    last_error: Option<String>,
    /// When it was last tried or made.
    updated_at: Time,
}

/// Which deliveries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveryQuery {
    /// `pending`, `delivered` or `failed`.
    #[param(value_type = Option<String>)]
    state: Option<DeliveryState>,
    /// The most deliveries on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// An event to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Resend {
    /// Its id.
    #[schema(value_type = String, example = "evt_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    event: EventId,
}

impl Webhook {
    fn new(hook: WebhookRecord) -> Self {
        Self {
            id: hook.id,
            url: hook.url,
            events: hook.events,
            enabled: hook.enabled,
            disabled_reason: hook.disabled_reason,
            per_call: hook.per_call,
            created_at: Time(hook.created_ms),
            updated_at: Time(hook.updated_ms),
            secret: None,
        }
    }
}

impl From<DeliveryRecord> for Delivery {
    fn from(delivery: DeliveryRecord) -> Self {
        Self {
            event: delivery.event,
            kind: delivery.kind,
            state: delivery.state,
            attempts: delivery.attempts,
            next_at: delivery.next_ms.map(Time),
            last_status: delivery.last_status,
            last_error: delivery.last_error,
            updated_at: Time(delivery.updated_ms),
        }
    }
}

/// All webhooks, newest first.
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks", operation_id = "listWebhooks",
    responses((status = 200, body = inline(List<Webhook>))))]
pub(super) async fn list(State(state): State<ApiState>) -> Result<List<Webhook>, Problem> {
    Ok(List::whole(state.store().webhooks().await?.into_iter().map(Webhook::new).collect()))
}

/// One webhook.
#[utoipa::path(get, path = "/v1/webhooks/{id}", tag = "webhooks", operation_id = "getWebhook",
    params(("id" = String, Path, description = "Id of the webhook")),
    responses((status = 200, body = Webhook)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<WebhookId>) -> Result<Json<Webhook>, Problem> {
    Ok(Json(Webhook::new(find(&state, id).await?)))
}

/// Makes a webhook. The answer shows its secret, once: check every event by it.
#[utoipa::path(post, path = "/v1/webhooks", tag = "webhooks", operation_id = "addWebhook", request_body = New,
    responses((status = 201, body = Webhook)))]
pub(super) async fn add(State(state): State<ApiState>, Body(new): Body<New>) -> Result<impl IntoResponse, Problem> {
    let secret = match new.secret {
        Some(secret) => secret,
        None => new_secret()?,
    };
    let webhook = NewWebhook {
        url: new.url,
        secret: Some(secret.clone()),
        events: new.events.unwrap_or_else(|| vec!["*".to_owned()]),
        enabled: new.enabled.unwrap_or(true),
    };
    check(&webhook)?;
    let webhook = Webhook::new(state.store().add_webhook(webhook, now_ms()).await?);
    let location = [(header::LOCATION, format!("/v1/webhooks/{}", webhook.id))];
    Ok((StatusCode::CREATED, location, Json(Webhook { secret: Some(secret), ..webhook })))
}

/// Changes a webhook. Events that wait are sent by the new settings.
#[utoipa::path(patch, path = "/v1/webhooks/{id}", tag = "webhooks", operation_id = "changeWebhook",
    params(("id" = String, Path, description = "Id of the webhook")), request_body = Change,
    responses((status = 200, body = Webhook)))]
pub(super) async fn change(
    State(state): State<ApiState>,
    Id(id): Id<WebhookId>,
    Body(change): Body<Change>,
) -> Result<Json<Webhook>, Problem> {
    let now = find(&state, id).await?;
    let secret = change.secret.clone();
    let webhook = NewWebhook {
        url: change.url.unwrap_or(now.url),
        secret: change.secret,
        events: change.events.unwrap_or(now.events),
        enabled: change.enabled.unwrap_or(now.enabled),
    };
    check(&webhook)?;
    let webhook = Webhook::new(state.store().change_webhook(id, webhook, now_ms()).await?);
    Ok(Json(Webhook { secret, ..webhook }))
}

/// Removes a webhook, with everything that waits for it.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", tag = "webhooks", operation_id = "deleteWebhook",
    params(("id" = String, Path, description = "Id of the webhook")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete(State(state): State<ApiState>, Id(id): Id<WebhookId>) -> Result<StatusCode, Problem> {
    if state.store().delete_webhook(id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(no_such_webhook()) }
}

/// What was or will be sent to a webhook, newest event first.
#[utoipa::path(get, path = "/v1/webhooks/{id}/deliveries", tag = "webhooks", operation_id = "listDeliveries",
    params(("id" = String, Path, description = "Id of the webhook"), DeliveryQuery),
    responses((status = 200, body = inline(List<Delivery>))))]
pub(super) async fn deliveries(
    State(state): State<ApiState>,
    Id(id): Id<WebhookId>,
    Params(query): Params<DeliveryQuery>,
) -> Result<List<Delivery>, Problem> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    find(&state, id).await?;
    Ok(List::page(state.store().deliveries(id, query.state, &page).await?, Delivery::from))
}

/// Sends an event to a webhook now, whether it was sent before or not, under the event's own id.
#[utoipa::path(post, path = "/v1/webhooks/{id}/deliveries", tag = "webhooks", operation_id = "resendEvent",
    params(("id" = String, Path, description = "Id of the webhook")), request_body = Resend,
    responses((status = 202, description = "It is sent")))]
pub(super) async fn resend(
    State(state): State<ApiState>,
    Id(id): Id<WebhookId>,
    Body(resend): Body<Resend>,
) -> Result<StatusCode, Problem> {
    let hook = find(&state, id).await?;
    if !hook.enabled {
        return Err(Problem::new(Kind::Conflict, "the webhook is not enabled: enable it first with PATCH"));
    }
    state.store().resend(id, resend.event, now_ms()).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sends the event of a delivery to the webhook once more, under the event's own id.
#[utoipa::path(post, path = "/v1/webhooks/{id}/deliveries/{event}/again", tag = "webhooks",
    operation_id = "resendDelivery",
    params(("id" = String, Path, description = "Id of the webhook"),
           ("event" = String, Path, description = "Id of the event that was delivered")),
    responses((status = 202, description = "It is sent"),
              (status = 409, body = Problem, description = "The webhook is not enabled")))]
pub(super) async fn resend_again(
    State(state): State<ApiState>,
    Path((id, event)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (Ok(id), Ok(event)) = (id.parse(), event.parse()) else { return Err(no_such_webhook()) };
    resend(State(state), Id(id), Body(Resend { event })).await
}

async fn find(state: &ApiState, id: WebhookId) -> Result<WebhookRecord, Problem> {
    state.store().webhook(id).await?.ok_or_else(no_such_webhook)
}

fn no_such_webhook() -> Problem {
    Problem::no_such("webhook", "/v1/webhooks")
}

/// Whether the webhook can be used.
pub(crate) fn check(webhook: &NewWebhook) -> Result<(), Problem> {
    check_url(&webhook.url)?;
    let known = |filter: &String| {
        let name = filter.strip_suffix(".*").unwrap_or(filter);
        let parts =
            name.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        filter == "*" || (filter.len() <= 64 && parts)
    };
    if webhook.events.is_empty() || webhook.events.len() > 64 || !webhook.events.iter().all(known) {
        return Err(Problem::invalid("`events` are types such as call.ended, groups such as call.*, or * for all"));
    }
    if webhook.secret.as_ref().is_some_and(|secret| secret_bytes(secret).is_none()) {
        return Err(Problem::invalid(
            "`secret` is whsec_ and 24 to 64 bytes in base 64: leave it out to have one made",
        ));
    }
    Ok(())
}

/// Whether events can be sent there.
pub(super) fn check_url(text: &str) -> Result<(), Problem> {
    let uri = text.parse::<Uri>().ok().filter(|uri| {
        let scheme = uri.scheme_str();
        let user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
        (scheme == Some("https") || scheme == Some("http")) && uri.host().is_some_and(|h| !h.is_empty()) && !user
    });
    if uri.is_some() && text.len() <= MAX_URL {
        return Ok(());
    }
    Err(Problem::invalid("a webhook's address is an absolute URL with https or http, without a user name"))
}

/// A new secret: `whsec_` and 256 random bits.
pub(super) fn new_secret() -> Result<String, Problem> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits)
        .map_err(|_| Problem::new(Kind::Internal, "the system gave no random bits for a secret: send one along"))?;
    Ok(format!("whsec_{}", STANDARD.encode(bits)))
}
