//! From an INVITE to what answers it.

use std::borrow::Cow;

use call_model::{CallId, TransferSettings};
use sip_core::IncomingCall;
use sip_core::message::Uri;
use store::Address;

use crate::call::{Answering, Reception};
use crate::directory::{Decision, Directory, InviteFacts};
use crate::interop::CalledNumber;

/// How long a member's phone rings when another member calls.
const MEMBER_RING_MS: u64 = 60_000;

/// Why an INVITE is not taken.
pub(crate) enum Refused {
    Challenge,
    NotFound,
    TooManyHops,
    /// A rule of the house is against it.
    Forbidden,
    /// The caller wants a kind of privacy that we do not know, or no call (RFC 3323 section 5).
    NoPrivacy,
}

/// Finds out what answers.
pub(crate) fn route(directory: &Directory, id: CallId, incoming: &IncomingCall) -> Result<Reception, Refused> {
    let user = |uri: &sip_core::message::Uri| uri.username().map(std::borrow::Cow::into_owned).unwrap_or_default();
    let (to, from_user) = (user(&incoming.to.uri), user(&incoming.from.uri));
    if incoming.headers.privacy().cannot_be_given() {
        return Err(Refused::NoPrivacy);
    }
    let called_uri = called_uri(directory, incoming);
    let called = user(&called_uri);
    let facts = InviteFacts {
        user: &called,
        from_user: &from_user,
        source: incoming.flow.remote.ip(),
        authenticated_as: incoming.authenticated_as.as_deref(),
    };
    let decision = match directory.decide(facts) {
        // Carriers put our contact into the Request-URI and the number into To.
        Decision::NotFound if to != called => directory.decide(InviteFacts { user: &to, ..facts }),
        decision => decision,
    };
    if incoming.max_forwards <= 1 && matches!(decision, Decision::ToMember { .. } | Decision::Outside { .. }) {
        // It would have to be placed again with none left (RFC 3261 section 16.3, RFC 7332).
        return Err(Refused::TooManyHops);
    }
    let reception = |answering, number: String, language: Option<&String>, trunk, member| Reception {
        id,
        answering,
        called: Address::parse(&called_uri.to_string(), &directory.country),
        number,
        language: language.unwrap_or(&directory.language).clone(),
        trunk,
        member,
        incoming: Box::new(incoming.clone()),
    };
    match decision {
        Decision::App { route, trunk } => {
            let answering = Answering::App {
                app: route.app.clone(),
                recording: route.recording,
                transcribe: route.transcribe,
                fax: route.fax.clone(),
            };
            let trunk = trunk.map(|trunk| trunk.name.clone());
            Ok(reception(answering, route.number.clone(), route.language.as_ref(), trunk, None))
        }
        Decision::ToMember { from, to } => {
            let settings = put_through(to.name.clone(), None);
            Ok(reception(
                Answering::PutThrough(Box::new(settings)),
                to.name.clone(),
                None,
                None,
                Some(from.name.clone()),
            ))
        }
        Decision::Outside { from, number } => {
            let own = from.may_call_from.first().cloned();
            let shown = own.clone().unwrap_or_else(|| from.name.clone());
            let settings = put_through(number, own);
            Ok(reception(Answering::PutThrough(Box::new(settings)), shown, None, None, Some(from.name.clone())))
        }
        Decision::Challenge => Err(Refused::Challenge),
        Decision::NotFound => Err(Refused::NotFound),
    }
}

/// Whom the call is for: the Request-URI, or where the trunk that it came by puts that.
fn called_uri<'a>(directory: &Directory, incoming: &'a IncomingCall) -> Cow<'a, Uri> {
    let trunk = directory.trunk_at(incoming.flow.remote.ip());
    match trunk.map_or(CalledNumber::Auto, |trunk| trunk.interop.quirks.called_number) {
        CalledNumber::Auto => Cow::Borrowed(&incoming.request_uri),
        CalledNumber::To => Cow::Borrowed(&incoming.to.uri),
        CalledNumber::CalledPartyId => {
            let party = incoming.headers.called_party();
            party.map_or(Cow::Borrowed(&incoming.request_uri), |party| Cow::Owned(party.uri))
        }
    }
}

fn put_through(target: String, caller_id: Option<String>) -> TransferSettings {
    TransferSettings { caller_id, ..TransferSettings::to(vec![target], MEMBER_RING_MS) }
}
