//! Campaigns as files.

use std::collections::BTreeMap;
use std::time::Duration;

use campaigns::callerid::CallerIds;
use campaigns::retry::{OtherNumbers, Retry};
use campaigns::script::{Known, Step};
use campaigns::{App, CandidateId, OnMachine, PaceKind, Phone, Spec, Start};
use permission::Purpose;

pub const WHOLE: &str = r#"
name: Reminders
purpose: reminder
flow: reminder
variables:
  patient: "{{ name }}"
  doctor: "{{ fields.doctor | default('') }}"
audience:
  country: de
  language: de
  time_zone: Europe/Berlin
  delimiter: ";"
  columns: { number: Telefon, other_numbers: [Mobil], name: Name, appointment: Termin, fields: { doctor: Arzt } }
caller_id:
  local_area: ["+4930123456", "+4989123456"]
window: Mon-Fri 10:00-18:00
caps: { per_day: 1, per_campaign: 3 }
ring: 30s
pace:
  kind: predictive
  queue: sales
  abandoned_percent: 2
  per_second: 5
  at_once: 50
  weight: 20
  trunks:
    main: { per_second: 2, at_once: 20 }
    spare:
retries:
  attempts: 4
  busy: { times: 3, after: 5m }
  no_answer: never
  sip: { 480: { times: 1, after: 1h }, 603: never }
  other_numbers: alternate
machines:
  message: { de: "Guten Tag {{ name }}", "": "Hello {{ name }}" }
  unsure: machine
variants:
  A: { share: 70 }
  B: { share: 30, agent: anna, variables: { tone: warm } }
schedule:
  time_zone: Europe/Berlin
  before: 24h
  not_within: 1h
  until: 2026-12-31 18:00
"#;

#[test]
fn a_whole_campaign_is_read() {
    let spec = Spec::parse(WHOLE).unwrap();
    assert_eq!((spec.name.as_str(), spec.purpose), ("Reminders", Purpose::Reminder));
    assert_eq!(spec.app, App::Flow("reminder".to_owned()));
    assert_eq!(spec.audience.defaults.country.as_deref(), Some("DE"));
    assert_eq!((spec.caps.day, spec.caps.campaign, spec.ring), (1, 3, Some(Duration::from_secs(30))));
    assert_eq!(spec.pace.kind, PaceKind::Predictive { queue: "sales".to_owned(), abandoned_permille: 20 });
    assert_eq!((spec.pace.trunks[0].name.as_str(), spec.pace.trunks[0].at_once), ("main", 20));
    assert_eq!(spec.pace.trunks[1].at_once, 0);
    assert_eq!(spec.retries.busy, Retry::new(3, 300));
    assert_eq!((spec.retries.no_answer, spec.retries.sip[&480]), (Retry::NEVER, Retry::new(1, 3_600)));
    assert_eq!(spec.retries.other_numbers, OtherNumbers::Alternate);
    assert!(matches!(&spec.machines.on_machine, OnMachine::Message(texts) if texts.len() == 2));
    assert!(!spec.machines.unsure_is_person);
    assert_eq!(spec.app_of(Some(1)), &App::Agent("anna".to_owned()));
    assert_eq!(spec.app_of(Some(0)), &App::Flow("reminder".to_owned()));
    assert_eq!(spec.schedule.until, Some("2026-12-31T17:00:00Z".parse().unwrap()));
    assert!(matches!(spec.schedule.start, Start::Relative { .. }));
    assert!(matches!(&spec.caller_ids, CallerIds::LocalArea(own) if own[0] == Phone::parse("+4930123456").unwrap()));
}

#[test]
fn variants_get_their_shares_and_each_contact_always_the_same() {
    let spec = Spec::parse(WHOLE).unwrap();
    let first = (0..10_000).filter(|id| spec.variant_of(CandidateId(*id)) == Some(0)).count();
    assert!((6_800..7_200).contains(&first), "{first}");
    assert_eq!(spec.variant_of(CandidateId(5)), spec.variant_of(CandidateId(5)));
}

/// Line, column and the words that matter of each fault.
fn faults(yaml: &str) -> Vec<(usize, usize, String)> {
    let list = Spec::parse(yaml).unwrap_err();
    list.into_iter().map(|fault| (fault.line, fault.column, format!("{fault}"))).collect()
}

