//! One speaker's session: it connects, and connects again, as long as the call goes on.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::super::failure::Failure;
use super::super::socket::{Address, Incoming, Socket, incoming};
use super::DeepgramSettings;
use super::clock::Clock;
use super::line::Reader;
use crate::transcriber::EngineEnds;
use crate::{EarBlock, HearingEvent, ListenRequest};

/// After so long without audio a sign of life is sent; the vendor hangs up after 10 s.
const IDLE: Duration = Duration::from_secs(4);

/// How long the last words may take after the end of the audio.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How long the provider may want to be left alone; more is not waited for while somebody speaks.
const MOST_WAIT: Duration = Duration::from_secs(30);

/// How a connection ended.
enum End {
    /// The session is over.
    Over,
    /// It is to be opened again.
    Lost(Failure),
}

pub(super) struct Session {
    settings: Arc<DeepgramSettings>,
    request: ListenRequest,
    ends: EngineEnds,
    /// Audio that no connection has had.
    backlog: VecDeque<EarBlock>,
    reader: Reader,
    /// The audio is over.
    closed: bool,
    /// The outage was told.
    told: bool,
    tries: u32,
}

impl Session {
    pub(super) fn new(settings: Arc<DeepgramSettings>, request: ListenRequest, ends: EngineEnds) -> Self {
        let reader = Reader::new(settings.is_flux(), request.partials);
        Self { settings, request, ends, backlog: VecDeque::new(), reader, closed: false, told: false, tries: 0 }
    }

    pub(super) async fn run(mut self) {
        // Checked when the engine was set up.
        let Ok(address) = self.settings.address(&self.request) else { return };
        loop {
            let failure = match self.connect(&address).await {
                Ok(Some(socket)) => match self.converse(socket).await {
                    End::Over => return,
                    End::Lost(failure) => failure,
                },
                Ok(None) => return,
                Err(failure) => failure,
            };
            let fatal = !failure.is_passing();
            let wait = failure.retry_after().unwrap_or_else(|| self.back_off()).min(MOST_WAIT);
            if !self.tell_lost(failure, fatal).await || fatal || self.closed {
                return;
            }
            self.tries += 1;
            if !self.collect_during(sleep(wait)).await {
                return;
            }
        }
    }

    /// The first time at once, then longer and longer.
    fn back_off(&self) -> Duration {
        let (first, last) = self.settings.back_off;
        match self.tries {
            0 => Duration::ZERO,
            tries => first.saturating_mul(1 << (tries - 1).min(16)).min(last),
        }
    }

    /// Tells what was understood, and once for each outage that there is one. `false`: nobody listens.
    async fn tell_lost(&mut self, failure: Failure, fatal: bool) -> bool {
        let mut events = self.reader.lost();
        if fatal || !self.told {
            tracing::warn!(engine = self.settings.name, %failure, fatal, "the recogniser is lost");
            self.told = true;
            events.push(HearingEvent::Failed { error: failure.into(), fatal });
        }
        self.tell(events).await
    }

    async fn tell(&mut self, events: Vec<HearingEvent>) -> bool {
        for event in events {
            if self.ends.events.send(event).await.is_err() {
                return false;
            }
        }
        true
    }

    /// `None` when nobody listens any more.
    async fn connect(&mut self, address: &Address) -> Result<Option<Socket>, Failure> {
        let limit = self.settings.endpoint.limits.connect;
        let address = address.clone();
        let mut opened = None;
        let open = async { opened = Some(address.open(limit).await) };
        if !self.collect_during(open).await {
            return Ok(None);
        }
        opened.unwrap_or(Err(Failure::TimedOut { limit })).map(Some)
    }

    /// Keeps audio until that is done. `false`: nobody listens.
    async fn collect_during(&mut self, done: impl Future<Output = ()>) -> bool {
        let most = (self.settings.backlog_ms / call_model::FRAME_MS).max(1) as usize;
        tokio::pin!(done);
        loop {
            tokio::select! {
                () = &mut done => return true,
                () = self.ends.events.closed() => return false,
                block = self.ends.blocks.recv(), if !self.closed => match block {
                    Some(block) => {
                        if self.backlog.len() >= most {
                            self.backlog.pop_front();
                        }
                        self.backlog.push_back(block);
                    }
                    None => self.closed = true,
                },
            }
        }
    }

    /// Sends audio and reads messages until one side ends it.
    async fn converse(&mut self, socket: Socket) -> End {
        let (sink, mut messages) = socket.split();
        let mut mouth = Mouth::new(&self.settings, &self.request, sink);
        for block in std::mem::take(&mut self.backlog) {
            if let Err(failure) = mouth.push(&block).await {
                return End::Lost(failure);
            }
        }
        if self.closed {
            return self.finish(mouth, messages).await;
        }
        loop {
            tokio::select! {
                () = self.ends.events.closed() => {
                    mouth.hang_up().await;
                    return End::Over;
                }
                message = messages.next() => match self.take(incoming(message), &mut mouth).await {
                    Ok(true) => {}
                    Ok(false) => return End::Over,
                    Err(failure) => return End::Lost(failure),
                },
                block = self.ends.blocks.recv() => {
                    let Some(block) = block else {
                        self.closed = true;
                        return self.finish(mouth, messages).await;
                    };
                    let pushed = mouth.push(&block).await;
                    if let Err(failure) = pushed.and_then(|()| mouth.deaf(self.settings.deaf_ms)) {
                        return End::Lost(failure);
                    }
                }
                () = sleep_until(mouth.spoke + IDLE) => if let Err(failure) = mouth.sign_of_life().await {
                    return End::Lost(failure);
                },
            }
        }
    }

