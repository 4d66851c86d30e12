//! Rounds by a clock that is told, segments, and members who choose whom to call.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use call_model::{HangupCause, HangupParty};
use campaigns::runner::{
    AskError, DialFailure, DialOrder, Dialer, Members, PreviewError, RunnerSettings, Running, Shown, Waiting,
};
use campaigns::{App, Capacity, MemberRoom, Spec, TrunkRoom};
use jiff::Timestamp;
use permission::{Caps, Purpose, Rules};
use store::{
    Address, AnswerCall, CampaignRecord, CampaignState, CampaignStep, EndCall, NewCampaign, NewCampaignContact, Store,
    StoreError,
};

use super::{call, open, until_done};

/// Reaches everybody at once, at the time that it is told; one member is free.
struct Told {
    store: Store,
    clock: Arc<AtomicI64>,
    orders: Arc<Mutex<Vec<DialOrder>>>,
    segment: Arc<Segment>,
}

/// Whom the segment has, how often it was asked, and whether its answers are late.
#[derive(Default)]
struct Segment {
    has: Mutex<Vec<String>>,
    asked: AtomicUsize,
    late: AtomicBool,
}

impl Told {
    async fn reach(&self, order: &DialOrder) -> Result<(), StoreError> {
        let (id, at_ms) = (order.call, self.clock.load(Ordering::SeqCst));
        self.store.begin_call(call(order, at_ms)).await?;
        self.store.answer_call(AnswerCall { id, at_ms }).await?;
        let (cause, by) = (HangupCause::Normal, HangupParty::Caller);
        self.store.end_call(EndCall { id, at_ms, cause, by, legs: Vec::new(), language: None }).await.map(drop)
    }
}

impl Dialer for Told {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.clock.load(Ordering::SeqCst)).unwrap()
    }

    fn room(&self) -> Capacity {
        let trunks = vec![TrunkRoom { name: "acme".into(), free: 100, per_second: 0 }];
        Capacity { lines: 100, trunks, members: Vec::new() }
    }

    fn members<'a>(&'a self, queue: &'a str) -> Waiting<'a, MemberRoom> {
        Box::pin(async move { MemberRoom { queue: queue.to_owned(), free: 1, busy: 0 } })
    }

    /// Those whom the segment has; one without anybody cannot be asked.
    fn ask<'a>(
        &'a self,
        campaign: &'a CampaignRecord,
        _spec: &'a Spec,
        asked_ms: i64,
    ) -> Waiting<'a, Result<(), AskError>> {
        Box::pin(async move {
            let has = self.segment.has.lock().unwrap().clone();
            self.segment.asked.fetch_add(1, Ordering::SeqCst);
            while self.segment.late.load(Ordering::SeqCst) {
                tokio::task::yield_now().await;
            }
            if has.is_empty() {
                return Err(AskError::Unfit("it has nobody".into()));
            }
            let contact =
                |number: &String| NewCampaignContact { number: number.clone(), ..NewCampaignContact::default() };
            let contacts = has.iter().map(contact).collect();
            for number in has.iter().cloned() {
                self.store.find_or_make_contact(Address::Number(number), asked_ms).await?;
            }
            assert!(self.store.keep_asked(campaign.id, asked_ms, contacts, asked_ms).await?);
            Ok(())
        })
    }

    fn rules(&self, purpose: Purpose) -> Rules {
        let caps = Caps::default();
        Rules { window: None, holidays: false, caps, country_hours: false, ..Rules::new(purpose) }
    }

    fn rate(&self, _trunk: &str, _number: &str) -> Option<u64> {
        None
    }

    fn dial(&self, order: DialOrder) -> Waiting<'_, Result<(), DialFailure>> {
        Box::pin(async move {
            self.reach(&order).await.map_err(|error| DialFailure::Failed { reason: error.to_string() })?;
            self.orders.lock().unwrap().push(order);
            Ok(())
        })
    }
}

/// A campaign that runs, by a clock.
struct Case {
    store: Store,
    campaign: CampaignRecord,
    clock: Arc<AtomicI64>,
    orders: Arc<Mutex<Vec<DialOrder>>>,
    segment: Arc<Segment>,
    running: Running,
    _folder: tempfile::TempDir,
}

fn ms(at: &str) -> i64 {
    at.parse::<Timestamp>().unwrap().as_millisecond()
}

