//! Audio without I/O: SDP offer and answer, RTP and RTCP, codecs, DTMF, tones, prompts, and the mixing of a call.
//!
//! - [`call_media`]: all audio of one call, tick by tick: legs, playing, bridging, recording. It is built from:
//! - [`sdp`], [`rtp`] and [`srtp`]: what is agreed with a peer, the stream to and from it, and its encryption;
//! - [`codec`], [`resample`]: G.711 and G.722, 8 and 16 kHz;
//! - [`dtmf`], [`tone`], [`vad`], [`echo_guard`]: keys, call-progress tones, speech and silence, our own echo;
//! - [`answering`]: who or what answered a call;
//! - [`prompt`], [`file`](mod@file): sound made ready to be played, off the media thread.

pub mod answering;
pub mod call_media;
pub mod codec;
pub mod dtmf;
pub mod echo_guard;
pub mod fax;
pub mod file;
pub mod hold_music;
pub mod prompt;
pub mod resample;
pub mod rtp;
pub mod sdp;
pub mod srtp;
pub mod tone;
pub mod vad;

pub use call_media::{CallMedia, CallMediaConfig, LegSlot, MediaCommand, MediaEvent, Supervision, Tap, TapStream};
pub use prompt::{Prompt, PromptStream};

#[cfg(test)]
mod test_signal;
