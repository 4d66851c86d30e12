//! When to answer along the flow in place of the Contact's address.
//!
//! RFC 3261 sends requests inside of a dialog to the Contact. A client behind a NAT writes an address there that nobody
//! outside can reach; whether it did shows when the address it gives differs from the one it came from.

use std::net::IpAddr;

use crate::flow::{Flow, Protocol};
use crate::message::{Host, Uri, Via};

/// The callee's question, of an INVITE that came straight from the client.
pub(super) fn callee_should_pin(contact: &Uri, via: &Via, flow: Flow) -> bool {
    if caller_should_pin(contact, flow) {
        return true;
    }
    // The client names itself in Via and Contact by the same address, and came from another one.
    let remote = flow.remote.ip();
    let unaware = via.sent_by.host.ip().is_some_and(|own| own != remote);
    unaware && contact.host.equivalent(&via.sent_by.host)
}

/// The question of either end, when nothing but the Contact and the flow is known.
pub(super) fn caller_should_pin(contact: &Uri, flow: Flow) -> bool {
    if matches!(flow.protocol, Protocol::Ws | Protocol::Wss) {
        return true;
    }
    let remote = flow.remote.ip();
    match contact.host.ip() {
        // RFC 7118 has browsers write names that cannot be resolved.
        None => matches!(&contact.host, Host::Name(name) if name.ends_with(".invalid")),
        // The connection is there: no need for a second one.
        Some(own) if own == remote => flow.connection.is_some(),
        Some(own) => is_private(own) && !is_private(remote),
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            // The last is the range of carriers' NATs (RFC 6598).
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::flow::ConnectionId;

    fn pins(contact: &str, via: &str, remote: &str) -> bool {
        let flow = Flow::udp("198.51.100.1:5060".parse().unwrap(), remote.parse().unwrap());
        callee_should_pin(&Uri::parse(contact).unwrap(), &Via::parse(via).unwrap(), flow)
    }

    #[test]
    fn clients_behind_a_nat_are_answered_along_the_flow() {
        let via = "SIP/2.0/UDP 192.168.1.5:5060;branch=z9hG4bK1;rport";
        assert!(pins("sip:a@192.168.1.5:5060", via, "203.0.113.9:40000"));
        assert!(pins("sip:a@abc.invalid", via, "203.0.113.9:40000"));
        // A provider's farm: the Contact is another public machine.
        assert!(!pins("sip:a@203.0.113.77", "SIP/2.0/UDP 203.0.113.9:5060;branch=z9hG4bK1", "203.0.113.9:5060"));
        assert!(!pins("sip:a@pbx.example.com", via, "203.0.113.9:40000"));
        // The local network.
        assert!(!pins("sip:a@192.168.1.5:5060", via, "192.168.1.5:5060"));
    }

    #[test]
    fn an_open_connection_is_used() {
        let flow = Flow::connected(
            Protocol::Tcp,
            "198.51.100.1:5060".parse().unwrap(),
            "203.0.113.9:40000".parse().unwrap(),
            ConnectionId(1),
        );
        assert!(caller_should_pin(&Uri::parse("sip:a@203.0.113.9:5060;transport=tcp").unwrap(), flow));
    }
}
