//! Against toll fraud: what calls by a trunk cost and may cost, where they may go, and how many a member may make.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call_model::CallId;
use jiff::tz::TimeZone;
use serde_json::json;
use sip_core::LegHandle;
use sip_core::message::Uri;
use store::{NewEvent, Store, TrunkSpendingRecord};
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;
use transport::sip::SipHandle;

use crate::call::{CallInput, Control};
use crate::dialing::Destination;
use crate::directory::{Directory, Trunk};
use crate::error::PlaceError;
use crate::gate::Refusal;
use crate::house::{House, now_ms};

/// Where calls by a trunk may not go, and what they may cost. Money is in millionths of the currency of the rates; the
/// default limits nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Toll {
    /// Destinations that are refused, as prefixes in E.164, also within what is allowed.
    pub denied_prefixes: Vec<String>,
    /// What a minute costs, by prefixes in E.164: the longest that fits counts.
    pub rates: Vec<(String, u64)>,
    /// What all calls of a day may cost; 0: no limit.
    pub spend_limit_day: u64,
    /// What one call may cost; 0: no limit.
    pub spend_limit_call: u64,
}

impl Toll {
    /// What a minute to a number costs; `None`: no rate fits.
    pub fn per_minute(&self, number: &str) -> Option<u64> {
        let fits = self.rates.iter().filter(|(prefix, _)| number.starts_with(prefix.as_str()));
        fits.max_by_key(|(prefix, _)| prefix.len()).map(|(_, price)| *price)
    }

    /// Whether spending by this trunk is limited.
    pub const fn is_limited(&self) -> bool {
        self.spend_limit_day > 0 || self.spend_limit_call > 0
    }
}

/// A limit on spending that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpendLimit {
    /// That of the day.
    Day,
    /// That of the call.
    Call,
}

/// What each trunk's calls have cost today.
pub(crate) struct Spending {
    state: Mutex<Spent>,
    zone: TimeZone,
}

#[derive(Debug, Default)]
struct Spent {
    day: i64,
    by_trunk: HashMap<String, u64>,
    /// Trunks whose limit the operator was told of today.
    told: HashSet<String>,
}

impl Spending {
    pub(crate) fn new(zone: TimeZone) -> Self {
        Self { state: Mutex::default(), zone }
    }

    /// The day of that moment, since 1970-01-01.
    pub(crate) fn day(&self, now_ms: i64) -> i64 {
        let zoned = jiff::Timestamp::from_millisecond(now_ms).map(|now| now.to_zoned(self.zone.clone()));
        let local_ms = zoned.map_or(now_ms, |now| now_ms + i64::from(now.offset().seconds()) * 1_000);
        local_ms.div_euclid(24 * 3_600_000)
    }

    fn today(&self, now_ms: i64) -> MutexGuard<'_, Spent> {
        let day = self.day(now_ms);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.day != day {
            *state = Spent { day, ..Spent::default() };
        }
        state
    }

    /// What the books say of today.
    pub(crate) fn learn(&self, records: Vec<TrunkSpendingRecord>, now_ms: i64) {
        let mut state = self.today(now_ms);
        for record in records.into_iter().filter(|record| record.day == state.day).collect::<Vec<_>>() {
            *state.by_trunk.entry(record.trunk).or_default() += record.cost;
        }
    }

    /// What a trunk's calls have cost today.
    pub(crate) fn today_by(&self, trunk: &str, now_ms: i64) -> u64 {
        self.today(now_ms).by_trunk.get(trunk).copied().unwrap_or(0)
    }

    /// Spends, unless the day's limit would be passed.
    fn spend(&self, tariff: &Tariff, now_ms: i64) -> bool {
        let mut state = self.today(now_ms);
        let spent = state.by_trunk.entry(tariff.trunk.clone()).or_default();
        let after = spent.saturating_add(tariff.per_minute);
        let fits = tariff.limit_day == 0 || after <= tariff.limit_day;
        if fits {
            *spent = after;
        }
        fits
    }

    /// Whether the operator is still to be told of this trunk's limit today.
    pub(crate) fn is_news(&self, trunk: &str, now_ms: i64) -> bool {
        self.today(now_ms).told.insert(trunk.to_owned())
    }
}

