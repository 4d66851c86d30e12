//! Flows in versions and their counters.

use std::sync::Arc;

use store::NodeCount::{Abandoned, Entered, Left};
use store::StoreError;

use crate::support::{Books, NOW};

#[tokio::test]
async fn a_new_text_is_a_new_version_and_the_old_one_stays() {
    let books = Books::open().await;
    let first = books.store.put_flow("reception", "a: 1", NOW).await.unwrap();
    assert_eq!(books.store.put_flow("reception", "a: 1", NOW + 1).await.unwrap(), first);
    let second = books.store.put_flow("reception", "a: 2", NOW + 2).await.unwrap();
    let back = books.store.put_flow("reception", "a: 1", NOW + 3).await.unwrap();
    assert_eq!((first.version, second.version, back.version), (1, 2, 3));
    books.store.put_flow("survey", "b: 1", NOW + 4).await.unwrap();

    let versions = books.store.flow_versions("reception").await.unwrap();
    let seen: Vec<_> = versions.iter().map(|flow| (flow.version, flow.active, flow.yaml.as_str())).collect();
    assert_eq!(seen, [(3, true, "a: 1"), (2, false, "a: 2"), (1, false, "a: 1")]);
    let active = books.store.flows().await.unwrap();
    assert_eq!(active.iter().map(|flow| flow.name.as_str()).collect::<Vec<_>>(), ["survey", "reception"]);
    assert_eq!(books.store.flow("reception").await.unwrap(), Some(back));
    assert_eq!(books.store.flow("nothing").await.unwrap(), None);
}

#[tokio::test]
async fn counts_of_nodes_add_up_and_survive_a_restart() {
    let books = Books::open().await;
    let (flow, menu, bye): (Arc<str>, Arc<str>, Arc<str>) = ("reception".into(), "menu".into(), "bye".into());
    for count in [Entered, Entered, Left, Abandoned] {
        books.store.count_node(&flow, 2, &menu, count);
    }
    books.store.count_node(&flow, 1, &menu, Entered);
    let books = books.reopen().await;
    books.store.count_node(&flow, 2, &menu, Entered);
    books.store.count_node(&flow, 2, &bye, Entered);
    let books = books.reopen().await;
    let counters = books.store.node_counters("reception", 2).await.unwrap();
    let seen: Vec<_> = counters.iter().map(|n| (n.node.as_str(), n.entered, n.left, n.abandoned)).collect();
    assert_eq!(seen, [("bye", 1, 0, 0), ("menu", 3, 1, 1)]);
}

#[tokio::test]
async fn a_flow_is_removed_with_its_versions_and_counters() {
    let books = Books::open().await;
    books.store.put_flow("survey", "a: 1", NOW).await.unwrap();
    books.store.put_flow("survey", "a: 2", NOW).await.unwrap();
    books.store.count_node(&"survey".into(), 1, &"menu".into(), Entered);
    let books = books.reopen().await;
    assert!(books.store.delete_flow("survey").await.unwrap());
    assert!(!books.store.delete_flow("survey").await.unwrap());
    assert!(books.store.flow_versions("survey").await.unwrap().is_empty());
    assert!(books.store.node_counters("survey", 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn agents_are_kept_in_versions_too() {
    let books = Books::open().await;
    let first = books.store.put_agent("assistant", "a: 1", NOW).await.unwrap();
    assert_eq!(books.store.put_agent("assistant", "a: 1", NOW + 1).await.unwrap(), first);
    let second = books.store.put_agent("assistant", "a: 2", NOW + 2).await.unwrap();
    books.store.put_agent("night", "b: 1", NOW + 3).await.unwrap();
    let versions = books.store.agent_versions("assistant").await.unwrap();
    assert_eq!(versions.iter().map(|agent| (agent.version, agent.active)).collect::<Vec<_>>(), [(2, true), (1, false)]);
    assert_eq!(books.store.agent("assistant").await.unwrap(), Some(second));
    let names: Vec<_> = books.store.agents().await.unwrap().into_iter().map(|agent| agent.name).collect();
    assert_eq!(names, ["assistant", "night"]);
    assert!(books.store.delete_agent("assistant").await.unwrap());
    assert!(!books.store.delete_agent("assistant").await.unwrap());
}

#[tokio::test]
async fn rehearsals_are_kept_with_their_agent_and_go_with_it() {
    let books = Books::open().await;
    let store = &books.store;
    assert!(matches!(store.put_rehearsal("desk", "hello", "a: 1", NOW).await, Err(StoreError::NotFound("agent"))));
    store.put_agent("desk", "a: 1", NOW).await.unwrap();
    store.put_rehearsal("desk", "hello", "a: 1", NOW).await.unwrap();
    store.put_rehearsal("desk", "hello", "a: 2", NOW + 1).await.unwrap();
    let kept = store.rehearsals("desk").await.unwrap();
    let told: Vec<_> = kept.iter().map(|one| (one.name.as_str(), one.yaml.as_str(), one.updated_ms)).collect();
    assert_eq!(told, [("hello", "a: 2", NOW + 1)]);
    for at in 1..200 {
        store.put_rehearsal("desk", &format!("more-{at}"), "a: 1", NOW).await.unwrap();
    }
    assert!(matches!(store.put_rehearsal("desk", "last", "a: 1", NOW).await, Err(StoreError::Conflict(_))));
    store.put_rehearsal("desk", "hello", "a: 3", NOW).await.unwrap();
    assert!(store.delete_rehearsal("desk", "hello").await.unwrap());
    assert!(!store.delete_rehearsal("desk", "hello").await.unwrap());
    store.delete_agent("desk").await.unwrap();
    assert_eq!(store.rehearsals("desk").await.unwrap(), []);
}
