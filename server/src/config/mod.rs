//! The configuration: `callwright.toml`, each key also as an environment variable (`CALLWRIGHT_SIP__PORT=5070`).

mod abuse;
mod access;
mod after_call;
mod answering;
mod brain;
mod campaigns;
mod desk;
mod hearing;
mod knowledge;
mod load;
mod openid;
mod outreach;
mod phone;
mod queues;
mod recorder;
mod rehearsals;
mod secret;
mod sound;
mod stir;
mod streams;
mod telemetry;
mod tools;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use transport::sip::Network;

pub use abuse::AbuseSection;
pub use access::AccessSection;
pub use after_call::{AfterCallSection, LeadConfig, PatternConfig, Redact, TicketConfig};
pub use answering::AnsweringSection;
pub use brain::{BrainConfig, BrainKind, PriceConfig};
pub use campaigns::CampaignsSection;
pub use desk::{MailSection, MailSecurity, RemoteCalendarConfig};
pub use hearing::{HearingEngine, TranscriptionSection, VoiceProvider, VoiceProviderKind};
pub use knowledge::{EmbeddingsConfig, KnowledgeSection};
pub use load::{ConfigError, load};
pub use openid::OpenIdSection;
pub use outreach::{OutreachError, OutreachSection, PurposeConfig};
pub use phone::{IceServerConfig, PhoneSection, SupervisionSection};
pub use queues::QueuesSection;
pub use recorder::{RecorderSection, Unrecorded, WithoutRecorder};
pub use rehearsals::RehearsalsSection;
pub use secret::{SecretError, SecretPlaces};
pub use sound::{ComfortNoise, InbandDtmf, MediaSection, WaitError};
pub use stir::{Attest, StirSection};
pub use streams::{
    CertificateConfig, ClientCertificates, DnsSection, StreamSection, TlsSection, TlsVersion, WebSection,
};
pub use telemetry::{LogFormat, TelemetrySection};
pub use tools::McpConfig;

use crate::price::Price;
use crate::trunk::{
    TrunkDiversion, TrunkIdentity, TrunkPrivacy, TrunkProof, TrunkQuirks, TrunkSrtp, TrunkTransfer, TrunkTransport,
};

/// Everything that can be set. Each field's default is what `callwright serve` uses when nothing is said.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Folder of the database, recordings, caches and the first API key. `./data`.
    pub data: PathBuf,
    /// What is logged, as a filter of `tracing` (`info`; `debug`; `info,sip_core=debug`). The log holds no numbers, names
    /// or texts at any level.
    pub log: String,
    /// The business.
    pub business: BusinessConfig,
    /// Signalling.
    pub sip: SipSection,
    /// What is done against abuse.
    pub abuse: AbuseSection,
    /// Sound.
    pub media: MediaSection,
    /// How it is found out who answered: docs/answering-machines.md.
    pub answering: AnsweringSection,
    /// REST and events.
    pub http: HttpSection,
    /// Signing in: docs/access.md.
    pub access: AccessSection,
    /// Signing in by OpenID Connect: docs/access.md.
    pub openid: OpenIdSection,
    /// The phone in the browser: docs/browser-phone.md.
    pub phone: PhoneSection,
    /// Supervision of running calls: docs/browser-phone.md.
    pub supervision: SupervisionSection,
    /// How calls are spoken in.
    pub speech: SpeechSection,
    /// How callers are heard, and what is written down.
    pub transcription: TranscriptionSection,
    /// How long things are kept.
    pub retention: RetentionSection,
    /// Recording of calls.
    pub recording: RecordingSection,
    /// A recorder of record elsewhere: docs/recorder.md.
    pub recorder: RecorderSection,
    /// Limits on calls.
    pub limits: LimitsSection,
    /// Calls that we make by ourselves: docs/compliance.md.
    pub outreach: OutreachSection,
    /// Campaigns: docs/campaigns.md.
    pub campaigns: CampaignsSection,
    /// Callers who wait for somebody to become free: docs/handover.md.
    pub queues: QueuesSection,
    /// Rehearsals of agents: docs/rehearsal.md.
    pub rehearsals: RehearsalsSection,
    /// What is made of calls after their end, and what is not kept of them.
    pub after_call: AfterCallSection,
    /// How documents are read and searched.
    pub knowledge: KnowledgeSection,
    /// Traces, signalling and captures: docs/operations.md.
    pub telemetry: TelemetrySection,
    /// Whether callers' numbers are proved (STIR/SHAKEN).
    pub stir: StirSection,
    /// Accounts at carriers.
    pub trunks: Vec<TrunkConfig>,
    /// Our numbers and what answers them.
    pub numbers: Vec<NumberConfig>,
    /// People of the business with a phone.
    pub members: Vec<MemberConfig>,
    /// Where events are sent.
    pub webhooks: Vec<WebhookConfig>,
    /// The mail server that confirmations leave by.
    pub mail: MailSection,
    /// MCP servers whose tools agents may use.
    pub mcp: Vec<McpConfig>,
    /// Calendars elsewhere that are told of appointments.
    pub calendars: Vec<RemoteCalendarConfig>,
    /// What thinks for agents, the preferred one first: a table, or a list of them. The built-in brain comes last in any
    /// case.
    #[serde(deserialize_with = "brain::one_or_many")]
    pub brain: Vec<BrainConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            log: "info".into(),
            business: BusinessConfig::default(),
            sip: SipSection::default(),
            abuse: AbuseSection::default(),
            media: MediaSection::default(),
            answering: AnsweringSection::default(),
            http: HttpSection::default(),
            access: AccessSection::default(),
            openid: OpenIdSection::default(),
            phone: PhoneSection::default(),
            supervision: SupervisionSection::default(),
            speech: SpeechSection::default(),
            transcription: TranscriptionSection::default(),
            retention: RetentionSection::default(),
            recording: RecordingSection::default(),
            recorder: RecorderSection::default(),
            limits: LimitsSection::default(),
            outreach: OutreachSection::default(),
            campaigns: CampaignsSection::default(),
            queues: QueuesSection::default(),
            rehearsals: RehearsalsSection::default(),
            after_call: AfterCallSection::default(),
            knowledge: KnowledgeSection::default(),
            telemetry: TelemetrySection::default(),
            stir: StirSection::default(),
            trunks: Vec::new(),
            numbers: Vec::new(),
            members: Vec::new(),
            webhooks: Vec::new(),
            mail: MailSection::default(),
            mcp: Vec::new(),
            calendars: Vec::new(),
            brain: Vec::new(),
        }
    }
}

