//! Campaigns as they go on, for who watches: the sums of each that changed, a few times a second at most.
//!
//! One task reads the books for all who watch, and only while somebody does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use call_model::CampaignId;
use serde::Serialize;
use store::{CampaignRecord, CampaignState, StoreError};
use tokio::sync::broadcast;
use utoipa::ToSchema;

use super::super::state::ApiState;
use super::held::Held;
use super::results::{Progress, progress_of};

/// How often the books are read at most.
const EVERY: Duration = Duration::from_millis(500);

/// The pause is at least so many times as long as the reading took: a large campaign takes its time.
const PAUSES: u32 = 10;

/// Sums that wait for a watcher that is slow; older ones are of no interest.
const BACKLOG: usize = 64;

/// How a campaign stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct CampaignSums {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// `draft`, `running`, `paused`, `stopped` or `done`.
    #[schema(value_type = String)]
    pub state: CampaignState,
    /// Why it is paused, where that was not asked for.
    pub reason: Option<String>,
    /// Why nobody is called although it runs.
    pub held: Option<Held>,
    /// Contacts in all.
    pub contacts: u64,
    /// That wait for an attempt.
    pub waiting: u64,
    /// With whom an attempt goes on.
    pub calling: u64,
    /// That have an outcome.
    pub done: u64,
    /// Contacts by outcome.
    pub outcomes: std::collections::BTreeMap<String, u64>,
    /// Contacts by what they said or pressed.
    pub dispositions: std::collections::BTreeMap<String, u64>,
}

/// What a watcher gets.
pub(in crate::api) type SumsFeed = broadcast::Receiver<Arc<CampaignSums>>;

/// Where the sums are told.
pub(in crate::api) struct CampaignFeed {
    sums: broadcast::Sender<Arc<CampaignSums>>,
    /// The task that reads is there. Nobody is added while it decides to end.
    reads: Mutex<bool>,
}

impl Default for CampaignFeed {
    fn default() -> Self {
        Self { sums: broadcast::channel(BACKLOG).0, reads: Mutex::new(false) }
    }
}

impl CampaignFeed {
    /// The sums of campaigns that change from now on.
    pub(in crate::api) fn watch(&self, state: &ApiState) -> SumsFeed {
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        let feed = self.sums.subscribe();
        if !std::mem::replace(&mut *reads, true) {
            tokio::spawn(read(state.clone()));
        }
        feed
    }

    /// Nobody watches any more: the task ends.
    fn is_left(&self) -> bool {
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        *reads = self.sums.receiver_count() > 0;
        !*reads
    }
}

/// The campaigns that run, as they stand.
pub(in crate::api) async fn running(state: &ApiState) -> Result<Vec<CampaignSums>, StoreError> {
    let mut all = Vec::new();
    for campaign in state.store().campaigns_in(CampaignState::Running).await? {
        all.push(sums_of(state, campaign).await?);
    }
    Ok(all)
}

async fn sums_of(state: &ApiState, campaign: CampaignRecord) -> Result<CampaignSums, StoreError> {
    let (id, name) = (campaign.id, campaign.name.clone());
    let Progress { state, reason, held, contacts, waiting, calling, done, outcomes, dispositions, .. } =
        progress_of(state, campaign).await?;
    Ok(CampaignSums { id, name, state, reason, held, contacts, waiting, calling, done, outcomes, dispositions })
}

async fn read(state: ApiState) {
    let mut told = HashMap::new();
    while !state.campaign_feed().is_left() {
        let begun = Instant::now();
        if let Err(error) = tell(&state, &mut told).await {
            if matches!(error, StoreError::Closed) {
                return;
            }
            tracing::debug!(%error, "campaigns are not told of for a moment");
        }
        tokio::time::sleep(EVERY.max(begun.elapsed() * PAUSES)).await;
    }
}

/// Tells of what has changed. A campaign that ran is told of once more when it does not.
async fn tell(state: &ApiState, told: &mut HashMap<CampaignId, Arc<CampaignSums>>) -> Result<(), StoreError> {
    let mut now = running(state).await?;
    let gone: Vec<CampaignId> = told.keys().copied().filter(|id| now.iter().all(|sums| sums.id != *id)).collect();
    for id in gone {
        if let Some(campaign) = state.store().campaign(id).await? {
            now.push(sums_of(state, campaign).await?);
        } else {
            told.remove(&id);
        }
    }
    for sums in now {
        let over = sums.state != CampaignState::Running && sums.calling == 0;
        let (id, sums) = (sums.id, Arc::new(sums));
        if told.get(&id) != Some(&sums) {
            // Whoever watched may just have gone.
            let _ = state.campaign_feed().sums.send(sums.clone());
        }
        if over {
            told.remove(&id);
        } else {
            told.insert(id, sums);
        }
    }
    Ok(())
}
