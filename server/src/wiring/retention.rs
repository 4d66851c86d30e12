//! What is old is removed: events with their deliveries, what tools gave back, what was sent, and calls by rule.

use std::time::Duration;

use recordings::Folder;
use store::{Store, StoreError};
use tokio::time::MissedTickBehavior;

use crate::config::RetentionSection;
use crate::people::erasing::erase_call;

/// How often it is looked for.
const EVERY: Duration = Duration::from_hours(1);
/// How much is removed in one write: the calls' writes wait for it.
const AT_ONCE: u32 = 500;
/// The pause between such writes.
const PAUSE: Duration = Duration::from_millis(200);
const DAY_MS: i64 = 24 * 3_600_000;

/// Removes what is older than the rules say, now and then, until it is aborted. 0 days: never.
pub(super) fn start(store: Store, folder: Folder, rules: RetentionSection) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let mut round = tokio::time::interval(EVERY);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            round.tick().await;
            let now = jiff::Timestamp::now().as_millisecond();
            if rules.events_days > 0 {
                events(&store, now - i64::from(rules.events_days) * DAY_MS).await;
            }
            told("old calls", calls(&store, &folder, &rules, now).await);
            told("numbers of old do-not-call lists", lists(&store).await);
        }
    })
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
    use store::{Address, CallFilter, ContactChange, EndCall, NewCall, PageRequest, StoreConfig, fresh_id};

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
