//! Whatever happens, no rule is broken and nobody is lost.

use campaigns::Spec;
use permission::{Caps, Purpose, Rules};
use proptest::prelude::*;

use crate::world::{Habits, QUEUE, World};

#[derive(Debug, Clone)]
struct Case {
    purpose: Purpose,
    kind: &'static str,
    caps: Caps,
    habits: Habits,
    members: u32,
    lines: u32,
    attempts: u8,
    start_hour: u8,
    seed: u64,
}

fn case() -> impl Strategy<Value = Case> {
    let purpose =
        prop_oneof![Just(Purpose::Reminder), Just(Purpose::Marketing), Just(Purpose::Survey), Just(Purpose::Delivery)];
    let kind = prop_oneof![Just("agentless"), Just("progressive"), Just("predictive")];
    let caps = (0_u32..3, 0_u32..5, 1_u32..5, 0_u32..4).prop_map(|(day, week, days30, campaign)| Caps {
        day,
        week,
        days30,
        campaign,
    });
    let habits = (0.05..0.6_f64, 0.0..0.2_f64, 0.0..0.2_f64, 0.0..0.3_f64, 5.0..200.0_f64).prop_map(
        |(person, machine, busy, opts_out, talk)| Habits { person, machine, busy, opts_out, talk, ..Habits::default() },
    );
    (purpose, kind, caps, habits, 1_u32..12, 1_u32..60, 1_u8..6, 0_u8..24, any::<u64>()).prop_map(
        |(purpose, kind, caps, habits, members, lines, attempts, start_hour, seed)| Case {
            purpose,
            kind,
            caps,
            habits,
            members,
            lines,
            attempts,
            start_hour,
            seed,
        },
    )
}

fn world(case: &Case) -> World {
    let queue = if case.kind == "agentless" { String::new() } else { format!("queue: {QUEUE}, ") };
    let yaml = format!(
        "name: a\npurpose: {}\nflow: a\npace: {{ kind: {}, {queue}per_second: 3, at_once: 40 }}\n\
         retries: {{ attempts: {}, no_answer: {{ times: 3, after: 20m }} }}\nschedule: {{ until: 2026-12-09T00:00:00Z }}",
        case.purpose, case.kind, case.attempts
    );
    let house =
        |spec: &Spec| Rules { holidays: false, country_hours: false, caps: case.caps, ..Rules::new(spec.purpose) };
    let start = format!("2026-12-04T{:02}:00:00Z", case.start_hour);
    let mut world = World::new(&yaml, house, &start, case.seed);
    world.members = if case.kind == "agentless" { 0 } else { case.members };
    world.lines = case.lines;
    world.habits = case.habits.clone();
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// The world checks each dial against the rules, written once more, and that no attempt is given twice.
    #[test]
    fn no_rule_is_broken_and_each_contact_ends_once(case in case()) {
        let mut world = world(&case);
        world.people(240);
        world.run_until("2026-12-10T00:00:00Z".parse().unwrap());
        for contact in &world.contacts {
            prop_assert_eq!(contact.endings.len(), 1);
        }
        let progress = world.planner.progress(world.key).unwrap();
        prop_assert_eq!((progress.waiting, progress.flying, progress.ended), (0, 0, 240));
    }

    /// The same seed, the same day.
    #[test]
    fn the_same_seed_gives_the_same_calls(case in case()) {
        let days = [(), ()].map(|()| {
            let mut world = world(&case);
            world.people(60);
            world.run_until("2026-12-06T00:00:00Z".parse().unwrap());
            (world.dials, world.contacts.into_iter().map(|contact| contact.attempts).collect::<Vec<_>>())
        });
        prop_assert_eq!(&days[0], &days[1]);
    }
}
