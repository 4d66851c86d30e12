//! The planner, case by case.

use std::sync::Arc;
use std::time::Duration;

use campaigns::breaker::Health;
use campaigns::{
    CampaignKey, Candidate, CandidateId, Capacity, Dial, Ending, Finished, MemberRoom, Next, Outcome, Phone, Plan,
    Planner, PlannerSettings, Spec, Standing, TrunkRoom, When,
};
use jiff::Timestamp;
use permission::{Place, Purpose, Reason, Rules};

/// In Berlin, the window opens.
const NINE: &str = "2026-12-01T08:00:00Z";
const FIVE: &str = "2026-12-01T05:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn nine(plus_s: u64) -> Timestamp {
    at(NINE) + Duration::from_secs(plus_s)
}

fn candidate(id: u64) -> Candidate {
    let number = Phone::parse(&format!("+4930{:07}", 1_000_000 + id)).unwrap();
    Candidate::new(CandidateId(id), number, Standing::nothing(Place::of_number("+49301234567")))
}

fn open(planner: &mut Planner, rest: &str) -> CampaignKey {
    let spec = Spec::parse(&format!("name: a\npurpose: reminder\nflow: a\n{rest}")).unwrap();
    let rules = spec.rules(&Rules::new(Purpose::Reminder)).unwrap();
    planner.open(Arc::new(spec), rules).unwrap()
}

fn with(rest: &str, ids: std::ops::Range<u64>) -> (Planner, CampaignKey) {
    since(NINE, rest, ids)
}

fn since(time: &str, rest: &str, ids: std::ops::Range<u64>) -> (Planner, CampaignKey) {
    let mut planner = Planner::new(PlannerSettings::default());
    let key = open(&mut planner, rest);
    ids.for_each(|id| planner.add(key, candidate(id), at(time)));
    (planner, key)
}

fn room(lines: u32) -> Capacity {
    let trunk = |name: &str| TrunkRoom { name: name.to_owned(), free: lines, per_second: 0 };
    Capacity { lines, trunks: vec![trunk("main"), trunk("spare")], members: Vec::new() }
}

fn members(free: u32) -> Capacity {
    let members = vec![MemberRoom { queue: "sales".to_owned(), free, busy: 0 }];
    Capacity { members, ..room(100) }
}

fn ids(plan: &Plan) -> Vec<u64> {
    plan.dials.iter().map(|dial| dial.candidate.0).collect()
}

const FAST: &str = "pace: { per_second: 0, at_once: 0 }";

#[test]
fn gives_no_more_than_lines_rate_and_places_at_once_allow() {
    let (mut planner, _) = with(FAST, 0..50);
    assert_eq!(ids(&planner.plan(at(NINE), &room(7))), [0, 1, 2, 3, 4, 5, 6]);
    let (mut planner, _) = with("pace: { per_second: 5, at_once: 8 }", 0..50);
    assert_eq!(planner.plan(at(NINE), &room(100)).dials.len(), 5);
    assert_eq!(planner.plan(nine(1), &room(100)).dials.len(), 3);
    assert_eq!(planner.plan(nine(2), &room(100)).dials.len(), 0);
    let trunks = "pace: { per_second: 0, at_once: 0, trunks: { main: { at_once: 2 }, spare: { per_second: 1 } } }";
    let (mut planner, _) = with(trunks, 0..50);
    let plan = planner.plan(at(NINE), &room(100));
    assert_eq!(plan.dials.iter().map(|dial| dial.trunk.as_str()).collect::<Vec<_>>(), ["main", "main", "spare"]);
}

