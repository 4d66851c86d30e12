//! Campaigns: an attempt is in the books before it is dialled, ends once with its call, and nobody is forgotten.

use call_model::{CallId, Direction, HangupCause, HangupParty};
use serde_json::json;
use store::{
    Address, AnswerCall, AskedStory, AttemptEnd, AttemptOutcome, CallWalk, CampaignContactFilter, CampaignContactState,
    CampaignRecord, CampaignState, CampaignStep, ContactChange, EndCall, EventFilter, Judgement, NewAttempt, NewCall,
    NewCampaign, NewCampaignContact, NewRound, PageRequest, RoundBegin, Store, StoreError, TakeAsked, WalkedNode,
    fresh_id,
};

use crate::support::{Books, NOW, inbound};

async fn running(store: &Store, numbers: &[&str]) -> CampaignRecord {
    let new = NewCampaign { name: "reminders".into(), yaml: "name: reminders".into() };
    let campaign = store.add_campaign(new, NOW).await.unwrap();
    let contacts = numbers.iter().map(|number| contact(number)).collect();
    store.add_campaign_contacts(campaign.id, contacts, NOW).await.unwrap();
    step(store, &campaign, CampaignState::Running).await.unwrap()
}

fn contact(number: &str) -> NewCampaignContact {
    let details = json!({ "name": "Mia" }).as_object().cloned().unwrap();
    NewCampaignContact { number: number.into(), details, ..NewCampaignContact::default() }
}

async fn step(store: &Store, campaign: &CampaignRecord, to: CampaignState) -> Option<CampaignRecord> {
    let from = &[CampaignState::Draft, CampaignState::Running, CampaignState::Paused];
    store.step_campaign(CampaignStep { id: campaign.id, from, to, reason: None, now_ms: NOW }).await.unwrap()
}

fn attempt(contact: i64) -> NewAttempt {
    NewAttempt {
        contact,
        number: "+4930901820".into(),
        call: fresh_id(NOW),
        trunk: Some("acme".into()),
        shown: None,
        variant: None,
        rate: Some(20_000),
        message_for_machines: false,
        unsure_is_machine: false,
        number_index: 0,
        reason: None,
        now_ms: NOW,
    }
}

fn call(id: CallId) -> NewCall {
    NewCall {
        id,
        direction: Direction::Outbound,
        to: Address::parse("+4930901820", "DE"),
        started_ms: NOW + 5,
        ..inbound("+49301", NOW)
    }
}

fn end(id: CallId, cause: HangupCause) -> EndCall {
    EndCall { id, at_ms: NOW + 70_000, cause, by: HangupParty::Caller, legs: Vec::new(), language: None }
}

#[tokio::test]
async fn contacts_are_added_once() {
    let books = Books::open().await;
    let campaign = running(&books.store, &["+4930901820"]).await;
    let both = vec![contact("+4930901820"), contact("+4930901821")];
    let added = books.store.add_campaign_contacts(campaign.id, both, NOW).await.unwrap();
    assert_eq!((added.added, added.known), (1, 1));
    let other = NewCampaignContact { key: "appt_2".into(), ..contact("+4930901820") };
    let added = books.store.add_campaign_contacts(campaign.id, vec![other], NOW).await.unwrap();
    assert_eq!(added.added, 1, "another matter of the same number");
    let waiting = books.store.waiting_contacts(campaign.row, 0, 2).await.unwrap();
    let rest = books.store.waiting_contacts(campaign.row, waiting[1].row, 2).await.unwrap();
    assert_eq!((waiting.len(), rest.len()), (2, 1));
    let again = NewCampaign { name: "reminders".into(), yaml: String::new() };
    assert!(matches!(books.store.add_campaign(again, NOW).await, Err(StoreError::Conflict(_))));
}

