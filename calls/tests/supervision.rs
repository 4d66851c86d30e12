//! Somebody of the house beside a running call: whose phone rings, what may be done when, and how it ends.

use crate::support;

use call_model::{
    CallCommand, CallEvent, CallFacts, CallId, HangupCause, HangupParty, TransferOutcome, TransferSettings,
};
use calls::live::{LiveFeed, LiveItem, LiveKind};
use calls::{PresenceState, SuperviseError, SuperviseOrder, SupervisionMode};
use sip_core::LegHandle;
use store::{EventFilter, LegRole, PageRequest};
use support::{House, Phones, member, soon};

/// An app that talks with callers itself.
fn answers(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        _ => Vec::new(),
    }
}

/// One that puts callers through to Ben.
fn puts_through(event: &CallEvent, _: &CallFacts) -> Vec<CallCommand> {
    match event {
        CallEvent::Started => vec![CallCommand::Answer],
        CallEvent::Answered => vec![CallCommand::Transfer(TransferSettings::to(vec!["ben".into()], 30_000))],
        CallEvent::TransferEnded { .. } => vec![CallCommand::Hangup { cause: HangupCause::Normal }],
        _ => Vec::new(),
    }
}

struct Scene {
    house: House,
    phones: Phones,
    caller: LegHandle,
    call: CallId,
    feed: LiveFeed,
}

impl Scene {
    /// A call that stands, with Anna and Ben at their phones.
    async fn begin(script: support::Script) -> Self {
        let members = [member("anna"), member("ben")];
        let (mut house, mut phones) = (House::staffed(script, &members).await, Phones::start().await);
        for member in &members {
            phones.register(house.port, &member.name).await;
        }
        let mut feed = house.switchboard.hub().watch(None);
        let caller = phones.call(house.port, "reception", true).await;
        phones.answered(caller).await;
        let call = match soon("the call", feed.next()).await {
            Some(LiveItem::Event(event)) => event.call,
            other => panic!("{other:?}"),
        };
        house.told("the answer", |event| matches!(event, CallEvent::Answered).then_some(())).await;
        Self { house, phones, caller, call, feed }
    }

    async fn ask(&self, order: SuperviseOrder) -> Result<(), SuperviseError> {
        self.house.switchboard.supervise(self.call, order).await
    }

    async fn anna(&self, mode: SupervisionMode) -> Result<(), SuperviseError> {
        self.ask(SuperviseOrder::Begin { member: "anna".into(), mode }).await
    }

    /// Waits until those who watch are told of it.
    async fn shown(&mut self) -> Option<SupervisionMode> {
        soon("a supervision", async {
            loop {
                if let Some(LiveItem::Event(event)) = self.feed.next().await
                    && let LiveKind::Supervised { member, mode } = event.kind
                {
                    assert_eq!((event.call, member.as_str()), (self.call, "anna"));
                    return mode;
                }
            }
        })
        .await
    }

    /// What the events say of it: newest first.
    async fn events(&self) -> Vec<String> {
        let filter = EventFilter { kind: Some("call.supervised".into()), ..EventFilter::default() };
        let page = self.house.store.events(&filter, &PageRequest::first(10)).await.expect("events");
        page.data.iter().map(|event| event.data["mode"].as_str().unwrap_or("left").to_owned()).collect()
    }
}

#[tokio::test]
async fn a_supervisor_comes_changes_and_leaves_and_the_call_goes_on() {
    let mut scene = Scene::begin(answers).await;
    assert_eq!(scene.ask(SuperviseOrder::End).await, Err(SuperviseError::Nobody));
    assert_eq!(scene.anna(SupervisionMode::Whisper).await, Err(SuperviseError::NobodyToWhisperTo));
    let stranger = SuperviseOrder::Begin { member: "zoe".into(), mode: SupervisionMode::Listen };
    assert_eq!(scene.ask(stranger).await, Err(SuperviseError::NoSuchMember));
    scene.anna(SupervisionMode::Listen).await.expect("she is rung");
    let leg = scene.phones.called_as("anna").await;
    assert_eq!(scene.anna(SupervisionMode::Listen).await, Err(SuperviseError::Occupied("anna".into())));
    assert!(scene.phones.take(leg).await);
    assert_eq!(scene.shown().await, Some(SupervisionMode::Listen));
    scene.ask(SuperviseOrder::Change(SupervisionMode::Join)).await.expect("she may");
    assert_eq!(scene.shown().await, Some(SupervisionMode::Join));
    scene.ask(SuperviseOrder::End).await.expect("she may");
    scene.phones.ended(leg).await;
    assert_eq!(scene.shown().await, None);
    assert_eq!(scene.events().await, ["left", "join", "listen"]);
    scene.phones.hang_up(scene.caller);
    let call = scene.house.only_call().await;
    let roles: Vec<_> = call.legs.iter().map(|leg| leg.role).collect();
    assert_eq!((call.hung_up_by, roles), (Some(HangupParty::Caller), vec![LegRole::Caller, LegRole::Supervisor]));
}

