//! A whole day.

use campaigns::Ending;
use permission::{Purpose, Rules};

use crate::world::World;

const REMINDERS: &str = "
name: reminders
purpose: reminder
flow: reminder
caps: { per_campaign: 3 }
pace: { per_second: 40, at_once: 3000 }
schedule: { until: 2026-12-02T12:00:00Z }
";

#[test]
fn a_day_of_a_hundred_thousand_contacts_breaks_no_rule_and_ends_each_once() {
    let house = |_: &_| Rules { holidays: false, ..Rules::new(Purpose::Reminder) };
    let mut world = World::new(REMINDERS, house, "2026-12-01T00:00:00Z", 7);
    world.people(100_000);
    world.run_until("2026-12-03T00:00:00Z".parse().unwrap());
    for contact in &world.contacts {
        assert_eq!(contact.endings.len(), 1, "{contact:?}");
    }
    let progress = world.planner.progress(world.key).unwrap();
    assert_eq!((progress.waiting, progress.flying, progress.ended), (0, 0, 100_000));
    let count = |wanted: fn(&Ending) -> bool| world.contacts.iter().filter(|c| wanted(&c.endings[0])).count();
    let reached = count(|ending| *ending == Ending::Reached);
    assert!(reached > 45_000, "{reached} reached with {} calls", world.dials);
    assert!(count(|ending| matches!(ending, Ending::Refused(_))) > 5_000);
    assert!(count(|ending| matches!(ending, Ending::Exhausted(_))) > 1_000);
}
