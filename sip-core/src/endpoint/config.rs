//! Every timer and limit of an endpoint.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::digest::Algorithm;
use crate::flow::Protocol;
use crate::message::HostPort;
use crate::transaction::TimerConfig;

/// One address that the driver listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The transport.
    pub protocol: Protocol,
    /// The bound address.
    pub local: SocketAddr,
    /// What to tell others instead of `local`: the public address when behind a NAT, or a name. Needed when `local` is
    /// unspecified (`0.0.0.0`) and the endpoint is to send requests that answer no flow.
    pub advertised: Option<HostPort>,
}

/// The settings of an [`Endpoint`](super::Endpoint). [`EndpointConfig::default`] follows RFC 3261; each field says its
/// default.
#[derive(Debug, Clone)]
pub struct EndpointConfig {
    /// The addresses that the driver listens on, with what is advertised for each. Default: none.
    pub listeners: Vec<Listener>,
    /// Our addresses towards the world, at most one of each family: what Via and Contact say when a listener is bound
    /// to all interfaces, advertises nothing, and it is not known by which one a message will leave. Default: none.
    pub default_addresses: Vec<IpAddr>,
    /// What Server and User-Agent headers say; empty leaves them out. Default: `Callwright`.
    pub product: String,
    /// The domains that a REGISTER may be for; empty takes any. Default: empty.
    pub domains: Vec<String>,
    /// How much of a datagram is read. Defaults: see [`message::Limits`](crate::message::Limits).
    pub parsing: crate::message::Limits,
    /// The transactions' timers. Default: T1 500 ms, T2 4 s, T4 5 s, D 32 s.
    pub timers: TimerConfig,
    /// The limits. Defaults: see [`Limits`].
    pub limits: Limits,
    /// The calls' own timers. Defaults: see [`CallTimers`].
    pub calls: CallTimers,
    /// Digest as a server. Defaults: see [`DigestConfig`].
    pub digest: DigestConfig,
    /// The registrar. Defaults: see [`RegistrarConfig`].
    pub registrar: RegistrarConfig,
    /// Our own registrations at carriers. Defaults: see [`RegistrationConfig`].
    pub registration: RegistrationConfig,
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            listeners: Vec::new(),
            default_addresses: Vec::new(),
            product: "Callwright".into(),
            domains: Vec::new(),
            parsing: crate::message::Limits::default(),
            timers: TimerConfig::default(),
            limits: Limits::default(),
            calls: CallTimers::default(),
            digest: DigestConfig::default(),
            registrar: RegistrarConfig::default(),
            registration: RegistrationConfig::default(),
        }
    }
}

/// What may exist at once, and how far a message may push us.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Legs. Above it a new INVITE gets 503 with Retry-After and [`invite`](super::Endpoint::invite) fails; running
    /// dialogs go on. Default: 4,096.
    pub max_legs: usize,
    /// Transactions. Above it requests outside of dialogs get 503 with Retry-After; requests inside dialogs may use
    /// twice as many. Default: 32,768.
    pub max_transactions: usize,
    /// What Retry-After says then. Default: 10 s.
    pub retry_after: Duration,
    /// Redirections (3xx) followed for one call. Default: 5.
    pub max_redirects: usize,
    /// Addresses of one next hop that are tried one after the other (RFC 3263 section 4.3). Default: 4.
    pub max_targets: usize,
    /// Branches of a forked INVITE that answer after the first one and are acknowledged and ended. Default: 8.
    pub max_forks: usize,
    /// How often one request is sent again with credentials. Default: 3.
    pub max_auth_attempts: u8,
    /// Requests above this size go by TCP when the URI names no transport (RFC 3261 section 18.1.1), and by UDP after
    /// all when that fails; `None` never. Default: 1,300 bytes.
    pub udp_max_request: Option<usize>,
    /// Names being resolved. Default: 4,096.
    pub max_resolves: usize,
    /// An address that has been silent for so long is given up for the next one, when there is one (RFC 3263 section
    /// 4.3); the last one has its 64 T1 as ever. `None`: each has. Default: none.
    pub failover: Option<Duration>,
    /// An address that did not answer or could not be reached is tried after the others for so long. Default: 30 s.
    pub penalty: Duration,
    /// The longest such time that an address may ask for, by Retry-After in a 503. Default: 5 min.
    pub max_penalty: Duration,
    /// Transfers that one leg may ask for at a time, those included of which it is still told. Default: 4.
    pub max_referrals: usize,
    /// Max-Forwards of our own requests. Default: 70.
    pub max_forwards: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_legs: 4_096,
            max_transactions: 32_768,
            retry_after: Duration::from_secs(10),
            max_redirects: 5,
            max_targets: 4,
            max_forks: 8,
            max_auth_attempts: 3,
            udp_max_request: Some(1_300),
            max_resolves: 4_096,
            failover: None,
            penalty: Duration::from_secs(30),
            max_penalty: Duration::from_mins(5),
            max_referrals: 4,
            max_forwards: 70,
        }
    }
}

