//! RTP ports and the threads that pace media.
//!
//! A fixed number of threads own the calls: for each its `media::CallMedia`, its sockets and its queues. The 20 ms tick
//! is divided into ten slots; a thread wakes by an absolute-time timer at each slot that has calls. For each of them it
//! carries out what was ordered, drains the RTP socket (one `recvmmsg`, with the kernel's time stamps), runs one tick
//! and sends (one `sendto`). RTCP sockets are looked at every tenth tick. There is no epoll, no lock and, in the steady
//! state, no allocation.
//!
//! - [`RtpEngine`] and [`MediaHandle`]: what the rest of the house sees.
//! - `thread`, `call`, `schedule`: what a media thread does, and when.
//! - `ports`, `sockets`: which ports are free, and how they are bound.
//! - [`TapSink`]: where recorded sound goes. [`PacketTap`]: who sees the packets of a call.
//! - `syscall`: the foreign calls.

mod call;
mod capture;
mod config;
mod counters;
mod engine;
mod handle;
mod handshake;
mod ports;
mod schedule;
mod sockets;
mod syscall;
mod taps;
mod thread;

pub use capture::{PacketTap, PassingRtp};
pub use config::{LegPorts, OpenError, PortError, RtpConfig, SendError, StartError, ThreadPriority};
pub use counters::{LATENESS_BOUNDS_US, RtpCounters};
pub use engine::RtpEngine;
pub use handle::MediaHandle;
/// For this crate's measurements only.
#[doc(hidden)]
pub mod measure {
    pub use super::syscall::{ReceiveBatch, Received, Sleeper, enable_time_stamps};
}
pub use taps::{ChannelTaps, TapReceiver, TapSink, tap_channel};