/// The business that answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BusinessConfig {
    /// Folder with `business.yaml`, `flows/*.yaml`, `agents/*.yaml` (put into the books at start) and what the built-in
    /// brain answers from; none by default.
    pub folder: Option<PathBuf>,
    /// Country of numbers that are written without a country code, ISO 3166 (`US`).
    pub country: String,
    /// Language of callers of whom nothing is known (`en`).
    pub language: String,
}

impl Default for BusinessConfig {
    fn default() -> Self {
        Self { folder: None, country: "US".into(), language: "en".into() }
    }
}

/// Signalling.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SipSection {
    /// Addresses to listen on, UDP and TCP: all of IPv4 and, where the machine has it, IPv6.
    pub listen: Vec<IpAddr>,
    /// Port, UDP and TCP (5060).
    pub port: u16,
    /// Port of SIP over TLS (5061); nothing listens there until `sip.tls.certificate` is named.
    pub tls_port: u16,
    /// Port of SIP over WebSocket without encryption, at `sip.web.listen` (0: off).
    pub ws_port: u16,
    /// Port of SIP over WebSocket inside TLS (0: off).
    pub wss_port: u16,
    /// Name or address that others reach us by, where it is not the one of the socket (behind NAT).
    pub advertised: Option<String>,
    /// Digest realm and the domain of members (`callwright`).
    pub realm: String,
    /// Digest algorithms that members' phones are offered, the preferred one first (`MD5`). Many phones give up when they
    /// see `SHA-256` beside it: add it where all of yours know it (RFC 8760).
    pub digest: Vec<String>,
    /// RFC 3261 timer T1, ms (500).
    pub t1_ms: u64,
    /// How many requests a second one address may send before it is ignored (2000).
    pub requests_per_second_per_source: u32,
    /// Most connections at a time, in and out (1000).
    pub max_connections: usize,
    /// How long a phone may ring on an inbound call without an answer, seconds (180).
    pub ring_timeout_s: u64,
    /// Seconds between OPTIONS to each trunk (30).
    pub trunk_check_s: u64,
    /// A server that is silent for so long is given up for its next address, where it has several, seconds (4); 0: after
    /// 64 T1 as RFC 3261 has it.
    pub failover_s: u64,
    /// TLS.
    pub tls: TlsSection,
    /// WebSocket.
    pub web: WebSection,
    /// Limits on connections.
    pub streams: StreamSection,
    /// Name servers.
    pub dns: DnsSection,
    /// Session timers (RFC 4028): the longest that a call stands without a refresh by either end, seconds; 0: none
    /// (1800).
    pub session_expires_s: u64,
    /// The shortest such interval that is agreed to, seconds (90, which is the least that RFC 4028 allows).
    pub min_se_s: u64,
    /// Whether sound before the answer is announced so that it is confirmed (RFC 3262) where the caller can (true).
    pub reliable_early_media: bool,
}