    /// Reads one message; `false` when nobody listens.
    async fn take(&mut self, message: Incoming, mouth: &mut Mouth) -> Result<bool, Failure> {
        let text = match message {
            Incoming::Text(text) => text,
            Incoming::Other => return Ok(true),
            Incoming::Closed => return Err(Failure::Broken("the connection was cut")),
        };
        match self.reader.read(&text, &mouth.clock) {
            Ok(mut events) => {
                mouth.unanswered_ms = 0;
                if !events.is_empty() {
                    self.tries = 0;
                }
                if std::mem::take(&mut self.told) {
                    events.insert(0, HearingEvent::Recovered);
                }
                Ok(self.tell(events).await)
            }
            Err(Failure::Broken(reason)) => {
                tracing::warn!(engine = self.settings.name, reason, "a message is left out");
                Ok(true)
            }
            Err(failure) => Err(failure),
        }
    }

    /// No more audio comes: the last words, then the end.
    async fn finish(&mut self, mut mouth: Mouth, mut messages: SplitStream<Socket>) -> End {
        mouth.close().await;
        let listen = async { while let Ok(true) = self.take(incoming(messages.next().await), &mut mouth).await {} };
        // What has not come by then does not come.
        let _ = timeout(LAST_WORDS, listen).await;
        let events = self.reader.lost();
        self.tell(events).await;
        End::Over
    }
}

/// The sending half.
struct Mouth {
    sink: SplitSink<Socket, Message>,
    clock: Clock,
    waiting: Vec<u8>,
    chunk_bytes: usize,
    limit: Duration,
    flux: bool,
    spoke: Instant,
    /// Voice that was sent since the last message came.
    unanswered_ms: u64,
}

impl Mouth {
    fn new(settings: &DeepgramSettings, request: &ListenRequest, sink: SplitSink<Socket, Message>) -> Self {
        let chunk_bytes = (settings.chunk_ms() * u64::from(request.rate.hz()) / 1_000 * 2).max(2) as usize;
        Self {
            sink,
            clock: Clock::new(request.rate.hz()),
            waiting: Vec::with_capacity(chunk_bytes * 2),
            chunk_bytes,
            limit: settings.endpoint.limits.stall,
            flux: settings.is_flux(),
            spoke: Instant::now(),
            unanswered_ms: 0,
        }
    }

    async fn push(&mut self, block: &EarBlock) -> Result<(), Failure> {
        self.clock.sent(block.at_ms, block.samples.len());
        self.waiting.extend(block.samples.iter().flat_map(|sample| sample.to_le_bytes()));
        if block.voiced {
            self.unanswered_ms += call_model::FRAME_MS;
        }
        if self.waiting.len() < self.chunk_bytes {
            return Ok(());
        }
        self.flush().await
    }

    async fn flush(&mut self) -> Result<(), Failure> {
        let audio = Bytes::copy_from_slice(&self.waiting);
        self.waiting.clear();
        self.spoke = Instant::now();
        self.send(Message::Binary(audio)).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Failure> {
        let limit = self.limit;
        let sent = timeout(limit, self.sink.send(message)).await.map_err(|_| Failure::TimedOut { limit })?;
        sent.map_err(|_| Failure::Broken("the connection was cut"))
    }

    /// Somebody speaks, and nothing comes back.
    fn deaf(&self, most_ms: u64) -> Result<(), Failure> {
        let limit = Duration::from_millis(most_ms);
        if self.unanswered_ms > most_ms { Err(Failure::TimedOut { limit }) } else { Ok(()) }
    }

    /// v1 has a message for it; v2 wants audio.
    async fn sign_of_life(&mut self) -> Result<(), Failure> {
        if !self.flux {
            self.spoke = Instant::now();
            return self.send(Message::text(r#"{"type":"KeepAlive"}"#)).await;
        }
        self.clock.padded(self.chunk_bytes / 2);
        let padded = self.waiting.len() + self.chunk_bytes;
        self.waiting.resize(padded, 0);
        self.flush().await
    }

    /// The end of the audio. Failures show by what does not come back.
    async fn close(&mut self) {
        if !self.waiting.is_empty() {
            let _ = self.flush().await;
        }
        let _ = self.send(Message::text(r#"{"type":"CloseStream"}"#)).await;
    }

    /// Nobody listens any more.
    async fn hang_up(&mut self) {
        let _ = self.send(Message::text(r#"{"type":"CloseStream"}"#)).await;
        let _ = self.send(Message::Close(None)).await;
    }
}
