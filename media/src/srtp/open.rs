//! The receiving side.

use std::fmt;

use super::cipher::{Broken, Cipher, Layer, Place};
use super::keys::MasterKey;
use super::seal::associated;
use super::streams::Streams;
use super::{ENCRYPTED, RTCP_CLEAR, RTCP_INDEX, number, rtp_header, sequence};

/// Why a packet is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too short, or not RTP or RTCP.
    #[error("no encrypted packet")]
    NoPacket,
    /// It has come already, or is too old to tell.
    #[error("repeated or too old")]
    Replayed,
    /// Changed on the way, or sent with another key.
    #[error("not genuine")]
    NotGenuine,
}

impl From<Broken> for OpenError {
    fn from(_: Broken) -> Self {
        Self::NotGenuine
    }
}

/// Reads SRTP and SRTCP that was sent with one key.
pub struct Opener {
    key: MasterKey,
    rtp: Cipher,
    rtcp: Cipher,
    rtp_streams: Streams,
    rtcp_streams: Streams,
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Opener {
    /// An opener with this key, with the roll-over counters at 0.
    pub fn new(key: MasterKey) -> Self {
        Self {
            key,
            rtp: Cipher::new(&key, Layer::Rtp),
            rtcp: Cipher::new(&key, Layer::Rtcp),
            rtp_streams: Streams::default(),
            rtcp_streams: Streams::default(),
        }
    }

    /// Goes on with the roll-over counters of the key before
    /// ([RFC 3711 section 3.3.1](https://www.rfc-editor.org/rfc/rfc3711#section-3.3.1)).
    pub fn go_on_from(&mut self, before: &Self) {
        self.rtp_streams.go_on_from(&before.rtp_streams);
    }

    /// Its key.
    pub const fn key(&self) -> &MasterKey {
        &self.key
    }

    /// Decrypts an SRTP packet in place and gives the length of the RTP packet. What lies there after an error is worth
    /// nothing.
    pub fn rtp(&mut self, packet: &mut [u8]) -> Result<usize, OpenError> {
        let tag = self.key.suite().rtp_tag();
        let plain = packet.len().checked_sub(tag).ok_or(OpenError::NoPacket)?;
        let header = rtp_header(&packet[..plain]).ok_or(OpenError::NoPacket)?;
        let ssrc = number(packet, 8);
        let index = self.rtp_streams.index(ssrc, sequence(packet)).ok_or(OpenError::Replayed)?;
        if self.rtp_streams.is_replayed(ssrc, index) {
            return Err(OpenError::Replayed);
        }
        let rolls = ((index >> 16) as u32).to_be_bytes();
        let place = Place { ssrc, index };
        if self.key.suite().is_gcm() {
            let (clear, text) = packet.split_at_mut(header);
            self.rtp.open(place, clear, text, rolls, &[])?;
        } else {
            let (packet, tag) = packet.split_at_mut(plain);
            let (clear, text) = packet.split_at_mut(header);
            self.rtp.open(place, clear, text, rolls, tag)?;
        }
        self.rtp_streams.note(ssrc, index);
        Ok(plain)
    }

    /// Decrypts an SRTCP packet in place and gives the length of the RTCP packet. One that was not encrypted is not
    /// taken: that is never agreed on here.
    pub fn rtcp(&mut self, packet: &mut [u8]) -> Result<usize, OpenError> {
        let tag = self.key.suite().rtcp_tag();
        let plain = packet.len().checked_sub(tag + RTCP_INDEX).filter(|plain| *plain >= RTCP_CLEAR);
        let plain = plain.ok_or(OpenError::NoPacket)?;
        let is_gcm = self.key.suite().is_gcm();
        let word = number(packet, if is_gcm { plain + tag } else { plain });
        if word & ENCRYPTED == 0 {
            return Err(OpenError::NotGenuine);
        }
        let place = Place { ssrc: number(packet, 4), index: u64::from(word & !ENCRYPTED) };
        if self.rtcp_streams.is_replayed(place.ssrc, place.index) {
            return Err(OpenError::Replayed);
        }
        let word = word.to_be_bytes();
        if is_gcm {
            let (clear, text) = packet[..plain + tag].split_at_mut(RTCP_CLEAR);
            self.rtcp.open(place, &associated(clear, word), text, word, &[])?;
        } else {
            let (packet, behind) = packet.split_at_mut(plain);
            let (clear, text) = packet.split_at_mut(RTCP_CLEAR);
            self.rtcp.open(place, clear, text, word, &behind[RTCP_INDEX..])?;
        }
        self.rtcp_streams.note(place.ssrc, place.index);
        Ok(plain)
    }
}
