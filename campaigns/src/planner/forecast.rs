//! The dry run: who would be called when, and who not, and why.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::time::Duration;

use jiff::Timestamp;
use permission::{Reason, Verdict};

use super::campaign::Campaign;
use super::entry::{seconds_from, seconds_until, timestamp};
use super::numbers::Numbers;
use super::places::Places;
use crate::candidate::CandidateId;

/// A verdict that only puts off is asked again so often.
const MOST_DELAYS: u8 = 250;

/// The first call to each contact of a campaign, as far as it can be foreseen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Forecast {
    /// The first contacts by time; those who are never called come last.
    pub contacts: Vec<Forecasted>,
    /// Contacts who would be called.
    pub called: u32,
    /// Contacts who would not, by the reason's code; `expired` where there is no time for them.
    pub never: BTreeMap<&'static str, u32>,
    /// Calls by hour: the hour's first moment, and how many.
    pub by_hour: BTreeMap<Timestamp, u32>,
    /// When the last first call would be made.
    pub last: Option<Timestamp>,
}

/// What would happen to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecasted {
    /// Who.
    pub candidate: CandidateId,
    /// When, or why not.
    pub when: When,
}

/// When a contact would be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Then. `held_back`: what the gate had against an earlier time.
    At {
        /// When.
        at: Timestamp,
        /// Why not earlier, where it is the gate's doing.
        held_back: Option<Reason>,
    },
    /// Not at all.
    Never(Reason),
    /// The campaign, or the time for which the call is meant, ends before.
    Expired,
}

/// A contact in the queue: due second, entry, how often it was put off.
type Waiting = Reverse<(u32, u32, u8)>;

pub(super) fn forecast(
    campaign: &Campaign,
    numbers: &Numbers,
    places: &Places,
    now: Timestamp,
    call: Duration,
    limit: usize,
) -> Forecast {
    let mut forecast = Forecast::default();
    let mut never = Vec::new();
    let start = seconds_until(now);
    let queues = campaign.urgent.iter().chain(&campaign.waiting);
    let mut queue: BinaryHeap<Waiting> =
        queues.map(|key| Reverse((((key.0 >> 32) as u32).max(start), key.0 as u32, 0))).collect();
    let mut reasons: BTreeMap<u32, Reason> = BTreeMap::new();
    // When the next call may begin by the campaign's limits, s since the epoch.
    let gap = gap(campaign, call);
    let mut free = f64::from(start);
    let mut asked = Asked { numbers, places, put_off: HashMap::new() };
    while let Some(Reverse((due, index, delays))) = queue.pop() {
        let due = due.max(free.floor() as u32);
        let candidate = campaign.entries[index as usize].id;
        let mut put = |when| never.push(Forecasted { candidate, when });
        if due >= campaign.last_second(index) || delays > MOST_DELAYS {
            put(When::Expired);
            *forecast.never.entry("expired").or_default() += 1;
            continue;
        }
        let at = timestamp(due);
        match asked.verdict(campaign, index, at) {
            Verdict::Now => {
                free = free.max(f64::from(due)) + gap;
                *forecast.by_hour.entry(timestamp(due / 3_600 * 3_600)).or_default() += 1;
                forecast.called += 1;
                forecast.last = Some(at);
                if forecast.contacts.len() < limit {
                    let held_back = reasons.get(&index).copied();
                    forecast.contacts.push(Forecasted { candidate, when: When::At { at, held_back } });
                }
            }
            Verdict::Later { at, reason } => {
                reasons.entry(index).or_insert(reason);
                queue.push(Reverse((seconds_from(at).max(due + 1), index, delays + 1)));
            }
            Verdict::Never { reason } => {
                put(When::Never(reason));
                *forecast.never.entry(reason.code()).or_default() += 1;
            }
        }
    }
    let room = limit.saturating_sub(forecast.contacts.len());
    forecast.contacts.extend(never.into_iter().take(room));
    forecast
}

/// The gate, asked once for all who are put off alike.
struct Asked<'a> {
    numbers: &'a Numbers,
    places: &'a Places,
    put_off: HashMap<(u16, u8), (Timestamp, Verdict)>,
}

impl Asked<'_> {
    fn verdict(&mut self, campaign: &Campaign, index: u32, at: Timestamp) -> Verdict {
        let entry = &campaign.entries[index as usize];
        let shared = entry.tried.attempts == 0 && self.numbers.is_blank(entry.number);
        let key = (entry.place, entry.flags.of_gate());
        if shared
            && let Some((asked, verdict @ Verdict::Later { at: later, .. })) = self.put_off.get(&key)
            && (*asked..*later).contains(&at)
        {
            return *verdict;
        }
        let verdict = campaign.would(index, self.numbers, self.places, at);
        if shared && verdict.retry_at().is_some() {
            self.put_off.insert(key, (at, verdict));
        }
        verdict
    }
}

/// Between the beginnings of two calls, s.
fn gap(campaign: &Campaign, call: Duration) -> f64 {
    let pace = campaign.pace();
    let by_rate = if pace.per_second > 0.0 { 1.0 / pace.per_second } else { 0.0 };
    let by_lines = if pace.at_once > 0 { call.as_secs_f64() / f64::from(pace.at_once) } else { 0.0 };
    by_rate.max(by_lines)
}
