//! Starting: the books first, then the parts, the switchboard, and last the doors.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use agent_tools::mcp::McpServer;
use calls::{CallSettings, Parts, Switchboard};
use ivr::Business;
use media::call_media::InbandDtmf as MediaInband;
use media::codec::Codec;
use media::tone::Country;
use recordings::{Folder, Recorder, RecorderSettings};
use sip_core::digest::Algorithm;
use sip_core::message::Host;
use sip_core::{EndpointConfig, Event, HostPort};
use store::{RecordingEnd, RecordingState, Scrubber, Store};
use tokio::sync::mpsc::Receiver;
use tokio_util::task::AbortOnDropHandle;
use transport::rtp::{RtpConfig, RtpEngine};
use transport::sip::{Listen, Rate, SipConfig, SipHandle, SipTransport, StartError};
use voice_agent::Agent;

use super::after_call::{self, AfterCall, AfterCallFailure, AfterCallWorker, Redaction};
use super::agents::{AgentShelf, Shelves};
use super::apps::FlowShelf;
use super::books::{self, SeedError};
use super::brains::{BrainFailure, Brains};
use super::costs::Costs;
use super::hearing::{self, HearingFailure};
use super::hold_music::{self, MusicFailure};
use super::librarian::{Librarian, LibrarianFailure};
use super::phones::Phones;
use super::recorder::{self, RecorderFailure};
use super::sip_watch::{SipWatch, WatchFailure};
use super::stir::{self, StirFailure};
use super::streams;
use super::tools::{self, HouseTools, ToolsFailure};
use super::traces::{self, TraceFailure};
use super::voices::{self, VoiceFailure};
use super::{DeskFailure, FlowHttp, FrontDesk, Live, demo, directory, retention};
use crate::api::{self, ApiConfig, ApiState, Keys};
use crate::config::{self, Config, InbandDtmf};
use crate::settings::Settings;
use crate::webhooks;

