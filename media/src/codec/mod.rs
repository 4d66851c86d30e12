//! Telephone codecs: G.711 (both laws), G.722 at 64 kbit/s, and Opus.
//!
//! All but Opus carry 8,000 bytes a second, so that 20 ms are always [`FRAME_BYTES`] bytes and a byte is 125 us; they
//! are [`Codec::FIXED`]. Opus packets tell their length themselves: [`Codec::payload_ticks`].

mod g711;
mod g722;
mod opus;

use call_model::SampleRate;

pub use self::opus::OpusFormat;
use self::opus::{OpusDecoder, OpusEncoder};
use g722::{G722Decoder, G722Encoder};

/// Bytes of 20 ms of a codec of fixed rate: 64 kbit/s.
pub const FRAME_BYTES: usize = 160;
/// Room for 20 ms of any codec here, as an [`Encoder`] writes it.
pub const FRAME_ROOM: usize = self::opus::FRAME_ROOM;

/// A speech codec, as negotiated in SDP ([RFC 3551 section 6](https://www.rfc-editor.org/rfc/rfc3551#section-6)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// G.711 mu-law: North America and Japan.
    Pcmu,
    /// G.711 A-law: everywhere else.
    Pcma,
    /// G.722 at 64 kbit/s: wideband.
    G722,
    /// Opus, one channel, wideband ([RFC 7587](https://www.rfc-editor.org/rfc/rfc7587)).
    Opus,
}

impl Codec {
    /// Every codec, best sound first.
    pub const ALL: [Self; 4] = [Self::Opus, Self::G722, Self::Pcma, Self::Pcmu];
    /// Those of 64 kbit/s, where a byte is 125 us, best sound first.
    pub const FIXED: [Self; 3] = [Self::G722, Self::Pcma, Self::Pcmu];

    /// The static RTP payload type; for Opus, which has none, the dynamic one that we offer, as most of the field does.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
            Self::G722 => 9,
            Self::Opus => 111,
        }
    }

    /// The codec of a static RTP payload type.
    pub const fn from_payload_type(payload_type: u8) -> Option<Self> {
        match payload_type {
            0 => Some(Self::Pcmu),
            8 => Some(Self::Pcma),
            9 => Some(Self::G722),
            _ => None,
        }
    }

    /// The name in an `a=rtpmap` line.
    pub const fn encoding_name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
            Self::G722 => "G722",
            Self::Opus => "opus",
        }
    }

    /// The codec of an `a=rtpmap` encoding name, in any case.
    pub fn from_encoding_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.encoding_name().eq_ignore_ascii_case(name))
    }

    /// The RTP clock rate, Hz. G.722's is 8,000 by an old mistake that was kept
    /// ([RFC 3551 section 4.5.2](https://www.rfc-editor.org/rfc/rfc3551#section-4.5.2)).
    /// Opus always counts at 48,000 ([RFC 7587 section 4.1](https://www.rfc-editor.org/rfc/rfc7587#section-4.1)).
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => 8_000,
            Self::Opus => 48_000,
        }
    }

    /// Units of the RTP clock in 125 us, the tick by which everything is counted here: 1, or 6 for Opus.
    pub const fn clock_step(self) -> u32 {
        self.clock_rate() / 8_000
    }

    /// The channels in an `a=rtpmap` line: Opus always says 2, whatever is sent
    /// ([RFC 7587 section 4.1](https://www.rfc-editor.org/rfc/rfc7587#section-4.1)).
    pub const fn channels(self) -> u8 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => 1,
            Self::Opus => 2,
        }
    }

    /// The rate that the decoded samples are at: 16 kHz for G.722 and Opus.
    pub const fn sample_rate(self) -> SampleRate {
        match self {
            Self::Pcmu | Self::Pcma => SampleRate::Narrow,
            Self::G722 | Self::Opus => SampleRate::Wide,
        }
    }

    /// Samples that one byte stands for: 2 for G.722; `None` for Opus, whose packets have any length.
    pub const fn samples_per_byte(self) -> Option<usize> {
        match self {
            Self::Pcmu | Self::Pcma => Some(1),
            Self::G722 => Some(2),
            Self::Opus => None,
        }
    }

    /// The byte whose repetition is silence. (For G.722 it only nears silence: its decoder has a memory.) `None` for
    /// Opus.
    pub const fn silence_byte(self) -> Option<u8> {
        match self {
            Self::Pcmu => Some(0xFF),
            Self::Pcma => Some(0xD5),
            Self::G722 => Some(0xFA),
            Self::Opus => None,
        }
    }

    /// How long a payload lasts, in ticks of 125 us; `None` for what cannot be one.
    pub fn payload_ticks(self, payload: &[u8]) -> Option<usize> {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => Some(payload.len()).filter(|length| *length > 0),
            Self::Opus => self::opus::duration(payload),
        }
    }

    /// Whether a payload only says that its sender is silent (DTX).
    pub(crate) fn is_rest(self, payload: &[u8]) -> bool {
        self == Self::Opus && self::opus::is_silent(payload)
    }

    /// How much of what came before a payload is in it once more (in-band FEC), ticks.
    pub(crate) fn copy_ticks(self, payload: &[u8]) -> usize {
        if self == Self::Opus { self::opus::copy_ticks(payload) } else { 0 }
    }
}

