//! The decision.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};

use crate::facts::{Attempt, Consent, Facts};
use crate::holidays::holiday_of;
use crate::law;
use crate::purpose::Purpose;
use crate::rules::{Rules, Week};
use crate::verdict::{Reason, Verdict};

/// How far ahead a permitted moment is looked for.
const HORIZON: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Decides whether a number may be called now, for this purpose.
///
/// Where the moment at which it may be called is later, that moment is the first one: a whole minute of the person's
/// day, the beginning of a day, or the end of a pause. Where a place has several zones, all of them must permit it.
pub fn decide(purpose: Purpose, facts: &Facts<'_>, rules: &Rules, now: Timestamp) -> Verdict {
    if let Some(reason) = never(facts, rules) {
        return Verdict::Never { reason };
    }
    let week = week_of(purpose, facts, rules);
    let needs_zone = week.is_some() || rules.holidays || !rules.closed.is_empty() || rules.caps.by_day();
    if facts.place.zones().is_empty() && needs_zone {
        return Verdict::Never { reason: Reason::UnknownZone };
    }
    if week.as_ref().is_some_and(Week::is_empty) {
        return Verdict::Never { reason: Reason::NoWindow };
    }
    let search = Search { facts, rules, week: week.as_ref() };
    let Some((mut at, reason)) = search.held_back(now) else { return Verdict::Now };
    let end = now.saturating_add(HORIZON).unwrap_or(Timestamp::MAX);
    while at < end {
        match search.held_back(at) {
            None => return Verdict::Later { at, reason },
            Some((later, _)) => at = later,
        }
    }
    Verdict::Never { reason: Reason::NoWindow }
}

/// What no waiting changes.
fn never(facts: &Facts<'_>, rules: &Rules) -> Option<Reason> {
    let campaign = rules.caps.campaign;
    if facts.suppressed && !rules.despite_suppression {
        Some(Reason::Suppressed)
    } else if facts.consent == Consent::Withdrawn && !rules.despite_suppression {
        Some(Reason::ConsentWithdrawn)
    } else if facts.do_not_call && rules.heeds_lists && facts.consent != Consent::Given {
        Some(Reason::DoNotCall)
    } else if rules.needs_consent && facts.consent != Consent::Given {
        Some(Reason::NoConsent)
    } else if campaign > 0 && facts.campaign_attempts >= campaign {
        Some(Reason::CampaignCap)
    } else {
        None
    }
}

/// The window, narrowed by the law of the country.
fn week_of(purpose: Purpose, facts: &Facts<'_>, rules: &Rules) -> Option<Week> {
    let window = rules.window.clone();
    let law = facts.place.country().filter(|_| rules.country_hours && purpose.is_advertising()).and_then(law::hours);
    match (window, law) {
        (Some(window), Some(law)) => Some(window.within(&law)),
        (None, Some(law)) => Some(law),
        (window, None) => window,
    }
}

/// Each rule gives the first moment, from the one asked for on, at which it permits the call. What all permit is found
/// by going on from the latest of them until none moves: no rule ever goes past a moment that it permits, so nothing
/// permitted is skipped.
struct Search<'a> {
    facts: &'a Facts<'a>,
    rules: &'a Rules,
    week: Option<&'a Week>,
}

