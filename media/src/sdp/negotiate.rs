//! The offer/answer model: our offer, and what an answer to it settles.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::description::{
    Attribute, Connection, Direction, MediaDescription, Origin, SessionDescription, Timing, address_type,
};
use super::formats::{Format, formats};
use crate::codec::Codec;

/// The dynamic payload type that we give telephone-event, as most of the field does.
pub(super) const TELEPHONE_EVENT: u8 = 101;
/// The packet length that we send and ask for, ms.
pub(super) const DEFAULT_PTIME_MS: u8 = 20;
/// The packet lengths that we can send, ms.
const PTIMES_MS: std::ops::RangeInclusive<u32> = 10..=60;

/// Our end of a call's audio, as it is to be described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalMedia {
    /// The address where the peer reaches us.
    pub address: IpAddr,
    /// Our RTP port there.
    pub port: u16,
    /// Our RTCP port there; one above RTP's unless said otherwise.
    pub rtcp_port: u16,
    /// The codecs that we take, most wanted first. An answer follows the order of the offer, as
    /// [RFC 3264 section 6.1](https://www.rfc-editor.org/rfc/rfc3264#section-6.1) recommends.
    pub codecs: Vec<Codec>,
    /// Whether keys are sent and taken as telephone-event (RFC 4733).
    pub dtmf: bool,
    /// What we are ready to do: `SendRecv`, but for a call that we hold.
    pub direction: Direction,
    /// The packet length that we ask for, ms.
    pub ptime_ms: u8,
    /// The id in `o=`: unguessable, constant for the dialog.
    pub session_id: u64,
    /// The version in `o=`. See [`SessionDescription::revise`] for later offers and answers.
    pub session_version: u64,
}

impl LocalMedia {
    /// All codecs, keys by telephone-event, both directions, 20 ms, RTCP on the next port.
    pub fn new(address: IpAddr, port: u16, session_id: u64) -> Self {
        Self {
            address,
            port,
            rtcp_port: port.saturating_add(1),
            codecs: Codec::ALL.to_vec(),
            dtmf: true,
            direction: Direction::SendRecv,
            ptime_ms: DEFAULT_PTIME_MS,
            session_id,
            session_version: session_id,
        }
    }

    /// The description around one or more media lines.
    pub(super) fn describe(&self, media: Vec<MediaDescription>) -> SessionDescription {
        SessionDescription {
            origin: Origin {
                session_id: self.session_id.to_string(),
                session_version: self.session_version.to_string(),
                address_type: address_type(self.address).into(),
                address: self.address.to_string(),
                ..Origin::default()
            },
            name: "-".into(),
            connection: Some(Connection::new(self.address)),
            timings: vec![Timing::default()],
            media,
            ..SessionDescription::default()
        }
    }

    /// Our audio line with these payload types.
    pub(super) fn audio_line(
        &self,
        protocol: &str,
        audio: &[(u8, Codec)],
        telephone_event: Option<u8>,
        direction: Direction,
    ) -> MediaDescription {
        let types = audio.iter().map(|(payload_type, _)| *payload_type).chain(telephone_event);
        let formats = types.map(|payload_type| payload_type.to_string()).collect();
        let mut media = MediaDescription::new("audio", self.port, protocol, formats);
        for (payload_type, codec) in audio {
            let mapping = format!("{payload_type} {}/{}", codec.encoding_name(), codec.clock_rate());
            media.attributes.push(Attribute::new("rtpmap", mapping));
        }
        if let Some(payload_type) = telephone_event {
            media.attributes.push(Attribute::new("rtpmap", format!("{payload_type} telephone-event/8000")));
            media.attributes.push(Attribute::new("fmtp", format!("{payload_type} 0-15")));
        }
        if self.rtcp_port != self.port.saturating_add(1) {
            media.attributes.push(Attribute::new("rtcp", self.rtcp_port.to_string()));
        }
        media.attributes.push(Attribute::new("ptime", self.ptime_ms.to_string()));
        media.attributes.push(Attribute::flag(direction.name()));
        media
    }
}

