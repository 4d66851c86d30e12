//! SIP by hand: bytes out, messages in, and a telephone's RTP beside them.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sip_core::message::{HeaderName, Limits, Message, Request, Response, parse_datagram};
use tokio::net::UdpSocket;

use crate::wait;

/// A socket that speaks SIP over UDP to one server.
pub struct Wire {
    socket: UdpSocket,
    server: SocketAddr,
}

/// A number that has not been used in this test, for branches, tags and Call-IDs.
pub fn fresh() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Wire {
    /// A socket beside the server.
    pub async fn to(server: &str) -> Self {
        let server: SocketAddr = server.parse().unwrap();
        let socket = UdpSocket::bind((server.ip(), 0)).await.unwrap();
        Self { socket, server }
    }

    /// A socket at another address of this machine, such as 127.0.0.9: a stranger.
    pub async fn at(address: &str, server: &str) -> Self {
        let address: std::net::IpAddr = address.parse().unwrap();
        let socket = UdpSocket::bind((address, 0)).await.unwrap();
        Self { socket, server: server.parse().unwrap() }
    }

    /// Where it is.
    pub fn local(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    /// Where the server is.
    pub const fn server(&self) -> SocketAddr {
        self.server
    }

    /// Sends bytes.
    pub async fn send(&self, bytes: &[u8]) {
        self.socket.send_to(bytes, self.server).await.unwrap();
    }

    /// The next message that can be read.
    pub async fn receive(&self) -> Message {
        loop {
            if let Some(message) = self.read().await {
                return message;
            }
        }
    }

    /// The next message within a time; `None`: there is none.
    pub async fn receive_within(&self, time: Duration) -> Option<Message> {
        tokio::time::timeout(time, self.read()).await.ok().flatten()
    }

    async fn read(&self) -> Option<Message> {
        parse_datagram(&self.datagram().await, &Limits::default()).ok()
    }

    /// The next datagram, whether it can be read or not: a refusal may repeat the fault that it refuses.
    pub async fn datagram(&self) -> Vec<u8> {
        let mut buffer = vec![0; 65_536];
        let (length, _) = wait::done("the server says something", self.socket.recv_from(&mut buffer)).await.unwrap();
        buffer.truncate(length);
        buffer
    }

    /// The final response to what has this Call-ID; what else comes is passed over.
    pub async fn final_response(&self, call_id: &str) -> Response {
        loop {
            if let Message::Response(response) = self.receive().await
                && response.status.code() >= 200
                && response.headers.call_id() == Some(call_id)
            {
                return response;
            }
        }
    }

    /// The next request.
    pub async fn request(&self) -> Request {
        loop {
            if let Message::Request(request) = self.receive().await {
                return request;
            }
        }
    }

    /// A request with the headers that every request needs, and its Call-ID. `extra` are whole lines, each with its
    /// line end; the body's length is added.
    pub fn compose(&self, method: &str, uri: &str, extra: &str, body: &str) -> (String, String) {
        let (id, local) = (fresh(), self.local());
        let call_id = format!("call-{id}@wire");
        let text = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK-wire-{id};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:tester@{local}>;tag=from-{id}\r\nTo: <{uri}>\r\nCall-ID: {call_id}\r\nCSeq: 1 {method}\r\n\
             Contact: <sip:tester@{local}>\r\n{extra}Content-Length: {}\r\n\r\n{body}",
            body.len(),
        );
        (text, call_id)
    }

    /// Sends a composed request and gives its final response; an INVITE's is acknowledged.
    pub async fn ask(&self, method: &str, uri: &str, extra: &str, body: &str) -> Response {
        let (text, call_id) = self.compose(method, uri, extra, body);
        self.ask_with(&text, &call_id).await
    }

    /// Sends a request and gives its final response; an INVITE's is acknowledged.
    pub async fn ask_with(&self, text: &str, call_id: &str) -> Response {
        self.send(text.as_bytes()).await;
        let response = self.final_response(call_id).await;
        if text.starts_with("INVITE") && response.status.code() >= 300 {
            self.send(ack(text, &response).as_bytes()).await;
        }
        response
    }
}

/// The ACK to a refusal: the same Request-URI, Via, From, Call-ID and CSeq number, and the To of the response.
fn ack(invite: &str, response: &Response) -> String {
    let line = |name: &str| invite.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    let uri = invite.split(' ').nth(1).unwrap_or_default();
    let to = response.headers.get(&HeaderName::To).unwrap_or_default();
    format!(
        "ACK {uri} SIP/2.0\r\n{}\r\nMax-Forwards: 70\r\n{}\r\nTo: {to}\r\n{}\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
        line("Via:"),
        line("From:"),
        line("Call-ID:"),
    )
}

/// An offer of G.711 A at this address.
pub fn offer(rtp: SocketAddr, direction: &str) -> String {
    let family = if rtp.is_ipv4() { "IP4" } else { "IP6" };
    format!(
        "v=0\r\no=tester 1 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n\
         a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na={direction}\r\n",
        ip = rtp.ip(),
        port = rtp.port(),
    )
}
