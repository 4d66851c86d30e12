//! What brains cost, and what happens when it is enough.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use call_model::{CallId, ThinkEvent, ThinkRequest, ThinkUsage};
use serde_json::Value;
use tokio::sync::mpsc;
use voice_agent::brain::{Brain, Ledger, Meter, Metered, Price, Spending};

use crate::support::{read, request};

/// Answers with its own name; 1,000 tokens read, 100 written.
struct Fixed(&'static str, bool);

impl Brain for Fixed {
    fn think(&self, _: ThinkRequest) -> mpsc::Receiver<ThinkEvent> {
        let (out, events) = mpsc::channel(4);
        let _ = out.try_send(ThinkEvent::Text { text: self.0.into() });
        if self.1 {
            let usage = ThinkUsage { input_tokens: 1_000, output_tokens: 100 };
            let _ = out.try_send(ThinkEvent::Finished { brain: self.0.into(), memory: Value::Null, usage });
        } else {
            // It writes on and on.
            tokio::spawn(async move { out.closed().await });
        }
        events
    }

    fn name(&self) -> &str {
        self.0
    }
}

/// Says that it is done, and keeps the line open.
struct Lingering;

impl Brain for Lingering {
    fn think(&self, _: ThinkRequest) -> mpsc::Receiver<ThinkEvent> {
        let (out, events) = mpsc::channel(4);
        let usage = ThinkUsage { input_tokens: 1_000, output_tokens: 100 };
        let _ = out.try_send(ThinkEvent::Finished { brain: "model".into(), memory: Value::Null, usage });
        tokio::spawn(async move {
            std::future::pending::<()>().await;
            drop(out);
        });
        events
    }

    fn name(&self) -> &'static str {
        "model"
    }
}

struct House {
    day: Arc<AtomicI64>,
    ledger: Arc<Ledger>,
    told: Arc<Mutex<Vec<Spending>>>,
}

impl House {
    fn new() -> Self {
        Self { day: Arc::new(AtomicI64::new(1)), ledger: Arc::default(), told: Arc::default() }
    }

    fn brain(&self, finishes: bool, cost: Option<u64>, day_cost: Option<u64>) -> Metered {
        self.over(Arc::new(Fixed("model", finishes)), cost, day_cost)
    }

    fn over(&self, model: Arc<dyn Brain>, cost: Option<u64>, day_cost: Option<u64>) -> Metered {
        let (day, told) = (self.day.clone(), self.told.clone());
        let meter = Meter {
            // 3 and 15 for a million tokens: an answer costs 3,000 + 1,500 millionths.
            prices: Arc::new(HashMap::from([("model".to_owned(), Price { input: 3.0, output: 15.0 })])),
            first: "model".into(),
            ledger: self.ledger.clone(),
            today: Arc::new(move || day.load(Ordering::Relaxed)),
            spent: Arc::new(move |spending| told.lock().unwrap().push(spending)),
        };
        Metered::new(model, Arc::new(Fixed("builtin", true)), meter, cost, day_cost)
    }
}

fn of_call(call: u128) -> ThinkRequest {
    ThinkRequest { call: CallId::from_parts(1, call), ..request("Hello?") }
}

async fn answers(brain: &Metered, call: u128) -> String {
    let answer = read(brain.think(of_call(call))).await.text;
    // The bill is written when the task that hands the answer on has ended.
    tokio::task::yield_now().await;
    answer
}

#[tokio::test]
async fn a_call_that_has_cost_enough_is_answered_without_costs() {
    let house = House::new();
    let brain = house.brain(true, Some(9_000), None);
    assert_eq!(answers(&brain, 1).await, "model");
    assert_eq!(answers(&brain, 1).await, "model");
    assert_eq!(answers(&brain, 1).await, "builtin");
    assert_eq!(answers(&brain, 2).await, "model", "another call has its own limit");
    let told = house.told.lock().unwrap().clone();
    assert_eq!(told.iter().map(|spending| spending.cost).collect::<Vec<_>>(), [4_500; 3]);
    assert_eq!(
        (told[0].brain.as_str(), told[0].usage.input_tokens, told[0].usage.output_tokens),
        ("model", 1_000, 100)
    );
}

#[tokio::test]
async fn a_day_that_has_cost_enough_is_answered_without_costs_until_the_next() {
    let house = House::new();
    let brain = house.brain(true, None, Some(4_500));
    assert_eq!(answers(&brain, 1).await, "model");
    assert_eq!(answers(&brain, 2).await, "builtin");
    house.day.store(2, Ordering::Relaxed);
    assert_eq!(answers(&brain, 3).await, "model");
    let request = request("x");
    let again = House::new();
    again.ledger.restore(&request.agent, 1, 4_500);
    assert_eq!(answers(&again.brain(true, None, Some(4_500)), 1).await, "builtin", "a restart forgets nothing");
}

#[tokio::test]
async fn what_an_answer_cost_is_known_to_whoever_hears_its_end() {
    let house = House::new();
    let brain = house.over(Arc::new(Lingering), None, Some(1));
    let mut events = brain.think(of_call(1));
    assert!(matches!(events.recv().await, Some(ThinkEvent::Finished { .. })));
    assert_eq!(read(brain.think(of_call(2))).await.text, "builtin", "the next is not asked for more");
}

#[tokio::test]
async fn an_answer_that_was_thrown_away_costs_too() {
    let house = House::new();
    let brain = house.brain(false, None, Some(1));
    let mut events = brain.think(of_call(1));
    assert!(events.recv().await.is_some());
    drop(events);
    while house.told.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(answers(&brain, 1).await, "builtin");
}
