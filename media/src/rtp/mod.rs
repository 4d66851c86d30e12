//! RTP ([RFC 3550](https://www.rfc-editor.org/rfc/rfc3550)) without I/O: one [`Session`] is one end of one audio
//! stream each way, from packets to 20 ms frames and back.

mod buffer;
mod comfort_noise;
mod conceal;
mod config;
mod delay;
mod event_receiver;
mod event_sender;
mod latch;
mod line;
mod outbox;
pub mod packet;
mod playout;
mod quality;
mod reception;
mod report;
pub mod rtcp;
mod sender;
mod session;
mod shelter;
mod splice;
mod stun;
mod timeline;

pub use config::{JitterConfig, LatchPolicy, SessionConfig};
pub use quality::{Quality, mean_opinion_score};
pub use session::{Heard, Outgoing, OutgoingKind, SendDigitsError, Session, SessionEvent};
