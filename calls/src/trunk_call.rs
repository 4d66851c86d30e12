//! The INVITE to a number by a trunk, as that trunk wants it.

use sip_core::message::{
    Diversion, DiversionReason, HeaderName, MAX_DIVERSIONS, NameAddr, Uri, diversion_values, history_values,
    times_diverted,
};
use sip_core::{OutgoingCall, Reliable};

use crate::dialing::{Shown, credentials, uri};
use crate::directory::Trunk;
use crate::error::PlaceError;
use crate::interop::{DiversionHeader, Extension, IdentityHeader, NumberFormat, Withholding};
use crate::proof::Prover;

/// How often a call may have been sent on before we send it on no further: it goes round in circles.
const MAX_TIMES_DIVERTED: usize = 5;

/// A call that goes on to somebody else.
#[derive(Debug, Clone, Default)]
pub(crate) struct Forwarded {
    /// By whom it went before, who was called first at the head.
    pub before: Vec<Diversion>,
    /// Our number that was called.
    pub number: String,
    /// Why it goes on.
    pub reason: DiversionReason,
}

/// The INVITE; it only lacks its offer.
pub(crate) fn trunk_call(
    trunk: &Trunk,
    number: &str,
    shown: &Shown,
    country: &str,
    prover: &dyn Prover,
) -> Result<OutgoingCall, PlaceError> {
    let interop = &trunk.interop;
    let user = trunk.caller_id.clone().filter(|_| !is_number(&shown.user)).unwrap_or_else(|| shown.user.clone());
    let target = address(trunk, number, country)?;
    let identity = identity(trunk, &user, shown, country)?;
    let mut call = OutgoingCall::new(target, from(trunk, &identity, shown));
    call.route.clone_from(&interop.outbound_proxy);
    call.credentials = credentials(trunk);
    call.max_forwards = Some(interop.quirks.max_forwards);
    if interop.quirks.disable.contains(&Extension::Reliable) {
        call.reliable = Reliable::No;
    } else if interop.quirks.require_100rel {
        call.reliable = Reliable::Required;
    }
    call.session_timer = !interop.quirks.disable.contains(&Extension::Timer);
    call.update = !interop.quirks.disable.contains(&Extension::Update);
    if !trunk.user.is_empty() {
        call.contact_user = Some(trunk.user.clone());
    }
    assert_identity(&mut call, trunk, &identity, shown.withheld);
    if interop.sign && (!shown.withheld || interop.identity != IdentityHeader::From) && is_number(&user) {
        call.headers.extend(prover.sign(&user, number).map(|identity| (HeaderName::Identity, identity)));
    }
    if let Some(forwarded) = &shown.forwarded {
        tell_diversion(&mut call, trunk, forwarded, country)?;
    }
    Ok(call)
}

/// Who calls, as the trunk knows numbers.
fn identity(trunk: &Trunk, user: &str, shown: &Shown, country: &str) -> Result<NameAddr, PlaceError> {
    let mut identity = NameAddr::new(address(trunk, user, country)?);
    identity.uri.params.remove("transport");
    if let Some(domain) = &trunk.interop.quirks.from_domain {
        let host = Uri::parse(&format!("sip:{domain}")).map_err(|_| PlaceError::BadDestination)?;
        (identity.uri.host, identity.uri.port) = (host.host, host.port);
    }
    identity.display.clone_from(&shown.display);
    Ok(identity)
}

/// From (RFC 3323 section 4.1.1.3 where who calls is withheld).
fn from(trunk: &Trunk, identity: &NameAddr, shown: &Shown) -> NameAddr {
    if shown.withheld && trunk.interop.privacy != Withholding::Header {
        return anonymous();
    }
    let mut from = identity.clone();
    if trunk.interop.quirks.from_account && !trunk.user.is_empty() {
        from.uri.set_username(&trunk.user);
    }
    from
}

/// `"Anonymous" <sip:anonymous@anonymous.invalid>`, as RFC 3323 section 4.1.1.3 has it.
pub(crate) fn anonymous() -> NameAddr {
    let mut uri = Uri::sip(Some("anonymous"), sip_core::message::Host::Name("anonymous.invalid".into()), None);
    uri.params = sip_core::message::Params::new();
    NameAddr { display: Some("Anonymous".into()), ..NameAddr::new(uri) }
}

fn assert_identity(call: &mut OutgoingCall, trunk: &Trunk, identity: &NameAddr, withheld: bool) {
    let ask_privacy = withheld && trunk.interop.privacy != Withholding::From;
    let header = match trunk.interop.identity {
        IdentityHeader::From => None,
        IdentityHeader::Pai => Some((HeaderName::PAssertedIdentity, identity.to_string())),
        IdentityHeader::Ppi => Some((HeaderName::PPreferredIdentity, identity.to_string())),
        IdentityHeader::Rpid => {
            let privacy = if withheld { "full" } else { "off" };
            Some((HeaderName::RemotePartyId, format!("{identity};party=calling;screen=yes;privacy={privacy}")))
        }
    };
    // Without Privacy beside it, nobody would keep an assertion to themselves.
    call.headers.extend(header.filter(|(name, _)| !withheld || ask_privacy || *name == HeaderName::RemotePartyId));
    if ask_privacy {
        call.headers.push((HeaderName::Privacy, "id".into()));
    }
}

fn tell_diversion(
    call: &mut OutgoingCall,
    trunk: &Trunk,
    forwarded: &Forwarded,
    country: &str,
) -> Result<(), PlaceError> {
    if times_diverted(&forwarded.before) >= MAX_TIMES_DIVERTED || forwarded.before.len() >= MAX_DIVERSIONS {
        return Err(PlaceError::Circle);
    }
    let mut way = forwarded.before.clone();
    let mut ours = address(trunk, &forwarded.number, country)?;
    ours.params.remove("transport");
    way.push(Diversion::new(ours, forwarded.reason));
    let header = trunk.interop.diversion;
    if matches!(header, DiversionHeader::Diversion | DiversionHeader::Both) {
        let values = diversion_values(&way);
        call.headers.extend(values.into_iter().map(|value| (HeaderName::Diversion, value)));
    }
    if matches!(header, DiversionHeader::HistoryInfo | DiversionHeader::Both) {
        let values = history_values(&way, &call.target);
        call.headers.extend(values.into_iter().map(|value| (HeaderName::HistoryInfo, value)));
    }
    Ok(())
}

/// A number or name at the trunk, written as it writes them.
pub(crate) fn address(trunk: &Trunk, user: &str, country: &str) -> Result<Uri, PlaceError> {
    let quirks = &trunk.interop.quirks;
    let mut uri = uri("", &trunk.host, trunk.protocol)?;
    uri.set_username(&written(user, quirks.number_format, country));
    if quirks.user_phone && is_number(user) {
        uri.params.set("user", "phone");
    }
    Ok(uri)
}

/// A number in E.164 as the trunk writes it; what is none stays.
fn written(user: &str, format: NumberFormat, country: &str) -> String {
    let Some(digits) = user.strip_prefix('+').filter(|_| is_number(user)) else { return user.to_owned() };
    match format {
        NumberFormat::E164 => user.to_owned(),
        NumberFormat::Plain => digits.to_owned(),
        NumberFormat::International => format!("00{digits}"),
        NumberFormat::National => store::national(user, country).unwrap_or_else(|| format!("00{digits}")),
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with('+') && text.len() > 1 && text[1..].bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
#[path = "trunk_call/tests.rs"]
mod tests;
