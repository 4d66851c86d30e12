//! A whole switchboard on loopback, apps that follow a script of the test, and phones to call it with.

#![allow(dead_code, unused_imports, reason = "no test file needs all of it")]

mod apps;
mod ears_and_voice;
mod house;
mod outside;
mod phones;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use sip_core::Event;
use tokio::sync::mpsc;
use transport::sip::{Listen, SipConfig, SipHandle, SipTransport};

pub use apps::{CONSENT, MISSING, NAME, RESTLESS, RULE, Script, UNMADE};
pub use ears_and_voice::{Session, Tones};
pub use house::{House, member};
pub use outside::{Question, Use};
pub use phones::Phones;

/// Nothing here takes this long, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, future).await;
    done.unwrap_or_else(|_| panic!("{what} did not come"))
}

/// Of every member.
const PASSWORD: &str = "hush";
/// What SIP challenges with.
const REALM: &str = "callwright";

/// A line of its own, on a free port.
async fn line() -> (SipHandle, mpsc::Receiver<Event>) {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let config = SipConfig { listen: vec![Listen::udp(here)], ..SipConfig::default() };
    SipTransport::start(config).await.expect("a line")
}
