//! WebSockets that somebody else has accepted and upgraded: the HTTP server of the house, where pages of its own connect.

use std::fmt;
use std::net::SocketAddr;

use sip_core::Protocol;
use tokio::io::{AsyncRead, AsyncWrite};

use super::command::Command;
use super::handle::{SipHandle, Stopped};

/// A byte stream in both directions.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// A connection on which WebSocket with the subprotocol `sip` (RFC 7118) has begun: the next byte is that of a frame.
pub struct AdoptedSocket {
    pub(crate) stream: Box<dyn Duplex>,
    pub(crate) protocol: Protocol,
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
}

impl AdoptedSocket {
    /// `secure`: the page speaks `wss`, whoever of us takes the encryption off. `local` and `remote` are the ends of the
    /// connection.
    pub fn new(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        secure: bool,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Self {
        let protocol = if secure { Protocol::Wss } else { Protocol::Ws };
        Self { stream: Box::new(stream), protocol, local, remote }
    }
}

impl fmt::Debug for AdoptedSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdoptedSocket").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}

impl SipHandle {
    /// Serves a WebSocket that was upgraded elsewhere like those of our own listeners, with their limits: it is closed
    /// when there are too many connections, or its source is banned.
    pub async fn adopt(&self, socket: AdoptedSocket) -> Result<(), Stopped> {
        self.tell(Command::Adopt(Box::new(socket))).await
    }
}
