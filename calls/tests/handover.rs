//! Callers who are handed over to members: with a word before, by skill and in turn, and after waiting in a queue.

use crate::support;

use std::cell::RefCell;

use call_model::{
    Announcement, CallCommand, CallEvent, CallFacts, HangupCause, QueueSettings, RingStrategy, TransferOutcome,
    TransferSettings,
};
use calls::CallSettings;
use calls::directory::Member;
use sip_core::LegHandle;
use support::{CONSENT, House, Phones, member};
use transport::rtp::RtpConfig;

thread_local! {
    /// What the test's apps do with their caller: each test runs on a thread of its own.
    static TRANSFER: RefCell<Option<TransferSettings>> = const { RefCell::new(None) };
}

fn hands_over(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => {
            let settings = TRANSFER.with_borrow(|settings| settings.clone().expect("settings"));
            vec![CallCommand::Transfer(settings)]
        }
        CallEvent::TransferEnded { .. } => vec![CallCommand::Hangup { cause: HangupCause::Normal }],
        CallEvent::Digit { digit: '*', .. } => vec![CallCommand::CancelTransfer],
        _ => Vec::new(),
    }
}

fn to(targets: &[&str], strategy: RingStrategy) -> TransferSettings {
    let targets = targets.iter().map(|target| (*target).to_owned()).collect();
    TransferSettings { strategy, ..TransferSettings::to(targets, 20_000) }
}

/// Three words are 600 ms long.
fn warm(settings: TransferSettings, wait_ms: u64) -> TransferSettings {
    let announcement = Announcement {
        text: "somebody wants something".into(),
        language: "en".into(),
        voice: None,
        accept: '1',
        decline: '2',
        wait_ms,
    };
    TransferSettings { announcement: Some(announcement), ..settings }
}

fn queued(settings: TransferSettings, max_wait_ms: u64, max_waiting: u32) -> TransferSettings {
    TransferSettings { queue: Some(QueueSettings { name: "desk".into(), max_wait_ms, max_waiting }), ..settings }
}

async fn start(settings: TransferSettings, members: &[Member]) -> (House, Phones) {
    TRANSFER.set(Some(settings));
    let (house, mut phones) = (House::staffed(hands_over, members).await, Phones::start().await);
    for member in members {
        phones.register(house.port, &member.name).await;
    }
    (house, phones)
}

async fn answered(house: &mut House) -> String {
    house
        .told("TransferAnswered", |event| match event {
            CallEvent::TransferAnswered { target } => Some(target.clone()),
            _ => None,
        })
        .await
}

async fn outcome(house: &mut House) -> TransferOutcome {
    house
        .told("the end of the transfer", |event| match event {
            CallEvent::TransferEnded { outcome } => Some(*outcome),
            _ => None,
        })
        .await
}

/// Takes a call and waits for the ACK.
async fn take(phones: &mut Phones, leg: LegHandle) {
    assert!(phones.take(leg).await);
    phones.confirmed(leg).await;
}

#[tokio::test]
async fn a_member_who_takes_the_caller_by_key_gets_them() {
    let settings = warm(to(&["anna", "ben"], RingStrategy::Hunt), 20_000);
    let (mut house, mut phones) = start(settings, &[member("anna"), member("ben")]).await;
    let caller = phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    take(&mut phones, anna).await;
    phones.press(anna, '1').await;
    assert_eq!(answered(&mut house).await, "anna");
    phones.hang_up(caller);
    phones.ended(anna).await;
    assert_eq!(house.only_call().await.legs.len(), 2);
}

#[tokio::test]
async fn who_declines_by_key_or_by_hanging_up_makes_the_next_phone_ring() {
    let settings = warm(to(&["anna", "ben", "cleo"], RingStrategy::Hunt), 20_000);
    let (mut house, mut phones) = start(settings, &["anna", "ben", "cleo"].map(member)).await;
    let caller = phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    take(&mut phones, anna).await;
    phones.press(anna, '7').await;
    phones.press(anna, '2').await;
    phones.ended(anna).await;
    let ben = phones.called_as("ben").await;
    take(&mut phones, ben).await;
    phones.hang_up(ben);
    let cleo = phones.called_as("cleo").await;
    phones.refuse(cleo, 480).await;
    // That two declined says more than that nobody answered.
    assert_eq!(outcome(&mut house).await, TransferOutcome::Declined);
    phones.ended(caller).await;
    house.only_call().await;
}

