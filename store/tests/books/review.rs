//! What people make of calls: tags, notes, corrections; the list by every filter; reports.

use std::sync::Arc;

use call_model::{CallId, Direction, LegId, Speaker, TranscriptLine};
use serde_json::Map;
use store::{
    AnswerCall, CallFilter, EndCall, LegRecord, LegRole, LineRecord, Mood, NewCall, NewInsights, NewMember,
    PageRequest, ReportBy, Scrub, Scrubber, Silence, Store, StoreConfig, StoreError,
};

use crate::support::{Books, CALLER, NOW, end, inbound};

const CARD: &str = "4111111111111111";

/// Takes one number out.
struct Card;

impl Scrub for Card {
    fn text(&self, text: &str, _: Option<&str>) -> Option<String> {
        text.contains(CARD).then(|| text.replace(CARD, "[card number]"))
    }

    fn lines(&self, _: &mut [LineRecord]) -> Vec<Silence> {
        Vec::new()
    }

    fn sound(&self) -> bool {
        false
    }
}

fn line(call: CallId, text: &str) -> TranscriptLine {
    TranscriptLine {
        call,
        speaker: Speaker::Caller,
        from_ms: 100,
        to_ms: 900,
        text: text.to_owned(),
        words: Vec::new(),
        confidence: None,
        language: Some("en".to_owned()),
        cut: false,
    }
}

fn insights(call: CallId, outcome: &str, sentiment: f64, topics: &[&str]) -> NewInsights {
    NewInsights {
        call,
        outcome: outcome.to_owned(),
        sentiment: Some(sentiment),
        score: None,
        summary: "The caller asked for a time.".to_owned(),
        topics: topics.iter().map(|&topic| topic.to_owned()).collect(),
        data: Map::new(),
        made_by: "rules".to_owned(),
        tokens: 0,
        contact: Map::new(),
    }
}

/// A call that was answered after two seconds, with these legs, and talked in for `talk_ms`.
async fn talked(store: &Store, new: NewCall, talk_ms: i64, legs: Vec<LegRecord>) -> CallId {
    let (id, at_ms) = (new.id, new.started_ms);
    store.begin_call(new).await.unwrap();
    store.answer_call(AnswerCall { id, at_ms: at_ms + 2_000 }).await.unwrap();
    store.end_call(EndCall { legs, ..end(id, at_ms + 2_000 + talk_ms) }).await.unwrap();
    id
}

fn leg(role: LegRole, peer: &str, answered: bool) -> LegRecord {
    LegRecord {
        id: LegId::from_parts(1, 1),
        role,
        peer: Some(peer.to_owned()),
        sip_call_id: "x".to_owned(),
        started_ms: NOW,
        answered_ms: answered.then_some(NOW + 1),
        ended_ms: Some(NOW + 2),
        status: None,
        quality: None,
        user_agent: None,
    }
}

async fn member(store: &Store, name: &str) {
    let new = NewMember {
        name: name.to_owned(),
        display: name.to_uppercase(),
        may_call_from: Vec::new(),
        password: None,
        skills: Vec::new(),
        languages: Vec::new(),
        away: false,
    };
    store.add_member(new, NOW).await.unwrap();
}

async fn found(store: &Store, filter: CallFilter) -> Vec<CallId> {
    let page = store.call_list(&filter, &PageRequest::default()).await.unwrap();
    page.data.iter().map(|listing| listing.call.id).collect()
}

#[tokio::test]
async fn a_line_is_corrected_beside_what_was_heard_and_found_by_both() {
    let books = Books::open().await;
    let store = &books.store;
    let call = books.ended_call(CALLER, NOW).await;
    store.append_line(line(call, "I need a crown on Monday")).await.unwrap();
    let open = store.correct_line(call, 1, "I need a ground floor", None, NOW).await;
    assert!(matches!(open, Err(StoreError::Conflict(_))), "lines still come in");
    store.transcript_ready(call, NOW).await.unwrap();
    store.correct_line(call, 1, "I need a clown on Monday", Some("anna"), NOW + 5).await.unwrap();
    let corrections = store.corrections(call).await.unwrap();
    assert_eq!((corrections[0].seq, corrections[0].text.as_str()), (1, "I need a clown on Monday"));
    assert_eq!(store.transcript(call).await.unwrap().lines[0].line.text, "I need a crown on Monday");
    for (words, snippet) in [("crown", "crown"), ("clown", "clown"), ("monday", "Monday")] {
        let hits = store.search_transcripts(words, &PageRequest::default()).await.unwrap();
        assert_eq!(hits.data.len(), 1, "{words}");
        let hit: Vec<_> = hits.data[0].snippet.iter().filter(|part| part.hit).map(|part| part.text.as_str()).collect();
        assert_eq!(hit, [snippet]);
        assert_eq!(found(store, CallFilter { words: Some(words.into()), ..CallFilter::default() }).await, [call]);
    }
    assert!(matches!(store.correct_line(call, 2, "x", None, NOW).await, Err(StoreError::NotFound("line"))));
    assert!(store.delete_correction(call, 1).await.unwrap());
    assert!(!store.delete_correction(call, 1).await.unwrap());
    assert!(store.search_transcripts("clown", &PageRequest::default()).await.unwrap().data.is_empty());
    store.correct_line(call, 1, "gone with the call", None, NOW).await.unwrap();
    store.erase_call(call).await.unwrap();
    assert!(store.search_transcripts("gone", &PageRequest::default()).await.unwrap().data.is_empty());
}

