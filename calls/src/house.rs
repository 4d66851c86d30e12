//! What all calls share: the parts they are made of and the settings that bound them.

use std::collections::HashMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use call_model::{CallId, HangupCause, HangupParty, HttpFailure, HttpReply, HttpRequest};
use jiff::tz::TimeZone;
use media::Prompt;
use media::answering::AnsweringConfig;
use media::call_media::InbandDtmf;
use media::codec::Codec;
use media::rtp::JitterConfig;
use media::sdp::SrtpPolicy;
use media::tone::Country;
use recordings::{Folder, Recorder};
use sip_core::message::HeaderName;
use sip_core::{LegHandle, RegistrationHandle};
use speech::{Synthesizer, Transcriber};
use store::{EndCall, Store};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::task::TaskTracker;
use transport::rtp::RtpEngine;
use transport::sip::SipHandle;

use crate::app::AppFactory;
use crate::directory::Directory;
use crate::lines::Lines;
use crate::live::LiveHub;
use crate::presence::Presence;
use crate::proof::Prover;
use crate::queue::{Queues, ServiceLevels};
use crate::staff::Staff;
use crate::think::Thinker;
use crate::toll::{MemberCalls, Spending};
use crate::tools::Tools;
use crate::voice::Voice;

/// Ends of calls that may wait for books that cannot be written; those beyond are filed by the next start.
const ENDS_WAITING: usize = 4_096;
/// When it is tried again, after the books have tried for a minute themselves.
const FILE_AGAIN: Duration = Duration::from_secs(10);

/// Asks a system of the business on behalf of a flow. The program gives one that limits where requests may go.
pub trait HttpClient: Send + Sync {
    /// Sends the request; resolves within its time limit.
    fn send(&self, request: HttpRequest) -> Pin<Box<dyn Future<Output = Result<HttpReply, HttpFailure>> + Send + '_>>;

    /// The same on behalf of a call, for who traces what belongs to it.
    fn send_for(
        &self,
        call: CallId,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpReply, HttpFailure>> + Send + '_>> {
        let _ = call;
        self.send(request)
    }
}

/// What the pipeline is made of.
pub struct Parts {
    /// Signalling.
    pub sip: SipHandle,
    /// Sound.
    pub rtp: RtpEngine,
    /// The books.
    pub store: Store,
    /// The voice.
    pub synthesizer: Arc<dyn Synthesizer>,
    /// The ears; `None`: nothing is heard or transcribed.
    pub transcriber: Option<Arc<dyn Transcriber>>,
    /// Thinks for agents.
    pub thinker: Arc<dyn Thinker>,
    /// Gets things done for agents.
    pub tools: Arc<dyn Tools>,
    /// Writes recordings and messages.
    pub recorder: Recorder,
    /// Where they are.
    pub recordings: Folder,
    /// Makes applications.
    pub apps: Arc<dyn AppFactory>,
    /// Asks systems of the business.
    pub http: Arc<dyn HttpClient>,
    /// Looks at the signatures of callers' numbers.
    pub prover: Arc<dyn Prover>,
}

/// How comfort noise ([RFC 3389](https://www.rfc-editor.org/rfc/rfc3389)) is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComfortNoise {
    /// Not at all.
    Off,
    /// It is heard where a peer sends it.
    Receive,
    /// It is sent, too, while our side is silent.
    Send,
}