#[tokio::test]
async fn an_attempt_ends_with_its_call_and_is_told_of_in_the_same_write() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &["+4930901820"]).await;
    let who = store.waiting_contacts(campaign.row, 0, 10).await.unwrap()[0].row;
    let first = attempt(who);
    let id = first.call;
    assert_eq!(store.begin_attempts(vec![first]).await.unwrap(), [true]);
    assert_eq!(store.begin_attempts(vec![attempt(who)]).await.unwrap(), [false], "one at a time");
    assert_eq!(store.attempts_at(who).await.unwrap()[0].dialled_ms, None);

    store.begin_call(call(id)).await.unwrap();
    assert_eq!(store.attempts_at(who).await.unwrap()[0].dialled_ms, Some(NOW + 5));
    store.answer_call(AnswerCall { id, at_ms: NOW + 8_000 }).await.unwrap();
    store.remember(id, "result", "confirmed".into()).await.unwrap();
    let early = AttemptEnd {
        call: id,
        outcome: AttemptOutcome::Failed,
        reason: "late".into(),
        later_ms: None,
        now_ms: NOW + 9_000,
    };
    assert!(!store.end_attempt(early).await.unwrap(), "its call goes on");
    assert!(store.end_call(end(id, HangupCause::Normal)).await.unwrap());
    store.attempt_ended().await;

    let ended = store.ended_contacts(10).await.unwrap();
    let over = &ended[0].attempt;
    assert_eq!((over.outcome, over.disposition.as_deref()), (Some(AttemptOutcome::Reached), Some("confirmed")));
    assert_eq!((over.answered_ms, over.ended_ms), (Some(NOW + 8_000), Some(NOW + 70_000)));
    assert_eq!(over.cost, Some(40_000), "62 s are two minutes");
    let filter = EventFilter { call: Some(id), kind: Some("attempt.finished".into()) };
    let told = store.events(&filter, &PageRequest::first(10)).await.unwrap().data;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].data["attempt"]["outcome"], "reached");
    assert_eq!(told[0].data["campaign"]["name"], "reminders");

    let done = Judgement::Done { outcome: "reached".into(), reason: None };
    assert!(store.judge_contact(who, done.clone(), NOW).await.unwrap());
    assert!(!store.judge_contact(who, done, NOW).await.unwrap(), "once");
    let filter = CampaignContactFilter { outcome: Some("reached".into()), ..CampaignContactFilter::default() };
    let found = store.campaign_contacts(campaign.row, &filter, &PageRequest::first(10)).await.unwrap().data;
    assert_eq!((found.len(), found[0].disposition.as_deref()), (1, Some("confirmed")));
    let counts = store.campaign_counts(campaign.row).await.unwrap();
    assert_eq!((counts.len(), counts[0].count, counts[0].state), (1, 1, CampaignContactState::Done));
    let sums = &store.attempt_sums(campaign.row).await.unwrap()[0].1;
    assert_eq!((sums.attempts, sums.answered, sums.talked_ms, sums.cost), (1, 1, 62_000, 40_000));
}

