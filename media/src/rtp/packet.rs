//! The RTP header ([RFC 3550 section 5.1](https://www.rfc-editor.org/rfc/rfc3550#section-5.1)), read in place.
//!
//! `rtc-rtp` is the second opinion in the tests and not the reader: it gives CSRCs, header extensions and the payload
//! as owned buffers, which allocates for each packet, and it takes the rest of an extension block behind the id 15 for
//! payload.

const FIXED_BYTES: usize = 12;
const VERSION: u8 = 2;

/// An RTP packet that lies in a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// For audio: the first packet after a silence.
    pub marker: bool,
    /// 0 to 127.
    pub payload_type: u8,
    /// One more for each packet.
    pub sequence: u16,
    /// When the first sample was taken, in the RTP clock.
    pub timestamp: u32,
    /// The stream.
    pub ssrc: u32,
    /// The payload without padding.
    pub payload: &'a [u8],
}

/// Why a datagram is no RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// Shorter than its header says.
    #[error("shorter than its header")]
    Short,
    /// Not version 2.
    #[error("not version 2")]
    Version,
    /// The padding is longer than what it pads.
    #[error("wrong padding")]
    Padding,
}

impl<'a> Packet<'a> {
    /// Reads a datagram. CSRCs and header extensions are skipped.
    pub fn read(datagram: &'a [u8]) -> Result<Self, PacketError> {
        let (header, mut rest) = datagram.split_first_chunk::<FIXED_BYTES>().ok_or(PacketError::Short)?;
        let [flags, kind, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3] = *header;
        if flags >> 6 != VERSION {
            return Err(PacketError::Version);
        }
        rest = rest.get(usize::from(flags & 0x0F) * 4..).ok_or(PacketError::Short)?;
        if flags & 0x10 != 0 {
            let ([_, _, high, low], extension) = rest.split_first_chunk::<4>().ok_or(PacketError::Short)?;
            let words = usize::from(u16::from_be_bytes([*high, *low]));
            rest = extension.get(words * 4..).ok_or(PacketError::Short)?;
        }
        if flags & 0x20 != 0 {
            let padding = usize::from(*rest.last().ok_or(PacketError::Padding)?);
            let kept = rest.len().checked_sub(padding).filter(|_| padding > 0).ok_or(PacketError::Padding)?;
            rest = &rest[..kept];
        }
        Ok(Self {
            marker: kind & 0x80 != 0,
            payload_type: kind & 0x7F,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([r0, r1, r2, r3]),
            payload: rest,
        })
    }

    /// Appends the packet to `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut header = [0; FIXED_BYTES];
        header[0] = VERSION << 6;
        header[1] = (u8::from(self.marker) << 7) | (self.payload_type & 0x7F);
        header[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        header[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        header[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(self.payload);
    }
}

/// Whether a datagram of the RTP socket is RTCP
/// ([RFC 5761 section 4](https://www.rfc-editor.org/rfc/rfc5761#section-4)).
pub fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [_, 192..=223, ..])
}
