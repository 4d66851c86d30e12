//! The tests of `media`, one executable: each of them would carry the whole room.
#![allow(clippy::unwrap_used, reason = "tests")]

mod audio_mutations;
mod comfort_noise;
mod ice;
#[path = "../../fuzz/checks/mutate.rs"]
mod mutate;
mod mutations;
mod opus;
mod privacy;
mod rekeying;
mod rtp_keys;
mod rtp_network;
mod rtp_session;
mod rtp_wire;
mod sdp;
mod sdp_codecs;
mod session_mutations;
mod srtp;
mod srtp_network;
mod support;
