//! How many calls a second the books take: each call is begun, answered, recorded and ended, with its events.
//!
//! `cargo run --release -p store --example load -- CALLS TASKS [WEBHOOKS]`
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring tool that prints its figures")]

use std::time::Instant;

use call_model::{Direction, HangupCause, HangupParty, RecordingId};
use serde_json::Map;
use store::{
    Address, AnswerCall, EndCall, NewCall, NewRecording, NewWebhook, RecordingEnd, RecordingState, Store, StoreConfig,
    fresh_id,
};

const NOW: i64 = 1_750_000_000_000;

#[tokio::main]
async fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>().unwrap());
    let (calls, tasks) = (numbers.next().unwrap_or(20_000), numbers.next().unwrap_or(100));
    let webhooks = numbers.next().unwrap_or(0);
    let folder = std::env::temp_dir().join(format!("callwright-load-{}", std::process::id()));
    let store = Store::open(StoreConfig::new(folder.join("books.db"))).await.unwrap();
    for _ in 0..webhooks {
        let (url, secret) = ("https://example.org".to_owned(), Some("whsec_".to_owned()));
        store.add_webhook(NewWebhook { url, secret, events: vec!["*".to_owned()], enabled: true }, NOW).await.unwrap();
    }
    let (began, cpu) = (Instant::now(), cpu_seconds());
    let running = (0..tasks).map(|task| {
        let store = store.clone();
        tokio::spawn(async move {
            for turn in 0..calls / tasks {
                one_call(&store, task * 1_000_000 + turn).await;
            }
        })
    });
    for task in running.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let (done, stats) = ((calls / tasks * tasks) as f64, store.stats());
    println!("{:.0} calls a second, {:.0} writes a second", done / seconds, stats.writes as f64 / seconds);
    println!(
        "{:.1} writes a transaction, {:.0} us of processor a call",
        stats.writes as f64 / stats.groups as f64,
        cpu / done * 1e6
    );
    store.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}

async fn one_call(store: &Store, number: usize) {
    let id = fresh_id(NOW);
    let call = NewCall {
        id,
        direction: Direction::Inbound,
        // A fifth of the callers are new.
        from: Address::Number(format!("+4930{:08}", if number.is_multiple_of(5) { number } else { number % 100 })),
        to: Address::Other("sip:reception@example.org".to_owned()),
        number: "reception".to_owned(),
        trunk: Some("carrier".to_owned()),
        member: None,
        flow: Some("reception".to_owned()),
        flow_version: Some(1),
        agent: None,
        agent_version: None,
        language: "en".to_owned(),
        variables: Map::new(),
        webhook: None,
        origin: call_model::CallOrigin::default(),
        started_ms: NOW,
    };
    store.begin_call(call).await.unwrap();
    store.answer_call(AnswerCall { id, at_ms: NOW }).await.unwrap();
    let recording: RecordingId = fresh_id(NOW);
    let new = NewRecording { id: recording, call: id, path: "2025/06/15/call.wav".to_owned(), started_ms: NOW };
    store.begin_recording(new).await.unwrap();
    let (cause, by) = (HangupCause::Normal, HangupParty::Caller);
    store.end_call(EndCall { id, at_ms: NOW, cause, by, legs: Vec::new(), language: None }).await.unwrap();
    let end = RecordingEnd { id: recording, state: RecordingState::Ready, bytes: 1, duration_ms: 1, at_ms: NOW };
    store.end_recording(end).await.unwrap();
}

/// Processor time of this process, seconds (Linux: fields 14 and 15 of `/proc/self/stat`, in 1/100 s).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
