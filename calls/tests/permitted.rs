//! What may be called, by the books and the rules; and how whoever is called says no.

use crate::support;
use crate::toll::trunk;

use call_model::{CallCommand, CallEvent, CallFacts, CallId, HangupCause, PlaybackId, PromptItem};
use calls::app::AppRef;
use calls::gate::Refusal;
use calls::live::{LiveItem, LiveKind, LiveState};
use calls::toll::Toll;
use calls::{CallSettings, PlaceError, Placement};
use permission::{Purpose, Reason, Rules, Week};
use store::NewSuppression;
use support::{House, Phones, soon};

const NUMBER: &str = "+4989123456";

/// Plays on and on, and listens.
fn talks_on(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Answered => {
            let items = vec![PromptItem::Say { text: "pieces 20".into(), language: "en".into(), voice: None }];
            vec![CallCommand::Play { playback: PlaybackId(1), items, repeat: true }]
        }
        _ => Vec::new(),
    }
}

/// Tells the books at the answer, then hangs up.
fn is_told_no(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![
            CallCommand::OptOut { purpose: Some("marketing".into()), said: Some("no more".into()) },
            CallCommand::Hangup { cause: HangupCause::Normal },
        ],
        _ => Vec::new(),
    }
}

fn placement(purpose: Purpose, rules: Option<Rules>) -> Placement {
    Placement {
        to: NUMBER.into(),
        app: AppRef::Say("reception".into()),
        from: None,
        withheld: false,
        trunk: None,
        language: None,
        variables: serde_json::Map::new(),
        ring_timeout: None,
        webhook: None,
        machine: None,
        purpose,
        rules: rules.map(Box::new),
        whereabouts: calls::outreach::Whereabouts::default(),
    }
}

async fn place(house: &House, placement: Placement) -> Result<CallId, PlaceError> {
    let id = store::fresh_id(1_700_000_000_000);
    house.switchboard.place(id, placement).await.map(|()| id)
}

fn code(result: Result<CallId, PlaceError>) -> (&'static str, Option<jiff::Timestamp>) {
    match result {
        Err(PlaceError::Refused(refusal)) => (refusal.code(), refusal.retry_at()),
        other => panic!("it was to be refused: {other:?}"),
    }
}

#[tokio::test]
async fn the_books_and_the_rules_decide_at_the_moment_of_dialling() {
    let (house, mut phones) = (House::start(talks_on).await, Phones::start().await);
    trunk(&house, &phones, Toll::default()).await;
    assert_eq!(code(place(&house, placement(Purpose::Marketing, None)).await).0, "no_consent");
    // An hour of the day that is not now, wherever it is now.
    let hour = jiff::Timestamp::now().in_tz("Europe/Berlin").expect("a zone").hour();
    let other = (hour + 12) % 24;
    let week = Week::parse(&format!("Mon-Sun {other}:00-{other}:59")).expect("a window");
    let rules =
        Rules { window: Some(week), ..calls::outreach::Outreach::at_any_time().rules(Purpose::Service).clone() };
    let (reason, at) = code(place(&house, placement(Purpose::Service, Some(rules))).await);
    assert_eq!(reason, "window");
    assert_eq!(at.expect("a moment").in_tz("Europe/Berlin").expect("a zone").hour(), other);
    // A call that is let through is kept with its purpose, and counts.
    let id = place(&house, placement(Purpose::Reminder, None)).await.expect("placed");
    let leg = phones.called().await;
    phones.refuse(leg, 486).await;
    house.only_call().await;
    let standing = house.store.standing(NUMBER, "reminder", store_now()).await.expect("books");
    assert_eq!((standing.attempts.len(), standing.attempts[0].call), (1, id));
    assert_eq!(standing.attempts[0].purpose.as_deref(), Some("reminder"));
}

fn store_now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[tokio::test]
async fn attempts_in_the_books_reach_the_cap() {
    let (house, mut phones) = (House::start(talks_on).await, Phones::start().await);
    trunk(&house, &phones, Toll::default()).await;
    place(&house, placement(Purpose::Reminder, None)).await.expect("placed");
    let leg = phones.called().await;
    phones.refuse(leg, 486).await;
    let mut rules = calls::outreach::Outreach::at_any_time().rules(Purpose::Reminder).clone();
    rules.caps.days30 = 1;
    let (reason, at) = code(place(&house, placement(Purpose::Reminder, Some(rules))).await);
    assert_eq!(reason, "month_cap");
    assert!(at.expect("a moment").as_millisecond() > store_now() + 28 * 86_400_000);
}

#[tokio::test]
async fn a_suppression_holds_against_every_purpose() {
    let (house, phones) = (House::start(talks_on).await, Phones::start().await);
    trunk(&house, &phones, Toll::default()).await;
    let new = NewSuppression { number: NUMBER.into(), method: "api".into(), ..NewSuppression::default() };
    house.store.suppress(new, 1).await.expect("books");
    for purpose in Purpose::ALL {
        let refused = place(&house, placement(purpose, None)).await;
        let suppressed = Refusal::NotPermitted { reason: Reason::Suppressed, at: None };
        assert!(matches!(&refused, Err(PlaceError::Refused(refusal)) if *refusal == suppressed), "{refused:?}");
    }
    assert_eq!(house.switchboard.live(), 0);
}

