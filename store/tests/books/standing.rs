//! What is known of a number before it is called.

use call_model::Direction;
use store::{
    Address, ConsentAnswer, ConsentState, ContactChange, EventFilter, NewCall, NewConsent, NewSuppression, OtherNumber,
    PageRequest, StoreError, event_type,
};

use crate::support::{Books, CALLER, NOW, end, inbound};

const DAY: i64 = 24 * 3_600_000;
const MOBILE: &str = "+491711234567";

fn outbound(to: &str, at_ms: i64) -> NewCall {
    NewCall {
        direction: Direction::Outbound,
        from: Address::parse("+4940123456", "DE"),
        to: Address::parse(to, "DE"),
        ..inbound(CALLER, at_ms)
    }
}

fn no_more(number: &str, purpose: Option<&str>) -> NewSuppression {
    NewSuppression {
        number: number.to_owned(),
        purpose: purpose.map(str::to_owned),
        method: "key".to_owned(),
        said: Some("9".to_owned()),
        moment_ms: Some(4_200),
        ..NewSuppression::default()
    }
}

fn consent(state: ConsentState) -> NewConsent {
    NewConsent {
        number: "030 901820".to_owned(),
        channel: "call".to_owned(),
        purpose: "marketing".to_owned(),
        state,
        method: "form".to_owned(),
        wording: "You may call me about offers.".to_owned(),
        source: "https://example.org/form".to_owned(),
        call: None,
        moment_ms: None,
        said: None,
        decided_ms: None,
        expires_ms: None,
    }
}

async fn with_mobile(books: &Books) -> call_model::ContactId {
    let address = books.store.address(CALLER);
    let contact = books.store.find_or_make_contact(address, NOW).await.unwrap().unwrap();
    let change = ContactChange {
        time_zone: Some(Some("Europe/Berlin".to_owned())),
        country: Some(Some("DE".to_owned())),
        region: Some(Some("BY".to_owned())),
        tags: Some(vec!["b".to_owned(), "a".to_owned(), "b".to_owned()]),
        numbers: Some(vec![OtherNumber { number: MOBILE.to_owned(), label: "mobile".to_owned() }]),
        ..ContactChange::default()
    };
    let changed = books.store.change_contact(contact.id, change, NOW).await.unwrap();
    assert_eq!(changed.tags, ["a", "b"]);
    assert_eq!(books.store.contact(contact.id).await.unwrap().unwrap(), changed);
    contact.id
}

#[tokio::test]
async fn a_no_stands_for_every_number_of_the_contact_with_its_evidence() {
    let books = Books::open().await;
    let contact = with_mobile(&books).await;
    let call = outbound(MOBILE, NOW);
    let id = call.id;
    assert_eq!(books.store.begin_call(call).await.unwrap().contact.unwrap().id, contact, "its other number is its too");
    let new = NewSuppression { call: Some(id), ..no_more(MOBILE, None) };
    let made = books.store.suppress(new, NOW + 5).await.unwrap().unwrap();
    assert_eq!((made.number.as_str(), made.call, made.said.as_deref()), (MOBILE, Some(id), Some("9")));
    // Said again by other means: the first evidence stays.
    books.store.suppress(NewSuppression { method: "api".to_owned(), ..no_more(CALLER, None) }, NOW + 9).await.unwrap();
    for number in [CALLER, MOBILE] {
        let standing = books.store.standing(number, "reminder", NOW + 10).await.unwrap();
        let stands = standing.suppressed.expect("it is suppressed");
        assert_eq!((stands.method.as_str(), stands.at_ms, stands.moment_ms), ("key", NOW + 5, Some(4_200)));
        assert_eq!((standing.contact, standing.region.as_deref()), (Some(contact), Some("BY")));
    }
    let filter = EventFilter { kind: Some(event_type::CONTACT_SUPPRESSED.to_owned()), ..EventFilter::default() };
    let told = books.store.events(&filter, &PageRequest::default()).await.unwrap().data;
    assert_eq!((told.len(), told[0].call), (1, Some(id)));
    assert!(!serde_json::to_string(&told[0].data).unwrap().contains("+49"), "ids are told, no numbers");
    // After a restart, and lifted.
    let books = books.reopen().await;
    assert!(books.store.standing(MOBILE, "survey", NOW).await.unwrap().suppressed.is_some());
    assert!(books.store.lift_suppression("0171 1234567", None, Some("anna"), NOW).await.unwrap());
    assert!(!books.store.lift_suppression(MOBILE, None, None, NOW).await.unwrap());
    let standing = books.store.standing(MOBILE, "survey", NOW).await.unwrap();
    assert!(standing.suppressed.is_some(), "the other number of the contact still says no");
}

