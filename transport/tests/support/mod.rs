//! A SIP task to talk to, and a stream to talk to it by.
#![allow(dead_code, reason = "not every test needs everything")]

pub mod calls;
pub mod certificates;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use sip_core::{Event, IncomingCall, Protocol};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use transport::sip::{Listen, SipConfig, SipCounters, SipHandle, SipTransport};

/// Only against waiting for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// Any port of 127.0.0.1.
pub fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

/// A running SIP task.
pub struct Node {
    pub handle: SipHandle,
    pub events: mpsc::Receiver<Event>,
}

impl Node {
    /// Starts one on free ports of loopback, unless the configuration says where.
    pub async fn start(mut config: SipConfig) -> Self {
        if config.listen == SipConfig::default().listen {
            config.listen = vec![Listen::udp(loopback()), Listen::tcp(loopback())];
        }
        let (handle, events) = SipTransport::start(config).await.expect("it starts");
        Self { handle, events }
    }

    /// Where it listens.
    pub fn address(&self, protocol: Protocol) -> SocketAddr {
        let mut listeners = self.handle.listeners().iter();
        listeners.find(|listener| listener.protocol == protocol).expect("a listener").local
    }

    /// Passes over events until one is as wanted.
    pub async fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Event {
        loop {
            let event = timeout(PATIENCE, self.events.recv()).await.expect("an event in time").expect("it runs");
            if wanted(&event) {
                return event;
            }
        }
    }

    /// The next call that comes in.
    pub async fn incoming(&mut self) -> IncomingCall {
        match self.until(|event| matches!(event, Event::IncomingCall(_))).await {
            Event::IncomingCall(call) => *call,
            _ => unreachable!("the event was chosen so"),
        }
    }

    /// Waits until the counters are as wanted.
    pub async fn until_counted(&self, wanted: impl Fn(SipCounters) -> bool) {
        let counted = async {
            while !wanted(self.handle.counters()) {
                tokio::task::yield_now().await;
            }
        };
        let counters = || self.handle.counters();
        assert!(timeout(PATIENCE, counted).await.is_ok(), "{:?}", counters());
    }
}

/// A connection that speaks plain bytes.
pub struct Stream {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Stream {
    pub async fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.expect("a connection"), read: Vec::new() }
    }

    pub async fn send(&mut self, data: &[u8]) {
        self.stream.write_all(data).await.expect("it stands");
    }

    async fn read_some(&mut self) -> usize {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.read)).await.expect("something in time");
        read.unwrap_or(0)
    }

    /// The next so many bytes.
    pub async fn bytes(&mut self, count: usize) -> Vec<u8> {
        while self.read.len() < count {
            assert!(self.read_some().await > 0, "the connection is closed");
        }
        self.read.drain(..count).collect()
    }

    /// The next message without a body.
    pub async fn message(&mut self) -> String {
        loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                let message = self.read.drain(..end + 4).collect();
                return String::from_utf8(message).expect("UTF-8");
            }
            assert!(self.read_some().await > 0, "the connection is closed");
        }
    }

    pub async fn until_closed(&mut self) {
        while self.read_some().await > 0 {}
    }
}

/// A request without a body, in a transaction and call of its own for each number.
pub fn request(method: &str, number: u32) -> String {
    format!(
        "{method} sip:b@127.0.0.1 SIP/2.0\r\n\
         Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK-{method}-{number};rport\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:a@127.0.0.1>;tag=a{number}\r\n\
         To: <sip:b@127.0.0.1>\r\n\
         Call-ID: {number}@127.0.0.1\r\n\
         CSeq: {number} {method}\r\n\
         Contact: <sip:a@127.0.0.1:9;transport=tcp>\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

/// An OPTIONS, which the endpoint answers by itself.
pub fn options(number: u32) -> String {
    request("OPTIONS", number)
}
