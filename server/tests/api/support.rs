//! A surface on loopback with a fake pipeline behind it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use agent_tools::calendar::{Desk, Plan};
use call_model::{
    CallId, Direction, HangupCause, HangupParty, MemberId, RecordingSwitch, Speaker, TranscriptLine, Word,
};
use calls::live::{LiveFeed, LiveHub};
use callwright::api::{
    ApiConfig, ApiState, BooksChange, Check, ControlError, Ends, Keys, LiveCalls, PlaceCall, PlaceCallError,
    Registration, Speech, TrunkState, hash_key, router,
};
use callwright::config::{Redact, RehearsalsSection, RetentionSection};
use callwright::rehearsals::{Files, NoRoom, Refusals, Rehearsals, Room, Rooms};
use callwright::settings::Settings;
use callwright::wiring::Redaction;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use recordings::Folder;
use rehearsal::suite::Stage;
use rehearsal::{Entry, Outcome, Record, Rehearsal, Who};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Map, Value};
use store::{Address, EndCall, NewCall, Scrubber, Store, StoreConfig, fresh_id};
use tempfile::TempDir;
use tokio::net::TcpListener;

pub const NOW: i64 = 1_750_000_000_000;
pub const CALLER: &str = "+4930901820";
pub const KEY: &str = "cw_test";
pub const FLOW: &str =
    "languages: [en]\nstart: hello\nnodes:\n  hello:\n    say: Hello.\n    next: end\n  end:\n    hangup: {}\n";

pub const AGENT: &str = "languages: [en]\npersona: You answer the telephone of a dental practice.\n";

/// What the pipeline was asked, and what it answers.
#[derive(Default)]
pub struct FakeCalls {
    pub placed: Mutex<Vec<PlaceCall>>,
    pub hung_up: Mutex<Vec<CallId>>,
    pub switched: Mutex<Vec<RecordingSwitch>>,
    pub changes: Mutex<Vec<BooksChange>>,
    pub refuse: Mutex<Option<PlaceCallError>>,
    pub not_now: Mutex<Option<String>>,
    pub not_ready: Mutex<Option<String>>,
    pub trunks: Mutex<Vec<TrunkState>>,
    pub live: AtomicUsize,
    /// The queues that calls came by.
    pub queues: Mutex<HashMap<CallId, String>>,
    /// Whose phones ring or talk in which calls.
    pub taking_part: Mutex<Vec<(MemberId, CallId)>>,
    pub hub: OnceLock<LiveHub>,
    store: OnceLock<Store>,
}

impl LiveCalls for FakeCalls {
    fn place_call(&self, call: PlaceCall) -> BoxFuture<'_, Result<(), PlaceCallError>> {
        async move {
            if let Some(error) = self.refuse.lock().unwrap().clone() {
                return Err(error);
            }
            let new = NewCall {
                id: call.id,
                direction: Direction::Outbound,
                to: Address::parse(&call.to, "DE"),
                variables: call.variables.clone(),
                webhook: call.webhook,
                origin: call_model::CallOrigin::default(),
                flow: match &call.speech {
                    Speech::Flow(name) => Some(name.clone()),
                    Speech::Agent(_) | Speech::Text(_) => None,
                },
                agent: match &call.speech {
                    Speech::Agent(name) => Some(name.clone()),
                    Speech::Flow(_) | Speech::Text(_) => None,
                },
                ..inbound(NOW)
            };
            self.placed.lock().unwrap().push(call);
            self.store.get().unwrap().begin_call(new).await.unwrap();
            Ok(())
        }
        .boxed()
    }

    fn hang_up(&self, call: CallId) -> BoxFuture<'_, Result<(), ControlError>> {
        self.hung_up.lock().unwrap().push(call);
        async { Ok(()) }.boxed()
    }

    fn switch_recording(&self, _call: CallId, switch: RecordingSwitch) -> BoxFuture<'_, Result<(), ControlError>> {
        self.switched.lock().unwrap().push(switch);
        let refused = self.not_now.lock().unwrap().clone();
        async move { refused.map_or(Ok(()), |why| Err(ControlError::NotNow(why))) }.boxed()
    }

    fn trunk_states(&self) -> BoxFuture<'_, Vec<TrunkState>> {
        let states = self.trunks.lock().unwrap().clone();
        async { states }.boxed()
    }

    fn books_changed(&self, change: BooksChange) -> BoxFuture<'_, ()> {
        self.changes.lock().unwrap().push(change);
        async {}.boxed()
    }

    fn watch(&self, call: Option<CallId>) -> LiveFeed {
        self.hub().watch(call)
    }

    fn queue_of(&self, call: CallId) -> BoxFuture<'_, Option<String>> {
        let queue = self.queues.lock().unwrap().get(&call).cloned();
        async { queue }.boxed()
    }

    fn takes_part(&self, member: MemberId, call: CallId) -> bool {
        self.taking_part.lock().unwrap().contains(&(member, call))
    }

    fn live_count(&self) -> usize {
        self.live.load(Ordering::Relaxed)
    }

    fn readiness(&self) -> Vec<Check> {
        let detail = self.not_ready.lock().unwrap().clone();
        vec![Check { name: "sip".to_owned(), ok: detail.is_none(), detail }]
    }
}

