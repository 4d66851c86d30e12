use jiff::civil::{Weekday, date};
use proptest::prelude::*;

use super::*;
use crate::place::Place;
use crate::rules::{Caps, Hours};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn place(number: &str, region: Option<&str>) -> Place {
    Place::new(number, None, None, region).unwrap()
}

fn ask(purpose: Purpose, facts: &Facts<'_>, now: &str) -> Verdict {
    decide(purpose, facts, &Rules::new(purpose), at(now))
}

fn later(moment: &str, reason: Reason) -> Verdict {
    Verdict::Later { at: at(moment), reason }
}

const fn attempt(at: Timestamp) -> Attempt {
    Attempt { at, dropped: false }
}

#[test]
fn from_nine_to_twenty_where_the_person_is() {
    let berlin = place("+4930901820", Some("BE"));
    let facts = Facts::nothing(&berlin);
    // Berlin is an hour ahead in winter and two in summer.
    assert_eq!(ask(Purpose::Service, &facts, "2026-01-14T08:00:00Z"), Verdict::Now);
    assert_eq!(ask(Purpose::Service, &facts, "2026-01-14T07:59:59Z"), later("2026-01-14T08:00:00Z", Reason::Window));
    assert_eq!(ask(Purpose::Service, &facts, "2026-07-14T07:00:00Z"), Verdict::Now);
    assert_eq!(
        ask(Purpose::Service, &facts, "2026-07-14T18:00:00Z"),
        later("2026-07-15T07:00:00Z", Reason::Window),
        "20:00 is too late"
    );
    // Saturday evening: Sunday is free.
    assert_eq!(ask(Purpose::Service, &facts, "2026-01-17T20:00:00Z"), later("2026-01-19T08:00:00Z", Reason::Window));
}

#[test]
fn holidays_are_free_where_they_are_kept() {
    let now = "2026-06-04T10:00:00Z";
    let holiday = later("2026-06-05T07:00:00Z", Reason::Holiday("Fronleichnam"));
    for (region, verdict) in [(Some("BY"), holiday), (Some("HH"), Verdict::Now), (None, holiday)] {
        let place = place("+4989123456", region);
        assert_eq!(ask(Purpose::Reminder, &Facts::nothing(&place), now), verdict, "{region:?}");
    }
    // From Maundy Thursday evening to the Tuesday after Easter.
    let berlin = place("+4930901820", Some("BE"));
    assert_eq!(
        ask(Purpose::Reminder, &Facts::nothing(&berlin), "2026-04-03T10:00:00Z"),
        later("2026-04-04T07:00:00Z", Reason::Holiday("Karfreitag")),
        "Saturday is a working day"
    );
}

#[test]
fn codes_and_alarms_know_no_hour() {
    let berlin = place("+4930901820", None);
    for purpose in [Purpose::Code, Purpose::Emergency] {
        assert_eq!(ask(purpose, &Facts::nothing(&berlin), "2026-12-25T02:00:00Z"), Verdict::Now);
    }
    let nowhere = place("+8811234567", None);
    assert_eq!(ask(Purpose::Emergency, &Facts::nothing(&nowhere), "2026-12-25T02:00:00Z"), Verdict::Now);
    assert_eq!(
        ask(Purpose::Service, &Facts::nothing(&nowhere), "2026-12-23T12:00:00Z"),
        Verdict::Never { reason: Reason::UnknownZone }
    );
}

