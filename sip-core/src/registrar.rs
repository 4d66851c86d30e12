//! The registrar (RFC 3261 section 10.3): where our accounts can be reached.

use std::time::Instant;

use crate::flow::Flow;
use crate::message::Uri;

/// One contact of an account.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The address that the client gave.
    pub contact: Uri,
    /// The path that its last REGISTER came by: calls go there.
    pub flow: Flow,
    /// When it lapses.
    pub expires: Instant,
    /// Its preference, 0 to 1,000 (the `q` parameter times 1,000).
    pub q: u16,
}
