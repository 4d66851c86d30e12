//! Which transports a domain wants to be reached by (RFC 3263 section 4.1).

use hickory_resolver::proto::rr::rdata::NAPTR;
use sip_core::Protocol;

/// A transport, and the name whose SRV records say where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) protocol: Protocol,
    pub(super) name: String,
}

/// The services that are of use, in the domain's order of preference.
pub(super) fn services(mut records: Vec<NAPTR>, serves: impl Fn(Protocol) -> bool, secure: bool) -> Vec<Service> {
    records.sort_by_key(|record| (record.order, record.preference));
    let of_use = records.into_iter().filter_map(|record| {
        let protocol = protocol(&record.services)?;
        // Only `s` leads to SRV records; others would be followed by rules of their own.
        let leads = record.flags.eq_ignore_ascii_case(b"s") && !record.replacement.is_root();
        let fits = leads && serves(protocol) && (protocol.is_secure() || !secure);
        fits.then(|| Service { protocol, name: record.replacement.to_utf8() })
    });
    of_use.collect()
}

fn protocol(services: &[u8]) -> Option<Protocol> {
    let known: [(&[u8], Protocol); 3] =
        [(b"SIP+D2U", Protocol::Udp), (b"SIP+D2T", Protocol::Tcp), (b"SIPS+D2T", Protocol::Tls)];
    known.into_iter().find_map(|(name, protocol)| services.eq_ignore_ascii_case(name).then_some(protocol))
}
