//! Webhooks, and what was or will be sent to them.

use call_model::{EventId, WebhookId};
use serde::Serialize;

use super::{EventRecord, masked_debug, word_enum};

/// What a webhook is to be.
#[derive(Clone)]
pub struct NewWebhook {
    /// Where events are sent.
    pub url: String,
    /// The secret that they are signed with, as `whsec_` and base 64; `None` keeps what there is.
    pub secret: Option<String>,
    /// Types of event that are sent: exact (`call.ended`), a group (`call.*`) or all (`*`).
    pub events: Vec<String>,
    /// Whether events are sent at all.
    pub enabled: bool,
}
masked_debug!(NewWebhook { events, enabled });

/// A place that events are sent to.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct WebhookRecord {
    /// Its id.
    pub id: WebhookId,
    /// Where events are sent.
    pub url: String,
    /// The secret: never to be listed.
    #[serde(skip)]
    pub secret: String,
    /// Types of event that are sent.
    pub events: Vec<String>,
    /// Whether events are sent at all.
    pub enabled: bool,
    /// Why we stopped sending on our own, if we did.
    pub disabled_reason: Option<String>,
    /// It was made for single calls, and is told of those that name it and no others.
    pub per_call: bool,
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
}
masked_debug!(WebhookRecord { id, events, enabled, per_call });

impl WebhookRecord {
    /// Whether it wants events of this type.
    pub fn wants(&self, kind: &str) -> bool {
        self.enabled
            && !self.per_call
            && self.events.iter().any(|filter| match filter.strip_suffix('*') {
                Some(group) => kind.starts_with(group),
                None => filter == kind,
            })
    }
}

word_enum! {
    /// Where a delivery is in its life.
    DeliveryState {
        /// It is due now or later.
        Pending = "pending",
        /// It was taken by the other side.
        Delivered = "delivered",
        /// We have given up.
        Failed = "failed",
    }
}

/// One event on its way to one webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryRecord {
    /// The event.
    pub event: EventId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The webhook.
    pub webhook: WebhookId,
    /// Where it is in its life.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is due, ms since the Unix epoch.
    pub next_ms: Option<i64>,
    /// The last HTTP status.
    pub last_status: Option<u16>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was last tried or made.
    pub updated_ms: i64,
}

/// A delivery to be tried now.
#[derive(Debug, Clone)]
pub struct DueDelivery {
    /// What is sent.
    pub event: EventRecord,
    /// Where it is sent.
    pub webhook: WebhookId,
    /// How often it was tried before.
    pub attempts: u32,
}

/// How a try went.
#[derive(Debug, Clone)]
pub enum DeliveryOutcome {
    /// The other side took it.
    Delivered {
        /// HTTP status.
        status: u16,
    },
    /// It failed and is tried again.
    Retry {
        /// HTTP status, if there was an answer.
        status: Option<u16>,
        /// Why.
        error: String,
        /// When to try again, ms since the Unix epoch.
        next_ms: i64,
    },
    /// It failed for good.
    GiveUp {
        /// HTTP status, if there was an answer.
        status: Option<u16>,
        /// Why.
        error: String,
    },
}
