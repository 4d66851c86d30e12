//! Transcripts: what was said, found again, and gone with its call.

use call_model::{CallId, Speaker, TranscriptLine, TurnReport, Word};
use proptest::prelude::*;
use store::{
    EventFilter, NewRecording, NewVoicemail, PageRequest, Store, StoreConfig, StoreError, TranscriptState, event_type,
    fresh_id,
};

use crate::support::{Books, CALLER, NOW, end, inbound};

pub fn line(call: CallId, from_ms: u64, text: &str) -> TranscriptLine {
    let words = text.split(' ').zip((from_ms..).step_by(300));
    TranscriptLine {
        call,
        speaker: Speaker::Caller,
        from_ms,
        to_ms: from_ms + 1_500,
        text: text.to_owned(),
        words: words.map(|(text, at)| Word { text: text.to_owned(), from_ms: at, to_ms: at + 280 }).collect(),
        confidence: Some(0.75),
        language: Some("en".to_owned()),
        cut: false,
    }
}

async fn begun(books: &Books) -> CallId {
    let call = inbound(CALLER, NOW);
    let id = call.id;
    books.store.begin_call(call).await.unwrap();
    id
}

async fn found(store: &Store, query: &str) -> Vec<String> {
    let page = store.search_transcripts(query, &PageRequest::default()).await.unwrap();
    page.data.into_iter().map(|hit| hit.line.line.text).collect()
}

#[tokio::test]
async fn lines_come_back_as_they_were_in_the_order_of_speech() {
    let books = Books::open().await;
    let call = begun(&books).await;
    let late = TranscriptLine { speaker: Speaker::Us, cut: true, ..line(call, 4_000, "You are welcome") };
    let bare = TranscriptLine { words: Vec::new(), confidence: None, language: None, ..line(call, 900, "Hello") };
    assert_eq!(books.store.append_line(late.clone()).await.unwrap(), 1);
    assert_eq!(books.store.append_line(bare.clone()).await.unwrap(), 2, "numbered as they become final");
    let turn = TurnReport { speech_ended_ms: 2_400, total: Some(650), speculated: true, ..Default::default() };
    books.store.append_turn(call, turn.clone()).await.unwrap();

    let transcript = books.store.transcript(call).await.unwrap();
    let seen: Vec<_> = transcript.lines.iter().map(|record| (record.seq, &record.line)).collect();
    assert_eq!(seen, [(2, &bare), (1, &late)]);
    assert_eq!((transcript.turns.len(), &transcript.turns[0]), (1, &turn));
    let printed = format!("{transcript:?}");
    assert!(!printed.contains("welcome"), "{printed}");

    let unknown: CallId = fresh_id(NOW);
    let refused = books.store.append_line(line(unknown, 0, "x")).await;
    assert!(matches!(refused, Err(StoreError::NotFound("call"))));
    assert!(matches!(books.store.append_turn(unknown, turn).await, Err(StoreError::NotFound("call"))));
    assert!(books.store.transcript(unknown).await.unwrap().lines.is_empty());
}

#[tokio::test]
async fn a_transcript_is_told_once_and_only_where_something_was_said() {
    let books = Books::open().await;
    let hook = books.webhook(&["transcript.*"]).await;
    let (silent, call) = (begun(&books).await, begun(&books).await);
    books.store.append_line(line(call, 0, "Hello")).await.unwrap();
    books.store.append_line(line(call, 2_000, "Goodbye")).await.unwrap();
    assert_eq!(books.store.call(call).await.unwrap().unwrap().transcript, Some(TranscriptState::Open));
    assert!(!books.store.transcript_ready(silent, NOW + 9).await.unwrap());
    assert!(books.store.transcript_ready(call, NOW + 9).await.unwrap());
    assert!(!books.store.transcript_ready(call, NOW + 9).await.unwrap(), "only once");

    let filter = EventFilter { kind: Some(event_type::TRANSCRIPT_READY.to_owned()), ..Default::default() };
    let events = books.store.events(&filter, &PageRequest::default()).await.unwrap().data;
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].call, &events[0].data["transcript"]["lines"]), (Some(call), &2.into()));
    assert_eq!(events[0].data["call"]["transcript"], "ready");
    let due = books.store.claim_deliveries(NOW + 10, 1_000, 10, &[]).await.unwrap();
    assert_eq!(due.iter().map(|due| (due.webhook, due.event.id)).collect::<Vec<_>>(), [(hook.id, events[0].id)]);
}