#[tokio::test]
async fn a_start_closes_what_was_left_open_and_tells_dialled_from_not() {
    let books = Books::open().await;
    let campaign = running(&books.store, &["+4930901820", "+4930901821", "+4930901822"]).await;
    let rows: Vec<i64> =
        books.store.waiting_contacts(campaign.row, 0, 10).await.unwrap().iter().map(|it| it.row).collect();
    let (dialled, planned) = (attempt(rows[0]), attempt(rows[1]));
    let id = dialled.call;
    books.store.begin_attempts(vec![dialled, planned]).await.unwrap();
    books.store.begin_call(call(id)).await.unwrap();

    let books = books.reopen().await;
    books.store.close_interrupted(NOW + 100).await.unwrap();
    assert_eq!(books.store.close_attempts(i64::MAX, NOW + 100).await.unwrap(), 1, "the other ended with its call");
    assert_eq!(books.store.close_attempts(i64::MAX, NOW + 100).await.unwrap(), 0);
    let outcome = async |row| books.store.attempts_at(row).await.unwrap()[0].outcome;
    assert_eq!(outcome(rows[0]).await, Some(AttemptOutcome::Interrupted));
    assert_eq!(outcome(rows[1]).await, Some(AttemptOutcome::Withdrawn));
    assert_eq!(books.store.ended_contacts(10).await.unwrap().len(), 2, "it is to be seen what follows");
    assert_eq!(books.store.waiting_contacts(campaign.row, 0, 10).await.unwrap().len(), 1);

    let again = Judgement::Again { due_ms: NOW + 200, number_index: 0 };
    assert!(books.store.judge_contact(rows[0], again, NOW).await.unwrap());
    assert_eq!(books.store.begin_attempts(vec![attempt(rows[0])]).await.unwrap(), [false], "its time has not come");
    let due = NewAttempt { now_ms: NOW + 200, ..attempt(rows[0]) };
    assert_eq!(books.store.begin_attempts(vec![due]).await.unwrap(), [true]);
    let numbers: Vec<u32> = books.store.attempts_at(rows[0]).await.unwrap().iter().map(|it| it.attempt).collect();
    assert_eq!(numbers, [1, 2], "a new attempt, not the same once more");
}

#[tokio::test]
async fn nothing_is_dialled_in_a_campaign_that_does_not_run() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &["+4930901820"]).await;
    let who = store.waiting_contacts(campaign.row, 0, 10).await.unwrap()[0].row;
    step(store, &campaign, CampaignState::Paused).await.unwrap();
    assert_eq!(store.begin_attempts(vec![attempt(who)]).await.unwrap(), [false]);
    assert!(matches!(store.change_campaign(campaign.id, "name: other", NOW).await, Ok(it) if it.version == 2));
    step(store, &campaign, CampaignState::Running).await.unwrap();
    assert!(matches!(store.change_campaign(campaign.id, "x", NOW).await, Err(StoreError::Conflict(_))));
    assert!(matches!(store.remove_campaign(campaign.id).await, Err(StoreError::Conflict(_))));
    step(store, &campaign, CampaignState::Stopped).await.unwrap();
    assert!(step(store, &campaign, CampaignState::Running).await.is_none(), "for good");
    let kinds: Vec<String> = store
        .events(&EventFilter::default(), &PageRequest::first(10))
        .await
        .unwrap()
        .data
        .into_iter()
        .map(|event| event.kind)
        .collect();
    assert_eq!(kinds, ["campaign.stopped", "campaign.resumed", "campaign.paused", "campaign.started"]);
    assert!(store.remove_campaign(campaign.id).await.unwrap());
}

#[tokio::test]
async fn a_refusal_at_the_gate_is_an_attempt_that_was_not_dialled() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &["+4930901820"]).await;
    let who = store.waiting_contacts(campaign.row, 0, 10).await.unwrap()[0].row;
    let new = attempt(who);
    let id = new.call;
    store.begin_attempts(vec![new]).await.unwrap();
    let refused = AttemptEnd {
        call: id,
        outcome: AttemptOutcome::Refused,
        reason: "suppressed".into(),
        later_ms: None,
        now_ms: NOW + 1,
    };
    assert!(store.end_attempt(refused.clone()).await.unwrap());
    assert!(!store.end_attempt(refused).await.unwrap(), "once");
    let over = &store.attempts_at(who).await.unwrap()[0];
    assert_eq!((over.verdict.as_str(), over.reason.as_deref()), ("never", Some("suppressed")));
    assert_eq!((over.dialled_ms, over.cost), (None, None));
}