#[test]
fn campaigns_share_lines_by_weight() {
    let mut planner = Planner::new(PlannerSettings::default());
    let keys =
        [10, 30].map(|weight| open(&mut planner, &format!("pace: {{ per_second: 0, at_once: 0, weight: {weight} }}")));
    for id in 0..400 {
        planner.add(keys[0], candidate(id), at(NINE));
        planner.add(keys[1], candidate(1_000 + id), at(NINE));
    }
    let mut counts = [0, 0];
    // One line at a time, as lines come free.
    for second in 0..200 {
        for dial in planner.plan(nine(second), &room(1)).dials {
            counts[usize::from(dial.campaign == keys[1])] += 1;
        }
    }
    assert_eq!(counts, [50, 150]);
}

#[test]
fn a_campaign_that_had_nothing_to_dial_makes_up_for_nothing() {
    let mut planner = Planner::new(PlannerSettings::default());
    let keys = [(); 2].map(|()| open(&mut planner, FAST));
    (0..400).for_each(|id| planner.add(keys[0], candidate(id), at(NINE)));
    for second in 0..100 {
        assert_eq!(planner.plan(nine(second), &room(2)).dials.len(), 2);
    }
    (1_000..1_100).for_each(|id| planner.add(keys[1], candidate(id), nine(100)));
    let later = (100..120).flat_map(|second| planner.plan(nine(second), &room(1)).dials).collect::<Vec<_>>();
    let second = later.iter().filter(|dial| dial.campaign == keys[1]).count();
    assert!((9..=11).contains(&second), "{second} of {}", later.len());
}

#[test]
fn who_may_not_be_called_waits_or_ends_with_the_reason() {
    let (mut planner, _) = since(FIVE, FAST, 0..1);
    assert!(planner.plan(at(FIVE), &room(9)).is_empty());
    assert_eq!(planner.next_wake(at(FIVE)), Some(at(NINE)));
    assert_eq!(ids(&planner.plan(at(NINE), &room(9))), [0]);

    let (mut planner, key) = with(FAST, 0..0);
    let mut no = candidate(1);
    no.standing.suppressed = true;
    planner.add(key, no, at(NINE));
    planner.add(key, candidate(2), at(NINE));
    planner.suppress(candidate(2).number);
    planner.add(key, candidate(3), at(NINE));
    planner.remove(key, CandidateId(3));
    let plan = planner.plan(at(NINE), &room(9));
    let endings: Vec<_> = plan.ended.into_iter().map(|ended| (ended.candidate.0, ended.ending)).collect();
    let suppressed = || Ending::Refused(Reason::Suppressed);
    assert_eq!(endings, [(1, suppressed()), (2, suppressed()), (3, Ending::Removed)]);
}

#[test]
fn a_retry_comes_after_its_delay_and_a_call_back_before_others() {
    let (mut planner, key) = with("pace: { per_second: 0, at_once: 1 }\ncaps: { per_day: 2 }", 0..20);
    let first = planner.plan(at(NINE), &room(9)).dials.remove(0);
    let next = planner.finished(key, first.candidate, &Outcome::Busy.into(), nine(10));
    assert_eq!(next, Some(Next::Again { at: nine(610), number: 0 }));
    assert_eq!(ids(&planner.plan(nine(10), &room(9))), [1]);
    let back = Outcome::CallBack { at: nine(60) };
    planner.finished(key, CandidateId(1), &back.into(), nine(20));
    assert_eq!(ids(&planner.plan(nine(59), &room(9))), [2]);
    planner.finished(key, CandidateId(2), &Outcome::Reached.into(), nine(60));
    let dial = planner.plan(nine(60), &room(9)).dials.remove(0);
    assert_eq!((dial.candidate.0, dial.attempt), (1, 1));
}

