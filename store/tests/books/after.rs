//! What is left to do after a call, and what comes of it.

use std::sync::Arc;

use call_model::{CallId, RecordingId, Speaker, TranscriptLine, Word};
use serde_json::{Map, Value, json};
use store::{
    AnswerCall, CallFilter, ContactChange, EventFilter, JobState, LineRecord, Mood, NewInsights, NewRecording,
    NewVoicemail, PageRequest, RecordingEnd, RecordingState, Scrub, Scrubber, Silence, Store, StoreConfig, event_type,
    fresh_id,
};

use crate::support::{Books, CALLER, NOW, end, inbound};

const CARD: &str = "4111111111111111";

/// Takes one number out.
struct Card;

impl Scrub for Card {
    fn text(&self, text: &str, _: Option<&str>) -> Option<String> {
        text.contains(CARD).then(|| text.replace(CARD, "[card number]"))
    }

    fn lines(&self, lines: &mut [LineRecord]) -> Vec<Silence> {
        let mut silences = Vec::new();
        for LineRecord { line, .. } in lines {
            let Some(text) = self.text(&line.text, None) else { continue };
            line.text = text;
            line.words.retain(|word| word.text != CARD);
            silences.push(Silence { speaker: line.speaker, from_ms: line.from_ms, to_ms: line.to_ms });
        }
        silences
    }

    fn sound(&self) -> bool {
        true
    }
}

async fn with_scrub() -> Books {
    let folder = tempfile::tempdir().unwrap();
    let mut config = StoreConfig::new(folder.path().join("data/books.db"));
    config.scrubber = Scrubber::new(Arc::new(Card));
    Books { store: Store::open(config).await.unwrap(), folder }
}

fn line(call: CallId, text: &str) -> TranscriptLine {
    TranscriptLine {
        call,
        speaker: Speaker::Caller,
        from_ms: 1_000,
        to_ms: 4_000,
        text: text.to_owned(),
        words: text.split(' ').map(|word| Word { text: word.to_owned(), from_ms: 1_000, to_ms: 4_000 }).collect(),
        confidence: None,
        language: Some("en".to_owned()),
        cut: false,
    }
}

async fn running(store: &Store) -> CallId {
    let call = inbound(CALLER, NOW);
    let id = call.id;
    store.begin_call(call).await.unwrap();
    store.answer_call(AnswerCall { id, at_ms: NOW }).await.unwrap();
    id
}

fn insights(call: CallId, contact: &[(&str, &str)]) -> NewInsights {
    NewInsights {
        call,
        outcome: "answered".to_owned(),
        sentiment: Some(-0.6),
        score: None,
        summary: "About a bill.".to_owned(),
        topics: vec!["billing".to_owned(), "parking".to_owned()],
        data: Map::from_iter([("curve".to_owned(), json!([1, 2]))]),
        made_by: "rules".to_owned(),
        tokens: 7,
        contact: contact.iter().map(|(field, value)| ((*field).to_owned(), Value::from(*value))).collect(),
    }
}

async fn kinds(store: &Store, call: CallId) -> Vec<String> {
    let filter = EventFilter { call: Some(call), kind: None };
    store.events(&filter, &PageRequest::default()).await.unwrap().data.into_iter().map(|event| event.kind).collect()
}

#[tokio::test]
async fn a_job_comes_with_the_end_and_is_due_with_the_transcript() {
    let books = Books::open().await;
    let store = &books.store;
    let call = running(store).await;
    assert_eq!(store.job(call).await.unwrap(), None);
    store.append_line(line(call, "hello")).await.unwrap();
    store.end_call(end(call, NOW + 10)).await.unwrap();
    assert_eq!(store.job(call).await.unwrap().unwrap().state, JobState::Waiting);
    assert!(store.claim_jobs(NOW + 20, 1_000, 5, 3).await.unwrap().is_empty(), "its last lines may yet come");
    assert!(store.transcript_ready(call, NOW + 20).await.unwrap());
    let claimed = store.claim_jobs(NOW + 20, 1_000, 5, 3).await.unwrap();
    assert_eq!(claimed.iter().map(|job| (job.call, job.tries)).collect::<Vec<_>>(), [(call, 1)]);
    assert!(store.claim_jobs(NOW + 30, 1_000, 5, 3).await.unwrap().is_empty(), "one at a time");
    assert!(!store.again(call, NOW + 30).await.unwrap(), "it is being done");
    store.file_insights(insights(call, &[]), NOW + 40).await.unwrap();
    assert_eq!(store.next_job_ms().await.unwrap(), None);
    assert!(store.again(call, NOW + 50).await.unwrap());
    assert_eq!(store.claim_jobs(NOW + 50, 1_000, 5, 3).await.unwrap().len(), 1);
}

