//! What requests tell of who sent them: for the driver, which decides whom to listen to.

use std::net::IpAddr;

use super::core::Core;

/// What a message told of its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    /// It could not be read as SIP, and came by a connection: the source of a datagram may be made up.
    Malformed,
    /// It had credentials of a user that does not exist, on a nonce of ours that only its source was given.
    UnknownUser,
    /// It had a wrong password, on such a nonce.
    WrongPassword,
    /// It had right credentials on a nonce of ours, which only its source was given.
    Proved,
    /// It was the response to a request that we began outside of any dialog: nobody made us send it.
    Answered,
}

/// Signs that are kept until they are taken; further ones are lost.
const MAX_SIGNS: usize = 256;

impl Core {
    pub(super) fn note_sign(&mut self, source: IpAddr, sign: Sign) {
        if self.signs.len() < MAX_SIGNS {
            self.signs.push_back((source, sign));
        }
    }
}