/// Makes a call of a campaign that was answered, and ends it.
async fn called(store: &Store, contact: i64, result: Option<&str>) -> CallId {
    let new = attempt(contact);
    let id = new.call;
    store.begin_attempts(vec![new]).await.unwrap();
    store.begin_call(call(id)).await.unwrap();
    store.answer_call(AnswerCall { id, at_ms: NOW + 8_000 }).await.unwrap();
    if let Some(result) = result {
        store.remember(id, "result", result.into()).await.unwrap();
    }
    assert!(store.end_call(end(id, HangupCause::Normal)).await.unwrap());
    id
}

#[tokio::test]
async fn a_call_that_was_dropped_counts_as_dropped_for_the_next() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &["+4930901820"]).await;
    let who = store.waiting_contacts(campaign.row, 0, 10).await.unwrap()[0].row;
    let id = called(store, who, Some("abandoned")).await;
    assert_eq!(store.attempts_at(who).await.unwrap()[0].outcome, Some(AttemptOutcome::Dropped));
    let standing = store.standing("+4930901820", "reminder", NOW + 80_000).await.unwrap();
    assert_eq!(standing.attempts.iter().map(|it| (it.call, it.dropped)).collect::<Vec<_>>(), [(id, true)]);
}

#[tokio::test]
async fn who_is_understood_late_to_have_said_no_has_opted_out() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &["+4930901820", "+4930901821", "+4930901822"]).await;
    let waiting = store.waiting_contacts(campaign.row, 0, 10).await.unwrap();
    let [judged, again, unseen] = [waiting[0].row, waiting[1].row, waiting[2].row];
    let done = Judgement::Done { outcome: "reached".into(), reason: None };
    let later = Judgement::Again { due_ms: NOW + 90_000, number_index: 0 };
    for (who, judgement) in [(judged, Some(done)), (again, Some(later)), (unseen, None)] {
        let id = called(store, who, None).await;
        if let Some(judgement) = judgement {
            store.judge_contact(who, judgement, NOW + 80_000).await.unwrap();
        }
        assert!(store.opted_out_late(id, NOW + 81_000).await.unwrap());
        assert_eq!(store.attempts_at(who).await.unwrap()[0].outcome, Some(AttemptOutcome::OptedOut));
    }
    for who in [judged, again] {
        let contact = store.campaign_contact(campaign.row, who).await.unwrap().unwrap();
        assert_eq!((contact.state, contact.outcome.as_deref()), (CampaignContactState::Done, Some("opted_out")));
    }
    let ended = store.ended_contacts(10).await.unwrap();
    assert_eq!((ended.len(), ended[0].contact.row), (1, unseen), "that is judged by its attempt");
    assert!(!store.opted_out_late(fresh_id(NOW), NOW).await.unwrap(), "no campaign made it");
}

#[tokio::test]
async fn an_erased_number_is_no_other_number_of_anybody_either() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &[]).await;
    let others = vec!["+4930901821".to_owned(), "+4930901822".to_owned()];
    let both = NewCampaignContact { other_numbers: others, ..contact("+4930901820") };
    store.add_campaign_contacts(campaign.id, vec![both], NOW).await.unwrap();
    let erasure = store.begin_erasure(None, Some("+4930901821"), None, "asked by mail", NOW + 50).await.unwrap();
    while store.erase_traces(&erasure).await.unwrap() {}
    store.finish_erasure(&erasure, NOW + 100).await.unwrap();
    let contact = &store.waiting_contacts(campaign.row, 0, 10).await.unwrap()[0];
    assert_eq!(contact.other_numbers, ["+4930901822"]);
}

fn round(campaign: &CampaignRecord, planned_ms: i64, now_ms: i64) -> NewRound {
    NewRound { campaign: campaign.id, planned_ms, asked_ms: None, now_ms }
}

async fn outcomes(store: &Store, campaign: &CampaignRecord) -> Vec<(u32, String, u64)> {
    let counts = store.round_counts(campaign.row, 1).await.unwrap();
    counts.into_iter().map(|count| (count.round, count.outcome, count.count)).collect()
}

