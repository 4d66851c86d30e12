//! What the engine may use, and why it may refuse.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

/// How media threads are scheduled against the rest of the machine. Best effort: what the system refuses is logged
/// once and the thread runs as an ordinary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThreadPriority {
    /// Like every other thread.
    #[default]
    Normal,
    /// A nice level, -20 (first) to 19 (last). Levels below 0 need CAP_SYS_NICE or RLIMIT_NICE.
    Nice(i8),
    /// `SCHED_RR` with this priority, 1 to 99. Needs CAP_SYS_NICE or RLIMIT_RTPRIO.
    RoundRobin(u8),
}

/// Settings of an [`RtpEngine`](super::RtpEngine).
#[derive(Debug, Clone)]
pub struct RtpConfig {
    /// Media threads. Default: one for each processor, at most 8.
    pub threads: usize,
    /// Local addresses to bind RTP to, at most one of each family counts (the first). An unspecified address binds to
    /// all interfaces. Default: `0.0.0.0`.
    pub bind: Vec<IpAddr>,
    /// What to write into SDP for IPv4 in place of the local address (behind a one-to-one NAT). Default: none.
    pub advertised_v4: Option<IpAddr>,
    /// The same for IPv6. Default: none.
    pub advertised_v6: Option<IpAddr>,
    /// Ports for RTP (even) and RTCP (the odd one above). Default: 10000 to 19999.
    pub ports: RangeInclusive<u16>,
    /// How long a port pair is left unused after a call, so that late packets of the old call do not reach the next
    /// one. Pairs that rest are taken when nothing else is left. Default: 30 s.
    pub port_rest: Duration,
    /// Most calls at a time; above it [`OpenError::Full`]. Default: 2000.
    pub max_calls: usize,
    /// Part of its time that a media thread may be busy before it takes no more calls ([`OpenError::Overloaded`]).
    /// Default: 0.85.
    pub max_busy: f32,
    /// Commands that may wait for a call's next tick. Default: 32.
    pub command_capacity: usize,
    /// Events that may wait for the call task; beyond it they stay inside the call's media. Default: 64.
    pub event_capacity: usize,
    /// Kernel receive buffer of an RTP socket, bytes. Default: 64 KiB, a good second of G.711.
    pub receive_buffer: usize,
    /// Most packets taken from one RTP socket at one tick; what is above waits in the kernel's buffer, and what does
    /// not fit there is lost, so that a flood costs one call a bounded time. Default: 32.
    pub max_packets_per_tick: usize,
    /// Differentiated services code point of RTP and RTCP (RFC 4594: 46, expedited forwarding). Default: 46.
    pub dscp: u8,
    /// How long the DTLS handshake of encrypted sound may take, from the answer on. Default: 20 s.
    pub handshake_limit: Duration,
    /// Scheduling of the media threads. Default: normal.
    pub priority: ThreadPriority,
}

impl Default for RtpConfig {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: processors.min(8),
            bind: vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED)],
            advertised_v4: None,
            advertised_v6: None,
            ports: 10_000..=19_999,
            port_rest: Duration::from_secs(30),
            max_calls: 2_000,
            max_busy: 0.85,
            command_capacity: 32,
            event_capacity: 64,
            receive_buffer: 64 * 1024,
            max_packets_per_tick: 32,
            dscp: 46,
            handshake_limit: Duration::from_secs(20),
            priority: ThreadPriority::Normal,
        }
    }
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration names no port pair.
    #[error("the RTP port range {first} to {last} holds no pair of an even and an odd port")]
    NoPorts {
        /// First port of the range.
        first: u16,
        /// Last port of the range.
        last: u16,
    },
    /// The configuration names no address to bind to.
    #[error("there is no address to bind RTP to")]
    NoAddress,
    /// An address cannot be bound to.
    #[error("RTP cannot be received at {address}")]
    Address {
        /// The address.
        address: IpAddr,
        /// The system's answer.
        source: io::Error,
    },
    /// No certificate could be made.
    #[error("no certificate for encrypted sound (DTLS) could be made: {0}")]
    Certificate(String),
    /// A thread could not be made.
    #[error("a media thread could not be started")]
    Thread(#[source] io::Error),
}

/// Why a call got no media. Each is answered with 503 and Retry-After.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// As many calls as [`RtpConfig::max_calls`] are open.
    #[error("the limit of {limit} calls with media is reached")]
    Full {
        /// The limit.
        limit: usize,
    },
    /// Every media thread is busier than [`RtpConfig::max_busy`].
    #[error("the media threads are too busy for another call")]
    Overloaded,
    /// The engine was stopped.
    #[error("the media engine is stopped")]
    Stopped,
}

/// Why a leg got no ports.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// All pairs of the range are in use: answer with 503.
    #[error("all RTP ports are in use")]
    Exhausted,
    /// No address of this family is configured: answer with 488 or 503.
    #[error("RTP is not configured for the address family of {near}")]
    Family {
        /// The address near which ports were asked for.
        near: IpAddr,
    },
    /// The system refused a socket.
    #[error("an RTP socket could not be made")]
    Socket(#[source] io::Error),
    /// The call's queue of commands is full, or the call is closed.
    #[error("the call's media does not take commands")]
    Command(#[source] SendError),
}

/// Why a command was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// [`RtpConfig::command_capacity`] commands wait already.
    #[error("the call's queue of media commands is full")]
    Full,
    /// The call's media is closed, or the engine was stopped.
    #[error("the call's media is closed")]
    Closed,
}

/// The ports of one leg, bound and ready to be written into SDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegPorts {
    /// The address for `c=` and the even port for `m=`, as the other side should see them: the advertised address, or
    /// the bound one, or the address near which the leg was opened.
    pub rtp: SocketAddr,
    /// The same with the odd port for RTCP.
    pub rtcp: SocketAddr,
    /// Another address of ours at which they are open, for peers that can try several (ICE): beside an advertised one
    /// the address near which the leg was opened, beside loopback that of the way out.
    pub other: Option<IpAddr>,
}