impl Default for SipSection {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            port: 5060,
            tls_port: 5061,
            ws_port: 0,
            wss_port: 0,
            advertised: None,
            realm: "callwright".into(),
            digest: vec!["MD5".into()],
            t1_ms: 500,
            requests_per_second_per_source: 2_000,
            max_connections: 1_000,
            ring_timeout_s: 180,
            trunk_check_s: 30,
            failover_s: 4,
            tls: TlsSection::default(),
            web: WebSection::default(),
            streams: StreamSection::default(),
            dns: DnsSection::default(),
            session_expires_s: 1_800,
            min_se_s: 90,
            reliable_early_media: true,
        }
    }
}

/// REST and events.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSection {
    /// Address to listen on (127.0.0.1: put a TLS proxy in front before you open it to others).
    pub listen: IpAddr,
    /// Port (8080).
    pub port: u16,
    /// Largest request body, bytes (1 MiB).
    pub max_body: usize,
    /// Requests a second per key (200).
    pub requests_per_second: u32,
}

impl Default for HttpSection {
    fn default() -> Self {
        Self { listen: IpAddr::from([127, 0, 0, 1]), port: 8080, max_body: 1 << 20, requests_per_second: 200 }
    }
}

/// How calls are spoken in.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechSection {
    /// Worker processes of the built-in voice (2).
    pub workers: usize,
    /// Spoken sentences kept on disk, MiB (512).
    pub cache_mib: u64,
    /// The voice of a language where a flow or an agent names none: a built-in one (`pico-en-GB`), or one of a provider
    /// (`eleven:anna`); the built-in voice of the language where it is not said.
    pub voices: BTreeMap<String, String>,
    /// Who offers further voices.
    pub providers: Vec<VoiceProvider>,
}

impl Default for SpeechSection {
    fn default() -> Self {
        Self { workers: 2, cache_mib: 512, voices: BTreeMap::new(), providers: Vec::new() }
    }
}

/// How long things are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionSection {
    /// Events and their deliveries, days (30); 0: for ever. What is still to be delivered stays.
    pub events_days: u32,
    /// Days that calls are kept, with their recordings, transcripts and voicemails; 0, the default: for ever.
    pub calls_days: u32,
    /// Days that calls of contacts with a tag are kept, by tag: the shortest counts, also before `calls_days`.
    pub tags: BTreeMap<String, u32>,
}

impl Default for RetentionSection {
    fn default() -> Self {
        Self { events_days: 30, calls_days: 0, tags: BTreeMap::new() }
    }
}

/// Recording of calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordingSection {
    /// Threads that write (2).
    pub writers: usize,
}

impl Default for RecordingSection {
    fn default() -> Self {
        Self { writers: 2 }
    }
}

/// Limits on calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsSection {
    /// Calls at a time; the next gets 503 with Retry-After (1000).
    pub max_calls: usize,
    /// Longest call, minutes (240).
    pub max_call_minutes: u64,
    /// How long running calls may go on after a request to stop, seconds (30).
    pub drain_s: u64,
}

impl Default for LimitsSection {
    fn default() -> Self {
        Self { max_calls: 1_000, max_call_minutes: 240, drain_s: 30 }
    }
}