async fn judged(store: &Store, contact: i64, outcome: &str) {
    let done = Judgement::Done { outcome: outcome.into(), reason: None };
    assert!(store.judge_contact(contact, done, NOW).await.unwrap());
}

#[tokio::test]
async fn a_time_is_run_once_and_each_contact_has_one_outcome_in_each_round() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &["+4930901820", "+4930901821", "+4930901822"]).await;
    assert_eq!(store.begin_round(round(&campaign, NOW, NOW)).await.unwrap(), RoundBegin::Begun(1));
    assert_eq!(store.begin_round(round(&campaign, NOW, NOW)).await.unwrap(), RoundBegin::Not, "it was run");
    let waiting = store.waiting_contacts(campaign.row, 0, 9).await.unwrap();
    assert_eq!(waiting.iter().map(|contact| contact.round).collect::<Vec<_>>(), [1, 1, 1]);
    judged(store, waiting[0].row, "busy").await;
    judged(store, waiting[1].row, "opted_out").await;
    assert!(!store.end_round(campaign.id, NOW).await.unwrap(), "somebody has no outcome yet");

    // A call goes on when the next time comes: nobody else is dialled, and the round waits for it.
    let going = NewAttempt { number: "+4930901822".into(), ..attempt(waiting[2].row) };
    assert_eq!(store.begin_attempts(vec![going.clone()]).await.unwrap(), [true]);
    assert_eq!(store.begin_round(round(&campaign, NOW + 9, NOW + 9)).await.unwrap(), RoundBegin::NotYet);
    let outcome = AttemptOutcome::Failed;
    let over = AttemptEnd { call: going.call, outcome, reason: "x".into(), later_ms: None, now_ms: NOW + 10 };
    assert!(store.end_attempt(over).await.unwrap());
    let again = Judgement::Again { due_ms: NOW + 20, number_index: 0 };
    assert!(store.judge_contact(waiting[2].row, again, NOW + 10).await.unwrap());
    assert_eq!(store.begin_round(round(&campaign, NOW + 9, NOW + 11)).await.unwrap(), RoundBegin::Begun(2));
    let first = [(1, "busy".to_owned(), 1), (1, "expired".to_owned(), 1), (1, "opted_out".to_owned(), 1)];
    assert_eq!(outcomes(store, &campaign).await, first);

    // Who said no is not called again; whoever comes after the end of a round waits for the next one.
    let waiting = store.waiting_contacts(campaign.row, 0, 9).await.unwrap();
    assert_eq!(waiting.len(), 2);
    for contact in &waiting {
        judged(store, contact.row, "reached").await;
    }
    assert!(store.end_round(campaign.id, NOW + 12).await.unwrap());
    assert!(!store.end_round(campaign.id, NOW + 12).await.unwrap(), "it ends once");
    store.add_campaign_contacts(campaign.id, vec![contact("+4930901823")], NOW + 13).await.unwrap();
    assert_eq!(store.begin_round(round(&campaign, NOW + 90, NOW + 90)).await.unwrap(), RoundBegin::Begun(3));
    assert_eq!(store.waiting_contacts(campaign.row, 0, 9).await.unwrap().len(), 3);
    assert_eq!(outcomes(store, &campaign).await[0], (2, "reached".to_owned(), 2));
    let rounds = store.campaign_rounds(campaign.row, 9).await.unwrap();
    assert_eq!(
        rounds.iter().map(|it| (it.round, it.ended_ms)).collect::<Vec<_>>()[..2],
        [(3, None), (2, Some(NOW + 12))]
    );
    assert_eq!(step(store, &campaign, CampaignState::Paused).await.unwrap().round, 3);
    let paused = store.begin_round(round(&campaign, NOW + 99, NOW + 99)).await.unwrap();
    assert_eq!(paused, RoundBegin::Not, "it is paused");
}

