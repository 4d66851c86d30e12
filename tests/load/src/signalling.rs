//! The SIP side of the load: one endpoint that places all calls.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use media::codec::Codec;
use media::sdp::{self, LocalMedia};
use sip_core::message::{NameAddr, Uri};
use sip_core::{Body, EndpointConfig, Event, OutgoingCall};
use tokio::sync::mpsc;
use transport::sip::{Listen, SipConfig, SipHandle, SipTransport};

use crate::HERE;

/// Opens the line that all calls go by.
pub async fn line() -> Result<(SipHandle, mpsc::Receiver<Event>), Box<dyn Error>> {
    let mut endpoint = EndpointConfig::default();
    endpoint.limits.max_legs = 200_000;
    endpoint.limits.max_transactions = 1_000_000;
    let config = SipConfig {
        listen: vec![Listen::udp(SocketAddr::new(HERE, 0))],
        endpoint,
        seed: u64::from(std::process::id()) << 20,
        event_capacity: 65_536,
        command_capacity: 65_536,
        ..SipConfig::default()
    };
    Ok(SipTransport::start(config).await?)
}

/// A call to `target` whose RTP is to come to `port`, in G.711.
pub fn invite(target: &str, port: u16) -> Result<OutgoingCall, Box<dyn Error>> {
    let from = NameAddr::new(Uri::parse("sip:load@127.0.0.1")?);
    let mut call = OutgoingCall::new(Uri::parse(target)?, from);
    let mut local = LocalMedia::new(HERE, port, 1);
    local.codecs = vec![Codec::Pcmu];
    call.body = Some(Body::sdp(sdp::offer(&local).to_string()));
    call.ring_timeout = Duration::from_secs(20);
    Ok(call)
}
