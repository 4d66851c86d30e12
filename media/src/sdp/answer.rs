//! Our answer to an offer.

use super::description::{Direction, MediaDescription, SessionDescription};
use super::formats::{Format, formats};
use super::negotiate::{Accepts, LocalMedia, NegotiateError, Negotiated, Settled, settle};
use crate::codec::Codec;

/// Answers an offer: the first audio stream that we can use is taken with one codec, every other stream is refused by
/// port 0 ([RFC 3264 section 6](https://www.rfc-editor.org/rfc/rfc3264#section-6)).
///
/// A stream that the offer itself switches off by port 0 is answered with port 0 and settles to neither direction, as
/// long as no other audio stream is offered: some peers hold a call like that.
pub fn answer(
    local: &LocalMedia,
    offer: &SessionDescription,
) -> Result<(SessionDescription, Negotiated), NegotiateError> {
    let audio = |media: &&MediaDescription| media.kind.eq_ignore_ascii_case("audio") && is_plain_rtp(&media.protocol);
    let mut outcome = Err(NegotiateError::NoAudio);
    for wants_port in [true, false] {
        for (index, media) in offer.media.iter().enumerate().filter(|(_, media)| audio(media)) {
            if (media.port != 0) != wants_port || outcome.is_ok() {
                continue;
            }
            match answer_stream(local, offer, media) {
                Ok(taken) => outcome = Ok((index, taken)),
                // The first stream's fault says most.
                Err(fault) if outcome == Err(NegotiateError::NoAudio) => outcome = Err(fault),
                Err(_) => {}
            }
        }
    }
    let (taken, (line, negotiated)) = outcome?;
    let lines = offer.media.iter().enumerate();
    let lines = lines.map(|(index, media)| if index == taken { line.clone() } else { refuse(media) });
    Ok((local.describe(lines.collect()), negotiated))
}

/// AVPF peers fall back to AVP's rules when no feedback is agreed on (RFC 4585 section 4).
fn is_plain_rtp(protocol: &str) -> bool {
    protocol.eq_ignore_ascii_case("RTP/AVP") || protocol.eq_ignore_ascii_case("RTP/AVPF")
}

fn refuse(media: &MediaDescription) -> MediaDescription {
    MediaDescription::new(&media.kind, 0, &media.protocol, media.formats.clone())
}

fn answer_stream(
    local: &LocalMedia,
    offer: &SessionDescription,
    media: &MediaDescription,
) -> Result<(MediaDescription, Negotiated), NegotiateError> {
    let (payload_type, codec) = choose(local, media).ok_or(NegotiateError::NoCodec)?;
    let telephone_event = formats(media)
        .find(|(_, format)| *format == Format::TelephoneEvent(8_000))
        .map(|(payload_type, _)| payload_type)
        .filter(|_| local.dtmf);
    let mut offered = offer.direction_of(media);
    if offer.address_of(media).is_some_and(|address| address.is_unspecified()) {
        // The hold of RFC 2543: it may still send, but has nowhere to receive.
        offered = Direction::new(offered.sends(), false);
    }
    let direction = if media.port == 0 { Direction::Inactive } else { local.direction.answer_to(offered) };
    let accepts = Accepts::new([(payload_type, codec)], telephone_event);
    let settled = Settled { codec, payload_type, telephone_event, accepts, direction };
    let negotiated = settle(local, offer, media, settled)?;
    let mut line = local.audio_line(&media.protocol, &[(payload_type, codec)], telephone_event, direction);
    if media.port == 0 {
        line.port = 0;
    }
    Ok((line, negotiated))
}

/// The first codec of the offer that we take.
fn choose(local: &LocalMedia, media: &MediaDescription) -> Option<(u8, Codec)> {
    formats(media).find_map(|(payload_type, format)| match format {
        Format::Audio(codec) if local.codecs.contains(&codec) => Some((payload_type, codec)),
        _ => None,
    })
}
