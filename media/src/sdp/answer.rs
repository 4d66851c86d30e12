//! Our answer to an offer.

use super::description::{Attribute, Direction, MediaDescription, SessionDescription};
use super::formats::{Format, event_for, formats};
use super::negotiate::{Accepts, LocalMedia, NegotiateError, Negotiated, Settled, Types, settle, takes_opus};
use super::privacy;
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
    let audio = |media: &&MediaDescription| {
        media.kind.eq_ignore_ascii_case("audio") && privacy::rtp_profile(&media.protocol).is_some()
    };
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
    let mut description = local.describe(lines.collect());
    description.attributes.extend(privacy::bundle(offer, &line));
    Ok((description, negotiated))
}

/// The codec that an offer of audio names first of those that are known.
pub fn first_codec(offer: &SessionDescription, known: &[Codec]) -> Option<Codec> {
    let media = offer.media.iter().find(|media| media.kind.eq_ignore_ascii_case("audio"))?;
    formats(media).find_map(|(_, format)| match format {
        Format::Audio(codec) if known.contains(&codec) => Some(codec),
        _ => None,
    })
}

fn refuse(media: &MediaDescription) -> MediaDescription {
    let mut line = MediaDescription::new(&media.kind, 0, &media.protocol, media.formats.clone());
    // The stream keeps its name (RFC 9143 section 7.3.3).
    line.attributes.extend(media.attribute("mid").map(|mid| Attribute::new("mid", mid.trim())));
    line
}

fn answer_stream(
    local: &LocalMedia,
    offer: &SessionDescription,
    media: &MediaDescription,
) -> Result<(MediaDescription, Negotiated), NegotiateError> {
    let (payload_type, codec) = choose(local, offer, media).ok_or(NegotiateError::NoCodec)?;
    let events = formats(media).filter_map(|(payload_type, format)| match format {
        Format::TelephoneEvent(rate) if local.dtmf => Some((payload_type, rate)),
        _ => None,
    });
    let telephone_event = event_for(events, codec);
    let noise =
        formats(media).find(|(_, format)| *format == Format::ComfortNoise).map(|(payload_type, _)| payload_type);
    let comfort_noise = noise.filter(|_| local.comfort_noise && codec.clock_rate() == 8_000);
    let mut offered = offer.direction_of(media);
    let (shelter, private_lines) = privacy::answer(local, offer, media)?;
    if shelter.ice.is_none() && offer.address_of(media).is_some_and(|address| address.is_unspecified()) {
        // The hold of RFC 2543: it may still send, but has nowhere to receive.
        offered = Direction::new(offered.sends(), false);
    }
    let direction = if media.port == 0 { Direction::Inactive } else { local.direction.answer_to(offered) };
    let events = telephone_event.into_iter().collect();
    let types = Types { audio: vec![(payload_type, codec)], noise: comfort_noise, events };
    let accepts = Accepts::new(&types);
    let settled = Settled { codec, payload_type, telephone_event, comfort_noise, accepts, direction, shelter };
    let negotiated = settle(local, offer, media, settled)?;
    let mut line = local.audio_line(&media.protocol, &types, direction);
    line.attributes.extend(private_lines);
    if media.port == 0 {
        line.port = 0;
    }
    Ok((line, negotiated))
}

/// The codec that is preferred, or the first of the offer that we take.
fn choose(local: &LocalMedia, offer: &SessionDescription, media: &MediaDescription) -> Option<(u8, Codec)> {
    let takes = |codec: Codec| local.codecs.contains(&codec) && (codec != Codec::Opus || takes_opus(offer, media));
    let mut offered = formats(media).filter_map(|(payload_type, format)| match format {
        Format::Audio(codec) if takes(codec) => Some((payload_type, codec)),
        _ => None,
    });
    let preferred = offered.clone().find(|(_, codec)| local.prefers == Some(*codec));
    preferred.or_else(|| offered.next())
}
