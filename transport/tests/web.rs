//! SIP over WebSocket on loopback (RFC 7118): a browser by hand.

use crate::support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use sip_core::message::StatusCode;
use sip_core::{Body, EndReason, Protocol};
use support::calls::{ended, outgoing, uri};
use support::certificates::Authority;
use support::{Node, loopback, options};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use transport::sip::{AdoptedSocket, Listen, SipConfig, SipLimits, WebConfig};

const PATIENCE: Duration = Duration::from_secs(30);

fn config() -> SipConfig {
    SipConfig { listen: vec![Listen::udp(loopback()), Listen::ws(loopback())], ..SipConfig::default() }
}

/// What a page would write.
struct Upgrade {
    path: &'static str,
    subprotocol: Option<&'static str>,
    origin: Option<&'static str>,
}

const GOOD: Upgrade = Upgrade { path: "/sip", subprotocol: Some("sip"), origin: Some("https://desk.example") };

/// A page with a SIP library.
struct Browser<S> {
    socket: WebSocketStream<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Browser<S> {
    async fn open(stream: S, upgrade: &Upgrade) -> Result<Self, u16> {
        let mut request = format!("ws://localhost{}", upgrade.path).into_client_request().expect("a request");
        let mut set = |name: &'static str, value: Option<&str>| {
            if let Some(value) = value {
                request.headers_mut().insert(name, value.parse().expect("a value"));
            }
        };
        set("Sec-WebSocket-Protocol", upgrade.subprotocol);
        set("Origin", upgrade.origin);
        match client_async(request, stream).await {
            Ok((socket, response)) => {
                assert_eq!(response.headers()["Sec-WebSocket-Protocol"], "sip");
                Ok(Self { socket })
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    async fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("it stands");
    }

    /// The next message: one frame of text.
    async fn message(&mut self) -> String {
        loop {
            let frame = timeout(PATIENCE, self.socket.next()).await.expect("a frame in time").expect("it stands");
            match frame.expect("it stands") {
                Message::Text(text) => return text.to_string(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn until_closed(&mut self) {
        while let Some(Ok(_)) = timeout(PATIENCE, self.socket.next()).await.expect("an end in time") {}
    }

    /// A call that we end: everything goes by the one connection, as nobody can resolve the browser's names.
    async fn call(&mut self, node: &mut Node, via: &str) {
        self.send(&from_browser("INVITE", via, 1, "", "offer")).await;
        let incoming = node.incoming().await;
        assert_eq!(incoming.offer.as_ref().map(|offer| &offer.data[..]), Some(&b"offer"[..]));
        node.handle.ring(incoming.leg, StatusCode::RINGING, None).await.expect("it rings");
        node.handle.accept(incoming.leg, Body::sdp("answer")).await.expect("accepted");
        let answer = loop {
            let message = self.message().await;
            if message.starts_with("SIP/2.0 200") {
                break message;
            }
            assert!(message.starts_with("SIP/2.0 1"), "{message}");
        };
        assert!(answer.contains("transport=ws") && answer.ends_with("answer"), "{answer}");
        let tag = answer.split(";tag=").nth(2).expect("a tag").split("\r\n").next().expect("a line");
        self.send(&from_browser("ACK", via, 1, &format!(";tag={tag}"), "")).await;
        node.until(|event| matches!(event, sip_core::Event::Confirmed { .. })).await;
        node.handle.hangup(incoming.leg).await.expect("running");
        let bye = self.message().await;
        assert!(bye.starts_with("BYE sip:anna@df7jal23ls0d.invalid;transport=ws SIP/2.0\r\n"), "{bye}");
        assert!(bye.contains(&format!("Via: SIP/2.0/{via} ")), "{bye}");
        self.send(&answer_to(&bye)).await;
        assert_eq!(ended(node, incoming.leg).await, EndReason::Bye);
    }
}

async fn browser(node: &Node) -> Browser<TcpStream> {
    let stream = TcpStream::connect(node.address(Protocol::Ws)).await.expect("a connection");
    Browser::open(stream, &GOOD).await.expect("an upgrade")
}

fn from_browser(method: &str, via: &str, number: u32, to_tag: &str, body: &str) -> String {
    let length = body.len();
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "{method} sip:b@callwright.example SIP/2.0\r\n\
         Via: SIP/2.0/{via} df7jal23ls0d.invalid;branch=z9hG4bK{method}{number}\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:anna@callwright.example>;tag=x{number}\r\n\
         To: <sip:b@callwright.example>{to_tag}\r\n\
         Call-ID: web-{number}\r\n\
         CSeq: {number} {method}\r\n\
         Contact: <sip:anna@df7jal23ls0d.invalid;transport=ws>\r\n\
         {kind}Content-Length: {length}\r\n\r\n{body}"
    )
}

fn answer_to(request: &str) -> String {
    let copied = |line: &&str| ["Via", "From", "To", "Call-ID", "CSeq"].iter().any(|name| line.starts_with(name));
    let lines: Vec<_> = request.split("\r\n").filter(copied).collect();
    format!("SIP/2.0 200 OK\r\n{}\r\nContent-Length: 0\r\n\r\n", lines.join("\r\n"))
}

#[tokio::test]
async fn a_call_over_websocket() {
    let mut node = Node::start(config()).await;
    browser(&node).await.call(&mut node, "WS").await;
    assert_eq!(node.handle.counters().malformed, 0);
}

#[tokio::test]
async fn a_call_over_secure_websocket() {
    let authority = Authority::new();
    let tls = Some(authority.settings(vec![authority.sign("c", &["callee.example"])]));
    let listen = vec![Listen::udp(loopback()), Listen::wss(loopback())];
    let mut node = Node::start(SipConfig { listen, tls, ..SipConfig::default() }).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.ca()).expect("a CA")).expect("a CA");
    let client = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots);
    let mut client = client.with_no_client_auth();
    // As browsers do.
    client.alpn_protocols = vec![b"http/1.1".to_vec()];
    let stream = TcpStream::connect(node.address(Protocol::Wss)).await.expect("a connection");
    let name = ServerName::try_from("callee.example").expect("a name");
    let stream = TlsConnector::from(Arc::new(client)).connect(name, stream).await.expect("a handshake");
    Browser::open(stream, &GOOD).await.expect("an upgrade").call(&mut node, "WSS").await;
}

#[tokio::test]
async fn a_browser_is_called_along_its_connection() {
    let mut node = Node::start(config()).await;
    let mut browser = browser(&node).await;
    browser.send(&from_browser("INVITE", "WS", 1, "", "offer")).await;
    let flow = node.incoming().await.flow;
    assert_eq!(flow.protocol, Protocol::Ws);
    let mut call = outgoing(uri("sip:anna@df7jal23ls0d.invalid;transport=ws"));
    call.via_flow = Some(flow);
    node.handle.invite(call).await.expect("placed");
    let invite = loop {
        let message = browser.message().await;
        if message.starts_with("INVITE") {
            break message;
        }
    };
    assert!(invite.starts_with("INVITE sip:anna@df7jal23ls0d.invalid;transport=ws SIP/2.0\r\n"), "{invite}");
    // Without its connection there is no way to it.
    drop(browser);
    node.until_counted(|counters| counters.connections == 0).await;
    let mut call = outgoing(uri("sip:anna@df7jal23ls0d.invalid;transport=ws"));
    call.via_flow = Some(flow);
    let leg = node.handle.invite(call).await.expect("placed");
    assert_eq!(ended(&mut node, leg).await, EndReason::TransportFailed);
}

#[tokio::test]
async fn upgrades_that_are_not_for_sip_are_refused() {
    let web = WebConfig { origins: vec!["https://desk.example".into()], ..WebConfig::default() };
    let node = Node::start(SipConfig { web, ..config() }).await;
    let address = node.address(Protocol::Ws);
    let open = |upgrade: Upgrade| async move {
        let stream = TcpStream::connect(address).await.expect("a connection");
        Browser::open(stream, &upgrade).await.err()
    };
    assert_eq!(open(Upgrade { path: "/", ..GOOD }).await, Some(404));
    assert_eq!(open(Upgrade { subprotocol: None, ..GOOD }).await, Some(400));
    assert_eq!(open(Upgrade { subprotocol: Some("mqtt"), ..GOOD }).await, Some(400));
    assert_eq!(open(Upgrade { origin: Some("https://evil.example"), ..GOOD }).await, Some(403));
    assert_eq!(open(Upgrade { origin: None, ..GOOD }).await, None, "a program");
    assert_eq!(open(Upgrade { subprotocol: Some("mqtt, sip"), ..GOOD }).await, None);
    node.until_counted(|counters| counters.connections == 0).await;
}

#[tokio::test]
async fn frames_are_text_or_binary_and_line_breaks_are_answered() {
    let node = Node::start(config()).await;
    let mut browser = browser(&node).await;
    browser.socket.send(Message::binary(options(1))).await.expect("it stands");
    assert!(browser.message().await.contains("CSeq: 1 OPTIONS"));
    browser.send("\r\n\r\n").await;
    assert_eq!(browser.message().await, "\r\n");
    // What is no SIP does not spoil the next frame.
    browser.send("hello").await;
    browser.send(&options(2)).await;
    assert!(browser.message().await.contains("CSeq: 2 OPTIONS"));
    let counters = node.handle.counters();
    assert_eq!((counters.malformed, counters.keep_alives), (1, 1));
}

#[tokio::test]
async fn browsers_that_are_too_large_slow_or_silent_are_sent_away() {
    let limits = SipLimits {
        handshake_timeout: Duration::from_millis(300),
        message_timeout: Duration::from_millis(300),
        ..SipLimits::default()
    };
    let node = Node::start(SipConfig { limits, ..config() }).await;
    let mut large = browser(&node).await;
    large.socket.send(Message::binary(vec![b'x'; 200_000])).await.expect("it stands");
    large.until_closed().await;
    browser(&node).await.until_closed().await;
    let mut empty = browser(&node).await;
    empty.send("\r\n\r\n").await;
    assert_eq!(empty.message().await, "\r\n");
    empty.until_closed().await;
    let mut slow = browser(&node).await;
    slow.send(&options(1)).await;
    slow.message().await;
    // The first bytes of a frame of 100.
    slow.socket.get_mut().write_all(&[0x81, 0xE4, 1, 2, 3, 4, b'x']).await.expect("it stands");
    slow.until_closed().await;
    let address: SocketAddr = node.address(Protocol::Ws);
    let mut half = support::Stream::connect(address).await;
    half.send(b"GET /sip HTTP/1.1\r\nHost: x\r\n").await;
    half.until_closed().await;
    node.until_counted(|counters| counters.connections == 0 && counters.expelled == 5).await;
}

/// It pongs for as long as it lives.
#[tokio::test]
async fn a_browser_that_answers_no_ping_is_dead() {
    let web = WebConfig { ping: Duration::from_millis(100), ..WebConfig::default() };
    let node = Node::start(SipConfig { web, ..config() }).await;
    let mut browser = browser(&node).await;
    browser.send(&options(1)).await;
    browser.message().await;
    // Nobody reads, so that nobody answers.
    node.until_counted(|counters| counters.dead_flows == 1 && counters.connections == 0).await;
}

/// A page of the console: the HTTP server has upgraded its connection, and everything else is as with a listener of ours.
#[tokio::test]
async fn a_socket_that_was_upgraded_elsewhere_carries_calls() {
    let mut node = Node::start(SipConfig { listen: vec![Listen::udp(loopback())], ..SipConfig::default() }).await;
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let (local, remote) = ("127.0.0.1:8080".parse().expect("one"), "127.0.0.1:50000".parse().expect("one"));
    node.handle.adopt(AdoptedSocket::new(ours, false, local, remote)).await.expect("running");
    let socket = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    let mut browser = Browser { socket };
    browser.call(&mut node, "WS").await;
    drop(browser);
    while node.handle.counters().connections > 0 {
        tokio::task::yield_now().await;
    }
}