/// Why the program did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFailure {
    /// The data folder cannot be made.
    #[error("the data folder {path} cannot be used")]
    Data {
        /// Its path.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Signatures of callers' numbers cannot be looked at as it is configured.
    #[error("callers' numbers cannot be verified: {0}")]
    Stir(StirFailure),
    /// The books cannot be opened.
    #[error("the books cannot be opened")]
    Books(#[from] store::OpenError),
    /// The books failed.
    #[error("the books failed")]
    Store(#[from] store::StoreError),
    /// Documents cannot be used.
    #[error("what agents may know cannot be used")]
    Knowledge(#[from] LibrarianFailure),
    /// The configuration cannot be put into the books.
    #[error("the configuration cannot be put into the books")]
    Seed(#[from] SeedError),
    /// The recordings' folder or threads fail.
    #[error("recordings cannot be written")]
    Recordings(#[source] std::io::Error),
    /// The voices do not start.
    #[error("the voices do not start")]
    Voice(#[from] VoiceFailure),
    /// What hears does not start.
    #[error("callers cannot be heard")]
    Hearing(#[from] HearingFailure),
    /// What agents are to get done cannot be had.
    #[error("the tools of agents cannot be had")]
    Tools(#[from] ToolsFailure),
    /// There is no music for who is put on hold.
    #[error("there is no music for who is put on hold")]
    Music(#[from] MusicFailure),
    /// Traces cannot be sent.
    #[error("traces cannot be sent")]
    Traces(#[from] TraceFailure),
    /// Signalling cannot be shown.
    #[error("signalling cannot be watched")]
    Watch(#[from] WatchFailure),
    /// The recorder of record cannot be used.
    #[error("the recorder of record (`[recorder]`) cannot be used")]
    Recorder(#[from] RecorderFailure),
    /// The provider of OpenID Connect cannot be used as it is configured.
    #[error("nobody can sign in by OpenID Connect as it is configured")]
    OpenId(#[from] crate::access::OpenIdError),
    /// Its secret is not where it is said to be.
    #[error("`openid.client_secret` of the configuration cannot be used")]
    OpenIdSecret(#[source] config::SecretError),
    /// A TURN server's password is not where it is said to be.
    #[error("`phone.ice_servers` of the configuration cannot be used")]
    Phone(#[source] config::SecretError),
    /// What is left to do after calls cannot be done.
    #[error("what is left to do after calls cannot be done")]
    AfterCall(#[from] AfterCallFailure),
    /// A brain cannot be used.
    #[error("`brain` of the configuration cannot be used")]
    Brain(#[from] BrainFailure),
    /// The built-in brain cannot be made.
    #[error("agents cannot think")]
    Thinking(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A codec is not known.
    #[error("`media.codecs` names `{0}`, which is not one of PCMA, PCMU and G722")]
    Codec(String),
    /// How long packets are to wait is no range.
    #[error("the jitter buffer cannot be used")]
    Wait(#[from] config::WaitError),
    /// The rules for calls that we make by ourselves are none.
    #[error("the rules for outbound calls cannot be used")]
    Outreach(#[from] config::OutreachError),
    /// The advertised name is none.
    #[error("`sip.advertised` is `{0}`, which is neither a host name nor an address (IPv6 in brackets)")]
    Advertised(String),
    /// A digest algorithm is not known.
    #[error("`sip.digest` names `{0}`: write MD5, SHA-256 or both, the preferred one first")]
    Digest(String),
    /// A certificate without its key, or the other way round.
    #[error("{0} belong together: name both or neither")]
    HalfCertificate(&'static str),
    /// Certificates cannot be used.
    #[error("SIP over TLS does not start")]
    Tls(#[source] transport::sip::TlsError),
    /// The signal to read certificates again cannot be waited for.
    #[error("SIGHUP cannot be waited for")]
    Signal(#[source] std::io::Error),
    /// Signalling does not start.
    #[error("SIP does not start: choose another port with `sip.port` or CALLWRIGHT_SIP__PORT")]
    Sip(#[source] transport::sip::StartError),
    /// Sound does not start.
    #[error("RTP does not start")]
    Rtp(#[source] transport::rtp::StartError),
    /// REST does not start.
    #[error("HTTP cannot be served at {address}: choose another port with `http.port` or CALLWRIGHT_HTTP__PORT")]
    Http {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The clients for webhooks and flows cannot be made.
    #[error("the HTTP client cannot be made")]
    Client(#[from] reqwest::Error),
    /// The calendar or the mail cannot be used.
    #[error("the business's desk cannot be opened")]
    Desk(#[from] DeskFailure),
    /// The webhooks' worker does not start.
    #[error("webhooks cannot be sent")]
    Webhooks(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The running program.
pub struct Running {
    /// Where calls come in.
    pub switchboard: Switchboard,
    /// The first API key; `None` when it was revoked.
    pub api_key: Option<String>,
    /// The link that makes the first admin, while there is no user.
    pub first_link: Option<crate::access::FirstLink>,
    /// Password of the demo members' phones, with the demo.
    pub demo_password: Option<String>,
    /// The address of this machine that others are likely to reach it by.
    pub host: IpAddr,
    /// Calls that the last run left open, now closed.
    pub interrupted: usize,
    sip: transport::sip::SipHandle,
    store: Store,
    http: tokio::task::JoinHandle<()>,
    webhooks: webhooks::WebhookSender,
    courier: agent_tools::Courier,
    bans: tokio::task::JoinHandle<()>,
    bindings: tokio::task::JoinHandle<()>,
    clock: tokio::task::JoinHandle<()>,
    retention: tokio::task::JoinHandle<()>,
    /// Looks trunks up.
    _addresses: AbortOnDropHandle<()>,
    after_call: AfterCallWorker,
    campaigns: campaigns::runner::Running,
    _librarian: AbortOnDropHandle<()>,
    _mcp_servers: Vec<McpServer>,
    drain: Duration,
}

/// Starts everything.
#[expect(clippy::too_many_lines, reason = "one step after the other, and nothing else")]
pub async fn start(
    config: Config,
    with_demo: bool,
    metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
) -> Result<Running, StartFailure> {
    let config = Arc::new(config);
    let openid = super::access::openid(&config)?;
    let (store, recordings, redaction) = open_books(&config).await?;
    let interrupted = close_interrupted(&store, &recordings).await?;
    let api_key = books::api_key(&store, &config, now_ms()).await?;
    let first_link = super::access::first(&store, &config, own_address(&config)).await?;
    let business = Arc::new(business(&store, &config, with_demo).await?);
    let rules = config.retention.clone();
    let changeable = Arc::new(Settings::open(store.clone(), business.clone(), rules, redaction).await?);
    let desk = FrontDesk::open(&store, &business, &config)?;
    let outside = Arc::new(FlowHttp::new()?);
    let toolbox = tools::open(&store, &desk, &config, &outside)?;
    let mcp_servers = tools::keep_servers(&config, &toolbox)?;
    let costs = Costs::open(&store, &config, &business).await?;
    let brains = Brains::new(&config, &business, with_demo)?.with_costs(costs);
    let rules = config.after_call.clone();
    let after_call = AfterCall::new(store.clone(), recordings.clone(), business.clone(), rules, brains.models())?;
    let demo_password = if with_demo { Some(demo::seed(&store, &config, now_ms()).await?) } else { None };
    books::seed(&store, &config, now_ms()).await?;
    let agents = AgentShelf::new(config.clone(), business.clone(), brains, toolbox.clone())
        .map_err(|error| StartFailure::Thinking(error.into()))?;
    let shelves = Arc::new(Shelves::new(Arc::new(FlowShelf::new(business)), Arc::new(agents)));
    shelves.flows.replace(&store.flows().await?);
    let librarian = Arc::new(Librarian::new(store.clone(), shelves.clone(), &config.knowledge)?);
    librarian.open().await?;

    // The doors that can be refused come first: nothing else is started in vain.
    let address = SocketAddr::new(config.http.listen, config.http.port);
    let door = TcpListener::bind(address).map_err(|source| StartFailure::Http { address, source })?;
    let (sip, events, watch) = open_signalling(&config).await?;
    let bans = super::bans::start(store.clone(), sip.clone()).await?;
    let bindings = super::bindings::start(store.clone(), sip.clone()).await?;
    let rtp = RtpEngine::start(rtp_config(&config)).map_err(StartFailure::Rtp)?;
    let synthesizer = voices::start(&config).await?;
    let transcriber = hearing::start(&config).await?;
    let recorder = start_recorder(&recordings, &config)?;
    let parts = Parts {
        sip: sip.clone(),
        rtp,
        store: store.clone(),
        synthesizer,
        transcriber,
        thinker: shelves.agents.clone(),
        tools: Arc::new(HouseTools(toolbox)),
        recorder,
        recordings: recordings.clone(),
        apps: shelves.clone(),
        http: outside,
        prover: stir::start(&config.stir).map_err(StartFailure::Stir)?,
    };
    let places = directory::Places::default();
    places.learn(&store, &sip, true).await?;
    let directory = directory::read(&store, &config, &places).await?;
    shelves.agents.learn_members(&directory);
    let time_zone = shelves.flows.business().time_zone.clone();
    let hold_music = hold_music::make(&config)?;
    let recorder = recorder::settings(&config)?;
    let settings = CallSettings { time_zone: time_zone.clone(), hold_music, recorder, ..call_settings(&config)? };
    let outreach = settings.outreach.clone();
    let switchboard = Switchboard::start(parts, settings, directory, events);
    traces::start(&config.telemetry, &switchboard, &store)?;
    let dialling = (switchboard.clone(), shelves.clone(), store.clone(), config.clone(), outreach);
    let (campaign_desk, campaigns) = super::campaigns::start(dialling).await?;
    let rehearsals = super::rehearsal::open(&config, &shelves, &store, with_demo);
    let live = Live::new((switchboard.clone(), places), shelves, store.clone(), config.clone(), librarian.clone());
    let phones = Phones::new(sip.clone(), config.sip.realm.clone(), &config.phone).map_err(StartFailure::Phone)?;
    let live = Arc::new(live.with_watch(watch).with_phones(phones));
    let addresses = AbortOnDropHandle::new(tokio::spawn(directory::keep_fresh(live.clone())));
    let keys = Arc::new(Keys::load(&store).await?);
    let mut surface = ApiConfig { time_zone, ..api_config(&config) };
    surface.access.openid = openid;
    let folder = recordings.clone();
    let state = ApiState::new(surface, store.clone(), live, recordings, keys, metrics);
    let state = state.with_desk(desk.desk.clone()).with_campaigns(campaign_desk).with_settings(changeable.clone());
    let state = state.with_rehearsals(rehearsals);
    let http = serve_http(door, state).map_err(|source| StartFailure::Http { address, source })?;
    let courier = desk.courier(&config)?;
    let webhooks = webhooks::WebhookSender::start(store.clone(), webhooks::WebhookConfig::default())
        .map_err(|error| StartFailure::Webhooks(error.into()))?;
    let clock = super::clock::watch(store.clone());
    crate::people::erasing::resume(&store, &folder).await?;
    store.drop_unfinished_lists().await?;
    let retention = retention::start(store.clone(), folder, changeable.retention(), config.access.audit_days);
    let after_call = after_call.start();
    let librarian = librarian.start();
    Ok(Running {
        switchboard,
        api_key,
        first_link,
        demo_password,
        host: own_address(&config),
        interrupted,
        sip,
        store,
        http,
        webhooks,
        courier,
        bans,
        bindings,
        clock,
        retention,
        _addresses: addresses,
        after_call,
        campaigns,
        _librarian: librarian,
        _mcp_servers: mcp_servers,
        drain: Duration::from_secs(config.limits.drain_s),
    })
}

/// Opens the books and the folder of recordings.
async fn open_books(config: &Config) -> Result<(Store, Folder, Arc<Redaction>), StartFailure> {
    std::fs::create_dir_all(config.data.join("media"))
        .map_err(|source| StartFailure::Data { path: config.data.clone(), source })?;
    let mut books_config = books::store_config(config);
    let redaction = after_call::redaction(&config.after_call)?;
    books_config.scrubber = Scrubber::new(redaction.clone());
    let store = Store::open(books_config).await?;
    let recordings = Folder::open(config.data.join("recordings")).map_err(StartFailure::Recordings)?;
    Ok((store, recordings, redaction))
}

/// Starts those who write recordings.
fn start_recorder(recordings: &Folder, config: &Config) -> Result<Recorder, StartFailure> {
    let writers = RecorderSettings { threads: config.recording.writers.max(1), ..RecorderSettings::default() };
    let (recorder, mut events) = Recorder::start(recordings.clone(), writers).map_err(StartFailure::Recordings)?;
    tokio::spawn(async move {
        // A recording that fails is filed as failed when its call ends: here it is only counted.
        while events.recv().await.is_some() {
            metrics::counter!("callwright_recordings_failed_total").increment(1);
        }
    });
    Ok(recorder)
}

/// Opens the doors that SIP comes in by, with somebody who watches them.
async fn open_signalling(config: &Config) -> Result<(SipHandle, Receiver<Event>, Arc<SipWatch>), StartFailure> {
    let watch = SipWatch::start(&config.telemetry)?;
    let sip_config = SipConfig { tap: Some(watch.clone()), ..sip_config(config)? };
    let (sip, events) = SipTransport::start(sip_config).await.map_err(|error| match error {
        StartError::Tls(error) => StartFailure::Tls(error),
        other => StartFailure::Sip(other),
    })?;
    streams::reload_on_hangup(sip.clone()).map_err(StartFailure::Signal)?;
    Ok((sip, events, watch))
}

impl Running {
    /// Takes no new calls, lets the running ones end, then closes the doors and the books.
    pub async fn stop(self) {
        self.campaigns.stop().await;
        self.switchboard.drain(self.drain).await;
        self.bans.abort();
        super::bans::keep_now(&self.store, &self.sip).await;
        self.bindings.abort();
        super::bindings::keep_now(&self.store, &self.sip).await;
        self.sip.stop(Duration::from_secs(2)).await;
        self.http.abort();
        self.clock.abort();
        self.retention.abort();
        self.after_call.stop().await;
        self.webhooks.stop().await;
        self.courier.stop().await;
        traces::flush().await;
        self.store.close().await;
    }
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Closes what the last run left open: calls in the books, recordings on disk.
async fn close_interrupted(store: &Store, recordings: &Folder) -> Result<usize, StartFailure> {
    let folder = recordings.clone();
    let recovered = tokio::task::spawn_blocking(move || folder.recover()).await;
    let recovered = recovered.unwrap_or_else(|_| Ok(Vec::new())).map_err(StartFailure::Recordings)?;
    let interrupted = store.close_interrupted(now_ms()).await?;
    for recording in &interrupted.recordings {
        let whole = recovered.iter().find(|file| file.path.as_str() == recording.path);
        let end = RecordingEnd {
            id: recording.id,
            state: if whole.is_some() { RecordingState::Ready } else { RecordingState::Failed },
            bytes: whole.map_or(0, |file| file.bytes),
            duration_ms: whole.map_or(0, |file| file.duration.as_millis() as u64),
            at_ms: now_ms(),
        };
        store.end_recording(end).await?;
    }
    Ok(interrupted.calls.len())
}

/// The business that flows speak for: of the folder that is configured, of the demo, or one without a name.
async fn business(store: &Store, config: &Config, with_demo: bool) -> Result<Business, SeedError> {
    let Some(folder) = &config.business.folder else {
        return if with_demo {
            read_business("demo/business.yaml".into(), demo::BUSINESS)
        } else {
            Ok(Business::default())
        };
    };
    let path = folder.join("business.yaml");
    let text = std::fs::read_to_string(&path).map_err(|source| SeedError::Read { path: path.clone(), source })?;
    let business = read_business(path, &text)?;
    for path in yaml_files(&folder.join("flows"))? {
        let yaml = std::fs::read_to_string(&path).map_err(|source| SeedError::Read { path: path.clone(), source })?;
        let name = stem(&path);
        let context = ivr::ParseContext { name: name.clone(), ..ivr::ParseContext::default() };
        ivr::Flow::parse(&yaml, &context).map_err(|faults| SeedError::Flow { path, faults: lines(&faults) })?;
        books::put_flow(store, &name, &yaml, now_ms()).await?;
    }
    for path in yaml_files(&folder.join("agents"))? {
        let yaml = std::fs::read_to_string(&path).map_err(|source| SeedError::Read { path: path.clone(), source })?;
        let name = stem(&path);
        Agent::parse(&yaml, &name).map_err(|faults| {
            let faults = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            SeedError::Agent { path, faults }
        })?;
        books::put_agent(store, &name, &yaml, now_ms()).await?;
    }
    Ok(business)
}

/// The YAML files of a folder, by name; none when there is no such folder.
fn yaml_files(folder: &std::path::Path) -> Result<Vec<std::path::PathBuf>, SeedError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).map_err(|source| SeedError::Read { path: folder.to_owned(), source })?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    Ok(files)
}

fn stem(path: &std::path::Path) -> String {
    path.file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or_default().to_owned()
}

fn read_business(path: std::path::PathBuf, text: &str) -> Result<Business, SeedError> {
    Business::parse(text).map_err(|faults| SeedError::Flow { path, faults: lines(&faults) })
}

fn lines(faults: &[ivr::Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn sip_config(config: &Config) -> Result<SipConfig, StartFailure> {
    let sip = &config.sip;
    let addresses = if sip.listen.is_empty() { all_addresses() } else { sip.listen.clone() };
    let advertised = match &sip.advertised {
        Some(text) => {
            let host = Host::parse(text).ok_or_else(|| StartFailure::Advertised(text.clone()))?;
            Some(HostPort { host, port: Some(sip.port) })
        }
        None => None,
    };
    let outside = advertised.clone();
    let listen = addresses.iter().flat_map(|ip| {
        let address = SocketAddr::new(*ip, sip.port);
        let advertised = advertised.clone();
        [
            Listen { advertised: advertised.clone(), ..Listen::udp(address) },
            Listen { advertised, ..Listen::tcp(address) },
        ]
    });
    let mut endpoint = EndpointConfig::default();
    endpoint.timers.t1 = Duration::from_millis(sip.t1_ms.max(10));
    endpoint.digest.realm.clone_from(&sip.realm);
    endpoint.digest.algorithms = algorithms(&sip.digest)?;
    endpoint.calls.incoming_setup = Duration::from_secs(sip.ring_timeout_s.max(1));
    endpoint.calls.session_expires = (sip.session_expires_s > 0).then(|| Duration::from_secs(sip.session_expires_s));
    endpoint.calls.min_se = Duration::from_secs(sip.min_se_s.max(1));
    endpoint.calls.reliable_early_media = sip.reliable_early_media;
    // Legs of transfers come on top of calls, and ended ones linger.
    endpoint.limits.max_legs = config.limits.max_calls.saturating_mul(4).max(4_096);
    endpoint.limits.max_transactions = config.limits.max_calls.saturating_mul(32).max(65_536);
    let mut settings = SipConfig { listen: listen.collect(), endpoint, seed: seed(), ..SipConfig::default() };
    let rate = sip.requests_per_second_per_source;
    settings.limits.per_source = (rate > 0).then_some(Rate { per_second: rate, burst: rate.saturating_mul(2) });
    streams::configure(sip, &addresses, outside.as_ref(), &mut settings)?;
    super::bans::configure(&config.abuse, &mut settings);
    Ok(settings)
}

fn algorithms(names: &[String]) -> Result<Vec<Algorithm>, StartFailure> {
    let known = |name: &String| Algorithm::from_token(name).ok_or_else(|| StartFailure::Digest(name.clone()));
    let algorithms: Vec<_> = names.iter().map(known).collect::<Result<_, _>>()?;
    if algorithms.is_empty() { Err(StartFailure::Digest(String::new())) } else { Ok(algorithms) }
}

/// All of IPv4 and, where this machine has it, of IPv6.
fn all_addresses() -> Vec<IpAddr> {
    let mut addresses = vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
    if UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
        addresses.push(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
    }
    addresses
}

fn rtp_config(config: &Config) -> RtpConfig {
    let media = &config.media;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut rtp = RtpConfig {
        threads: media.threads.clamp(1, cores),
        bind: if config.sip.listen.is_empty() { all_addresses() } else { config.sip.listen.clone() },
        ports: media.first_port..=media.last_port,
        max_calls: config.limits.max_calls.saturating_add(config.limits.max_calls / 4),
        ..RtpConfig::default()
    };
    match media.advertised {
        Some(address @ IpAddr::V4(_)) => rtp.advertised_v4 = Some(address),
        Some(address @ IpAddr::V6(_)) => rtp.advertised_v6 = Some(address),
        None => {}
    }
    rtp
}

fn call_settings(config: &Config) -> Result<CallSettings, StartFailure> {
    let codecs = config.media.codecs.iter().map(|name| {
        Codec::ALL
            .into_iter()
            .find(|codec| codec.encoding_name().eq_ignore_ascii_case(name))
            .ok_or_else(|| StartFailure::Codec(name.clone()))
    });
    let tones = config.media.tones.as_ref().unwrap_or(&config.business.country);
    Ok(CallSettings {
        max_calls: config.limits.max_calls,
        max_duration: Duration::from_secs(config.limits.max_call_minutes.max(1) * 60),
        codecs: codecs.collect::<Result<_, _>>()?,
        jitter: config.media.jitter()?,
        opus_dtx: config.media.opus_dtx,
        opus_complexity: config.media.opus_complexity,
        comfort_noise: match config.media.comfort_noise {
            config::ComfortNoise::Off => calls::ComfortNoise::Off,
            config::ComfortNoise::Receive => calls::ComfortNoise::Receive,
            config::ComfortNoise::Send => calls::ComfortNoise::Send,
        },
        inband_dtmf: match config.media.inband_dtmf {
            InbandDtmf::Auto => MediaInband::Auto,
            InbandDtmf::Always => MediaInband::Always,
            InbandDtmf::Never => MediaInband::Never,
        },
        srtp: calls::interop::Srtp::from(config.media.srtp).into(),
        rtp_timeout: (config.media.rtp_timeout_s > 0).then(|| Duration::from_secs(config.media.rtp_timeout_s)),
        answering: media::answering::AnsweringConfig {
            max_ms: config.answering.max_ms.clamp(1_000, 15_000),
            silence_ms: config.answering.silence_ms,
            greeting_silence_ms: config.answering.greeting_silence_ms,
        },
        country: Country::from_code(tones),
        outreach: config.outreach.policy()?,
        media_folder: config.data.join("media"),
        trunk_check: Duration::from_secs(config.sip.trunk_check_s.max(1)),
        transcribe: config.transcription.calls,
        strangers_call: config.abuse.strangers_call,
        members_from: config.abuse.members_from.clone(),
        member_calls_per_hour: config.abuse.member_calls_per_hour,
        domain: config.sip.advertised.clone().unwrap_or_else(|| own_address(config).to_string()),
        announce_supervision: config.supervision.announce,
        service_levels: service_levels(&config.queues),
        ..CallSettings::default()
    })
}

fn service_levels(queues: &config::QueuesSection) -> calls::ServiceLevels {
    let by_queue = queues.service_levels.iter().map(|(name, seconds)| (name.clone(), Duration::from_secs(*seconds)));
    calls::ServiceLevels { others: Duration::from_secs(queues.service_level_s), by_queue: by_queue.collect() }
}

fn api_config(config: &Config) -> ApiConfig {
    ApiConfig {
        max_body: config.http.max_body,
        requests_per_second: config.http.requests_per_second,
        realm: config.sip.realm.clone(),
        language: config.business.language.clone(),
        documents: config.knowledge.limits(),
        refresh_hours: config.knowledge.refresh_hours,
        after_call_tokens: config.after_call.tokens_per_day,
        capture_keys: config.telemetry.capture_keys.clone(),
        access: super::access::rules(config, own_address(config)),
        ..ApiConfig::default()
    }
}

/// Serves REST until it is aborted.
fn serve_http(door: TcpListener, state: ApiState) -> std::io::Result<tokio::task::JoinHandle<()>> {
    door.set_nonblocking(true)?;
    let door = tokio::net::TcpListener::from_std(door)?;
    let router = api::router(state);
    Ok(tokio::spawn(async move {
        if let Err(error) = axum::serve(door, router.into_make_service_with_connect_info::<api::Ends>()).await {
            tracing::error!(%error, "HTTP is not served any more");
        }
    }))
}

fn seed() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the system has a random generator");
    u64::from_le_bytes(bytes)
}

/// The address that packets to the outside would carry; loopback where there is no way out.
pub(super) fn own_address(config: &Config) -> IpAddr {
    if let Some(address) = config.sip.listen.iter().find(|address| !address.is_unspecified()) {
        return *address;
    }
    // Connecting a UDP socket sends nothing: it only asks the routing table. The address is for documentation (RFC 5737).
    let found = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    });
    found.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip())
}
