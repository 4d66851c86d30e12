//! What the runner asks of whoever dials.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use call_model::{CallId, CampaignId};
use jiff::Timestamp;
use permission::{Purpose, Rules};
use serde_json::{Map, Value};
use store::{CampaignRecord, StoreError};

use crate::{App, Capacity, Machines, MemberRoom, Spec};

/// A future that is boxed.
pub type Waiting<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A call to be placed. The attempt is in the books under its id.
#[derive(Clone, PartialEq)]
pub struct DialOrder {
    /// The id that the call is to have.
    pub call: CallId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Its name.
    pub campaign_name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The number, E.164.
    pub number: String,
    /// The trunk that carries it.
    pub trunk: String,
    /// The number that is shown; `None`: the trunk's own.
    pub caller_id: Option<String>,
    /// How long it may ring.
    pub ring: Duration,
    /// What answers when somebody is reached.
    pub app: App,
    /// What the app is told.
    pub variables: Map<String, Value>,
    /// BCP 47 language to begin with; `None`: the contact's or the business's.
    pub language: Option<String>,
    /// What is done with machines.
    pub machines: Machines,
    /// What a machine gets, filled in.
    pub message: Option<String>,
    /// The campaign's rules.
    pub rules: Option<Box<Rules>>,
    /// Where the contact is, as the campaign has it: the time zone, the country and the region.
    pub zone: Option<String>,
    /// See `zone`.
    pub country: Option<String>,
    /// See `zone`.
    pub region: Option<String>,
    /// The queue whose member takes the call when it is answered; `None` for agentless pace.
    pub queue: Option<String>,
    /// The member who chose to make this call, where the pace is preview.
    pub member: Option<String>,
    /// Attempts of the campaign on this contact before this one.
    pub attempts_before: u32,
}

impl std::fmt::Debug for DialOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DialOrder").field("call", &self.call).field("trunk", &self.trunk).finish_non_exhaustive()
    }
}

/// Nothing was dialled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DialFailure {
    /// The gate said no.
    #[error("the gate said no: {reason}")]
    Refused {
        /// Why, as a code.
        reason: String,
        /// When it may be tried again; `None`: never.
        later: Option<Timestamp>,
    },
    /// There was no room after all, or the program ends.
    #[error("there was no room: {reason}")]
    NoRoom {
        /// Why, as a code.
        reason: String,
    },
    /// It failed on our side.
    #[error("it failed: {reason}")]
    Failed {
        /// Why, as a code.
        reason: String,
    },
}

/// The segment of a campaign was not asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The books cannot be used now.
    #[error(transparent)]
    Books(#[from] StoreError),
    /// It cannot be asked: the campaign is paused until somebody has changed its text.
    #[error("{0}")]
    Unfit(String),
}

/// Who dials for campaigns.
pub trait Dialer: Send + Sync + 'static {
    /// The time.
    fn now(&self) -> Timestamp;

    /// What is free now, after what is kept for inbound calls.
    fn room(&self) -> Capacity;

    /// Who of a queue is free now, after who is promised to callers that wait.
    fn members<'a>(&'a self, queue: &'a str) -> Waiting<'a, MemberRoom> {
        Box::pin(async move { MemberRoom { queue: queue.to_owned(), free: 0, busy: 0 } })
    }

    /// Asks the segment of a campaign: whom it has is kept in the books under this asking, which has begun (see
    /// [`keep_asked`](store::Store::keep_asked)).
    fn ask<'a>(
        &'a self,
        _campaign: &'a CampaignRecord,
        _spec: &'a Spec,
        _asked_ms: i64,
    ) -> Waiting<'a, Result<(), AskError>> {
        Box::pin(async { Err(AskError::Unfit("nobody can ask segments here".to_owned())) })
    }

    /// The house's rules for a purpose.
    fn rules(&self, purpose: Purpose) -> Rules;

    /// What a minute to a number by a trunk costs, in millionths.
    fn rate(&self, trunk: &str, number: &str) -> Option<u64>;

    /// Places a call. When this resolves well, the call is in the books and will end its attempt.
    fn dial(&self, order: DialOrder) -> Waiting<'_, Result<(), DialFailure>>;
}
