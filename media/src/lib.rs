//! Audio without I/O: SDP offer and answer, RTP and RTCP, codecs, DTMF, tones, prompts, and the mixing of a call.

pub mod codec;
pub mod rtp;
pub mod sdp;

#[cfg(test)]
mod test_signal;