/// Timers of legs.
#[derive(Debug, Clone)]
pub struct CallTimers {
    /// An incoming leg that is not answered or refused by then gets 480. Default: 5 min.
    pub incoming_setup: Duration,
    /// While an incoming leg rings, its provisional response is repeated this often, so that proxies on the way do not
    /// give up (RFC 3261 section 13.3.1.1). Default: 60 s.
    pub ringing_refresh: Duration,
    /// A re-INVITE that is neither accepted nor refused by then gets 500. Default: 20 s.
    pub reinvite_answer: Duration,
    /// A re-INVITE of ours that was not answered by then is taken back. Default: 60 s.
    pub reinvite_wait: Duration,
    /// How long [`acknowledge`](super::Endpoint::acknowledge) may take before the call is ended. Default: 10 s.
    pub late_answer: Duration,
    /// Glare back-off of the side that owns the Call-ID (RFC 3261 section 14.1). Default: 2.1 s to 4 s.
    pub glare_owner: (Duration, Duration),
    /// Glare back-off of the other side. Default: 0 s to 2 s.
    pub glare_other: (Duration, Duration),
    /// How often a re-INVITE is tried again after 491. Default: 5.
    pub glare_attempts: u8,
    /// The session interval that we ask for, and the longest that we agree to (RFC 4028); `None`: no session timers.
    /// Default: 30 min.
    pub session_expires: Option<Duration>,
    /// The shortest session interval that we agree to. RFC 4028 forbids less than the default. Default: 90 s.
    pub min_se: Duration,
    /// Early media is sent by reliable provisional responses to callers who can confirm them (RFC 3262). Those who
    /// require them get them in any case. Default: true.
    pub reliable_early_media: bool,
    /// A REFER that is neither accepted nor refused by then gets 500. Default: 10 s.
    pub refer_answer: Duration,
    /// How long the other end is told what became of its REFER. Default: 3 min.
    pub referral: Duration,
}

impl Default for CallTimers {
    fn default() -> Self {
        Self {
            incoming_setup: Duration::from_mins(5),
            ringing_refresh: Duration::from_mins(1),
            reinvite_answer: Duration::from_secs(20),
            reinvite_wait: Duration::from_mins(1),
            late_answer: Duration::from_secs(10),
            glare_owner: (Duration::from_millis(2_100), Duration::from_secs(4)),
            glare_other: (Duration::ZERO, Duration::from_secs(2)),
            glare_attempts: 5,
            session_expires: Some(Duration::from_mins(30)),
            min_se: Duration::from_secs(90),
            reliable_early_media: true,
            refer_answer: Duration::from_secs(10),
            referral: Duration::from_mins(3),
        }
    }
}

/// Digest authentication of others (RFC 3261 section 22, RFC 8760).
#[derive(Debug, Clone)]
pub struct DigestConfig {
    /// The realm of challenges. Default: `callwright`.
    pub realm: String,
    /// The algorithms offered, the preferred one first. Default: SHA-256, MD5.
    pub algorithms: Vec<Algorithm>,
    /// How long a nonce is good for. Default: 5 min.
    pub nonce_lifetime: Duration,
    /// Nonces whose counts are remembered, to detect replays; above it a login is asked to begin anew. Default: 16,384.
    pub max_nonces: usize,
    /// Wrong passwords of one account in an hour, from all sources together; above it the account logs in only from
    /// where a phone of it is registered, until the hour is over. 0: no limit. Default: 200.
    pub max_wrong_per_hour: u32,
}

impl Default for DigestConfig {
    fn default() -> Self {
        Self {
            realm: "callwright".into(),
            algorithms: vec![Algorithm::Sha256, Algorithm::Md5],
            nonce_lifetime: Duration::from_mins(5),
            max_nonces: 16_384,
            max_wrong_per_hour: 200,
        }
    }
}

/// The registrar (RFC 3261 section 10.3).
#[derive(Debug, Clone)]
pub struct RegistrarConfig {
    /// Shortest registration granted; below it 423. Default: 60 s.
    pub min_expires: Duration,
    /// Longest registration granted. Default: 3,600 s.
    pub max_expires: Duration,
    /// Granted when the client names none. Default: 3,600 s.
    pub default_expires: Duration,
    /// Contacts of one account. Default: 8.
    pub max_bindings: usize,
    /// The proxies whose Path (RFC 3327) is taken, as ranges of addresses, since a Path says where calls are sent. That
    /// of everybody else is ignored, or refused by 420 where it is required. Default: none.
    pub edge_proxies: Vec<RangeInclusive<IpAddr>>,
    /// Proxies between us and a contact (Path, RFC 3327); more get 400. Default: 8.
    pub max_path: usize,
    /// A client whose REGISTER was given a Path on the way must say that it knows of such, else 420; otherwise it is only
    /// not told. Default: false.
    pub path_must_be_known: bool,
}

impl Default for RegistrarConfig {
    fn default() -> Self {
        Self {
            min_expires: Duration::from_mins(1),
            max_expires: Duration::from_hours(1),
            default_expires: Duration::from_hours(1),
            max_bindings: 8,
            edge_proxies: Vec::new(),
            max_path: 8,
            path_must_be_known: false,
        }
    }
}

/// Our registrations at other registrars.
#[derive(Debug, Clone)]
pub struct RegistrationConfig {
    /// A registration is refreshed after this share of its lifetime, in percent. Default: 80.
    pub refresh_percent: u32,
    /// First wait after a failure, doubled with each further one; the wait is 50 to 100 % of it by chance (RFC 5626
    /// section 4.5). Default: 10 s.
    pub retry_base: Duration,
    /// The longest wait after failures. Default: 10 min.
    pub retry_max: Duration,
}

impl Default for RegistrationConfig {
    fn default() -> Self {
        Self { refresh_percent: 80, retry_base: Duration::from_secs(10), retry_max: Duration::from_mins(10) }
    }
}