/// Settings and limits of calls.
#[derive(Debug, Clone)]
pub struct CallSettings {
    /// Calls at a time; the next gets 503 with Retry-After. Default: 1,000.
    pub max_calls: usize,
    /// What Retry-After says. Default: 10 s.
    pub retry_after: Duration,
    /// The longest call. Default: 4 h.
    pub max_duration: Duration,
    /// How long an outbound call rings. Default: 60 s.
    pub ring_timeout: Duration,
    /// A recorder of record elsewhere, and which calls it gets; `None`, the default: there is none.
    pub recorder: Option<Arc<crate::recorder::RecorderSettings>>,
    /// Codecs, the most wanted first. Default: PCMA, PCMU, G.722, Opus: by their cost, since whoever calls us with Opus
    /// says itself how much it wants it.
    pub codecs: Vec<Codec>,
    /// Whether peers that speak Opus are asked to send nothing in silence. Default: false.
    pub opus_dtx: bool,
    /// The work that Opus puts into each frame that we encode, 0 to 10. Default: 5.
    pub opus_complexity: u8,
    /// Comfort noise. Default: [`ComfortNoise::Receive`].
    pub comfort_noise: ComfortNoise,
    /// What is heard by who is put on hold by whom they talk with; `None`, the default: silence.
    pub hold_music: Option<Arc<Prompt>>,
    /// When keys are looked for in the sound. Default: where RFC 4733 was not agreed on.
    pub inband_dtmf: InbandDtmf,
    /// Whether the sound of phones is encrypted; trunks have settings of their own. Default: when the phone offers it.
    pub srtp: SrtpPolicy,
    /// How long packets wait for slower ones. Default: 3 to 400 ms, as the line needs it.
    pub jitter: JitterConfig,
    /// A leg without RTP for so long is ended; `None` never. Default: 30 s.
    pub rtp_timeout: Option<Duration>,
    /// When it is said who answered a call that is screened. Default: within 4 s.
    pub answering: AnsweringConfig,
    /// Ringback and busy as they sound where.
    pub country: Country,
    /// Folder of the sound files that flows play. Default: `data/media`.
    pub media_folder: PathBuf,
    /// Sound of prompts kept in memory, in samples at 8 kHz. Default: 20 minutes.
    pub prompt_cache_samples: usize,
    /// Time between OPTIONS to each trunk. Default: 30 s.
    pub trunk_check: Duration,
    /// The domain of our own addresses in From, where none is better.
    pub domain: String,
    /// Whether calls are transcribed where their number has no rule of its own. A call whose recording needs the
    /// caller's consent is written down only from there on, and nothing is while its recording is paused. Default: true.
    pub transcribe: bool,
    /// Whether anybody may call our numbers; else only trunks and members. Default: true.
    pub strangers_call: bool,
    /// Networks that members call from; empty, the default: all.
    pub members_from: Vec<transport::sip::Network>,
    /// Calls that one member may make to the outside in an hour; 0: no limit. Default: 120.
    pub member_calls_per_hour: u32,
    /// How long to wait, after the end of a call, for lines that are not final yet. Default: 10 s.
    pub late_lines: Duration,
    /// Lines and reports of one call that may wait for the books; more are lost and counted. Default: 256.
    pub transcript_backlog: usize,
    /// Blocks of 20 ms that may wait to be heard, for each leg; more are dropped and counted. Default: 64.
    pub ear_blocks: usize,
    /// How long to wait before a recogniser that was lost is tried again; each time that it is lost again, twice as
    /// long, up to 16 times this. Default: 2 s.
    pub ear_retry: Duration,
    /// The longest thought; it then fails. Default: 60 s.
    pub think_limit: Duration,
    /// Thoughts that one call may have at a time; one more fails. Default: 8.
    pub max_thoughts: usize,
    /// How long a tool may be waited for, whatever it says itself. Default: 2 min.
    pub tool_limit: Duration,
    /// Tools that one call may use at a time; one more fails. Default: 8.
    pub max_tools: usize,
    /// Apps that may have entered one another in one call. Default: 8.
    pub max_apps: usize,
    /// How long the first of a queue waits before those who did not answer are rung again, unless somebody becomes free
    /// before. Default: 5 s.
    pub queue_retry: Duration,
    /// Within how long callers of a queue are to be put through. Default: 20 s.
    pub service_levels: ServiceLevels,
    /// Where the day begins that calls are counted by, for [`RingStrategy::FewestCalls`](call_model::RingStrategy).
    /// Default: UTC.
    pub time_zone: TimeZone,
    /// Events that are kept for slow watchers of the live feed. Default: 1,024.
    pub live_backlog: usize,
    /// Rules for calls that we make by ourselves. Default: cautious, see [`Outreach`].
    pub outreach: crate::outreach::Outreach,
    /// Whether the caller is told when somebody of the house begins to listen. Default: false.
    pub announce_supervision: bool,
    /// How long a call that begins waits to be in the books; then it is refused with 503. Default: 4 s.
    pub books_patience: Duration,
}