#[tokio::test]
async fn a_transcript_that_a_crash_left_open_is_told_at_the_next_start() {
    let books = Books::open().await;
    let call = begun(&books).await;
    books.store.append_line(line(call, 0, "Hello")).await.unwrap();
    let books = books.reopen().await;
    books.store.close_interrupted(NOW + 50).await.unwrap();
    assert_eq!(books.store.call(call).await.unwrap().unwrap().transcript, Some(TranscriptState::Ready));
    let events = books.store.events(&EventFilter::default(), &PageRequest::default()).await.unwrap().data;
    assert_eq!(events[0].kind, event_type::TRANSCRIPT_READY);
}

#[tokio::test]
async fn words_phrases_and_beginnings_are_found_accents_and_case_aside() {
    let books = Books::open().await;
    let call = begun(&books).await;
    for text in
        ["I would like an appointment", "Please stop calling me", "Ein Termin für Frau Müller", "stop it, Ma'am"]
    {
        books.store.append_line(line(call, 0, text)).await.unwrap();
    }
    let store = &books.store;
    assert_eq!(found(store, "APPOINTMENT like").await, ["I would like an appointment"]);
    assert_eq!(found(store, "stop").await, ["stop it, Ma'am", "Please stop calling me"], "the newest first");
    assert_eq!(found(store, "\"stop calling\"").await, ["Please stop calling me"]);
    assert_eq!(found(store, "\"calling stop\"").await, [""; 0]);
    assert_eq!(found(store, "appoint*").await, ["I would like an appointment"]);
    assert_eq!(found(store, "appoint").await, [""; 0]);
    assert_eq!(found(store, "muller fur").await, ["Ein Termin für Frau Müller"]);
    assert_eq!(found(store, "ma'am").await, ["stop it, Ma'am"]);
    assert_eq!(found(store, "  * \" ").await, [""; 0]);

    let page = store.search_transcripts("stop call*", &PageRequest::default()).await.unwrap();
    let hit = &page.data[0];
    let parts: Vec<_> = hit.snippet.iter().map(|part| (part.text.as_str(), part.hit)).collect();
    assert_eq!(parts, [("Please ", false), ("stop", true), (" ", false), ("calling", true), (" me", false)]);
    assert_eq!((hit.call, hit.line.seq), (call, 2));
}

