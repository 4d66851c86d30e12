//! Numbers, trunks, members and keys.

use call_model::{AppName, MemberId, NumberId, TrunkId};
use serde_json::json;
use store::{
    EndCall, LegRecord, LegRole, NewMember, NewNumber, NewTrunk, PasswordHashes, RecordingRule, StoreError, fresh_id,
};

use crate::support::{Books, CALLER, NOW, end, inbound};

fn number(text: &str) -> NewNumber {
    NewNumber {
        number: text.to_owned(),
        app: AppName::Flow("reception".to_owned()),
        language: None,
        recording: Some(RecordingRule::Announced),
        trunk: Some("carrier".to_owned()),
        fax: Some("hangup".into()),
    }
}

#[tokio::test]
async fn numbers_are_unique_and_replaced_as_a_whole() {
    let books = Books::open().await;
    let first = books.store.add_number(number("+493090182"), NOW).await.unwrap();
    let second = books.store.add_number(number("reception"), NOW).await.unwrap();
    assert!(matches!(books.store.add_number(number("reception"), NOW).await, Err(StoreError::Conflict(_))));
    let taken = books.store.change_number(first.id, number("reception"), NOW).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))));
    let other = NewNumber { recording: Some(RecordingRule::Consent), trunk: None, ..number("reception") };
    let changed = books.store.change_number(second.id, other, NOW + 1).await.unwrap();
    assert_eq!(
        (changed.recording, changed.trunk.clone(), changed.updated_ms),
        (Some(RecordingRule::Consent), None, NOW + 1)
    );
    assert_eq!(books.store.numbers().await.unwrap(), [changed.clone(), first.clone()]);
    let by_agent = NewNumber { app: AppName::Agent("assistant".to_owned()), ..number("reception") };
    let changed = books.store.change_number(changed.id, by_agent, NOW + 2).await.unwrap();
    assert_eq!(changed.app, AppName::Agent("assistant".to_owned()));
    assert!(matches!(books.store.delete_agent("assistant").await, Err(StoreError::Conflict(_))));
    assert!(matches!(books.store.delete_flow("reception").await, Err(StoreError::Conflict(_))));
    assert!(books.store.delete_number(first.id).await.unwrap());
    assert!(!books.store.delete_number(first.id).await.unwrap());
    let unknown: NumberId = fresh_id(NOW);
    assert!(matches!(books.store.change_number(unknown, number("x"), NOW).await, Err(StoreError::NotFound(_))));
}

