//! Sound that is ready to be played: decoded, resampled and encoded once, then shared by every call.

mod stream;

pub use stream::PromptStream;

use std::fmt;

use call_model::{AudioFrame, FRAME_MS, SampleRate, Tone};

use crate::codec::{Codec, Decoder, Encoder, FRAME_BYTES};
use crate::dtmf;
use crate::resample::{ResampleError, resample};
use crate::tone::{self, Country};

/// A piece of sound, cut into frames of 20 ms, in every form in which a leg can need it, or in the one form in which a
/// leg needs it at once ([`PromptStream::for_codec`]). To be built off the media thread and shared in an `Arc`.
///
/// Takes about 72 kB for each second in every form, 8 kB as G.711, 40 kB as G.722 and 32 kB for Opus.
#[derive(Clone, PartialEq, Eq)]
pub struct Prompt {
    frames: usize,
    narrow: Box<[i16]>,
    wide: Box<[i16]>,
    pcmu: Box<[u8]>,
    pcma: Box<[u8]>,
    g722: Box<[u8]>,
}

/// Why sound could not be made a prompt.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// Longer than [`Prompt::MAX_MS`].
    #[error("longer than {} minutes", Prompt::MAX_MS / 60_000)]
    TooLong,
    /// Slower than 1 kHz or faster than 384 kHz.
    #[error("a sample rate of {0} Hz is not supported")]
    Rate(u32),
    /// See the source.
    #[error(transparent)]
    Resample(#[from] ResampleError),
}

impl Prompt {
    /// The longest prompt, ms.
    pub const MAX_MS: u64 = 30 * 60_000;

    /// From mono samples at any rate (Hz). The last frame is filled up with silence.
    pub fn from_samples(samples: &[i16], rate: u32) -> Result<Self, PromptError> {
        let Some(telephone) = [SampleRate::Narrow, SampleRate::Wide].into_iter().find(|known| known.hz() == rate)
        else {
            let samples: Vec<f32> = samples.iter().map(|&s| f32::from(s)).collect();
            return Self::from_float(&samples, rate, 1.0);
        };
        Self::check_length(samples.len(), rate)?;
        let mut stream = PromptStream::new(telephone);
        stream.take(samples);
        Ok(stream.finish().unwrap_or_else(|| Self::silence(0)))
    }

    /// From mono samples of that full scale, at any rate (Hz).
    pub(crate) fn from_float(samples: &[f32], rate: u32, scale: f32) -> Result<Self, PromptError> {
        if !(1_000..=384_000).contains(&rate) {
            return Err(PromptError::Rate(rate));
        }
        Self::check_length(samples.len(), rate)?;
        let at = |to: SampleRate| -> Result<Vec<i16>, PromptError> {
            let resampled = resample(samples, rate, to.hz())?;
            Ok(resampled.into_iter().map(|s| (s * scale).round() as i16).collect())
        };
        Ok(Self::from_both(at(SampleRate::Narrow)?, at(SampleRate::Wide)?))
    }

    /// Silence, ms, rounded up to a frame; no longer than [`MAX_MS`](Self::MAX_MS).
    pub fn silence(duration_ms: u64) -> Self {
        let ms = duration_ms.min(Self::MAX_MS) as usize;
        Self::from_both(vec![0; ms * 8], vec![0; ms * 16])
    }

    /// A call-progress tone, ms; no longer than [`MAX_MS`](Self::MAX_MS).
    pub fn tone(tone: Tone, country: Country, duration_ms: u64) -> Self {
        let ms = duration_ms.min(Self::MAX_MS);
        let at = |rate| tone::render(tone, country, rate, ms);
        Self::from_both(at(SampleRate::Narrow), at(SampleRate::Wide))
    }

    /// Keys as tones, with `,` for a pause of half a second; no longer than [`MAX_MS`](Self::MAX_MS).
    pub fn dtmf(digits: &str) -> Self {
        let keys = digits.chars().take((Self::MAX_MS / 500) as usize).collect::<String>();
        Self::from_both(dtmf::render(&keys, SampleRate::Narrow), dtmf::render(&keys, SampleRate::Wide))
    }

    fn check_length(samples: usize, rate: u32) -> Result<(), PromptError> {
        let too_long = samples as u64 > Self::MAX_MS * u64::from(rate) / 1_000;
        if too_long { Err(PromptError::TooLong) } else { Ok(()) }
    }

    fn from_both(narrow: Vec<i16>, wide: Vec<i16>) -> Self {
        Self::encoded(narrow, wide, &mut Encoder::new(Codec::G722))
    }

    /// What the G.722 encoder encoded before comes right before this. The last frame is filled up with silence.
    fn encoded(mut narrow: Vec<i16>, mut wide: Vec<i16>, g722: &mut Encoder) -> Self {
        let frames = narrow.len().div_ceil(SampleRate::Narrow.frame_samples());
        narrow.resize(frames * SampleRate::Narrow.frame_samples(), 0);
        wide.resize(frames * SampleRate::Wide.frame_samples(), 0);
        Self {
            frames,
            pcmu: encode(&mut Encoder::new(Codec::Pcmu), &narrow),
            pcma: encode(&mut Encoder::new(Codec::Pcma), &narrow),
            g722: encode(g722, &wide),
            narrow: narrow.into_boxed_slice(),
            wide: wide.into_boxed_slice(),
        }
    }

