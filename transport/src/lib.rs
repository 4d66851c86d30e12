//! The only sockets and the only clock of the house: SIP over UDP and TCP, DNS, and the RTP ports with the threads
//! that pace media.
//!
//! - [`sip`]: one task that owns a `sip_core::Endpoint` and its sockets, and the [`sip::SipHandle`] to it.
//! - [`rtp`]: a fixed number of threads that own the calls' `media::CallMedia` and their RTP and RTCP sockets.

pub mod rtp;
pub mod sip;
