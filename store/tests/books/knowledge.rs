//! What agents may know, and what they were asked and did not.

use store::{GapState, NewGap, NewSource, PassageRecord, SourceKind, SourceState, StoreError};

use crate::support::{Books, CALLER, NOW};

const DAY: i64 = 86_400_000;

fn site() -> NewSource {
    NewSource {
        name: "help".into(),
        kind: SourceKind::Site,
        language: Some("en".into()),
        address: Some("https://example.org/help/".into()),
        refresh_ms: Some(DAY),
    }
}

fn passage(id: &str, answer: &str) -> PassageRecord {
    PassageRecord { id: id.into(), questions: vec!["Parking".into()], answer: answer.into() }
}

#[tokio::test]
async fn a_site_is_due_when_it_comes_and_after_its_time() {
    let books = Books::open().await;
    let store = &books.store;
    let new = store.put_source(site(), NOW).await.unwrap();
    assert_eq!((new.state, new.passages), (SourceState::Waiting, 0));
    assert_eq!(store.due_source(NOW).await.unwrap().unwrap().name, "help");

    let passages = vec![passage("a#1", "Behind the house."), passage("a#2", "Free.")];
    let filled = store.fill_source(&new, Ok(passages.clone()), NOW + 5).await.unwrap();
    assert_eq!((filled.state, filled.passages, filled.due_ms), (SourceState::Ready, 2, Some(NOW + 5 + DAY)));
    assert_eq!(store.passages("help").await.unwrap(), passages);
    assert!(store.due_source(NOW + DAY).await.unwrap().is_none());

    // What was read before stays when it cannot be read again.
    let failed = store.fill_source(&filled, Err("gone".into()), NOW + 2 * DAY).await.unwrap();
    assert_eq!((failed.state, failed.fault.as_deref(), failed.passages), (SourceState::Failed, Some("gone"), 2));
    assert_eq!(failed.due_ms, Some(NOW + 3 * DAY));

    assert!(matches!(store.delete_source("other").await, Ok(false)));
    assert!(store.delete_source("help").await.unwrap());
    assert!(store.passages("help").await.unwrap().is_empty());
    assert!(!store.delete_source("help").await.unwrap());
    assert!(matches!(store.fill_source(&failed, Ok(vec![]), NOW).await, Err(StoreError::NotFound(_))));
}

#[tokio::test]
async fn a_site_that_was_being_read_does_not_replace_what_was_put_in_its_place() {
    let books = Books::open().await;
    let store = &books.store;
    let being_read = store.put_source(site(), NOW).await.unwrap();
    let document = NewSource { kind: SourceKind::Document, address: None, refresh_ms: None, ..site() };
    let document = store.put_source(document, NOW + 1).await.unwrap();
    store.fill_source(&document, Ok(vec![passage("help#1", "By tram.")]), NOW + 1).await.unwrap();
    let late = store.fill_source(&being_read, Ok(vec![passage("a#1", "By car.")]), NOW + 2).await;
    assert!(matches!(late, Err(StoreError::Conflict(_))));
    assert_eq!(store.passages("help").await.unwrap(), [passage("help#1", "By tram.")]);
    // The same for a site at another address: it is read at once.
    let elsewhere = NewSource { address: Some("https://example.org/new/".into()), ..site() };
    let moved = store.put_source(elsewhere, NOW + 3).await.unwrap();
    assert!(matches!(store.fill_source(&being_read, Ok(vec![]), NOW + 4).await, Err(StoreError::Conflict(_))));
    assert_eq!(store.due_source(NOW + 4).await.unwrap(), Some(moved));
}

#[tokio::test]
async fn vectors_are_kept_by_model_and_words() {
    let books = Books::open().await;
    let kept = vec![(vec![1], vec![9, 9]), (vec![2], vec![8])];
    books.store.keep_vectors("m", kept.clone()).await.unwrap();
    books.store.keep_vectors("m", vec![(vec![1], vec![0])]).await.unwrap();
    let mut found = books.store.vectors("m").await.unwrap();
    found.sort();
    assert_eq!(found, kept);
    assert!(books.store.vectors("other").await.unwrap().is_empty());
}

#[tokio::test]
async fn questions_without_an_answer_are_counted_and_answered() {
    let books = Books::open().await;
    let store = &books.store;
    let call = books.ended_call(CALLER, NOW).await;
    let ask = |question: &str, at_ms| {
        let (agent, language) = ("assistant".to_owned(), "en".to_owned());
        store.add_gap(NewGap { agent, language, question: question.into(), call, at_ms })
    };
    ask("Do you take dogs?", NOW).await.unwrap();
    ask("Is there WiFi", NOW + 1).await.unwrap();
    ask("is there wifi?", NOW + 2).await.unwrap();
    ask("?!", NOW + 3).await.unwrap();
    let open = store.gaps(GapState::Open, 10).await.unwrap();
    let asked: Vec<(&str, u32)> = open.iter().map(|gap| (gap.question.as_str(), gap.asked)).collect();
    assert_eq!(asked, [("Is there WiFi", 2), ("Do you take dogs?", 1)]);

    let wifi = open[0].id;
    store.close_gap(wifi, Some("Yes, it is free.".into()), NOW + 4).await.unwrap();
    store.close_gap(open[1].id, None, NOW + 4).await.unwrap();
    let answers = store.source("answers-en").await.unwrap().unwrap();
    assert_eq!((answers.kind, answers.state, answers.passages), (SourceKind::Answers, SourceState::Ready, 1));
    assert!(store.gaps(GapState::Open, 10).await.unwrap().is_empty());

    // A better answer takes the place of the first; what is asked again was not answered well.
    store.close_gap(wifi, Some("Yes; ask for the password.".into()), NOW + 5).await.unwrap();
    assert_eq!(store.passages("answers-en").await.unwrap()[0].answer, "Yes; ask for the password.");
    ask("Is there wifi?", NOW + 6).await.unwrap();
    ask("Do you take dogs?", NOW + 7).await.unwrap();
    let open = store.gaps(GapState::Open, 10).await.unwrap();
    assert_eq!(open.iter().map(|gap| gap.asked).collect::<Vec<_>>(), [3]);
    assert!(matches!(store.close_gap(999, None, NOW).await, Err(StoreError::NotFound(_))));

    // What is no matter of the business is answered no more, and nothing takes the answers' place.
    store.close_gap(wifi, None, NOW + 8).await.unwrap();
    assert!(store.passages("answers-en").await.unwrap().is_empty());
    let taken = NewSource { name: "answers-en".into(), ..site() };
    assert!(matches!(store.put_source(taken, NOW + 9).await, Err(StoreError::Conflict(_))));
}
