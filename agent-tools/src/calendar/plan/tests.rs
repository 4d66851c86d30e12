use jiff::civil::{date, datetime, time};
use proptest::prelude::*;

use super::*;

const FILE: &str = "
name: Northwind
time_zone: Europe/Berlin
hours:
  monday: 08:00-12:00, 13:00-18:00
  tuesday: 08:00-12:00, 13:00-18:00
  wednesday: 08:00-13:00
  sunday: 00:00-06:00
holidays:
  - {date: 2026-12-01, hours: 09:00-11:00}
  - {date: 2026-12-02}
calendar:
  lead: 2h
  horizon: 60d
  persons:
    weber: {away: [2026-11-24]}
    ben: {hours: {tuesday: 10:00-16:00, sunday: 00:00-06:00}}
  services:
    cleaning: {duration: 45m, before: 5m, after: 10m}
    checkup: {duration: 30m, persons: [weber], lead: 1d}
";

fn plan() -> Plan {
    Plan::new(Arc::new(Business::parse(FILE).unwrap())).unwrap()
}

/// Monday, 23 November 2026, ten o'clock in Berlin.
fn now() -> Timestamp {
    instant(datetime(2026, 11, 23, 10, 0, 0, 0))
}

fn instant(at: DateTime) -> Timestamp {
    at.to_zoned(plan().time_zone().clone()).unwrap().timestamp()
}

fn wish(service: &str) -> Wish {
    Wish { service: service.to_owned(), person: None, from: None, until: None, part: None, at: None }
}

fn on(service: &str, day: Date) -> Wish {
    Wish { from: Some(day), ..wish(service) }
}

fn told(found: &Found) -> Vec<String> {
    found.slots.iter().map(|slot| format!("{} {}", slot.start.strftime("%m-%d %H:%M"), slot.person)).collect()
}

fn busy(person: &str, from: DateTime, minutes: i64) -> Busy {
    let from_ms = instant(from).as_millisecond();
    let span = TimeSpan { from_ms, until_ms: from_ms + minutes * 60_000 };
    Busy { person: person.to_owned(), span, appointment: None }
}

#[test]
fn the_next_times_come_after_the_lead_time_and_well_apart() {
    let found = plan().find(&wish("cleaning"), &[], now(), 3).unwrap();
    assert_eq!(told(&found), ["11-23 13:00 weber", "11-23 14:00 weber", "11-23 15:00 weber"]);
    assert!(found.exact);
}

#[test]
fn a_day_its_part_and_its_hour_are_heeded() {
    let tuesday = date(2026, 11, 24);
    let afternoon = Wish { part: Some(DayPart::Afternoon), ..on("cleaning", tuesday) };
    let found = plan().find(&afternoon, &[], now(), 3).unwrap();
    assert_eq!(told(&found), ["11-24 12:00 ben", "11-24 13:00 ben", "11-24 14:00 ben"], "weber is away");
    let at = |hour, minute| Wish { at: Some(time(hour, minute, 0, 0)), ..on("cleaning", tuesday) };
    assert_eq!(told(&plan().find(&at(11, 15), &[], now(), 3).unwrap()), ["11-24 11:15 ben"]);
    let near = plan().find(&at(15, 30), &[], now(), 2).unwrap();
    assert_eq!((told(&near), near.exact), (vec!["11-24 15:00 ben".into(), "11-24 15:15 ben".into()], false));
}

#[test]
fn a_day_without_room_gives_the_next_one_with_the_same_part() {
    let evening = Wish { part: Some(DayPart::Evening), ..on("checkup", date(2026, 11, 25)) };
    let found = plan().find(&evening, &[], now(), 2).unwrap();
    assert_eq!((told(&found)[0].as_str(), found.exact), ("11-25 08:00 weber", false), "that day at another time first");
    let closed = Wish { part: Some(DayPart::Evening), ..on("checkup", date(2026, 11, 26)) };
    let found = plan().find(&closed, &[], now(), 2).unwrap();
    assert_eq!(told(&found), ["11-30 17:00 weber", "11-30 17:15 weber"]);
}

#[test]
fn buffers_keep_appointments_apart() {
    let taken = [busy("ben", datetime(2026, 11, 24, 11, 0, 0, 0), 60)];
    let found = plan().find(&on("cleaning", date(2026, 11, 24)), &taken, now(), 50).unwrap();
    let times = told(&found);
    assert_eq!((times[0].as_str(), times[1].as_str()), ("11-24 10:00 ben", "11-24 12:15 ben"));
    assert_eq!(times.last().unwrap(), "11-24 15:15 ben", "it ends when he goes");
}

