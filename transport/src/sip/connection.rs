//! One connection from its first byte to its last: opening or accepting it, TLS and WebSocket on it, and what it tells
//! the SIP task.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustls::pki_types::ServerName;
use sip_core::message::{self, Message, ParseError};
use sip_core::{ConnectionId, Flow, Protocol, ResolveId, Resolved};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use super::adopted::AdoptedSocket;
use super::config::{SipLimits, WebConfig};
use super::counters::Counting;
use super::failures::Failures;
use super::guard::{Guard, Ruling};
use super::handshakes::Handshakes;
use super::tls::{Tls, explain};
use super::{stream, web};

/// A domain that somebody must prove to be.
pub(crate) type Name = Arc<str>;

/// What connections and lookups tell the SIP task.
#[derive(Debug)]
pub(crate) enum Input {
    /// Somebody connected.
    Accepted { protocol: Protocol, stream: TcpStream, remote: SocketAddr },
    /// A message came, or something that should have been one.
    Message { flow: Flow, message: Box<Result<Message, ParseError>> },
    /// A connection of ours stands.
    Connected { connection: ConnectionId, local: SocketAddr },
    /// A connection is gone, or never came to be.
    Closed { connection: ConnectionId },
    /// A name was resolved; the name that was asked for.
    Resolved { id: ResolveId, name: Name, resolved: Resolved },
}

/// What every connection needs.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) limits: SipLimits,
    /// How large messages may be.
    pub(crate) parsing: message::Limits,
    pub(crate) web: WebConfig,
    pub(crate) tls: Option<Arc<Tls>>,
    pub(crate) handshakes: Handshakes,
    pub(crate) failures: Arc<Failures>,
    pub(crate) guard: Arc<Guard>,
    pub(crate) counting: Arc<Counting>,
    /// Bounded: a connection waits when the SIP task is busy, and so does its peer.
    pub(crate) inputs: mpsc::Sender<Input>,
}

