//! What the surface is made of.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use agent_tools::calendar::Desk;
use call_model::{AppName, CallId, MemberId, RecordingSwitch, TrunkId, WebhookId};
use calls::live::LiveFeed;
use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use metrics_exporter_prometheus::PrometheusHandle;
use recordings::Folder;
use serde::Serialize;
use serde_json::{Map, Value};
use store::Store;
use tokio::sync::{Semaphore, broadcast};
use utoipa::ToSchema;

use super::doctor::LastExamination;
use super::gate::{Buckets, Keys};
use super::phone::{LentPhone, PhoneError};
use crate::access::{Access, AccessRules};
use crate::doctor::Finding;
use crate::rehearsals::Rehearsals;
use crate::settings::Settings;

/// Settings of the surface.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// The largest request body, bytes. Default: 1 MiB.
    pub max_body: usize,
    /// Requests that one key may make in a second, and half as many again at once. Default: 200.
    pub requests_per_second: u32,
    /// How long a request may take until its answer begins. Default: 30 s.
    pub time_limit: Duration,
    /// Whether `/metrics` needs a key. It holds no numbers or names. Default: no.
    pub metrics_need_key: bool,
    /// Digest realm that members' passwords are kept for: the same as SIP's. Default: `callwright`.
    pub realm: String,
    /// Language of calls that are placed without saying one. Default: `en`.
    pub language: String,
    /// WebSockets that may watch calls at a time. Default: 100.
    pub max_watchers: usize,
    /// What a document may cost.
    pub documents: knowledge::documents::Limits,
    /// How often a web site is read again where its source does not say, hours. Default: 24.
    pub refresh_hours: u32,
    /// The time zone of the business: which day it is. Default: UTC.
    pub time_zone: TimeZone,
    /// Tokens that reports on ended calls may cost in a day; 0, the default: no limit.
    pub after_call_tokens: u64,
    /// Names of the keys that may capture calls. Default: none.
    pub capture_keys: Vec<String>,
    /// Rules of signing in.
    pub access: AccessRules,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            max_body: 1 << 20,
            requests_per_second: 200,
            time_limit: Duration::from_secs(30),
            metrics_need_key: false,
            realm: "callwright".to_owned(),
            language: "en".to_owned(),
            max_watchers: 100,
            documents: knowledge::documents::Limits::default(),
            refresh_hours: 24,
            time_zone: TimeZone::UTC,
            after_call_tokens: 0,
            capture_keys: Vec::new(),
            access: AccessRules::default(),
        }
    }
}

/// What a call that is placed says or runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speech {
    /// The active version of this flow.
    Flow(String),
    /// The active version of this agent.
    Agent(String),
    /// This text, spoken once; then the call ends.
    Text(String),
}

/// A call to be placed.
#[derive(Clone)]
pub struct PlaceCall {
    /// The id that it is to have.
    pub id: CallId,
    /// A number, a SIP address or the name of a member.
    pub to: String,
    /// What it says.
    pub speech: Speech,
    /// BCP 47 language to begin with.
    pub language: Option<String>,
    /// Our number that it comes from; `None` for the trunk's own.
    pub from: Option<String>,
    /// That number is not shown.
    pub withheld: bool,
    /// Name of the trunk to go by; `None` for the number's own or the default.
    pub trunk: Option<String>,
    /// Variables for the flow or the agent.
    pub variables: Map<String, Value>,
    /// How long it may ring.
    pub ring_timeout: Option<Duration>,
    /// A webhook that is told of this call whatever its filter says.
    pub webhook: Option<WebhookId>,
    /// What it is for: the rules hang on it.
    pub purpose: permission::Purpose,
    /// How it is found out who answers, and what becomes of the call then; `None`: what it says is said at the answer.
    pub machine: Option<MachinePolicy>,
}

/// What becomes of a call by who answers it.
#[derive(Clone)]
pub struct MachinePolicy {
    /// What is done when a machine answers.
    pub on_machine: OnMachine,
    /// What is done when it cannot be told who answered, or nobody says a word.
    pub unsure: calls::screening::OnUnsure,
    /// It is told at the latest so long after the answer, ms; `None` for the setting.
    pub max_ms: Option<u32>,
    /// A machine that has been silent for so long is spoken to without a tone, ms; `None` for the setting.
    pub greeting_silence_ms: Option<u32>,
    /// What the call is about, for assistants that ask.
    pub why: Option<String>,
}

/// What is done when a machine answers.
#[derive(Clone)]
pub enum OnMachine {
    /// The call is ended.
    HangUp,
    /// This is left after its tone.
    Message(Speech),
    /// What talks to a person talks to it.
    App,
}

