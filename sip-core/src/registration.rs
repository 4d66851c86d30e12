//! Our registrations at other registrars (RFC 3261 section 10.2).

use std::fmt;
use std::time::Duration;

use crate::digest::Credentials;
use crate::message::{StatusCode, Uri};

/// Names one of our registrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegistrationHandle(pub(crate) u64);

/// A registration to keep up.
#[derive(Clone)]
pub struct Registration {
    /// Where to register: `sip:carrier.example`.
    pub registrar: Uri,
    /// The address of record: `sip:12345@carrier.example`.
    pub aor: Uri,
    /// The user part of our Contact.
    pub contact_user: String,
    /// Answers challenges.
    pub credentials: Option<Credentials>,
    /// How long to ask for.
    pub expires: Duration,
    /// An outbound proxy, if the REGISTER goes elsewhere than the registrar's name says.
    pub route: Option<Uri>,
}

impl fmt::Debug for Registration {
    // The account is private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// The state of one of our registrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationState {
    /// The carrier knows where we are, for so long; it is refreshed before.
    Registered {
        /// What the carrier granted.
        expires: Duration,
    },
    /// The last attempt failed; the next one comes by itself.
    Failed {
        /// The status of the refusal; `None` when nothing came back.
        status: Option<StatusCode>,
        /// The wait until the next attempt.
        retry_in: Duration,
    },
    /// Taken back by [`unregister`](crate::Endpoint::unregister); the handle is void.
    Unregistered,
}
