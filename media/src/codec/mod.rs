//! Telephone codecs: G.711 (both laws) and G.722 at 64 kbit/s.
//!
//! All three carry 8,000 bytes a second, so that 20 ms are always [`FRAME_BYTES`] bytes.

mod g711;
mod g722;

use call_model::SampleRate;

use g722::{G722Decoder, G722Encoder};

/// Bytes of 20 ms of any codec here: all run at 64 kbit/s.
pub const FRAME_BYTES: usize = 160;

/// A speech codec, as negotiated in SDP ([RFC 3551 section 6](https://www.rfc-editor.org/rfc/rfc3551#section-6)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// G.711 mu-law: North America and Japan.
    Pcmu,
    /// G.711 A-law: everywhere else.
    Pcma,
    /// G.722 at 64 kbit/s: wideband.
    G722,
}

impl Codec {
    /// Every codec, best sound first.
    pub const ALL: [Self; 3] = [Self::G722, Self::Pcma, Self::Pcmu];

    /// The static RTP payload type.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
            Self::G722 => 9,
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
        }
    }

    /// The codec of an `a=rtpmap` encoding name, in any case.
    pub fn from_encoding_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.encoding_name().eq_ignore_ascii_case(name))
    }

    /// The RTP clock rate, Hz. G.722's is 8,000 by an old mistake that was kept
    /// ([RFC 3551 section 4.5.2](https://www.rfc-editor.org/rfc/rfc3551#section-4.5.2)).
    pub const fn clock_rate(self) -> u32 {
        8_000
    }

    /// The rate that the decoded samples are at: 16 kHz for G.722.
    pub const fn sample_rate(self) -> SampleRate {
        match self {
            Self::Pcmu | Self::Pcma => SampleRate::Narrow,
            Self::G722 => SampleRate::Wide,
        }
    }

    /// Samples that one byte stands for: 2 for G.722.
    pub const fn samples_per_byte(self) -> usize {
        match self {
            Self::Pcmu | Self::Pcma => 1,
            Self::G722 => 2,
        }
    }

    /// The byte whose repetition is silence. (For G.722 it only nears silence: its decoder has a memory.)
    pub const fn silence_byte(self) -> u8 {
        match self {
            Self::Pcmu => 0xFF,
            Self::Pcma => 0xD5,
            Self::G722 => 0xFA,
        }
    }
}

/// Turns payloads into samples. G.722 keeps state from one payload to the next.
#[derive(Debug, Clone)]
pub struct Decoder(DecoderState);

#[derive(Debug, Clone)]
enum DecoderState {
    Pcmu,
    Pcma,
    G722(Box<G722Decoder>),
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new(codec: Codec) -> Self {
        Self(match codec {
            Codec::Pcmu => DecoderState::Pcmu,
            Codec::Pcma => DecoderState::Pcma,
            Codec::G722 => DecoderState::G722(Box::new(G722Decoder::new())),
        })
    }

    /// The codec that it reads.
    pub fn codec(&self) -> Codec {
        match self.0 {
            DecoderState::Pcmu => Codec::Pcmu,
            DecoderState::Pcma => Codec::Pcma,
            DecoderState::G722(_) => Codec::G722,
        }
    }

    /// Decodes a payload at the codec's sample rate and gives the number of samples written. What does not fit in
    /// `out` is not decoded.
    pub fn decode(&mut self, payload: &[u8], out: &mut [i16]) -> usize {
        match &mut self.0 {
            DecoderState::Pcmu => g711::decode(&g711::MU_LAW_TO_LINEAR, payload, out),
            DecoderState::Pcma => g711::decode(&g711::A_LAW_TO_LINEAR, payload, out),
            DecoderState::G722(decoder) => decoder.decode(payload, out),
        }
    }
}

/// Turns samples into payloads. G.722 keeps state from one payload to the next.
#[derive(Debug, Clone)]
pub struct Encoder(EncoderState);

#[derive(Debug, Clone)]
enum EncoderState {
    Pcmu,
    Pcma,
    G722(Box<G722Encoder>),
}

impl Encoder {
    /// An encoder at the start of a stream.
    pub fn new(codec: Codec) -> Self {
        Self(match codec {
            Codec::Pcmu => EncoderState::Pcmu,
            Codec::Pcma => EncoderState::Pcma,
            Codec::G722 => EncoderState::G722(Box::new(G722Encoder::new())),
        })
    }

    /// The codec that it writes.
    pub fn codec(&self) -> Codec {
        match self.0 {
            EncoderState::Pcmu => Codec::Pcmu,
            EncoderState::Pcma => Codec::Pcma,
            EncoderState::G722(_) => Codec::G722,
        }
    }

    /// Encodes samples at the codec's sample rate and gives the number of bytes written. What does not fit in `out`
    /// is not encoded, nor is the odd last sample for G.722.
    pub fn encode(&mut self, samples: &[i16], out: &mut [u8]) -> usize {
        match &mut self.0 {
            EncoderState::Pcmu => g711::encode_mu_law(samples, out),
            EncoderState::Pcma => g711::encode_a_law(samples, out),
            EncoderState::G722(encoder) => encoder.encode(samples, out),
        }
    }
}

#[cfg(test)]
mod tests;