impl FakeCalls {
    /// What watchers watch: a small queue.
    pub fn hub(&self) -> &LiveHub {
        self.hub.get_or_init(|| LiveHub::new(8))
    }
}

/// Rooms in which whoever calls is greeted, says hello and hangs up; who is named `waits` is never answered, and for who
/// is named `spends` there is no money left.
#[derive(Default)]
pub struct FakeRooms {
    /// The agents' texts that rooms were opened with.
    pub opened: Mutex<Vec<Option<String>>>,
}

impl Rooms for FakeRooms {
    fn open<'a>(&'a self, _: &'a str, draft: Option<String>) -> BoxFuture<'a, Result<Room, NoRoom>> {
        self.opened.lock().unwrap().push(draft);
        let refusals = Refusals::default();
        async { Ok(Room { stage: Arc::new(FakeStage(refusals.clone())), judge: None, refusals }) }.boxed()
    }
}

struct FakeStage(Refusals);

impl Stage for FakeStage {
    fn hold<'a>(&'a self, rehearsal: &'a Rehearsal) -> BoxFuture<'a, Result<Record, String>> {
        if rehearsal.name == "spends" {
            self.0.refuse("it has cost enough".to_owned());
        }
        if ["waits", "spends"].contains(&rehearsal.name.as_str()) {
            return std::future::pending().boxed();
        }
        let said = |at_ms, who, text: &str| Entry { at_ms, who, text: text.to_owned(), cut: false };
        let record = Record {
            entries: vec![said(0, Who::Agent, "Good morning!"), said(2_000, Who::Caller, "Hello")],
            outcome: Outcome::HungUp,
            turns: 1,
            duration_ms: 3_000,
            thinking: vec![400, 80, 120],
            ..Record::new()
        };
        async { Ok(record) }.boxed()
    }
}

pub struct Surface {
    pub store: Store,
    pub calls: Arc<FakeCalls>,
    pub keys: Arc<Keys>,
    pub folder: TempDir,
    pub base: String,
    /// Where agents are rehearsed.
    pub rooms: Arc<FakeRooms>,
    /// Whose hours the settings change.
    pub business: Arc<ivr::Business>,
    pub http: reqwest::Client,
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that it is a problem document of this status, and gives its detail.
    #[track_caller]
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert!(self.body["type"].as_str().unwrap().starts_with("/problems/"), "{}", self.body);
        assert!(!self.body["title"].as_str().unwrap().is_empty());
        let detail = self.body["detail"].as_str().unwrap();
        assert!(!detail.is_empty());
        detail.to_owned()
    }

    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }
}

impl Surface {
    pub async fn start() -> Self {
        Self::start_with(ApiConfig::default()).await
    }