    /// The same in the form of one codec alone, of samples at its rate. G.711 can be turned back into samples frame by
    /// frame and keeps none.
    fn encoded_as(mut samples: Vec<i16>, encoder: &mut Encoder) -> Self {
        let codec = encoder.codec();
        let frames = samples.len().div_ceil(codec.sample_rate().frame_samples());
        samples.resize(frames * codec.sample_rate().frame_samples(), 0);
        let mut prompt = Self {
            frames,
            narrow: Box::default(),
            wide: Box::default(),
            pcmu: Box::default(),
            pcma: Box::default(),
            g722: Box::default(),
        };
        let payloads = if codec.samples_per_byte().is_some() { encode(encoder, &samples) } else { Box::default() };
        match codec {
            Codec::Pcmu => prompt.pcmu = payloads,
            Codec::Pcma => prompt.pcma = payloads,
            Codec::G722 => (prompt.g722, prompt.wide) = (payloads, samples.into_boxed_slice()),
            Codec::Opus => prompt.wide = samples.into_boxed_slice(),
        }
        prompt
    }

    /// How many frames of 20 ms.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// How long, ms, to the frame.
    pub fn duration_ms(&self) -> u64 {
        self.frames as u64 * FRAME_MS
    }

    /// All samples at a rate; none where the prompt has a form without them.
    pub fn samples(&self, rate: SampleRate) -> &[i16] {
        match rate {
            SampleRate::Narrow => &self.narrow,
            SampleRate::Wide => &self.wide,
        }
    }

    /// One frame's samples; `None` after the end, or where the prompt has a form without them.
    pub fn frame(&self, frame: usize, rate: SampleRate) -> Option<&[i16]> {
        let samples = rate.frame_samples();
        self.samples(rate).get(frame * samples..(frame + 1) * samples)
    }

    /// Writes one frame's samples at the rate of `out`, whatever form the prompt has; `false` after the end. A form made
    /// for the other rate is stretched or thinned without a filter: it is for the rest of a sentence in whose middle a
    /// leg changed its codec.
    pub fn write_frame(&self, frame: usize, out: &mut AudioFrame) -> bool {
        if let Some(samples) = self.frame(frame, out.rate()) {
            out.samples_mut().copy_from_slice(samples);
            return true;
        }
        let mut other = AudioFrame::silence(SampleRate::Wide);
        if let Some(samples) = self.frame(frame, SampleRate::Wide) {
            other.samples_mut().copy_from_slice(samples);
        } else {
            other = AudioFrame::silence(SampleRate::Narrow);
            let payload = [Codec::Pcmu, Codec::Pcma].map(|codec| Some((codec, self.payload(frame, codec)?)));
            let Some((codec, payload)) = payload.into_iter().flatten().next() else { return false };
            Decoder::new(codec).decode(payload, other.samples_mut());
        }
        match (other.samples(), out.samples_mut()) {
            (have, out) if have.len() == out.len() => out.copy_from_slice(have),
            (have, out) if have.len() > out.len() => {
                out.iter_mut().zip(have.iter().step_by(2)).for_each(|(sample, had)| *sample = *had);
            }
            (have, out) => {
                for (at, pair) in out.chunks_exact_mut(2).enumerate() {
                    let next = have.get(at + 1).unwrap_or(&have[at]);
                    pair.copy_from_slice(&[have[at], have[at].midpoint(*next)]);
                }
            }
        }
        true
    }

    /// One frame's payload, encoded as one stream from the prompt's start, or from its [`PromptStream`]'s;
    /// `None` after the end, or where the prompt has another codec's form. Always `None` for Opus: each call encodes its
    /// own stream without seams, at the bit rate and with the redundancy that its peer and its line need.
    pub fn payload(&self, frame: usize, codec: Codec) -> Option<&[u8]> {
        let payloads = match codec {
            Codec::Pcmu => &self.pcmu,
            Codec::Pcma => &self.pcma,
            Codec::G722 => &self.g722,
            Codec::Opus => return None,
        };
        payloads.get(frame * FRAME_BYTES..(frame + 1) * FRAME_BYTES)
    }
}

/// The payloads of whole frames of samples.
fn encode(encoder: &mut Encoder, samples: &[i16]) -> Box<[u8]> {
    let frames = samples.len() / encoder.codec().sample_rate().frame_samples();
    let mut payloads = vec![0; frames * FRAME_BYTES];
    encoder.encode(samples, &mut payloads);
    payloads.into_boxed_slice()
}

impl fmt::Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prompt").field("duration_ms", &self.duration_ms()).finish_non_exhaustive()
    }
}
