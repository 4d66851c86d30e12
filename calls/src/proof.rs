//! Whether a caller's number is proved by a signature (STIR, RFC 8224), and signing what we call ourselves.

use std::future::Future;
use std::pin::Pin;

use call_model::{Attestation, Verification};
use sip_core::IncomingCall;
use sip_core::message::{HeaderName, NameAddr};
use stir::{Fault, Party, sip_date};
use store::Address;

use crate::interop::ProofPolicy;

/// What an INVITE says of its caller, and what is said to prove it.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Its Identity headers.
    pub identities: Vec<String>,
    /// Who calls: each way in which that may have been signed.
    pub callers: Vec<Party>,
    /// Who is called.
    pub callees: Vec<Party>,
    /// Its Date header, seconds since the Unix epoch.
    pub date: Option<u64>,
}

/// What came of looking at a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Nobody is set to look at signatures.
    Off,
    /// It could not be looked at in time; a good one came with a certificate from the same host before.
    Unknown,
    /// It could not be looked at in time, and nothing speaks for the host that its certificate is to come from.
    Stalled,
    /// It is good, and its signer vouches for so much.
    Good(Option<Attestation>),
    /// It is not to be believed, or there is none ([`Fault::Missing`]).
    Bad(Fault),
}

impl Proof {
    /// For the books.
    pub fn verification(self) -> Verification {
        match self {
            Self::Off | Self::Bad(Fault::Missing) => Verification::None,
            Self::Unknown | Self::Stalled => Verification::Unknown,
            Self::Good(attestation) => Verification::Verified { attestation },
            Self::Bad(fault) => Verification::Failed { reason: fault.to_string() },
        }
    }

    /// Why a trunk with this policy refuses the call. Whoever calls names the host of the certificate: a slow one of
    /// his own shall not spare him the proof.
    pub fn refusal(self, policy: ProofPolicy) -> Option<Fault> {
        match (self, policy) {
            (Self::Bad(Fault::Missing), ProofPolicy::Require) => Some(Fault::Missing),
            (Self::Stalled, ProofPolicy::Require) => Some(Fault::NoCertificate),
            (Self::Bad(Fault::Missing), _) | (_, ProofPolicy::Mark) => None,
            (Self::Bad(fault), _) => Some(fault),
            _ => None,
        }
    }
}

/// The answer to [`Prover::verify`].
pub type Verifying<'a> = Pin<Box<dyn Future<Output = Proof> + Send + 'a>>;

/// Looks at signatures, and makes them. The program gives one that fetches certificates.
pub trait Prover: Send + Sync {
    /// Whether the caller's number is proved; resolves within the time that callers may be kept waiting for it.
    fn verify(&self, signed: Signed) -> Verifying<'_>;

    /// The Identity header of a call of ours from one number in E.164 to another; `None`: it is not signed.
    fn sign(&self, caller: &str, callee: &str) -> Option<String>;
}

/// Looks at nothing and signs nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProver;

impl Prover for NoProver {
    fn verify(&self, _: Signed) -> Verifying<'_> {
        Box::pin(std::future::ready(Proof::Off))
    }

    fn sign(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

impl Signed {
    /// What there is to look at. The caller is whom P-Asserted-Identity names, where it is to be believed, or else From
    /// (RFC 8224 section 6.2 step 3); the callee is whom To names.
    pub(crate) fn read(incoming: &IncomingCall, trusted: bool, country: &str) -> Self {
        let headers = &incoming.headers;
        let mut callers = if trusted { headers.p_asserted_identities() } else { Vec::new() };
        if callers.is_empty() {
            callers.push(incoming.from.clone());
        }
        Self {
            identities: headers.get_all(&HeaderName::Identity).map(str::to_owned).collect(),
            callers: callers.iter().map(|address| party(address, country)).collect(),
            callees: vec![party(&incoming.to, country)],
            date: headers.get(&HeaderName::Date).and_then(sip_date),
        }
    }
}

/// A number with its country code, or the address (RFC 8224 sections 8.3 and 8.5).
fn party(address: &NameAddr, country: &str) -> Party {
    let uri = address.uri.to_string();
    match Address::parse(&uri, country).e164() {
        Some(number) => Party::number(number),
        None => Party::uri(&uri),
    }
}

/// The Reason header of a refusal (RFC 9410 section 3).
pub(crate) fn reason(fault: Fault) -> (HeaderName, String) {
    let (status, phrase) = fault.status();
    (HeaderName::Reason, format!("STIR;cause={status};text=\"{phrase}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_trunk_asks_for_is_refused() {
        let (missing, stale) = (Proof::Bad(Fault::Missing), Proof::Bad(Fault::Stale));
        for (proof, policy, refused) in [
            (missing, ProofPolicy::Mark, None),
            (missing, ProofPolicy::Reject, None),
            (missing, ProofPolicy::Require, Some(Fault::Missing)),
            (stale, ProofPolicy::Mark, None),
            (stale, ProofPolicy::Reject, Some(Fault::Stale)),
            (stale, ProofPolicy::Require, Some(Fault::Stale)),
            (Proof::Unknown, ProofPolicy::Require, None),
            (Proof::Stalled, ProofPolicy::Mark, None),
            (Proof::Stalled, ProofPolicy::Reject, None),
            (Proof::Stalled, ProofPolicy::Require, Some(Fault::NoCertificate)),
            (Proof::Good(None), ProofPolicy::Require, None),
        ] {
            assert_eq!(proof.refusal(policy), refused, "{proof:?} {policy:?}");
        }
    }

    #[test]
    fn the_books_learn_what_came_of_it() {
        assert_eq!(Proof::Bad(Fault::Missing).verification(), Verification::None);
        let failed = Proof::Bad(Fault::Stale).verification();
        assert_eq!(failed, Verification::Failed { reason: "the signature is stale".into() });
    }
}
