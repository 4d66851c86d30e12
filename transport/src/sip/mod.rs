//! SIP over UDP and TCP: one task that owns the endpoint and the datagram sockets, a small task for each connection,
//! and names that become addresses.
//!
//! - [`SipTransport::start`] and [`SipHandle`]: what the rest of the house sees.
//! - `task`: the loop around the endpoint. `events`: what happens when nobody takes its events.
//! - `connection`, `connections`: TCP. `sockets`, `routes`: what is bound, and which of our addresses faces whom.
//! - `guard`, `limiter`, `bans`, `first_look`, `network`: whom to listen to, and how much a source may send.
//! - `resolver`: DNS.

mod adopted;
mod bans;
mod command;
mod config;
mod connection;
mod connections;
mod counters;
mod events;
mod failures;
mod first_look;
mod guard;
mod handle;
mod handshakes;
mod limiter;
mod names;
mod network;
mod pinger;
mod resolver;
mod routes;
mod sockets;
mod state;
mod stream;
mod tap;
mod task;
mod tls;
mod web;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sip_core::{Endpoint, Event, Protocol};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

pub use adopted::AdoptedSocket;
pub use bans::{Ban, BanPolicy, Offence, SCANNERS};
pub use config::{Listen, Rate, ResolverConfig, SipConfig, SipLimits, StartError, WebConfig};
pub use counters::{SipCounters, SipStatus};
pub use failures::ConnectFailure;
pub use handle::{CommandError, PlaceError, SipHandle, Stopped};
pub use network::{Network, NoNetwork};
pub(crate) use routes::default_address;
pub use tap::{MessageTap, Passing};
pub use tls::{
    CertificateFiles, CertificateState, ClientCertificates, TlsConfig, TlsError, TlsVersion, certificate_states,
};

use connection::{Input, Shared};
use counters::Counting;
use events::EventQueue;
use failures::Failures;
use guard::Guard;
use handshakes::Handshakes;
use resolver::{Families, Resolver};
use state::Streams;
use task::{Parts, Task};
use tls::Tls;

/// Messages from connections that may wait for the SIP task.
const INPUTS: usize = 1_024;

/// The SIP task.
///
/// **When its events are not taken fast enough**: with less than a quarter of
/// [`event_capacity`](SipConfig::event_capacity) free, new calls are refused with 503 and Retry-After and never become
/// an event. Everything else is kept in order behind the channel. When four times its capacity wait there, nothing more
/// is read from the network until events are taken: UDP's senders repeat themselves, TCP's wait.
#[derive(Debug)]
pub struct SipTransport;

impl SipTransport {
    /// Binds every address, starts the task and gives the handle to it and its events. Must be called inside of a
    /// tokio runtime with I/O and time enabled. When all handles are dropped, or by [`SipHandle::stop`], the task
    /// ends, and with it the events.
    ///
    /// # Errors
    /// When a port is taken, an address is not ours, or there is none. Nothing is left bound then.
    #[expect(clippy::unused_async, reason = "it needs a runtime around it, and says so by its type")]
    pub async fn start(config: SipConfig) -> Result<(SipHandle, mpsc::Receiver<Event>), StartError> {
        let needs_certificate = config.listen.iter().any(|listen| listen.protocol.is_secure());
        let tls = match config.tls {
            Some(settings) => Some((settings.watch, Arc::new(Tls::open(settings, needs_certificate)?))),
            None if needs_certificate => return Err(TlsError::NoServerCertificate.into()),
            None => None,
        };
        let (watching, tls) = tls.unzip();
        let config = SipConfig { tls: None, ..config };
        let bound = sockets::bind(&config)?;
        let counting = Arc::new(Counting::default());
        let (inputs, input_receiver) = mpsc::channel(INPUTS);
        let guard = Arc::new(Guard::new(&config.limits));
        let parsing = config.endpoint.parsing.clone();
        let failures = Arc::new(Failures::default());
        let shared = Arc::new(Shared {
            handshakes: Handshakes::new(&config.limits),
            failures: Arc::clone(&failures),
            limits: config.limits,
            parsing,
            web: config.web,
            tls: tls.clone(),
            guard: Arc::clone(&guard),
            counting: Arc::clone(&counting),
            inputs,
        });
        let bound_to = |v4: bool| bound.listeners.iter().any(|listener| listener.local.is_ipv4() == v4);
        let udp = !bound.udp.is_empty();
        let families = Families { v4: bound_to(true), v6: bound_to(false), udp, tls: tls.is_some() };
        let resolver = Resolver::new(&config.resolver, families, config.seed);
        let mut endpoint = config.endpoint;
        endpoint.listeners.clone_from(&bound.listeners);
        if endpoint.default_addresses.is_empty() {
            endpoint.default_addresses = sockets::default_addresses(&bound.listeners);
        }

        let (commands, command_receiver) = mpsc::channel(config.command_capacity.max(1));
        let (events, event_receiver) = mpsc::channel(config.event_capacity.max(1));
        let acceptors = bound.streams.into_iter().map(|(protocol, it)| accept(protocol, it, Arc::clone(&shared)));
        let mut acceptors: Vec<_> = acceptors.map(tokio::spawn).collect();
        if let (Some(tls), Some(Some(every))) = (&tls, watching) {
            acceptors.push(tokio::spawn(tls::watch(Arc::downgrade(tls), every)));
        }
        let streams = Arc::new(Streams { tls, failures });
        let task = Task::new(Parts {
            endpoint: Endpoint::new(endpoint, config.seed),
            udp: bound.udp,
            commands: command_receiver,
            inputs: input_receiver,
            events: EventQueue::new(events),
            shared,
            resolver,
            udp_keep_alive: config.udp_keep_alive,
            tap: config.tap,
        });
        tokio::spawn(async move {
            task.run().await;
            for acceptor in acceptors {
                acceptor.abort();
            }
        });
        Ok((SipHandle::new(commands, bound.listeners.into(), counting, guard, streams), event_receiver))
    }
}

/// Passes connections on as they come.
async fn accept(protocol: Protocol, listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, remote)) => {
                let remote = SocketAddr::new(remote.ip(), remote.port());
                if shared.inputs.send(Input::Accepted { protocol, stream, remote }).await.is_err() {
                    return;
                }
            }
            // Out of file descriptors, or the peer was gone before we looked: others may come through later.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}