#[tokio::test]
async fn calls_without_a_transcript_and_interrupted_ones_have_a_job_too() {
    let books = Books::open().await;
    let silent = books.ended_call(CALLER, NOW).await;
    let open = running(&books.store).await;
    let books = books.reopen().await;
    books.store.close_interrupted(NOW + 500).await.unwrap();
    let due = books.store.claim_jobs(NOW + 60_000, 1_000, 5, 3).await.unwrap();
    assert_eq!(due.iter().map(|job| job.call).collect::<Vec<_>>(), [silent, open]);
}

#[tokio::test]
async fn what_a_dead_run_had_begun_is_done_again_and_poison_is_given_up() {
    let mut books = Books::open().await;
    let call = books.ended_call(CALLER, NOW).await;
    let mut now = NOW + 60_000;
    for tries in 1..=3 {
        let claimed = books.store.claim_jobs(now, 600_000, 5, 3).await.unwrap();
        assert_eq!(claimed.iter().map(|job| job.tries).collect::<Vec<_>>(), [tries]);
        books = books.reopen().await;
        assert_eq!(books.store.release_jobs(now, 10_000).await.unwrap(), 1);
        let next = books.store.next_job_ms().await.unwrap().unwrap();
        assert_eq!(next, now + i64::from(tries - 1) * 10_000, "the oftener, the later");
        now = next;
    }
    assert!(books.store.claim_jobs(now, 600_000, 5, 3).await.unwrap().is_empty());
    let job = books.store.job(call).await.unwrap().unwrap();
    assert_eq!((job.state, job.next_ms), (JobState::Failed, None));
    assert!(job.reason.is_some());
    assert!(books.store.again(call, now).await.unwrap(), "a person may ask for it again");
    assert_eq!(books.store.claim_jobs(now, 600_000, 5, 3).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_lease_that_ends_lets_another_try_and_a_reason_is_kept() {
    let books = Books::open().await;
    let call = books.ended_call(CALLER, NOW).await;
    let now = NOW + 60_000;
    assert_eq!(books.store.claim_jobs(now, 1_000, 5, 3).await.unwrap().len(), 1);
    assert_eq!(books.store.claim_jobs(now + 1_000, 1_000, 5, 3).await.unwrap().len(), 1);
    books.store.put_off_job(call, "no disk", Some(now + 5_000), now + 2_000).await.unwrap();
    assert_eq!(books.store.job(call).await.unwrap().unwrap().reason.as_deref(), Some("no disk"));
    assert_eq!(books.store.next_job_ms().await.unwrap(), Some(now + 5_000));
    books.store.put_off_job(call, "no disk", None, now + 6_000).await.unwrap();
    assert_eq!(books.store.job(call).await.unwrap().unwrap().state, JobState::Failed);
}

#[tokio::test]
async fn insights_are_replaced_found_and_told_and_go_with_their_call() {
    let books = Books::open().await;
    let store = &books.store;
    let call = books.ended_call(CALLER, NOW).await;
    let other = books.ended_call("+4930901821", NOW).await;
    store.file_insights(insights(call, &[]), NOW).await.unwrap();
    let mut second = insights(call, &[]);
    second.topics = vec!["billing".to_owned()];
    second.sentiment = Some(0.5);
    store.file_insights(second, NOW + 5).await.unwrap();
    let filed = store.insights(call).await.unwrap().unwrap();
    assert_eq!((filed.topics, filed.sentiment), (vec!["billing".to_owned()], Some(0.5)));
    assert_eq!(store.tokens_since(NOW).await.unwrap(), 14, "what both cost");
    assert_eq!(store.insights(other).await.unwrap(), None);
    let list = async |filter: CallFilter| {
        let page = store.calls(&filter, &PageRequest::default()).await.unwrap();
        page.data.into_iter().map(|call| call.id).collect::<Vec<_>>()
    };
    let outcome = |outcome: &str| CallFilter { outcome: Some(outcome.to_owned()), ..CallFilter::default() };
    let topic = |topic: &str| CallFilter { topic: Some(topic.to_owned()), ..CallFilter::default() };
    let mood = |mood| CallFilter { mood: Some(mood), ..CallFilter::default() };
    assert_eq!(list(outcome("answered")).await, [call]);
    assert!(list(outcome("abandoned")).await.is_empty());
    assert_eq!(list(topic("billing")).await, [call]);
    assert!(list(topic("parking")).await.is_empty(), "it was replaced");
    assert_eq!(list(mood(Mood::Positive)).await, [call]);
    assert!(list(mood(Mood::Negative)).await.is_empty());
    let filter = EventFilter { call: Some(call), kind: Some(event_type::CALL_ANALYSED.to_owned()) };
    let told = store.events(&filter, &PageRequest::default()).await.unwrap().data;
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].data["insights"]["topics"], json!(["billing"]));
    assert_eq!(told[0].data["call"]["id"], json!(call));
    store.erase_call(call).await.unwrap();
    assert_eq!(store.insights(call).await.unwrap(), None);
    assert_eq!(store.job(call).await.unwrap(), None);
}

