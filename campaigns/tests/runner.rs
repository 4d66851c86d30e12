//! The runner on real books, with somebody who dials nothing: kills at seeded moments, and every contact counted.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "runner/pace.rs"]
mod pace;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use call_model::{CallId, CallOrigin, Direction, HangupCause, HangupParty};
use campaigns::runner::{DialFailure, DialOrder, Dialer, RunnerSettings, Running, Waiting};
use campaigns::{Capacity, TrunkRoom};
use jiff::Timestamp;
use permission::{Caps, Purpose, Rules};
use serde_json::Map;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use store::{
    Address, AnswerCall, CampaignContactFilter, CampaignRecord, CampaignState, CampaignStep, EndCall, NewCall,
    NewCampaign, NewCampaignContact, NewSuppression, OpenError, PageRequest, Store, StoreConfig,
};
use tempfile::TempDir;

const YAML: &str = "name: all\npurpose: reminder\nflow: any\nwindow: always\npace: { per_second: 0, at_once: 0 }\n\
    retries: { attempts: 20, busy: { times: 1, after: 1s }, failed: { times: 20, after: 1s } }\n";

/// Numbers that end so are not let through.
const DENIED: &str = "777";

/// Writes calls into the books as the switchboard does, and ends them at once: busy at every third number.
struct Books {
    store: Store,
    dialled: Arc<Mutex<BTreeMap<CallId, u32>>>,
    count: AtomicU64,
    lines: u32,
}

impl Dialer for Books {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn room(&self) -> Capacity {
        let trunks = vec![TrunkRoom { name: "acme".into(), free: 100, per_second: 0 }];
        Capacity { lines: self.lines, trunks, members: Vec::new() }
    }

    fn rules(&self, purpose: Purpose) -> Rules {
        let caps = Caps::default();
        Rules { window: None, holidays: false, caps, country_hours: false, ..Rules::new(purpose) }
    }

    fn rate(&self, _trunk: &str, _number: &str) -> Option<u64> {
        Some(10_000)
    }

    fn dial(&self, order: DialOrder) -> Waiting<'_, Result<(), DialFailure>> {
        Box::pin(async move {
            let failed = |error: store::StoreError| DialFailure::Failed { reason: error.to_string() };
            if order.number.ends_with(DENIED) {
                return Err(DialFailure::Refused { reason: "denied".into(), later: None });
            }
            if self.count.fetch_add(1, Ordering::Relaxed) % 7 == 6 {
                return Err(DialFailure::NoRoom { reason: "full".into() });
            }
            let (id, now_ms) = (order.call, Timestamp::now().as_millisecond());
            self.store.begin_call(call(&order, now_ms)).await.map_err(failed)?;
            *self.dialled.lock().unwrap().entry(id).or_default() += 1;
            let busy = order.number.ends_with(['0', '3', '6', '9']);
            if !busy {
                self.store.answer_call(AnswerCall { id, at_ms: now_ms }).await.map_err(failed)?;
            }
            let cause = if busy { HangupCause::Busy } else { HangupCause::Normal };
            let end = EndCall { id, at_ms: now_ms, cause, by: HangupParty::Caller, legs: Vec::new(), language: None };
            self.store.end_call(end).await.map_err(failed)?;
            Ok(())
        })
    }
}

fn call(order: &DialOrder, now_ms: i64) -> NewCall {
    NewCall {
        id: order.call,
        direction: Direction::Outbound,
        from: Address::Other("+4930100".into()),
        to: Address::parse(&order.number, "DE"),
        number: "+4930100".into(),
        trunk: Some(order.trunk.clone()),
        member: None,
        flow: None,
        flow_version: None,
        agent: None,
        agent_version: None,
        language: "de".into(),
        variables: Map::new(),
        webhook: None,
        origin: CallOrigin::default(),
        started_ms: now_ms,
    }
}

/// Opens the books, once nobody of the run before holds them any more.
async fn open(folder: &TempDir) -> Store {
    loop {
        match Store::open(StoreConfig::new(folder.path().join("books.db"))).await {
            Err(OpenError::InUse { .. }) => tokio::task::yield_now().await,
            opened => return opened.unwrap(),
        }
    }
}

fn run(store: &Store, dialled: &Arc<Mutex<BTreeMap<CallId, u32>>>) -> Running {
    let dialer = Books { store: store.clone(), dialled: dialled.clone(), count: AtomicU64::new(0), lines: 100 };
    Running::start(store.clone(), Arc::new(dialer), RunnerSettings::default())
}

