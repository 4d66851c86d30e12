//! Calls, contacts, recordings and voicemails.

use call_model::{CallId, ContactId, Direction, HangupCause, HangupParty};
use serde_json::json;
use store::{
    Address, AnswerCall, CallFilter, CallState, ContactChange, ContactFilter, EndCall, EventFilter, LegQuality,
    LegRecord, LegRole, NewCall, NewRecording, NewVoicemail, PageRequest, RecordingEnd, RecordingState, StoreError,
    TimelineEntry, VoicemailFilter, event_type, fresh_id,
};

use crate::support::{Books, CALLER, NOW, end, inbound};

fn leg() -> LegRecord {
    LegRecord {
        id: fresh_id(NOW),
        role: LegRole::Caller,
        peer: Some(CALLER.to_owned()),
        sip_call_id: "abc@host".to_owned(),
        started_ms: NOW,
        answered_ms: Some(NOW + 5),
        ended_ms: Some(NOW + 9_000),
        status: Some(200),
        quality: Some(LegQuality { codec: "PCMA".to_owned(), received: 450, mos: Some(4.4), ..Default::default() }),
        user_agent: Some("phone/1".to_owned()),
    }
}

#[tokio::test]
async fn a_call_is_kept_from_first_ring_to_last_bye() {
    let books = Books::open().await;
    let call = inbound(CALLER, NOW);
    let id = call.id;
    let begun = books.store.begin_call(call).await.unwrap();
    let contact = begun.contact.unwrap();
    assert!(begun.new_contact);
    assert_eq!(contact.number.as_deref(), Some(CALLER));

    assert!(books.store.answer_call(AnswerCall { id, at_ms: NOW + 5 }).await.unwrap());
    assert!(!books.store.answer_call(AnswerCall { id, at_ms: NOW + 6 }).await.unwrap(), "only once");
    for (key, value) in [("score", json!(5)), ("why", json!(null)), ("score", json!({"a": [true, 1.5]}))] {
        books.store.remember(id, key, value).await.unwrap();
    }
    let (cause, by) = (HangupCause::Normal, HangupParty::Caller);
    let over = EndCall { id, at_ms: NOW + 9_000, cause, by, legs: vec![leg()], language: Some("de".to_owned()) };
    assert!(books.store.end_call(over.clone()).await.unwrap());
    assert!(!books.store.end_call(over.clone()).await.unwrap(), "only once");

    let kept = books.store.call(id).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.contact), (CallState::Ended, Some(contact.id)));
    assert_eq!((kept.answered_ms, kept.ended_ms), (Some(NOW + 5), Some(NOW + 9_000)));
    assert_eq!((kept.cause, kept.hung_up_by, kept.language.as_str()), (Some(cause), Some(by), "de"));
    assert_eq!(kept.from.as_deref(), Some(CALLER));
    assert_eq!(json!(kept.remembered), json!({"score": {"a": [true, 1.5]}, "why": null}));
    assert_eq!(kept.legs, over.legs);

    let filter = EventFilter { call: Some(id), ..Default::default() };
    let events = books.store.events(&filter, &PageRequest::default()).await.unwrap().data;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, [event_type::CALL_ENDED, event_type::CALL_ANSWERED, event_type::CALL_RINGING]);
    assert_eq!(events[0].data["call"]["cause"], "normal");
    assert_eq!(events[0].data["call"]["remembered"]["score"]["a"], json!([true, 1.5]));
    assert_eq!(events[2].data["call"]["state"], "ringing");
}

#[tokio::test]
async fn who_has_no_number_is_handled() {
    let books = Books::open().await;
    let withheld = books.store.begin_call(inbound("sip:anonymous@anonymous.invalid", NOW)).await.unwrap();
    assert!(withheld.contact.is_none());
    let by_address = books.store.begin_call(inbound("sip:anna@example.org", NOW)).await.unwrap().contact.unwrap();
    assert_eq!((by_address.number, by_address.address.as_str()), (None, "sip:anna@example.org"));
    let member = NewCall { member: Some("anna".to_owned()), ..inbound(CALLER, NOW) };
    assert!(books.store.begin_call(member).await.unwrap().contact.is_none(), "a member is no contact");
    let outbound = NewCall {
        direction: Direction::Outbound,
        from: Address::parse("+4940123456", "DE"),
        to: books.store.address("030 901820"),
        ..inbound(CALLER, NOW)
    };
    let called = books.store.begin_call(outbound).await.unwrap().contact.unwrap();
    assert_eq!(called.number.as_deref(), Some(CALLER), "an outbound call's contact is who is called");
}