#[tokio::test]
async fn what_may_not_be_kept_is_in_no_correction_note_or_tag() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = StoreConfig::new(folder.path().join("data/books.db"));
    config.scrubber = Scrubber::new(Arc::new(Card));
    let books = Books { store: Store::open(config).await.unwrap(), folder };
    let store = &books.store;
    let call = books.ended_call(CALLER, NOW).await;
    store.append_line(line(call, "my card is")).await.unwrap();
    store.redact(call, NOW).await.unwrap();
    let correction = store.correct_line(call, 1, &format!("my card is {CARD}"), None, NOW).await.unwrap();
    assert_eq!(correction.text, "my card is [card number]");
    let note = store.add_call_note(call, None, CARD, Some(5), NOW).await.unwrap();
    assert_eq!(note.text, "[card number]");
    let changed = store.change_call_note(call, note.id, Some(CARD), None, NOW + 1).await.unwrap();
    assert_eq!((changed.text.as_str(), changed.moment_ms), ("[card number]", Some(5)));
    assert_eq!(store.set_call_tags(call, &[CARD.to_owned()]).await.unwrap(), ["[card number]"]);
}

#[tokio::test]
async fn corrections_that_were_kept_under_other_rules_are_gone_through_again() {
    let books = Books::open().await;
    let call = books.ended_call(CALLER, NOW).await;
    books.store.append_line(line(call, "my card is")).await.unwrap();
    books.store.transcript_ready(call, NOW).await.unwrap();
    books.store.correct_line(call, 1, &format!("it is {CARD}"), None, NOW).await.unwrap();
    books.store.close().await;
    let mut config = StoreConfig::new(books.folder.path().join("data/books.db"));
    drop(books.store);
    config.scrubber = Scrubber::new(Arc::new(Card));
    let store = Store::open(config).await.unwrap();
    store.redact(call, NOW).await.unwrap();
    assert_eq!(store.corrections(call).await.unwrap()[0].text, "it is [card number]");
    assert!(store.search_transcripts(CARD, &PageRequest::default()).await.unwrap().data.is_empty());
}

#[tokio::test]
async fn tags_and_notes_are_kept_counted_and_go_with_the_call() {
    let books = Books::open().await;
    let store = &books.store;
    let (one, two) = (books.ended_call(CALLER, NOW).await, books.ended_call(CALLER, NOW + 1).await);
    let tags = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(store.set_call_tags(one, &tags(&["vip", "angry", "vip"])).await.unwrap(), ["angry", "vip"]);
    store.set_call_tags(two, &tags(&["vip"])).await.unwrap();
    let counts: Vec<_> = store.tags().await.unwrap().into_iter().map(|tag| (tag.name, tag.calls)).collect();
    assert_eq!(counts, [("vip".to_owned(), 2), ("angry".to_owned(), 1)]);
    let tagged = |tag: &str| found(store, CallFilter { tag: Some(tag.into()), ..CallFilter::default() });
    assert_eq!(tagged("vip").await, [two, one]);
    store.set_call_tags(one, &tags(&["angry"])).await.unwrap();
    assert_eq!((tagged("vip").await, store.call_tags(one).await.unwrap()), (vec![two], tags(&["angry"])));
    let gone = CallId::from_parts(1, 1);
    assert!(matches!(store.set_call_tags(gone, &tags(&["x"])).await, Err(StoreError::NotFound("call"))));

    let note = store.add_call_note(one, Some("anna"), "Listen here", Some(1_500), NOW).await.unwrap();
    store.add_call_note(one, None, "As a whole", None, NOW + 1).await.unwrap();
    let moved = store.change_call_note(one, note.id, None, Some(None), NOW + 2).await.unwrap();
    assert_eq!((moved.text.as_str(), moved.moment_ms, moved.updated_ms), ("Listen here", None, NOW + 2));
    assert!(store.change_call_note(two, note.id, Some("x"), None, NOW).await.is_err(), "it is of another call");
    let notes = store.call_notes(one, &PageRequest::default()).await.unwrap().data;
    assert_eq!(notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["As a whole", "Listen here"]);
    assert!(
        store.delete_call_note(one, note.id).await.unwrap() && !store.delete_call_note(one, note.id).await.unwrap()
    );
    store.erase_call(one).await.unwrap();
    assert!(store.call_notes(one, &PageRequest::default()).await.unwrap().data.is_empty());
    assert_eq!(store.tags().await.unwrap().len(), 1);
}

