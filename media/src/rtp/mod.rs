//! RTP ([RFC 3550](https://www.rfc-editor.org/rfc/rfc3550)) without I/O: one [`Session`] is one end of one audio
//! stream each way, from packets to 20 ms frames and back.

mod config;
mod quality;
mod session;

pub use config::{JitterConfig, LatchPolicy, SessionConfig};
pub use quality::Quality;
pub use session::{Heard, Outgoing, OutgoingKind, SendDigitsError, Session, SessionEvent};