/// What a call by a trunk costs, and may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tariff {
    trunk: String,
    per_minute: u64,
    limit_day: u64,
    limit_call: u64,
}

impl Tariff {
    /// The tariff of a number; `None` where it costs nothing.
    pub(crate) fn of(trunk: &Trunk, number: &str) -> Option<Self> {
        let toll = &trunk.toll;
        let per_minute = toll.per_minute(number).filter(|price| *price > 0)?;
        let (limit_day, limit_call) = (toll.spend_limit_day, toll.spend_limit_call);
        Some(Self { trunk: trunk.name.clone(), per_minute, limit_day, limit_call })
    }
}

/// Counts what a leg costs, each minute before it begins, and ends the call when the next one would pass a limit. Stops
/// when it is dropped.
#[derive(Debug)]
pub(crate) struct Meter {
    payer: watch::Sender<Payer>,
    _task: AbortOnDropHandle<()>,
}

/// The call that a leg is of, and that is ended when its money is spent.
#[derive(Debug, Clone)]
pub(crate) struct Payer {
    pub call: CallId,
    pub inbox: mpsc::Sender<CallInput>,
}

/// A leg that costs something.
#[derive(Debug)]
pub(crate) struct Metered {
    pub tariff: Tariff,
    pub leg: LegHandle,
    pub sip: SipHandle,
}

impl Meter {
    /// Begins to count: the leg was answered.
    pub(crate) fn start(payer: Payer, metered: Metered, spending: Arc<Spending>, store: Store) -> Self {
        let (payer, payers) = watch::channel(payer);
        let task = tokio::spawn(async move {
            if let Some(limit) = count(&payers, &metered.tariff, &spending, &store).await {
                let call = payers.borrow().call;
                tell(&store, Some(call), &metered.tariff.trunk, limit).await;
                cut(payers, &metered).await;
            }
        });
        Self { payer, _task: AbortOnDropHandle::new(task) }
    }

    /// The leg is of another call now.
    pub(crate) fn moves_to(&self, payer: Payer) {
        self.payer.send_replace(payer);
    }
}

/// Counts minute by minute, until the next one would pass a limit.
async fn count(
    payers: &watch::Receiver<Payer>,
    tariff: &Tariff,
    spending: &Spending,
    store: &Store,
) -> Option<SpendLimit> {
    let mut minute = tokio::time::interval(Duration::from_mins(1));
    let mut spent = 0_u64;
    loop {
        minute.tick().await;
        let now = now_ms();
        spent = spent.saturating_add(tariff.per_minute);
        if tariff.limit_call > 0 && spent > tariff.limit_call {
            return Some(SpendLimit::Call);
        }
        if !spending.spend(tariff, now) {
            return Some(SpendLimit::Day);
        }
        let record =
            TrunkSpendingRecord { day: spending.day(now), trunk: tariff.trunk.clone(), cost: tariff.per_minute };
        if let Err(error) = store.add_trunk_spending(record).await {
            let call = payers.borrow().call;
            tracing::error!(%call, %error, "what a call costs is missing in the books");
        }
    }
}

/// Ends the call that the leg is of, also when it goes over to another one meanwhile. The leg does not outlive it: a call
/// that is over cannot end it any more.
async fn cut(mut payers: watch::Receiver<Payer>, metered: &Metered) {
    loop {
        let payer = payers.borrow_and_update().clone();
        if payer.inbox.send(CallInput::Control(Control::SpendLimit)).await.is_err() {
            metered.sip.hangup_soon(metered.leg);
        }
        if payers.changed().await.is_err() {
            return;
        }
    }
}

/// Tells the operator, by an event.
pub(crate) async fn tell(store: &Store, call: Option<CallId>, trunk: &str, limit: SpendLimit) {
    let word = if limit == SpendLimit::Day { "day" } else { "call" };
    tracing::warn!(%trunk, limit = word, "a limit on spending was reached");
    metrics::counter!("callwright_spend_limits_total").increment(1);
    let data = match json!({ "trunk": trunk, "limit": word }) {
        serde_json::Value::Object(data) => data,
        _ => serde_json::Map::new(),
    };
    let event = NewEvent { kind: "trunk.spend_limit".into(), call, at_ms: now_ms(), data };
    if let Err(error) = store.emit(event).await {
        tracing::error!(%error, "an event is missing in the books");
    }
}

