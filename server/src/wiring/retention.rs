//! What is old is removed: events with their deliveries, what tools gave back, what was sent, and calls by rule.

use std::time::{Duration, Instant};

use recordings::Folder;
use store::{EventFilter, PageRequest, Store, StoreError};
use tokio::time::MissedTickBehavior;

use crate::config::RetentionSection;
use crate::people::erasing::erase_call;
use crate::settings::Retention;

/// How often it is looked for.
const EVERY: Duration = Duration::from_hours(1);
/// How much is removed in one write: the calls' writes wait for it.
const AT_ONCE: u32 = 500;
/// The pause between such writes.
const PAUSE: Duration = Duration::from_millis(200);
/// For how many rounds a clock that has leapt is not believed: three days, in which somebody sees the warning.
const MOST_DOUBTS: u32 = 72;
const DAY_MS: i64 = 24 * 3_600_000;

/// Removes what is older than the rules say, now and then, until it is aborted. 0 days: never.
pub(super) fn start(store: Store, folder: Folder, settings: Retention, audit_days: u32) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let mut round = tokio::time::interval(EVERY);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let began = Instant::now();
        let newest = store.events(&EventFilter::default(), &PageRequest { limit: 1, cursor: None }).await;
        let newest = newest.ok().and_then(|events| events.data.first().map(|event| event.at_ms));
        let mut trust = ClockTrust::from(newest);
        loop {
            round.tick().await;
            let now = jiff::Timestamp::now().as_millisecond();
            if !trust.holds(now, began.elapsed()) {
                metrics::counter!("callwright_retention_rounds_skipped_total").increment(1);
                tracing::warn!(
                    "nothing old is removed: the clock has leapt by more than a day. Set it right; if it is, what is old \
                     is removed again in {} hours",
                    MOST_DOUBTS - trust.doubts
                );
                continue;
            }
            let rules = settings.rules();
            if rules.events_days > 0 {
                events(&store, now - i64::from(rules.events_days) * DAY_MS).await;
            }
            if audit_days > 0 {
                told("old entries of the audit log", audit(&store, now - i64::from(audit_days) * DAY_MS).await);
            }
            told("old calls", calls(&store, &folder, &rules, now).await);
            told("numbers of old do-not-call lists", lists(&store).await);
        }
    })
}

/// Whether the wall clock may be asked what is old: one that leaps ahead would remove everything.
#[derive(Default)]
struct ClockTrust {
    /// A time on the wall clock that was believed, and the steady time then.
    last: Option<(i64, Duration)>,
    /// Rounds in a row that were skipped.
    doubts: u32,
}

impl From<Option<i64>> for ClockTrust {
    /// At the start the books say what time it was last, ms since the Unix epoch.
    fn from(newest_event: Option<i64>) -> Self {
        Self { last: newest_event.map(|at_ms| (at_ms, Duration::ZERO)), doubts: 0 }
    }
}

impl ClockTrust {
    /// Whether a round may go by this time, `steady` after the start. A house that was closed for long, or a clock that
    /// was set right, is believed after some days.
    fn holds(&mut self, now_ms: i64, steady: Duration) -> bool {
        let leap = self.last.map_or(0, |(then_ms, then)| {
            let passed = i64::try_from(steady.saturating_sub(then).as_millis()).unwrap_or(i64::MAX);
            now_ms.saturating_sub(then_ms).saturating_sub(passed)
        });
        if leap.saturating_abs() > DAY_MS && self.doubts < MOST_DOUBTS {
            self.doubts += 1;
            return false;
        }
        *self = Self { last: Some((now_ms, steady)), doubts: 0 };
        true
    }
}

async fn events(store: &Store, before_ms: i64) {
    told("old events", prune(store, before_ms).await);
    told("old results of tools and errands", store.prune_tool_results(before_ms).await);
}

fn told(what: &str, removed: Result<u64, StoreError>) {
    match removed {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "{what} were removed"),
        Err(error) => tracing::warn!(%error, "{what} could not be removed; it is tried again"),
    }
}

