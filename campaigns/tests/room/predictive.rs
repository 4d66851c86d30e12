//! Calls for members who wait.

use std::time::Duration;

use campaigns::{Finished, Outcome};
use permission::{Purpose, Rules};

use crate::world::{Habits, QUEUE, World};

/// A day of twenty members; what is left of their time is talk.
fn day(kind: &str, habits: Habits, members: u32, seed: u64) -> World {
    let yaml = format!(
        "name: sales\npurpose: service\nagent: anna\npace: {{ kind: {kind}, queue: {QUEUE}, per_second: 0, at_once: 0 }}\n\
         retries: {{ attempts: 1 }}"
    );
    let house = |_: &_| Rules { holidays: false, window: None, ..Rules::new(Purpose::Service) };
    let mut world = World::new(&yaml, house, "2026-12-01T08:00:00Z", seed);
    world.members = members;
    world.habits = habits;
    world.people(60_000);
    world.run_until("2026-12-01T16:00:00Z".parse().unwrap());
    world
}

fn usage(world: &World) -> f64 {
    world.talked as f64 / (f64::from(world.members) * 8.0 * 3_600.0)
}

#[test]
fn holds_abandonment_and_keeps_members_busier_than_one_call_for_each() {
    for (seed, members) in [(1, 20), (2, 8), (3, 50)] {
        let habits = Habits { person: 0.3, talk: 90.0, ..Habits::default() };
        let predictive = day("predictive", habits.clone(), members, seed);
        let progressive = day("progressive", habits, members, seed);
        let (dropped, answered) = (predictive.dropped, predictive.answered);
        let share = dropped as f64 / answered as f64;
        println!(
            "{members} members: {share:.4} abandoned, {:.4} at most, busy {:.3}, and {:.3} one by one",
            predictive.most_abandoned,
            usage(&predictive),
            usage(&progressive)
        );
        assert!(share < 0.03 && predictive.most_abandoned <= 0.03, "{dropped} of {answered}");
        assert!(usage(&predictive) > usage(&progressive) + 0.05);
        assert_eq!(progressive.dropped, 0);
    }
}

#[test]
fn holds_abandonment_when_people_begin_to_answer_more() {
    let habits = Habits { person: 0.15, ..Habits::default() };
    let yaml = format!(
        "name: sales\npurpose: service\nagent: anna\npace: {{ kind: predictive, queue: {QUEUE}, per_second: 0, at_once: 0 }}"
    );
    let house = |_: &_| Rules { holidays: false, window: None, ..Rules::new(Purpose::Service) };
    let mut world = World::new(&yaml, house, "2026-12-01T08:00:00Z", 5);
    (world.members, world.habits) = (20, habits);
    world.people(60_000);
    world.run_until("2026-12-01T12:00:00Z".parse().unwrap());
    world.habits.person = 0.45;
    world.run_until("2026-12-01T16:00:00Z".parse().unwrap());
    assert!(world.most_abandoned <= 0.03, "{}", world.most_abandoned);
}

/// Dials of a first plan for ten free members, by a planner that was told of the calls of the morning.
fn first_dials(dropped: usize) -> usize {
    let yaml = format!(
        "name: sales\npurpose: service\npace: {{ kind: predictive, queue: {QUEUE}, per_second: 0, at_once: 0 }}"
    );
    let house = |_: &_| Rules { holidays: false, window: None, ..Rules::new(Purpose::Service) };
    let mut world = World::new(&yaml, house, "2026-12-01T12:00:00Z", 9);
    world.members = 10;
    world.people(2_000);
    for call in 0..1_500 {
        let outcome = match call % 3 {
            0 if call / 3 < dropped => Outcome::Dropped,
            0 => Outcome::Reached,
            _ => Outcome::NoAnswer,
        };
        let told = Finished {
            answered_after: Some(Duration::from_secs(8)),
            handled: Duration::from_mins(1),
            ..outcome.into()
        };
        world.planner.learn(world.key, &told, world.now - Duration::from_hours(3));
    }
    world.planner.plan(world.now, &world.capacity()).dials.len()
}

#[test]
fn what_the_books_know_of_the_day_counts_after_a_restart() {
    assert!(first_dials(0) > 12, "one of three answers");
    assert_eq!(first_dials(20), 10, "the limit is reached: one for each member");
}
