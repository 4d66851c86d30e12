//! Calls from before there was anything left to do after calls.

use std::sync::Arc;

use call_model::{Speaker, TranscriptLine};
use sqlx::{Connection, SqliteConnection};
use store::{JobState, LineRecord, Scrub, Scrubber, Silence, Store, StoreConfig};

use crate::support::{Books, CALLER, NOW, end, inbound};

/// Takes nothing out, but would.
struct Nothing;

impl Scrub for Nothing {
    fn text(&self, _: &str, _: Option<&str>) -> Option<String> {
        None
    }

    fn lines(&self, _: &mut [LineRecord]) -> Vec<Silence> {
        Vec::new()
    }

    fn sound(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn a_call_that_ended_before_there_were_jobs_is_gone_through_all_the_same() {
    let books = Books::open().await;
    let old = books.ended_call(CALLER, NOW).await;
    // Of this one the program's end came before that of the transcript.
    let open = inbound(CALLER, NOW + 1_000);
    let (open, new) = (open.id, open);
    books.store.begin_call(new).await.unwrap();
    let line = TranscriptLine {
        call: open,
        speaker: Speaker::Caller,
        from_ms: 0,
        to_ms: 900,
        text: "hello".to_owned(),
        words: Vec::new(),
        confidence: None,
        language: None,
        cut: false,
    };
    books.store.append_line(line).await.unwrap();
    books.store.end_call(end(open, NOW + 1_010)).await.unwrap();
    books.store.close().await;
    let path = books.folder.path().join("data/books.db");
    let mut conn = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    sqlx::query("DELETE FROM jobs").execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();

    let mut config = StoreConfig::new(path);
    config.scrubber = Scrubber::new(Arc::new(Nothing));
    drop(books.store);
    let store = Store::open(config).await.unwrap();
    store.close_interrupted(NOW + 2_000).await.unwrap();
    assert_eq!(store.job(open).await.unwrap().unwrap().state, JobState::Waiting, "else it would never be readable");
    assert_eq!(store.job(old).await.unwrap(), None);
    assert!(store.again(old, NOW + 2_000).await.unwrap());
    let due = store.claim_jobs(NOW + 2_000, 1_000, 5, 3).await.unwrap();
    assert_eq!(due.iter().map(|job| job.call).collect::<Vec<_>>(), [old, open]);
}
