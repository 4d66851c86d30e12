//! One TCP connection: reading messages, writing messages, and when to give up on it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip_core::message::{self, Message, ParseError, StreamDecoder, StreamItem};
use sip_core::{ConnectionId, Flow, Protocol, ResolveId, Resolved};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::config::SipLimits;
use super::counters::Counting;
use super::guard::Guard;

/// What connections and lookups tell the SIP task.
#[derive(Debug)]
pub(crate) enum Input {
    /// Somebody connected.
    Accepted { stream: TcpStream, remote: SocketAddr },
    /// A message came, or something that should have been one.
    Message { flow: Flow, message: Box<Result<Message, ParseError>> },
    /// A connection of ours stands.
    Connected { connection: ConnectionId, local: SocketAddr },
    /// A connection is gone, or never came to be.
    Closed { connection: ConnectionId },
    /// A name was resolved.
    Resolved { id: ResolveId, resolved: Resolved },
}

/// What every connection needs.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) limits: SipLimits,
    /// How large messages may be.
    pub(crate) parsing: message::Limits,
    pub(crate) guard: Guard,
    pub(crate) counting: Arc<Counting>,
    /// Bounded: a connection waits when the SIP task is busy, and so does its peer.
    pub(crate) inputs: mpsc::Sender<Input>,
}

/// The messages to be written to a connection. The weak end answers keep-alives.
pub(crate) struct WriteQueue {
    pub(crate) receiver: mpsc::Receiver<Bytes>,
    pub(crate) sender: mpsc::WeakSender<Bytes>,
}

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// By the other side, or by us for want of use.
    Ordinary,
    /// It was idle, too slow, or spoke something else.
    Expelled,
}

/// Serves a connection that was accepted, to its end.
pub(crate) async fn serve(
    id: ConnectionId,
    stream: TcpStream,
    remote: SocketAddr,
    queue: WriteQueue,
    shared: Arc<Shared>,
) {
    if let Ok(local) = stream.local_addr() {
        run(Flow::connected(Protocol::Tcp, local, remote, id), stream, queue, &shared, true).await;
    }
    // The SIP task is gone when this fails, and with it the table.
    let _ = shared.inputs.send(Input::Closed { connection: id }).await;
}

/// Opens a connection and serves it to its end.
pub(crate) async fn open(
    id: ConnectionId,
    remote: SocketAddr,
    from: Option<IpAddr>,
    queue: WriteQueue,
    shared: Arc<Shared>,
) {
    match timeout(shared.limits.connect_timeout, connect(remote, from)).await {
        Ok(Ok((stream, local))) => {
            shared.counting.connected.increment();
            let _ = shared.inputs.send(Input::Connected { connection: id, local }).await;
            run(Flow::connected(Protocol::Tcp, local, remote, id), stream, queue, &shared, false).await;
        }
        Ok(Err(_)) | Err(_) => shared.counting.connect_failed.increment(),
    }
    let _ = shared.inputs.send(Input::Closed { connection: id }).await;
}

async fn connect(remote: SocketAddr, from: Option<IpAddr>) -> io::Result<(TcpStream, SocketAddr)> {
    let socket = if remote.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(from) = from {
        socket.bind(SocketAddr::new(from, 0))?;
    }
    let stream = socket.connect(remote).await?;
    let local = stream.local_addr()?;
    Ok((stream, local))
}

async fn run(flow: Flow, stream: TcpStream, queue: WriteQueue, shared: &Shared, accepted: bool) {
    // A message is one write: there is nothing to wait for.
    let _ = stream.set_nodelay(true);
    let (read_half, write_half) = stream.into_split();
    let activity = Activity::new();
    let reader = Reader {
        flow,
        half: read_half,
        decoder: StreamDecoder::new(shared.parsing.clone()),
        keep_alives: queue.sender,
        activity: &activity,
        shared,
        must_begin: accepted,
    };
    let end = tokio::select! {
        end = reader.run() => end,
        end = write(write_half, queue.receiver, &activity, shared) => end,
    };
    if end == End::Expelled {
        shared.counting.expelled.increment();
    }
}

/// When something whole last came or went.
struct Activity {
    began: Instant,
    last_ms: AtomicU64,
}

impl Activity {
    fn new() -> Self {
        Self { began: Instant::now(), last_ms: AtomicU64::new(0) }
    }

