//! WebSockets to a provider (RFC 6455).

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::header::RETRY_AFTER;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::endpoint::ProviderError;
use super::failure::{Failure, retry_after};
use super::tls;

pub(super) trait Wire: AsyncRead + AsyncWrite + std::fmt::Debug + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + std::fmt::Debug + Send + Unpin> Wire for T {}

pub(super) type Socket = WebSocketStream<Box<dyn Wire>>;

/// The largest message: a minute of audio in base 64 at 24 kHz.
const MAX_MESSAGE: usize = 4 << 20;

/// Buffers small enough for hundreds of connections.
const BUFFER: usize = 4 << 10;

/// Where a WebSocket is opened, checked beforehand.
#[derive(Debug, Clone)]
pub(super) struct Address {
    request: Request,
    host: String,
    port: u16,
    tls: bool,
}

impl Address {
    /// Of `ws://` or `wss://`, with the key in the field of that name, after `prefix`.
    pub(super) fn new(
        url: &str,
        field: &'static str,
        prefix: &str,
        key: Option<&SecretString>,
    ) -> Result<Self, ProviderError> {
        let wrong = || ProviderError::Url { url: url.split('?').next().unwrap_or_default().to_owned() };
        let mut request = url.into_client_request().map_err(|_| wrong())?;
        if let Some(key) = key {
            let mut value =
                HeaderValue::from_str(&format!("{prefix}{}", key.expose_secret())).map_err(|_| ProviderError::Key)?;
            value.set_sensitive(true);
            request.headers_mut().insert(HeaderName::from_static(field), value);
        }
        let uri = request.uri();
        let tls = uri.scheme_str() == Some("wss");
        if !tls && uri.scheme_str() != Some("ws") {
            return Err(wrong());
        }
        let host = uri.host().ok_or_else(wrong)?.trim_matches(['[', ']']).to_owned();
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { request, host, port, tls })
    }

    /// Opens it.
    pub(super) async fn open(&self, limit: Duration) -> Result<Socket, Failure> {
        timeout(limit, self.connect()).await.unwrap_or(Err(Failure::TimedOut { limit }))
    }

    async fn connect(&self) -> Result<Socket, Failure> {
        let stream = TcpStream::connect((self.host.as_str(), self.port));
        let stream = stream.await.map_err(|_| Failure::Unreachable("no connection"))?;
        // It would only be slower.
        let _ = stream.set_nodelay(true);
        let wire: Box<dyn Wire> = if self.tls { Box::new(self.encrypt(stream).await?) } else { Box::new(stream) };
        let mut config = WebSocketConfig::default();
        config.read_buffer_size = BUFFER;
        config.write_buffer_size = 0;
        config.max_message_size = Some(MAX_MESSAGE);
        config.max_frame_size = Some(MAX_MESSAGE);
        let opened = client_async_with_config(self.request.clone(), wire, Some(config)).await;
        opened.map(|(socket, _)| socket).map_err(|error| explain(&error))
    }

    async fn encrypt(&self, stream: TcpStream) -> Result<impl Wire + use<>, Failure> {
        let config = tls::config().map_err(|_| Failure::Unreachable("TLS cannot be set up"))?;
        let name = ServerName::try_from(self.host.clone()).map_err(|_| Failure::Unreachable("no such server"))?;
        let encrypted = TlsConnector::from(Arc::clone(&config)).connect(name, stream).await;
        encrypted.map_err(|_| Failure::Unreachable("no TLS connection"))
    }
}

fn explain(error: &Error) -> Failure {
    match error {
        Error::Http(response) => {
            let wait = response.headers().get(RETRY_AFTER).and_then(|value| retry_after(value.to_str().ok()?));
            let body = response.body().as_deref().unwrap_or_default();
            Failure::of_status(response.status().as_u16(), wait, body)
        }
        _ => Failure::Unreachable("no WebSocket"),
    }
}

/// What came by a WebSocket, as far as it matters.
#[derive(Debug)]
pub(super) enum Incoming {
    Text(String),
    /// A sign of life.
    Other,
    /// The other side ends it.
    Closed,
}

/// Sorts what `next` of a socket gave.
pub(super) fn incoming(message: Option<Result<Message, Error>>) -> Incoming {
    match message {
        Some(Ok(Message::Text(text))) => Incoming::Text(text.as_str().to_owned()),
        Some(Ok(Message::Close(_)) | Err(_)) | None => Incoming::Closed,
        Some(Ok(_)) => Incoming::Other,
    }
}

/// Writes a value into a query (RFC 3986 section 2.3).
pub(super) fn escape(value: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
