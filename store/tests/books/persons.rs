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
    store.keep_once("elsewhere/1", json!({"name": NAME, "phone": MOBILE}), NOW).await.unwrap();
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
    assert!(store.finish_erasure(erasure, NOW + 100).await.unwrap());
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

fn ticket(phone: Option<&str>) -> NewTicket {
    NewTicket {
        subject: "heating".to_owned(),
        text: "cold".to_owned(),
        category: None,
        priority: TicketPriority::Normal,
        contact: None,
        call: None,
        name: None,
        phone: phone.map(str::to_owned),
        once: None,
    }
}

fn refusal(number: &str, purpose: &str) -> NewConsent {
    NewConsent {
        number: number.to_owned(),
        channel: "call".to_owned(),
        purpose: purpose.to_owned(),
        state: store::ConsentState::Refused,
        method: "form".to_owned(),
        wording: String::new(),
        source: String::new(),
        call: None,
        moment_ms: None,
        said: None,
        decided_ms: None,
        expires_ms: None,
    }
}

#[tokio::test]
async fn what_is_no_whole_number_erases_nobody() {
    let books = Books::open().await;
    for text in ["101", "erased", "", "anonymous", "reception"] {
        let refused = books.store.begin_erasure(None, Some(text), None, "", NOW).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{text}");
    }
    assert!(books.store.begin_erasure(None, Some("sip:101@example.org"), None, "", NOW).await.is_ok());
}

#[tokio::test]
async fn a_contact_with_an_extension_takes_nothing_of_others_along() {
    let books = Books::open().await;
    let store = &books.store;
    let change = known("name", &[], &json!({"email": "office@example.org"}));
    let id = make(store, "101", change).await;
    let mut call = inbound("+4930101101", NOW);
    call.variables.insert("name".to_owned(), json!("room 101"));
    let call_id = call.id;
    store.begin_call(call.clone()).await.unwrap();
    store.end_call(crate::support::end(call_id, NOW + 10)).await.unwrap();
    store.keep_once("k", json!({"name": "Ben", "to": "office@example.org", "room": "101"}), NOW).await.unwrap();
    let before = store.events(&store::EventFilter::default(), &PageRequest::default()).await.unwrap().data.len();
    let erasure = store.begin_erasure(Some(id), None, None, "", NOW).await.unwrap();
    erase(store, &erasure).await;
    let after = store.events(&store::EventFilter::default(), &PageRequest::default()).await.unwrap().data.len();
    assert_eq!(before, after, "events of others stay");
    assert_eq!(store.call(call_id).await.unwrap().unwrap().variables, call.variables);
    assert!(!on_disk(&books, "office@example.org").is_empty(), "a result by which nothing is done twice stays");
}

#[tokio::test]
async fn a_longer_number_is_another_persons() {
    let books = Books::open().await;
    let store = &books.store;
    let mut call = inbound("+4930901821", NOW);
    call.variables.insert("a".to_owned(), json!("+49309018201"));
    call.variables.insert("b".to_owned(), json!([CALLER, format!("ask {CALLER}")]));
    let id = call.id;
    store.begin_call(call).await.unwrap();
    store.end_call(crate::support::end(id, NOW + 10)).await.unwrap();
    store.keep_once("longer", json!("+49309018201"), NOW).await.unwrap();
    store.keep_once("its", json!(CALLER), NOW).await.unwrap();
    let erasure = store.begin_erasure(None, Some(CALLER), None, "", NOW).await.unwrap();
    erase(store, &erasure).await;
    let variables = store.call(id).await.unwrap().unwrap().variables;
    assert_eq!(Value::from(variables), json!({"a": "+49309018201", "b": ["erased", "ask erased"]}));
    assert!(store.erase_traces(&erasure).await.is_ok_and(|found| !found));
    assert_eq!(store.erasure(erasure.id).await.unwrap().unwrap().removed["tool_results"], json!(1));
}

#[tokio::test]
async fn an_erasure_looks_again_before_it_ends() {
    let books = Books::open().await;
    let store = &books.store;
    let erasure = store.begin_erasure(None, Some(CALLER), None, "", NOW).await.unwrap();
    let call = inbound(CALLER, NOW + 1);
    let id = call.id;
    store.begin_call(call).await.unwrap();
    assert!(!store.finish_erasure(&erasure, NOW + 2).await.unwrap(), "he calls again, and is a contact now");
    let erasure = store.erasure(erasure.id).await.unwrap().unwrap();
    let contact = store.contact_by_address(&store.address(CALLER)).await.unwrap().unwrap().id;
    assert_eq!(erasure.work.contacts, [contact]);
    assert!(!store.finish_erasure(&erasure, NOW + 3).await.unwrap(), "his call goes on");
    let other = make(store, "+4930901821", ContactChange::default()).await;
    for (kept, gone) in [(contact, other), (other, contact)] {
        assert!(matches!(store.merge_contacts(kept, gone, None, NOW).await, Err(StoreError::Conflict(_))));
    }
    store.end_call(crate::support::end(id, NOW + 10)).await.unwrap();
    // Somebody else's call names the number, and goes on.
    let mut named = inbound("+4930901822", NOW + 20);
    named.variables.insert("for".to_owned(), json!(CALLER));
    let named_id = named.id;
    store.begin_call(named).await.unwrap();
    store.erase_call(id).await.unwrap();
    assert!(!store.finish_erasure(&erasure, NOW + 21).await.unwrap());
    store.end_call(crate::support::end(named_id, NOW + 30)).await.unwrap();
    erase(store, &erasure).await;
    assert_eq!(on_disk(&books, CALLER), Vec::<String>::new());
}