    fn note(&self) {
        self.last_ms.store(self.began.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    fn last(&self) -> Instant {
        self.began + Duration::from_millis(self.last_ms.load(Ordering::Relaxed))
    }
}

struct Reader<'a> {
    flow: Flow,
    half: OwnedReadHalf,
    decoder: StreamDecoder,
    keep_alives: mpsc::WeakSender<Bytes>,
    activity: &'a Activity,
    shared: &'a Shared,
    /// Nothing came yet on a connection that somebody else opened.
    must_begin: bool,
}

impl Reader<'_> {
    async fn run(mut self) -> End {
        let mut buffer = vec![0; 4_096];
        let mut begun: Option<Instant> = None;
        loop {
            let deadline = self.deadline(begun);
            let read = tokio::time::timeout_at(deadline.into(), self.half.read(&mut buffer)).await;
            match read {
                Ok(Ok(0) | Err(_)) => return End::Ordinary,
                Ok(Ok(length)) => self.decoder.push(&buffer[..length]),
                // A write may have moved the deadline meanwhile.
                Err(_) if Instant::now() < self.deadline(begun) => continue,
                Err(_) => return End::Expelled,
            }
            if let Err(end) = self.take_messages(&mut begun).await {
                return end;
            }
            begun = if self.decoder.buffered() == 0 { None } else { begun.or_else(|| Some(Instant::now())) };
        }
    }

    fn deadline(&self, begun: Option<Instant>) -> Instant {
        let limits = &self.shared.limits;
        match begun {
            Some(begun) => begun + limits.message_timeout,
            None if self.must_begin => self.activity.began + limits.message_timeout,
            None => self.activity.last() + limits.idle_timeout,
        }
    }

    /// Passes on every whole message. Each sets the time of the next one anew.
    async fn take_messages(&mut self, begun: &mut Option<Instant>) -> Result<(), End> {
        loop {
            let message = match self.decoder.next() {
                Ok(None) => return Ok(()),
                Ok(Some(StreamItem::KeepAlive)) => {
                    self.noted(begun);
                    self.answer_keep_alive();
                    continue;
                }
                Ok(Some(StreamItem::Message(message))) => Ok(message),
                Err(error) => Err(error),
            };
            self.noted(begun);
            self.wait_for_turn().await;
            let fatal = message.as_ref().is_err_and(|error| error.fatal);
            let input = Input::Message { flow: self.flow, message: Box::new(message) };
            if self.shared.inputs.send(input).await.is_err() {
                return Err(End::Ordinary);
            }
            if fatal {
                self.let_answer_out().await;
                return Err(End::Expelled);
            }
        }
    }

    fn noted(&mut self, begun: &mut Option<Instant>) {
        *begun = None;
        self.must_begin = false;
        self.activity.note();
    }

    fn answer_keep_alive(&self) {
        self.shared.counting.keep_alives.increment();
        if let Some(queue) = self.keep_alives.upgrade() {
            // A peer that does not read its answers gets none.
            let _ = queue.try_send(Bytes::from_static(b"\r\n"));
        }
    }

    /// A source that sends too much is read no faster than it may.
    async fn wait_for_turn(&self) {
        let source = self.flow.remote.ip();
        while !self.shared.guard.admit(Instant::now(), source) {
            self.shared.counting.throttled.increment();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The stream cannot be read on, but the last request can be answered (RFC 3261 section 18.3): the write side gets
    /// a moment for it.
    async fn let_answer_out(&mut self) {
        let mut rest = [0; 512];
        let drain = async { while self.half.read(&mut rest).await.is_ok_and(|length| length > 0) {} };
        let _ = timeout(Duration::from_millis(500), drain).await;
    }
}

/// Writes what is queued until the queue is closed.
async fn write(
    mut half: OwnedWriteHalf,
    mut queue: mpsc::Receiver<Bytes>,
    activity: &Activity,
    shared: &Shared,
) -> End {
    while let Some(data) = queue.recv().await {
        match timeout(shared.limits.write_timeout, half.write_all(&data)).await {
            Ok(Ok(())) => activity.note(),
            Ok(Err(_)) => return End::Ordinary,
            Err(_) => return End::Expelled,
        }
    }
    let _ = timeout(shared.limits.write_timeout, half.shutdown()).await;
    End::Ordinary
}
