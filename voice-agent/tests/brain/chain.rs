//! The chain in virtual time, with scripted models.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use call_model::{ThinkRequest, ThinkUsage, ToolCall};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use voice_agent::brain::{Brain, BrainError, Chain, ChainSettings, Model, Piece, Pieces};

use crate::support::{Answer, read, request};

/// Wait so many ms, then give this; nothing: stand still for ever.
type Line = Vec<(u64, Result<Piece, BrainError>)>;

/// A model that answers each request with the next of its lines, and the last one again and again.
struct Scripted {
    name: &'static str,
    lines: Mutex<VecDeque<Line>>,
    asked: Mutex<Vec<Instant>>,
    warmed: Mutex<usize>,
}

impl Scripted {
    fn new(name: &'static str, lines: Vec<Line>) -> Arc<Self> {
        let lines = Mutex::new(lines.into());
        Arc::new(Self { name, lines, asked: Mutex::default(), warmed: Mutex::default() })
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Model for Scripted {
    fn ask(&self, _request: Arc<ThinkRequest>) -> Pieces {
        self.asked.lock().unwrap().push(Instant::now());
        let mut lines = self.lines.lock().unwrap();
        let line = if lines.len() > 1 { lines.pop_front().unwrap() } else { lines[0].clone() };
        let (out, pieces) = mpsc::channel(4);
        tokio::spawn(async move {
            for (ms, piece) in line {
                sleep(Duration::from_millis(ms)).await;
                if out.send(piece).await.is_err() {
                    return;
                }
            }
            out.closed().await;
        });
        pieces
    }

    fn name(&self) -> &str {
        self.name
    }

    fn warm(&self) {
        *self.warmed.lock().unwrap() += 1;
    }
}

fn text(ms: u64, text: &str) -> (u64, Result<Piece, BrainError>) {
    (ms, Ok(Piece::Text(text.into())))
}

fn end() -> (u64, Result<Piece, BrainError>) {
    (1, Ok(Piece::Finished { memory: Value::Null, usage: ThinkUsage { input_tokens: 3, output_tokens: 2 } }))
}

fn says(words: &str) -> Line {
    vec![text(200, words), end()]
}

fn fails(error: BrainError) -> Line {
    vec![(10, Err(error))]
}

fn trouble() -> BrainError {
    BrainError::Trouble { status: 500, code: None, retry_after: None }
}

fn chain(models: &[&Arc<Scripted>]) -> Chain {
    let models = models.iter().map(|model| Arc::clone(model) as Arc<dyn Model>).collect();
    Chain::new(models, ChainSettings::default()).unwrap()
}

async fn ask(chain: &Chain) -> Answer {
    read(chain.think(request("Are you open?"))).await
}

#[tokio::test(start_paused = true)]
async fn the_first_that_answers_is_heard() {
    let (a, b) = (Scripted::new("a", vec![says("Yes.")]), Scripted::new("b", vec![says("No.")]));
    let chain = chain(&[&a, &b]);
    let answer = ask(&chain).await;
    assert_eq!((answer.text.as_str(), answer.brain.as_str(), answer.usage.output_tokens), ("Yes.", "a", 2));
    assert_eq!((b.asked(), chain.name()), (0, "a > b"));
    chain.warm();
    assert_eq!((*a.warmed.lock().unwrap(), *b.warmed.lock().unwrap()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_passing_failure_is_tried_again_once() {
    let a = Scripted::new("a", vec![fails(trouble()), says("Yes.")]);
    assert_eq!(ask(&chain(&[&a])).await.text, "Yes.");
    let a = Scripted::new("a", vec![fails(trouble())]);
    let b = Scripted::new("b", vec![says("No.")]);
    assert_eq!(ask(&chain(&[&a, &b])).await.text, "No.");
    assert_eq!(a.asked(), 2);
    // What will not pass is not tried again.
    let a = Scripted::new("a", vec![fails(BrainError::Denied { status: 401 })]);
    assert_eq!(ask(&chain(&[&a, &b])).await.text, "No.");
    assert_eq!(a.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured_within_the_limit() {
    let busy = |ms| fails(BrainError::Busy { retry_after: Some(Duration::from_millis(ms)) });
    let b = Scripted::new("b", vec![says("No.")]);
    let a = Scripted::new("a", vec![busy(1_000), says("Yes.")]);
    assert_eq!(ask(&chain(&[&a, &b])).await.text, "Yes.");
    let asked = a.asked.lock().unwrap().clone();
    assert_eq!(asked[1] - asked[0], Duration::from_millis(1_010));

    let a = Scripted::new("a", vec![busy(30_000), says("Yes.")]);
    let chain = chain(&[&a, &b]);
    let before = Instant::now();
    assert_eq!(ask(&chain).await.text, "No.");
    assert!(before.elapsed() < Duration::from_millis(500));
    // It asked for thirty seconds, and has them.
    sleep(Duration::from_secs(29)).await;
    assert_eq!(ask(&chain).await.text, "No.");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(ask(&chain).await.text, "Yes.");
}

#[tokio::test(start_paused = true)]
async fn a_silent_model_has_its_time_and_no_more() {
    let a = Scripted::new("a", vec![vec![]]);
    let b = Scripted::new("b", vec![says("No.")]);
    let before = Instant::now();
    let answer = ask(&chain(&[&a, &b])).await;
    assert_eq!(answer.text, "No.");
    assert_eq!(before.elapsed(), Duration::from_millis(4_201));
    assert_eq!(a.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn reasoning_keeps_a_model_alive_but_not_for_ever() {
    let progress = |count| vec![(900, Ok(Piece::Progress)); count];
    let patient = [progress(7), says("Yes.")].concat();
    let a = Scripted::new("a", vec![patient]);
    assert_eq!(ask(&chain(&[&a])).await.text, "Yes.");
    let a = Scripted::new("a", vec![progress(1_000)]);
    let b = Scripted::new("b", vec![says("No.")]);
    let before = Instant::now();
    assert_eq!(ask(&chain(&[&a, &b])).await.text, "No.");
    assert!(before.elapsed() < Duration::from_secs(9));
}

#[tokio::test(start_paused = true)]
async fn after_the_first_words_nothing_is_tried_again() {
    let b = Scripted::new("b", vec![says("No.")]);
    for broken in [vec![text(10, "We are"), (10, Err(BrainError::Cut))], vec![text(10, "We are")]] {
        let a = Scripted::new("a", vec![broken]);
        let answer = ask(&chain(&[&a, &b])).await;
        assert_eq!(answer.text, "We are");
        assert!(answer.failed.is_some());
        assert_eq!((a.asked(), b.asked()), (1, 0));
    }
    let call = ToolCall { id: "1".into(), name: "hang_up".into(), arguments: json!({}) };
    let a = Scripted::new("a", vec![vec![(10, Ok(Piece::ToolCall(call))), (10, Err(trouble()))]]);
    let answer = ask(&chain(&[&a, &b])).await;
    assert_eq!((answer.calls.len(), answer.failed.is_some(), b.asked()), (1, true, 0));
}

#[tokio::test(start_paused = true)]
async fn a_model_that_failed_lately_is_passed_by_and_probed_again() {
    let a =
        Scripted::new("a", vec![fails(trouble()), fails(trouble()), fails(trouble()), fails(trouble()), says("Yes.")]);
    let b = Scripted::new("b", vec![says("No.")]);
    let chain = chain(&[&a, &b]);
    // Two questions, each with a retry; then it rests.
    for _ in 0..5 {
        assert_eq!(ask(&chain).await.text, "No.");
    }
    assert_eq!(a.asked(), 4);
    sleep(Duration::from_secs(16)).await;
    assert_eq!(ask(&chain).await.text, "Yes.");
    assert_eq!(ask(&chain).await.text, "Yes.");
}

#[tokio::test(start_paused = true)]
async fn one_request_probes_while_the_others_pass_by() {
    let slow = vec![text(3_000, "Yes."), end()];
    let a = Scripted::new("a", vec![fails(trouble()), fails(trouble()), fails(trouble()), fails(trouble()), slow]);
    let b = Scripted::new("b", vec![says("No.")]);
    let chain = chain(&[&a, &b]);
    ask(&chain).await;
    ask(&chain).await;
    sleep(Duration::from_secs(16)).await;
    let (probe, other) = tokio::join!(ask(&chain), ask(&chain));
    assert_eq!((probe.text.as_str(), other.text.as_str()), ("Yes.", "No."));
}

#[tokio::test(start_paused = true)]
async fn when_all_rest_all_are_asked() {
    let lines = vec![fails(trouble()), fails(trouble()), fails(trouble()), fails(trouble()), says("Yes.")];
    let a = Scripted::new("a", lines);
    let chain = chain(&[&a]);
    assert!(ask(&chain).await.failed.is_some());
    assert!(ask(&chain).await.failed.is_some());
    assert_eq!(ask(&chain).await.text, "Yes.");
}

#[tokio::test(start_paused = true)]
async fn what_the_request_is_to_blame_for_lets_nobody_rest() {
    let refused = || BrainError::Refused { status: 400, code: None };
    let a = Scripted::new("a", vec![fails(refused()), fails(refused()), fails(refused()), says("Yes.")]);
    let b = Scripted::new("b", vec![says("No.")]);
    let chain = chain(&[&a, &b]);
    for _ in 0..3 {
        assert_eq!(ask(&chain).await.text, "No.");
    }
    assert_eq!(ask(&chain).await.text, "Yes.");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_reads_is_given_up() {
    let a = Scripted::new("a", vec![vec![text(10, "We"), text(60_000, "are")]]);
    let chain = chain(&[&a]);
    let mut events = chain.think(request("Are you open?"));
    assert!(events.recv().await.is_some());
    drop(events);
    sleep(Duration::from_millis(1)).await;
    // A cancelled answer is no failure.
    assert!(chain.think(request("And now?")).recv().await.is_some());
    assert_eq!(a.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_falls_back() {
    let a = Scripted::new("a", vec![vec![end()]]);
    let b = Scripted::new("b", vec![says("No.")]);
    assert_eq!(ask(&chain(&[&a, &b])).await.text, "No.");
    assert!(Chain::new(Vec::new(), ChainSettings::default()).is_err());
}