impl Case {
    async fn begin(rest: &str, now: &str, contacts: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder).await;
        let now_ms = ms(now);
        let yaml = format!("name: all\npurpose: service\nwindow: always\nretries: {{ attempts: 1 }}\n{rest}");
        let new = NewCampaign { name: "all".into(), yaml };
        let campaign = store.add_campaign(new, now_ms).await.unwrap();
        let contact =
            |index| NewCampaignContact { number: format!("+49309{index:06}"), ..NewCampaignContact::default() };
        store.add_campaign_contacts(campaign.id, (0..contacts).map(contact).collect(), now_ms).await.unwrap();
        let (from, to) = (&[CampaignState::Draft], CampaignState::Running);
        let step = CampaignStep { id: campaign.id, from, to, reason: None, now_ms };
        let campaign = store.step_campaign(step).await.unwrap().unwrap();
        let (clock, orders, segment) = (Arc::new(AtomicI64::new(now_ms)), Arc::default(), Arc::default());
        let running = start(&store, &clock, &orders, &segment);
        Self { store, campaign, clock, orders, segment, running, _folder: folder }
    }

    /// Whom the segment has from now on, by the last digits of their numbers.
    fn has(&self, digits: &[&str]) {
        *self.segment.has.lock().unwrap() = digits.iter().map(|digits| format!("+49309{digits:0>6}")).collect();
    }

    /// How often each was called, by the last digit.
    fn called(&self) -> Vec<(String, usize)> {
        self.calls().into_iter().map(|(number, calls)| (number[11..].to_owned(), calls)).collect()
    }

    fn at(&self, now: &str) {
        self.clock.store(ms(now), Ordering::SeqCst);
        self.running.stirrer().stir();
    }

    fn calls(&self) -> BTreeMap<String, usize> {
        let mut calls = BTreeMap::new();
        for order in self.orders.lock().unwrap().iter() {
            *calls.entry(order.number.clone()).or_default() += 1;
        }
        calls
    }

    async fn step(&self, from: &'static [CampaignState], to: CampaignState) {
        let now_ms = self.clock.load(Ordering::SeqCst);
        let step = CampaignStep { id: self.campaign.id, from, to, reason: None, now_ms };
        assert!(self.store.step_campaign(step).await.unwrap().is_some());
        self.running.stirrer().stir();
    }

    /// Until it pauses: its segment had nobody.
    async fn paused(&self) {
        while self.store.campaign(self.campaign.id).await.unwrap().unwrap().state != CampaignState::Paused {
            tokio::task::yield_now().await;
        }
    }

    /// Until the segment has been asked so often.
    async fn asked(&self, times: usize) {
        while self.segment.asked.load(Ordering::SeqCst) < times {
            tokio::task::yield_now().await;
        }
    }

    /// What a member is shown now, after some turns.
    async fn shown_now(&self, member: &str) -> Result<Option<Shown>, PreviewError> {
        let members = self.running.members();
        for _ in 0..3 {
            // Each is heard before a turn: the last one sees what the turns before have done.
            let _ = members.next(self.campaign.row, member).await;
        }
        members.next(self.campaign.row, member).await
    }

    /// The last digit of who is shown to a member.
    async fn shown_digit(&self, member: &str) -> String {
        let contact = self.shown(member).await.contact;
        let contact = self.store.campaign_contact(self.campaign.row, contact).await.unwrap().unwrap();
        contact.number[11..].to_owned()
    }

    async fn shown(&self, member: &str) -> Shown {
        let members: Members = self.running.members();
        loop {
            match members.next(self.campaign.row, member).await {
                Ok(Some(shown)) => return shown,
                // The runner has not seen yet that it runs.
                Ok(None) | Err(PreviewError::NotPreview) => {}
                Err(error) => panic!("{error}"),
            }
            tokio::task::yield_now().await;
        }
    }
}

fn start(
    store: &Store,
    clock: &Arc<AtomicI64>,
    orders: &Arc<Mutex<Vec<DialOrder>>>,
    segment: &Arc<Segment>,
) -> Running {
    let (clock, orders, segment) = (clock.clone(), orders.clone(), segment.clone());
    let dialer = Told { store: store.clone(), clock, orders, segment };
    Running::start(store.clone(), Arc::new(dialer), RunnerSettings::default())
}

