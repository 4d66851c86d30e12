//! The offer/answer model: our offer, and what an answer to it settles.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::description::{
    Attribute, Connection, Direction, MediaDescription, Origin, SessionDescription, Timing, address_type,
};
use super::formats::{COMFORT_NOISE, Format, event_for, formats, opus_format};
use super::privacy::{self, LocalPrivacy, Shelter};
use crate::codec::{Codec, OpusFormat};

/// The dynamic payload type that we give telephone-event, as most of the field does.
pub(super) const TELEPHONE_EVENT: u8 = 101;
/// The one that we give telephone-event at the clock of Opus.
const TELEPHONE_EVENT_48K: u8 = 110;
/// The packet length that we send and ask for, ms.
pub(super) const DEFAULT_PTIME_MS: u8 = 20;
/// The packet lengths that we can send, ms.
const PTIMES_MS: std::ops::RangeInclusive<u32> = 10..=60;

/// Our end of a call's audio, as it is to be described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalMedia {
    /// The address where the peer reaches us.
    pub address: IpAddr,
    /// Another address of ours, of the same IP version, at which the same ports are open: told to peers that do ICE.
    pub other: Option<IpAddr>,
    /// Our RTP port there.
    pub port: u16,
    /// Our RTCP port there; one above RTP's unless said otherwise.
    pub rtcp_port: u16,
    /// The codecs that we take, most wanted first. An answer follows the order of the offer, as
    /// [RFC 3264 section 6.1](https://www.rfc-editor.org/rfc/rfc3264#section-6.1) recommends.
    pub codecs: Vec<Codec>,
    /// The codec that an answer takes before the offer's order: that of the other leg, which then needs no transcoding.
    pub prefers: Option<Codec>,
    /// Whether keys are sent and taken as telephone-event (RFC 4733).
    pub dtmf: bool,
    /// Whether comfort noise ([RFC 3389](https://www.rfc-editor.org/rfc/rfc3389)) is taken.
    pub comfort_noise: bool,
    /// How we wish to receive Opus.
    pub opus: OpusFormat,
    /// What we are ready to do: `SendRecv`, but for a call that we hold.
    pub direction: Direction,
    /// The packet length that we ask for, ms.
    pub ptime_ms: u8,
    /// The id in `o=`: unguessable, constant for the dialog.
    pub session_id: u64,
    /// The version in `o=`. See [`SessionDescription::revise`] for later offers and answers.
    pub session_version: u64,
    /// What is encrypted, and with what; `None`: nothing.
    pub privacy: Option<LocalPrivacy>,
}

impl LocalMedia {
    /// All codecs of fixed rate, keys by telephone-event, no comfort noise, both directions, 20 ms, RTCP on the next
    /// port.
    pub fn new(address: IpAddr, port: u16, session_id: u64) -> Self {
        Self {
            address,
            other: None,
            port,
            rtcp_port: port.saturating_add(1),
            codecs: Codec::FIXED.to_vec(),
            prefers: None,
            dtmf: true,
            comfort_noise: false,
            opus: OpusFormat::ours(),
            direction: Direction::SendRecv,
            ptime_ms: DEFAULT_PTIME_MS,
            session_id,
            session_version: session_id,
            privacy: None,
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
            attributes: privacy::session_lines(&media),
            media,
            ..SessionDescription::default()
        }
    }