    pub async fn start_with(config: ApiConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Nothing is taken out of texts until a test says so.
        let redaction = Arc::new(Redaction::new(Redact::Off, Vec::new()).unwrap());
        let mut books = StoreConfig::new(folder.path().join("books.db"));
        books.scrubber = Scrubber::new(redaction.clone());
        let store = Store::open(books).await.unwrap();
        store.put_api_key("test", hash_key(KEY), NOW).await.unwrap();
        store.put_flow("reception", FLOW, NOW).await.unwrap();
        let keys = Arc::new(Keys::load(&store).await.unwrap());
        let calls = Arc::new(FakeCalls::default());
        calls.store.set(store.clone()).ok();
        let sounds = Folder::open(folder.path().join("recordings")).unwrap();
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
        let state = ApiState::new(config, store.clone(), calls.clone(), sounds, keys.clone(), Some(metrics));
        let business = Arc::new(ivr::Business::default());
        let settings = Settings::open(store.clone(), business.clone(), RetentionSection::default(), redaction).await;
        let state = state.with_desk(Some(desk(&store))).with_settings(Arc::new(settings.unwrap()));
        let rooms = Arc::new(FakeRooms::default());
        let files = Files::Folder(folder.path().join("rehearsals"));
        let rehearsals = Rehearsals::new(store.clone(), rooms.clone(), files, RehearsalsSection::default());
        let state = state.with_rehearsals(Arc::new(rehearsals));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let service = router(state).into_make_service_with_connect_info::<Ends>();
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self { store, calls, keys, folder, base, rooms, business, http: client() }
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(KEY)
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(self.request("GET", path)).await
    }

    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        read(self.request(method, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        read(self.request("DELETE", path)).await
    }

    /// A call in the books that is over.
    pub async fn ended_call(&self, at_ms: i64) -> CallId {
        let call = inbound(at_ms);
        let id = call.id;
        self.store.begin_call(call).await.unwrap();
        let (cause, by) = (HangupCause::Normal, HangupParty::Caller);
        let end = EndCall { id, at_ms: at_ms + 1_000, cause, by, legs: Vec::new(), language: None };
        assert!(self.store.end_call(end).await.unwrap());
        id
    }

    /// A call in the books that goes on.
    pub async fn open_call(&self) -> CallId {
        let call = inbound(NOW);
        let id = call.id;
        self.store.begin_call(call).await.unwrap();
        id
    }

    /// Waits until a webhook's delivery is as asked for: for what a background task does.
    pub async fn until<T>(&self, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(tokio::time::Instant::now() < deadline, "it did not happen in 20 s");
            tokio::task::yield_now().await;
        }
    }
}

/// A calendar on Monday, 23 November 2026, ten o'clock in Berlin.
fn desk(store: &Store) -> Desk {
    const FILE: &str = "name: Northwind\ntime_zone: Europe/Berlin\ncalendar:\n  persons: {weber: {name: Doctor Weber}}\n  \
                        services:\n    checkup: {name: a check-up, duration: 30m}\n";
    let plan = Plan::new(Arc::new(ivr::Business::parse(FILE).unwrap())).unwrap();
    let clock = Arc::new(|| "2026-11-23T09:00:00Z".parse().unwrap());
    Desk::new(store.clone(), plan, clock, Vec::new())
}

pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub async fn read(request: RequestBuilder) -> Answer {
    read_response(request.send().await.unwrap()).await
}

pub async fn read_response(response: Response) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    let body =
        serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
    Answer { status, headers, body }
}

pub fn inbound(at_ms: i64) -> NewCall {
    NewCall {
        id: fresh_id(at_ms),
        direction: Direction::Inbound,
        from: Address::parse(CALLER, "DE"),
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
        webhook: None,
        origin: call_model::CallOrigin::default(),
        started_ms: at_ms,
    }
}

pub fn line(call: CallId, speaker: Speaker, from_ms: u64, text: &str) -> TranscriptLine {
    let word = |(at, text): (u64, &str)| Word { text: text.to_owned(), from_ms: at, to_ms: at + 200 };
    TranscriptLine {
        call,
        speaker,
        from_ms,
        to_ms: from_ms + 1_000,
        text: text.to_owned(),
        words: (from_ms..).step_by(250).zip(text.split(' ')).map(word).collect(),
        confidence: Some(0.5),
        language: Some("en".to_owned()),
        cut: false,
    }
}

pub fn trunk_state(id: call_model::TrunkId) -> TrunkState {
    TrunkState {
        id,
        registration: Registration::Registered,
        reachable: Some(true),
        rtt_ms: Some(12),
        last_error: None,
        calls: 3,
    }
}
