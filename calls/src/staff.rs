//! The members at their phones: who rings, who talks, and who had how many callers today.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use call_model::{CallId, RingStrategy};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::PutThroughCount;

use crate::presence::Presence;
use crate::queue::Queues;

/// What is known of the members' phones. What the day's callers were is read from the books once and then kept here.
#[derive(Debug)]
pub(crate) struct Staff {
    state: Mutex<State>,
    queues: Arc<Queues>,
    presence: Presence,
    /// Where the day begins.
    zone: TimeZone,
}

#[derive(Debug, Default)]
struct State {
    phones: HashMap<String, Phones>,
    day: Option<Date>,
    today: HashMap<String, Tally>,
}

/// How many of some members are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attendance {
    /// Have a phone and do not talk.
    pub free: u32,
    /// Talk, or are being rung.
    pub busy: u32,
}

/// How many phones of a member are in use.
#[derive(Debug, Default, Clone, Copy)]
struct Phones {
    ringing: usize,
    talking: usize,
}

/// Callers whom somebody had today.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    calls: u32,
    /// When the last one came, ms since the Unix epoch.
    last_ms: i64,
}

impl Staff {
    pub(crate) fn new(queues: Arc<Queues>, presence: Presence, zone: TimeZone) -> Self {
        Self { state: Mutex::default(), queues, presence, zone }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the day of that moment began, ms since the Unix epoch.
    pub(crate) fn day_began(&self, now_ms: i64) -> i64 {
        let Ok(now) = jiff::Timestamp::from_millisecond(now_ms) else { return now_ms };
        let start = now.to_zoned(self.zone.clone()).start_of_day();
        start.map_or(now_ms, |start| start.timestamp().as_millisecond())
    }

    /// What the books say of today.
    pub(crate) fn learn(&self, counts: Vec<PutThroughCount>, now_ms: i64) {
        let mut state = self.today(now_ms);
        for count in counts {
            let tally = state.today.entry(count.peer).or_default();
            tally.calls += count.calls;
            tally.last_ms = tally.last_ms.max(count.last_ms);
        }
    }

    /// Somebody took a caller.
    pub(crate) fn took(&self, who: &str, now_ms: i64) {
        let mut state = self.today(now_ms);
        let tally = state.today.entry(who.to_owned()).or_default();
        tally.calls += 1;
        // Two in the same millisecond keep their order.
        let last = state.today.values().map(|tally| tally.last_ms).max().unwrap_or_default();
        if let Some(tally) = state.today.get_mut(who) {
            tally.last_ms = now_ms.max(last + 1);
        }
    }

    /// The counts of this day: a new one begins with none.
    fn today(&self, now_ms: i64) -> MutexGuard<'_, State> {
        let date = jiff::Timestamp::from_millisecond(now_ms).ok().map(|now| now.to_zoned(self.zone.clone()).date());
        let mut state = self.lock();
        if state.day != date {
            state.day = date;
            state.today.clear();
        }
        state
    }

    /// Puts targets into the order in which they are to be rung.
    pub(crate) fn sort(&self, targets: &mut [String], strategy: RingStrategy, now_ms: i64) {
        let state = self.today(now_ms);
        let tally = |target: &String| state.today.get(&target.to_lowercase()).copied().unwrap_or_default();
        match strategy {
            RingStrategy::All | RingStrategy::Hunt => {}
            RingStrategy::FewestCalls => targets.sort_by_key(|target| tally(target).calls),
            RingStrategy::InTurn => {
                let last = targets.iter().enumerate().max_by_key(|(_, target)| tally(target).last_ms);
                if let Some((at, _)) = last.filter(|(_, target)| tally(target).calls > 0) {
                    targets.rotate_left(at + 1);
                }
            }
        }
    }

    /// Whether the member talks, or, where `rings` is asked, is being rung.
    pub(crate) fn is_busy(&self, member: &str, rings: bool) -> bool {
        let phones = self.lock().phones.get(member).copied().unwrap_or_default();
        phones.talking > 0 || (rings && phones.ringing > 0)
    }

    /// One of the member's phones rings from now on, in this call.
    pub(crate) fn ring(self: &Arc<Self>, member: &str, call: CallId) -> Engaged {
        self.lock().phones.entry(member.to_owned()).or_default().ringing += 1;
        self.presence.rings(member, call);
        Engaged { staff: self.clone(), member: member.to_owned(), call, talks: false }
    }

