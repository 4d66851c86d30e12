//! Where members' phones are registered outlives the program: it is read from the books at its start, so that they ring
//! at once, and written there as it changes. Phones that hold a connection open register anew when it breaks.

use std::collections::HashMap;
use std::time::Duration;

use sip_core::{Flow, KeptBinding};
use store::{BindingRecord, Store, StoreError};
use tokio::time::MissedTickBehavior;
use transport::sip::SipHandle;

/// How often it is looked what has changed: what a kill may lose.
const EVERY: Duration = Duration::from_secs(5);
/// A lapse that moved by less is the same one: it is measured anew at each look.
const SAME_MS: i64 = 2_000;

/// What is in the books, by member and contact.
type Known = HashMap<(String, String), BindingRecord>;

/// Gives SIP what the books kept, before it learns its accounts, then keeps the books up to date until it is aborted.
pub(super) async fn start(store: Store, sip: SipHandle) -> Result<tokio::task::JoinHandle<()>, StoreError> {
    let kept = store.bindings().await?;
    let now = now_ms();
    // A server that is stopped again at once has nobody to tell.
    let _ = sip.restore_bindings(kept.iter().filter_map(|record| read(record, now)).collect()).await;
    let mut known: Known = kept.into_iter().map(|record| (key(&record), record)).collect();
    Ok(tokio::spawn(async move {
        let mut round = tokio::time::interval(EVERY);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            round.tick().await;
            keep(&store, &sip, &mut known).await;
        }
    }))
}

/// Writes down what has changed, at the end.
pub(super) async fn keep_now(store: &Store, sip: &SipHandle) {
    match store.bindings().await {
        Ok(kept) => {
            let mut known = kept.into_iter().map(|record| (key(&record), record)).collect();
            keep(store, sip, &mut known).await;
        }
        Err(error) => tracing::warn!(%error, "where phones are registered could not be kept"),
    }
}

async fn keep(store: &Store, sip: &SipHandle, known: &mut Known) {
    let Ok(bindings) = sip.kept_bindings().await else { return };
    let now = now_ms();
    let current: Known = bindings.iter().map(|binding| write(binding, now)).map(|it| (key(&it), it)).collect();
    let is_new = |record: &BindingRecord| known.get(&key(record)).is_none_or(|before| !is_same(before, record));
    let changed: Vec<_> = current.values().filter(|record| is_new(record)).cloned().collect();
    let gone: Vec<_> = known.keys().filter(|key| !current.contains_key(*key)).cloned().collect();
    if changed.is_empty() && gone.is_empty() {
        return;
    }
    match store.keep_bindings(changed, gone).await {
        Ok(()) => *known = current,
        Err(error) => tracing::warn!(%error, "where phones are registered could not be kept; it is tried again"),
    }
}

fn key(record: &BindingRecord) -> (String, String) {
    (record.member.clone(), record.contact.clone())
}

fn is_same(before: &BindingRecord, now: &BindingRecord) -> bool {
    before.until_ms.abs_diff(now.until_ms) < SAME_MS.unsigned_abs()
        && *before == BindingRecord { until_ms: before.until_ms, ..now.clone() }
}

fn write(binding: &KeptBinding, now_ms: i64) -> BindingRecord {
    let left = i64::try_from(binding.left.as_millis()).unwrap_or(i64::MAX);
    BindingRecord {
        member: binding.user.clone(),
        contact: binding.contact.to_string(),
        local: binding.flow.local.to_string(),
        remote: binding.flow.remote.to_string(),
        path: binding.path.iter().map(ToString::to_string).collect(),
        q: binding.q,
        call_id: binding.call_id.clone(),
        seq: binding.seq,
        instance: binding.instance.clone(),
        proof: binding.proof.clone(),
        until_ms: now_ms.saturating_add(left),
    }
}

/// `None`: it has lapsed, or a later version wrote it.
fn read(record: &BindingRecord, now_ms: i64) -> Option<KeptBinding> {
    let left = u64::try_from(record.until_ms.saturating_sub(now_ms)).ok().filter(|left| *left > 0)?;
    Some(KeptBinding {
        user: record.member.clone(),
        contact: record.contact.parse().ok()?,
        flow: Flow::udp(record.local.parse().ok()?, record.remote.parse().ok()?),
        path: record.path.iter().map(|hop| hop.parse().ok()).collect::<Option<_>>()?,
        q: record.q,
        left: Duration::from_millis(left),
        call_id: record.call_id.clone(),
        seq: record.seq,
        instance: record.instance.clone(),
        proof: record.proof.clone(),
    })
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding() -> KeptBinding {
        KeptBinding {
            user: "anna".into(),
            contact: "sip:anna@10.0.0.5:5062;ob".parse().unwrap(),
            flow: Flow::udp("192.0.2.1:5060".parse().unwrap(), "203.0.113.9:40123".parse().unwrap()),
            path: vec!["<sip:edge.example;lr>".parse().unwrap()],
            q: 800,
            left: Duration::from_mins(10),
            call_id: "c".into(),
            seq: 3,
            instance: Some("\"<urn:uuid:1>\"|1".into()),
            proof: "0123".into(),
        }
    }

    #[test]
    fn a_contact_is_read_as_it_was_written_until_it_lapses() {
        let record = write(&binding(), 1_000);
        assert_eq!(read(&record, 1_000), Some(binding()));
        let later = read(&record, 1_000 + 9 * 60_000).unwrap();
        assert_eq!(later.left, Duration::from_mins(1));
        assert_eq!(read(&record, 1_000 + 10 * 60_000), None);
        assert_eq!(read(&BindingRecord { contact: "nowhere".into(), ..record }, 1_000), None);
    }

    #[test]
    fn a_lapse_that_did_not_move_is_no_change() {
        let (first, later) = (write(&binding(), 1_000), write(&binding(), 1_400));
        assert!(is_same(&first, &later));
        assert!(!is_same(&first, &write(&binding(), 61_000)), "it was refreshed");
        assert!(!is_same(&first, &BindingRecord { remote: "203.0.113.9:40124".into(), ..first.clone() }));
    }
}
