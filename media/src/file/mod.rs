//! Sound files (WAV, MP3, FLAC, Ogg Vorbis; any rate, any number of channels) to prompts. Not for the media thread.

use std::io::Cursor;

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use crate::prompt::{Prompt, PromptError};

/// What a file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// Bytes. Default: 64 MiB.
    pub max_bytes: usize,
    /// Length, ms. Default: 10 minutes. No more than [`Prompt::MAX_MS`] in any case.
    pub max_ms: u64,
    /// Channels. Default: 8.
    pub max_channels: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_ms: 10 * 60_000, max_channels: 8 }
    }
}

/// Why a file could not be made a prompt.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// More bytes than the limit.
    #[error("the file has {bytes} bytes, more than {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Longer than the limit.
    #[error("the file is longer than {limit_ms} ms")]
    TooLong {
        /// What is allowed.
        limit_ms: u64,
    },
    /// More channels than the limit, or none.
    #[error("the file has {0} channels")]
    Channels(usize),
    /// Neither WAV nor MP3, FLAC or Ogg Vorbis, or broken at its start.
    #[error("the file is in no known format")]
    Format(#[source] SymphoniaError),
    /// A known format without sound that can be decoded.
    #[error("the file holds no audio")]
    NoAudio,
    /// A known format with an unknown codec.
    #[error("the file's codec is not supported")]
    Codec(#[source] SymphoniaError),
    /// Broken in its middle.
    #[error("the file is broken")]
    Broken(#[source] SymphoniaError),
    /// See the source.
    #[error(transparent)]
    Prompt(#[from] PromptError),
}

/// Decodes a whole file. `extension` (such as `mp3`) helps to guess its format; the content decides.
pub fn decode(bytes: Vec<u8>, extension: Option<&str>, limits: &FileLimits) -> Result<Prompt, FileError> {
    if bytes.len() > limits.max_bytes {
        return Err(FileError::TooLarge { bytes: bytes.len(), limit: limits.max_bytes });
    }
    let mut hint = Hint::new();
    if let Some(extension) = extension {
        hint.with_extension(extension);
    }
    let stream =
        MediaSourceStream::new(Box::new(Cursor::new(bytes)), symphonia::core::io::MediaSourceStreamOptions::default());
    let mut reader = symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(FileError::Format)?;
    let track = reader.default_track(TrackType::Audio).ok_or(FileError::NoAudio)?;
    let id = track.id;
    let params = track.codec_params.as_ref().and_then(|params| params.audio()).ok_or(FileError::NoAudio)?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(params, &AudioDecoderOptions::default())
        .map_err(FileError::Codec)?;
    let (samples, rate) = read_all(reader.as_mut(), decoder.as_mut(), id, limits)?;
    Ok(Prompt::from_float(&samples, rate, 32_767.0)?)
}

/// All samples of a track as mono, and their rate.
fn read_all(
    reader: &mut dyn FormatReader,
    decoder: &mut dyn AudioDecoder,
    track: u32,
    limits: &FileLimits,
) -> Result<(Vec<f32>, u32), FileError> {
    let mut mono = Vec::new();
    let mut interleaved = Vec::new();
    let mut rate = None;
    while let Some(packet) = reader.next_packet().or_else(end_of_stream).map_err(FileError::Broken)? {
        if packet.track_id != track {
            continue;
        }
        let block = match decoder.decode(&packet) {
            Ok(block) => block,
            // A broken packet is skipped, as players do.
            Err(SymphoniaError::DecodeError(_)) => continue,
            Err(error) => return Err(FileError::Broken(error)),
        };
        if *rate.get_or_insert(block.spec().rate()) != block.spec().rate() {
            return Err(FileError::Broken(SymphoniaError::Unsupported("a sample rate that changes")));
        }
        mix_down(&block, &mut interleaved, &mut mono, limits)?;
        let limit_ms = limits.max_ms.min(Prompt::MAX_MS);
        if mono.len() as u64 * 1_000 > limit_ms * u64::from(block.spec().rate()) {
            return Err(FileError::TooLong { limit_ms });
        }
    }
    Ok((mono, rate.ok_or(FileError::NoAudio)?))
}

/// A file that is cut off is played as far as it goes; so is the first of several chained streams.
fn end_of_stream<T>(error: SymphoniaError) -> Result<Option<T>, SymphoniaError> {
    match error {
        SymphoniaError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
        SymphoniaError::ResetRequired => Ok(None),
        error => Err(error),
    }
}

fn mix_down(
    block: &GenericAudioBufferRef<'_>,
    interleaved: &mut Vec<f32>,
    mono: &mut Vec<f32>,
    limits: &FileLimits,
) -> Result<(), FileError> {
    let channels = block.spec().channels().count();
    if channels == 0 || channels > limits.max_channels {
        return Err(FileError::Channels(channels));
    }
    block.copy_to_vec_interleaved(interleaved);
    mono.extend(interleaved.chunks_exact(channels).map(|samples| samples.iter().sum::<f32>() / channels as f32));
    Ok(())
}

#[cfg(test)]
mod tests;