#[tokio::test]
async fn without_a_key_it_is_said_once_more_and_then_the_next_phone_rings() {
    let settings = warm(to(&["anna", "ben"], RingStrategy::Hunt), 100);
    let (mut house, mut phones) = start(settings, &[member("anna"), member("ben")]).await;
    let caller = phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    let began = std::time::Instant::now();
    take(&mut phones, anna).await;
    phones.ended(anna).await;
    // Twice 600 ms of words and 100 ms of patience.
    assert!(began.elapsed().as_millis() >= 1_390, "{:?}", began.elapsed());
    let ben = phones.called_as("ben").await;
    phones.refuse(ben, 480).await;
    assert_eq!(outcome(&mut house).await, TransferOutcome::NoAnswer);
    phones.ended(caller).await;
    house.only_call().await;
}

#[tokio::test]
async fn of_all_who_hear_it_the_first_who_takes_the_caller_has_them() {
    let settings = warm(to(&["anna", "ben"], RingStrategy::All), 20_000);
    let (mut house, mut phones) = start(settings, &[member("anna"), member("ben")]).await;
    let caller = phones.call(house.port, "reception", true).await;
    let (one, other) = (phones.called().await, phones.called().await);
    take(&mut phones, one).await;
    take(&mut phones, other).await;
    phones.press(other, '1').await;
    assert_eq!(answered(&mut house).await, phones.names[&other]);
    phones.ended(one).await;
    phones.hang_up(other);
    assert_eq!(outcome(&mut house).await, TransferOutcome::Completed);
    phones.ended(caller).await;
    house.only_call().await;
}

#[tokio::test]
async fn a_caller_who_hangs_up_frees_the_member_who_hears_of_them() {
    let settings = warm(to(&["anna"], RingStrategy::Hunt), 20_000);
    let (house, mut phones) = start(settings, &[member("anna")]).await;
    let caller = phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    take(&mut phones, anna).await;
    phones.hang_up(caller);
    phones.ended(anna).await;
    house.only_call().await;
}

#[tokio::test]
async fn what_the_member_hears_is_in_no_transcript() {
    TRANSFER.set(Some(warm(to(&["anna"], RingStrategy::Hunt), 20_000)));
    let mut house = House::hearing(hands_over, CallSettings::default()).await;
    let mut phones = Phones::start().await;
    house.staff(&[member("anna")]).await;
    phones.register(house.port, "anna").await;
    let caller = phones.call(house.port, "reception", true).await;
    let caller_ear = house.ear().await;
    let anna = phones.called_as("anna").await;
    take(&mut phones, anna).await;
    phones.press(anna, '1').await;
    answered(&mut house).await;
    let anna_ear = house.ear().await;
    anna_ear.line(2_000, "hello").await;
    drop((caller_ear, anna_ear));
    phones.hang_up(caller);
    let (_, transcript) = house.transcript().await;
    let lines: Vec<_> = transcript.lines.iter().map(|line| line.line.text.as_str()).collect();
    assert_eq!(lines, ["hello"]);
}

#[tokio::test]
async fn only_who_can_help_is_rung_and_who_speaks_the_language_first() {
    let skilled = |name: &str, skills: &[&str], languages: &[&str]| Member {
        skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
        languages: languages.iter().map(|tag| (*tag).to_owned()).collect(),
        ..member(name)
    };
    let members = [
        skilled("anna", &["billing", "law"], &["en"]),
        skilled("ben", &["billing"], &["de"]),
        skilled("cleo", &["law", "billing"], &["fr", "de-AT"]),
        Member { away: true, ..skilled("dora", &["law", "billing"], &["de"]) },
    ];
    let settings = TransferSettings {
        skills: vec!["billing".into(), "law".into()],
        language: Some("de".into()),
        ..to(&["anna", "ben", "cleo", "dora", "sip:stranger@127.0.0.1:1"], RingStrategy::Hunt)
    };
    let (mut house, mut phones) = start(settings, &members).await;
    let caller = phones.call(house.port, "reception", true).await;
    let cleo = phones.called_as("cleo").await;
    phones.refuse(cleo, 486).await;
    let anna = phones.called_as("anna").await;
    phones.refuse(anna, 480).await;
    assert_eq!(outcome(&mut house).await, TransferOutcome::Busy);
    phones.ended(caller).await;
    house.only_call().await;
}

