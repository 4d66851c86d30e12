//! Where members' phones are registered.

use store::BindingRecord;

use super::support::Books;

fn binding(member: &str, contact: &str, until_ms: i64) -> BindingRecord {
    BindingRecord {
        member: member.into(),
        contact: contact.into(),
        local: "192.0.2.1:5060".into(),
        remote: "203.0.113.9:40123".into(),
        path: vec!["<sip:edge.example;lr>".into()],
        q: 1_000,
        call_id: "c".into(),
        seq: 7,
        instance: None,
        proof: "0123".into(),
        until_ms,
    }
}

#[tokio::test]
async fn contacts_are_refreshed_and_forgotten_one_by_one() {
    let books = Books::open().await;
    let desk = binding("anna", "sip:anna@10.0.0.5", 1_000);
    let mobile =
        BindingRecord { instance: Some("\"<urn:uuid:1>\"|1".into()), ..binding("anna", "sip:a@10.0.0.6", 2_000) };
    let other = binding("ben", "sip:anna@10.0.0.5", 3_000);
    let all = vec![desk.clone(), mobile.clone(), other.clone()];
    books.store.keep_bindings(all, Vec::new()).await.unwrap();
    let later = BindingRecord { until_ms: 9_000, seq: 8, ..desk };
    let gone = vec![(mobile.member.clone(), mobile.contact.clone())];
    books.store.keep_bindings(vec![later.clone()], gone).await.unwrap();
    assert_eq!(books.store.bindings().await.unwrap(), [later.clone(), other]);
    let shown = format!("{later:?}");
    assert!(!shown.contains("anna") && !shown.contains("203.0.113"), "{shown}");
}
