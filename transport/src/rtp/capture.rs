//! What is shown of a call's packets to whoever captures them: never the keys that were pressed.

use std::fmt;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use media::call_media::KeyWays;
use media::rtp::OutgoingKind;

/// The head of an RTP packet (RFC 3550 section 5.1), without what its flags may add.
const RTP_HEAD: usize = 12;
/// A telephone-event takes four bytes, and no codec of ours makes so little of 10 ms: what is as short is treated like
/// one, whatever its payload type says.
const SHORT: usize = 16;

/// A packet that passes.
#[derive(Clone, Copy)]
pub struct PassingRtp<'a> {
    /// It came in.
    pub inbound: bool,
    /// When, since the Unix epoch.
    pub at: Duration,
    /// Our address.
    pub local: SocketAddr,
    /// The other's.
    pub remote: SocketAddr,
    /// The packet, as much as may be shown of it.
    pub data: &'a [u8],
    /// From here on what is to be written is [`BLANK`](Self::BLANK) in place of the bytes of `data`.
    pub blank_from: usize,
    /// Its length on the wire.
    pub whole: usize,
}

impl PassingRtp<'_> {
    /// What stands in the place of what may not be shown.
    pub const BLANK: u8 = 0xff;
}

impl fmt::Debug for PassingRtp<'_> {
    /// Leaves out who talks, and what is said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PassingRtp").field("inbound", &self.inbound).field("whole", &self.whole).finish_non_exhaustive()
    }
}

/// Is shown every packet of a call, on its media thread: it may not wait, lock, allocate or do I/O. It is dropped
/// elsewhere, when the capture or the call ends.
pub trait PacketTap: Send + fmt::Debug {
    /// A packet passed.
    fn saw(&mut self, packet: &PassingRtp<'_>);
}

/// What a call shows now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Showing {
    /// How keys come and go on the leg; `None`: that is not known yet.
    pub ways: Option<KeyWays>,
    /// Something is said or typed that may not be kept.
    pub hidden: bool,
}

/// How much of a packet may be shown, and from where on it is blanked.
pub(super) fn shown(kind: OutgoingKind, data: &[u8], showing: Showing) -> (usize, usize) {
    let all = (data.len(), data.len());
    // On the same port there may be checks and handshakes, whose secrets are not in them.
    let Some(second) = data.get(1).filter(|_| data[0] >> 6 == 2 && kind == OutgoingKind::Rtp) else { return all };
    let payload_type = second & 0x7f;
    let is_event = showing.ways.is_some_and(|ways| ways.is_event(payload_type));
    // And RTCP (RFC 5761 section 4), which has no voice in it.
    if (192..=223).contains(second) && showing.ways.is_some() && !is_event {
        return all;
    }
    let extended = data[0] & 0x10 != 0;
    let listed = RTP_HEAD + usize::from(data[0] & 0x0f) * 4;
    let words = if extended { data.get(listed + 2..listed + 4) } else { None };
    let extension = words.map_or(0, |words| 4 + usize::from(u16::from_be_bytes([words[0], words[1]])) * 4);
    let head = (listed + extension).min(data.len());
    if showing.hidden || showing.ways.is_none_or(|ways| ways.in_sound) {
        (head, head)
    } else if is_event || data.len() - head <= SHORT {
        (data.len(), head)
    } else {
        all
    }
}

/// What is known of a packet besides its bytes.
#[derive(Clone, Copy)]
pub(super) struct Passed {
    pub inbound: bool,
    pub kind: OutgoingKind,
    /// Since the Unix epoch.
    pub at: Duration,
    pub remote: SocketAddr,
}

/// Shows a packet to a tap, as far as it may be seen.
pub(super) fn tap_packet(tap: &mut dyn PacketTap, passed: Passed, socket: &UdpSocket, data: &[u8], showing: Showing) {
    let (most, blank_from) = shown(passed.kind, data, showing);
    let local = socket.local_addr().unwrap_or(SocketAddr::from(([0, 0, 0, 0], 0)));
    let Passed { inbound, at, remote, .. } = passed;
    tap.saw(&PassingRtp { inbound, at, local, remote, data: &data[..most], blank_from, whole: data.len() });
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use media::call_media::{CallMedia, CallMediaConfig, InbandDtmf, LegSlot, MediaCommand};
    use media::codec::Codec;
    use media::rtp::SessionConfig;
    use media::sdp::{self, LocalMedia};

    use super::*;

    /// How keys come on a leg whose phone names telephone-event 101, or does not.
    fn ways(events: bool, inband_dtmf: InbandDtmf) -> KeyWays {
        let ours = LocalMedia::new("127.0.0.1".parse().unwrap(), 4_000, 1);
        let format = if events { "0 101\r\na=rtpmap:101 telephone-event/8000" } else { "0" };
        let offer = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5000 RTP/AVP {format}\r\n"
        );
        let offer = sdp::SessionDescription::parse(offer.as_bytes()).unwrap();
        let negotiated = sdp::answer(&ours, &offer).unwrap().1;
        assert_eq!(negotiated.codec, Codec::Pcmu);
        let mut media = CallMedia::new(CallMediaConfig { inband_dtmf, ..CallMediaConfig::default() });
        assert_eq!(media.key_ways(LegSlot::CALLER), None);
        let (leg, session) = (LegSlot::CALLER, SessionConfig::new(1));
        media.handle(Instant::now(), MediaCommand::StartLeg { leg, session, negotiated });
        media.key_ways(leg).unwrap()
    }

    fn packet(payload_type: u8, payload: usize) -> Vec<u8> {
        let mut packet = vec![0; RTP_HEAD + payload];
        (packet[0], packet[1]) = (0x80, payload_type);
        packet
    }

    #[test]
    fn keys_are_blanked_and_the_voice_is_shown() {
        let showing = Showing { ways: Some(ways(true, InbandDtmf::Auto)), hidden: false };
        let rtp = |data: &[u8]| shown(OutgoingKind::Rtp, data, showing);
        assert_eq!(rtp(&packet(0, 160)), (172, 172));
        for marker in [0, 128] {
            assert_eq!(rtp(&packet(101 + marker, 4)), (16, 12));
            assert_eq!(rtp(&packet(101 + marker, 160)), (172, 12), "however long it is");
        }
        assert_eq!(rtp(&packet(99, 4)), (16, 12), "a type that was not agreed on");
        let mut extended = packet(101, 12);
        (extended[0], extended[15]) = (0x90, 1);
        assert_eq!(rtp(&extended), (24, 20), "the head reaches to the end of its extension");
        extended[14] = 0xff;
        assert_eq!(rtp(&extended), (24, 24), "a length that lies");
        assert_eq!(rtp(&packet(200, 20)), (32, 32), "RTCP on the same port");
        assert_eq!(shown(OutgoingKind::Rtcp, &packet(101, 4), showing), (16, 16));
        assert_eq!((rtp(&[]), rtp(&[0x80]), rtp(&[22, 1, 2])), ((0, 0), (1, 1), (3, 3)));
    }

    #[test]
    fn where_the_sound_may_tell_keys_it_is_left_out() {
        for ways in [None, Some(ways(false, InbandDtmf::Auto)), Some(ways(true, InbandDtmf::Always))] {
            let showing = Showing { ways, hidden: false };
            assert_eq!(shown(OutgoingKind::Rtp, &packet(0, 160), showing), (12, 12), "{ways:?}");
        }
        let hidden = Showing { ways: Some(ways(true, InbandDtmf::Auto)), hidden: true };
        assert_eq!(shown(OutgoingKind::Rtp, &packet(0, 160), hidden), (12, 12), "the recording is paused");
    }
}
