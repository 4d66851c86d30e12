//! The address that we give to others.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use super::Finding;
use crate::config::Config;

/// What was found, and what it was found by.
pub(crate) struct Address {
    /// What was found.
    pub finding: Finding,
    /// The address that packets to the outside carry; `None`: there is no way to the outside.
    pub ours: Option<IpAddr>,
}

/// Whether others reach us at the address that we give.
pub(crate) fn address(config: &Config) -> Address {
    let Some(ours) = towards_outside() else {
        let advice = "set the default route; calls inside of this machine work without";
        return Address { finding: Finding::warning("address", "there is no way to the outside", advice), ours: None };
    };
    let told = config.media.advertised;
    let private = is_private(ours);
    let finding = match (&config.sip.advertised, told) {
        (None, None) if private => Finding::warning(
            "address",
            format!("we give {ours}, which is private, as our address"),
            "fine inside of your own network or with a carrier that corrects it; else set `sip.advertised` and `media.advertised`",
        ),
        (None, None) => Finding::ok("address", format!("we give {ours}, the interface's own")),
        (Some(sip), None) if private => Finding::warning(
            "address",
            format!("signalling gives {sip}, and sound the private {ours}"),
            "set `media.advertised` too: callers would send their sound into nowhere",
        ),
        (None, Some(media)) => Finding::warning(
            "address",
            format!("sound gives {media}, and signalling {ours}"),
            "set `sip.advertised` too: answers to our requests would not come back",
        ),
        (Some(sip), _) => Finding::ok("address", format!("signalling gives {sip}, sound {}", told.unwrap_or(ours))),
    };
    Address { finding, ours: Some(ours) }
}

/// The address that packets to the outside carry. Connecting a UDP socket sends nothing: it only asks the routing table.
fn towards_outside() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address for documentation (RFC 5737).
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn is_private(address: IpAddr) -> bool {
    match address {
        // 100.64.0.0/10 is a carrier's own NAT (RFC 6598).
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            address.is_private() || address.is_link_local() || (first == 100 && second & 0xc0 == 64)
        }
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    }
}