#[test]
fn whoever_said_no_is_not_called() {
    let berlin = place("+4930901820", Some("BE"));
    let nothing = Facts::nothing(&berlin);
    let noon = "2026-01-14T11:00:00Z";
    let never = |reason| Verdict::Never { reason };
    for purpose in Purpose::ALL {
        let facts = Facts { suppressed: true, consent: Consent::Given, ..nothing };
        assert_eq!(ask(purpose, &facts, noon), never(Reason::Suppressed), "{purpose}");
        let facts = Facts { consent: Consent::Withdrawn, ..nothing };
        assert_eq!(ask(purpose, &facts, noon), never(Reason::ConsentWithdrawn), "{purpose}");
    }
    let rules = Rules { despite_suppression: true, ..Rules::new(Purpose::Emergency) };
    let facts = Facts { suppressed: true, ..nothing };
    assert_eq!(decide(Purpose::Emergency, &facts, &rules, at(noon)), Verdict::Now);
    // Advertising needs a yes, and lists are kept unless there is one.
    assert_eq!(ask(Purpose::Marketing, &nothing, noon), never(Reason::NoConsent));
    let listed = Facts { do_not_call: true, ..nothing };
    assert_eq!(ask(Purpose::Survey, &listed, noon), never(Reason::DoNotCall));
    assert_eq!(ask(Purpose::Reminder, &listed, noon), Verdict::Now, "lists are about advertising");
    assert_eq!(ask(Purpose::Marketing, &Facts { consent: Consent::Given, ..listed }, noon), Verdict::Now);
}

#[test]
fn the_law_of_the_country_narrows_advertising_only() {
    let paris = place("+33142278186", Some("75"));
    let facts = Facts { consent: Consent::Given, ..Facts::nothing(&paris) };
    // 13:30 in Paris is the lunch of the décret; Saturday is free of advertising.
    assert_eq!(ask(Purpose::Marketing, &facts, "2026-01-14T12:30:00Z"), later("2026-01-14T13:00:00Z", Reason::Window));
    assert_eq!(ask(Purpose::Reminder, &facts, "2026-01-14T12:30:00Z"), Verdict::Now);
    assert_eq!(ask(Purpose::Marketing, &facts, "2026-01-17T10:00:00Z"), later("2026-01-19T09:00:00Z", Reason::Window));
}

#[test]
fn three_attempts_in_thirty_days() {
    let berlin = place("+4930901820", Some("BE"));
    let mut attempts = ["2026-01-05T10:00:00Z", "2026-01-07T10:00:00Z"].map(|text| attempt(at(text))).to_vec();
    let now = "2026-01-12T10:00:00Z";
    assert_eq!(ask(Purpose::Reminder, &Facts { attempts: &attempts, ..Facts::nothing(&berlin) }, now), Verdict::Now);
    attempts.push(attempt(at("2026-01-09T10:00:00Z")));
    // The first of them leaves the thirty days with the 4th of February.
    let facts = Facts { attempts: &attempts, ..Facts::nothing(&berlin) };
    assert_eq!(ask(Purpose::Reminder, &facts, now), later("2026-02-04T08:00:00Z", Reason::MonthCap));
    let campaign = Rules { caps: Caps { campaign: 3, ..Caps::default() }, ..Rules::new(Purpose::Reminder) };
    let facts = Facts { campaign_attempts: 3, ..Facts::nothing(&berlin) };
    assert_eq!(decide(Purpose::Reminder, &facts, &campaign, at(now)), Verdict::Never { reason: Reason::CampaignCap });
}

#[test]
fn a_day_begins_where_the_person_is() {
    let tokyo = place("+81312345678", None);
    let rules = Rules { caps: Caps { day: 1, ..Caps::default() }, ..Rules::new(Purpose::Service) };
    let attempts = [attempt(at("2026-01-14T01:00:00Z"))];
    let facts = Facts { attempts: &attempts, ..Facts::nothing(&tokyo) };
    // 10:00 on the 14th in Tokyo; the 15th begins there at 15:00Z, and its window at 0:00Z.
    assert_eq!(
        decide(Purpose::Service, &facts, &rules, at("2026-01-14T05:00:00Z")),
        later("2026-01-15T00:00:00Z", Reason::DayCap)
    );
}

