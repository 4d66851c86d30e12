//! The SIP side of the load: one endpoint that places all calls.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use media::codec::Codec;
use media::sdp::{self, KeyExchange, LocalMedia, LocalPrivacy, Secret, SessionDescription, SrtpPolicy};
use sip_core::message::{NameAddr, Uri};
use sip_core::{Body, EndpointConfig, Event, OutgoingCall};
use tokio::sync::mpsc;
use transport::sip::{Listen, SipConfig, SipHandle, SipTransport, TlsConfig};

use crate::HERE;

/// How calls sound.
#[derive(Debug, Clone, Copy, Args)]
pub struct Sound {
    /// Their codec: PCMU, PCMA, G722 or OPUS
    #[arg(long, default_value = "PCMU", value_parser = codec)]
    pub codec: Codec,
    /// Encrypted (SRTP, with the keys in the session description)
    #[arg(long)]
    pub srtp: bool,
}

/// Reads a codec's name.
pub fn codec(name: &str) -> Result<Codec, String> {
    Codec::from_encoding_name(name).ok_or_else(|| format!("there is no codec {name}: PCMU, PCMA, G722 or OPUS"))
}

impl Sound {
    /// Our side of a call whose RTP is to come to `port`.
    pub fn at(self, port: u16) -> LocalMedia {
        let mut local = LocalMedia::new(HERE, port, 1);
        local.codecs = vec![self.codec];
        local.privacy = self.srtp.then(|| LocalPrivacy {
            policy: SrtpPolicy::Required,
            exchange: Some(KeyExchange::Sdes),
            // Nobody listens on loopback.
            secret: Secret::new([7; 32]),
            fingerprint: None,
        });
        local
    }
}

/// Opens the line that all calls go by, UDP, and TLS where a target asks for it.
pub async fn line() -> Result<(SipHandle, mpsc::Receiver<Event>), Box<dyn Error>> {
    line_at(0).await
}

/// The same at a port.
pub async fn line_at(port: u16) -> Result<(SipHandle, mpsc::Receiver<Event>), Box<dyn Error>> {
    let mut endpoint = EndpointConfig::default();
    endpoint.limits.max_legs = 200_000;
    endpoint.limits.max_transactions = 1_000_000;
    let tls = TlsConfig { insecure: vec![HERE.to_string()], platform_roots: false, ..TlsConfig::default() };
    let config = SipConfig {
        listen: vec![Listen::udp(SocketAddr::new(HERE, port))],
        endpoint,
        seed: u64::from(std::process::id()) << 20,
        event_capacity: 65_536,
        command_capacity: 65_536,
        tls: Some(tls),
        ..SipConfig::default()
    };
    Ok(SipTransport::start(config).await?)
}

/// A call to `target` whose RTP is to come to `port`, in G.711.
pub fn invite(target: &str, port: u16) -> Result<OutgoingCall, Box<dyn Error>> {
    let sound = Sound { codec: Codec::Pcmu, srtp: false };
    Ok(offer(target, &sound.at(port))?.0)
}

/// A call to `target`, and what it offers.
pub fn offer(target: &str, local: &LocalMedia) -> Result<(OutgoingCall, SessionDescription), Box<dyn Error>> {
    let from = NameAddr::new(Uri::parse("sip:load@127.0.0.1")?);
    let mut call = OutgoingCall::new(Uri::parse(target)?, from);
    let offer = sdp::offer(local);
    call.body = Some(Body::sdp(offer.to_string()));
    call.ring_timeout = Duration::from_secs(20);
    Ok((call, offer))
}
