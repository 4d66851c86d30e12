//! What the books and the text of a campaign make of its pace, and who would be called when.

use std::sync::Arc;

use permission::Rules;
use serde_json::{Map, Value};
use store::{CampaignContactRecord, CampaignRecord, Store, StoreError};

use super::RunnerSettings;
use super::books::row_of;
use super::order::Dialer;
use super::turn::Runner;
use crate::{CampaignKey, Pace, Planner, Spec};

/// The pace of the text, with what was changed over it.
pub(super) fn pace_of(spec: &Spec, settings: &Map<String, Value>) -> Pace {
    let mut pace = spec.pace.clone();
    if let Some(rate) = settings.get("per_second").and_then(Value::as_f64) {
        pace.per_second = rate;
    }
    if let Some(most) = settings.get("at_once").and_then(Value::as_u64) {
        pace.at_once = u32::try_from(most).unwrap_or(u32::MAX);
    }
    pace
}

/// The most contacts of whom it is told that what is said cannot be filled in.
const MOST_FAULTS: usize = 1_000;

/// Somebody for whom what is said cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfilled {
    /// The contact: its number in the books.
    pub contact: i64,
    /// What is wrong, and what to do.
    pub message: String,
}

/// A planner with the contacts of one campaign, for a forecast.
pub struct Ready {
    /// The planner.
    pub planner: Planner,
    /// The campaign in it.
    pub key: CampaignKey,
    /// For whom what is said cannot be filled in; at most 1,000.
    pub unfilled: Vec<Unfilled>,
}

/// Makes a planner ready to say who of a campaign would be called when: those who wait in the books, or `given` in their
/// place. Nothing is written.
pub async fn forecast(
    store: &Store,
    dialer: Arc<dyn Dialer>,
    campaign: &CampaignRecord,
    (spec, rules): (Arc<Spec>, Rules),
    given: Option<Vec<CampaignContactRecord>>,
) -> Result<Ready, StoreError> {
    let mut runner = Runner::new(store.clone(), dialer, RunnerSettings::default());
    let purpose = spec.purpose;
    let Some(key) = runner.planner.open(spec.clone(), rules) else { return Err(StoreError::Busy) };
    let (mut after, mut unfilled, mut given) = (0, Vec::new(), given.map(Vec::into_iter));
    loop {
        let page = match &mut given {
            Some(given) => given.by_ref().take(runner.settings.page as usize).collect(),
            None => store.waiting_contacts(campaign.row, after, runner.settings.page).await?,
        };
        let Some(last) = page.last() else { break };
        after = last.row;
        let room = MOST_FAULTS.saturating_sub(unfilled.len());
        unfilled.extend(page.iter().filter_map(|contact| unfilled_of(&spec, contact)).take(room));
        for candidate in runner.candidates(&page, purpose).await? {
            runner.planner.add(key, candidate, runner.dialer.now());
        }
    }
    Ok(Ready { planner: runner.planner, key, unfilled })
}

fn unfilled_of(spec: &Spec, contact: &CampaignContactRecord) -> Option<Unfilled> {
    let message = spec.fills(&row_of(contact)?).err()?;
    Some(Unfilled { contact: contact.row, message })
}