impl std::fmt::Debug for PlaceCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlaceCall").field("id", &self.id).field("trunk", &self.trunk).finish_non_exhaustive()
    }
}

/// A call was not placed. The texts are shown to who asked: they say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceCallError {
    /// A limit on calls is reached, or the program is stopping.
    #[error("{reason}")]
    Overloaded {
        /// Why.
        reason: String,
        /// When to ask again, seconds.
        retry_after_s: u64,
    },
    /// What was asked for cannot be: a wrong destination, trunk, number or flow.
    #[error("{0}")]
    Invalid(String),
    /// It is not permitted.
    #[error("{0}")]
    Forbidden(String),
    /// The gate said no.
    #[error("{detail}")]
    Refused {
        /// Why, and what to do.
        detail: String,
        /// A word for programs.
        reason: &'static str,
        /// When it is permitted, where that is known.
        retry_at: Option<jiff::Timestamp>,
    },
    /// It failed on our side.
    #[error("{0}")]
    Failed(String),
}

/// Something asked of a running call was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// There is no such call, or it is over.
    #[error("the call is not running")]
    NotRunning,
    /// It cannot be done in the state that the call is in. The text is shown to who asked.
    #[error("{0}")]
    NotNow(String),
}

/// What kind of thing was changed in the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BooksChange {
    /// A number was made, changed or removed.
    Numbers,
    /// A trunk was.
    Trunks,
    /// A member was.
    Members,
    /// A flow has a new version, or was removed.
    Flows,
    /// An agent has, or was.
    Agents,
    /// A document, or an answer to an open question.
    Knowledge,
}

/// How our registration at a carrier stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// The trunk does not register.
    None,
    /// It is being tried.
    Trying,
    /// The carrier has taken it.
    Registered,
    /// The carrier refused or did not answer; it is tried again.
    Failed,
}

/// How a trunk stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrunkState {
    /// The trunk.
    #[serde(skip)]
    pub id: TrunkId,
    /// The registration.
    pub registration: Registration,
    /// Whether the carrier answers OPTIONS; null while it is not known.
    pub reachable: Option<bool>,
    /// Round trip of the last OPTIONS, ms.
    pub rtt_ms: Option<u64>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// Calls on it now.
    pub calls: u64,
}

/// One thing that must be right for calls to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Check {
    /// What it is: `books`, `sip`, `voice` ...
    pub name: String,
    /// Whether it is right.
    pub ok: bool,
    /// What is wrong and what to do.
    pub detail: Option<String>,
}

/// A capture was not begun. The texts are shown to who asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// It runs already.
    #[error("the call is being captured already: read it by GET, or end it by DELETE")]
    Running,
    /// As many run as may.
    #[error("{0} captures run already (`telemetry.captures`): wait for one to end, or end one by DELETE")]
    TooMany(usize),
    /// The call does not run, or has no sound.
    #[error("{0}")]
    Call(String),
}

/// What was captured of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// Records of a pcap file, in the order of time for each leg.
    pub records: Vec<u8>,
    /// Packets that there was no room for.
    pub dropped: u64,
    /// More may come.
    pub running: bool,
}