#[test]
fn a_holiday_shortens_or_closes_the_day_for_everybody() {
    let found = plan().find(&on("cleaning", date(2026, 12, 1)), &[], now(), 50).unwrap();
    assert_eq!(told(&found)[0], "12-01 09:00 weber");
    assert_eq!(told(&found).last().unwrap(), "12-01 10:15 weber");
    let ben = Wish { person: Some("ben".into()), ..on("cleaning", date(2026, 12, 1)) };
    assert_eq!(told(&plan().find(&ben, &[], now(), 50).unwrap()), ["12-01 10:00 ben", "12-01 10:15 ben"]);
    assert!(!plan().find(&on("cleaning", date(2026, 12, 2)), &[], now(), 3).unwrap().exact);
}

#[test]
fn what_cannot_be_booked_says_why() {
    let plan = plan();
    let seat = |service, at, person| plan.seat(service, at, person, now());
    let monday = |hour, minute| datetime(2026, 11, 30, hour, minute, 0, 0);
    assert_eq!(seat("cleaning", monday(9, 0), None).unwrap().persons, ["weber"]);
    let seat_of = seat("cleaning", datetime(2026, 12, 8, 10, 0, 0, 0), None).unwrap();
    assert_eq!(seat_of.persons, ["weber", "ben"]);
    assert_eq!(seat_of.time.from_ms - seat_of.busy.from_ms, 300_000);
    assert!(
        matches!(seat("massage", monday(9, 0), None), Err(NoSeat::Service(_, known)) if known == "cleaning, checkup")
    );
    assert!(matches!(seat("checkup", monday(9, 0), Some("ben")), Err(NoSeat::Person(..))));
    assert_eq!(seat("cleaning", monday(11, 30), None), Err(NoSeat::Closed), "it would reach into the break");
    assert_eq!(seat("cleaning", monday(9, 7), None), Err(NoSeat::Closed));
    let early = seat("checkup", datetime(2026, 11, 23, 13, 0, 0, 0), None);
    assert_eq!(early, Err(NoSeat::TooSoon(datetime(2026, 11, 24, 10, 0, 0, 0))));
    assert!(matches!(seat("cleaning", datetime(2027, 3, 1, 9, 0, 0, 0), None), Err(NoSeat::TooFar(_))));
}

#[test]
fn the_clock_change_leaves_no_time_out_and_none_twice() {
    // On 2027-03-28 there is no 02:00 to 03:00 in Berlin; on 2026-10-25 there are two.
    let day = |now: DateTime, day: Date| {
        let ben = Wish { person: Some("ben".into()), ..on("cleaning", day) };
        plan().find(&ben, &[], instant(now), 100).unwrap()
    };
    let spring = day(datetime(2027, 3, 20, 8, 0, 0, 0), date(2027, 3, 28));
    assert!(spring.slots.iter().all(|slot| slot.start.hour() != 2));
    assert!(spring.slots.windows(2).all(|pair| pair[1].starts_ms - pair[0].starts_ms == 15 * 60_000));
    let autumn = day(datetime(2026, 10, 20, 8, 0, 0, 0), date(2026, 10, 25));
    assert!(autumn.slots.iter().all(|slot| slot.start.hour() != 2), "which of the two is meant cannot be told");
    for slot in spring.slots.iter().chain(&autumn.slots) {
        assert_eq!(instant(slot.start).as_millisecond(), slot.starts_ms);
    }
}

proptest! {
    /// Whatever is busy: every time that is offered can be booked, with that person, and is free.
    #[test]
    fn what_is_offered_can_be_booked(
        taken in prop::collection::vec((0usize..2, 0i64..60 * 24 * 4, 1i64..240), 0..40),
        service in prop::sample::select(vec!["cleaning", "checkup"]),
        ahead in 0i64..60 * 24 * 80,
        limit in 1usize..20,
    ) {
        let plan = plan();
        let now = now().checked_add(SignedDuration::from_mins(ahead)).unwrap();
        let busy: Vec<Busy> = taken.into_iter().map(|(person, quarter, minutes)| {
            let from_ms = now.as_millisecond() + quarter * 15 * 60_000;
            let person = ["weber", "ben"][person].to_owned();
            let span = TimeSpan { from_ms, until_ms: from_ms + minutes * 60_000 };
            Busy { person, span, appointment: None }
        }).collect();
        let found = plan.find(&wish(service), &busy, now, limit).unwrap();
        prop_assert!(found.slots.len() <= limit);
        prop_assert!(found.slots.windows(2).all(|pair| pair[0].starts_ms < pair[1].starts_ms));
        for slot in &found.slots {
            let seat = plan.seat(service, slot.start, Some(&slot.person), now).unwrap();
            prop_assert_eq!(seat.time.from_ms, slot.starts_ms);
            prop_assert!(!busy.iter().any(|busy| busy.person == slot.person && busy.span.overlaps(seat.busy)));
        }
    }
}
