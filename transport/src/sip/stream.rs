//! SIP on a byte stream, plain or inside TLS: reading messages, writing messages, keep-alives, and when to give up.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip_core::Flow;
use sip_core::message::{Message, StreamDecoder, StreamItem};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::connection::{End, Input, Shared, WriteQueue};
use super::pinger::{Due, PING, Pinger};
use super::tls::explain;

/// Serves a connection that stands, to its end.
pub(crate) async fn run<S>(flow: Flow, stream: S, queue: WriteQueue, shared: &Shared, accepted: bool) -> End
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (read_half, write_half) = tokio::io::split(stream);
    let activity = Activity::new();
    let pinger = shared.limits.keep_alive.filter(|_| !accepted);
    let reader = Reader {
        flow,
        half: read_half,
        decoder: StreamDecoder::new(shared.parsing.clone()),
        keep_alives: queue.sender,
        activity: &activity,
        shared,
        accepted,
        must_begin: true,
        pinger: pinger.map(|every| Pinger::new(Instant::now(), every, flow)),
    };
    tokio::select! {
        end = reader.run() => end,
        end = write(write_half, queue.receiver, &activity, shared) => end,
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

struct Reader<'a, S> {
    flow: Flow,
    half: ReadHalf<S>,
    decoder: StreamDecoder,
    keep_alives: mpsc::WeakSender<Bytes>,
    activity: &'a Activity,
    shared: &'a Shared,
    accepted: bool,
    /// Nothing whole came yet.
    must_begin: bool,
    /// On connections that we opened.
    pinger: Option<Pinger>,
}

impl<S: AsyncRead> Reader<'_, S> {
    async fn run(mut self) -> End {
        let mut buffer = vec![0; 4_096];
        let mut begun: Option<Instant> = None;
        loop {
            let pong_or_ping = self.pinger.as_ref().map(Pinger::next);
            let deadline = pong_or_ping.map_or(self.deadline(begun), |next| next.min(self.deadline(begun)));
            let read = tokio::time::timeout_at(deadline.into(), self.half.read(&mut buffer)).await;
            match read {
                Ok(Ok(0)) => return End::Ordinary,
                Ok(Err(error)) => return self.broken(&error),
                Ok(Ok(length)) => self.take(&buffer[..length]),
                Err(_) => match self.time_is_up(begun) {
                    Some(end) => return end,
                    None => continue,
                },
            }
            if let Err(end) = self.take_messages(&mut begun).await {
                return end;
            }
            begun = if self.decoder.in_message() { begun.or_else(|| Some(Instant::now())) } else { None };
        }
    }

    fn deadline(&self, begun: Option<Instant>) -> Instant {
        let limits = &self.shared.limits;
        match begun {
            Some(begun) => begun + limits.message_timeout,
            None if self.must_begin && self.accepted => self.activity.began + limits.message_timeout,
            None => self.activity.last() + limits.idle_timeout,
        }
    }

    /// A wait is over: whether that is the end. (A write may have moved the deadline meanwhile.)
    fn time_is_up(&mut self, begun: Option<Instant>) -> Option<End> {
        let now = Instant::now();
        if now >= self.deadline(begun) {
            return Some(End::Expelled);
        }
        match self.pinger.as_mut()?.due(now)? {
            Due::Ping => self.say(PING),
            Due::Dead => return Some(End::Dead),
        }
        None
    }

    fn take(&mut self, data: &[u8]) {
        let between = self.decoder.buffered() == 0;
        let rest = self.pinger.as_mut().map_or(data, |pinger| pinger.heard(Instant::now(), data, between));
        self.decoder.push(rest);
    }

    /// What the connection broke by, when nothing had come by it: such as a server that does not take our certificate.
    fn broken(&self, error: &io::Error) -> End {
        let by_tls = error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>);
        if let (true, true, false, Some(id)) = (by_tls, self.must_begin, self.accepted, self.flow.connection) {
            self.shared.failures.last_words(id, explain(error));
        }
        End::Ordinary
    }

    /// Passes on every whole message. Each sets the time of the next one anew.
    async fn take_messages(&mut self, begun: &mut Option<Instant>) -> Result<(), End> {
        loop {
            let message = match self.decoder.next() {
                Ok(None) => return Ok(()),
                Ok(Some(StreamItem::KeepAlive)) => {
                    // A sign of life, but nothing that the connection would be worth having for.
                    *begun = None;
                    self.activity.note();
                    self.shared.counting.keep_alives.increment();
                    self.say(b"\r\n");
                    continue;
                }
                Ok(Some(StreamItem::Message(message))) => Ok(message),
                Err(error) => Err(error),
            };
            self.noted(begun);
            let awaited = !self.accepted || matches!(message, Ok(Message::Response(_)));
            self.shared.wait_for_turn(self.flow.remote.ip(), awaited).await?;
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

    /// Writes a keep-alive or the answer to one. A peer that does not read gets none.
    fn say(&self, words: &'static [u8]) {
        if let Some(queue) = self.keep_alives.upgrade() {
            let _ = queue.try_send(Bytes::from_static(words));
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
async fn write<S: AsyncWrite>(
    mut half: WriteHalf<S>,
    mut queue: mpsc::Receiver<Bytes>,
    activity: &Activity,
    shared: &Shared,
) -> End {
    while let Some(data) = queue.recv().await {
        let written = async {
            half.write_all(&data).await?;
            // TLS keeps what it could not send at once.
            half.flush().await
        };
        match timeout(shared.limits.write_timeout, written).await {
            // Keep-alives do not make a connection that nobody needs a busy one.
            Ok(Ok(())) if data == PING => {}
            Ok(Ok(())) => activity.note(),
            Ok(Err(_)) => return End::Ordinary,
            Err(_) => return End::Expelled,
        }
    }
    let _ = timeout(shared.limits.write_timeout, half.shutdown()).await;
    End::Ordinary
}
