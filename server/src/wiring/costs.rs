//! What agents' brains cost: counted with the prices of the configuration, kept in the books by day.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use call_model::CallId;
use ivr::Business;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::{SpendingRecord, Store, StoreError};
use voice_agent::Agent;
use voice_agent::brain::{Brain, Ledger, Meter, Metered, Price, Spending};

use crate::api::costs::day_number;
use crate::config::Config;

/// What was spent, and what things cost.
pub(super) struct Costs {
    prices: Arc<HashMap<String, Price>>,
    ledger: Arc<Ledger>,
    time_zone: TimeZone,
    spent: Arc<dyn Fn(Spending) + Send + Sync>,
}

impl Costs {
    /// With what the books say was spent today.
    pub(super) async fn open(store: &Store, config: &Config, business: &Business) -> Result<Self, StoreError> {
        let price = |price: &crate::config::PriceConfig| Price { input: price.input, output: price.output };
        let prices = config
            .brain
            .iter()
            .filter_map(|brain| brain.price.as_ref().map(|own| (brain.name().to_owned(), price(own))));
        let ledger = Arc::new(Ledger::default());
        let time_zone = business.time_zone.clone();
        let today = day(&time_zone, Timestamp::now());
        let mut agents: BTreeMap<String, u64> = BTreeMap::new();
        for spent in store.spending(today).await? {
            *agents.entry(spent.agent).or_default() += spent.cost;
        }
        for (agent, cost) in agents {
            ledger.restore(&agent, today, cost);
        }
        let store = store.clone();
        let spent = move |spending: Spending| {
            let Spending { agent, day, brain, usage, cost } = spending;
            metrics::counter!("callwright_brain_cost_millionths_total", "agent" => agent.clone()).increment(cost);
            let (input_tokens, output_tokens) = (usage.input_tokens, usage.output_tokens);
            let spent = SpendingRecord { day, agent, brain, answers: 1, input_tokens, output_tokens, cost };
            let store = store.clone();
            // One small write an answer; the answer does not wait for it.
            tokio::spawn(async move {
                if let Err(error) = store.add_spending(spent).await {
                    tracing::error!(%error, "what an answer cost is missing in the books");
                }
            });
        };
        Ok(Self { prices: Arc::new(prices.collect()), ledger, time_zone, spent: Arc::new(spent) })
    }

    /// The brains of an agent, counted, and the built-in one in their place once its limits are reached. `first`: the
    /// brain that is asked first.
    pub(super) fn metered(
        &self,
        agent: &Agent,
        models: Arc<dyn Brain>,
        builtin: Arc<dyn Brain>,
        first: &str,
    ) -> Arc<dyn Brain> {
        let limits = agent.limits();
        self.counted(models, builtin, first, limits.cost, limits.day_cost)
    }

    /// Brains that are counted, and `thrifty` in their place once a limit is reached, millionths of the currency.
    pub(super) fn counted(
        &self,
        models: Arc<dyn Brain>,
        thrifty: Arc<dyn Brain>,
        first: &str,
        cost: Option<u64>,
        day_cost: Option<u64>,
    ) -> Arc<dyn Brain> {
        if self.prices.is_empty() {
            return models;
        }
        let time_zone = self.time_zone.clone();
        let meter = Meter {
            prices: self.prices.clone(),
            first: first.to_owned(),
            ledger: self.ledger.clone(),
            today: Arc::new(move || day(&time_zone, Timestamp::now())),
            spent: self.spent.clone(),
        };
        Arc::new(Metered::new(models, thrifty, meter, cost, day_cost))
    }

    /// What an agent has spent today, millionths of the currency. Where nothing has a price, nothing.
    pub(super) fn spent_today(&self, agent: &str) -> u64 {
        if self.prices.is_empty() {
            return 0;
        }
        let today = day(&self.time_zone, Timestamp::now());
        self.ledger.spent(CallId::from_parts(0, 0), agent, today).1
    }
}

/// Days since 1970-01-01 there.
fn day(time_zone: &TimeZone, now: Timestamp) -> i64 {
    day_number(time_zone.to_datetime(now).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_business() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let evening: Timestamp = "2026-11-21T22:30:00Z".parse().unwrap();
        let night: Timestamp = "2026-11-21T23:30:00Z".parse().unwrap();
        assert_eq!(day(&berlin, night), day(&berlin, evening) + 1);
        assert_eq!(day(&TimeZone::UTC, night), day(&TimeZone::UTC, evening));
        assert_eq!(day(&TimeZone::UTC, "1970-01-02T00:00:00Z".parse().unwrap()), 1);
    }
}
