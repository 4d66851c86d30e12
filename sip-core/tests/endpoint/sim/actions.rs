//! What tests do with the endpoints, and see of them.

use std::time::Instant;

use sip_core::{Account, Endpoint, Event, LegHandle, OutgoingCall};

use super::{A, B, Packet, Sim, addr, ms, name_addr, uri};

impl Sim {
    /// The packets with this label, from this address.
    pub fn sent(&self, from: &str, label: &str) -> Vec<Packet> {
        let from = addr(from);
        self.wire.iter().filter(|it| it.from == from && it.label() == label).cloned().collect()
    }

    /// When these packets were sent, in ms since the start.
    pub fn times(&self, from: &str, label: &str) -> Vec<u128> {
        self.sent(from, label).iter().map(|it| it.at.as_millis()).collect()
    }

    /// Everything on the wire, in order.
    pub fn labels(&self) -> Vec<String> {
        self.wire.iter().map(Packet::label).collect()
    }

    pub fn on<T>(&mut self, node: usize, action: impl FnOnce(&mut Endpoint, Instant) -> T) -> T {
        let now = self.now;
        let done = action(&mut self.nodes[node].endpoint, now);
        self.drain();
        done
    }

    /// A call from the first endpoint to the second, with an offer.
    pub fn call(&mut self) -> LegHandle {
        self.call_with(|_| {})
    }

    pub fn call_with(&mut self, change: impl FnOnce(&mut OutgoingCall)) -> LegHandle {
        let mut call = OutgoingCall::new(uri(&format!("sip:b@{B}")), name_addr(&format!("<sip:a@{A}>")));
        call.body = Some(sdp("offer"));
        change(&mut call);
        self.on(0, |endpoint, now| endpoint.invite(now, call)).unwrap()
    }

    /// The same, until it is answered and acknowledged.
    pub fn connected(&mut self) -> (LegHandle, LegHandle) {
        let caller = self.call();
        self.run(ms(50));
        let callee = self.nodes[1].calls().last().unwrap().leg;
        self.on(1, |endpoint, now| endpoint.accept(now, callee, sdp("answer"))).unwrap();
        self.run(ms(50));
        (caller, callee)
    }

    pub fn hangup(&mut self, node: usize, leg: LegHandle) {
        self.on(node, |endpoint, now| endpoint.hangup(now, leg));
    }

    /// The end of a leg: exactly one.
    pub fn end_of(&self, node: usize, leg: LegHandle) -> Event {
        assert_eq!(self.nodes[node].ended(leg), 1, "ends exactly once");
        let found = self.nodes[node].events.iter().find(|it| matches!(it, Event::Ended { leg: it, .. } if *it == leg));
        found.unwrap().clone()
    }

    pub fn set_accounts(&mut self, node: usize) {
        let accounts = vec![Account::from_password("anna", "callwright", "pw")];
        self.nodes[node].endpoint.set_accounts(accounts);
    }
}

pub fn sdp(text: &str) -> sip_core::Body {
    sip_core::Body::sdp(text.as_bytes().to_vec())
}