#[test]
fn a_number_rests_after_a_dropped_call() {
    let berlin = place("+4930901820", Some("BE"));
    let attempts = [Attempt { at: at("2026-01-12T10:30:00Z"), dropped: true }];
    let facts = Facts { attempts: &attempts, ..Facts::nothing(&berlin) };
    // Five days later is a Saturday.
    assert_eq!(
        ask(Purpose::Service, &facts, "2026-01-12T11:00:00Z"),
        later("2026-01-17T10:30:00Z", Reason::PauseAfterDropped)
    );
}

#[test]
fn a_number_of_many_zones_is_called_when_it_is_day_in_all() {
    let toll_free = place("+18005550123", None);
    let facts = Facts::nothing(&toll_free);
    // 9:00 in Honolulu is 14:00 in New York.
    assert_eq!(ask(Purpose::Service, &facts, "2026-01-14T15:00:00Z"), later("2026-01-14T19:00:00Z", Reason::Window));
    assert_eq!(ask(Purpose::Service, &facts, "2026-01-14T20:00:00Z"), Verdict::Now);
    // What the contact says goes before.
    let known = Place::new("+18005550123", Some("America/New_York"), None, None).unwrap();
    assert_eq!(ask(Purpose::Service, &Facts::nothing(&known), "2026-01-14T15:00:00Z"), Verdict::Now);
}

#[test]
fn no_window_is_never() {
    let berlin = place("+4930901820", None);
    let rules = Rules { window: Some(Week::default()), ..Rules::new(Purpose::Service) };
    assert_eq!(
        decide(Purpose::Service, &Facts::nothing(&berlin), &rules, at("2026-01-14T10:00:00Z")),
        Verdict::Never { reason: Reason::NoWindow }
    );
    // Sundays only, and those are all kept free.
    let sundays = Week::parse("Sun 09:00-12:00").unwrap();
    let closed = (0..70).filter_map(|week| date(2026, 1, 4).checked_add((week * 7).days()).ok()).collect();
    let rules = Rules { window: Some(sundays), closed, ..Rules::new(Purpose::Service) };
    assert_eq!(
        decide(Purpose::Service, &Facts::nothing(&berlin), &rules, at("2026-01-02T10:00:00Z")),
        Verdict::Never { reason: Reason::NoWindow }
    );
}

#[test]
fn the_window_opens_with_the_jump_of_the_clock() {
    // On 29 March 2026 Berlin goes from 2:00 to 3:00, on 25 October from 3:00 back to 2:00.
    let berlin = place("+4930901820", Some("BE"));
    let facts = Facts::nothing(&berlin);
    let rules = |from, to| {
        let days = std::array::from_fn(|_| vec![Hours { from, to }]);
        Rules { window: Some(Week::new(days)), holidays: false, ..Rules::new(Purpose::Service) }
    };
    let moment = |from, to, now: &str| decide(Purpose::Service, &facts, &rules(from, to), at(now)).retry_at();
    assert_eq!(moment(150, 240, "2026-03-29T00:00:00Z"), Some(at("2026-03-29T01:00:00Z")), "2:30 does not come: 3:00");
    assert_eq!(moment(130, 170, "2026-03-29T00:00:00Z"), Some(at("2026-03-30T00:10:00Z")), "nor does the whole window");
    assert_eq!(moment(150, 170, "2026-10-24T22:00:00Z"), Some(at("2026-10-25T00:30:00Z")), "the first 2:30");
    assert_eq!(moment(150, 170, "2026-10-25T00:55:00Z"), Some(at("2026-10-25T01:30:00Z")), "and the second");
}

#[test]
fn windows_are_read() {
    let week = Week::parse("Mon-Fri 09:00-12:30, mon-fri 12:00-20, Sat 10:00-14:00").unwrap();
    assert_eq!(week.on(Weekday::Monday), [Hours { from: 540, to: 1200 }], "spans that touch are one");
    assert_eq!(week.on(Weekday::Saturday), [Hours::new(10, 14)]);
    assert!(week.on(Weekday::Sunday).is_empty());
    assert_eq!(Week::parse("always").unwrap().on(Weekday::Sunday), [Hours::new(0, 24)]);
    for wrong in ["", "Mon", "Mon 9-8", "Mon 9:60-10", "Mon 9-25", "Fri-Mon 9-10", "Foo 9-10", "9-10"] {
        assert!(Week::parse(wrong).is_err(), "{wrong}");
    }
}