#[tokio::test]
async fn a_contact_learns_what_nobody_typed() {
    let books = Books::open().await;
    let store = &books.store;
    let call = books.ended_call(CALLER, NOW).await;
    let id = store.call(call).await.unwrap().unwrap().contact.unwrap();
    let typed = ContactChange {
        fields: Map::from_iter([("email".to_owned(), json!("typed@example.org"))]),
        ..ContactChange::default()
    };
    store.change_contact(id, typed, NOW).await.unwrap();
    let file = async |fields: &[(&str, &str)]| {
        store.file_insights(insights(call, fields), NOW).await.unwrap();
        store.contact(id).await.unwrap().unwrap()
    };
    let contact = file(&[("name", "Lisa Miller"), ("email", "heard@example.org"), ("order", "17")]).await;
    assert_eq!(contact.name.as_deref(), Some("Lisa Miller"));
    assert_eq!(contact.fields["email"], "typed@example.org");
    let contact = file(&[("name", "Lisa Muller"), ("order", "18")]).await;
    assert_eq!((contact.name.as_deref(), &contact.fields["order"]), (Some("Lisa Muller"), &json!("18")));
    let corrected = ContactChange { name: Some(Some("Lisa Moeller".to_owned())), ..ContactChange::default() };
    store.change_contact(id, corrected, NOW).await.unwrap();
    assert_eq!(file(&[("name", "Lisa Muller")]).await.name.as_deref(), Some("Lisa Moeller"));
}

#[tokio::test]
async fn what_may_not_be_kept_is_neither_read_nor_found_nor_told_nor_left_in_the_file() {
    let books = with_scrub().await;
    let store = &books.store;
    let call = running(store).await;
    let said = format!("my card is {CARD} please");
    store.append_line(line(call, &said)).await.unwrap();
    store
        .remember(call, "message", json!({"text": format!("card {CARD}"), "n": 4_111_111_111_111_111_u64}))
        .await
        .unwrap();
    assert!(!store.transcript(call).await.unwrap().lines[0].line.text.contains(CARD), "not even while it goes on");
    store.end_call(end(call, NOW + 10)).await.unwrap();
    assert!(store.transcript_ready(call, NOW + 20).await.unwrap());
    assert!(!kinds(store, call).await.contains(&"transcript.ready".to_owned()), "it is gone through first");
    assert!(store.search_transcripts(CARD, &PageRequest::default()).await.unwrap().data.is_empty());

    assert_eq!(store.claim_jobs(NOW + 20, 60_000, 5, 3).await.unwrap().len(), 1);
    let silence = Silence { speaker: Speaker::Caller, from_ms: 1_000, to_ms: 4_000 };
    assert_eq!(store.redact(call, NOW + 30).await.unwrap(), [silence]);
    assert_eq!(kinds(store, call).await[0], "transcript.ready");
    assert_eq!(store.redact(call, NOW + 31).await.unwrap(), [silence], "it is remembered until it is done");
    assert_eq!(kinds(store, call).await.iter().filter(|kind| *kind == "transcript.ready").count(), 1);
    store.silenced(call).await.unwrap();
    assert_eq!(store.redact(call, NOW + 32).await.unwrap(), []);

    let transcript = store.transcript(call).await.unwrap();
    assert_eq!(transcript.lines[0].line.text, "my card is [card number] please");
    assert_eq!(transcript.lines[0].line.words.len(), 4);
    assert!(store.search_transcripts(CARD, &PageRequest::default()).await.unwrap().data.is_empty());
    assert_eq!(store.search_transcripts("card please", &PageRequest::default()).await.unwrap().data.len(), 1);
    let remembered = store.call(call).await.unwrap().unwrap().remembered;
    assert_eq!(remembered["message"], json!({"text": "card [card number]", "n": "[card number]"}));
    let counts = store.term_counts(&["card".to_owned(), CARD.to_owned()]).await.unwrap();
    assert_eq!((counts.terms.get("card"), counts.terms.get(CARD)), (Some(&1), None));

    store.close().await;
    let bytes = std::fs::read(books.folder.path().join("data/books.db")).unwrap();
    let found = bytes.windows(CARD.len()).filter(|window| *window == CARD.as_bytes()).count();
    assert_eq!(found, 0, "nothing of it is left in the file");
}