/// The payload types that we announced for receiving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accepts {
    audio: [Option<(u8, Codec)>; Codec::ALL.len()],
    /// The payload type of telephone-event, if we announced it.
    pub telephone_event: Option<u8>,
}

impl Accepts {
    pub(super) fn new(audio: impl IntoIterator<Item = (u8, Codec)>, telephone_event: Option<u8>) -> Self {
        let mut accepts = Self { telephone_event, ..Self::default() };
        for (slot, entry) in accepts.audio.iter_mut().zip(audio) {
            *slot = Some(entry);
        }
        accepts
    }

    /// The codec that a payload type stands for.
    pub fn codec(&self, payload_type: u8) -> Option<Codec> {
        self.audio.iter().flatten().find(|(known, _)| *known == payload_type).map(|(_, codec)| *codec)
    }
}

/// What an offer and its answer settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Negotiated {
    /// The codec to send.
    pub codec: Codec,
    /// The payload type to send it with: the peer's number for it.
    pub payload_type: u8,
    /// The payload type to send telephone-event with; `None` when the peer does not take it.
    pub telephone_event: Option<u8>,
    /// What we take: our numbers.
    pub accepts: Accepts,
    /// Where to send RTP. The address is unspecified, or the port 0, while the peer holds us in the old way: then
    /// [`send`](Self::send) is false.
    pub remote_rtp: SocketAddr,
    /// Where to send RTCP ([RFC 3605](https://www.rfc-editor.org/rfc/rfc3605), else the next port).
    pub remote_rtcp: SocketAddr,
    /// Whether we may send audio.
    pub send: bool,
    /// Whether audio may come.
    pub receive: bool,
    /// The packet length to send, ms: 10 to 60, a multiple of 10.
    pub ptime_ms: u8,
}

impl Negotiated {
    /// Whether one of the two ends holds the call, in whichever way it was said.
    pub fn is_held(&self) -> bool {
        !(self.send && self.receive)
    }
}

/// Why an offer or an answer cannot be agreed to; an offer is then refused with 488.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NegotiateError {
    /// No audio stream by RTP/AVP.
    #[error("no audio stream that could be used")]
    NoAudio,
    /// Audio, but no codec in common.
    #[error("no codec in common")]
    NoCodec,
    /// No `c=` line, or a host name in it.
    #[error("no usable address for the audio stream")]
    NoAddress,
    /// The peer is reached by IPv6 and we by IPv4, or the other way round.
    #[error("the audio stream uses the other IP version")]
    AddressFamily,
    /// The answer refuses our stream.
    #[error("the answer refuses the audio stream")]
    Refused,
}

/// Our offer. It is also what goes into the 200 for an INVITE without an offer; [`complete`] then reads the ACK's body.
pub fn offer(local: &LocalMedia) -> SessionDescription {
    let audio: Vec<_> = local.codecs.iter().map(|codec| (codec.payload_type(), *codec)).collect();
    let telephone_event = local.dtmf.then_some(TELEPHONE_EVENT);
    local.describe(vec![local.audio_line("RTP/AVP", &audio, telephone_event, local.direction)])
}

