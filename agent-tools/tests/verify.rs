//! Who a caller is, by the PIN that he types.
#![allow(clippy::unwrap_used, clippy::unnecessary_wraps, reason = "tests")]

use crate::support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use agent_tools::{House, MemoryBook, PinError, Toolbox, ToolboxSettings, Verify, pin_digest};
use call_model::{ContactId, Direction, ToolFailure, ToolRequest, Verified};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{NewCall, Store, StoreConfig, fresh_id};

const CALLER: &str = "+493012345678";
const HOUR: i64 = 3_600_000;

struct Desk {
    toolbox: Toolbox,
    store: Store,
    clock: Arc<AtomicI64>,
    contact: ContactId,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        let clock = Arc::new(AtomicI64::new(1_800_000_000_000));
        let told = clock.clone();
        let now = move || Timestamp::from_millisecond(told.load(Ordering::Relaxed)).unwrap();
        let house = House::new(store.clone(), Arc::default(), Arc::new(now));
        let toolbox = Toolbox::new(Arc::new(MemoryBook::default()), ToolboxSettings::default());
        toolbox.add(Arc::new(Verify(house)));
        let contact = known(&store).await;
        Self { toolbox, store, clock, contact, _folder: folder }
    }

    async fn give(&self, pin: &str) {
        let digest = pin_digest(pin, [7; 16]).unwrap();
        self.store.set_pin(self.contact, Some(digest), self.clock.load(Ordering::Relaxed)).await.unwrap();
    }

    async fn type_it(&self, pin: &str) -> Result<Value, ToolFailure> {
        let request = ToolRequest {
            caller: Some(CALLER.into()),
            verified: Verified::Number,
            keys: BTreeMap::from([("pin".to_owned(), pin.to_owned())]),
            ..support::request("verify", json!({}))
        };
        self.toolbox.run(request).await
    }
}

/// The contact that a call of his number makes.
async fn known(store: &Store) -> ContactId {
    let started_ms = 1_800_000_000_000;
    let call = NewCall {
        id: fresh_id(started_ms),
        direction: Direction::Inbound,
        from: store.address(CALLER),
        to: store.address("sip:desk@example.org"),
        number: "desk".into(),
        trunk: None,
        member: None,
        flow: None,
        flow_version: None,
        agent: None,
        agent_version: None,
        language: "en".into(),
        variables: serde_json::Map::new(),
        webhook: None,
        origin: call_model::CallOrigin::default(),
        started_ms,
    };
    let begun = store.begin_call(call).await.unwrap();
    begun.contact.unwrap().id
}

fn wrong(left: u32) -> Result<Value, ToolFailure> {
    Ok(json!({"verified": false, "tries_left": left}))
}

#[tokio::test]
async fn the_right_pin_verifies_and_forgets_what_was_wrong() {
    let desk = Desk::open().await;
    assert!(matches!(desk.type_it("4711").await, Err(ToolFailure::Refused { .. })), "there is none yet");
    desk.give("4711").await;
    assert_eq!(desk.type_it("0000").await, wrong(2));
    assert_eq!(desk.type_it("47110").await, wrong(1));
    assert_eq!(desk.type_it("4711").await, Ok(json!({"verified": true})));
    assert_eq!(desk.type_it("1174").await, wrong(2));
}

#[tokio::test]
async fn after_three_wrong_ones_none_is_taken_for_an_hour() {
    let desk = Desk::open().await;
    desk.give("4711").await;
    let tries = [desk.type_it("1").await, desk.type_it("2").await, desk.type_it("3").await];
    assert_eq!(tries, [wrong(2), wrong(1), wrong(0)]);
    let locked = desk.type_it("4711").await;
    assert!(matches!(&locked, Err(ToolFailure::Refused { message }) if message.contains("an hour")), "{locked:?}");
    desk.clock.fetch_add(HOUR + 1, Ordering::Relaxed);
    assert_eq!(desk.type_it("4711").await, Ok(json!({"verified": true})));
}

#[tokio::test]
async fn calls_at_a_time_have_no_more_tries_than_one() {
    let desk = Desk::open().await;
    desk.give("4711").await;
    let tries = futures_util::future::join_all((0..8).map(|guess| {
        let pin = format!("{guess:04}");
        let desk = &desk;
        async move { desk.type_it(&pin).await }
    }));
    let taken = tries.await.into_iter().flatten().count();
    assert_eq!(taken, 3);
}

#[test]
fn a_pin_is_digits_and_its_digest_depends_on_the_salt() {
    assert_eq!(pin_digest("12a4", [0; 16]), Err(PinError));
    assert_eq!(pin_digest("123", [0; 16]), Err(PinError));
    let (one, other) = (pin_digest("1234", [1; 16]).unwrap(), pin_digest("1234", [2; 16]).unwrap());
    assert_ne!(one.digest, other.digest);
    assert!(!format!("{one:?}").contains(&one.digest));
}