#[tokio::test]
async fn a_recording_is_held_until_it_is_silent() {
    let books = with_scrub().await;
    let store = &books.store;
    let call = running(store).await;
    let id: RecordingId = fresh_id(NOW);
    let new = NewRecording { id, call, path: "2026/03/05/a.wav".to_owned(), started_ms: NOW };
    store.begin_recording(new).await.unwrap();
    store.end_call(end(call, NOW + 10)).await.unwrap();
    let whole = RecordingEnd { id, state: RecordingState::Ready, bytes: 100, duration_ms: 5, at_ms: NOW + 11 };
    // The job was done before the recording was whole.
    store.finish_job(call, NOW + 11).await.unwrap();
    assert!(store.end_recording(whole).await.unwrap());
    assert_eq!(store.call_recordings(call).await.unwrap()[0].state, RecordingState::Held);
    assert!(!kinds(store, call).await.contains(&"recording.ready".to_owned()));
    assert_eq!(store.job(call).await.unwrap().unwrap().state, JobState::Waiting, "it has something to do again");
    assert!(store.release_recording(id, NOW + 12).await.unwrap());
    assert!(!store.release_recording(id, NOW + 13).await.unwrap());
    assert_eq!(kinds(store, call).await[0], "recording.ready");
    assert_eq!(store.call_recordings(call).await.unwrap()[0].state, RecordingState::Ready);
}

#[tokio::test]
async fn a_recording_that_lacks_something_lacks_it_when_it_is_silent_too() {
    let books = with_scrub().await;
    let store = &books.store;
    let call = running(store).await;
    let id: RecordingId = fresh_id(NOW);
    let new = NewRecording { id, call, path: "2026/03/05/a.wav".to_owned(), started_ms: NOW };
    store.begin_recording(new).await.unwrap();
    store.end_call(end(call, NOW + 10)).await.unwrap();
    let cut = RecordingEnd { id, state: RecordingState::Cut, bytes: 100, duration_ms: 5, at_ms: NOW + 11 };
    assert!(store.end_recording(cut).await.unwrap());
    assert_eq!(store.call_recordings(call).await.unwrap()[0].state, RecordingState::HeldCut);
    assert!(store.release_recording(id, NOW + 12).await.unwrap());
    assert!(!store.release_recording(id, NOW + 13).await.unwrap());
    assert_eq!(store.call_recordings(call).await.unwrap()[0].state, RecordingState::Cut);
}

#[tokio::test]
async fn a_voicemail_is_held_and_told_of_when_it_is_silent() {
    let books = with_scrub().await;
    let store = &books.store;
    let call = running(store).await;
    let new = NewVoicemail {
        id: fresh_id(NOW),
        mailbox: "reception".to_owned(),
        call,
        path: "2026/03/05/v.wav".to_owned(),
        bytes: 100,
        duration_ms: 5,
        offset_ms: Some(1_460),
        created_ms: NOW,
    };
    let voicemail = store.add_voicemail(new).await.unwrap();
    assert_eq!((voicemail.held, voicemail.offset_ms), (true, Some(1_460)));
    store.end_call(end(call, NOW + 10)).await.unwrap();
    assert!(!kinds(store, call).await.contains(&"voicemail.received".to_owned()));
    assert!(store.release_voicemail(voicemail.id, NOW + 12).await.unwrap());
    assert!(!store.release_voicemail(voicemail.id, NOW + 13).await.unwrap());
    assert_eq!(kinds(store, call).await[0], "voicemail.received");
    assert!(!store.voicemail(voicemail.id).await.unwrap().unwrap().held);
}
