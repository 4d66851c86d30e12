//! SIP over UDP and TCP: one task that owns the endpoint and the datagram sockets, a small task for each connection,
//! and names that become addresses.
//!
//! - [`SipTransport::start`] and [`SipHandle`]: what the rest of the house sees.
//! - `task`: the loop around the endpoint. `events`: what happens when nobody takes its events.
//! - `connection`, `connections`: TCP. `sockets`, `routes`: what is bound, and which of our addresses faces whom.
//! - `guard`, `limiter`: how much a source may send.
//! - `resolver`: DNS.

mod command;
mod config;
mod connection;
mod connections;
mod counters;
mod events;
mod guard;
mod handle;
mod limiter;
mod resolver;
mod routes;
mod sockets;
mod task;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sip_core::{Endpoint, Event};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

pub use config::{Listen, Rate, ResolverConfig, SipConfig, SipLimits, StartError};
pub use counters::{SipCounters, SipStatus};
pub use handle::{CommandError, PlaceError, SipHandle, Stopped};

use connection::{Input, Shared};
use counters::Counting;
use events::EventQueue;
use guard::Guard;
use resolver::{Families, Resolver};
use task::{Parts, Task};

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
        let bound = sockets::bind(&config)?;
        let counting = Arc::new(Counting::default());
        let (inputs, input_receiver) = mpsc::channel(INPUTS);
        let guard = Guard::new(&config.limits);
        let parsing = config.endpoint.parsing.clone();
        let shared =
            Arc::new(Shared { limits: config.limits, parsing, guard, counting: Arc::clone(&counting), inputs });
        let bound_to = |v4: bool| bound.listeners.iter().any(|listener| listener.local.is_ipv4() == v4);
        let families = Families { v4: bound_to(true), v6: bound_to(false) };
        let resolver = Resolver::new(&config.resolver, families, config.seed);
        let mut endpoint = config.endpoint;
        endpoint.listeners.clone_from(&bound.listeners);
        if endpoint.default_addresses.is_empty() {
            endpoint.default_addresses = sockets::default_addresses(&bound.listeners);
        }

        let (commands, command_receiver) = mpsc::channel(config.command_capacity.max(1));
        let (events, event_receiver) = mpsc::channel(config.event_capacity.max(1));
        let acceptors = bound.tcp.into_iter().map(|listener| accept(listener, Arc::clone(&shared)));
        let acceptors: Vec<_> = acceptors.map(tokio::spawn).collect();
        let task = Task::new(Parts {
            endpoint: Endpoint::new(endpoint, config.seed),
            udp: bound.udp,
            commands: command_receiver,
            inputs: input_receiver,
            events: EventQueue::new(events),
            shared,
            resolver,
        });
        tokio::spawn(async move {
            task.run().await;
            for acceptor in acceptors {
                acceptor.abort();
            }
        });
        Ok((SipHandle::new(commands, bound.listeners.into(), counting), event_receiver))
    }
}

/// Passes connections on as they come.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, remote)) => {
                let remote = SocketAddr::new(remote.ip(), remote.port());
                if shared.inputs.send(Input::Accepted { stream, remote }).await.is_err() {
                    return;
                }
            }
            // Out of file descriptors, or the peer was gone before we looked: others may come through later.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}