    /// Our audio line with these payload types.
    pub(super) fn audio_line(&self, protocol: &str, types: &Types, direction: Direction) -> MediaDescription {
        let audio = types.audio.iter().map(|(payload_type, _)| *payload_type);
        let events = types.events.iter().map(|(payload_type, _)| *payload_type);
        let formats = audio.chain(types.noise).chain(events).map(|payload_type| payload_type.to_string()).collect();
        let mut media = MediaDescription::new("audio", self.port, protocol, formats);
        for (payload_type, codec) in &types.audio {
            let channels = if codec.channels() > 1 { format!("/{}", codec.channels()) } else { String::new() };
            let mapping = format!("{payload_type} {}/{}{channels}", codec.encoding_name(), codec.clock_rate());
            media.attributes.push(Attribute::new("rtpmap", mapping));
            if *codec == Codec::Opus {
                media.attributes.push(Attribute::new("fmtp", format!("{payload_type} {}", self.opus.write())));
            }
        }
        if let Some(payload_type) = types.noise {
            media.attributes.push(Attribute::new("rtpmap", format!("{payload_type} CN/8000")));
        }
        for (payload_type, rate) in &types.events {
            media.attributes.push(Attribute::new("rtpmap", format!("{payload_type} telephone-event/{rate}")));
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

/// The payload types of an audio line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Types {
    pub audio: Vec<(u8, Codec)>,
    pub noise: Option<u8>,
    /// Telephone-event, with the clock rate of each, Hz.
    pub events: Vec<(u8, u32)>,
}

impl Types {
    fn ours(local: &LocalMedia) -> Self {
        let audio: Vec<_> = local.codecs.iter().map(|codec| (codec.payload_type(), *codec)).collect();
        let has_clock = |rate: u32| audio.iter().any(|(_, codec)| codec.clock_rate() == rate);
        let events = [(TELEPHONE_EVENT, 8_000), (TELEPHONE_EVENT_48K, 48_000)];
        let events = events.into_iter().filter(|(_, rate)| local.dtmf && has_clock(*rate)).collect();
        let noise = (local.comfort_noise && has_clock(8_000)).then_some(COMFORT_NOISE);
        Self { audio, noise, events }
    }

    fn read(media: &MediaDescription) -> Self {
        let mut types = Self::default();
        for (payload_type, format) in formats(media) {
            match format {
                Format::Audio(codec) => types.audio.push((payload_type, codec)),
                Format::TelephoneEvent(rate) => types.events.push((payload_type, rate)),
                Format::ComfortNoise => types.noise = Some(payload_type),
                Format::Other => {}
            }
        }
        types
    }
}

/// The payload types that we announced for receiving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accepts {
    audio: [Option<(u8, Codec)>; Codec::ALL.len()],
    /// The payload types of telephone-event, if we announced it: one for each clock.
    pub telephone_event: [Option<u8>; 2],
    /// That of comfort noise.
    pub comfort_noise: Option<u8>,
}

impl Accepts {
    pub(super) fn new(types: &Types) -> Self {
        let mut accepts = Self { comfort_noise: types.noise, ..Self::default() };
        for (slot, entry) in accepts.audio.iter_mut().zip(&types.audio) {
            *slot = Some(*entry);
        }
        for (slot, (payload_type, _)) in accepts.telephone_event.iter_mut().zip(&types.events) {
            *slot = Some(*payload_type);
        }
        accepts
    }

