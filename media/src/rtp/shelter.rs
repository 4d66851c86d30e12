//! What a session's packets are opened with.

use super::packet;
use crate::sdp::Privacy;
use crate::srtp::{OpenError, Opener, SrtpKeys};

/// The longest datagram that is decrypted, bytes.
const LONGEST: usize = 2_048;
/// Keys of the peer that are remembered, the one in use among them: with a key that comes back, nothing that was heard
/// before is heard again.
const KNOWN_KEYS: usize = 12;

/// How datagrams of the peer are read.
#[derive(Debug, Default)]
pub struct Reading {
    mode: Mode,
    /// Kept while it is not needed: keys may come back.
    keyed: Option<Box<Keyed>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Mode {
    /// They are as they came.
    Plain,
    /// The keys are not there yet: nothing can be read.
    #[default]
    Waiting,
    /// They are encrypted.
    Keyed,
}

#[derive(Debug)]
struct Keyed {
    /// The one in use is the last; one was there when this was made, and none is taken out without another one put in.
    openers: Vec<Opener>,
    /// The one before the last is still of use: its last packets may be on their way.
    before: bool,
    /// The last one's key with the roll-over counter at 0: a peer may set it back with a new key. Until it is heard how
    /// it counts.
    afresh: Option<Box<Opener>>,
    space: [u8; LONGEST],
}

impl Reading {
    /// As was agreed on first.
    pub fn new(privacy: &Privacy) -> Self {
        let mut reading = Self::default();
        reading.set_privacy(privacy);
        reading
    }

    /// Goes on in another way.
    pub fn set_privacy(&mut self, privacy: &Privacy) {
        match privacy {
            Privacy::Plain => self.mode = Mode::Plain,
            Privacy::Dtls(_) => self.mode = Mode::Waiting,
            Privacy::Keys(keys) => self.set_keys(keys),
        }
    }

    /// Goes on with these keys. A key that was used before goes on counting where it was.
    pub fn set_keys(&mut self, keys: &SrtpKeys) {
        let goes_on = std::mem::replace(&mut self.mode, Mode::Keyed) == Mode::Keyed;
        if let Some(keyed) = &mut self.keyed {
            keyed.set_keys(keys, goes_on);
        } else {
            let openers = vec![Opener::new(keys.theirs)];
            self.keyed = Some(Box::new(Keyed { openers, before: false, afresh: None, space: [0; LONGEST] }));
        }
    }

    /// The datagram in the clear.
    pub fn open<'a>(&'a mut self, datagram: &'a [u8]) -> Result<&'a [u8], OpenError> {
        match (self.mode, &mut self.keyed) {
            (Mode::Plain, _) => Ok(datagram),
            (Mode::Keyed, Some(keyed)) => keyed.open(datagram),
            (Mode::Waiting | Mode::Keyed, _) => Err(OpenError::NotGenuine),
        }
    }
}

impl Keyed {
    fn set_keys(&mut self, keys: &SrtpKeys, goes_on: bool) {
        if self.openers.last().is_some_and(|opener| *opener.key() == keys.theirs) {
            self.before &= goes_on;
            return;
        }
        self.afresh = None;
        let known = self.openers.iter().position(|opener| *opener.key() == keys.theirs);
        let known = known.map(|at| self.openers.remove(at));
        let is_new = known.is_none();
        let mut opener = known.unwrap_or_else(|| Opener::new(keys.theirs));
        if let Some(before) = self.openers.last().filter(|_| goes_on) {
            opener.go_on_from(before);
            self.afresh = is_new.then(|| Box::new(Opener::new(keys.theirs)));
        }
        if self.openers.len() == KNOWN_KEYS {
            self.openers.remove(0);
        }
        self.openers.push(opener);
        self.before = goes_on;
    }

    fn open(&mut self, datagram: &[u8]) -> Result<&[u8], OpenError> {
        let Self { openers, before, afresh, space } = self;
        let space = space.get_mut(..datagram.len()).ok_or(OpenError::NoPacket)?;
        let is_rtcp = packet::is_rtcp(datagram);
        let mut attempt = |opener: &mut Opener| {
            space.copy_from_slice(datagram);
            if is_rtcp { opener.rtcp(space) } else { opener.rtp(space) }
        };
        let [older @ .., opener] = openers.as_mut_slice() else { return Err(OpenError::NotGenuine) };
        let mut opened = attempt(opener);
        if opened.is_err()
            && !is_rtcp
            && let Some(mut fresh) = afresh.take()
        {
            opened = attempt(&mut fresh);
            if opened.is_ok() {
                *opener = *fresh;
            } else {
                *afresh = Some(fresh);
            }
        }
        let opened = match (opened, older.last_mut().filter(|_| *before)) {
            (Ok(length), _) => {
                // The new key is in use; an old packet that comes now is too late to be heard anyway.
                *before = false;
                if !is_rtcp {
                    *afresh = None;
                }
                Ok(length)
            }
            (Err(_), Some(older)) => attempt(older),
            (Err(error), None) => Err(error),
        };
        Ok(&self.space[..opened?])
    }
}