/// Reads the answer to `ours`, an offer made by [`offer`] with the same `local`.
pub fn complete(
    local: &LocalMedia,
    ours: &SessionDescription,
    answer: &SessionDescription,
) -> Result<Negotiated, NegotiateError> {
    let offered = ours.media.first().ok_or(NegotiateError::NoAudio)?;
    let media = answer.media.first().ok_or(NegotiateError::NoAudio)?;
    if !media.kind.eq_ignore_ascii_case("audio") {
        return Err(NegotiateError::NoAudio);
    }
    if media.port == 0 {
        return Err(NegotiateError::Refused);
    }
    let (mut audio, mut our_event) = (Vec::new(), None);
    for (payload_type, format) in formats(offered) {
        match format {
            Format::Audio(codec) => audio.push((payload_type, codec)),
            Format::TelephoneEvent(_) => our_event = Some(payload_type),
            Format::Other => {}
        }
    }
    let accepts = Accepts::new(audio.iter().copied(), our_event);
    let chosen = formats(media).find_map(|(payload_type, format)| match format {
        Format::Audio(codec) => audio.iter().any(|(_, ours)| *ours == codec).then_some((payload_type, codec)),
        _ => None,
    });
    let (payload_type, codec) = chosen.ok_or(NegotiateError::NoCodec)?;
    let telephone_event = our_event.and_then(|ours| {
        formats(media).find_map(|(payload_type, format)| match format {
            Format::TelephoneEvent(8_000) => Some(payload_type),
            // An answer that repeats our number without its rtpmap means the same.
            Format::Other => (payload_type == ours).then_some(payload_type),
            _ => None,
        })
    });
    let direction = local.direction.answer_to(answer.direction_of(media));
    settle(local, answer, media, Settled { codec, payload_type, telephone_event, accepts, direction })
}

/// What remains after codec and direction are known.
#[derive(Clone, Copy)]
pub(super) struct Settled {
    pub codec: Codec,
    pub payload_type: u8,
    pub telephone_event: Option<u8>,
    pub accepts: Accepts,
    /// Ours.
    pub direction: Direction,
}

/// Adds the peer's addresses and its packet length.
pub(super) fn settle(
    local: &LocalMedia,
    remote: &SessionDescription,
    media: &MediaDescription,
    settled: Settled,
) -> Result<Negotiated, NegotiateError> {
    let address = match remote.address_of(media) {
        Some(address) => address,
        None if media.port == 0 => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        None => return Err(NegotiateError::NoAddress),
    };
    let reachable = !address.is_unspecified() && media.port != 0;
    if reachable && address.is_ipv4() != local.address.is_ipv4() {
        return Err(NegotiateError::AddressFamily);
    }
    let remote_rtp = SocketAddr::new(address, media.port);
    Ok(Negotiated {
        codec: settled.codec,
        payload_type: settled.payload_type,
        telephone_event: settled.telephone_event,
        accepts: settled.accepts,
        remote_rtp,
        remote_rtcp: rtcp_address(media, remote_rtp),
        send: settled.direction.sends() && reachable,
        receive: settled.direction.receives() && media.port != 0,
        ptime_ms: ptime(remote, media),
    })
}

/// `a=rtcp:port [IN IP4 address]`, else the port above RTP's (RFC 3605).
fn rtcp_address(media: &MediaDescription, rtp: SocketAddr) -> SocketAddr {
    let next = SocketAddr::new(rtp.ip(), rtp.port().saturating_add(1));
    let Some(value) = media.attribute("rtcp") else { return next };
    let mut parts = value.split_ascii_whitespace();
    let Some(port) = parts.next().and_then(|port| port.parse().ok()).filter(|port| *port != 0) else { return next };
    let address = parts.nth(2).and_then(|address| address.parse::<IpAddr>().ok());
    SocketAddr::new(address.filter(|address| address.is_ipv4() == rtp.is_ipv4()).unwrap_or(rtp.ip()), port)
}

/// The packet length that the peer wishes, within its `maxptime` and within what we can send.
fn ptime(remote: &SessionDescription, media: &MediaDescription) -> u8 {
    let number = |name: &str| -> Option<u32> {
        let value = media.attribute(name).or_else(|| remote.attribute(name))?;
        value.trim().split('.').next()?.parse().ok().filter(|&number| number > 0)
    };
    let wished = number("ptime").unwrap_or(u32::from(DEFAULT_PTIME_MS));
    let longest = number("maxptime").unwrap_or(*PTIMES_MS.end());
    let length = wished.min(longest).clamp(*PTIMES_MS.start(), *PTIMES_MS.end());
    (length / 10 * 10) as u8
}