#[tokio::test]
async fn a_no_to_one_purpose_is_none_to_another() {
    let books = Books::open().await;
    books.store.suppress(no_more(CALLER, Some("marketing")), NOW).await.unwrap();
    let of = async |purpose| books.store.standing(CALLER, purpose, NOW).await.unwrap().suppressed;
    assert!(of("marketing").await.is_some());
    assert!(of("reminder").await.is_none());
    books.store.suppress(no_more(CALLER, None), NOW + 1).await.unwrap();
    assert_eq!(of("marketing").await.unwrap().purpose, None, "the wider one is told first");
    assert_eq!(books.store.suppressions_of(CALLER).await.unwrap().len(), 2);
    assert!(books.store.suppress(no_more("anonymous", None), NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn a_consent_is_asked_for_answered_and_withdrawn() {
    let books = Books::open().await;
    let call = books.ended_call(CALLER, NOW).await;
    let of = async |now_ms| books.store.standing(CALLER, "marketing", now_ms).await.unwrap().consent;
    let asked = books.store.add_consent(consent(ConsentState::Asked), NOW).await.unwrap();
    assert_eq!(asked.contact, books.store.call(call).await.unwrap().unwrap().contact);
    assert!(of(NOW).await.is_none(), "a question is no answer");
    let yes = ConsentAnswer {
        given: true,
        method: "key".to_owned(),
        wording: None,
        call: Some(call),
        moment_ms: Some(900),
        said: Some("1".to_owned()),
    };
    let given = books.store.answer_consent(asked.id, yes.clone(), NOW + 10).await.unwrap();
    assert_eq!((given.call, given.decided_ms, given.wording), (Some(call), Some(NOW + 10), asked.wording));
    assert!(of(NOW + 10).await.unwrap().holds(NOW + 10));
    let again = books.store.answer_consent(asked.id, yes, NOW + 11).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))));
    // Withdrawn from tomorrow on.
    books.store.withdraw_consent(given.id, NOW + DAY, NOW + 20).await.unwrap();
    let kept = of(NOW + 30).await.unwrap();
    assert!(kept.holds(NOW + 30) && !kept.holds(NOW + DAY));
    // A newer no counts more than an older yes.
    let refused = NewConsent { decided_ms: Some(NOW + 40), ..consent(ConsentState::Refused) };
    books.store.add_consent(refused, NOW + 40).await.unwrap();
    assert!(!of(NOW + 40).await.unwrap().holds(NOW + 40));
    assert!(books.store.standing(CALLER, "survey", NOW).await.unwrap().consent.is_none());
}

#[tokio::test]
async fn a_yes_from_tomorrow_does_not_outrank_a_no_of_today() {
    let books = Books::open().await;
    let store = &books.store;
    let yes = NewConsent { decided_ms: Some(NOW + 300 * DAY), ..consent(ConsentState::Given) };
    assert_eq!(store.add_consent(yes, NOW).await.unwrap().decided_ms, Some(NOW));
    store.add_consent(consent(ConsentState::Refused), NOW + 1).await.unwrap();
    let stands = store.standing(CALLER, "marketing", NOW + 2).await.unwrap().consent.unwrap();
    assert_eq!(stands.state, ConsentState::Refused);
}

#[tokio::test]
async fn a_question_that_is_withdrawn_is_a_no() {
    let books = Books::open().await;
    let store = &books.store;
    let asked = store.add_consent(consent(ConsentState::Asked), NOW).await.unwrap();
    let now = store.withdraw_consent(asked.id, NOW + 5, NOW + 5).await.unwrap();
    assert_eq!((now.state, now.decided_ms, now.withdrawn_ms), (ConsentState::Refused, Some(NOW + 5), Some(NOW + 5)));
    assert!(!store.standing(CALLER, "marketing", NOW + 6).await.unwrap().consent.unwrap().holds(NOW + 6));
}

#[tokio::test]
async fn calls_of_the_last_thirty_days_count_for_all_numbers() {
    let books = Books::open().await;
    with_mobile(&books).await;
    for (to, at_ms) in [(CALLER, NOW - 31 * DAY), (CALLER, NOW - 29 * DAY), (MOBILE, NOW - DAY)] {
        let call = outbound(to, at_ms);
        let id = call.id;
        books.store.begin_call(call).await.unwrap();
        books.store.set_call_purpose(id, "reminder").await.unwrap();
        if to == MOBILE {
            books.store.answer_call(store::AnswerCall { id, at_ms: at_ms + 5 }).await.unwrap();
            books.store.call_was_dropped(id).await.unwrap();
        }
        books.store.end_call(end(id, at_ms + 10)).await.unwrap();
    }
    books.ended_call(CALLER, NOW - DAY).await;
    // One that was never dialled: there was no port for it.
    let failed = outbound(CALLER, NOW - DAY);
    let id = failed.id;
    books.store.begin_call(failed).await.unwrap();
    let cause = call_model::HangupCause::Overload;
    books.store.end_call(store::EndCall { cause, ..end(id, NOW - DAY) }).await.unwrap();
    let attempts = books.store.standing(CALLER, "reminder", NOW).await.unwrap().attempts;
    let seen: Vec<_> = attempts.iter().map(|one| (one.at_ms, one.answered, one.dropped)).collect();
    assert_eq!(seen, [(NOW - DAY, true, true), (NOW - 29 * DAY, false, false)]);
    assert_eq!(attempts[0].purpose.as_deref(), Some("reminder"));
}