/// The gate refused a call: when it is for the day's money, the operator is told, once a day.
pub(crate) fn note_refusal(house: &House, refusal: &Refusal) {
    let Refusal::SpendLimit(trunk) = refusal else { return };
    if house.spending.is_news(trunk, now_ms()) {
        let (store, trunk) = (house.parts.store.clone(), trunk.clone());
        tokio::spawn(async move { tell(&store, None, &trunk, SpendLimit::Day).await });
    }
}

/// What a SIP address means that is a trunk's: the number in it, to be called by that trunk under its rules, so that
/// there is no way around them.
pub(crate) async fn settle(
    destination: Destination,
    directory: &Directory,
    sip: &SipHandle,
) -> Result<Settled, PlaceError> {
    let Destination::Address(uri) = &destination else { return Ok(Settled { destination, trunk: None }) };
    let Some(trunk) = trunk_at(directory, uri, sip).await? else { return Ok(Settled { destination, trunk: None }) };
    let user = uri.username().map(std::borrow::Cow::into_owned).unwrap_or_default();
    let number = store::Address::parse(&user, &directory.country).e164().map(str::to_owned);
    let Some(number) = number else {
        // A name is no number, and costs nothing; digits that are not understood may be one in the carrier's own way.
        let digits = user.bytes().filter(u8::is_ascii_digit).count();
        return if digits < 3 { Ok(Settled { destination, trunk: None }) } else { Err(PlaceError::BadDestination) };
    };
    Ok(Settled { destination: Destination::Number(number), trunk: Some(trunk.name.clone()) })
}

/// How long the addresses of a name are waited for.
const LOOKUP: Duration = Duration::from_secs(3);

/// A destination, and the trunk that it must go by.
pub(crate) struct Settled {
    pub destination: Destination,
    pub trunk: Option<String>,
}

/// The trunk that an address is of, by its host's name or by any of the addresses that a call there would be tried at:
/// by NAPTR and SRV, too.
async fn trunk_at<'a>(directory: &'a Directory, uri: &Uri, sip: &SipHandle) -> Result<Option<&'a Trunk>, PlaceError> {
    if directory.trunks().next().is_none() {
        return Ok(None);
    }
    let host = uri.host.to_string().to_lowercase();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let named = |trunk: &&Trunk| {
        let theirs = trunk.host.to_lowercase();
        theirs == host || theirs.rsplit_once(':').is_some_and(|(name, _)| name == host)
    };
    if let Some(trunk) = directory.trunks().find(named) {
        return Ok(Some(trunk));
    }
    let is_name = bare.parse::<IpAddr>().is_err();
    let by_name = async { if is_name { tokio::net::lookup_host((bare, 5060)).await.ok() } else { None } };
    let by_name = tokio::time::timeout(LOOKUP, by_name);
    let (addresses, by_name) = tokio::join!(tokio::time::timeout(LOOKUP, sip.addresses(uri.clone())), by_name);
    // Names whose servers are slow are no way around a trunk's rules.
    let mut addresses = addresses.map_err(|_| PlaceError::BadDestination)?.unwrap_or_default();
    addresses.extend(by_name.ok().flatten().into_iter().flatten().map(|address| address.ip()));
    Ok(directory.trunks().find(|trunk| addresses.iter().any(|address| trunk.is_at(*address))))
}

/// How many calls each member has made to the outside lately: a bucket for each, so that an hour's calls may come at
/// once, and then as many as the hour has left.
#[derive(Debug, Default)]
pub(crate) struct MemberCalls(Mutex<HashMap<String, MemberBucket>>);

#[derive(Debug, Default, Clone, Copy)]
struct MemberBucket {
    /// When the bucket will be empty again, ms since the Unix epoch.
    empty_at_ms: i64,
    told_at_ms: i64,
}

const HOUR_MS: i64 = 3_600_000;

/// Whether one more call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberMay {
    Call,
    /// Too many; `news`: the operator has not been told within the hour.
    Wait {
        news: bool,
    },
}