impl Search<'_> {
    /// What holds the call back at this moment, and the earliest moment at which that may be over; of several, the
    /// latest.
    fn held_back(&self, at: Timestamp) -> Option<(Timestamp, Reason)> {
        let zones = self.facts.place.zones().iter().filter_map(|zone| self.in_zone(&at.to_zoned(zone.clone())));
        // The first of those that are equal.
        zones.chain(self.pause(at)).reduce(|a, b| if b.0 > a.0 { b } else { a })
    }

    /// After a dropped call.
    fn pause(&self, at: Timestamp) -> Option<(Timestamp, Reason)> {
        let pause = SignedDuration::from_hours(24 * i64::from(self.rules.pause_after_dropped_days));
        let last = self.facts.attempts.iter().filter(|attempt| attempt.dropped).map(|attempt| attempt.at).max()?;
        let end = last.saturating_add(pause).ok()?;
        (end > at).then_some((end, Reason::PauseAfterDropped))
    }

    fn in_zone(&self, at: &Zoned) -> Option<(Timestamp, Reason)> {
        let held = [self.capped(at), self.free_day(at), self.window(at)];
        held.into_iter().flatten().reduce(|a, b| if b.0 > a.0 { b } else { a })
    }

    /// Until the first day on which the caps leave an attempt.
    fn capped(&self, at: &Zoned) -> Option<(Timestamp, Reason)> {
        let caps = self.rules.caps;
        let limits =
            [(caps.day, 1, Reason::DayCap), (caps.week, 7, Reason::WeekCap), (caps.days30, 30, Reason::MonthCap)];
        let held = limits.into_iter().filter(|(cap, ..)| *cap > 0).filter_map(|(cap, days, reason)| {
            let day = first_day(self.facts.attempts, at.time_zone(), at.date(), days, cap)?;
            Some((start_of(day, at.time_zone())?, reason))
        });
        held.reduce(|a, b| if b.0 > a.0 { b } else { a })
    }

    /// Until the day after a holiday.
    fn free_day(&self, at: &Zoned) -> Option<(Timestamp, Reason)> {
        let date = at.date();
        let reason = if self.rules.closed.contains(&date) {
            Reason::ClosedDay
        } else {
            let name = self.rules.holidays.then(|| holiday_of(self.facts.place, date)).flatten()?;
            Reason::Holiday(name)
        };
        Some((start_of(date.tomorrow().ok()?, at.time_zone())?, reason))
    }

    /// Until the window opens.
    fn window(&self, at: &Zoned) -> Option<(Timestamp, Reason)> {
        let week = self.week?;
        if week.on(at.weekday()).iter().any(|hours| hours.contains(at.time())) {
            return None;
        }
        let mut date = at.date();
        let mut first = true;
        loop {
            for hours in week.on(date.weekday()) {
                let opens = opening(date, hours.from, hours.to, at.time_zone(), first.then(|| at.timestamp()));
                if let Some(opens) = opens {
                    return Some((opens, Reason::Window));
                }
            }
            date = date.tomorrow().ok()?;
            first = false;
        }
    }
}

/// The first day from `date` on with fewer than `cap` attempts in the `days` that end with it; `None` where that is
/// `date` itself.
fn first_day(attempts: &[Attempt], zone: &TimeZone, date: Date, days: i32, cap: u32) -> Option<Date> {
    if attempts.len() < cap as usize {
        return None;
    }
    let mut dates: Vec<Date> = attempts.iter().map(|attempt| zone.to_datetime(attempt.at).date()).collect();
    dates.sort_unstable();
    // The newest `cap` attempts: when the oldest of them leaves the span, the cap has room again.
    let until = *dates.iter().rev().nth(cap as usize - 1)?;
    let room = until.checked_add(days.days()).ok()?;
    (room > date).then_some(room)
}

/// The first moment of a day: not always 0 h.
fn start_of(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    date.to_zoned(zone.clone()).ok()?.start_of_day().ok().map(|start| start.timestamp())
}

/// The first moment after `after` whose time of day lies within these minutes of the date. The clock may be put forward
/// over the opening, or back so that it comes twice: what counts is what a clock on the wall shows.
fn opening(date: Date, from: u16, to: u16, zone: &TimeZone, after: Option<Timestamp>) -> Option<Timestamp> {
    let shows = |at: Timestamp| {
        let wall = zone.to_datetime(at);
        let minute = wall.hour() as u16 * 60 + wall.minute() as u16;
        wall.date() == date && (from..to).contains(&minute)
    };
    let late_enough = |at: &Timestamp| after.is_none_or(|after| *at > after);
    let time = Time::new((from / 60) as i8, (from % 60) as i8, 0, 0).ok()?;
    let ambiguous = zone.to_ambiguous_timestamp(date.to_datetime(time));
    // Where the opening is put forward over, the window opens with the jump; where it comes twice, either may be it.
    let jump = zone.following(start_of(date, zone)?).next().map(|transition| transition.timestamp());
    let moments = [start_of(date, zone), ambiguous.earlier().ok(), jump, ambiguous.later().ok()];
    moments.into_iter().flatten().filter(late_enough).filter(|at| shows(*at)).min()
}

#[cfg(test)]
mod tests;
