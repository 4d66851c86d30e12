//! SRTP and SRTCP ([RFC 3711](https://www.rfc-editor.org/rfc/rfc3711), AES-256
//! [RFC 6188](https://www.rfc-editor.org/rfc/rfc6188), AES-GCM [RFC 7714](https://www.rfc-editor.org/rfc/rfc7714)):
//! packets are sealed and opened where they lie, and nothing is allocated for them.
//!
//! `rtc-srtp` is the second opinion in the tests and not the transform: it gives every packet as a new buffer.

mod cipher;
mod keys;
mod open;
mod seal;
mod streams;
mod suite;

pub use keys::{MasterKey, SrtpKeys};
pub use open::{OpenError, Opener};
pub use seal::{SealError, Sealer};
pub use suite::Suite;

/// The part of an SRTCP packet that is never encrypted: the first header and the sender's SSRC.
const RTCP_CLEAR: usize = 8;
/// The E flag and the index behind an SRTCP packet.
const RTCP_INDEX: usize = 4;
/// The E flag: the packet is encrypted.
const ENCRYPTED: u32 = 1 << 31;

/// The length of an RTP header with its contributing sources and its extension; `None` when it does not fit.
fn rtp_header(packet: &[u8]) -> Option<usize> {
    let flags = *packet.first().filter(|flags| **flags >> 6 == 2)?;
    let fixed = 12 + usize::from(flags & 0x0F) * 4;
    if flags & 0x10 == 0 {
        return (packet.len() >= fixed).then_some(fixed);
    }
    let words = u16::from_be_bytes(*packet.get(fixed + 2..)?.first_chunk()?);
    let whole = fixed + 4 + usize::from(words) * 4;
    (packet.len() >= whole).then_some(whole)
}

/// A big-endian number within a packet; 0 past its end.
fn number(packet: &[u8], at: usize) -> u32 {
    packet.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// An RTP packet's sequence number.
fn sequence(packet: &[u8]) -> u16 {
    packet.get(2..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u16::from_be_bytes(*bytes))
}
