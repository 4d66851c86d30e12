//! Imports, merges, notes, and erasing a person.

use call_model::{ContactId, Speaker, TranscriptLine};
use serde_json::{Map, Value, json};
use store::{
    ContactChange, ImportedContact, NewConsent, NewSuppression, NewTicket, NewVoicemail, OtherNumber, PageRequest,
    Store, StoreError, TicketPriority, TimelineEntry, UpdateRule, fresh_id,
};

use crate::support::{Books, CALLER, NOW, inbound};

const MOBILE: &str = "+491711234567";
const NAME: &str = "Wilhelmina Oberhuber";

fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn known(name: &str, tags: &[&str], more: &Value) -> ContactChange {
    ContactChange {
        name: Some(Some(name.to_owned())),
        tags: Some(tags.iter().map(|&tag| tag.to_owned()).collect()),
        fields: fields(more),
        ..ContactChange::default()
    }
}

async fn make(store: &Store, number: &str, change: ContactChange) -> ContactId {
    let contact = store.find_or_make_contact(store.address(number), NOW).await.unwrap().unwrap();
    store.change_contact(contact.id, change, NOW).await.unwrap().id
}

fn other(number: &str) -> Vec<OtherNumber> {
    vec![OtherNumber { number: number.to_owned(), label: "mobile".to_owned() }]
}

#[tokio::test]
async fn an_import_makes_and_changes_by_its_rule() {
    let books = Books::open().await;
    let store = &books.store;
    let id = make(store, CALLER, known("Anna", &["old"], &json!({"city": "Berlin"}))).await;
    let row = |number: &str| ImportedContact {
        number: number.to_owned(),
        known: known("Anna Berg", &["new"], &json!({"city": "Bonn", "plan": "gold"})),
    };
    let got = store.import_contacts(vec![row(CALLER), row(MOBILE)], UpdateRule::Skip, NOW).await.unwrap();
    assert_eq!((got.made, got.updated, got.unchanged), (1, 0, 1));
    store.import_contacts(vec![row(CALLER)], UpdateRule::Fill, NOW).await.unwrap();
    let filled = store.contact(id).await.unwrap().unwrap();
    assert_eq!((filled.name.as_deref(), &filled.fields["city"]), (Some("Anna"), &json!("Berlin")));
    assert_eq!((&filled.fields["plan"], filled.tags), (&json!("gold"), vec!["new".to_owned(), "old".to_owned()]));
    let got = store.import_contacts(vec![row(CALLER)], UpdateRule::Replace, NOW + 1).await.unwrap();
    assert_eq!(got.updated, 1);
    let replaced = store.contact(id).await.unwrap().unwrap();
    assert_eq!((replaced.name.as_deref(), &replaced.fields["city"]), (Some("Anna Berg"), &json!("Bonn")));
    let got = store.import_contacts(vec![row(CALLER)], UpdateRule::Replace, NOW + 2).await.unwrap();
    assert_eq!((got.updated, got.unchanged), (0, 1), "the same again changes nothing");
    // A further number that is somebody else's is left out.
    let mut taken = row(CALLER);
    taken.known.numbers = Some(other(MOBILE));
    assert_eq!(store.import_contacts(vec![taken], UpdateRule::Replace, NOW).await.unwrap().taken, 1);
}

#[tokio::test]
async fn a_merge_keeps_what_each_had_and_is_taken_back() {
    let books = Books::open().await;
    let store = &books.store;
    let kept = make(store, CALLER, known("Anna", &["a"], &json!({"city": "Berlin"}))).await;
    let gone = make(store, MOBILE, known("Anna Berg", &["b"], &json!({"city": "Bonn", "plan": "gold"}))).await;
    let call = books.ended_call(MOBILE, NOW).await;
    let before = (store.contact(kept).await.unwrap().unwrap(), store.contact(gone).await.unwrap().unwrap());
    let merge = store.merge_contacts(kept, gone, Some("anna"), NOW + 1).await.unwrap();
    let one = store.contact(kept).await.unwrap().unwrap();
    assert_eq!(
        (one.name.as_deref(), one.tags.join(" "), &one.fields["plan"]),
        (Some("Anna"), "a b".into(), &json!("gold"))
    );
    assert_eq!(store.contact_by_address(&store.address(MOBILE)).await.unwrap().unwrap().id, kept);
    assert!(store.contact(gone).await.unwrap().is_none());
    assert_eq!(store.call(call).await.unwrap().unwrap().contact, Some(kept));
    let timeline = store.timeline(kept, &PageRequest::default()).await.unwrap().data;
    let note = timeline.iter().find_map(|entry| match entry {
        TimelineEntry::Note(note) => Some(note.text.clone()),
        _ => None,
    });
    let note = note.expect("what differs is written down");
    assert!(note.contains("Anna Berg") && note.contains("Bonn"), "{note}");
    assert!(matches!(store.merge_contacts(kept, kept, None, NOW).await, Err(StoreError::Conflict(_))));

    store.undo_merge(merge.id, NOW + 2).await.unwrap();
    assert!(matches!(store.undo_merge(merge.id, NOW + 3).await, Err(StoreError::Conflict(_))));
    let after = (store.contact(kept).await.unwrap().unwrap(), store.contact(gone).await.unwrap().unwrap());
    let same = |one: &store::ContactRecord, two: &store::ContactRecord| {
        (one.name.clone(), one.tags.clone(), one.fields.clone(), one.numbers.clone(), one.address.clone())
            == (two.name.clone(), two.tags.clone(), two.fields.clone(), two.numbers.clone(), two.address.clone())
    };
    assert!(same(&before.0, &after.0) && same(&before.1, &after.1));
    assert_eq!(store.call(call).await.unwrap().unwrap().contact, Some(gone));
}