#[tokio::test]
async fn notes_that_name_a_person_go_with_the_person() {
    let books = Books::open().await;
    let store = &books.store;
    let other = books.ended_call("+4930901899", NOW).await;
    store.add_call_note(other, None, &format!("Ring {CALLER} instead"), None, NOW).await.unwrap();
    store.add_call_note(other, None, "Friendly", None, NOW).await.unwrap();
    books.ended_call(CALLER, NOW).await;
    let erasure = store.begin_erasure(None, Some(CALLER), None, "asked", NOW).await.unwrap();
    assert!(store.erase_traces(&erasure).await.unwrap());
    let left = store.call_notes(other, &PageRequest::default()).await.unwrap().data;
    assert_eq!(left.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["Friendly"]);
}

#[tokio::test]
async fn the_list_narrows_by_each_filter_and_goes_on_by_pages() {
    let books = Books::open().await;
    let store = &books.store;
    member(store, "anna").await;
    member(store, "ben").await;
    let agent = NewCall { flow: None, agent: Some("maria".into()), ..inbound(CALLER, NOW) };
    let agent = talked(store, agent, 60_000, vec![leg(LegRole::Transfer, "anna", true)]).await;
    let short = talked(store, inbound("+4930901899", NOW + 1), 900, vec![leg(LegRole::Transfer, "ben", false)]).await;
    let mine = NewCall { direction: Direction::Outbound, member: Some("ben".into()), ..inbound(CALLER, NOW + 2) };
    let mine = talked(store, mine, 5_000, Vec::new()).await;
    store.append_line(line(agent, "the blue bicycle")).await.unwrap();
    store.file_insights(insights(agent, "booked", 0.9, &["bicycles", "prices"]), NOW).await.unwrap();
    store.file_insights(insights(short, "lost", -0.9, &["prices"]), NOW).await.unwrap();
    store.set_call_tags(agent, &["vip".to_owned()]).await.unwrap();
    let any = CallFilter::default;
    let text = |text: &str| Some(text.to_owned());
    for (name, filter, calls) in [
        ("none", any(), vec![mine, short, agent]),
        ("agent", CallFilter { agent: text("maria"), ..any() }, vec![agent]),
        ("anna", CallFilter { member: text("anna"), ..any() }, vec![agent]),
        ("ben, who was rung in vain, too", CallFilter { member: text("ben"), ..any() }, vec![mine, short]),
        ("seen by ben", CallFilter { taking_part: text("ben"), member: text("anna"), ..any() }, vec![]),
        ("topic", CallFilter { topic: text("prices"), ..any() }, vec![short, agent]),
        ("topic and tag", CallFilter { topic: text("prices"), tag: text("vip"), ..any() }, vec![agent]),
        ("outcome", CallFilter { outcome: text("lost"), ..any() }, vec![short]),
        ("outcome of an agent", CallFilter { outcome: text("lost"), agent: text("maria"), ..any() }, vec![]),
        ("mood", CallFilter { mood: Some(Mood::Positive), ..any() }, vec![agent]),
        ("long", CallFilter { min_talk_ms: Some(5_000), ..any() }, vec![mine, agent]),
        (
            "long of a number",
            CallFilter { min_talk_ms: Some(5_000), number: text("reception"), ..any() },
            vec![mine, agent],
        ),
        ("words", CallFilter { words: text("BICYCLE blue"), ..any() }, vec![agent]),
        ("words that nobody said", CallFilter { words: text("bicycle red"), ..any() }, vec![]),
        ("no words", CallFilter { words: text(" -- "), ..any() }, vec![]),
        ("outbound", CallFilter { direction: Some(Direction::Outbound), ..any() }, vec![mine]),
        ("time", CallFilter { from_ms: Some(NOW + 1), to_ms: Some(NOW + 2), ..any() }, vec![short]),
        ("time of a topic", CallFilter { from_ms: Some(NOW + 1), topic: text("prices"), ..any() }, vec![short]),
    ] {
        assert_eq!(found(store, filter.clone()).await, calls, "{name}");
        let plain = store.calls(&filter, &PageRequest::default()).await.unwrap().data;
        assert_eq!(plain.iter().map(|call| call.id).collect::<Vec<_>>(), calls, "{name}");
    }
    let filter = CallFilter { topic: text("prices"), ..any() };
    let first = store.call_list(&filter, &PageRequest::first(1)).await.unwrap();
    assert_eq!(first.data[0].call.id, short);
    let rest = PageRequest { limit: 1, cursor: first.next };
    let rest = store.call_list(&filter, &rest).await.unwrap();
    assert_eq!((rest.data[0].call.id, rest.next), (agent, None));
    let shown = &rest.data[0];
    assert_eq!((shown.outcome.as_deref(), shown.mood, shown.playable), (Some("booked"), Some(Mood::Positive), false));
    assert_eq!(
        (shown.tags.as_slice(), shown.summary.as_deref()),
        (&["vip".to_owned()][..], Some("The caller asked for a time."))
    );
}

