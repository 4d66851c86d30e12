//! Bans outlive the program: they are read from the books at its start, and written there when they change.

use std::time::Duration;

use store::{BanRecord, Store};
use tokio::time::MissedTickBehavior;
use transport::sip::{Ban, BanPolicy, Network, Offence, Rate, SipConfig, SipHandle};

use crate::config::AbuseSection;

/// How often it is looked whether they changed.
const EVERY: Duration = Duration::from_secs(10);

/// What the section says, as the SIP task and the endpoint take it.
pub(super) fn configure(section: &AbuseSection, sip: &mut SipConfig) {
    let per_second = section.strangers_per_second;
    sip.limits.strangers = (per_second > 0).then_some(Rate { per_second, burst: per_second.saturating_mul(3) });
    sip.limits.allow.clone_from(&section.allow);
    sip.limits.deny.clone_from(&section.deny);
    sip.limits.members_from.clone_from(&section.members_from);
    sip.limits.questions = section.strangers_options;
    sip.limits.bans = BanPolicy {
        enabled: section.bans,
        first: Duration::from_mins(section.ban_minutes.max(1)),
        longest: Duration::from_hours(section.longest_ban_hours.max(1)),
        max_bans: section.max_bans.max(1),
        scanners: section.scanners.clone(),
        ..BanPolicy::default()
    };
    sip.endpoint.registrar.edge_proxies = section.edge_proxies.iter().map(Network::range).collect();
    sip.endpoint.digest.max_wrong_per_hour = section.wrong_passwords_per_hour;
}

/// Restores what the books kept, then keeps the books up to date until it is aborted.
pub(super) async fn start(store: Store, sip: SipHandle) -> Result<tokio::task::JoinHandle<()>, store::StoreError> {
    let kept = store.bans(now_ms()).await?;
    sip.restore_bans(kept.iter().filter_map(read).collect());
    Ok(tokio::spawn(async move {
        let mut last = kept;
        let mut round = tokio::time::interval(EVERY);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            round.tick().await;
            keep(&store, &sip, &mut last).await;
        }
    }))
}

/// Writes the bans down where they are others than `last`.
async fn keep(store: &Store, sip: &SipHandle, last: &mut Vec<BanRecord>) {
    let now = now_ms();
    let bans: Vec<BanRecord> = sip.bans().iter().map(|ban| write(ban, now)).collect();
    let names = |bans: &[BanRecord]| {
        let mut names: Vec<_> = bans.iter().map(|ban| (ban.source.clone(), ban.times)).collect();
        names.sort_unstable();
        names
    };
    if names(&bans) == names(last) {
        return;
    }
    match store.keep_bans(bans.clone()).await {
        Ok(()) => *last = bans,
        Err(error) => tracing::warn!(%error, "the bans could not be kept; it is tried again"),
    }
}

/// Writes the bans down as they are, at the end.
pub(super) async fn keep_now(store: &Store, sip: &SipHandle) {
    keep(store, sip, &mut vec![BanRecord { source: String::new(), reason: String::new(), times: 0, until_ms: 0 }])
        .await;
}

fn write(ban: &Ban, now_ms: i64) -> BanRecord {
    BanRecord {
        source: ban.source.to_string(),
        reason: ban.reason.word().into(),
        times: ban.times,
        until_ms: now_ms.saturating_add(i64::try_from(ban.left.as_millis()).unwrap_or(i64::MAX)),
    }
}

fn read(record: &BanRecord) -> Option<Ban> {
    let left = u64::try_from(record.until_ms.saturating_sub(now_ms())).ok()?;
    Some(Ban {
        source: record.source.parse().ok()?,
        reason: Offence::from_word(&record.reason)?,
        times: record.times,
        left: Duration::from_millis(left),
    })
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_is_read_as_it_was_written() {
        let source = "2001:db8:1:2::/64".parse().expect("a network");
        let ban = Ban { source, reason: Offence::WrongPassword, times: 3, left: Duration::from_hours(1) };
        let record = write(&ban, now_ms());
        let again = read(&record).expect("a ban");
        assert!(ban.left.abs_diff(again.left) < Duration::from_mins(1));
        assert_eq!(Ban { left: ban.left, ..again }, ban);
        assert_eq!(read(&BanRecord { until_ms: 0, ..record.clone() }), None, "it is over");
        assert_eq!(read(&BanRecord { reason: "later".into(), ..record }), None, "a later version's");
    }
}