#[tokio::test]
async fn a_refusal_outlives_who_is_erased_or_removed() {
    for erased in [true, false] {
        let books = Books::open().await;
        let store = &books.store;
        let id = make(store, CALLER, ContactChange { numbers: Some(other(MOBILE)), ..ContactChange::default() }).await;
        store.add_consent(refusal(CALLER, "reminder"), NOW).await.unwrap();
        let yes = NewConsent { state: store::ConsentState::Given, ..refusal(CALLER, "survey") };
        let given = store.add_consent(yes.clone(), NOW).await.unwrap();
        store.withdraw_consent(given.id, NOW + 1, NOW + 1).await.unwrap();
        // A yes after a no is no refusal.
        store.add_consent(refusal(CALLER, "marketing"), NOW).await.unwrap();
        let later = NewConsent { purpose: "marketing".to_owned(), ..yes };
        store.add_consent(later, NOW + 5).await.unwrap();
        if erased {
            let erasure = store.begin_erasure(Some(id), None, None, "", NOW + 9).await.unwrap();
            erase(store, &erasure).await;
            assert_eq!(on_disk(&books, CALLER), Vec::<String>::new());
        } else {
            assert!(store.delete_contact(id).await.unwrap());
        }
        for (purpose, stands) in [("reminder", true), ("survey", true), ("marketing", false)] {
            for number in [CALLER, MOBILE] {
                let standing = store.standing(number, purpose, NOW + 200).await.unwrap();
                assert_eq!(standing.suppressed.is_some(), stands, "{number} for {purpose}, erased: {erased}");
            }
        }
    }
}

#[tokio::test]
async fn a_number_that_came_after_the_no_keeps_it_when_it_leaves() {
    let no = || NewSuppression { number: CALLER.to_owned(), method: "api".to_owned(), ..NewSuppression::default() };
    let books = Books::open().await;
    let store = &books.store;
    let id = make(store, CALLER, ContactChange::default()).await;
    store.suppress(no(), NOW).await.unwrap();
    let change = |numbers| ContactChange { numbers: Some(numbers), ..ContactChange::default() };
    store.change_contact(id, change(other(MOBILE)), NOW).await.unwrap();
    store.change_contact(id, change(Vec::new()), NOW).await.unwrap();
    assert!(store.standing(MOBILE, "reminder", NOW).await.unwrap().suppressed.is_some());
    // The same by a merge that is taken back.
    let second = make(store, "+4930901821", ContactChange::default()).await;
    let merge = store.merge_contacts(id, second, None, NOW).await.unwrap();
    store.undo_merge(merge.id, NOW + 1).await.unwrap();
    assert!(store.standing("+4930901821", "reminder", NOW).await.unwrap().suppressed.is_some());
    // And by removing the contact.
    store.change_contact(id, change(other("+4930901822")), NOW).await.unwrap();
    store.delete_contact(id).await.unwrap();
    assert!(store.standing("+4930901822", "reminder", NOW).await.unwrap().suppressed.is_some());
}

#[tokio::test]
async fn a_number_as_people_write_it_is_theirs() {
    let books = Books::open().await;
    let store = &books.store;
    for phone in ["030 90 18 20", "(030) 901820", "030 901821", "call me"] {
        store.add_ticket(ticket(Some(phone)), NOW).await.unwrap();
    }
    // The country of the books.
    assert_eq!(store.country(), "DE");
    let erasure = store.begin_erasure(None, Some(CALLER), None, "", NOW).await.unwrap();
    erase(store, &erasure).await;
    let left = store.tickets(&store::TicketFilter::default(), &PageRequest::default()).await.unwrap().data;
    let mut phones: Vec<_> = left.into_iter().filter_map(|ticket| ticket.phone).collect();
    phones.sort();
    assert_eq!(phones, ["030 901821", "call me"]);
}

#[tokio::test]
async fn a_merge_that_is_taken_back_leaves_nothing_behind() {
    let books = Books::open().await;
    let store = &books.store;
    let kept = make(store, CALLER, known("Anna", &[], &json!({}))).await;
    let change = ContactChange { numbers: Some(other(MOBILE)), ..known("Ben", &[], &json!({})) };
    let gone = make(store, "+4930901821", change).await;
    let pin = store::PinDigest { salt: "salt".to_owned(), digest: "digest".to_owned() };
    store.set_pin(gone, Some(pin), NOW).await.unwrap();
    let merge = store.merge_contacts(kept, gone, None, NOW).await.unwrap();
    // He calls while it is merged.
    let call = books.ended_call(MOBILE, NOW + 5).await;
    let own = books.ended_call(CALLER, NOW + 6).await;
    store.undo_merge(merge.id, NOW + 10).await.unwrap();
    assert!(store.notes(kept, &PageRequest::default()).await.unwrap().data.is_empty());
    assert!(!matches!(store.try_pin(gone, NOW + 11).await.unwrap(), store::PinTry::None));
    assert!(matches!(store.try_pin(kept, NOW + 11).await.unwrap(), store::PinTry::None));
    assert_eq!(store.call(call).await.unwrap().unwrap().contact, Some(gone));
    assert_eq!(store.call(own).await.unwrap().unwrap().contact, Some(kept));
    // Another contact has its further number by now.
    let merge = store.merge_contacts(kept, gone, None, NOW + 20).await.unwrap();
    let only = ContactChange { numbers: Some(Vec::new()), ..ContactChange::default() };
    store.change_contact(kept, only, NOW + 21).await.unwrap();
    make(store, MOBILE, ContactChange::default()).await;
    assert!(matches!(store.undo_merge(merge.id, NOW + 30).await, Err(StoreError::Conflict(_))));
}