    /// Whether a payload type is that of telephone-event.
    pub fn is_event(&self, payload_type: u8) -> bool {
        self.telephone_event.contains(&Some(payload_type))
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
    /// How the peer wishes to receive Opus.
    pub opus: OpusFormat,
    /// The payload type to send telephone-event with; `None` when the peer does not take it.
    pub telephone_event: Option<u8>,
    /// In what clock its durations are told, Hz: 8,000, or 48,000 next to Opus.
    pub event_clock: u32,
    /// The payload type to send comfort noise with; `None` when that was not agreed on.
    pub comfort_noise: Option<u8>,
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
    /// The packet length to send, ms: 10 to 60, a multiple of 10; 20 for Opus.
    pub ptime_ms: u8,
    /// Encryption, ICE, and whether RTCP shares the port.
    pub shelter: Shelter,
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
    /// Encrypted sound is asked for, and switched off here.
    #[error("encrypted sound (SRTP) is switched off here")]
    Encrypted,
    /// Encrypted sound is asked for, without a key or a fingerprint that we can use.
    #[error("encrypted sound is asked for, but no way to agree on keys that could be used")]
    NoKeys,
    /// Plain RTP where encryption is required.
    #[error("encrypted sound (SRTP) is required here")]
    NotEncrypted,
}

/// Our offer. It is also what goes into the 200 for an INVITE without an offer; [`complete`] then reads the ACK's body.
pub fn offer(local: &LocalMedia) -> SessionDescription {
    let (profile, lines) = privacy::offer(local);
    let mut line = local.audio_line(profile, &Types::ours(local), local.direction);
    line.attributes.extend(lines);
    let bundle = privacy::own_bundle(&line);
    let mut description = local.describe(vec![line]);
    description.attributes.extend(bundle);
    description
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
    let ours = Types::read(offered);
    let accepts = Accepts::new(&ours);
    let chosen = formats(media).find_map(|(payload_type, format)| match format {
        Format::Audio(codec) => ours.audio.iter().any(|(_, known)| *known == codec).then_some((payload_type, codec)),
        _ => None,
    });
    let (payload_type, codec) = chosen.ok_or(NegotiateError::NoCodec)?;
    let events = formats(media).filter_map(|(payload_type, format)| match format {
        Format::TelephoneEvent(rate) => Some((payload_type, rate)),
        // An answer that repeats our number without its rtpmap means the same.
        Format::Other => ours.events.iter().find(|(known, _)| *known == payload_type).copied(),
        _ => None,
    });
    let telephone_event = event_for(events, codec).filter(|_| !ours.events.is_empty());
    let noise =
        formats(media).find(|(_, format)| *format == Format::ComfortNoise).map(|(payload_type, _)| payload_type);
    let comfort_noise = noise.filter(|_| ours.noise.is_some());
    let direction = local.direction.answer_to(answer.direction_of(media));
    let shelter = privacy::complete(local, offered, answer, media)?;
    let settled = Settled { codec, payload_type, telephone_event, comfort_noise, accepts, direction, shelter };
    settle(local, answer, media, settled)
}

/// What remains after codec and direction are known.
#[derive(Clone, Copy)]
pub(super) struct Settled {
    pub codec: Codec,
    pub payload_type: u8,
    /// With its clock rate, Hz.
    pub telephone_event: Option<(u8, u32)>,
    pub comfort_noise: Option<u8>,
    pub accepts: Accepts,
    /// Ours.
    pub direction: Direction,
    pub shelter: Shelter,
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
    // With ICE the peer's checks tell where it is: what is stated may be a placeholder (RFC 8840 section 4.1).
    let by_ice = settled.shelter.ice.is_some();
    let reachable = (by_ice || !address.is_unspecified()) && media.port != 0;
    if reachable && !by_ice && address.is_ipv4() != local.address.is_ipv4() {
        return Err(NegotiateError::AddressFamily);
    }
    let remote_rtp = SocketAddr::new(address, media.port);
    let is_opus = settled.codec == Codec::Opus;
    Ok(Negotiated {
        codec: settled.codec,
        payload_type: settled.payload_type,
        opus: if is_opus { opus_format(media, settled.payload_type) } else { OpusFormat::default() },
        telephone_event: settled.telephone_event.map(|(payload_type, _)| payload_type),
        event_clock: settled.telephone_event.map_or(8_000, |(_, rate)| rate),
        comfort_noise: settled.comfort_noise.filter(|_| settled.codec.clock_rate() == 8_000),
        accepts: settled.accepts,
        remote_rtp,
        remote_rtcp: if settled.shelter.rtcp_mux { remote_rtp } else { rtcp_address(media, remote_rtp) },
        shelter: settled.shelter,
        send: settled.direction.sends() && reachable,
        receive: settled.direction.receives() && media.port != 0,
        // `a=ptime` is a wish; an Opus packet of 20 ms is what every peer plays, and what costs least to recover.
        ptime_ms: if is_opus { DEFAULT_PTIME_MS } else { ptime(remote, media) },
    })
}

/// Whether the peer takes packets of 20 ms, the only ones that we make of Opus.
pub(super) fn takes_opus(remote: &SessionDescription, media: &MediaDescription) -> bool {
    let longest = media.attribute("maxptime").or_else(|| remote.attribute("maxptime"));
    let longest = longest.and_then(|value| value.trim().split('.').next()?.parse::<u32>().ok());
    longest.is_none_or(|ms| ms == 0 || ms >= u32::from(DEFAULT_PTIME_MS))
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
