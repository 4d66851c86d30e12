//! SIP over WebSocket (RFC 7118), plain or inside TLS: one message in each frame.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use sip_core::Flow;
use sip_core::message::{self, ParseErrorKind, parse_datagram};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

use super::config::WebConfig;
use super::connection::{End, Input, Shared, WriteQueue};

/// The name of SIP among the protocols over WebSocket (RFC 7118 section 4.1).
const SUBPROTOCOL: &str = "sip";

/// Serves a connection that was accepted, from the upgrade to its end.
pub(crate) async fn run<S>(flow: Flow, stream: S, queue: WriteQueue, shared: &Shared) -> End
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = frames(shared);
    #[expect(clippy::result_large_err, reason = "the library's own type")]
    let check = |request: &Request, response: Response| upgrade(&shared.web, request, response);
    let upgrade = accept_hdr_async_with_config(Watched { stream, since: None }, check, Some(config));
    match timeout(shared.limits.handshake_timeout, upgrade).await {
        Ok(Ok(socket)) => Session::new(flow, socket, shared).run(queue).await,
        _ => End::Expelled,
    }
}

/// Serves a connection whose upgrade is over, to its end.
pub(crate) async fn run_upgraded<S>(flow: Flow, stream: S, queue: WriteQueue, shared: &Shared) -> End
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let watched = Watched { stream, since: None };
    let socket = WebSocketStream::from_raw_socket(watched, Role::Server, Some(frames(shared))).await;
    Session::new(flow, socket, shared).run(queue).await
}

/// How large frames may be: as large as messages.
fn frames(shared: &Shared) -> WebSocketConfig {
    let most = shared.parsing.max_message;
    WebSocketConfig::default()
        .read_buffer_size(4_096)
        .write_buffer_size(0)
        .max_message_size(Some(most))
        .max_frame_size(Some(most))
}

/// Whether the upgrade that is asked for is one that we serve.
#[expect(clippy::result_large_err, reason = "the library's own type")]
fn upgrade(config: &WebConfig, request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let refuse = |status: StatusCode, why: &str| {
        let mut refusal = ErrorResponse::new(Some(why.to_owned()));
        *refusal.status_mut() = status;
        Err(refusal)
    };
    if request.uri().path() != config.path {
        return refuse(StatusCode::NOT_FOUND, "SIP is served elsewhere");
    }
    let offered = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let mut offered = offered.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    if !offered.any(|name| name.trim() == SUBPROTOCOL) {
        return refuse(StatusCode::BAD_REQUEST, "the subprotocol \"sip\" is required (RFC 7118)");
    }
    // Programs send no origin; browsers always do.
    if let Some(origin) = request.headers().get(header::ORIGIN)
        && !config.allows(origin.to_str().unwrap_or_default())
    {
        return refuse(StatusCode::FORBIDDEN, "pages of this origin may not connect");
    }
    response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    Ok(response)
}

/// Why the loop woke up.
enum Wake {
    Frame(Option<Result<Message, Error>>),
    ToSend(Option<Bytes>),
    Time,
}

struct Session<'a, S> {
    flow: Flow,
    socket: WebSocketStream<Watched<S>>,
    shared: &'a Shared,
    /// The first message must have come by then.
    begin_by: Option<Instant>,
    heard: Instant,
    next_ping: Instant,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Session<'a, S> {
    fn new(flow: Flow, mut socket: WebSocketStream<Watched<S>>, shared: &'a Shared) -> Self {
        let now = Instant::now();
        socket.get_mut().since = None;
        let begin_by = Some(now + shared.limits.message_timeout);
        Self { flow, socket, shared, begin_by, heard: now, next_ping: now + shared.web.ping }
    }

    async fn run(mut self, mut queue: WriteQueue) -> End {
        loop {
            let deadline = self.deadline();
            let wake = tokio::select! {
                frame = self.socket.next() => Wake::Frame(frame),
                data = queue.receiver.recv() => Wake::ToSend(data),
                () = tokio::time::sleep_until(deadline.into()) => Wake::Time,
            };
            let go_on = match wake {
                Wake::Frame(Some(Ok(frame))) => self.take(frame).await,
                Wake::Frame(None | Some(Err(Error::ConnectionClosed | Error::Io(_)))) => Err(End::Ordinary),
                Wake::Frame(Some(Err(_))) => Err(End::Expelled),
                Wake::ToSend(Some(data)) => self.send(frame_of(data)).await,
                Wake::ToSend(None) => {
                    let _ = timeout(self.shared.limits.write_timeout, self.socket.close(None)).await;
                    Err(End::Ordinary)
                }
                Wake::Time => self.time_is_up().await,
            };
            if let Err(end) = go_on {
                return end;
            }
        }
    }

    fn whole_by(&self) -> Option<Instant> {
        self.socket.get_ref().since.map(|since| since + self.shared.limits.message_timeout)
    }

    /// When to look again. A frame may begin at any time while it is waited: that is noticed at the next look.
    fn deadline(&self) -> Instant {
        let look = Instant::now() + self.shared.limits.message_timeout / 4;
        [self.begin_by, self.whole_by(), Some(look)].into_iter().flatten().fold(self.next_ping, Instant::min)
    }

    /// A ping keeps the way open; browsers answer it by themselves.
    async fn time_is_up(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if [self.begin_by, self.whole_by()].into_iter().flatten().any(|by| now >= by) {
            return Err(End::Expelled);
        }
        if now < self.next_ping {
            return Ok(());
        }
        if now.saturating_duration_since(self.heard) >= self.shared.web.ping * 2 {
            return Err(End::Dead);
        }
        self.next_ping = now + self.shared.web.ping;
        self.send(Message::Ping(Bytes::new())).await
    }

    async fn send(&mut self, frame: Message) -> Result<(), End> {
        match timeout(self.shared.limits.write_timeout, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Ordinary),
            Err(_) => Err(End::Expelled),
        }
    }

    /// A whole frame came.
    async fn take(&mut self, frame: Message) -> Result<(), End> {
        self.socket.get_mut().since = None;
        self.heard = Instant::now();
        let data: Bytes = match frame {
            Message::Text(text) => text.into(),
            Message::Binary(data) => data,
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(()),
            Message::Close(_) => return Err(End::Ordinary),
        };
        let message = parse_datagram(&data, &self.shared.parsing);
        if message.as_ref().is_err_and(|error| error.kind == ParseErrorKind::Empty) {
            self.shared.counting.keep_alives.increment();
            return self.send(Message::text("\r\n")).await;
        }
        self.begin_by = None;
        let is_response = matches!(message, Ok(message::Message::Response(_)));
        self.shared.wait_for_turn(self.flow.remote.ip(), is_response).await?;
        let input = Input::Message { flow: self.flow, message: Box::new(message) };
        self.shared.inputs.send(input).await.map_err(|_| End::Ordinary)
    }
}

/// Text where it is text, as browsers expect it.
fn frame_of(data: Bytes) -> Message {
    match data.clone().try_into() {
        Ok(text) => Message::Text(text),
        Err(_) => Message::Binary(data),
    }
}

/// A stream that notes when something began to come.
struct Watched<S> {
    stream: S,
    /// Since when something comes that is not whole; reset by whoever takes what is.
    since: Option<Instant>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.since.get_or_insert_with(Instant::now);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