impl Default for CallSettings {
    fn default() -> Self {
        Self {
            max_calls: 1_000,
            retry_after: Duration::from_secs(10),
            max_duration: Duration::from_hours(4),
            ring_timeout: Duration::from_mins(1),
            recorder: None,
            codecs: vec![Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus],
            opus_dtx: false,
            opus_complexity: media::codec::OPUS_COMPLEXITY,
            comfort_noise: ComfortNoise::Receive,
            hold_music: None,
            inband_dtmf: InbandDtmf::Auto,
            srtp: SrtpPolicy::Optional,
            jitter: JitterConfig::default(),
            rtp_timeout: Some(Duration::from_secs(30)),
            answering: AnsweringConfig::default(),
            country: Country::default(),
            media_folder: PathBuf::from("data/media"),
            prompt_cache_samples: 20 * 60 * 8_000,
            trunk_check: Duration::from_secs(30),
            domain: "callwright.invalid".into(),
            transcribe: true,
            strangers_call: true,
            members_from: Vec::new(),
            member_calls_per_hour: 120,
            late_lines: Duration::from_secs(10),
            transcript_backlog: 256,
            ear_blocks: 64,
            ear_retry: Duration::from_secs(2),
            think_limit: Duration::from_mins(1),
            max_thoughts: 8,
            tool_limit: Duration::from_mins(2),
            max_tools: 8,
            max_apps: 8,
            queue_retry: Duration::from_secs(5),
            service_levels: ServiceLevels::default(),
            time_zone: TimeZone::UTC,
            live_backlog: 1_024,
            outreach: crate::outreach::Outreach::default(),
            announce_supervision: false,
            books_patience: Duration::from_secs(4),
        }
    }
}

/// What calls tell the switchboard.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Notice {
    /// A leg belongs to a call: its signalling goes there.
    Leg(LegHandle, CallId),
    /// A leg is of no call, or of another one soon.
    Forget(LegHandle),
    /// A call is over, and everything about it is in the books.
    Over(CallId),
    /// No new calls are taken: carriers are to send theirs elsewhere.
    Draining,
}

/// The house that calls live in.
pub(crate) struct House {
    pub parts: Parts,
    pub settings: CallSettings,
    pub voice: Voice,
    directory: RwLock<Arc<Directory>>,
    /// Our registrations, by the trunk's name: their calls take the route that the carrier has named.
    registrations: RwLock<HashMap<String, RegistrationHandle>>,
    pub notices: mpsc::Sender<Notice>,
    pub lines: Arc<Lines>,
    pub queues: Arc<Queues>,
    pub presence: Presence,
    pub staff: Arc<Staff>,
    pub spending: Arc<Spending>,
    pub member_calls: MemberCalls,
    pub live: LiveHub,
    /// Transcripts of calls that are over, on their way to be complete.
    pub tails: TaskTracker,
    /// Ends of calls that may wait for books that cannot be written.
    ends_waiting: Arc<Semaphore>,
}

impl House {
    pub(crate) fn new(
        parts: Parts,
        settings: CallSettings,
        directory: Arc<Directory>,
        notices: mpsc::Sender<Notice>,
    ) -> Self {
        let voice = Voice::new(
            parts.synthesizer.clone(),
            settings.media_folder.clone(),
            settings.country,
            settings.prompt_cache_samples,
        );
        let live = LiveHub::new(settings.live_backlog);
        let queues = Arc::new(Queues::new(settings.service_levels.clone()));
        let presence = Presence::default();
        let staff = Arc::new(Staff::new(queues.clone(), presence.clone(), settings.time_zone.clone()));
        let spending = Arc::new(Spending::new(settings.time_zone.clone()));
        Self {
            parts,
            settings,
            voice,
            directory: RwLock::new(directory),
            registrations: RwLock::default(),
            notices,
            lines: Arc::default(),
            queues,
            presence,
            staff,
            spending,
            member_calls: MemberCalls::default(),
            live,
            tails: TaskTracker::new(),
            ends_waiting: Arc::new(Semaphore::new(ENDS_WAITING)),
        }
    }

