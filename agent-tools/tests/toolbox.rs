//! What the box promises of every tool: checked, in time, and once.
#![allow(clippy::unwrap_used, clippy::unnecessary_wraps, reason = "tests")]

use crate::support;

use std::sync::Arc;
use std::time::Duration;

use agent_tools::{MemoryBook, OnceBook, Tool, Toolbox, ToolboxSettings};
use call_model::{ToolFailure, ToolRequest, ToolSpec};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use support::request;
use tokio::sync::{Notify, watch};

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Well,
    /// Not before the test lets it.
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
    go: Arc<Notify>,
    done: watch::Sender<u32>,
}

impl Tool for Order {
    fn spec(&self, _: &str) -> ToolSpec {
        let parameters = json!({"type": "object", "required": ["item"], "properties": {"item": {"type": "string"}}});
        ToolSpec { name: self.name.into(), description: "Orders something.".into(), parameters }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        Box::pin(async move {
            if self.way == Way::Slow {
                self.go.notified().await;
            }
            self.done.send_modify(|count| *count += 1);
            let count = *self.done.borrow();
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
    go: Arc<Notify>,
    done: watch::Sender<u32>,
}

impl House {
    fn new(way: Way, has_effect: bool) -> Self {
        let (book, go, done) = (Arc::new(MemoryBook::default()), Arc::new(Notify::new()), watch::Sender::new(0));
        let toolbox = Toolbox::new(book.clone(), ToolboxSettings { max_result: 200, ..ToolboxSettings::default() });
        let order = |name, undoes| {
            let (go, done) = (go.clone(), done.clone());
            Arc::new(Order { name, way, has_effect, undoes, go, done })
        };
        toolbox.add(order("order", &[]));
        toolbox.add(order("cancel", &["order"]));
        Self { toolbox, book, go, done }
    }

    async fn order(&self, item: &str) -> Result<Value, ToolFailure> {
        self.toolbox.run(request("order", json!({"item": item}))).await
    }

    fn times(&self) -> u32 {
        *self.done.borrow()
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
    house.go.notify_one();
    assert_eq!(house.order("brush").await.unwrap()["order"], 1);
    assert_eq!(house.times(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_waits_for_any_more_is_done_all_the_same() {
    let house = House::new(Way::Slow, true);
    assert!(tokio::time::timeout(Duration::from_secs(1), house.order("brush")).await.is_err());
    house.go.notify_one();
    let mut done = house.done.subscribe();
    tokio::time::timeout(Duration::from_mins(1), done.wait_for(|times| *times == 1)).await.unwrap().unwrap();
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