/// Turns payloads into samples. G.722 and Opus keep state from one payload to the next.
#[derive(Debug)]
pub struct Decoder(DecoderState);

#[derive(Debug)]
enum DecoderState {
    Pcmu,
    Pcma,
    G722(Box<G722Decoder>),
    Opus(OpusDecoder),
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new(codec: Codec) -> Self {
        Self(match codec {
            Codec::Pcmu => DecoderState::Pcmu,
            Codec::Pcma => DecoderState::Pcma,
            Codec::G722 => DecoderState::G722(Box::new(G722Decoder::new())),
            Codec::Opus => DecoderState::Opus(OpusDecoder::new()),
        })
    }

    /// The codec that it reads.
    pub fn codec(&self) -> Codec {
        match self.0 {
            DecoderState::Pcmu => Codec::Pcmu,
            DecoderState::Pcma => Codec::Pcma,
            DecoderState::G722(_) => Codec::G722,
            DecoderState::Opus(_) => Codec::Opus,
        }
    }

    /// Decodes a payload at the codec's sample rate and gives the number of samples written. What does not fit in
    /// `out` is not decoded: of Opus, nothing at all then.
    pub fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        match &mut self.0 {
            DecoderState::Pcmu => g711::decode(&g711::MU_LAW_TO_LINEAR, payload, out),
            DecoderState::Pcma => g711::decode(&g711::A_LAW_TO_LINEAR, payload, out),
            DecoderState::G722(decoder) => decoder.decode(payload, out),
            DecoderState::Opus(decoder) => decoder.decode(payload, out),
        }
    }

    /// Fills `out` with what might have been there, if the codec knows how; `false` and nothing written if not.
    pub(crate) fn conceal(&mut self, out: &mut [i16]) -> bool {
        let DecoderState::Opus(decoder) = &mut self.0 else { return false };
        decoder.conceal(out);
        true
    }

    /// Fills `out` with what came right before a payload that [holds a copy](Codec::copy_ticks) of it.
    pub(crate) fn recover(&mut self, payload: &[u8], out: &mut [i16]) {
        if let DecoderState::Opus(decoder) = &mut self.0 {
            decoder.recover(payload, out);
        }
    }
}

/// The work that Opus puts into each frame unless another is wished, 0 to 10: above this a voice gains little.
pub const OPUS_COMPLEXITY: u8 = 5;

/// Turns samples into payloads. G.722 and Opus keep state from one payload to the next.
#[derive(Debug)]
pub struct Encoder(EncoderState);

#[derive(Debug)]
enum EncoderState {
    Pcmu,
    Pcma,
    G722(Box<G722Encoder>),
    Opus(OpusEncoder),
}

impl Encoder {
    /// An encoder at the start of a stream, to a peer without wishes.
    pub fn new(codec: Codec) -> Self {
        Self::for_peer(codec, OpusFormat::default(), OPUS_COMPLEXITY)
    }

    /// An encoder at the start of a stream, to a peer that wishes Opus so. `complexity` is the work that Opus puts into
    /// each frame, 0 to 10.
    pub fn for_peer(codec: Codec, opus: OpusFormat, complexity: u8) -> Self {
        Self(match codec {
            Codec::Pcmu => EncoderState::Pcmu,
            Codec::Pcma => EncoderState::Pcma,
            Codec::G722 => EncoderState::G722(Box::new(G722Encoder::new())),
            Codec::Opus => EncoderState::Opus(OpusEncoder::new(opus, complexity)),
        })
    }

    /// The share of our packets that the peer lost of late, 0 to 1: what Opus repeats of each packet is made by it.
    pub(crate) fn expect_loss(&mut self, share: f32) {
        if let EncoderState::Opus(encoder) = &mut self.0 {
            encoder.expect_loss(share);
        }
    }

    /// The codec that it writes.
    pub fn codec(&self) -> Codec {
        match self.0 {
            EncoderState::Pcmu => Codec::Pcmu,
            EncoderState::Pcma => Codec::Pcma,
            EncoderState::G722(_) => Codec::G722,
            EncoderState::Opus(_) => Codec::Opus,
        }
    }

    /// Encodes samples at the codec's sample rate and gives the number of bytes written. What does not fit in `out`
    /// is not encoded, nor is the odd last sample for G.722. Opus takes exactly 20 ms at a time, and gives 0 bytes where
    /// nothing is to be sent (DTX).
    pub fn encode(&mut self, samples: &[i16], out: &mut [u8]) -> usize {
        match &mut self.0 {
            EncoderState::Pcmu => g711::encode_mu_law(samples, out),
            EncoderState::Pcma => g711::encode_a_law(samples, out),
            EncoderState::G722(encoder) => encoder.encode(samples, out),
            EncoderState::Opus(encoder) => encoder.encode(samples, out),
        }
    }
}

#[cfg(test)]
mod tests;