    pub(crate) fn apps(&self) -> &dyn AppFactory {
        self.parts.apps.as_ref()
    }

    /// What a 503 says of when to come back.
    pub(crate) fn retry_after(&self) -> Vec<(HeaderName, String)> {
        vec![(HeaderName::RetryAfter, self.settings.retry_after.as_secs().to_string())]
    }

    /// Writes a call that begins into the books. Callers do not wait for books that do not keep up: what is written later
    /// all the same is to be closed by [`file_failure`](Self::file_failure).
    pub(crate) async fn begin_call(&self, call: store::NewCall) -> Result<store::BegunCall, store::StoreError> {
        let written = tokio::time::timeout(self.settings.books_patience, self.parts.store.begin_call(call)).await;
        written.unwrap_or(Err(store::StoreError::Busy))
    }

    /// Files the end of a call, also when the books cannot be written for longer than they themselves try: whoever makes
    /// room on the disk finds no call that never ended. What the program cannot file before it ends, its next start does.
    pub(crate) async fn file_end(&self, end: EndCall) {
        let Err(error) = self.parts.store.end_call(end.clone()).await else { return };
        let (call, store) = (end.id, self.parts.store.clone());
        tracing::error!(%call, %error, "the end of a call is missing in the books");
        let Ok(place) = self.ends_waiting.clone().try_acquire_owned() else { return };
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(FILE_AGAIN).await;
                match store.end_call(end.clone()).await {
                    Ok(_) => return tracing::info!(%call, "the end of a call is in the books after all"),
                    Err(store::StoreError::Closed) => return drop(place),
                    Err(_) => {}
                }
            }
        });
    }

    /// Closes a call in the books that came to nothing before it had a task; one that is not there or is closed stays
    /// as it is.
    pub(crate) async fn file_failure(&self, id: CallId, cause: HangupCause) {
        let by = HangupParty::System;
        self.file_end(EndCall { id, at_ms: now_ms(), cause, by, legs: Vec::new(), language: None }).await;
    }

    /// The directory as it stands now.
    pub(crate) fn directory(&self) -> Arc<Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Our registration at a trunk.
    pub(crate) fn registration(&self, trunk: &str) -> Option<RegistrationHandle> {
        self.registrations.read().unwrap_or_else(PoisonError::into_inner).get(trunk).copied()
    }

    pub(crate) fn set_registrations(&self, registrations: HashMap<String, RegistrationHandle>) {
        *self.registrations.write().unwrap_or_else(PoisonError::into_inner) = registrations;
    }

    pub(crate) fn set_directory(&self, directory: Arc<Directory>) {
        *self.directory.write().unwrap_or_else(PoisonError::into_inner) = directory;
    }
}

/// The clock that a call is written down by: that of the wall at its beginning, from then on a steady one. However the
/// wall's is set meanwhile, a call lasts as long as it lasted, and nothing of it ends before it began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallClock {
    began_ms: i64,
    began: std::time::Instant,
}

impl CallClock {
    /// Begins now.
    pub(crate) fn start() -> Self {
        Self { began_ms: now_ms(), began: std::time::Instant::now() }
    }

    /// Ms since the Unix epoch.
    pub(crate) fn now_ms(self) -> i64 {
        self.began_ms.saturating_add(i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

/// Wall clock, ms since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A Call-ID of ours (RFC 3261 section 8.1.1.4): 128 random bits.
pub(crate) fn fresh_call_id() -> String {
    format!("{:016x}{:016x}", random_u64(), random_u64())
}

/// 64 random bits from the system, for ids of sessions that must not be guessed.
pub(crate) fn random_u64() -> u64 {
    let mut bytes = [0; 8];
    if getrandom::fill(&mut bytes).is_err() {
        // Without a generator the address of a fresh allocation and the clock must do.
        return now_ms().cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    u64::from_le_bytes(bytes)
}