#[tokio::test]
async fn pages_of_hits_go_through_every_line_once() {
    let books = Books::open().await;
    let call = begun(&books).await;
    for turn in 0..11 {
        books.store.append_line(line(call, turn * 100, "again and again")).await.unwrap();
    }
    let (mut seen, mut page) = (Vec::new(), PageRequest::first(4));
    loop {
        let got = books.store.search_transcripts("again", &page).await.unwrap();
        seen.extend(got.data.iter().map(|hit| hit.line.seq));
        let Some(next) = got.next else { break };
        page.cursor = Some(next.to_string().parse().unwrap());
    }
    assert_eq!(seen, (1..=11).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn an_erased_call_leaves_nothing_behind_but_its_contact() {
    let books = Books::open().await;
    let hook = books.webhook(&["*"]).await;
    let kept = begun(&books).await;
    let call = begun(&books).await;
    for id in [kept, call] {
        books.store.append_line(line(id, 0, "my secret")).await.unwrap();
        books.store.append_turn(id, TurnReport::default()).await.unwrap();
    }
    let recording = NewRecording { id: fresh_id(NOW), call, path: "a.wav".to_owned(), started_ms: NOW };
    books.store.begin_recording(recording.clone()).await.unwrap();
    assert!(books.store.set_recording_offset(recording.id, -120).await.unwrap());
    assert_eq!(books.store.call_recording(call).await.unwrap().unwrap().offset_ms, Some(-120));
    let (id, mailbox, path) = (fresh_id(NOW), "desk".to_owned(), "v.wav".to_owned());
    let voicemail =
        NewVoicemail { id, mailbox, call, path, bytes: 1, duration_ms: 1, offset_ms: None, created_ms: NOW };
    books.store.add_voicemail(voicemail).await.unwrap();

    assert!(matches!(books.store.erase_call(call).await, Err(StoreError::Conflict(_))), "it goes on");
    books.store.end_call(end(call, NOW + 5)).await.unwrap();
    let contact = books.store.call(call).await.unwrap().unwrap().contact;
    assert_eq!(books.store.erase_call(call).await.unwrap(), Some(vec!["a.wav".to_owned(), "v.wav".to_owned()]));
    assert_eq!(books.store.erase_call(call).await.unwrap(), None);

    assert_eq!(books.store.call(call).await.unwrap(), None);
    assert!(books.store.transcript(call).await.unwrap().lines.is_empty());
    let hits = books.store.search_transcripts("secret", &PageRequest::default()).await.unwrap().data;
    assert_eq!(hits.iter().map(|hit| hit.call).collect::<Vec<_>>(), [kept]);
    let of_call = EventFilter { call: Some(call), ..Default::default() };
    assert!(books.store.events(&of_call, &PageRequest::default()).await.unwrap().data.is_empty());
    let deliveries = books.store.deliveries(hook.id, None, &PageRequest::default()).await.unwrap().data;
    assert_eq!(deliveries.len(), 1, "the other call's");
    assert!(books.store.contact(contact.unwrap()).await.unwrap().is_some());
}

#[test]
fn any_text_is_a_valid_search() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let books = runtime.block_on(async {
        let books = Books::open().await;
        let call = begun(&books).await;
        books.store.append_line(line(call, 0, "Please stop calling me")).await.unwrap();
        books
    });
    let words = prop_oneof![".{0,24}", "[\"*()^:+{} a-cANDORNETstop\\-\u{0}']{0,24}"];
    proptest!(ProptestConfig::with_cases(512), |(text in words)| {
        let page = runtime.block_on(books.store.search_transcripts(&text, &PageRequest::default()));
        prop_assert!(page.is_ok(), "{text:?}");
    });
    runtime.block_on(books.store.close());
}

/// A file made by the first version of the tables, with something of everything that the second one touches.
#[tokio::test]
async fn books_of_the_first_version_are_brought_up_to_date_with_what_is_in_them() {
    use sqlx::migrate::{Migration, MigrationType, Migrator};
    use sqlx::{ConnectOptions, Connection, SqlStr};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("books.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut conn = options.connect().await.unwrap();
    let first = SqlStr::from_static(include_str!("../../migrations/0001_books.sql"));
    let first = Migration::new(1, "books".into(), MigrationType::Simple, first, false);
    Migrator::with_migrations(vec![first]).run(&mut conn).await.unwrap();
    let call: CallId = fresh_id(NOW);
    let call_row = "INSERT INTO calls (id, direction, number, flow, flow_version, language, state, started_ms) \
                    VALUES (?1, 'inbound', 'reception', 'reception', 2, 'en', 'ended', 5)";
    let recording = "INSERT INTO recordings (id, call, path, state, started_ms) VALUES (?2, ?1, 'a.wav', 'ready', 5)";
    let number = "INSERT INTO numbers (id, number, flow, language, recording, trunk, created_ms, updated_ms) \
                  VALUES (?3, 'reception', 'desk', 'de', 'consent', 'carrier', 6, 7)";
    for sql in [call_row, recording, number] {
        let query = sqlx::query(sql).bind(call.to_string());
        let query = query.bind(fresh_id::<call_model::RecordingId>(NOW).to_string());
        query.bind(fresh_id::<call_model::NumberId>(NOW).to_string()).execute(&mut conn).await.unwrap();
    }
    conn.close().await.unwrap();

    let store = Store::open(StoreConfig::new(&path)).await.unwrap();
    let kept = store.call(call).await.unwrap().unwrap();
    assert_eq!(
        (kept.flow.as_deref(), kept.flow_version, kept.agent, kept.transcript),
        (Some("reception"), Some(2), None, None)
    );
    assert_eq!(store.call_recording(call).await.unwrap().unwrap().offset_ms, None);
    let numbers = store.numbers().await.unwrap();
    assert_eq!(serde_json::to_value(&numbers[0]).unwrap()["flow"], "desk");
    assert_eq!((numbers[0].language.as_deref(), numbers[0].created_ms, numbers[0].updated_ms), (Some("de"), 6, 7));
    store.append_line(line(call, 0, "late but written")).await.unwrap();
    assert_eq!(found(&store, "late").await, ["late but written"]);
}
