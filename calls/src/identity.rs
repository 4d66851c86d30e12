//! Who calls, as far as it may be believed and shown (RFC 3323, RFC 3325), and by whom the call went before.

use std::borrow::Cow;

use call_model::{CallOrigin, Diverted, Verification};
use sip_core::IncomingCall;
use sip_core::message::{Diversion, NameAddr};
use store::Address;

/// What an INVITE says of its caller.
#[derive(Clone)]
pub(crate) struct Caller {
    /// For the books and the apps.
    pub address: Address,
    /// The user part for phones and forwarded calls; `None` when withheld.
    pub user: Option<String>,
    /// By whom the call went, who was called first at the head.
    pub diversions: Vec<Diversion>,
}

impl Caller {
    /// Reads it. `trusted`: it came by a trunk, whose assertions are believed, and nobody else's.
    pub fn read(incoming: &IncomingCall, trusted: bool, country: &str) -> Self {
        let headers = &incoming.headers;
        let privacy = headers.privacy();
        let remote_party = trusted.then(|| headers.remote_party()).flatten();
        let hidden = privacy.hides_caller() || remote_party.as_ref().is_some_and(|(_, hidden)| *hidden);
        let asserted = trusted.then(|| assertion(headers.p_asserted_identities(), country)).flatten();
        let shown = asserted.or_else(|| remote_party.map(|(party, _)| party)).unwrap_or_else(|| incoming.from.clone());
        let address = if hidden { Address::Withheld } else { Address::parse(&shown.uri.to_string(), country) };
        let withheld = address == Address::Withheld;
        let user = shown.uri.username().map(Cow::into_owned).filter(|_| !withheld);
        // Where a call was before it came here, a stranger may say anything of.
        let diversions = if trusted { headers.diversions() } else { Vec::new() };
        Self { address, user, diversions }
    }

    /// For the books, with what came of its signature.
    pub fn origin(&self, verification: Verification, country: &str) -> CallOrigin {
        let station = |it: &Diversion| {
            let address = Address::parse(&it.by.uri.to_string(), country);
            Diverted {
                by: address.as_str().filter(|_| !it.private).map(str::to_owned),
                reason: it.reason.as_str().to_owned(),
            }
        };
        CallOrigin { diversions: self.diversions.iter().map(station).collect(), verification }
    }
}

/// How the caller of a call is shown to those whom it goes on to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Card {
    /// The user part for phones: a number, a member's name, or our own number on calls that we placed.
    pub name: String,
    /// Phones are not told who calls.
    pub withheld: bool,
    /// A member wants our number withheld from those whom they call.
    pub hides_ours: bool,
    /// It came from the outside: whoever it goes on to learns that it was sent on.
    pub from_outside: bool,
    /// By whom it went before.
    pub before: Vec<Diversion>,
}

impl Card {
    /// The card of a call that comes in. `member`: the name of our member who calls.
    pub fn of(caller: &Caller, member: Option<&str>) -> Self {
        Self {
            name: member.map(str::to_owned).or_else(|| caller.user.clone()).unwrap_or_else(|| "anonymous".to_owned()),
            withheld: caller.address == Address::Withheld,
            hides_ours: member.is_some() && caller.address == Address::Withheld,
            from_outside: member.is_none(),
            before: caller.diversions.clone(),
        }
    }

    /// The card of a call that we placed from this number.
    pub fn ours(number: &str) -> Self {
        Self { name: number.to_owned(), ..Self::default() }
    }
}

/// Of several assertions the one with a number (RFC 3325 section 9.1: a SIP address, a tel address, or both).
fn assertion(mut found: Vec<NameAddr>, country: &str) -> Option<NameAddr> {
    let number = |it: &NameAddr| Address::parse(&it.uri.to_string(), country).e164().is_some();
    let best = found.iter().position(number).unwrap_or(0);
    (best < found.len()).then(|| found.swap_remove(best))
}
