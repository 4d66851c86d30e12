//! What a session's packets are opened with.

use super::packet;
use crate::sdp::Privacy;
use crate::srtp::{OpenError, Opener, SrtpKeys};

/// The longest datagram that is decrypted, bytes.
const LONGEST: usize = 2_048;

/// How datagrams of the peer are read.
#[derive(Debug)]
pub enum Reading {
    /// They are as they came.
    Plain,
    /// The keys are not there yet: nothing can be read.
    Waiting,
    /// They are encrypted.
    Keyed(Box<Keyed>),
}

#[derive(Debug)]
pub struct Keyed {
    opener: Opener,
    /// Of the key before: its last packets may still be on their way.
    before: Option<Opener>,
    space: [u8; LONGEST],
}

impl Reading {
    /// As was agreed on first.
    pub fn new(privacy: &Privacy) -> Self {
        match privacy {
            Privacy::Plain => Self::Plain,
            Privacy::Dtls(_) => Self::Waiting,
            Privacy::Keys(keys) => Self::keyed(keys),
        }
    }

    fn keyed(keys: &SrtpKeys) -> Self {
        Self::Keyed(Box::new(Keyed { opener: Opener::new(keys.theirs), before: None, space: [0; LONGEST] }))
    }

    /// Goes on with these keys. The same key goes on counting where it is.
    pub fn set_keys(&mut self, keys: &SrtpKeys) {
        match self {
            Self::Keyed(keyed) if *keyed.opener.key() == keys.theirs => {}
            Self::Keyed(keyed) => {
                let before = std::mem::replace(&mut keyed.opener, Opener::new(keys.theirs));
                keyed.before = Some(before);
            }
            Self::Plain | Self::Waiting => *self = Self::keyed(keys),
        }
    }

    /// The datagram in the clear.
    pub fn open<'a>(&'a mut self, datagram: &'a [u8]) -> Result<&'a [u8], OpenError> {
        match self {
            Self::Plain => Ok(datagram),
            Self::Waiting => Err(OpenError::NotGenuine),
            Self::Keyed(keyed) => keyed.open(datagram),
        }
    }
}

impl Keyed {
    fn open(&mut self, datagram: &[u8]) -> Result<&[u8], OpenError> {
        let Self { opener, before, space } = self;
        let space = space.get_mut(..datagram.len()).ok_or(OpenError::NoPacket)?;
        let mut attempt = |opener: &mut Opener| {
            space.copy_from_slice(datagram);
            if packet::is_rtcp(datagram) { opener.rtcp(space) } else { opener.rtp(space) }
        };
        let opened = match (attempt(opener), before.as_mut()) {
            // The new key is in use; an old packet that comes now is too late to be heard anyway.
            (Ok(length), _) => {
                *before = None;
                Ok(length)
            }
            (Err(_), Some(before)) => attempt(before),
            (Err(error), None) => Err(error),
        };
        Ok(&self.space[..opened?])
    }
}
