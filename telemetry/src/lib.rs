//! What operators see of calls, without I/O: bytes and times in, bytes out.
//!
//! - [`message`]: the head of a SIP message, and a copy of it without secrets.
//! - [`signalling`]: the messages of calls, kept within bounds; [`ladder`] draws them.
//! - [`pcap`]: packets as a file that Wireshark reads. [`hep`]: packets as Homer takes them.
//! - [`trace`]: spans and their ids (W3C Trace Context); [`otlp`]: spans as OpenTelemetry's collectors take them.

pub mod hep;
pub mod ladder;
pub mod message;
pub mod otlp;
pub mod pcap;
pub mod signalling;
pub mod trace;