#[tokio::test]
async fn a_trunks_password_is_kept_apart_and_stays_when_none_is_given() {
    let books = Books::open().await;
    let config = json!({"registrar": "sip:carrier.example"}).as_object().unwrap().clone();
    let trunk = |secret: Option<&str>| NewTrunk {
        name: "carrier".to_owned(),
        config: config.clone(),
        secret: secret.map(str::to_owned),
    };
    let made = books.store.add_trunk(trunk(Some("hush")), NOW).await.unwrap();
    assert!(made.has_secret && !json!(made).to_string().contains("hush"));
    books.store.change_trunk(made.id, trunk(None), NOW + 1).await.unwrap();
    assert_eq!(books.store.trunk_secret(made.id).await.unwrap().as_deref(), Some("hush"));
    books.store.change_trunk(made.id, trunk(Some("new")), NOW + 2).await.unwrap();
    assert_eq!(books.store.trunk_secret(made.id).await.unwrap().as_deref(), Some("new"));
    assert!(matches!(books.store.add_trunk(trunk(None), NOW).await, Err(StoreError::Conflict(_))));
    let unknown: TrunkId = fresh_id(NOW);
    let renamed = NewTrunk { name: "other".to_owned(), ..trunk(None) };
    assert!(matches!(books.store.change_trunk(unknown, renamed, NOW).await, Err(StoreError::NotFound(_))));
    assert!(books.store.delete_trunk(made.id).await.unwrap());
    assert_eq!(books.store.trunk_secret(made.id).await.unwrap(), None);
    assert!(books.store.trunks().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_members_password_belongs_to_its_name() {
    let books = Books::open().await;
    let password = PasswordHashes { realm: "callwright".into(), ha1_md5: "m".into(), ha1_sha256: "s".into() };
    let member = |name: &str, password: Option<&PasswordHashes>| NewMember {
        name: name.to_owned(),
        display: "Anna".to_owned(),
        password: password.cloned(),
        may_call_from: vec!["+493090182".to_owned()],
        skills: vec!["billing".to_owned()],
        languages: vec!["de".to_owned(), "en".to_owned()],
        away: true,
    };
    let anna = books.store.add_member(member("anna", None), NOW).await.unwrap();
    assert_eq!((anna.skills.join(" "), anna.languages.join(" "), anna.away), ("billing".into(), "de en".into(), true));
    assert!(!anna.has_password && books.store.member_credentials().await.unwrap().is_empty());
    let anna = books.store.change_member(anna.id, member("anna", Some(&password)), NOW).await.unwrap();
    assert!(anna.has_password);
    books.store.change_member(anna.id, member("anna", None), NOW + 1).await.unwrap();
    let known = books.store.member_credentials().await.unwrap();
    assert_eq!((known.len(), &known[0].password), (1, &password));
    let renamed = books.store.change_member(anna.id, member("ann", None), NOW).await;
    assert!(matches!(renamed, Err(StoreError::Conflict(_))));
    books.store.change_member(anna.id, member("ann", Some(&password)), NOW).await.unwrap();
    let unknown: MemberId = fresh_id(NOW);
    assert!(matches!(books.store.change_member(unknown, member("x", None), NOW).await, Err(StoreError::NotFound(_))));
    assert!(books.store.delete_member(anna.id).await.unwrap());
    assert_eq!(books.store.member(anna.id).await.unwrap(), None);
}

#[tokio::test]
async fn api_keys_are_kept_as_hashes() {
    let books = Books::open().await;
    books.store.put_api_key("first", [7; 32], NOW).await.unwrap();
    books.store.put_api_key("first", [8; 32], NOW + 1).await.unwrap();
    let keys = books.store.api_keys().await.unwrap();
    assert_eq!((keys.len(), keys[0].hash), (1, [8; 32]));
    let taken = books.store.add_api_key("first", [9; 32], None, NOW).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))));
    books.store.add_api_key("second", [9; 32], None, NOW).await.unwrap();
    assert!(books.store.delete_api_key("first").await.unwrap());
    assert!(!books.store.delete_api_key("first").await.unwrap());
}

#[tokio::test]
async fn calls_that_members_took_are_counted_since_a_time() {
    let books = Books::open().await;
    let leg = |peer: &str, answered_ms: Option<i64>| LegRecord {
        id: fresh_id(NOW),
        role: LegRole::Transfer,
        peer: Some(peer.to_owned()),
        sip_call_id: "x".to_owned(),
        started_ms: NOW,
        answered_ms,
        ended_ms: None,
        status: None,
        quality: None,
        user_agent: None,
    };
    for (at, legs) in [
        (NOW - 90_000_000, vec![leg("anna", Some(NOW - 90_000_000))]),
        (NOW, vec![leg("anna", Some(NOW + 1)), leg("ben", None)]),
        (NOW + 10, vec![leg("anna", Some(NOW + 11)), leg("+4930901821", Some(NOW + 12))]),
    ] {
        // New ids never go back in time, and one of these calls was yesterday.
        let mut call = inbound(CALLER, at);
        call.id = call_model::CallId::from_parts(at.cast_unsigned(), 1);
        let over = EndCall { legs, ..end(call.id, at + 100) };
        books.store.begin_call(call).await.unwrap();
        books.store.end_call(over).await.unwrap();
    }
    let mut counts = books.store.put_through_since(NOW).await.unwrap();
    counts.sort_by(|a, b| a.peer.cmp(&b.peer));
    let counts: Vec<_> = counts.iter().map(|count| (count.peer.as_str(), count.calls, count.last_ms)).collect();
    assert_eq!(counts, [("+4930901821", 1, NOW + 12), ("anna", 2, NOW + 11)]);
}