/// What the segment of a campaign has at that time.
async fn ask(store: &Store, campaign: &CampaignRecord, asked_ms: i64, numbers: &[&str]) {
    store.begin_asking(campaign.id, asked_ms).await.unwrap();
    for number in numbers {
        store.find_or_make_contact(Address::parse(number, "DE"), NOW).await.unwrap();
    }
    let contacts = numbers.iter().map(|number| contact(number)).collect();
    assert!(store.keep_asked(campaign.id, asked_ms, contacts, asked_ms).await.unwrap());
}

/// The numbers of those who wait, by their last digits.
async fn waits(store: &Store, campaign: &CampaignRecord) -> Vec<String> {
    let waiting = store.waiting_contacts(campaign.row, 0, 9).await.unwrap();
    waiting.iter().map(|contact| contact.number[10..].to_owned()).collect()
}

#[tokio::test]
async fn a_round_of_a_segment_calls_those_whom_it_has_then() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &[]).await;
    let begin = async |asked_ms: i64| {
        store.begin_round(NewRound { asked_ms: Some(asked_ms), ..round(&campaign, asked_ms, asked_ms) }).await.unwrap()
    };
    ask(store, &campaign, NOW, &["+4930901820", "+4930901821", "+4930901822"]).await;
    assert!(waits(store, &campaign).await.is_empty(), "they are only known");
    assert!(store.campaign_counts(campaign.row).await.unwrap().is_empty());
    assert_eq!(begin(NOW).await, RoundBegin::Begun(1));
    assert_eq!(waits(store, &campaign).await, ["0", "1", "2"]);
    for (row, outcome) in store.waiting_contacts(campaign.row, 0, 9).await.unwrap().iter().zip(["busy", "opted_out"]) {
        judged(store, row.row, outcome).await;
    }
    // One has left, one said no, one is new.
    ask(store, &campaign, NOW + 50, &["+4930901820", "+4930901821", "+4930901823"]).await;
    assert_eq!(begin(NOW + 50).await, RoundBegin::Begun(2));
    assert_eq!(waits(store, &campaign).await, ["0", "3"]);
    let first = [(1, "busy".to_owned(), 1), (1, "expired".to_owned(), 1), (1, "opted_out".to_owned(), 1)];
    assert_eq!(outcomes(store, &campaign).await, first, "who is left out is in no round");
    let counted: u64 = store.campaign_counts(campaign.row).await.unwrap().iter().map(|count| count.count).sum();
    assert_eq!(counted, 3, "two wait, one said no");
    // Who has come back is called again.
    ask(store, &campaign, NOW + 90, &["+4930901822"]).await;
    assert_eq!(begin(NOW + 90).await, RoundBegin::Begun(3));
    assert_eq!(waits(store, &campaign).await, ["2"]);
}

#[tokio::test]
async fn a_segment_that_is_asked_anew_calls_nobody_twice_and_drops_who_waits_and_is_not_in_it() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &[]).await;
    let take = |asked_ms| TakeAsked { campaign: campaign.id, asked_ms, now_ms: NOW };
    ask(store, &campaign, NOW, &["+4930901820", "+4930901821", "+4930901822"]).await;
    assert!(store.begin_asked(take(NOW)).await.unwrap());
    let reached = store.waiting_contacts(campaign.row, 0, 1).await.unwrap()[0].row;
    judged(store, reached, "reached").await;
    assert_eq!(store.campaign(campaign.id).await.unwrap().unwrap().asked_ms, Some(NOW));
    step(store, &campaign, CampaignState::Paused).await.unwrap();
    let changed = store.change_campaign(campaign.id, "name: reminders\n", NOW).await.unwrap();
    assert_eq!(changed.asked_ms, None, "another text is asked anew");
    ask(store, &campaign, NOW + 1, &["+4930901820", "+4930901822", "+4930901823"]).await;
    assert!(!store.begin_asked(take(NOW + 1)).await.unwrap(), "it is paused");
    step(store, &campaign, CampaignState::Running).await.unwrap();
    let late = store.keep_asked(campaign.id, NOW, vec![contact("+4930901829")], NOW + 2).await.unwrap();
    assert!(!late && !store.begin_asked(take(NOW)).await.unwrap(), "an earlier asking does not count any more");
    assert!(store.begin_asked(take(NOW + 1)).await.unwrap());
    assert_eq!(waits(store, &campaign).await, ["2", "3"]);
}

