//! What the box promises of every tool: checked, in time, and once.
#![allow(clippy::unwrap_used, clippy::unnecessary_wraps, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use agent_tools::{MemoryBook, OnceBook, Tool, Toolbox, ToolboxSettings};
use call_model::{CallId, ToolFailure, ToolRequest, ToolSpec, Verified};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Well,
    Slow,
    Fails,
    Panics,
}

/// Counts how often it is done.
struct Order {
    name: &'static str,
    way: Way,
    has_effect: bool,
    undoes: &'static [&'static str],
    done: Arc<AtomicU32>,
}

impl Tool for Order {
    fn spec(&self, _: &str) -> ToolSpec {
        let parameters = json!({"type": "object", "required": ["item"], "properties": {"item": {"type": "string"}}});
        ToolSpec { name: self.name.into(), description: "Orders something.".into(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        Box::pin(async move {
            if self.way == Way::Slow {
                tokio::time::sleep(Duration::from_secs(25)).await;
            }
            let count = self.done.fetch_add(1, Ordering::SeqCst) + 1;
            match self.way {
                Way::Fails => Err(ToolFailure::Failed { message: "the warehouse is closed".into() }),
                Way::Panics => panic!("as the test wants it"),
                Way::Well | Way::Slow => {
                    Ok(json!({"order": count, "item": request.arguments["item"], "typed": request.keys.get("pin")}))
                }
            }
        })
    }

    fn has_effect(&self) -> bool {
        self.has_effect
    }

    fn undoes(&self) -> &[&str] {
        self.undoes
    }
}

struct House {
    toolbox: Toolbox,
    book: Arc<MemoryBook>,
    done: Arc<AtomicU32>,
}

impl House {
    fn new(way: Way, has_effect: bool) -> Self {
        let (book, done) = (Arc::new(MemoryBook::default()), Arc::new(AtomicU32::new(0)));
        let toolbox = Toolbox::new(book.clone(), ToolboxSettings { max_result: 200, ..ToolboxSettings::default() });
        toolbox.add(Arc::new(Order { name: "order", way, has_effect, undoes: &[], done: done.clone() }));
        toolbox.add(Arc::new(Order { name: "cancel", way, has_effect, undoes: &["order"], done: done.clone() }));
        Self { toolbox, book, done }
    }

    async fn order(&self, item: &str) -> Result<Value, ToolFailure> {
        self.toolbox.run(request("order", json!({"item": item}))).await
    }

    fn times(&self) -> u32 {
        self.done.load(Ordering::SeqCst)
    }
}

fn request(name: &str, arguments: Value) -> ToolRequest {
    let call = CallId::from_parts(1, 1);
    ToolRequest {
        call,
        agent: "desk".into(),
        language: "en".into(),
        once: format!("{call}/{name}/{arguments}"),
        name: name.into(),
        arguments,
        caller: Some("+4930123456".into()),
        number: "+4930999".into(),
        contact: serde_json::Map::new(),
        verified: Verified::No,
        keys: BTreeMap::new(),
    }
}

#[tokio::test]
async fn arguments_that_do_not_fit_run_nothing() {
    let house = House::new(Way::Well, true);
    let refused = house.toolbox.run(request("order", json!({"item": 7}))).await;
    assert_eq!(refused, Err(ToolFailure::Invalid { message: "`item` must be a text, and is a number".into() }));
    assert_eq!(
        house.toolbox.run(request("order", json!({}))).await.unwrap_err().to_string(),
        "the arguments do not fit: `item` is missing"
    );
    assert!(house.toolbox.run(request("fly", json!({}))).await.is_err());
    assert_eq!(house.times(), 0);
}

#[tokio::test]
async fn the_same_effect_happens_once_and_gives_the_same_back() {
    let house = House::new(Way::Well, true);
    let first = house.order("brush").await;
    assert_eq!(house.order("brush").await, first);
    assert_eq!(house.times(), 1);
    assert_ne!(house.order("paste").await, first, "another one is another order");
    assert_eq!(house.times(), 2);
}

#[tokio::test]
async fn two_at_a_time_are_one() {
    let house = House::new(Way::Well, true);
    let (one, other) = tokio::join!(house.order("brush"), house.order("brush"));
    assert_eq!((one.is_ok(), &one), (true, &other));
    assert_eq!(house.times(), 1);
}

#[tokio::test]
async fn what_only_looks_is_looked_up_again() {
    let house = House::new(Way::Well, false);
    assert_ne!(house.order("brush").await, house.order("brush").await);
    assert_eq!(house.times(), 2);
}

#[tokio::test]
async fn after_it_was_undone_it_is_done_again() {
    let house = House::new(Way::Well, true);
    house.order("brush").await.unwrap();
    house.toolbox.run(request("cancel", json!({"item": "brush"}))).await.unwrap();
    assert_eq!(house.order("brush").await.unwrap()["order"], 3);
}

#[tokio::test]
async fn what_failed_may_be_tried_again() {
    let house = House::new(Way::Fails, true);
    assert!(house.order("brush").await.is_err());
    assert!(house.order("brush").await.is_err());
    assert_eq!(house.times(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_slow_goes_on_and_a_retry_gets_its_result() {
    let house = House::new(Way::Slow, true);
    let begun = tokio::time::Instant::now();
    assert_eq!(house.order("brush").await, Err(ToolFailure::TimedOut));
    assert_eq!(begun.elapsed(), Duration::from_secs(10));
    assert_eq!(house.order("brush").await, Err(ToolFailure::TimedOut));
    assert_eq!(house.order("brush").await.unwrap()["order"], 1);
    assert_eq!(house.times(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_waits_for_any_more_is_done_all_the_same() {
    let house = House::new(Way::Slow, true);
    assert!(tokio::time::timeout(Duration::from_secs(1), house.order("brush")).await.is_err());
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(house.times(), 1);
}

#[tokio::test]
async fn what_was_cut_off_is_not_done_again() {
    let house = House::new(Way::Well, true);
    let key = request("order", json!({"item": "brush"})).once;
    house.book.begin(&key).await.unwrap();
    assert_eq!(house.order("brush").await, Err(ToolFailure::TimedOut));
    assert_eq!(house.times(), 0);
}

#[tokio::test]
async fn a_tool_that_panics_is_not_known_to_have_done_nothing() {
    let house = House::new(Way::Panics, true);
    assert_eq!(house.order("brush").await, Err(ToolFailure::TimedOut));
    assert_eq!(house.order("brush").await, Err(ToolFailure::TimedOut));
    assert_eq!(house.times(), 1);
}

#[tokio::test]
async fn results_are_bounded_and_hold_nothing_that_was_typed() {
    let house = House::new(Way::Well, false);
    let long = house.order(&"ä".repeat(300)).await.unwrap();
    assert_eq!(long["cut"], true);
    assert!(long.to_string().len() < 300);
    let mut typed = request("order", json!({"item": "brush"}));
    typed.keys.insert("pin".into(), "4711".into());
    assert_eq!(house.toolbox.run(typed).await.unwrap()["typed"], "[typed]");
}
