//! The audio of one call: its legs, what is played to the caller, what is recorded, and who hears whom.
//!
//! Without I/O and clock: the driver gives packets, commands and a tick every 20 ms, and then drains
//! [`poll_transmit`](CallMedia::poll_transmit), [`poll_event`](CallMedia::poll_event) and
//! [`poll_tap`](CallMedia::poll_tap). Nothing is allocated from tick to tick.

mod command;
mod config;
mod event;

use std::net::SocketAddr;
use std::time::Instant;

pub use command::{LegSlot, MediaCommand};
pub use config::{CallMediaConfig, Dropped, InbandDtmf};
pub use event::{MediaEvent, Tap, TapStream};

use crate::rtp::Outgoing;

/// One call's audio. See the [module](self).
pub struct CallMedia {
    config: CallMediaConfig,
}

impl CallMedia {
    /// A call without legs.
    pub fn new(config: CallMediaConfig) -> Self {
        Self { config }
    }

    /// Carries a command out.
    pub fn handle(&mut self, now: Instant, command: MediaCommand) {
        let _ = (now, command, &self.config);
    }

    /// Takes an RTP packet in, with the time at which it reached the socket.
    pub fn handle_rtp(&mut self, arrived: Instant, leg: LegSlot, source: SocketAddr, packet: &[u8]) {
        let _ = (arrived, leg, source, packet);
    }

    /// Takes an RTCP packet in.
    pub fn handle_rtcp(&mut self, arrived: Instant, leg: LegSlot, source: SocketAddr, packet: &[u8]) {
        let _ = (arrived, leg, source, packet);
    }

    /// 20 ms have passed: plays, mixes, records and sends one frame. A driver that is late calls it once for each 20 ms
    /// that passed, since recordings are as long as their ticks.
    pub fn tick(&mut self, now: Instant) {
        let _ = now;
    }

    /// The next packet to send, and by which leg's socket.
    pub fn poll_transmit(&mut self) -> Option<(LegSlot, Outgoing<'_>)> {
        None
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<MediaEvent> {
        None
    }

    /// The next block of recorded sound.
    pub fn poll_tap(&mut self) -> Option<Tap> {
        None
    }

    /// Gives a block's memory back, to be filled again.
    pub fn recycle(&mut self, samples: Vec<i16>) {
        drop(samples);
    }

    /// What had to be dropped so far.
    pub fn dropped(&self) -> Dropped {
        Dropped::default()
    }
}