/// What the surface asks of the calls that run.
pub trait LiveCalls: Send + Sync + 'static {
    /// Places a call: when this resolves well, the call is in the books and is being dialled.
    fn place_call(&self, call: PlaceCall) -> BoxFuture<'_, Result<(), PlaceCallError>>;

    /// Ends a call.
    fn hang_up(&self, call: CallId) -> BoxFuture<'_, Result<(), ControlError>>;

    /// Pauses or resumes a call's recording.
    fn switch_recording(&self, call: CallId, switch: RecordingSwitch) -> BoxFuture<'_, Result<(), ControlError>>;

    /// How the trunks stand; one that is not named is not known to the pipeline yet.
    fn trunk_states(&self) -> BoxFuture<'_, Vec<TrunkState>>;

    /// Something was changed in the books: calls that begin when this has resolved see it.
    fn books_changed(&self, change: BooksChange) -> BoxFuture<'_, ()>;

    /// Checks a flow as it would run here: its text, what it names, and the flows around it. Gives the warnings, or
    /// everything that is wrong.
    fn check_flow(&self, name: &str, yaml: &str) -> Result<Vec<ivr::Fault>, Vec<ivr::Fault>> {
        let context = ivr::ParseContext { name: name.to_owned(), ..ivr::ParseContext::default() };
        ivr::Flow::parse(yaml, &context).map(|flow| flow.warnings().to_vec())
    }

    /// A flow with everything around it, as it would run here; or everything that is wrong.
    fn flow_program(&self, name: &str, yaml: &str) -> Result<ivr::FlowProgram, Vec<ivr::Fault>> {
        let context = ivr::ParseContext { name: name.to_owned(), ..ivr::ParseContext::default() };
        let flow = Arc::new(ivr::Flow::parse(yaml, &context)?);
        ivr::FlowProgram::new(flow, [], Arc::default())
    }

    /// Checks an agent as it would run here. Gives the warnings, or everything that is wrong.
    fn check_agent(&self, name: &str, yaml: &str) -> Result<Vec<voice_agent::Fault>, Vec<voice_agent::Fault>> {
        voice_agent::Agent::parse(yaml, name).map(|agent| agent.warnings().to_vec())
    }

    /// Why what answers a number cannot talk; `None`: it can.
    fn app_fault(&self, app: &AppName) -> Option<String> {
        let _ = app;
        None
    }

    /// What is wrong with the house and its machine, besides trunks and numbers.
    fn examine(&self) -> BoxFuture<'_, Vec<Finding>> {
        Box::pin(async { Vec::new() })
    }

    /// What happens from now on in one call, or in all: words as they are heard, lines, states.
    fn watch(&self, call: Option<CallId>) -> LiveFeed;

    /// Calls that run now.
    fn live_count(&self) -> usize;

    /// How the queues stand.
    fn queues(&self) -> Vec<calls::QueueState> {
        Vec::new()
    }

    /// The queue that a running call came to last; `None` where it came to none, or does not run.
    fn queue_of(&self, call: CallId) -> BoxFuture<'_, Option<String>> {
        let _ = call;
        Box::pin(async { None })
    }

    /// Whether a phone of this member rings or talks in a call.
    fn takes_part(&self, member: MemberId, call: CallId) -> bool {
        let _ = (member, call);
        false
    }

    /// The sources that are not listened to, those that are banned longest first.
    fn bans(&self) -> Vec<transport::sip::Ban> {
        Vec::new()
    }

    /// Lifts the bans within a network, or all of them; gives how many.
    fn lift_bans(&self, _network: Option<transport::sip::Network>) -> usize {
        0
    }

    /// The Call-IDs of a running call's legs; none when it does not run.
    fn sip_calls(&self, call: CallId) -> BoxFuture<'_, Vec<String>> {
        let _ = call;
        Box::pin(async { Vec::new() })
    }

    /// Begins to capture a call: its RTP where that is asked for, for so long, or as long as may be.
    fn capture(&self, call: CallId, rtp: bool, time: Option<Duration>) -> BoxFuture<'_, Result<(), CaptureError>> {
        let _ = (call, rtp, time);
        Box::pin(async { Err(CaptureError::Call("there is nothing to capture here".into())) })
    }

    /// What was captured of a call so far; `None`: nothing was begun, or it is forgotten.
    fn captured(&self, _call: CallId) -> Option<Captured> {
        None
    }

    /// Ends a capture and forgets it; `false`: there was none.
    fn forget_capture(&self, _call: CallId) -> bool {
        false
    }

    /// The SIP messages of these legs; `None` where none are kept.
    fn signalling(&self, sip_calls: &[String]) -> Option<telemetry::signalling::Kept> {
        let _ = sip_calls;
        None
    }

    /// Lets somebody of the house take part in a running call, in another way, or no more.
    fn supervise(
        &self,
        call: CallId,
        order: calls::SuperviseOrder,
    ) -> BoxFuture<'_, Result<(), calls::SuperviseError>> {
        let _ = (call, order);
        Box::pin(async { Err(calls::SuperviseError::NotRunning) })
    }

    /// All members and whether they can be reached, by name.
    fn presence(&self) -> Vec<calls::MemberPresence> {
        Vec::new()
    }

    /// What of it changes from now on; `None` where nothing does.
    fn watch_presence(&self) -> Option<broadcast::Receiver<calls::MemberPresence>> {
        None
    }

    /// Lends a member's phone a login; `owner`: the session or key that it ends with.
    fn lend_phone(&self, member: &str, owner: String) -> BoxFuture<'_, Result<LentPhone, PhoneError>> {
        let _ = (member, owner);
        Box::pin(async { Err(PhoneError::Stopped) })
    }

    /// Ends all logins of phones that a session or a key has.
    fn end_phones(&self, owner: &str) -> BoxFuture<'_, ()> {
        let _ = owner;
        Box::pin(async {})
    }

    /// Speaks SIP on a WebSocket that was upgraded here.
    fn adopt_phone(&self, socket: transport::sip::AdoptedSocket) -> BoxFuture<'_, ()> {
        drop(socket);
        Box::pin(async {})
    }

    /// Measures what is not counted as it happens.
    fn measure(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    /// Whether calls can be taken: everything but the books, which the surface asks itself.
    fn readiness(&self) -> Vec<Check>;
}