#[tokio::test]
async fn a_report_counts_ended_calls() {
    let books = Books::open().await;
    let store = &books.store;
    member(store, "anna").await;
    // An agent had it to the end; somebody was brought in; nobody came; it was not answered; it still goes on.
    let agent = NewCall { flow: None, agent: Some("maria".into()), ..inbound(CALLER, NOW) };
    let agent = talked(store, agent, 60_000, Vec::new()).await;
    talked(store, inbound(CALLER, NOW + 1), 1_000, vec![leg(LegRole::Transfer, "anna", true)]).await;
    talked(store, inbound(CALLER, NOW + 2), 500, vec![leg(LegRole::Transfer, "anna", false)]).await;
    books.ended_call(CALLER, NOW + 3_600_000).await;
    store.begin_call(inbound(CALLER, NOW + 4)).await.unwrap();
    store.file_insights(insights(agent, "booked", 0.9, &["prices", "times"]), NOW).await.unwrap();
    store.file_insights(insights(agent, "lost", -0.9, &["prices"]), NOW).await.unwrap();
    let day = 24 * 3_600_000;
    let all = store.report(ReportBy::All, NOW - day, NOW + day).await.unwrap();
    let counts = all[0].counts;
    assert_eq!((counts.calls, counts.inbound, counts.answered, counts.abandoned), (4, 4, 3, 2));
    assert_eq!((counts.wait_ms, counts.talk_ms, counts.contained, counts.handed_over), (6_000, 61_500, 1, 1));
    assert_eq!((counts.positive, counts.neutral, counts.negative), (0, 0, 1));
    let keys = async |by| {
        let rows = store.report(by, NOW - day, NOW + day).await.unwrap();
        rows.into_iter().map(|row| (row.key, row.label, row.counts.calls)).collect::<Vec<_>>()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(keys(ReportBy::Member).await, [(text("anna"), text("ANNA"), 1)]);
    assert_eq!(keys(ReportBy::Agent).await, [(None, None, 3), (text("maria"), None, 1)]);
    assert_eq!(keys(ReportBy::Outcome).await, [(None, None, 3), (text("lost"), None, 1)]);
    assert_eq!(keys(ReportBy::Topic).await, [(text("prices"), None, 1)]);
    let quarter = |ms: i64| Some((ms / 900_000).to_string());
    assert_eq!(keys(ReportBy::Quarter).await, [(quarter(NOW), None, 3), (quarter(NOW + 3_600_000), None, 1)]);
    assert_eq!(store.report(ReportBy::All, NOW + day, NOW + 2 * day).await.unwrap(), []);
    assert_eq!(store.report(ReportBy::All, NOW, NOW + 1).await.unwrap()[0].counts.calls, 1, "the end is left out");
}

#[tokio::test]
async fn what_was_set_is_there_after_a_restart_until_it_is_taken_back() {
    let books = Books::open().await;
    let value = |days: u32| serde_json::json!({ "calls_days": days });
    books.store.put_setting("retention", value(1), None, NOW).await.unwrap();
    books.store.put_setting("retention", value(2), Some("anna"), NOW + 1).await.unwrap();
    let books = books.reopen().await;
    let set = books.store.settings().await.unwrap();
    assert_eq!((set.len(), &set[0].value, set[0].author.as_deref()), (1, &value(2), Some("anna")));
    assert!(books.store.delete_setting("retention").await.unwrap());
    assert!(!books.store.delete_setting("retention").await.unwrap());
}