#[test]
fn every_fault_is_told_with_its_place_and_what_to_do() {
    let found = faults(
        "name: a\npurpose: remindr\nflow: a\nagent: b\nwindow: never\nring: 5s\npace:\n  kind: predictive\n  \
         per_secnd: 5\nretries: { busy: { after: soon } }\nvariables: { 9a: x, b: \"{{ name\" }\n\
         schedule: { every: FREQ=SECONDLY, from: 2026-12-01 09:00 }\n",
    );
    let expected = [
        (2, 10, "did you mean `reminder`?"),
        (4, 8, "only one of them can hold"),
        (5, 9, "Mon-Fri 09:00-20:00"),
        (6, 7, "at least 15s"),
        (8, 3, "add `queue:`"),
        (9, 3, "did you mean `per_second`?"),
        (10, 27, "`10m`"),
        (11, 14, "beginning with a letter"),
        (11, 24, "does not compile"),
        (12, 20, "daily at most"),
    ];
    for (line, column, words) in expected {
        let hit = found.iter().any(|fault| fault.0 == line && fault.1 == column && fault.2.contains(words));
        assert!(hit, "{line}:{column} {words}\n{found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn members_need_nobody_who_answers_for_them() {
    let spec = Spec::parse("name: a\npurpose: service\npace: { kind: progressive, queue: team }\n").unwrap();
    assert_eq!((spec.app, spec.pace.kind.queue()), (App::Members, Some("team")));
}

#[test]
fn what_is_missing_is_named() {
    let found = faults("flow: a\n");
    assert!(found.iter().any(|fault| fault.2.contains("add `name:`")), "{found:?}");
    assert!(found.iter().any(|fault| fault.2.contains("add `purpose:`")), "{found:?}");
    assert!(faults("")[0].2.contains("begin with `name:`"));
    assert!(faults("name: a\npurpose: survey\n")[0].2.contains("`flow:` or `agent:`"));
    assert!(faults("name: a\npurpose: survey\nflow: a\nschedule: { every: FREQ=DAILY }")[0].2.contains("`from:`"));
}

#[test]
fn a_campaign_that_recurs_has_a_next_time_until_its_end() {
    let spec = Spec::parse(
        "name: a\npurpose: survey\nflow: a\nschedule:\n  time_zone: Europe/Berlin\n  every: FREQ=WEEKLY;BYDAY=TU\n  \
         from: 2026-12-01 09:00\n  until: 2026-12-10\n",
    )
    .unwrap();
    let next = |now: &str| spec.schedule.next_run(now.parse().unwrap());
    assert_eq!(next("2026-12-01T12:00:00Z"), Some("2026-12-08T08:00:00Z".parse().unwrap()));
    assert_eq!(next("2026-12-08T12:00:00Z"), None);
}

#[test]
fn what_a_template_misspells_is_told_before_anybody_is_called() {
    let found = faults(
        "name: a\npurpose: reminder\nflow: a\nvariables:\n  who: \"{{ nmae }}\"\n  when: \"{{ appointment|date }}\"\n\
         machines:\n  message: |\n    Hello {{ name }},\n    {{ appointment|wekday }} at {{ appointment|time }}\n",
    );
    let expected = [
        (5, "the template names `nmae`, which no contact has"),
        (6, "the filter `date` is for texts that are spoken"),
        (10, "did you mean `weekday`?"),
    ];
    for (line, words) in expected {
        assert!(found.iter().any(|fault| fault.0 == line && fault.2.contains(words)), "{line} {words}\n{found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn a_segment_is_named_in_the_text_or_added_to_it() {
    let yaml = "name: a\npurpose: survey\nflow: a";
    assert_eq!(Spec::parse(yaml).unwrap().segment, None);
    let expression = "'vip' in contact.tags and contact.city == \"Köln\"";
    let with = Spec::with_segment(yaml, expression);
    assert_eq!(Spec::parse(&with).unwrap().segment.as_deref(), Some(expression));
    assert!(faults(&Spec::with_segment(&with, "x"))[0].2.contains("segment"), "one of two would be lost");
}

#[test]
fn a_template_names_no_field_that_the_columns_do_not_give() {
    let yaml = |columns: &str| {
        format!(
            "name: a\npurpose: survey\nflow: a\nvariables: {{ doctor: \"{{{{ fields.doctor }}}}\" }}\n\
             audience: {{ {columns} }}\nmachines:\n  message: |\n    Hello,\n    {{{{ fields.day|date }}}}\n"
        )
    };
    let found = faults(&yaml("columns: { fields: { room: Raum } }"));
    let place: Vec<(usize, bool)> = found.iter().map(|fault| (fault.0, fault.2.contains("has no"))).collect();
    assert_eq!(place, [(4, true), (9, true)], "{found:#?}");
    assert!(found[1].2.contains("default('')"), "{found:#?}");
    assert!(Spec::parse(&yaml("columns: { fields: { doctor: Arzt, day: Tag } }")).is_ok());
    // Without columns every heading is a field, and those of a segment are not known.
    let spec = Spec::parse(&yaml("country: DE")).unwrap();
    let needed: Vec<String> = spec.needed_fields().into_iter().map(|(name, _)| name).collect();
    assert_eq!(needed, ["doctor", "day"]);
    assert!(Spec::parse(&Spec::with_segment(&yaml("columns: { fields: { room: Raum } }"), "contact.x")).is_ok());
}

#[test]
fn a_campaign_says_what_its_members_follow_and_a_fault_in_it_is_told_with_its_line() {
    let head = "name: renewals\npurpose: service\npace: {kind: progressive, queue: team}\n";
    let spec =
        Spec::parse(&format!("{head}script: |\n  Hello {{{{ name }}}}\n\n  - Offer {{{{ fields.offer }}}}\n")).unwrap();
    let fields = BTreeMap::from([("offer".to_owned(), "a year".to_owned())]);
    let known = Known { name: "Eva".into(), fields, ..Known::default() };
    let steps = [Step::Paragraph("Hello Eva".into()), Step::Point("Offer a year".into())];
    assert_eq!(spec.script.unwrap().steps(&known), steps);
    assert_eq!(Spec::parse(head).unwrap().script, None);

    let columns = "audience: {columns: {fields: {offer: Offer}}}\n";
    let wrong = "script: |\n  Hello {{ nam }}\n  {{ fields.ofer }}\n  {{ appointment|date }}\n";
    let faults = Spec::parse(&format!("{head}{columns}{wrong}")).unwrap_err();
    let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [6, 7, 8], "{faults:?}");
    assert!(faults[2].message.ends_with("and a script is read"), "{faults:?}");
    assert_eq!(Spec::parse(&format!("{head}script: [a, b]\n")).unwrap_err().len(), 1);
    assert_eq!(Spec::parse(&format!("{head}script: {}\n", "x".repeat(8 * 1024 + 1))).unwrap_err()[0].line, 4);
}