#[tokio::test]
async fn the_key_opts_out_in_the_books_before_the_goodbye() {
    let (mut house, mut phones) = (House::start(talks_on).await, Phones::start().await);
    trunk(&house, &phones, Toll::default()).await;
    let id = place(&house, placement(Purpose::Reminder, None)).await.expect("placed");
    let leg = phones.called().await;
    assert!(phones.take(leg).await);
    house.told("the answer", |event| (*event == CallEvent::Answered).then_some(())).await;
    phones.press(leg, '1').await;
    house.told("the key", |event| matches!(event, CallEvent::Digit { digit: '1', .. }).then_some(())).await;
    phones.press(leg, '9').await;
    phones.ended(leg).await;
    let (call, transcript) = house.transcript().await;
    assert_eq!(call.cause, Some(HangupCause::Normal));
    let suppressions = house.store.suppressions_of(NUMBER).await.expect("books");
    let [no] = &suppressions[..] else { panic!("one is there: {suppressions:?}") };
    assert_eq!((no.call, no.method.as_str(), no.said.as_deref()), (Some(id), "key", Some("9")));
    assert_eq!(no.purpose, None);
    let goodbye =
        transcript.lines.iter().find(|line| line.line.text.contains("not call you again")).expect("a goodbye");
    assert!(no.moment_ms.expect("a moment") as u64 <= goodbye.line.from_ms + 40, "{no:?}");
}

#[tokio::test]
async fn the_voice_opts_out_too() {
    let (mut house, mut phones) = (House::hearing(talks_on, CallSettings::default()).await, Phones::start().await);
    trunk(&house, &phones, Toll::default()).await;
    place(&house, placement(Purpose::Reminder, None)).await.expect("placed");
    let leg = phones.called().await;
    assert!(phones.take(leg).await);
    let ear = house.ear().await;
    ear.line(0, "Do not call me before ten.").await;
    ear.line(600, "Stop calling me, please!").await;
    soon("the end", phones.ended(leg)).await;
    let suppressions = house.store.suppressions_of(NUMBER).await.expect("books");
    let [no] = &suppressions[..] else { panic!("one is there: {suppressions:?}") };
    assert_eq!((no.method.as_str(), no.said.as_deref()), ("voice", Some("Stop calling me, please!")));
}

#[tokio::test]
async fn whoever_calls_us_can_say_no_as_well() {
    let (house, mut phones) = (House::start(is_told_no).await, Phones::start().await);
    let leg = phones.call_from(house.port, NUMBER, "reception").await;
    phones.ended(leg).await;
    let call = house.only_call().await;
    let caller = call.from.expect("a caller");
    let suppressions = house.store.suppressions_of(&caller).await.expect("books");
    assert_eq!(suppressions.len(), 1);
    assert_eq!((suppressions[0].method.as_str(), suppressions[0].purpose.as_deref()), ("inbound", Some("marketing")));
}

#[tokio::test]
async fn the_key_counts_although_they_hang_up_at_once() {
    let (mut house, mut phones) = (House::start(talks_on).await, Phones::start().await);
    trunk(&house, &phones, Toll::default()).await;
    let id = place(&house, placement(Purpose::Reminder, None)).await.expect("placed");
    let leg = phones.called().await;
    assert!(phones.take(leg).await);
    house.told("the answer", |event| (*event == CallEvent::Answered).then_some(())).await;
    phones.press(leg, '9').await;
    phones.hang_up(leg);
    house.only_call().await;
    let suppressions = house.store.suppressions_of(NUMBER).await.expect("books");
    let [no] = &suppressions[..] else { panic!("one is there: {suppressions:?}") };
    assert_eq!((no.call, no.method.as_str(), no.said.as_deref()), (Some(id), "key", Some("9")));
}

#[tokio::test]
async fn what_is_understood_after_the_end_opts_out_too() {
    let (mut house, mut phones) = (House::hearing(talks_on, CallSettings::default()).await, Phones::start().await);
    let mut feed = house.switchboard.hub().watch(None);
    trunk(&house, &phones, Toll::default()).await;
    let id = place(&house, placement(Purpose::Reminder, None)).await.expect("placed");
    let leg = phones.called().await;
    assert!(phones.take(leg).await);
    let mut ear = house.ear().await;
    phones.hang_up(leg);
    ear.closes().await;
    let ended = |item: Option<LiveItem>| match item {
        Some(LiveItem::Event(event)) => matches!(event.kind, LiveKind::State(LiveState::Ended { .. })),
        other => panic!("the feed goes on: {other:?}"),
    };
    while !ended(soon("the end", feed.next()).await) {}
    ear.line(0, "Call me before ten.").await;
    ear.line(600, "Stop calling me, please!").await;
    drop(ear);
    let no = soon("the suppression", async {
        loop {
            let found = house.store.suppressions_of(NUMBER).await.expect("books");
            if let Some(no) = found.into_iter().next() {
                return no;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(
        (no.call, no.method.as_str(), no.said.as_deref()),
        (Some(id), "voice", Some("Stop calling me, please!"))
    );
}
