//! Books that an earlier version wrote, opened by this one.

use std::path::Path;

use call_model::{CallId, HangupCause, Speaker};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqlStr, SqliteConnection};
use store::{CallState, OpenError, PageRequest, Store, StoreConfig, fresh_id};

use crate::support::{CALLER, NOW};

/// The steps that the first released version had.
const RELEASED: [&str; 9] = [
    include_str!("../../migrations/0001_books.sql"),
    include_str!("../../migrations/0002_transcripts.sql"),
    include_str!("../../migrations/0003_tools.sql"),
    include_str!("../../migrations/0004_after_call.sql"),
    include_str!("../../migrations/0005_knowledge.sql"),
    include_str!("../../migrations/0006_handover.sql"),
    include_str!("../../migrations/0007_costs.sql"),
    include_str!("../../migrations/0008_voicemail_sound.sql"),
    include_str!("../../migrations/0009_spending.sql"),
];

/// Books at that step.
async fn released(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(true);
    let mut books = options.connect().await.unwrap();
    let steps = RELEASED.iter().zip(1..).map(|(sql, version)| {
        Migration::new(
            version,
            format!("step {version}").into(),
            MigrationType::Simple,
            SqlStr::from_static(sql),
            false,
        )
    });
    Migrator::with_migrations(steps.collect()).run(&mut books).await.unwrap();
    books
}

async fn put(books: &mut SqliteConnection, sql: &'static str, values: &[&str]) {
    let mut query = sqlx::query(sql);
    for value in values {
        query = query.bind(value.to_string());
    }
    query.execute(&mut *books).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
}

#[tokio::test]
async fn what_the_first_version_wrote_is_all_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("books.db");
    let mut books = released(&path).await;
    let id: CallId = fresh_id(NOW);
    let call = id.to_string();
    put(&mut books, "INSERT INTO contacts (id, number, address, name, language, created_ms, updated_ms) VALUES ('contact_01k2x3y4z5a6b7c8d9e0f1g2h3', ?1, ?1, 'Anna Berg', 'de', 1, 1)", &[CALLER]).await;
    put(&mut books, "INSERT INTO calls (id, direction, from_address, to_address, number, trunk, flow, flow_version, language, state, started_ms, answered_ms, ended_ms, cause, hung_up_by) VALUES (?1, 'inbound', ?2, 'sip:reception@example.org', 'reception', 'carrier', 'reception', 3, 'de', 'ended', 1750000000000, 1750000001000, 1750000009000, 'normal', 'caller')", &[&call, CALLER]).await;
    put(&mut books, "INSERT INTO trunks (id, name, config, created_ms, updated_ms) VALUES ('trunk_01k2x3y4z5a6b7c8d9e0f1g2h3', 'carrier', '{\"host\":\"sip.example\",\"user\":\"a\"}', 1, 1)", &[]).await;
    put(&mut books, "INSERT INTO flows (id, name, version, yaml, active, created_ms) VALUES ('flow_01k2x3y4z5a6b7c8d9e0f1g2h3', 'reception', 3, 'languages: [de]', 1, 1)", &[]).await;
    books.close().await.unwrap();

    let store = Store::open(StoreConfig::new(&path)).await.unwrap();
    let read = store.call(id).await.unwrap().expect("the call is there");
    assert_eq!(
        (read.state, read.cause, read.trunk.as_deref()),
        (CallState::Ended, Some(HangupCause::Normal), Some("carrier"))
    );
    assert_eq!(
        (read.from.as_deref(), read.flow_version, read.ended_ms),
        (Some(CALLER), Some(3), Some(1_750_000_009_000))
    );
    assert_eq!(store.flows().await.unwrap().len(), 1);
    assert_eq!(store.trunks().await.unwrap().len(), 1);
    // It goes on where the old version stopped.
    let next = crate::support::inbound(CALLER, NOW + 10_000);
    let (next_id, line) = (next.id, crate::support::inbound(CALLER, NOW).number);
    let begun = store.begin_call(next).await.unwrap();
    assert_eq!(
        begun.contact.and_then(|contact| contact.name).as_deref(),
        Some("Anna Berg"),
        "the same caller is known"
    );
    assert_eq!(line, "reception");
    let all = store.calls(&store::CallFilter::default(), &PageRequest::default()).await.unwrap();
    assert_eq!(all.data.iter().map(|call| call.id).collect::<Vec<_>>(), [next_id, id]);
    let _ = Speaker::Caller;
    store.close().await;
    let seen = store::examine(&path).await.unwrap().unwrap();
    assert!(seen.damage.is_empty() && seen.step == seen.known, "{seen:?}");
}

#[tokio::test]
async fn what_a_newer_version_wrote_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("books.db");
    Store::open(StoreConfig::new(&path)).await.unwrap().close().await;
    let mut books = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    put(&mut books, "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9000, 'later', 1, x'00', 1)", &[]).await;
    books.close().await.unwrap();
    let refused = Store::open(StoreConfig::new(&path)).await.unwrap_err();
    assert!(matches!(refused, OpenError::Migrate { .. }), "{refused:?}");
    assert!(refused.to_string().contains("newer version"), "{refused}");
    let seen = store::examine(&path).await.unwrap().unwrap();
    assert!(seen.step > seen.known, "the doctor sees it: {seen:?}");
}