async fn start_campaign(store: &Store, contacts: usize) -> CampaignRecord {
    let now_ms = Timestamp::now().as_millisecond();
    let new = NewCampaign { name: "all".into(), yaml: YAML.into() };
    let campaign = store.add_campaign(new, now_ms).await.unwrap();
    let contact = |index| NewCampaignContact { number: format!("+49309{index:06}"), ..NewCampaignContact::default() };
    store.add_campaign_contacts(campaign.id, (0..contacts).map(contact).collect(), now_ms).await.unwrap();
    let (from, to) = (&[CampaignState::Draft], CampaignState::Running);
    store.step_campaign(CampaignStep { id: campaign.id, from, to, reason: None, now_ms }).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_runner_that_is_cut_off_goes_on_where_the_books_stand() {
    const CONTACTS: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    let dialled = Arc::new(Mutex::new(BTreeMap::new()));
    let mut store = open(&folder).await;
    let campaign = start_campaign(&store, CONTACTS).await;
    for cut in [20_u64, 55, 140] {
        let running = run(&store, &dialled);
        // So many writes later, wherever everybody stands.
        let before = store.stats().writes;
        while store.stats().writes < before + cut {
            tokio::task::yield_now().await;
        }
        running.stop().await;
        store.close().await;
        drop(store);
        store = open(&folder).await;
        let now_ms = Timestamp::now().as_millisecond();
        store.close_interrupted(now_ms).await.unwrap();
        store.close_attempts(i64::MAX, now_ms).await.unwrap();
    }
    let running = run(&store, &dialled);
    while store.campaign(campaign.id).await.unwrap().unwrap().state != CampaignState::Done {
        tokio::task::yield_now().await;
    }
    running.stop().await;
    assert!(dialled.lock().unwrap().values().all(|times| *times == 1), "an id is dialled once");
    let mut page = PageRequest::first(200);
    let mut seen = 0;
    loop {
        let contacts = store.campaign_contacts(campaign.row, &CampaignContactFilter::default(), &page).await.unwrap();
        for contact in &contacts.data {
            let attempts = store.attempts_at(contact.row).await.unwrap();
            assert!(attempts.iter().all(|it| it.ended_ms.is_some()), "{attempts:?}");
            let busy = contact.number.ends_with(['0', '3', '6', '9']);
            assert_eq!(contact.outcome.as_deref(), Some(if busy { "busy" } else { "reached" }), "{attempts:?}");
        }
        seen += contacts.data.len();
        let Some(next) = contacts.next else { break };
        page.cursor = Some(next);
    }
    assert_eq!(seen, CONTACTS);
}

async fn until_done(store: &Store, campaign: &CampaignRecord) {
    let done = async {
        while store.campaign(campaign.id).await.unwrap().unwrap().state != CampaignState::Done {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), done).await.expect("the campaign is done");
}

#[tokio::test]
async fn books_that_could_not_be_written_for_a_while_forget_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("books.db");
    let (busy_timeout, patience) = (Duration::from_millis(10), Duration::from_millis(100));
    let store = Store::open(StoreConfig { busy_timeout, patience, ..StoreConfig::new(&path) }).await.unwrap();
    let campaign = start_campaign(&store, 5).await;
    let mut other = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let dialled = Arc::new(Mutex::new(BTreeMap::new()));
    let running = run(&store, &dialled);
    // The first is the look for attempts that were lost, the second what the planner gave out.
    while store.stats().failed < 2 {
        tokio::task::yield_now().await;
    }
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    until_done(&store, &campaign).await;
    running.stop().await;
    assert!(dialled.lock().unwrap().values().all(|times| *times == 1));
    other.close().await.unwrap();
}

#[tokio::test]
async fn a_contact_that_is_not_let_through_keeps_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let campaign = start_campaign(&store, 0).await;
    let denied = NewCampaignContact { number: format!("+49309000{DENIED}"), ..NewCampaignContact::default() };
    let now_ms = Timestamp::now().as_millisecond();
    store.add_campaign_contacts(campaign.id, vec![denied], now_ms).await.unwrap();
    let running = run(&store, &Arc::default());
    until_done(&store, &campaign).await;
    running.stop().await;
    let filter = CampaignContactFilter::default();
    let contact = store.campaign_contacts(campaign.row, &filter, &PageRequest::first(1)).await.unwrap().data.remove(0);
    assert_eq!((contact.outcome.as_deref(), contact.reason.as_deref()), (Some("refused"), Some("denied")));
}

#[tokio::test]
async fn who_may_never_be_called_is_done_with_before_there_is_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let now_ms = Timestamp::now().as_millisecond();
    let (number, method) = ("+49309000001".to_owned(), "api".to_owned());
    let (purpose, call, moment_ms, said, author) = (None, None, None, None, None);
    let no = NewSuppression { number, purpose, method, call, moment_ms, said, author };
    store.suppress(no, now_ms).await.unwrap();
    let campaign = start_campaign(&store, 3).await;
    let dialled = Arc::new(Mutex::new(BTreeMap::new()));
    let dialer = Books { store: store.clone(), dialled: dialled.clone(), count: AtomicU64::new(0), lines: 0 };
    let running = Running::start(store.clone(), Arc::new(dialer), RunnerSettings::default());
    let filter = CampaignContactFilter { outcome: Some("refused".into()), ..CampaignContactFilter::default() };
    let filed = async {
        loop {
            let page = store.campaign_contacts(campaign.row, &filter, &PageRequest::first(9)).await.unwrap();
            if !page.data.is_empty() {
                return page.data;
            }
            tokio::task::yield_now().await;
        }
    };
    let filed = tokio::time::timeout(Duration::from_mins(1), filed).await.expect("who said no is done with");
    assert_eq!((filed.len(), filed[0].reason.as_deref()), (1, Some("suppressed")));
    assert_eq!(store.waiting_contacts(campaign.row, 0, 9).await.unwrap().len(), 2, "the others wait");
    running.stop().await;
    assert!(dialled.lock().unwrap().is_empty());
}
