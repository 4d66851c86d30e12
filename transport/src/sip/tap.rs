//! Whoever wants to see the messages that pass: for metrics, captures and the like.

use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use sip_core::message::Message;
use sip_core::{Flow, Listener, Protocol, Target};

use super::task::Task;

/// A message that passes.
#[derive(Debug, Clone, Copy)]
pub struct Passing<'a> {
    /// It comes in; else it goes out.
    pub inbound: bool,
    /// By what.
    pub protocol: Protocol,
    /// Our address.
    pub local: SocketAddr,
    /// The other's.
    pub remote: SocketAddr,
    /// The message, with everything that it says. One that came by a stream is written anew from what was read.
    pub data: &'a [u8],
}

/// Is shown every message that is listened to and every one that is sent. It is asked on the SIP task: it must neither
/// wait nor take long.
pub trait MessageTap: Send + Sync + Debug {
    /// A message passes.
    fn saw(&self, message: &Passing<'_>);
}

impl Task {
    /// Shows a datagram.
    pub(super) fn show(&self, flow: Flow, data: &[u8]) {
        let Some(tap) = &self.tap else { return };
        tap.saw(&Passing { inbound: true, protocol: flow.protocol, local: flow.local, remote: flow.remote, data });
    }

    /// Shows a message that came by a stream.
    pub(super) fn show_message(&self, flow: Flow, message: &Message) {
        if self.tap.is_some() {
            self.show(flow, &message.to_bytes());
        }
    }

    /// Shows what is about to be sent.
    pub(super) fn show_sent(&self, target: Target, data: &[u8]) {
        let Some(tap) = &self.tap else { return };
        let of_its_kind = |it: &&Listener| it.protocol == target.protocol;
        let bound = || self.endpoint.config().listeners.iter().find(of_its_kind).map(|listener| listener.local);
        let nowhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
        let local = target.local.or_else(bound).unwrap_or(nowhere);
        tap.saw(&Passing { inbound: false, protocol: target.protocol, local, remote: target.remote, data });
    }
}