#[tokio::test]
async fn a_time_is_run_once_also_across_a_restart_and_one_that_was_missed_is_not_made_up_for() {
    let daily = "flow: any\npace: { per_second: 0, at_once: 0 }\n\
                 schedule: { every: FREQ=DAILY;COUNT=3, from: \"2027-01-04T08:00:00Z\" }\n";
    let mut case = Case::begin(daily, "2027-01-03T12:00:00Z", 3).await;
    let row = case.campaign.row;
    case.at("2027-01-04T08:00:05Z");
    while case.store.campaign_rounds(row, 9).await.unwrap().first().is_none_or(|round| round.ended_ms.is_none()) {
        tokio::task::yield_now().await;
    }
    assert!(case.calls().len() == 3 && case.calls().values().all(|calls| *calls == 1), "{:?}", case.calls());

    case.running.stop().await;
    // Its second time passes; the third comes.
    case.clock.store(ms("2027-01-06T09:00:00Z"), Ordering::SeqCst);
    case.running = start(&case.store, &case.clock, &case.orders, &case.segment);
    until_done(&case.store, &case.campaign).await;
    assert!(case.calls().values().all(|calls| *calls == 2), "{:?}", case.calls());
    let rounds = case.store.campaign_rounds(row, 9).await.unwrap();
    let planned: Vec<i64> = rounds.iter().map(|round| round.planned_ms).collect();
    assert_eq!(planned, [ms("2027-01-06T08:00:00Z"), ms("2027-01-04T08:00:00Z")]);
    let counts = case.store.round_counts(row, 1).await.unwrap();
    assert_eq!(counts.iter().map(|it| (it.round, it.count)).collect::<Vec<_>>(), [(2, 3), (1, 3)]);
    case.running.stop().await;
}

#[tokio::test]
async fn each_round_asks_the_segment_whom_it_has_then() {
    let daily = "segment: everybody\nflow: any\npace: { per_second: 0, at_once: 0 }\n\
                 schedule: { every: FREQ=DAILY;COUNT=2, from: \"2027-01-04T08:00:00Z\" }\n";
    let case = Case::begin(daily, "2027-01-03T12:00:00Z", 0).await;
    case.has(&["1", "2"]);
    case.at("2027-01-04T08:00:05Z");
    let rounds = async || case.store.campaign_rounds(case.campaign.row, 9).await.unwrap();
    while rounds().await.first().is_none_or(|round| round.ended_ms.is_none()) {
        tokio::task::yield_now().await;
    }
    let once = |digit: &str| (digit.to_owned(), 1);
    assert_eq!(case.called(), [once("1"), once("2")]);
    case.has(&["2", "3"]);
    case.at("2027-01-05T08:00:05Z");
    until_done(&case.store, &case.campaign).await;
    assert_eq!(case.called(), [once("1"), ("2".to_owned(), 2), once("3")]);
    let counts = case.store.round_counts(case.campaign.row, 1).await.unwrap();
    assert_eq!(counts.iter().map(|it| (it.round, it.count)).collect::<Vec<_>>(), [(2, 2), (1, 2)]);
    case.running.stop().await;
}

#[tokio::test]
async fn a_campaign_that_runs_once_asks_its_segment_as_it_begins_and_rests_where_that_cannot_be() {
    let once = "segment: everybody\nflow: any\npace: { per_second: 0, at_once: 0 }\n\
                schedule: { at: \"2027-01-04T08:00:00Z\" }\n";
    let case = Case::begin(once, "2027-01-03T12:00:00Z", 0).await;
    case.at("2027-01-04T08:00:05Z");
    let campaign = async || case.store.campaign(case.campaign.id).await.unwrap().unwrap();
    while campaign().await.state != CampaignState::Paused {
        tokio::task::yield_now().await;
    }
    assert_eq!(campaign().await.reason.as_deref(), Some("it has nobody"));
    case.has(&["1", "2"]);
    case.at("2027-01-04T08:01:00Z");
    case.step(PAUSED, CampaignState::Running).await;
    until_done(&case.store, &case.campaign).await;
    assert_eq!(case.called(), [("1".to_owned(), 1), ("2".to_owned(), 1)]);
    case.running.stop().await;
}