    /// Members who can be put a caller through to now, and who are talking or being rung, of those who have a phone.
    pub(crate) fn attendance<'m>(&self, members: impl Iterator<Item = &'m str>) -> Attendance {
        let state = self.lock();
        members.fold(Attendance::default(), |sum, member| match state.phones.get(member) {
            Some(phones) if phones.talking + phones.ringing > 0 => Attendance { busy: sum.busy + 1, ..sum },
            _ => Attendance { free: sum.free + 1, ..sum },
        })
    }

    /// Members who talk now.
    pub(crate) fn talking(&self) -> usize {
        self.lock().phones.values().filter(|phones| phones.talking > 0).count()
    }
}

/// A phone of a member that is in use; free again when dropped.
pub(crate) struct Engaged {
    staff: Arc<Staff>,
    member: String,
    call: CallId,
    talks: bool,
}

impl Engaged {
    /// Whose phone it is.
    pub(crate) fn member(&self) -> &str {
        &self.member
    }

    /// It was answered.
    pub(crate) fn talk(&mut self) {
        if std::mem::replace(&mut self.talks, true) {
            return;
        }
        let mut state = self.staff.lock();
        if let Some(phones) = state.phones.get_mut(&self.member) {
            phones.ringing -= 1;
            phones.talking += 1;
        }
        drop(state);
        self.staff.presence.talks(&self.member, self.call);
    }
}

impl fmt::Debug for Engaged {
    /// Leaves the name out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engaged").field("talks", &self.talks).finish_non_exhaustive()
    }
}

impl Drop for Engaged {
    fn drop(&mut self) {
        let mut state = self.staff.lock();
        if let Some(phones) = state.phones.get_mut(&self.member) {
            if self.talks {
                phones.talking -= 1;
            } else {
                phones.ringing -= 1;
            }
            if phones.talking + phones.ringing == 0 {
                state.phones.remove(&self.member);
            }
        }
        drop(state);
        self.staff.presence.is_free(&self.member, self.call, self.talks);
        self.staff.queues.stir();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Friday, 20 November 2026, 23:59:50 in Berlin.
    const NIGHT: i64 = 1_795_215_590_000;

    fn staff() -> Arc<Staff> {
        Arc::new(Staff::new(Arc::default(), Presence::default(), TimeZone::get("Europe/Berlin").unwrap()))
    }

    fn order(staff: &Staff, strategy: RingStrategy, now_ms: i64) -> String {
        let mut targets = ["anna", "ben", "cleo"].map(str::to_owned);
        staff.sort(&mut targets, strategy, now_ms);
        targets.join(" ")
    }

    #[test]
    fn the_fewest_calls_of_the_day_come_first_and_ties_keep_their_order() {
        let staff = staff();
        let count = |peer: &str, calls| PutThroughCount { peer: peer.into(), calls, last_ms: NIGHT - 1_000 };
        staff.learn(vec![count("anna", 2), count("ben", 1)], NIGHT);
        assert_eq!(order(&staff, RingStrategy::FewestCalls, NIGHT), "cleo ben anna");
        staff.took("cleo", NIGHT);
        assert_eq!(order(&staff, RingStrategy::FewestCalls, NIGHT), "ben cleo anna");
        assert_eq!(order(&staff, RingStrategy::Hunt, NIGHT), "anna ben cleo");
        assert_eq!(order(&staff, RingStrategy::FewestCalls, NIGHT + 20_000), "anna ben cleo", "a new day");
    }

    #[test]
    fn in_turn_goes_on_after_who_had_the_last_one() {
        let staff = staff();
        assert_eq!(order(&staff, RingStrategy::InTurn, NIGHT), "anna ben cleo");
        staff.took("anna", NIGHT);
        assert_eq!(order(&staff, RingStrategy::InTurn, NIGHT), "ben cleo anna");
        staff.took("ben", NIGHT);
        assert_eq!(order(&staff, RingStrategy::InTurn, NIGHT), "cleo anna ben");
        staff.took("cleo", NIGHT);
        assert_eq!(order(&staff, RingStrategy::InTurn, NIGHT), "anna ben cleo");
    }

    #[test]
    fn the_day_begins_where_the_business_is() {
        let midnight = staff().day_began(NIGHT);
        assert_eq!(NIGHT - midnight, (24 * 3_600 - 10) * 1_000);
    }

    #[test]
    fn a_phone_is_free_when_nobody_holds_it() {
        let staff = staff();
        let mut desk = staff.ring("anna", CallId::from_parts(1, 1));
        let mobile = staff.ring("anna", CallId::from_parts(1, 1));
        assert!(staff.is_busy("anna", true) && !staff.is_busy("anna", false));
        desk.talk();
        desk.talk();
        drop(mobile);
        assert!(staff.is_busy("anna", false));
        assert_eq!(staff.talking(), 1);
        drop(desk);
        assert!(!staff.is_busy("anna", true));
        assert!(staff.lock().phones.is_empty());
    }
}