#[test]
fn an_attempt_is_told_of_once_and_an_opt_out_ends_it() {
    let mut planner = Planner::new(PlannerSettings::default());
    let keys = [open(&mut planner, FAST), open(&mut planner, FAST)];
    planner.add(keys[0], candidate(1), at(NINE));
    planner.add(keys[1], Candidate { id: CandidateId(2), ..candidate(1) }, at(NINE));
    let plan = planner.plan(at(NINE), &room(9));
    assert_eq!(plan.dials.len(), 1, "one number is not called twice at a time");
    let Dial { campaign, candidate, .. } = plan.dials[0];
    let out: Finished = Outcome::OptedOut.into();
    assert_eq!(planner.finished(campaign, candidate, &out, nine(30)), Some(Next::Final(Ending::OptedOut)));
    assert_eq!(planner.finished(campaign, candidate, &out, nine(30)), None);
    let plan = planner.plan(nine(120), &room(9));
    assert_eq!((plan.dials.len(), plan.ended.len()), (1, 0), "the books have the say in another campaign");
}

#[test]
fn caps_count_the_attempts_of_all_campaigns_on_a_number() {
    let mut planner = Planner::new(PlannerSettings::default());
    let key = open(&mut planner, &format!("{FAST}\ncaps: {{ per_day: 1 }}"));
    planner.add(key, candidate(1), at(NINE));
    let dial = planner.plan(at(NINE), &room(9)).dials.remove(0);
    planner.finished(key, dial.candidate, &Outcome::Reached.into(), nine(60));
    planner.add(key, Candidate { id: CandidateId(9), ..candidate(1) }, nine(60));
    assert!(planner.plan(nine(60), &room(9)).is_empty());
    assert_eq!(planner.next_wake(nine(60)), Some(at("2026-12-02T08:00:00Z")));
}

#[test]
fn other_numbers_are_tried_when_the_first_is_used_up() {
    let (mut planner, key) = with(FAST, 0..0);
    let other = Phone::parse("+4915112345678").unwrap();
    planner.add(key, Candidate { others: vec![other], ..candidate(1) }, at(NINE));
    planner.plan(at(NINE), &room(9));
    let gone = Finished::from(Outcome::Failed { sip: Some(404) });
    let next = planner.finished(key, CandidateId(1), &gone, nine(1));
    assert_eq!(next, Some(Next::Again { at: nine(1), number: 1 }));
    let dial = planner.plan(nine(1), &room(9)).dials.remove(0);
    assert_eq!((dial.number, dial.number_index), (other, 1));
    let next = planner.finished(key, CandidateId(1), &gone, nine(2));
    assert_eq!(next, Some(Next::Final(Ending::Exhausted("failed"))));
}

#[test]
fn a_trunk_that_fails_is_left_alone_and_tried_again() {
    let (mut planner, key) = with("pace: { per_second: 0, at_once: 0, trunks: { main: , spare: } }", 0..200);
    let down = Finished::from(Outcome::Failed { sip: Some(503) });
    for _ in 0..20 {
        let dial = planner.plan(nine(1), &room(1)).dials.remove(0);
        assert_eq!(dial.trunk, "main");
        planner.finished(key, dial.candidate, &down, nine(1));
    }
    assert!(matches!(planner.trunk_health()[0].1, Health::Open { .. }));
    assert_eq!(planner.plan(nine(2), &room(1)).dials[0].trunk, "spare");
    let probes = planner.plan(nine(40), &room(10)).dials.into_iter().filter(|dial| dial.trunk == "main").count();
    assert_eq!(probes, 3);
}

#[test]
fn progressive_has_one_call_for_each_free_member() {
    let (mut planner, key) = with("pace: { kind: progressive, queue: sales, per_second: 0, at_once: 0 }", 0..50);
    let plan = planner.plan(at(NINE), &members(3));
    assert_eq!(plan.dials.len(), 3);
    assert!(planner.plan(nine(5), &members(3)).dials.is_empty(), "three ring for three");
    planner.answered(key, plan.dials[0].candidate);
    assert!(planner.plan(nine(6), &members(2)).dials.is_empty());
    planner.finished(key, plan.dials[1].candidate, &Outcome::NoAnswer.into(), nine(7));
    assert_eq!(planner.plan(nine(7), &members(2)).dials.len(), 1);
}