/// What the surface is made of. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    calls: Arc<dyn LiveCalls>,
    recordings: Folder,
    keys: Arc<Keys>,
    buckets: Buckets,
    watchers: Arc<Semaphore>,
    /// Sessions whose end is waited for, to end the logins of their phones.
    watched_phones: Mutex<BTreeSet<String>>,
    metrics: Option<PrometheusHandle>,
    document: OnceLock<String>,
    desk: OnceLock<Desk>,
    campaigns: OnceLock<Arc<dyn super::CampaignDesk>>,
    settings: OnceLock<Arc<Settings>>,
    rehearsals: OnceLock<Arc<Rehearsals>>,
    campaign_feed: super::campaigns::CampaignFeed,
    last_examination: LastExamination,
    access: Access,
    config: ApiConfig,
}

impl ApiState {
    /// Puts it together. `recordings`: the folder that paths in the books are in.
    pub fn new(
        config: ApiConfig,
        store: Store,
        calls: Arc<dyn LiveCalls>,
        recordings: Folder,
        keys: Arc<Keys>,
        metrics: Option<PrometheusHandle>,
    ) -> Self {
        let buckets = Buckets::new(config.requests_per_second);
        let watchers = Arc::new(Semaphore::new(config.max_watchers));
        let (document, desk, campaigns) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let campaign_feed = super::campaigns::CampaignFeed::default();
        let access = Access::new(store.clone(), config.access.clone());
        let inner = Inner {
            settings: OnceLock::new(),
            rehearsals: OnceLock::new(),
            store,
            calls,
            recordings,
            keys,
            buckets,
            watchers,
            watched_phones: Mutex::default(),
            metrics,
            document,
            desk,
            campaigns,
            campaign_feed,
            last_examination: LastExamination::default(),
            access,
            config,
        };
        Self { inner: Arc::new(inner) }
    }

    pub(super) fn with_document(self, document: &utoipa::openapi::OpenApi) -> Self {
        // It is made of literals and always has a form as JSON.
        let _ = self.inner.document.set(document.to_pretty_json().unwrap_or_default());
        self
    }

    /// With a calendar that can be booked.
    #[must_use]
    pub fn with_desk(self, desk: Option<Desk>) -> Self {
        if let Some(desk) = desk {
            let _ = self.inner.desk.set(desk);
        }
        self
    }

    /// With campaigns that run.
    #[must_use]
    pub fn with_campaigns(self, campaigns: Arc<dyn super::CampaignDesk>) -> Self {
        let _ = self.inner.campaigns.set(campaigns);
        self
    }

    /// Who may do what.
    pub(super) fn access(&self) -> &Access {
        &self.inner.access
    }

    pub(super) fn campaign_feed(&self) -> &super::campaigns::CampaignFeed {
        &self.inner.campaign_feed
    }

    /// With settings that may be changed.
    #[must_use]
    pub fn with_settings(self, settings: Arc<Settings>) -> Self {
        let _ = self.inner.settings.set(settings);
        self
    }

    pub(super) fn settings(&self) -> Option<&Settings> {
        self.inner.settings.get().map(|settings| &**settings)
    }

    /// With agents that can be rehearsed.
    #[must_use]
    pub fn with_rehearsals(self, rehearsals: Arc<Rehearsals>) -> Self {
        let _ = self.inner.rehearsals.set(rehearsals);
        self
    }

    pub(super) fn last_examination(&self) -> &LastExamination {
        &self.inner.last_examination
    }

    pub(super) fn rehearsals(&self) -> Option<&Rehearsals> {
        self.inner.rehearsals.get().map(|rehearsals| &**rehearsals)
    }

    pub(super) fn campaigns(&self) -> Option<&dyn super::CampaignDesk> {
        self.inner.campaigns.get().map(|desk| &**desk)
    }

    pub(super) fn desk(&self) -> Option<&Desk> {
        self.inner.desk.get()
    }

    pub(super) fn document(&self) -> &str {
        self.inner.document.get().map_or("", String::as_str)
    }

    pub(super) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(super) fn calls(&self) -> &dyn LiveCalls {
        &*self.inner.calls
    }

    pub(super) fn recordings(&self) -> &Folder {
        &self.inner.recordings
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    pub(super) fn buckets(&self) -> &Buckets {
        &self.inner.buckets
    }

    pub(super) fn watchers(&self) -> &Arc<Semaphore> {
        &self.inner.watchers
    }

    /// Whose logins of phones are watched, to end with their session.
    pub(super) fn watched_phones(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.inner.watched_phones.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn metrics(&self) -> Option<&PrometheusHandle> {
        self.inner.metrics.as_ref()
    }

    pub(super) fn config(&self) -> &ApiConfig {
        &self.inner.config
    }
}
