//! `kill -9` in the middle of the work.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use call_model::{CallId, HangupCause};
use store::{AnswerCall, CallState, DeliveryState, PageRequest, Store, StoreConfig};
use tokio::task::JoinSet;

use crate::support::{CALLER, NOW, end, hook, inbound};

const FOLDER: &str = "STORE_TEST_CRASH_FOLDER";

/// The process that is killed: eight tasks that begin, answer and end calls, and say each time what is committed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs as the child of another test"]
#[expect(clippy::print_stdout, reason = "the parent reads what is committed")]
async fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = Store::open(StoreConfig::new(folder + "/books.db")).await.unwrap();
    store.add_webhook(hook(&["call.*"]), NOW).await.unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        tasks.spawn(async move {
            loop {
                let call = inbound(CALLER, NOW);
                let id = call.id;
                store.begin_call(call).await.unwrap();
                println!("\nbegun {id}");
                store.answer_call(AnswerCall { id, at_ms: NOW }).await.unwrap();
                store.end_call(end(id, NOW + 1)).await.unwrap();
                println!("\nended {id}");
            }
        });
    }
    tasks.join_all().await;
}

#[tokio::test]
async fn kill_9_loses_nothing_that_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (mut begun, mut ended) = (Vec::<CallId>::new(), Vec::<CallId>::new());
    let mut told = 0;
    for line in lines {
        let line = line.unwrap();
        match line.split_once(' ') {
            Some(("begun", id)) => begun.extend(id.parse::<CallId>()),
            Some(("ended", id)) => ended.extend(id.parse::<CallId>()),
            _ => continue,
        }
        told += 1;
        if told == 500 {
            // On Unix this is SIGKILL. What the pipe still holds is read on: it was committed too.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(told >= 500, "the child ended early: {told}");

    let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
    for id in &ended {
        let call = store.call(*id).await.unwrap().expect("an ended call is in the books");
        assert_eq!((call.state, call.cause), (CallState::Ended, Some(HangupCause::Normal)));
    }
    let interrupted = store.close_interrupted(NOW + 2).await.unwrap();
    for id in begun.iter().filter(|id| !ended.contains(id)) {
        let call = store.call(*id).await.unwrap().expect("a begun call is in the books");
        assert_eq!(call.state, CallState::Ended);
        assert!(interrupted.calls.contains(id) || call.cause == Some(HangupCause::Normal));
    }
    assert!(store.close_interrupted(NOW + 3).await.unwrap().calls.is_empty());

    // Every event has its delivery: they were written together.
    let hook = store.webhooks().await.unwrap()[0].id;
    let (mut deliveries, mut page) = (0, PageRequest::first(200));
    loop {
        let got = store.deliveries(hook, Some(DeliveryState::Pending), &page).await.unwrap();
        deliveries += got.data.len();
        page.cursor = got.next;
        if page.cursor.is_none() {
            break;
        }
    }
    let calls = count_calls(&store).await;
    assert!(deliveries >= calls * 2 && deliveries <= calls * 3, "{deliveries} deliveries for {calls} calls");
}

async fn count_calls(store: &Store) -> usize {
    let (mut calls, mut page) = (0, PageRequest::first(200));
    loop {
        let got = store.calls(&store::CallFilter::default(), &page).await.unwrap();
        calls += got.data.len();
        page.cursor = got.next;
        if page.cursor.is_none() {
            return calls;
        }
    }
}