#[tokio::test]
async fn a_no_outlives_its_contact() {
    let books = Books::open().await;
    let store = &books.store;
    let id = make(store, CALLER, ContactChange::default()).await;
    let no = NewSuppression { number: CALLER.to_owned(), method: "api".to_owned(), ..NewSuppression::default() };
    store.suppress(no, NOW).await.unwrap();
    assert!(store.delete_contact(id).await.unwrap());
    let again = ImportedContact { number: CALLER.to_owned(), known: known("Anna", &[], &json!({})) };
    store.import_contacts(vec![again], UpdateRule::Replace, NOW).await.unwrap();
    let standing = store.standing(CALLER, "reminder", NOW).await.unwrap();
    assert!(standing.contact.is_some_and(|new| new != id) && standing.suppressed.is_some());
}

/// A person of whom every table has something.
async fn somebody(books: &Books) -> ContactId {
    let store = &books.store;
    let change =
        ContactChange { numbers: Some(other(MOBILE)), ..known(NAME, &["vip"], &json!({"email": "w@example.org"})) };
    let id = make(store, CALLER, change).await;
    let mut call = inbound(CALLER, NOW);
    call.variables.insert("who".to_owned(), json!(NAME));
    let call_id = call.id;
    store.begin_call(call).await.unwrap();
    store.remember(call_id, "phone", json!(CALLER)).await.unwrap();
    let line = TranscriptLine {
        call: call_id,
        speaker: Speaker::Caller,
        from_ms: 0,
        to_ms: 900,
        text: format!("this is {NAME}"),
        words: Vec::new(),
        confidence: None,
        language: None,
        cut: false,
    };
    store.append_line(line).await.unwrap();
    let voicemail = NewVoicemail {
        id: fresh_id(NOW),
        mailbox: "reception".to_owned(),
        call: call_id,
        path: "2025/06/15/vm.wav".to_owned(),
        bytes: 10,
        duration_ms: 10,
        created_ms: NOW,
        offset_ms: None,
    };
    store.add_voicemail(voicemail).await.unwrap();
    store.end_call(crate::support::end(call_id, NOW + 10)).await.unwrap();
    // Another one's call names the number.
    let mut others = inbound("+4930901821", NOW + 20);
    others.variables.insert("instead_of".to_owned(), json!(MOBILE));
    let others_id = others.id;
    store.begin_call(others).await.unwrap();
    store.end_call(crate::support::end(others_id, NOW + 30)).await.unwrap();
    store.add_note(id, Some("anna"), "always in a hurry", NOW).await.unwrap();
    let consent = NewConsent {
        number: MOBILE.to_owned(),
        channel: "call".to_owned(),
        purpose: "marketing".to_owned(),
        state: store::ConsentState::Given,
        method: "form".to_owned(),
        wording: "yes".to_owned(),
        source: NAME.to_owned(),
        call: None,
        moment_ms: None,
        said: None,
        decided_ms: None,
        expires_ms: None,
    };
    store.add_consent(consent, NOW).await.unwrap();
    let no = NewSuppression {
        number: MOBILE.to_owned(),
        method: "voice".to_owned(),
        said: Some(format!("do not call {NAME}")),
        call: Some(call_id),
        ..NewSuppression::default()
    };
    store.suppress(no, NOW).await.unwrap();
    store.keep_once("elsewhere/1", json!({"name": NAME}), NOW).await.unwrap();
    id
}

/// Does what the server does.
async fn erase(store: &Store, erasure: &store::ErasureRecord) -> Vec<String> {
    let mut files = Vec::new();
    loop {
        let calls = store.erasure_calls(erasure, 10).await.unwrap();
        if calls.ended.is_empty() {
            break;
        }
        for call in calls.ended {
            files.extend(call.files);
            store.erase_call(call.id).await.unwrap();
        }
    }
    while store.erase_traces(erasure).await.unwrap() {}
    store.finish_erasure(erasure, NOW + 100).await.unwrap();
    assert!(store.settle_erasure(erasure.id, NOW + 101).await.unwrap());
    files
}