#[tokio::test]
async fn without_its_segment_a_campaign_brings_nobody_back_whom_that_had_left_out() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &[]).await;
    let begin = async |asked_ms: Option<i64>, at: i64| {
        let new = NewRound { asked_ms, ..round(&campaign, at, at) };
        assert!(matches!(store.begin_round(new).await.unwrap(), RoundBegin::Begun(_)));
    };
    ask(store, &campaign, NOW, &["+4930901820", "+4930901821"]).await;
    begin(Some(NOW), NOW).await;
    ask(store, &campaign, NOW + 50, &["+4930901821"]).await;
    begin(Some(NOW + 50), NOW + 50).await;
    assert_eq!(waits(store, &campaign).await, ["1"]);
    begin(None, NOW + 90).await;
    assert_eq!(waits(store, &campaign).await, ["1"], "the other one is not in it");
}

#[tokio::test]
async fn an_asking_keeps_nobody_who_was_erased_and_times_that_go_together() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &[]).await;
    let asked = async |asked_ms: i64, day: i64| {
        store.begin_asking(campaign.id, asked_ms).await.unwrap();
        let timed = |number: &str| NewCampaignContact { due_ms: day, expires_ms: Some(day + 9), ..contact(number) };
        let contacts = vec![timed("+4930901820"), timed("+4930901821")];
        assert!(store.keep_asked(campaign.id, asked_ms, contacts, asked_ms).await.unwrap());
        let take = TakeAsked { campaign: campaign.id, asked_ms, now_ms: asked_ms };
        assert!(store.begin_asked(take).await.unwrap());
    };
    // Of the second one nothing is in the books any more.
    store.find_or_make_contact(Address::parse("+4930901820", "DE"), NOW).await.unwrap();
    asked(NOW, NOW + 1_000).await;
    asked(NOW + 1, NOW + 2_000).await;
    let waiting = store.waiting_contacts(campaign.row, 0, 9).await.unwrap();
    let times: Vec<_> = waiting.iter().map(|it| (&it.number[10..], it.due_ms, it.expires_ms)).collect();
    assert_eq!(times, [("0", NOW + 2_000, Some(NOW + 2_009))]);
}

#[tokio::test]
async fn whoever_is_erased_is_not_named_by_what_was_told_of_an_asking() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &[]).await;
    let mut ids = Vec::new();
    for number in ["+4930901820", "+4930901821"] {
        let found = store.find_or_make_contact(Address::parse(number, "DE"), NOW).await.unwrap();
        ids.push(found.unwrap().id);
    }
    store.begin_asking(campaign.id, NOW).await.unwrap();
    let story = json!({
        "contacts": 1, "bad": 2,
        "faults": [{ "contact": ids[0], "message": "a" }, { "contact": ids[1], "message": "b" }],
        "duplicates": [{ "contact": ids[1], "of": ids[0] }],
    });
    store.tell_asked(AskedStory { campaign: campaign.id, asked_ms: NOW, story }).await.unwrap();
    let erasure = store.begin_erasure(Some(ids[0]), None, None, "asked by mail", NOW + 50).await.unwrap();
    while store.erase_traces(&erasure).await.unwrap() {}
    assert!(store.finish_erasure(&erasure, NOW + 100).await.unwrap());
    let told = store.campaign(campaign.id).await.unwrap().unwrap().asked.unwrap();
    let left = json!({
        "contacts": 1, "bad": 2, "faults": [{ "contact": ids[1], "message": "b" }], "duplicates": [],
    });
    assert_eq!(told, left);
}

