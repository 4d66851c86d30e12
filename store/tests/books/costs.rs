//! What brains cost in a day.

use super::support::Books;

#[tokio::test]
async fn costs_add_up_by_day_and_agent() {
    let books = Books::open().await;
    for (agent, day, cost) in [("desk", 20_000, 5), ("desk", 20_000, 7), ("night", 20_000, 1), ("desk", 20_001, 2)] {
        books.store.add_brain_cost(agent, day, cost).await.unwrap();
    }
    let costs = books.store.brain_costs(20_000).await.unwrap();
    assert_eq!(costs, [("desk".to_owned(), 12), ("night".to_owned(), 1)]);
    books.store.add_brain_cost("desk", 20_500, 1).await.unwrap();
    assert!(books.store.brain_costs(20_000).await.unwrap().is_empty(), "old days are forgotten");
}
