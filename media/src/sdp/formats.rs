//! Payload types: which codec each stands for, and which of them is telephone-event.

use super::description::MediaDescription;
use crate::codec::Codec;

/// What a payload type of a media line carries, as far as it is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Audio(Codec),
    /// Telephone-event (RFC 4733) with its clock rate, Hz.
    TelephoneEvent(u32),
    Other,
}

/// The payload types of a media line in order, with what they carry.
pub(super) fn formats(media: &MediaDescription) -> impl Iterator<Item = (u8, Format)> + '_ {
    media.formats.iter().filter_map(|format| {
        let payload_type: u8 = format.parse().ok()?;
        // `08` and `+8` are no payload types: an answer could not repeat them.
        let is_plain = payload_type < 128 && payload_type.to_string() == *format;
        is_plain.then(|| (payload_type, format_of(media, payload_type)))
    })
}

fn format_of(media: &MediaDescription, payload_type: u8) -> Format {
    let Some(mapping) = rtpmap(media, payload_type) else {
        return Codec::from_payload_type(payload_type).map_or(Format::Other, Format::Audio);
    };
    let mut parts = mapping.split('/').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let clock_rate = parts.next().and_then(|rate| rate.parse().ok()).unwrap_or(8_000);
    let channels = parts.next().and_then(|channels| channels.parse().ok()).unwrap_or(1_u8);
    if name.eq_ignore_ascii_case("telephone-event") {
        return Format::TelephoneEvent(clock_rate);
    }
    match Codec::from_encoding_name(name) {
        // Some phones write G.722 with its sample rate instead of its RTP clock; they count at 8 kHz all the same.
        Some(codec) if channels == 1 && rate_fits(codec, clock_rate) => Format::Audio(codec),
        _ => Format::Other,
    }
}

fn rate_fits(codec: Codec, clock_rate: u32) -> bool {
    clock_rate == codec.clock_rate() || clock_rate == codec.sample_rate().hz()
}

/// The encoding that `a=rtpmap` gives for a payload type, such as `PCMU/8000`.
fn rtpmap(media: &MediaDescription, payload_type: u8) -> Option<&str> {
    media.attributes.iter().filter(|attribute| attribute.name.eq_ignore_ascii_case("rtpmap")).find_map(|attribute| {
        let (number, encoding) = attribute.value.as_deref()?.trim_start().split_once(' ')?;
        (number.parse() == Ok(payload_type)).then(|| encoding.trim())
    })
}