#[tokio::test]
async fn whoever_is_erased_goes_from_rows_under_another_number_and_with_the_calls_to_it() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &[]).await;
    let with = |number: &str, name: &str| {
        let details = json!({ "name": name, "fields": { "doctor": "Weber" } }).as_object().cloned().unwrap();
        let other_numbers = vec!["+4930901821".to_owned()];
        NewCampaignContact { number: number.into(), other_numbers, details, ..NewCampaignContact::default() }
    };
    // Their own row, one of theirs under another first number, and that of somebody in the same house.
    let own = NewCampaignContact { other_numbers: vec!["+4930901820".into()], ..with("+4930901821", "Anna Berg") };
    let rows = vec![own, with("+4930901822", "Anna Berg"), with("+4930901823", "Ben Berg")];
    store.add_campaign_contacts(campaign.id, rows, NOW).await.unwrap();
    let waiting = store.waiting_contacts(campaign.row, 0, 10).await.unwrap();
    // She was called at another number of hers, of which the books know nothing else.
    let call = called(store, waiting[0].row, None).await;
    let known = store.find_or_make_contact(Address::parse("+4930901821", "DE"), NOW).await.unwrap();
    let person = known.unwrap().id;
    let named = ContactChange { name: Some(Some("Anna Berg".into())), ..ContactChange::default() };
    store.change_contact(person, named, NOW).await.unwrap();
    let erasure = store.begin_erasure(Some(person), None, None, "asked by mail", NOW + 50).await.unwrap();
    let calls = store.erasure_calls(&erasure, 10).await.unwrap().ended;
    assert_eq!(calls.iter().map(|it| it.id).collect::<Vec<_>>(), [call], "the call is of her");
    store.erase_call(call).await.unwrap();
    while store.erase_traces(&erasure).await.unwrap() {}
    assert!(store.finish_erasure(&erasure, NOW + 100).await.unwrap());
    let kept = async |at: usize| store.campaign_contact(campaign.row, waiting[at].row).await.unwrap().unwrap();
    for at in [0, 1] {
        let row = kept(at).await;
        assert!(row.number.is_empty() && row.other_numbers.is_empty() && row.details.is_empty(), "{at}: {row:?}");
        assert_eq!(row.state, CampaignContactState::Done);
    }
    let other = kept(2).await;
    assert_eq!((other.number.as_str(), other.details["name"].as_str()), ("+4930901823", Some("Ben Berg")));
    assert!(other.other_numbers.is_empty(), "but her number is not his any more");
}

#[tokio::test]
async fn walks_are_summed_by_campaign() {
    let books = Books::open().await;
    let store = &books.store;
    let campaign = running(store, &["+4930901820", "+4930901821"]).await;
    let waiting = store.waiting_contacts(campaign.row, 0, 10).await.unwrap();
    let node = |node: &str, abandoned| WalkedNode { flow: "f".into(), node: node.into(), abandoned };
    for (contact, left) in waiting.iter().zip([true, false]) {
        let call = called(store, contact.row, None).await;
        let keys = if left { vec![] } else { vec![(0, '1'), (0, '1')] };
        let walk = CallWalk { nodes: vec![node("menu", left)], keys };
        assert!(store.add_walk(call, walk).await.unwrap());
    }
    let nodes = store.campaign_nodes(campaign.row).await.unwrap();
    assert_eq!((nodes.len(), nodes[0].entered, nodes[0].abandoned), (1, 2, 1));
    let keys = store.campaign_keys(campaign.row).await.unwrap();
    assert_eq!((keys.len(), keys[0].key.as_str(), keys[0].pressed), (1, "1", 2));
    assert!(!store.add_walk(fresh_id(NOW), CallWalk::default()).await.unwrap(), "no campaign made it");
}
