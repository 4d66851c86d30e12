//! Audio without I/O: SDP offer and answer, RTP and RTCP, codecs, DTMF, tones, prompts, and the mixing of a call.

pub mod call_media;
pub mod codec;
pub mod dtmf;
pub mod file;
pub mod prompt;
pub mod resample;
pub mod rtp;
pub mod sdp;
pub mod tone;
pub mod vad;

pub use call_media::{CallMedia, CallMediaConfig, LegSlot, MediaCommand, MediaEvent, Tap, TapStream};
pub use prompt::Prompt;

#[cfg(test)]
mod test_signal;