/// Zones that jump at midnight, by half an hour, and not at all among them.
const NUMBERS: [(&str, Option<&str>); 8] = [
    ("+4930901820", None),
    ("+4915112345678", None),
    ("+12015550123", None),
    ("+19075550123", None),
    ("+61412345678", None),
    ("+5492610000000", Some("Africa/Cairo")),
    ("+611", Some("Australia/Lord_Howe")),
    ("+34612345678", None),
];

fn hours() -> impl Strategy<Value = Vec<Hours>> {
    let span = (0_u16..1_440, 1_u16..700).prop_map(|(from, long)| Hours { from, to: (from + long).min(1_440) });
    prop::collection::vec(span, 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// The moment that is named is permitted, and no minute before it is, nor the second before it.
    #[test]
    fn later_is_the_first_moment_that_is_permitted(
        days in prop::array::uniform7(hours()),
        number in 0_usize..NUMBERS.len(),
        // Around the changes of the clocks and the turn of the year, too.
        start in prop_oneof![1_767_225_600_i64..1_798_761_600, 1_774_700_000_i64..1_774_900_000, 1_792_800_000_i64..1_793_000_000],
        tried in prop::collection::vec((0_i64..40 * 86_400, any::<bool>()), 0..6),
        caps in (0_u32..3, 0_u32..4, 0_u32..5),
        holidays in any::<bool>(),
    ) {
        let (number, zone) = NUMBERS[number];
        let place = Place::new(number, zone, None, None).unwrap();
        let now = Timestamp::from_second(start).unwrap();
        let attempts: Vec<Attempt> = tried
            .iter()
            .map(|&(ago, dropped)| Attempt { at: Timestamp::from_second(start - ago).unwrap(), dropped })
            .collect();
        let facts = Facts { attempts: &attempts, ..Facts::nothing(&place) };
        let rules = Rules {
            window: Some(Week::new(days)),
            holidays,
            caps: Caps { day: caps.0, week: caps.1, days30: caps.2, campaign: 0 },
            ..Rules::new(Purpose::Service)
        };
        let ask = |at: Timestamp| decide(Purpose::Service, &facts, &rules, at);
        match ask(now) {
            Verdict::Now => {
                // Said in other words: every zone has the hour, and no cap is reached.
                for zone in place.zones() {
                    let wall = zone.to_datetime(now);
                    let hours = rules.window.as_ref().unwrap().on(wall.weekday());
                    prop_assert!(hours.iter().any(|hours| hours.contains(wall.time())));
                    let today = attempts.iter().filter(|it| zone.to_datetime(it.at).date() == wall.date()).count();
                    prop_assert!(caps.0 == 0 || today < caps.0 as usize);
                }
                prop_assert!(attempts.iter().all(|it| !it.dropped || now.as_second() - it.at.as_second() >= 5 * 86_400));
            }
            Verdict::Later { at, .. } => {
                prop_assert!(at > now);
                prop_assert_eq!(ask(at), Verdict::Now);
                prop_assert!(!ask(at - SignedDuration::from_secs(1)).is_now() || at - SignedDuration::from_secs(1) < now);
                // Every minute of the five days before.
                let from = now.as_second().max(at.as_second() - 5 * 86_400);
                for second in (from..at.as_second()).step_by(60) {
                    prop_assert!(!ask(Timestamp::from_second(second).unwrap()).is_now(), "{second} is before {at}");
                }
            }
            Verdict::Never { reason } => {
                prop_assert_eq!(reason, Reason::NoWindow);
                for second in (start..start + 20 * 86_400).step_by(3_600) {
                    prop_assert!(!ask(Timestamp::from_second(second).unwrap()).is_now());
                }
            }
        }
    }
}