#[tokio::test]
async fn a_call_that_ends_lets_its_supervisor_go() {
    let mut scene = Scene::begin(answers).await;
    scene.anna(SupervisionMode::Listen).await.expect("she is rung");
    let leg = scene.phones.called_as("anna").await;
    assert!(scene.phones.take(leg).await);
    assert_eq!(scene.shown().await, Some(SupervisionMode::Listen));
    scene.phones.hang_up(scene.caller);
    scene.phones.ended(leg).await;
    scene.house.only_call().await;
}

#[tokio::test]
async fn a_supervisor_who_does_not_answer_is_nobody() {
    let mut scene = Scene::begin(answers).await;
    scene.anna(SupervisionMode::Join).await.expect("she is rung");
    let leg = scene.phones.called_as("anna").await;
    scene.phones.refuse(leg, 486).await;
    assert_eq!(scene.shown().await, None);
    assert_eq!(scene.ask(SuperviseOrder::End).await, Err(SuperviseError::Nobody));
    scene.phones.hang_up(scene.caller);
    scene.house.only_call().await;
}

#[tokio::test]
async fn whoever_takes_over_has_the_call_and_the_app_is_heard_of_no_more() {
    let mut scene = Scene::begin(answers).await;
    scene.anna(SupervisionMode::Listen).await.expect("she is rung");
    let leg = scene.phones.called_as("anna").await;
    assert!(scene.phones.take(leg).await);
    assert_eq!(scene.shown().await, Some(SupervisionMode::Listen));
    scene.ask(SuperviseOrder::Change(SupervisionMode::TakeOver)).await.expect("she may");
    assert_eq!(scene.shown().await, Some(SupervisionMode::TakeOver));
    assert_eq!(scene.ask(SuperviseOrder::End).await, Err(SuperviseError::Nobody), "she is no supervisor any more");
    let presence = scene.house.switchboard.presence();
    let states: Vec<_> = presence.iter().map(|it| (it.member.as_str(), it.state, it.call)).collect();
    let expected = [("anna", PresenceState::Busy, Some(scene.call)), ("ben", PresenceState::Available, None)];
    assert_eq!(states, expected);
    // The call ends with her.
    scene.phones.hang_up(leg);
    scene.phones.ended(scene.caller).await;
    let call = scene.house.only_call().await;
    assert_eq!(call.hung_up_by, Some(HangupParty::Us));
    assert!(call.legs.iter().all(|leg| leg.role != LegRole::Supervisor), "she talked with the caller");
    while let Ok((_, event)) = scene.house.events.try_recv() {
        assert!(!matches!(event, CallEvent::TransferAnswered { .. } | CallEvent::TransferEnded { .. }), "{event:?}");
    }
}

#[tokio::test]
async fn a_member_at_the_desk_is_whispered_to_and_relieved() {
    let mut scene = Scene::begin(puts_through).await;
    let ben = scene.phones.called_as("ben").await;
    assert!(scene.phones.take(ben).await);
    let answered = |event: &CallEvent| matches!(event, CallEvent::TransferAnswered { .. }).then_some(());
    scene.house.told("Ben", answered).await;
    let himself = SuperviseOrder::Begin { member: "ben".into(), mode: SupervisionMode::Listen };
    assert_eq!(scene.ask(himself).await, Err(SuperviseError::TakesPart));
    scene.anna(SupervisionMode::Whisper).await.expect("she is rung");
    let anna = scene.phones.called_as("anna").await;
    assert!(scene.phones.take(anna).await);
    assert_eq!(scene.shown().await, Some(SupervisionMode::Whisper));
    scene.ask(SuperviseOrder::Change(SupervisionMode::TakeOver)).await.expect("she may");
    scene.phones.ended(ben).await;
    scene.phones.hang_up(anna);
    scene.phones.ended(scene.caller).await;
    scene.house.only_call().await;
    while let Ok((_, event)) = scene.house.events.try_recv() {
        let ended = matches!(event, CallEvent::TransferEnded { outcome: TransferOutcome::Completed });
        assert!(!ended, "the flow was dismissed");
    }
}
