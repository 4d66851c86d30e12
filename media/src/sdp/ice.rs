//! ICE-lite in the session description ([RFC 8839](https://www.rfc-editor.org/rfc/rfc8839)): we have an address or two,
//! answer the checks of the peer, and send none.

use std::fmt;

use super::description::{Attribute, MediaDescription, SessionDescription};
use super::negotiate::LocalMedia;
use super::privacy::Secret;

/// What the peer's connectivity checks prove themselves with. `{:?}` does not show the password.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IceCredentials {
    /// Ours, 8 characters.
    fragment: [u8; 8],
    /// Ours, 24 characters.
    password: [u8; 24],
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl IceCredentials {
    /// Others for every fragment of the peer, so that its restart is ours too.
    pub(super) fn new(secret: &Secret, theirs: &str) -> Self {
        let mut bytes = [0; 32];
        secret.fill(&format!("ice {theirs}"), &mut bytes);
        let text = bytes.map(|byte| ALPHABET[usize::from(byte & 63)]);
        let mut own = Self { fragment: [0; 8], password: [0; 24] };
        own.fragment.copy_from_slice(&text[..8]);
        own.password.copy_from_slice(&text[8..]);
        own
    }

    /// The user name fragment.
    pub fn fragment(&self) -> &str {
        std::str::from_utf8(&self.fragment).unwrap_or_default()
    }

    /// The password. Secret.
    pub fn password(&self) -> &str {
        std::str::from_utf8(&self.password).unwrap_or_default()
    }
}

impl fmt::Debug for IceCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceCredentials").finish_non_exhaustive()
    }
}

/// The peer's user name fragment, when it does ICE and its own candidates are those of its `m=` line.
pub(super) fn remote_fragment<'a>(session: &'a SessionDescription, media: &'a MediaDescription) -> Option<&'a str> {
    let value = |name| media.attribute(name).or_else(|| session.attribute(name)).map(str::trim);
    value("ice-pwd").filter(|password| password.len() >= 22)?;
    // Two lite ends have nobody who checks: they send to the stated addresses, as without ICE.
    if session.attribute("ice-lite").is_some() {
        return None;
    }
    value("ice-ufrag").filter(|fragment| (4..=256).contains(&fragment.len()))
}

/// Our lines: a host candidate for each address and component, the address of the `c=` line first.
pub(super) fn attributes(local: &LocalMedia, credentials: &IceCredentials, rtcp_mux: bool) -> Vec<Attribute> {
    let mut attributes =
        vec![Attribute::new("ice-ufrag", credentials.fragment()), Attribute::new("ice-pwd", credentials.password())];
    let components = [(1_u32, local.port), (2, local.rtcp_port)];
    let addresses = (1_u32..).zip([Some(local.address), local.other].into_iter().flatten());
    for (foundation, address) in addresses {
        for (component, port) in components.into_iter().take(if rtcp_mux { 1 } else { 2 }) {
            // RFC 8445 section 5.1.2.1: a host candidate; the first address is preferred.
            let priority = (126 << 24) | ((65_536 - foundation) << 8) | (256 - component);
            let candidate = format!("{foundation} {component} UDP {priority} {address} {port} typ host");
            attributes.push(Attribute::new("candidate", candidate));
        }
    }
    attributes.push(Attribute::flag("end-of-candidates"));
    attributes
}
