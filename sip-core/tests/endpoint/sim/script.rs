//! A scripted peer: messages written by hand, and what came back.

use std::fmt::Write as _;

use bytes::Bytes;
use sip_core::Protocol;
use sip_core::message::{Message, Method, Request, Response};

use super::{B, Packet, Sim, addr};

impl Sim {
    /// Hands a message of a scripted peer to an endpoint.
    pub fn inject(&mut self, from: &str, node: usize, text: &str) {
        let (to, at) = (self.nodes[node].address, self.now - self.start);
        let data = Bytes::copy_from_slice(text.as_bytes());
        self.arrive(Packet { at, from: addr(from), to, protocol: Protocol::Udp, data }, None);
        self.drain();
    }

    /// What came for a scripted peer since the last time.
    pub fn received(&mut self, peer: &str) -> Vec<Message> {
        let peer = addr(peer);
        let (ours, rest) = std::mem::take(&mut self.strays).into_iter().partition(|packet| packet.to == peer);
        self.strays = rest;
        let ours: Vec<Packet> = ours;
        ours.iter().map(Packet::message).collect()
    }

    /// The requests among them, by method.
    pub fn requests(&mut self, peer: &str, method: &Method) -> Vec<Request> {
        let request = |message| match message {
            Message::Request(request) if request.method == *method => Some(request),
            _ => None,
        };
        self.received(peer).into_iter().filter_map(request).collect()
    }

    pub fn responses(&mut self, peer: &str) -> Vec<Response> {
        let response = |message| match message {
            Message::Response(response) => Some(response),
            Message::Request(_) => None,
        };
        self.received(peer).into_iter().filter_map(response).collect()
    }
}

/// A response of a scripted peer to a request that it got.
pub fn respond(request: &Request, status: &str, tag: &str, extra: &str) -> String {
    use sip_core::message::HeaderName as H;
    let mut text = format!("SIP/2.0 {status}\r\n");
    for name in [H::Via, H::RecordRoute, H::From, H::CallId, H::CSeq] {
        for value in request.headers.get_all(&name) {
            let _ = write!(text, "{name}: {value}\r\n");
        }
    }
    let to = request.headers.to().unwrap();
    let to = if to.tag().is_none() && !tag.is_empty() { to.with_tag(tag) } else { to };
    format!("{text}To: {to}\r\n{extra}Content-Length: 0\r\n\r\n")
}

/// A request of a scripted peer.
pub struct Script<'a> {
    pub method: &'a str,
    pub branch: &'a str,
    pub to_tag: &'a str,
    pub cseq: u32,
    pub extra: &'a str,
    pub body: &'a str,
}

impl Default for Script<'_> {
    fn default() -> Self {
        Self { method: "INVITE", branch: "z9hG4bKscript", to_tag: "", cseq: 1, extra: "", body: "" }
    }
}

/// The scripted peer's address.
pub const PEER: &str = "198.51.100.7:5060";

impl Script<'_> {
    pub fn text(&self) -> String {
        let Script { method, branch, to_tag, cseq, extra, body } = self;
        let tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
        let typed =
            if body.is_empty() || extra.contains("Content-Type") { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "{method} sip:b@{B} SIP/2.0\r\nVia: SIP/2.0/UDP {PEER};branch={branch};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:peer@{PEER}>;tag=peer\r\nTo: <sip:b@{B}>{tag}\r\nCall-ID: script\r\nCSeq: {cseq} {method}\r\n\
             Contact: <sip:peer@{PEER}>\r\n{extra}{typed}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}