impl MemberCalls {
    /// Counts a call to the outside. `per_hour` 0: no limit.
    pub(crate) fn count(&self, member: &str, per_hour: u32, now_ms: i64) -> MemberMay {
        if per_hour == 0 {
            return MemberMay::Call;
        }
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Members that are gone, and those that called long ago, are forgotten: there are never more than members.
        buckets.retain(|name, bucket| {
            name == member || bucket.empty_at_ms > now_ms || bucket.told_at_ms + HOUR_MS > now_ms
        });
        let bucket = buckets.entry(member.to_owned()).or_default();
        // Nobody is ever that far ahead: the clock was set back.
        if bucket.empty_at_ms > now_ms + HOUR_MS || bucket.told_at_ms > now_ms {
            *bucket = MemberBucket::default();
        }
        let after = bucket.empty_at_ms.max(now_ms) + HOUR_MS / i64::from(per_hour);
        if after <= now_ms + HOUR_MS {
            bucket.empty_at_ms = after;
            return MemberMay::Call;
        }
        let news = bucket.told_at_ms + HOUR_MS <= now_ms;
        if news {
            bucket.told_at_ms = now_ms;
        }
        MemberMay::Wait { news }
    }
}

/// Tells the operator that a member calls too often.
pub(crate) async fn tell_of_member(store: &Store, member: &str) {
    tracing::warn!("a member makes more calls to the outside than `abuse.member_calls_per_hour` allows");
    let data = match json!({ "member": member }) {
        serde_json::Value::Object(data) => data,
        _ => serde_json::Map::new(),
    };
    let event = NewEvent { kind: "member.call_limit".into(), call: None, at_ms: now_ms(), data };
    if let Err(error) = store.emit(event).await {
        tracing::error!(%error, "an event is missing in the books");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_names_the_price() {
        let rates = [("+", 100), ("+49", 20), ("+491", 90)].map(|(prefix, price)| (prefix.to_owned(), price)).to_vec();
        let toll = Toll { rates, ..Toll::default() };
        assert_eq!(toll.per_minute("+4930901820"), Some(20));
        assert_eq!(toll.per_minute("+491701"), Some(90));
        assert_eq!(toll.per_minute("+882"), Some(100));
        assert_eq!(Toll::default().per_minute("+49"), None);
    }

    #[test]
    fn the_days_limit_holds_over_all_calls_and_ends_with_the_day() {
        let spending = Spending::new(TimeZone::UTC);
        let tariff = Tariff { trunk: "acme".into(), per_minute: 30, limit_day: 100, limit_call: 0 };
        let day = 24 * HOUR_MS;
        let paid = (0..10).filter(|_| spending.spend(&tariff, 5 * day)).count();
        assert_eq!((paid, spending.today_by("acme", 5 * day)), (3, 90));
        assert!(spending.is_news("acme", 5 * day) && !spending.is_news("acme", 5 * day));
        assert!(spending.spend(&tariff, 6 * day), "a new day");
        assert_eq!(spending.today_by("acme", 6 * day), 30);
        spending.learn(vec![TrunkSpendingRecord { day: 6, trunk: "acme".into(), cost: 50 }], 6 * day);
        assert!(!spending.spend(&tariff, 6 * day));
    }

    #[test]
    fn a_member_may_make_so_many_calls_an_hour() {
        let calls = MemberCalls::default();
        let may = |now| calls.count("anna", 10, now) == MemberMay::Call;
        assert_eq!((0..20).filter(|_| may(1_000)).count(), 10);
        assert_eq!(calls.count("anna", 10, 1_000), MemberMay::Wait { news: false });
        assert_eq!(calls.count("ben", 10, 1_000), MemberMay::Call);
        assert!(may(1_000 + HOUR_MS / 10), "one more after six minutes");
        assert_eq!(calls.count("anna", 10, 1_000 + 2 * HOUR_MS), MemberMay::Call);
        assert_eq!(calls.0.lock().expect("no panic").len(), 1, "who calls no more is forgotten");
        assert!(may(HOUR_MS), "the clock was set back: nobody waits for it to come round again");
        assert!((0..1_000).all(|_| calls.count("anna", 0, 0) == MemberMay::Call));
    }
}