#[tokio::test]
async fn who_had_the_fewest_callers_is_rung_first_and_who_talks_is_not() {
    let settings = to(&["anna", "ben"], RingStrategy::FewestCalls);
    let (mut house, mut phones) = start(settings, &[member("anna"), member("ben")]).await;
    let first = phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    take(&mut phones, anna).await;
    answered(&mut house).await;
    let second = phones.call(house.port, "reception", true).await;
    let ben = phones.called_as("ben").await;
    take(&mut phones, ben).await;
    answered(&mut house).await;
    // Both talk: nobody is rung.
    let third = phones.call(house.port, "reception", true).await;
    assert_eq!(outcome(&mut house).await, TransferOutcome::Busy);
    phones.ended(third).await;
    // Ben is free again, and anna has had no more than he.
    phones.hang_up(ben);
    phones.ended(second).await;
    phones.hang_up(anna);
    phones.ended(first).await;
    let fourth = phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    phones.refuse(anna, 480).await;
    let ben = phones.called_as("ben").await;
    phones.refuse(ben, 480).await;
    phones.ended(fourth).await;
}

#[tokio::test]
async fn callers_are_served_in_their_order_when_somebody_becomes_free() {
    let settings = queued(to(&["anna"], RingStrategy::All), 60_000, 9);
    let (mut house, mut phones) = start(settings, &[member("anna")]).await;
    let zeroth = phones.call(house.port, "reception", true).await;
    let talk = phones.called_as("anna").await;
    take(&mut phones, talk).await;
    answered(&mut house).await;
    let first = phones.call(house.port, "reception", true).await;
    assert_eq!(house.told_to(CallEvent::Queued { position: 1 }).await, "reception");
    let second = phones.call(house.port, CONSENT, true).await;
    assert_eq!(house.told_to(CallEvent::Queued { position: 2 }).await, CONSENT);
    let states = house.switchboard.queues();
    assert_eq!((states.len(), states[0].waiting, states[0].served), (1, 2, 1));
    let [served, waits] = [0, 1].map(|at| states[0].callers[at].0);

    phones.hang_up(zeroth);
    phones.ended(talk).await;
    let talk = phones.called_as("anna").await;
    take(&mut phones, talk).await;
    // Answering moves the second one up.
    assert_eq!(house.told_to(CallEvent::TransferAnswered { target: "anna".into() }).await, "reception");
    assert_eq!(house.told_to(CallEvent::Queued { position: 1 }).await, CONSENT);
    for call in [served, waits] {
        assert_eq!(house.switchboard.queue_of(call).await.as_deref(), Some("desk"), "who is served came by it, too");
    }
    let anna = member("anna").id;
    assert!(house.switchboard.takes_part(anna, served) && !house.switchboard.takes_part(anna, waits));
    phones.hang_up(talk);
    phones.ended(first).await;
    let talk = phones.called_as("anna").await;
    take(&mut phones, talk).await;
    assert_eq!(house.told_to(CallEvent::TransferAnswered { target: "anna".into() }).await, CONSENT);
    phones.hang_up(second);
    phones.ended(talk).await;
    let state = house.switchboard.queues().remove(0);
    assert_eq!((state.waiting, state.entered, state.served), (0, 3, 3));
}

#[tokio::test]
async fn a_queue_lets_go_of_who_hangs_up_or_wants_something_else_or_has_waited_long_enough() {
    let settings = queued(to(&["anna"], RingStrategy::All), 1_000, 2);
    let (mut house, mut phones) = start(settings, &[member("anna")]).await;
    let talker = phones.call(house.port, "reception", true).await;
    let talk = phones.called_as("anna").await;
    take(&mut phones, talk).await;
    answered(&mut house).await;

    let gives_up = phones.call(house.port, "reception", true).await;
    house.told_to(CallEvent::Queued { position: 1 }).await;
    let waits = phones.call(house.port, CONSENT, true).await;
    house.told_to(CallEvent::Queued { position: 2 }).await;
    let refused = phones.call(house.port, "reception", true).await;
    assert_eq!(outcome(&mut house).await, TransferOutcome::Busy);
    phones.ended(refused).await;
    phones.hang_up(gives_up);
    house.told_to(CallEvent::Queued { position: 1 }).await;
    assert_eq!(outcome(&mut house).await, TransferOutcome::Busy);
    phones.ended(waits).await;

    let cancels = phones.call(house.port, CONSENT, true).await;
    house.told_to(CallEvent::Queued { position: 1 }).await;
    phones.answered(cancels).await;
    phones.press(cancels, '*').await;
    assert_eq!(outcome(&mut house).await, TransferOutcome::Cancelled);
    phones.ended(cancels).await;
    let state = house.switchboard.queues().remove(0);
    assert_eq!((state.waiting, state.served, state.left), (0, 1, 2));
    assert_eq!((state.timed_out, state.refused), (1, 1));
    phones.hang_up(talker);
    phones.ended(talk).await;
}

