//! Flows in versions and their counters.

use std::sync::Arc;

use store::NodeCount::{Abandoned, Entered, Left};

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
