//! What brains cost in a day.

use store::SpendingRecord;

use super::support::Books;

fn spending(agent: &str, brain: &str, day: i64, cost: u64) -> SpendingRecord {
    let (agent, brain) = (agent.to_owned(), brain.to_owned());
    SpendingRecord { day, agent, brain, answers: 1, input_tokens: 10 * cost, output_tokens: cost, cost }
}

#[tokio::test]
async fn costs_add_up_by_day_agent_and_brain() {
    let books = Books::open().await;
    for new in [
        spending("desk", "large", 20_000, 5),
        spending("desk", "large", 20_000, 7),
        spending("desk", "small", 20_000, 2),
        spending("night", "large", 20_000, 1),
        spending("desk", "large", 20_001, 2),
    ] {
        books.store.add_spending(new).await.unwrap();
    }
    let large = SpendingRecord { answers: 2, ..spending("desk", "large", 20_000, 12) };
    let costs = books.store.spending(20_000).await.unwrap();
    assert_eq!(costs, [large, spending("desk", "small", 20_000, 2), spending("night", "large", 20_000, 1)]);
    books.store.add_spending(spending("desk", "large", 20_500, 1)).await.unwrap();
    assert!(books.store.spending(20_000).await.unwrap().is_empty(), "old days are forgotten");
}