#[test]
fn preview_offers_and_dials_when_a_member_says_so() {
    let (mut planner, key) = with("pace: { kind: preview, queue: sales, per_second: 0, at_once: 0 }", 0..50);
    let plan = planner.plan(at(NINE), &members(2));
    assert_eq!((plan.dials.len(), plan.offers.len()), (0, 2));
    assert!(planner.plan(nine(1), &members(2)).offers.is_empty());
    let dial = planner.accept(key, CandidateId(0), nine(2), &members(2)).unwrap();
    assert_eq!((dial.candidate.0, dial.trunk.as_str()), (0, "main"));
    assert!(planner.accept(key, CandidateId(0), nine(2), &members(2)).is_none());
    planner.decline(key, CandidateId(1), Duration::from_mins(10), nine(2));
    let offers = planner.plan(nine(3), &members(2)).offers;
    assert_eq!(offers.iter().map(|offer| offer.candidate.0).collect::<Vec<_>>(), [2]);
    planner.suppress(candidate(2).number);
    assert!(planner.accept(key, CandidateId(2), nine(4), &members(2)).is_none());
    let plan = planner.plan(nine(4), &members(2));
    assert_eq!(plan.ended[0].ending, Ending::Refused(Reason::Suppressed));
}

#[test]
fn a_pause_holds_everybody_and_a_new_pace_counts_at_once() {
    let (mut planner, key) = with("pace: { per_second: 0, at_once: 2 }", 0..50);
    planner.pause(key);
    assert!(planner.plan(at(NINE), &room(9)).is_empty());
    assert_eq!(planner.next_wake(at(NINE)), None);
    planner.resume(key);
    assert_eq!(planner.plan(at(NINE), &room(9)).dials.len(), 2);
    let pace = Spec::parse("name: a\npurpose: reminder\nflow: a\npace: { per_second: 0, at_once: 5 }").unwrap().pace;
    planner.set_pace(key, pace);
    assert_eq!(planner.plan(at(NINE), &room(9)).dials.len(), 3);
}

#[test]
fn what_was_not_dialled_is_no_attempt() {
    let (mut planner, key) = with(FAST, 0..1);
    planner.plan(at(NINE), &room(9));
    let next = planner.finished(key, CandidateId(0), &Outcome::Withdrawn.into(), nine(1));
    assert_eq!(next, Some(Next::Again { at: nine(6), number: 0 }));
    let later = Outcome::Refused { later: Some(nine(60)), reason: Reason::DayCap };
    assert_eq!(planner.plan(nine(6), &room(9)).dials[0].attempt, 0);
    let next = planner.finished(key, CandidateId(0), &later.into(), nine(6));
    assert_eq!(next, Some(Next::Again { at: nine(60), number: 0 }));
    planner.plan(nine(60), &room(9));
    let never = Outcome::Refused { later: None, reason: Reason::Suppressed };
    let next = planner.finished(key, CandidateId(0), &never.into(), nine(61));
    assert_eq!(next, Some(Next::Final(Ending::Refused(Reason::Suppressed))));
}

#[test]
fn a_call_that_comes_too_late_is_not_made() {
    let (mut planner, key) = with(FAST, 0..0);
    let expires = Some(nine(100));
    planner.add(key, Candidate { expires, ..candidate(1) }, at(NINE));
    planner.plan(at(NINE), &room(9));
    let next = planner.finished(key, CandidateId(1), &Outcome::Busy.into(), nine(10));
    assert_eq!(next, Some(Next::Final(Ending::Exhausted("busy"))));
    planner.add(key, Candidate { expires, ..candidate(2) }, at(NINE));
    assert_eq!(planner.plan(nine(100), &room(9)).ended[0].ending, Ending::Expired);
}