/// Every file of the books, as bytes.
fn on_disk(books: &Books, text: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    let files = std::fs::read_dir(books.folder.path().join("data")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    files.filter(|path| holds(&std::fs::read(path).unwrap())).map(|path| path.display().to_string()).collect()
}

#[tokio::test]
async fn who_is_erased_is_nowhere_and_still_not_called() {
    let books = Books::open().await;
    let store = &books.store;
    let id = somebody(&books).await;
    for text in [CALLER, MOBILE, NAME, "hurry", "w@example.org"] {
        assert!(!on_disk(&books, text).is_empty(), "{text} is there before");
    }
    let erasure = store.begin_erasure(Some(id), None, Some("anna"), "asked by mail", NOW + 50).await.unwrap();
    // A crash in the middle: it is found again, and goes on.
    let first = store.erasure_calls(&erasure, 1).await.unwrap().ended.remove(0);
    store.erase_call(first.id).await.unwrap();
    assert_eq!(first.files, ["2025/06/15/vm.wav"]);
    let books = books.reopen().await;
    let store = &books.store;
    let open = store.open_erasures().await.unwrap();
    assert_eq!(open.len(), 1);
    erase(store, &open[0]).await;
    assert!(store.open_erasures().await.unwrap().is_empty());

    for text in
        [CALLER, MOBILE, &MOBILE[1..], NAME, "Oberhuber", "oberhuber", "hurry", "w@example.org", &id.to_string()]
    {
        assert_eq!(on_disk(&books, text), Vec::<String>::new(), "{text}");
    }
    assert!(store.contact(id).await.unwrap().is_none());
    let proof = store.erasures(Some("0171 1234567"), 10).await.unwrap();
    assert_eq!((proof.len(), proof[0].reason.as_str(), proof[0].done_ms), (1, "asked by mail", Some(NOW + 101)));
    assert!(store.erasures(Some("+4930901821"), 10).await.unwrap().is_empty());
    for number in [CALLER, MOBILE] {
        let stands = store.standing(number, "reminder", NOW + 200).await.unwrap().suppressed.expect("still a no");
        assert!(stands.said.is_none() && stands.number.starts_with('#'));
    }
    assert!(store.lift_suppression(MOBILE, None, None, NOW).await.unwrap(), "it can be lifted by who names it");
}

#[tokio::test]
async fn what_belongs_to_others_stays() {
    let books = Books::open().await;
    let store = &books.store;
    let id = somebody(&books).await;
    let other = make(store, "+4930901821", known("Ben", &[], &json!({}))).await;
    let ticket = NewTicket {
        subject: "heating".to_owned(),
        text: "cold".to_owned(),
        category: None,
        priority: TicketPriority::Normal,
        contact: Some(other),
        call: None,
        name: None,
        phone: None,
        once: None,
    };
    store.add_ticket(ticket.clone(), NOW).await.unwrap();
    store.add_ticket(NewTicket { contact: Some(id), ..ticket }, NOW).await.unwrap();
    let erasure = store.begin_erasure(None, Some(MOBILE), None, "", NOW).await.unwrap();
    assert_eq!(erasure.work.contacts, [id], "a further number leads to the contact");
    erase(store, &erasure).await;
    let calls = store.calls(&store::CallFilter::default(), &PageRequest::default()).await.unwrap().data;
    assert_eq!((calls.len(), &calls[0].variables["instead_of"]), (1, &json!("erased")));
    let tickets = store.tickets(&store::TicketFilter::default(), &PageRequest::default()).await.unwrap().data;
    assert_eq!(tickets.iter().map(|ticket| ticket.contact).collect::<Vec<_>>(), [Some(other)]);
    let unknown: ContactId = fresh_id(NOW);
    let refused = store.begin_erasure(Some(unknown), None, None, "", NOW).await;
    assert!(matches!(refused, Err(StoreError::NotFound(_))));
}

#[tokio::test]
async fn calls_are_found_by_age_and_tag() {
    let books = Books::open().await;
    let store = &books.store;
    let old = books.ended_call(CALLER, NOW - 10_000).await;
    let plain = books.ended_call("+4930901821", NOW - 9_000).await;
    let young = books.ended_call(CALLER, NOW).await;
    make(store, CALLER, known("Anna", &["lead"], &json!({}))).await;
    let found = async |tag, before| {
        let calls = store.calls_before(tag, before, 10).await.unwrap();
        calls.into_iter().map(|call| call.id).collect::<Vec<_>>()
    };
    assert_eq!(found(Some("lead"), NOW - 1).await, [old]);
    assert_eq!(found(Some("lead"), NOW + 1_000).await, [old, young]);
    assert_eq!(found(None, NOW - 1).await, [old, plain]);
}