#[tokio::test]
async fn an_id_is_used_once_and_unknown_ones_are_refused() {
    let books = Books::open().await;
    let call = inbound(CALLER, NOW);
    books.store.begin_call(call.clone()).await.unwrap();
    assert!(matches!(books.store.begin_call(call).await, Err(StoreError::Conflict(_))));
    let unknown: CallId = fresh_id(NOW);
    assert!(matches!(books.store.remember(unknown, "a", json!(1)).await, Err(StoreError::NotFound("call"))));
    assert!(!books.store.end_call(end(unknown, NOW)).await.unwrap());
}

#[tokio::test]
async fn pages_go_through_every_call_once_newest_first() {
    let books = Books::open().await;
    let mut made = Vec::new();
    for turn in 0..25 {
        made.push(books.ended_call(CALLER, NOW + turn / 5).await);
    }
    made.reverse();
    let (mut seen, mut page) = (Vec::new(), PageRequest::first(10));
    loop {
        let got = books.store.calls(&CallFilter::default(), &page).await.unwrap();
        seen.extend(got.data.iter().map(|call| call.id));
        let Some(next) = got.next else { break };
        page.cursor = Some(next.to_string().parse().unwrap());
        // What comes in meanwhile does not move the pages.
        books.ended_call(CALLER, NOW + 1_000).await;
    }
    assert_eq!(seen, made);
    assert!("call_x' OR 1".parse::<store::Cursor>().is_err());
}

#[tokio::test]
async fn calls_are_found_by_state_direction_number_contact_and_time() {
    let books = Books::open().await;
    let old = books.ended_call("+4930901821", NOW - 86_400_000).await;
    let open = inbound(CALLER, NOW);
    let open_id = open.id;
    let contact = books.store.begin_call(open).await.unwrap().contact.unwrap().id;
    let other = NewCall { number: "+49301".to_owned(), ..inbound("anonymous", NOW + 5) };
    let other_id = other.id;
    books.store.begin_call(other).await.unwrap();

    let find = async |filter: CallFilter| {
        let page = books.store.calls(&filter, &PageRequest::default()).await.unwrap();
        page.data.into_iter().map(|call| call.id).collect::<Vec<_>>()
    };
    let any = CallFilter::default;
    assert_eq!(find(CallFilter { state: Some(CallState::Ended), ..any() }).await, [old]);
    assert_eq!(find(CallFilter { state: Some(CallState::Ringing), ..any() }).await, [other_id, open_id]);
    assert_eq!(find(CallFilter { direction: Some(Direction::Outbound), ..any() }).await, []);
    assert_eq!(find(CallFilter { number: Some("+49301".to_owned()), ..any() }).await, [other_id]);
    assert_eq!(find(CallFilter { contact: Some(contact), ..any() }).await, [open_id]);
    assert_eq!(find(CallFilter { from_ms: Some(NOW), to_ms: Some(NOW + 5), ..any() }).await, [open_id]);
    assert_eq!(find(CallFilter { to_ms: Some(NOW), ..any() }).await, [old]);
}

#[tokio::test]
async fn a_contact_is_changed_field_by_field() {
    let books = Books::open().await;
    let address = books.store.address(CALLER);
    let made = books.store.find_or_make_contact(address.clone(), NOW).await.unwrap().unwrap();
    let change = ContactChange {
        name: Some(Some("Ada Lovelace".to_owned())),
        notes: Some("Calls early.".to_owned()),
        fields: json!({"plan": "gold", "age": 36}).as_object().unwrap().clone(),
        ..Default::default()
    };
    books.store.change_contact(made.id, change, NOW + 1).await.unwrap();
    let change = ContactChange { fields: json!({"age": null}).as_object().unwrap().clone(), ..Default::default() };
    books.store.change_contact(made.id, change, NOW + 2).await.unwrap();
    books.store.set_contact_field(made.id, "language", json!("de"), NOW + 3).await.unwrap();

    let kept = books.store.contact_by_address(&address).await.unwrap().unwrap();
    assert_eq!(json!(kept.facts()), json!({"plan": "gold", "name": "Ada Lovelace", "language": "de"}));
    assert_eq!((kept.notes.as_str(), kept.created_ms, kept.updated_ms), ("Calls early.", NOW, NOW + 3));
    for (search, hits) in [("lovelace", 1), ("901820", 1), ("%", 0), ("'", 0)] {
        let filter = ContactFilter { search: Some(search.to_owned()), ..Default::default() };
        assert_eq!(books.store.contacts(&filter, &PageRequest::default()).await.unwrap().data.len(), hits, "{search}");
    }
    let unknown: ContactId = fresh_id(NOW);
    let refused = books.store.change_contact(unknown, ContactChange::default(), NOW).await;
    assert!(matches!(refused, Err(StoreError::NotFound("contact"))));
    let printed = format!("{kept:?} {address:?} {:?}", inbound(CALLER, NOW));
    assert!(!printed.contains("Ada") && !printed.contains("901820"), "{printed}");
}