#[test]
fn after_a_restart_what_was_tried_counts() {
    let (mut planner, key) = with(FAST, 0..0);
    let tried = campaigns::Tried { attempts: 2, busy: 2, ..campaigns::Tried::default() };
    planner.add(key, Candidate { tried, due: Some(nine(300)), ..candidate(1) }, at(NINE));
    assert!(planner.plan(at(NINE), &room(9)).is_empty());
    assert_eq!(planner.plan(nine(300), &room(9)).dials[0].attempt, 2);
    let next = planner.finished(key, CandidateId(1), &Outcome::Busy.into(), nine(310));
    assert_eq!(next, Some(Next::Final(Ending::Exhausted("busy"))));
}

#[test]
fn the_dry_run_says_who_when_and_why_not_and_changes_nothing() {
    let (mut planner, key) = since(FIVE, "pace: { per_second: 1, at_once: 0 }", 0..3);
    let mut no = candidate(7);
    no.standing.suppressed = true;
    planner.add(key, no, at(FIVE));
    let forecast = planner.forecast(key, at(FIVE), Duration::from_mins(1), 10).unwrap();
    let held_back = Some(Reason::Window);
    let whens: Vec<_> = forecast.contacts.iter().map(|contact| contact.when).collect();
    let second = |s| When::At { at: nine(s), held_back };
    assert_eq!(whens, [second(0), second(1), second(2), When::Never(Reason::Suppressed)]);
    assert_eq!((forecast.called, forecast.never["suppressed"], forecast.by_hour[&at(NINE)]), (3, 1, 3));
    assert_eq!(planner.progress(key).unwrap().waiting, 4);
    assert_eq!(planner.plan(at(NINE), &room(9)).dials.len(), 1);
}

#[test]
fn a_message_is_no_end_where_only_a_person_is() {
    let follow = |rest: &str| {
        let (mut planner, key) = with(rest, 0..1);
        planner.plan(at(NINE), &room(1));
        let left = Outcome::Machine { message_left: true };
        planner.finished(key, CandidateId(0), &left.into(), at(NINE)).unwrap()
    };
    assert_eq!(follow("pace: { per_second: 0 }"), Next::Final(Ending::MessageLeft));
    let again = follow("pace: { per_second: 0 }\nretries: { until_person: true }");
    assert_eq!(again, Next::Again { at: at(NINE) + Duration::from_hours(4), number: 0 });
    let once = follow("pace: { per_second: 0 }\nretries: { until_person: true, machine: never }");
    assert_eq!(once, Next::Final(Ending::MessageLeft), "that is the last of it");
}

#[test]
fn what_failed_on_our_side_is_no_fault_of_the_trunk() {
    let health = |ours| {
        let (mut planner, key) = with("pace: { per_second: 0, at_once: 0 }", 0..40);
        for id in ids(&planner.plan(at(NINE), &room(40))) {
            let failed = Finished { ours, ..Outcome::Failed { sip: None }.into() };
            planner.finished(key, CandidateId(id), &failed, at(NINE));
        }
        planner.trunk_health().into_iter().all(|(_, health)| health == Health::Closed)
    };
    assert_eq!((health(true), health(false)), (true, false));
}

#[test]
fn who_said_no_in_one_campaign_is_left_to_the_books_in_another() {
    let (mut planner, key) = with("pace: { per_second: 0, at_once: 0 }", 0..1);
    planner.plan(at(NINE), &room(9));
    assert_eq!(
        planner.finished(key, CandidateId(0), &Outcome::OptedOut.into(), at(NINE)),
        Some(Next::Final(Ending::OptedOut))
    );
    // It may have been for that purpose only, and may have been lifted since.
    let other = open(&mut planner, "pace: { per_second: 0, at_once: 0 }");
    planner.add(other, candidate(0), nine(60));
    let plan = planner.plan(nine(24 * 3_600), &room(9));
    assert!(!plan.ended.iter().any(|it| it.ending == Ending::Refused(Reason::Suppressed)), "{plan:?}");
}