#[tokio::test]
async fn a_contact_is_shown_to_one_member_at_a_time_and_called_for_who_takes_it() {
    let preview = "pace: { kind: preview, queue: team, per_second: 0, at_once: 0 }\n";
    let case = Case::begin(preview, "2027-01-04T08:00:00Z", 2).await;
    let (members, row) = (case.running.members(), case.campaign.row);
    let first = case.shown("anna").await;
    assert_eq!(case.shown("anna").await, first, "the same until it is decided");
    assert_eq!(members.next(row, "ben").await, Ok(None), "one member is free, and one contact is shown");
    case.at("2027-01-04T08:01:31Z");
    assert_eq!(members.accept(row, "anna", first.contact).await, Err(PreviewError::NotShown), "it is too late");
    let other = case.shown("ben").await;
    assert_ne!(other.contact, first.contact, "who waits for longer goes first");
    assert_eq!(members.accept(row, "anna", other.contact).await, Err(PreviewError::NotShown), "it is shown to ben");
    let placed = members.accept(row, "ben", other.contact).await.unwrap();
    assert_eq!(members.accept(row, "ben", other.contact).await, Err(PreviewError::NotShown), "it is taken once");

    let second = case.shown("anna").await;
    assert_eq!(second.contact, first.contact, "it was given back");
    members.skip(row, "anna", second.contact, std::time::Duration::from_hours(1)).await.unwrap();
    assert_eq!(members.next(row, "anna").await, Ok(None), "it waits");
    case.at("2027-01-04T09:02:00Z");
    let again = case.shown("anna").await;
    assert_eq!(again.contact, second.contact);
    members.accept(row, "anna", again.contact).await.unwrap();
    until_done(&case.store, &case.campaign).await;
    let orders = case.orders.lock().unwrap().clone();
    assert_eq!((orders[0].call, orders[0].member.as_deref(), &orders[0].app), (placed, Some("ben"), &App::Members));
    assert_eq!((orders.len(), orders[1].member.as_deref()), (2, Some("anna")));
    assert_eq!(members.next(row, "ben").await, Err(PreviewError::NotPreview), "it is done");
    case.running.stop().await;
}

const RUNNING: &[CampaignState] = &[CampaignState::Running];
const PAUSED: &[CampaignState] = &[CampaignState::Paused];
const PREVIEWED: &str = "segment: everybody\npace: { kind: preview, queue: team, per_second: 0, at_once: 0 }\n";

#[tokio::test]
async fn a_campaign_whose_segment_was_narrowed_calls_nobody_of_the_old_one_while_the_new_one_is_asked() {
    let case = Case::begin(PREVIEWED, "2027-01-03T12:00:00Z", 0).await;
    case.paused().await;
    case.has(&["1", "2"]);
    case.step(PAUSED, CampaignState::Running).await;
    assert_eq!(case.shown_digit("anna").await, "1");
    case.step(RUNNING, CampaignState::Paused).await;
    let narrowed = format!("{}# narrower\n", case.store.campaign(case.campaign.id).await.unwrap().unwrap().yaml);
    case.store.change_campaign(case.campaign.id, &narrowed, ms("2027-01-03T12:01:00Z")).await.unwrap();
    case.has(&["2"]);
    let asked = case.segment.asked.load(Ordering::SeqCst);
    case.segment.late.store(true, Ordering::SeqCst);
    case.at("2027-01-03T12:02:00Z");
    case.step(PAUSED, CampaignState::Running).await;
    case.asked(asked + 1).await;
    assert_eq!(case.shown_now("anna").await, Ok(None), "nobody waits before the answer is there");
    case.segment.late.store(false, Ordering::SeqCst);
    assert_eq!(case.shown_digit("anna").await, "2");
    case.running.stop().await;
}

#[tokio::test]
async fn a_segment_that_was_being_asked_is_asked_anew_after_a_pause() {
    let case = Case::begin(PREVIEWED, "2027-01-03T12:00:00Z", 0).await;
    case.paused().await;
    case.has(&["1"]);
    case.segment.late.store(true, Ordering::SeqCst);
    case.at("2027-01-03T12:01:00Z");
    case.step(PAUSED, CampaignState::Running).await;
    case.asked(2).await;
    case.step(RUNNING, CampaignState::Paused).await;
    assert_eq!(case.shown_now("anna").await, Err(PreviewError::NotPreview), "it is paused");
    case.has(&["2"]);
    case.segment.late.store(false, Ordering::SeqCst);
    case.at("2027-01-03T12:02:00Z");
    case.step(PAUSED, CampaignState::Running).await;
    assert_eq!(case.shown_digit("anna").await, "2");
    case.running.stop().await;
}
