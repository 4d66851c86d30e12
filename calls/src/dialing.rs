//! From what people write (`anna`, `+49...`, `sip:...`) to INVITEs that can be sent.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use media::sdp::KeyExchange;
use sip_core::message::{NameAddr, Uri};
use sip_core::{Credentials, OutgoingCall};
use store::Address;

use crate::call::{exchange_by, leg_family};
use crate::directory::{Directory, Trunk, TrunkProtocol};
use crate::error::PlaceError;
use crate::house::House;
use crate::interop::Interop;
use crate::trunk_call::{Forwarded, anonymous, trunk_call};

/// Phones of one member that ring at a time.
const MAX_PHONES: usize = 3;

/// Whom to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// The phones of a member.
    Member(String),
    /// A number, E.164, by a trunk.
    Number(String),
    /// A SIP address, as it is.
    Address(Box<Uri>),
}

impl Destination {
    /// Reads a member's name, a number or a SIP address.
    pub(crate) fn parse(text: &str, directory: &Directory) -> Option<Self> {
        let text = text.trim();
        if let Some(member) = directory.member(text) {
            return Some(Self::Member(member.name.clone()));
        }
        let is_uri = ["sip:", "sips:"].iter().any(|s| text.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s)));
        if is_uri {
            return Uri::parse(text).ok().map(|uri| Self::Address(Box::new(uri)));
        }
        match Address::parse(text, &directory.country) {
            Address::Number(number) => Some(Self::Number(number)),
            _ => None,
        }
    }

    /// As the books keep it.
    pub(crate) fn address(&self, directory: &Directory) -> Address {
        match self {
            Self::Member(name) => Address::Other(format!("sip:{name}@{}", directory.realm)),
            Self::Number(number) => Address::Number(number.clone()),
            Self::Address(uri) => Address::parse(&uri.to_string(), &directory.country),
        }
    }

    pub(crate) fn number(&self) -> Option<&str> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn member(&self) -> Option<&str> {
        match self {
            Self::Member(name) => Some(name),
            _ => None,
        }
    }

    /// For events: the member's name, the number or the address.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Member(name) => name.clone(),
            Self::Number(number) => number.clone(),
            Self::Address(uri) => uri.to_string(),
        }
    }
}

/// How we show ourselves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    /// Our number or name.
    pub user: String,
    /// A name for people.
    pub display: Option<String>,
    /// It is not shown (RFC 3323).
    pub withheld: bool,
    /// The call came from somewhere else.
    pub forwarded: Option<Forwarded>,
}

/// An INVITE that only lacks its offer.
pub(crate) struct Plan {
    pub call: OutgoingCall,
    /// How the trunk that it goes by wants to be spoken to.
    pub interop: Option<Interop>,
    /// How its phone is offered keys.
    pub exchange: Option<KeyExchange>,
    /// Our address as that side knows it.
    pub near: IpAddr,
}

/// The INVITEs that reach a destination: one, or one for each phone of a member.
pub(crate) async fn plan(
    house: &House,
    destination: &Destination,
    trunk: Option<&Trunk>,
    shown: &Shown,
    ring: Duration,
) -> Result<Vec<Plan>, PlaceError> {
    let mut calls = match destination {
        Destination::Member(name) => member_calls(house, name, shown).await?,
        Destination::Number(number) => {
            let country = house.directory().country.clone();
            vec![trunk_call(trunk.ok_or(PlaceError::NoTrunk)?, number, shown, &country, &*house.parts.prover)?]
        }
        Destination::Address(uri) => {
            let mut call = OutgoingCall::new((**uri).clone(), from(shown, &house.settings.domain)?);
            // Whoever is there does not say where else we call: that would be past the gate.
            call.max_redirects = Some(0);
            vec![call]
        }
    };
    let interop = destination.number().and(trunk).map(|trunk| trunk.interop.clone());
    let mut plans = Vec::with_capacity(calls.len());
    for mut call in calls.drain(..) {
        call.ring_timeout = ring;
        call.registration = destination.number().and(trunk).and_then(|trunk| house.registration(&trunk.name));
        // A phone behind a NAT is where its packets come from, not where its contact says.
        let seen = call.via_flow.as_ref().map(|flow| flow.remote);
        let next_hop = match seen.and_then(|remote| Uri::parse(&format!("sip:{remote}")).ok()) {
            Some(hop) => hop,
            None => call.route.clone().unwrap_or_else(|| call.target.clone()),
        };
        let towards = house.parts.sip.local_address_towards(next_hop).await.map_err(|_| PlaceError::Ended)?;
        let fallback = seen.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |remote| leg_family(remote.ip()));
        let near = towards.unwrap_or(fallback);
        let exchange = exchange_by(call.via_flow.as_ref().map(|flow| flow.protocol));
        plans.push(Plan { call, interop: interop.clone(), exchange, near });
    }
    Ok(plans)
}

async fn member_calls(house: &House, name: &str, shown: &Shown) -> Result<Vec<OutgoingCall>, PlaceError> {
    let bindings = house.parts.sip.bindings(name).await.map_err(|_| PlaceError::Ended)?;
    if bindings.is_empty() {
        return Err(PlaceError::NotRegistered(name.to_owned()));
    }
    bindings
        .into_iter()
        .take(MAX_PHONES)
        .map(|binding| {
            let mut call = OutgoingCall::new(binding.contact, from(shown, &house.settings.domain)?);
            call.via_flow = Some(binding.flow);
            // The proxies that it registered through (RFC 3327), where they are ours to trust.
            call.routes = binding.path;
            // A phone does not say where else we call: that would be past the gate.
            call.max_redirects = Some(0);
            Ok(call)
        })
        .collect()
}

/// What answers the trunk's challenges.
pub(crate) fn credentials(trunk: &Trunk) -> Option<Credentials> {
    (!trunk.auth_user.is_empty()).then(|| Credentials::new(&trunk.auth_user, &trunk.password))
}

/// `sip:user@host`, by the trunk's transport.
pub(crate) fn uri(user: &str, host: &str, protocol: TrunkProtocol) -> Result<Uri, PlaceError> {
    let transport = match protocol {
        TrunkProtocol::Udp => "",
        TrunkProtocol::Tcp => ";transport=tcp",
        TrunkProtocol::Tls => ";transport=tls",
    };
    let at = if user.is_empty() { "" } else { "@" };
    Uri::parse(&format!("sip:{user}{at}{host}{transport}")).map_err(|_| PlaceError::BadDestination)
}

fn from(shown: &Shown, host: &str) -> Result<NameAddr, PlaceError> {
    if shown.withheld {
        return Ok(anonymous());
    }
    let mut uri = Uri::parse(&format!("sip:{host}")).map_err(|_| PlaceError::BadDestination)?;
    uri.set_username(&shown.user);
    let mut from = NameAddr::new(uri);
    from.display.clone_from(&shown.display);
    Ok(from)
}
