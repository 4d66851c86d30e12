//! Who may call in: what the house's rules make of an INVITE that was routed, and what it tells of its sender.

use sip_core::IncomingCall;
use transport::sip::Offence;

use crate::call::{Answering, Reception};
use crate::directory::Directory;
use crate::house::{CallSettings, House, now_ms};
use crate::routing::Refused;
use crate::toll::{MemberMay, tell_of_member};

/// What the rules make of a call that was routed.
pub(crate) fn admit(house: &House, incoming: &IncomingCall, reception: Reception) -> Result<Reception, Refused> {
    let directory = house.directory();
    allow(&house.settings, &directory, incoming, reception.trunk.is_some())?;
    let Some(member) = reception.member.as_deref().filter(|_| goes_outside(&reception)) else { return Ok(reception) };
    match house.member_calls.count(member, house.settings.member_calls_per_hour, now_ms()) {
        MemberMay::Call => Ok(reception),
        MemberMay::Wait { news } => {
            if news {
                let (store, member) = (house.parts.store.clone(), member.to_owned());
                tokio::spawn(async move { tell_of_member(&store, &member).await });
            }
            Err(Refused::Forbidden)
        }
    }
}

/// Strangers may be kept out, and members to their networks.
pub(crate) fn allow(
    settings: &CallSettings,
    directory: &Directory,
    incoming: &IncomingCall,
    by_trunk: bool,
) -> Result<(), Refused> {
    if by_trunk {
        return Ok(());
    }
    if incoming.authenticated_as.is_some() {
        let source = incoming.flow.remote.ip();
        let networks = &settings.members_from;
        let here = networks.is_empty() || networks.iter().any(|network| network.contains(source));
        return if here { Ok(()) } else { Err(Refused::Forbidden) };
    }
    if settings.strangers_call {
        return Ok(());
    }
    let from = incoming.from.uri.username().unwrap_or_default();
    Err(if directory.member(&from).is_some() { Refused::Challenge } else { Refused::NotFound })
}

/// A member calls a number that is not ours.
fn goes_outside(reception: &Reception) -> bool {
    match &reception.answering {
        Answering::PutThrough(settings) => settings.targets.iter().any(|target| target.starts_with('+')),
        Answering::App { .. } => false,
    }
}

/// What a call that reaches nobody tells of its sender; nothing where it is a trunk's or a member's.
pub(crate) fn offence(directory: &Directory, incoming: &IncomingCall, refused: &Refused) -> Option<Offence> {
    let known = incoming.authenticated_as.is_some() || directory.trunk_at(incoming.flow.remote.ip()).is_some();
    if known || !matches!(refused, Refused::NotFound) {
        return None;
    }
    let called = incoming.request_uri.username().unwrap_or_default();
    let digits = called.bytes().filter(u8::is_ascii_digit).count();
    // Scanners write numbers with all kinds of prefixes in front.
    Some(if digits >= 7 { Offence::ForeignNumber } else { Offence::UnknownUser })
}