#[tokio::test]
async fn sound_is_filed_with_its_call_and_contact() {
    let books = Books::open().await;
    let call = inbound(CALLER, NOW);
    let id = call.id;
    let contact = books.store.begin_call(call).await.unwrap().contact.unwrap().id;
    let recording = NewRecording { id: fresh_id(NOW), call: id, path: "2025/a.wav".to_owned(), started_ms: NOW };
    books.store.begin_recording(recording.clone()).await.unwrap();
    let over = RecordingEnd {
        id: recording.id,
        state: RecordingState::Ready,
        bytes: 64_044,
        duration_ms: 2_000,
        at_ms: NOW + 2_000,
    };
    assert!(books.store.end_recording(over).await.unwrap());
    assert!(!books.store.end_recording(over).await.unwrap());
    let kept = books.store.call_recording(id).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.bytes, kept.duration_ms), (RecordingState::Ready, 64_044, 2_000));
    assert_eq!(books.store.call(id).await.unwrap().unwrap().recording, Some(recording.id));

    let voicemail = NewVoicemail {
        id: fresh_id(NOW),
        mailbox: "reception".to_owned(),
        call: id,
        path: "2025/v.wav".to_owned(),
        bytes: 16_044,
        duration_ms: 1_000,
        offset_ms: None,
        created_ms: NOW + 3_000,
    };
    let left = books.store.add_voicemail(voicemail).await.unwrap();
    assert_eq!(left.contact, Some(contact));
    let unheard = VoicemailFilter { contact: Some(contact), heard: Some(false), ..Default::default() };
    assert_eq!(books.store.voicemails(&unheard, &PageRequest::default()).await.unwrap().data.len(), 1);
    books.store.mark_voicemail(left.id, Some(NOW + 10)).await.unwrap();
    let heard = books.store.mark_voicemail(left.id, Some(NOW + 20)).await.unwrap();
    assert_eq!(heard.heard_ms, Some(NOW + 10), "the first time counts");
    assert!(books.store.voicemails(&unheard, &PageRequest::default()).await.unwrap().data.is_empty());
    assert!(books.store.delete_voicemail(left.id).await.unwrap().is_some());
    assert!(books.store.delete_voicemail(left.id).await.unwrap().is_none());

    let filter = EventFilter { kind: Some(event_type::RECORDING_READY.to_owned()), ..Default::default() };
    let events = books.store.events(&filter, &PageRequest::default()).await.unwrap().data;
    assert_eq!(events[0].data["recording"]["duration_ms"], 2_000);
    assert_eq!(events[0].call, Some(id));
}

#[tokio::test]
async fn a_timeline_mixes_calls_and_voicemails_by_time() {
    let books = Books::open().await;
    let mut expected = Vec::new();
    for turn in 0..7 {
        let at = NOW + turn * 1_000;
        let call = books.ended_call(CALLER, at).await;
        expected.push(call.to_string());
        if turn % 2 == 0 {
            let voicemail = NewVoicemail {
                id: fresh_id(at + 500),
                mailbox: "reception".to_owned(),
                call,
                path: "v.wav".to_owned(),
                bytes: 1,
                duration_ms: 1,
                offset_ms: None,
                created_ms: at + 500,
            };
            expected.push(books.store.add_voicemail(voicemail).await.unwrap().id.to_string());
        }
    }
    books.ended_call("+4930901821", NOW).await;
    expected.reverse();
    let contact = books.store.contact_by_address(&books.store.address(CALLER)).await.unwrap().unwrap().id;
    let (mut seen, mut page) = (Vec::new(), PageRequest::first(3));
    loop {
        let got = books.store.timeline(contact, &page).await.unwrap();
        assert!(got.data.len() <= 3);
        seen.extend(got.data.iter().map(|entry| match entry {
            TimelineEntry::Call(call) => call.id.to_string(),
            TimelineEntry::Voicemail(voicemail) => voicemail.id.to_string(),
            other => panic!("nothing of this kind was made: {other:?}"),
        }));
        page.cursor = got.next;
        if page.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn an_idempotency_key_stands_for_one_call_for_a_day() {
    use store::Idempotency::{Known, Reserved};
    let books = Books::open().await;
    let (first, second): (CallId, CallId) = (fresh_id(NOW), fresh_id(NOW));
    let reserve =
        async |owner, call, request, at| books.store.reserve_key(owner, "k", [request; 32], call, at).await.unwrap();
    assert_eq!(reserve("one", first, 1, NOW).await, Reserved);
    assert_eq!(reserve("one", second, 1, NOW).await, Known { call: first, same_request: true });
    assert_eq!(reserve("one", second, 2, NOW).await, Known { call: first, same_request: false });
    assert_eq!(reserve("two", second, 1, NOW).await, Reserved, "keys of others are others");
    books.store.release_key("two", "k").await.unwrap();
    assert_eq!(reserve("two", first, 1, NOW).await, Reserved);
    assert_eq!(reserve("one", second, 1, NOW + 86_400_001).await, Reserved, "forgotten after a day");
}
