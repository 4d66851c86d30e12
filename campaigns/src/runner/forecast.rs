//! What the books and the text of a campaign make of its pace, and who would be called when.

use std::sync::Arc;

use permission::Rules;
use serde_json::{Map, Value};
use store::{CampaignRecord, Store, StoreError};

use super::RunnerSettings;
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

/// Who of a campaign would be called when, from the books as they are: nothing is written.
pub async fn forecast(
    store: &Store,
    dialer: Arc<dyn Dialer>,
    campaign: &CampaignRecord,
    spec: Arc<Spec>,
    rules: Rules,
) -> Result<(Planner, CampaignKey), StoreError> {
    let mut runner = Runner::new(store.clone(), dialer, RunnerSettings::default());
    let purpose = spec.purpose;
    let Some(key) = runner.planner.open(spec, rules) else { return Err(StoreError::Busy) };
    let mut after = 0;
    loop {
        let page = store.waiting_contacts(campaign.row, after, runner.settings.page).await?;
        let Some(last) = page.last() else { break };
        after = last.row;
        for candidate in runner.candidates(&page, purpose).await? {
            runner.planner.add(key, candidate, runner.dialer.now());
        }
    }
    Ok((runner.planner, key))
}
