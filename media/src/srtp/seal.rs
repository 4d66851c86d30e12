//! The sending side.

use std::fmt;

use super::cipher::{Broken, Cipher, Layer, Place};
use super::keys::MasterKey;
use super::streams::Streams;
use super::{ENCRYPTED, RTCP_CLEAR, number, rtp_header, sequence};

/// Why a packet cannot be sealed; it must not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not an RTP or RTCP packet.
    #[error("no packet that could be encrypted")]
    NoPacket,
    /// The key has been used for as many packets as it may
    /// ([RFC 3711 section 9.2](https://www.rfc-editor.org/rfc/rfc3711#section-9.2)).
    #[error("the key is used up")]
    UsedUp,
}

impl From<Broken> for SealError {
    fn from(_: Broken) -> Self {
        Self::NoPacket
    }
}

/// Makes SRTP and SRTCP of what is sent with one key.
pub struct Sealer {
    key: MasterKey,
    rtp: Cipher,
    rtcp: Cipher,
    streams: Streams,
    rtcp_index: u32,
    /// Nothing below the newest index is used again, wherever the sequence number is now.
    came_back: bool,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Sealer {
    /// A sealer with this key, with the roll-over counter at 0.
    pub fn new(key: MasterKey) -> Self {
        Self {
            key,
            rtp: Cipher::new(&key, Layer::Rtp),
            rtcp: Cipher::new(&key, Layer::Rtcp),
            streams: Streams::default(),
            rtcp_index: 0,
            came_back: false,
        }
    }

    /// Goes on with the roll-over counters of the key before
    /// ([RFC 3711 section 3.3.1](https://www.rfc-editor.org/rfc/rfc3711#section-3.3.1)).
    pub fn go_on_from(&mut self, before: &Self) {
        self.streams.go_on_from(&before.streams);
    }

    /// It is used again after packets that it has not seen: however many they were, no index is used a second time.
    pub fn come_back(&mut self) {
        self.came_back = true;
    }

    /// Its key.
    pub const fn key(&self) -> &MasterKey {
        &self.key
    }

    /// Encrypts the payload in place and appends the tag.
    pub fn rtp(&mut self, packet: &mut Vec<u8>) -> Result<(), SealError> {
        let header = rtp_header(packet).ok_or(SealError::NoPacket)?;
        let ssrc = number(packet, 8);
        let sequence = sequence(packet);
        let index =
            if self.came_back { self.streams.index_ahead(ssrc, sequence) } else { self.streams.index(ssrc, sequence) };
        let index = index.ok_or(SealError::UsedUp)?;
        let (clear, text) = packet.split_at_mut(header);
        let rolls = (index >> 16) as u32;
        let tag = self.rtp.seal(Place { ssrc, index }, clear, text, rolls.to_be_bytes())?;
        packet.extend_from_slice(&tag[..self.key.suite().rtp_tag()]);
        self.streams.note(ssrc, index);
        self.came_back = false;
        Ok(())
    }

    /// Encrypts a compound RTCP packet in place and appends index and tag.
    pub fn rtcp(&mut self, packet: &mut Vec<u8>) -> Result<(), SealError> {
        if packet.len() < RTCP_CLEAR {
            return Err(SealError::NoPacket);
        }
        // The first packet of a key has the index 1, as most of the field begins.
        let index = self.rtcp_index + 1;
        if index >= ENCRYPTED {
            return Err(SealError::UsedUp);
        }
        let word = (index | ENCRYPTED).to_be_bytes();
        let place = Place { ssrc: number(packet, 4), index: u64::from(index) };
        let (clear, text) = packet.split_at_mut(RTCP_CLEAR);
        if self.key.suite().is_gcm() {
            let tag = self.rtcp.seal(place, &associated(clear, word), text, word)?;
            packet.extend_from_slice(&tag);
            packet.extend_from_slice(&word);
        } else {
            let tag = self.rtcp.seal(place, clear, text, word)?;
            packet.extend_from_slice(&word);
            packet.extend_from_slice(&tag[..self.key.suite().rtcp_tag()]);
        }
        self.rtcp_index = index;
        Ok(())
    }
}

/// What GCM authenticates beside the encrypted part of RTCP (RFC 7714 section 9.2).
pub(super) fn associated(clear: &[u8], word: [u8; 4]) -> [u8; RTCP_CLEAR + 4] {
    let mut associated = [0; RTCP_CLEAR + 4];
    associated[..RTCP_CLEAR].copy_from_slice(&clear[..RTCP_CLEAR]);
    associated[RTCP_CLEAR..].copy_from_slice(&word);
    associated
}