/// An account at a carrier.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrunkConfig {
    /// Our name for it.
    pub name: String,
    /// The carrier's SIP host, with a port if it is not the standard one.
    pub host: String,
    /// UDP, TCP or TLS.
    pub transport: TrunkTransport,
    /// Our user name there; empty for a trunk by address.
    pub user: String,
    /// User name for digest, where it is another one.
    pub auth_user: Option<String>,
    /// Password,
    pub password: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub password_env: Option<String>,
    /// ... or the file that holds it.
    pub password_file: Option<PathBuf>,
    /// Register, so that calls reach us (false: the carrier sends to our address).
    pub register: bool,
    /// Addresses and networks that calls of this trunk come from, besides the host's own.
    pub addresses: Vec<Network>,
    /// Caller id of outbound calls where nothing else is said.
    pub caller_id: Option<String>,
    /// Destinations allowed, as prefixes in E.164 (`+49`); empty: all.
    pub allowed_prefixes: Vec<String>,
    /// Destinations refused, also within those allowed.
    pub denied_prefixes: Vec<String>,
    /// What a minute costs, by prefixes: the longest that fits counts.
    pub rates: BTreeMap<String, Price>,
    /// What all calls of a day may cost; 0: no limit.
    pub spend_limit_day: Price,
    /// What one call may cost; 0: no limit.
    pub spend_limit_call: Price,
    /// Most calls at a time; 0: no limit of its own.
    pub max_calls: usize,
    /// Whether its sound is encrypted: `off`, `optional` or `required`.
    pub srtp: TrunkSrtp,
    /// Where its requests are sent in place of `host`: `proxy.carrier.example:5061;transport=tls`.
    pub outbound_proxy: Option<String>,
    /// How we say who calls: `from`, `pai`, `ppi` or `rpid`.
    pub identity: TrunkIdentity,
    /// How we say that this is withheld: `anonymous`, `header` or `from`.
    pub privacy: TrunkPrivacy,
    /// How we say for whom a forwarded call was at first: `off`, `diversion`, `history-info` or `both`.
    pub diversion: TrunkDiversion,
    /// How its callers are put through to outside numbers: `bridge`, or `refer`, which asks the carrier to do it.
    pub transfer: TrunkTransfer,
    /// It may hand its calls over to our numbers, by REFER or Replaces.
    pub accept_refer: bool,
    /// What becomes of calls whose caller's number is not proved: `mark`, `reject` or `require`.
    pub proof: TrunkProof,
    /// Our calls are signed, by the key of `[stir]`.
    pub sign: bool,
    /// Peculiarities: see `docs/trunks.md`.
    pub quirks: TrunkQuirks,
}

/// One of our numbers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NumberConfig {
    /// E.164, or the user part of an address such as `reception`.
    pub number: String,
    /// The flow that answers,
    pub flow: Option<String>,
    /// ... or the agent.
    pub agent: Option<String>,
    /// Language to begin with; the business's where it is not set.
    pub language: Option<String>,
    /// `off`, `announced` or `consent`; the flow's or the agent's where it is not set.
    pub recording: Option<String>,
    /// The trunk that it is on.
    pub trunk: Option<String>,
    /// Where a fax machine is heard: `ignore`, `hangup` or `transfer:<number or member>` (`ignore`).
    pub fax: Option<String>,
}

/// A person of the business with a phone.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemberConfig {
    /// User part of the address (`anna`).
    pub name: String,
    /// Name as people say it.
    pub display: String,
    /// Password of the phone,
    pub password: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub password_env: Option<String>,
    /// ... or the file that holds it.
    pub password_file: Option<PathBuf>,
    /// Numbers of ours that the member may call the outside from; the first is shown.
    pub may_call_from: Vec<String>,
    /// What the member is good at, for transfers that ask for it.
    pub skills: Vec<String>,
    /// Languages that the member speaks, the one that it likes best first.
    pub languages: Vec<String>,
}

/// Where events are sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookConfig {
    /// Address.
    pub url: String,
    /// Signing secret (`whsec_...`),
    pub secret: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub secret_env: Option<String>,
    /// ... or the file that holds it.
    pub secret_file: Option<PathBuf>,
    /// Event types; empty: all.
    pub events: Vec<String>,
}

impl TrunkConfig {
    /// The password, from wherever it is kept.
    pub fn resolve_password(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces {
            here: self.password.as_ref(),
            env: self.password_env.as_deref(),
            file: self.password_file.as_deref(),
        }
        .resolve()
    }
}

impl MemberConfig {
    /// The password, from wherever it is kept.
    pub fn resolve_password(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces {
            here: self.password.as_ref(),
            env: self.password_env.as_deref(),
            file: self.password_file.as_deref(),
        }
        .resolve()
    }
}

impl WebhookConfig {
    /// The secret, from wherever it is kept.
    pub fn resolve_secret(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces { here: self.secret.as_ref(), env: self.secret_env.as_deref(), file: self.secret_file.as_deref() }
            .resolve()
    }
}
