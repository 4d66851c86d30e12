//! Payload types: which codec each stands for, and which of them is telephone-event.

use super::description::MediaDescription;
use crate::codec::{Codec, OpusFormat};

/// The static payload type of comfort noise (RFC 3389 section 4).
pub(super) const COMFORT_NOISE: u8 = 13;

/// What a payload type of a media line carries, as far as it is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Audio(Codec),
    /// Telephone-event (RFC 4733) with its clock rate, Hz.
    TelephoneEvent(u32),
    /// Comfort noise (RFC 3389) at the clock of 8 kHz, which all codecs here have that may use it.
    ComfortNoise,
    Other,
}

/// The payload types of a media line in order, with what they carry.
pub(super) fn formats(media: &MediaDescription) -> impl Iterator<Item = (u8, Format)> + Clone + '_ {
    media.formats.iter().filter_map(|format| {
        let payload_type: u8 = format.parse().ok()?;
        // `08` and `+8` are no payload types: an answer could not repeat them.
        let is_plain = payload_type < 128 && payload_type.to_string() == *format;
        is_plain.then(|| (payload_type, format_of(media, payload_type)))
    })
}

fn format_of(media: &MediaDescription, payload_type: u8) -> Format {
    let Some(mapping) = rtpmap(media, payload_type) else {
        if payload_type == COMFORT_NOISE {
            return Format::ComfortNoise;
        }
        return Codec::from_payload_type(payload_type).map_or(Format::Other, Format::Audio);
    };
    let mut parts = mapping.split('/').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let clock_rate = parts.next().and_then(|rate| rate.parse().ok()).unwrap_or(8_000);
    let channels = parts.next().and_then(|channels| channels.parse().ok()).unwrap_or(1_u8);
    if name.eq_ignore_ascii_case("telephone-event") {
        return Format::TelephoneEvent(clock_rate);
    }
    if name.eq_ignore_ascii_case("CN") && clock_rate == 8_000 {
        return Format::ComfortNoise;
    }
    match Codec::from_encoding_name(name) {
        // Some phones write G.722 with its sample rate instead of its RTP clock; they count at 8 kHz all the same.
        // Some leave the 2 of Opus out, which says nothing of what is sent.
        Some(codec) if channels <= codec.channels() && rate_fits(codec, clock_rate) => Format::Audio(codec),
        _ => Format::Other,
    }
}

fn rate_fits(codec: Codec, clock_rate: u32) -> bool {
    clock_rate == codec.clock_rate() || (codec == Codec::G722 && clock_rate == codec.sample_rate().hz())
}

/// What the peer wishes of Opus under a payload type.
pub(super) fn opus_format(media: &MediaDescription, payload_type: u8) -> OpusFormat {
    let parameters = media.attributes.iter().filter(|attribute| attribute.name.eq_ignore_ascii_case("fmtp"));
    let mut parameters = parameters.filter_map(|attribute| attribute.value.as_deref()?.trim_start().split_once(' '));
    let ours = parameters.find(|(number, _)| number.parse() == Ok(payload_type));
    ours.map_or_else(OpusFormat::default, |(_, parameters)| OpusFormat::read(parameters))
}

/// The payload type of telephone-event to go with a codec, and its clock rate, Hz: that of the codec, else 8,000, which
/// some write next to Opus (RFC 4733 section 2.1 asks for the same).
pub(super) fn event_for(mut events: impl Iterator<Item = (u8, u32)> + Clone, codec: Codec) -> Option<(u8, u32)> {
    let same = events.clone().find(|(_, rate)| *rate == codec.clock_rate());
    same.or_else(|| events.find(|(_, rate)| *rate == 8_000))
}

/// The encoding that `a=rtpmap` gives for a payload type, such as `PCMU/8000`.
fn rtpmap(media: &MediaDescription, payload_type: u8) -> Option<&str> {
    media.attributes.iter().filter(|attribute| attribute.name.eq_ignore_ascii_case("rtpmap")).find_map(|attribute| {
        let (number, encoding) = attribute.value.as_deref()?.trim_start().split_once(' ')?;
        (number.parse() == Ok(payload_type)).then(|| encoding.trim())
    })
}
