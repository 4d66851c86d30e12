//! Following 3xx (RFC 3261 section 8.1.3.4).

use super::leg::Outgoing;
use crate::message::{Response, Uri};

impl Outgoing {
    /// Takes the contacts of a 3xx, the preferred one first, as far as they are new and usable.
    pub(super) fn take_redirects(&mut self, response: &Response, limit: usize) {
        let routed = self.call.route.is_some();
        let mut contacts = response.headers.contacts().unwrap_or_default();
        contacts.sort_by_key(|contact| std::cmp::Reverse(contact.q().unwrap_or(1_000)));
        for contact in contacts {
            let mut uri = contact.uri;
            // What the URI asks for besides the address is not followed: it comes from a stranger.
            uri.headers = None;
            // The first entry of `tried` is the number that was dialled.
            let room = self.tried.len() + self.redirects.len() <= limit;
            if room && (uri.is_sip() || routed) && !self.knows(&uri) {
                self.redirects.push_back(uri);
            }
        }
    }

    fn knows(&self, uri: &Uri) -> bool {
        self.tried.iter().chain(&self.redirects).any(|known| known.equivalent(uri))
    }
}
