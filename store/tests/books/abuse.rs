//! What is kept against abuse.

use store::{BanRecord, TrunkSpendingRecord};

use super::support::Books;

fn ban(source: &str, until_ms: i64) -> BanRecord {
    BanRecord { source: source.into(), reason: "scanner".into(), times: 2, until_ms }
}

#[tokio::test]
async fn bans_are_kept_until_their_end() {
    let books = Books::open().await;
    books.store.keep_bans(vec![ban("192.0.2.1", 1_000), ban("2001:db8::/64", 3_000)]).await.unwrap();
    assert_eq!(books.store.bans(2_000).await.unwrap(), [ban("2001:db8::/64", 3_000)]);
    books.store.keep_bans(vec![]).await.unwrap();
    assert_eq!(books.store.bans(0).await.unwrap(), []);
}

#[tokio::test]
async fn spending_adds_up_by_day_and_trunk() {
    let books = Books::open().await;
    for (day, trunk, cost) in [(10, "acme", 5), (10, "acme", 7), (10, "other", 1), (11, "acme", 2)] {
        books.store.add_trunk_spending(TrunkSpendingRecord { day, trunk: trunk.into(), cost }).await.unwrap();
    }
    let day = books.store.trunk_spending(10).await.unwrap();
    let costs: Vec<_> = day.iter().map(|it| (it.trunk.as_str(), it.cost)).collect();
    assert_eq!(costs, [("acme", 12), ("other", 1)]);
}