#[tokio::test]
async fn a_waiting_caller_is_rung_for_again_and_by_who_comes_back() {
    let settings = queued(to(&["anna", "ben"], RingStrategy::Hunt), 60_000, 2);
    let members = [member("anna"), Member { away: true, ..member("ben") }];
    let (mut house, mut phones) = start(settings, &members).await;
    let caller = phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    phones.refuse(anna, 486).await;
    house.told_to(CallEvent::Queued { position: 1 }).await;
    // Her phone says that she is busy: it is tried again.
    let anna = phones.called_as("anna").await;
    phones.ring(anna).await;
    // Ben is back.
    house.staff(&[member("anna"), member("ben")]).await;
    phones.refuse(anna, 480).await;
    let ben = loop {
        let leg = phones.called().await;
        if phones.names[&leg] == "ben" {
            break leg;
        }
        phones.refuse(leg, 480).await;
    };
    take(&mut phones, ben).await;
    assert_eq!(answered(&mut house).await, "ben");
    phones.hang_up(caller);
    phones.ended(ben).await;
    house.only_call().await;
}

/// The end of a phone's ringing may have made somebody free, but not who did not want to be rung just now.
#[tokio::test]
async fn who_does_not_take_a_waiting_caller_is_left_in_peace_for_a_while() {
    let retry = std::time::Duration::from_secs(1);
    TRANSFER.set(Some(queued(to(&["Anna"], RingStrategy::All), 60_000, 2)));
    let settings = CallSettings { queue_retry: retry, ..CallSettings::default() };
    let mut house = House::start_with(hands_over, settings, RtpConfig::default()).await;
    house.staff(&[member("anna")]).await;
    let mut phones = Phones::start().await;
    phones.register(house.port, "anna").await;
    let caller = phones.call(house.port, "reception", true).await;
    let anna = phones.called_as("anna").await;
    let refused = std::time::Instant::now();
    phones.refuse(anna, 486).await;
    house.told_to(CallEvent::Queued { position: 1 }).await;
    // Whatever else happens in the house meanwhile.
    house.staff(&[member("anna"), member("ben")]).await;
    let anna = phones.called_as("anna").await;
    assert!(refused.elapsed() >= retry, "rung again after {:?}", refused.elapsed());
    take(&mut phones, anna).await;
    assert_eq!(answered(&mut house).await, "anna");
    phones.hang_up(caller);
    phones.ended(anna).await;
    house.only_call().await;
}

#[tokio::test]
async fn nobody_waits_where_nobody_is_there() {
    let settings = queued(to(&["anna"], RingStrategy::All), 60_000, 2);
    let (mut house, mut phones) = start(settings, &[Member { away: true, ..member("anna") }]).await;
    let caller = phones.call(house.port, "reception", true).await;
    assert_eq!(outcome(&mut house).await, TransferOutcome::Unavailable);
    phones.ended(caller).await;
    house.only_call().await;
}

#[tokio::test]
async fn a_colleague_reaches_who_is_away() {
    let settings = to(&["anna"], RingStrategy::All);
    let (house, mut phones) = start(settings, &[Member { away: true, ..member("anna") }, member("ben")]).await;
    let caller = phones.call_from(house.port, "ben", "anna").await;
    let anna = phones.called_as("anna").await;
    take(&mut phones, anna).await;
    phones.answered(caller).await;
    phones.hang_up(caller);
    phones.ended(anna).await;
    house.only_call().await;
}

/// Nothing of it may be lost when the line is served while calls are placed and given up all at once.
#[tokio::test]
async fn many_callers_find_their_way_to_one_member() {
    let settings = queued(to(&["anna"], RingStrategy::All), 60_000, 20);
    TRANSFER.set(Some(settings));
    let house = House::start_with(
        hands_over,
        CallSettings { queue_retry: std::time::Duration::from_millis(50), ..CallSettings::default() },
        RtpConfig::default(),
    )
    .await;
    house.staff(&[member("anna")]).await;
    let mut phones = Phones::start().await;
    phones.register(house.port, "anna").await;
    let mut callers = Vec::new();
    for _ in 0..8 {
        callers.push(phones.call(house.port, "reception", true).await);
    }
    for _ in 0..callers.len() {
        let talk = phones.called_as("anna").await;
        take(&mut phones, talk).await;
        phones.hang_up(talk);
        phones.ended(talk).await;
    }
    for caller in callers {
        phones.ended(caller).await;
    }
    let state = house.switchboard.queues().remove(0);
    assert_eq!((state.entered, state.served, state.waiting), (8, 8, 0));
}