async fn prune(store: &Store, before_ms: i64) -> Result<u64, StoreError> {
    let mut removed = 0;
    loop {
        let now = store.prune_events(before_ms, AT_ONCE).await?;
        removed += now;
        if now < u64::from(AT_ONCE) {
            return Ok(removed);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn audit(store: &Store, before_ms: i64) -> Result<u64, StoreError> {
    let mut removed = 0;
    loop {
        let now = store.prune_audit(before_ms, AT_ONCE).await?;
        removed += now;
        if now < u64::from(AT_ONCE) {
            return Ok(removed);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Erases the calls that are older than a rule keeps them.
async fn calls(store: &Store, folder: &Folder, rules: &RetentionSection, now_ms: i64) -> Result<u64, StoreError> {
    let tags = rules.tags.iter().map(|(tag, days)| (Some(tag.as_str()), *days));
    let mut removed = 0;
    for (tag, days) in tags.chain([(None, rules.calls_days)]).filter(|(_, days)| *days > 0) {
        loop {
            let some = store.calls_before(tag, now_ms - i64::from(days) * DAY_MS, AT_ONCE).await?;
            let (found, before) = (some.len(), removed);
            for call in some {
                removed += u64::from(erase_call(store, folder, call).await?);
            }
            // The last ones; or files that cannot be removed now.
            if found < AT_ONCE as usize || removed == before {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(removed)
}

async fn lists(store: &Store) -> Result<u64, StoreError> {
    let mut rounds = 0;
    while store.sweep_do_not_call_lists().await? {
        rounds += 1;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(rounds)
}

#[cfg(test)]
mod tests {
    use call_model::{Direction, HangupCause, HangupParty};
    use store::{Address, CallFilter, ContactChange, EndCall, NewCall, StoreConfig, fresh_id};

    use super::*;

    #[tokio::test]
    async fn calls_go_by_the_shortest_rule_that_is_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        let sounds = Folder::open(folder.path().join("recordings")).unwrap();
        let now = 1_750_000_000_000;
        let made = [("+4930901820", 40), ("+4930901821", 40), ("+4930901821", 400), ("+4930901820", 10)];
        for ((number, days), which) in made.into_iter().zip(1..) {
            let at_ms = now - days * DAY_MS;
            let call = NewCall {
                // Made so that its id is of that time.
                id: call_model::CallId::from_parts(at_ms.unsigned_abs(), which),
                started_ms: at_ms,
                ..incoming(number)
            };
            let id = call.id;
            store.begin_call(call).await.unwrap();
            let end = EndCall {
                id,
                at_ms,
                cause: HangupCause::Normal,
                by: HangupParty::Caller,
                legs: Vec::new(),
                language: None,
            };
            store.end_call(end).await.unwrap();
        }
        let lead = store.contact_by_address(&store.address("+4930901820")).await.unwrap().unwrap();
        let tagged = ContactChange { tags: Some(vec!["lead".into()]), ..ContactChange::default() };
        store.change_contact(lead.id, tagged, now).await.unwrap();
        let tags = [("lead".to_owned(), 30)].into();
        let rules = RetentionSection { calls_days: 365, tags, ..RetentionSection::default() };
        assert_eq!(calls(&store, &sounds, &rules, now).await.unwrap(), 2);
        let left = store.calls(&CallFilter::default(), &PageRequest::default()).await.unwrap().data;
        let ages: Vec<_> = left.iter().map(|call| (now - call.started_ms) / DAY_MS).collect();
        assert_eq!(ages, [10, 40]);
    }

    #[test]
    fn a_clock_that_leaps_is_not_believed_for_three_days() {
        let (start, hour) = (1_750_000_000_000_i64, Duration::from_hours(1));
        let mut trust = ClockTrust::from(Some(start - DAY_MS / 2));
        assert!(trust.holds(start, Duration::ZERO));
        assert!(trust.holds(start + 3_600_000, hour));
        let leapt = start + 3_000 * DAY_MS;
        assert!(!trust.holds(leapt, hour * 2), "it is years later all at once");
        assert!(!trust.holds(leapt + 3_600_000, hour * 3));
        assert!(trust.holds(start + 4 * 3_600_000, hour * 4), "it was set right");
        for round in 5..5 + i64::from(MOST_DOUBTS) {
            assert!(!trust.holds(leapt, hour * u32::try_from(round).unwrap()), "round {round}");
        }
        assert!(trust.holds(leapt, hour * 80), "somebody has had time to look");
        let mut late = ClockTrust::from(Some(start));
        assert!(!late.holds(leapt, Duration::ZERO), "the books are much older than the clock");
        assert!(ClockTrust::from(None).holds(leapt, Duration::ZERO));
    }

    fn incoming(number: &str) -> NewCall {
        NewCall {
            id: fresh_id(0),
            direction: Direction::Inbound,
            from: Address::parse(number, "DE"),
            to: Address::parse("reception", "DE"),
            number: "reception".into(),
            trunk: None,
            member: None,
            flow: None,
            flow_version: None,
            agent: None,
            agent_version: None,
            language: "en".into(),
            variables: serde_json::Map::new(),
            webhook: None,
            origin: call_model::CallOrigin::default(),
            started_ms: 0,
        }
    }
}