#[tokio::test]
async fn a_list_counts_once_it_is_whole_and_takes_the_place_of_the_one_before() {
    let books = Books::open().await;
    let store = &books.store;
    let on = async |number: &str, purpose| store.standing(number, purpose, NOW).await.unwrap().do_not_call;
    let numbers = |range: std::ops::Range<u64>| range.map(|n| format!("+4930{n:07}")).collect::<Vec<_>>();
    let list = store.begin_do_not_call_list("robinson", vec!["marketing".to_owned()], NOW).await.unwrap();
    assert_eq!(store.fill_do_not_call_list(&list, &numbers(1..5_001)).await.unwrap(), 5_000);
    assert_eq!(store.fill_do_not_call_list(&list, &numbers(5_000..5_002)).await.unwrap(), 1);
    assert!(on("+49300000007", "marketing").await.is_empty(), "half a list is none");
    assert_eq!(store.finish_do_not_call_list(list).await.unwrap().numbers, 5_001);
    assert_eq!(on("+49300000007", "marketing").await, ["robinson"]);
    assert!(on("+49300000007", "reminder").await.is_empty(), "it is for another purpose");

    let half = store.begin_do_not_call_list("robinson", Vec::new(), NOW).await.unwrap();
    store.fill_do_not_call_list(&half, &numbers(1..2)).await.unwrap();
    store.give_up_do_not_call_list(half.clone()).await.unwrap();
    assert!(store.finish_do_not_call_list(half).await.is_err());
    let half = store.begin_do_not_call_list("robinson", Vec::new(), NOW).await.unwrap();
    assert!(store.drop_unfinished_lists().await.unwrap());
    assert!(store.finish_do_not_call_list(half).await.is_err());
    assert_eq!(on("+49300000007", "marketing").await, ["robinson"], "what broke off changes nothing");

    let next = store.begin_do_not_call_list("robinson", Vec::new(), NOW + 1).await.unwrap();
    store.fill_do_not_call_list(&next, &numbers(1..3)).await.unwrap();
    store.finish_do_not_call_list(next).await.unwrap();
    assert!(on("+49300000007", "marketing").await.is_empty());
    assert_eq!(on("+49300000002", "reminder").await, ["robinson"], "no purposes are all purposes");
    while store.sweep_do_not_call_lists().await.unwrap() {}
    assert_eq!(on("+49300000002", "reminder").await, ["robinson"]);
    assert_eq!(store.do_not_call_lists().await.unwrap().len(), 1);
    assert!(store.drop_do_not_call_list("robinson").await.unwrap());
    assert!(on("+49300000002", "reminder").await.is_empty());
}

#[tokio::test]
async fn a_number_is_one_contacts_only() {
    let books = Books::open().await;
    with_mobile(&books).await;
    let other = books.store.find_or_make_contact(books.store.address("+4930901821"), NOW).await.unwrap().unwrap();
    let take = ContactChange {
        numbers: Some(vec![OtherNumber { number: MOBILE.to_owned(), label: String::new() }]),
        ..ContactChange::default()
    };
    assert!(matches!(books.store.change_contact(other.id, take, NOW).await, Err(StoreError::Conflict(_))));
}

#[tokio::test]
async fn what_a_call_remembers_of_a_consent_is_its_evidence() {
    let books = Books::open().await;
    let store = &books.store;
    let asked = store.add_consent(consent(ConsentState::Asked), NOW).await.unwrap();
    let mut call = outbound(CALLER, NOW);
    call.variables.insert("consent".to_owned(), asked.id.to_string().into());
    let id = call.id;
    store.begin_call(call).await.unwrap();
    store.answer_call(store::AnswerCall { id, at_ms: NOW + 5 }).await.unwrap();
    store.remember(id, "consent", "maybe".into()).await.unwrap();
    assert_eq!(store.consent(asked.id).await.unwrap().unwrap().state, ConsentState::Asked);
    store.remember(id, "consent", "given: 1".into()).await.unwrap();
    let given = store.consent(asked.id).await.unwrap().unwrap();
    assert_eq!((given.state, given.call, given.said.as_deref()), (ConsentState::Given, Some(id), Some("1")));
    assert!(given.moment_ms.is_some() && given.method == "key");
    // Said once more, the first answer stands.
    store.remember(id, "consent", "refused".into()).await.unwrap();
    assert_eq!(store.consent(asked.id).await.unwrap().unwrap().state, ConsentState::Given);
    // A new one, in a call that was placed for something else.
    store.remember(id, "consent_survey", "refused: no thank you".into()).await.unwrap();
    let no = store.standing(CALLER, "survey", i64::MAX).await.unwrap().consent.unwrap();
    assert_eq!(
        (no.state, no.method.as_str(), no.source.as_str()),
        (ConsentState::Refused, "spoken", "flow reception, version 1")
    );
}
