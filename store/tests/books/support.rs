//! What the tests share.

use call_model::{CallId, Direction, HangupCause, HangupParty, WebhookId};
use serde_json::Map;
use store::{Address, EndCall, NewCall, NewWebhook, Store, StoreConfig, WebhookRecord, fresh_id};
use tempfile::TempDir;

/// The time that the tests take it to be, ms since the Unix epoch.
pub const NOW: i64 = 1_750_000_000_000;
pub const CALLER: &str = "+4930901820";

pub struct Books {
    pub store: Store,
    pub folder: TempDir,
}

impl Books {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("data/books.db"))).await.unwrap();
        Self { store, folder }
    }

    /// Closes the books and opens them again, as after a restart.
    pub async fn reopen(self) -> Self {
        self.store.close().await;
        drop(self.store);
        let store = Store::open(StoreConfig::new(self.folder.path().join("data/books.db"))).await.unwrap();
        Self { store, folder: self.folder }
    }

    pub async fn ended_call(&self, from: &str, at_ms: i64) -> CallId {
        let call = inbound(from, at_ms);
        let id = call.id;
        self.store.begin_call(call).await.unwrap();
        assert!(self.store.end_call(end(id, at_ms + 10)).await.unwrap());
        id
    }

    pub async fn webhook(&self, events: &[&str]) -> WebhookRecord {
        self.store.add_webhook(hook(events), NOW).await.unwrap()
    }
}

pub fn hook(events: &[&str]) -> NewWebhook {
    NewWebhook {
        url: "https://example.org/hook".to_owned(),
        secret: Some("whsec_c2VjcmV0".to_owned()),
        events: events.iter().map(|&kind| kind.to_owned()).collect(),
        enabled: true,
    }
}

pub fn inbound(from: &str, at_ms: i64) -> NewCall {
    NewCall {
        id: fresh_id(at_ms),
        direction: Direction::Inbound,
        from: Address::parse(from, "DE"),
        to: Address::parse("sip:reception@example.org", "DE"),
        number: "reception".to_owned(),
        trunk: None,
        member: None,
        flow: Some("reception".to_owned()),
        flow_version: Some(1),
        agent: None,
        agent_version: None,
        language: "en".to_owned(),
        variables: Map::new(),
        webhook: None::<WebhookId>,
        origin: call_model::CallOrigin::default(),
        started_ms: at_ms,
    }
}

pub fn end(id: CallId, at_ms: i64) -> EndCall {
    EndCall { id, at_ms, cause: HangupCause::Normal, by: HangupParty::Caller, legs: Vec::new(), language: None }
}