impl Shared {
    /// A source that sends too much is read no faster than it may; one that is banned is not read on, but for what is
    /// `awaited`: responses, and all that comes by connections that we opened.
    pub(crate) async fn wait_for_turn(&self, source: IpAddr, awaited: bool) -> Result<(), End> {
        loop {
            match self.guard.admit(Instant::now(), source, awaited) {
                Ruling::Pass => return Ok(()),
                Ruling::Silence => {
                    self.counting.silenced.increment();
                    return Err(End::Expelled);
                }
                Ruling::TooMany => self.counting.throttled.increment(),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The messages to be written to a connection. The weak end answers keep-alives.
pub(crate) struct WriteQueue {
    pub(crate) receiver: mpsc::Receiver<Bytes>,
    pub(crate) sender: mpsc::WeakSender<Bytes>,
}

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// By the other side, or by us for want of use.
    Ordinary,
    /// It was idle, too slow, or spoke something else.
    Expelled,
    /// It did not answer our keep-alives any more.
    Dead,
}

/// The far end of a connection that is to be opened.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) protocol: Protocol,
    pub(crate) remote: SocketAddr,
    /// The address to open it from; `None`: the system's choice.
    pub(crate) from: Option<IpAddr>,
    /// The domain that it must prove to be; `None`: its address.
    pub(crate) name: Option<Name>,
}

impl Peer {
    /// As logs and errors name it.
    fn shown(&self) -> String {
        self.name.as_ref().map_or_else(|| self.remote.ip().to_string(), ToString::to_string)
    }
}

/// Serves a connection that was accepted, to its end.
pub(crate) async fn serve(
    id: ConnectionId,
    protocol: Protocol,
    stream: TcpStream,
    remote: SocketAddr,
    queue: WriteQueue,
    shared: Arc<Shared>,
) {
    if let Ok(local) = stream.local_addr() {
        let flow = Flow::connected(protocol, local, remote, id);
        let end = serve_as(flow, stream, queue, &shared).await;
        count(end, &shared);
    }
    // The SIP task is gone when this fails, and with it the table.
    let _ = shared.inputs.send(Input::Closed { connection: id }).await;
}

/// Serves a WebSocket that was upgraded elsewhere, to its end.
pub(crate) async fn serve_adopted(id: ConnectionId, socket: AdoptedSocket, queue: WriteQueue, shared: Arc<Shared>) {
    let AdoptedSocket { stream, protocol, local, remote } = socket;
    let end = web::run_upgraded(Flow::connected(protocol, local, remote, id), stream, queue, &shared).await;
    count(end, &shared);
    let _ = shared.inputs.send(Input::Closed { connection: id }).await;
}

async fn serve_as(flow: Flow, stream: TcpStream, queue: WriteQueue, shared: &Shared) -> End {
    // A message is one write: there is nothing to wait for.
    let _ = stream.set_nodelay(true);
    match flow.protocol {
        Protocol::Udp | Protocol::Tcp => stream::run(flow, stream, queue, shared, true).await,
        Protocol::Ws => web::run(flow, stream, queue, shared).await,
        Protocol::Tls => match secured(flow, stream, shared).await {
            Some(stream) => stream::run(flow, stream, queue, shared, true).await,
            None => End::Expelled,
        },
        Protocol::Wss => match secured(flow, stream, shared).await {
            Some(stream) => web::run(flow, stream, queue, shared).await,
            None => End::Expelled,
        },
    }
}

/// The handshake of a connection that was accepted, if there may be one more and it comes to its end in time.
async fn secured(flow: Flow, stream: TcpStream, shared: &Shared) -> Option<server::TlsStream<TcpStream>> {
    let config = shared.tls.as_ref()?.server(flow.protocol == Protocol::Wss)?;
    let trusted = shared.guard.is_trusted(flow.remote.ip());
    let Some(_turn) = shared.handshakes.begin(Instant::now(), trusted) else {
        shared.counting.refused_handshakes.increment();
        return None;
    };
    match timeout(shared.limits.handshake_timeout, TlsAcceptor::from(config).accept(stream)).await {
        Ok(Ok(stream)) => {
            shared.counting.handshakes.increment();
            Some(stream)
        }
        failed => {
            shared.counting.failed_handshakes.increment();
            let error = failed.ok().and_then(Result::err);
            tracing::debug!(error = error.map(tracing::field::display), "a TLS handshake failed");
            None
        }
    }
}

/// Opens a connection and serves it to its end.
pub(crate) async fn open(id: ConnectionId, peer: Peer, queue: WriteQueue, shared: Arc<Shared>) {
    if let Err(error) = open_as(id, &peer, queue, &shared).await {
        shared.counting.connect_failed.increment();
        note_failure(&peer, explain(&error), &shared);
    }
    let _ = shared.inputs.send(Input::Closed { connection: id }).await;
}

async fn open_as(id: ConnectionId, peer: &Peer, queue: WriteQueue, shared: &Shared) -> io::Result<()> {
    let (stream, local) = in_time(shared.limits.connect_timeout, connect(peer)).await?;
    let _ = stream.set_nodelay(true);
    let flow = Flow::connected(peer.protocol, local, peer.remote, id);
    let connected = Input::Connected { connection: id, local };
    let end = if peer.protocol.is_secure() {
        let stream = in_time(shared.limits.handshake_timeout, secure(peer, stream, shared)).await?;
        shared.counting.connected.increment();
        let _ = shared.inputs.send(connected).await;
        let end = stream::run(flow, stream, queue, shared, false).await;
        if let Some(reason) = shared.failures.take_last_words(id) {
            // With TLS 1.3 a server refuses our certificate only when we think that the handshake is over.
            note_failure(peer, reason, shared);
        }
        end
    } else {
        shared.counting.connected.increment();
        let _ = shared.inputs.send(connected).await;
        stream::run(flow, stream, queue, shared, false).await
    };
    count(end, shared);
    Ok(())
}

async fn in_time<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(limit, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

async fn connect(peer: &Peer) -> io::Result<(TcpStream, SocketAddr)> {
    let socket = if peer.remote.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(from) = peer.from {
        socket.bind(SocketAddr::new(from, 0))?;
    }
    let stream = socket.connect(peer.remote).await?;
    let local = stream.local_addr()?;
    Ok((stream, local))
}

async fn secure(peer: &Peer, stream: TcpStream, shared: &Shared) -> io::Result<client::TlsStream<TcpStream>> {
    let Some(tls) = &shared.tls else { return Err(io::Error::other("TLS is not set up here")) };
    let server = match &peer.name {
        Some(name) => ServerName::try_from(name.to_string()).map_err(io::Error::other)?,
        None => ServerName::IpAddress(peer.remote.ip().into()),
    };
    let config = tls.client(&peer.shown());
    TlsConnector::from(config).connect(server, stream).await
}

fn note_failure(peer: &Peer, reason: String, shared: &Shared) {
    let server = peer.shown();
    let transport = peer.protocol.via_token();
    tracing::warn!(%server, address = %peer.remote, transport, %reason, "a SIP server could not be connected to");
    shared.failures.note(server, peer.remote, peer.protocol, reason);
}

fn count(end: End, shared: &Shared) {
    match end {
        End::Ordinary => {}
        End::Expelled => shared.counting.expelled.increment(),
        End::Dead => shared.counting.dead_flows.increment(),
    }
}
