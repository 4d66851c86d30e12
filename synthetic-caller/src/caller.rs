//! The line of a synthetic caller.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use media::sdp::{self, LocalMedia, LocalPrivacy, Secret, SrtpPolicy};
use media::vad::VadConfig;
use media::{CallMediaConfig, LegSlot, Prompt};
use sip_core::message::{NameAddr, Uri};
use sip_core::{Body, Credentials, Event, OutgoingCall, Protocol};
use speech::Utterance;
use tokio::sync::mpsc;
use tokio::time::Instant;
use transport::rtp::{RtpConfig, RtpEngine};
use transport::sip::{Listen, SipConfig, SipHandle, SipTransport};

use crate::call::OneCall;
use crate::config::{CallerConfig, CallerError, line};
use crate::conversation::Partner;
use crate::hearing::{Hearing, ear};
use crate::impairment::Relay;
use crate::noise::Noise;
use crate::report::Report;
use crate::script::{Script, Step};

/// A line that synthetic calls are made by, one at a time.
pub struct SyntheticCaller {
    pub(crate) config: CallerConfig,
    pub(crate) sip: SipHandle,
    pub(crate) events: mpsc::Receiver<Event>,
    pub(crate) rtp: RtpEngine,
}

impl SyntheticCaller {
    /// Opens a line on free ports.
    pub async fn start(config: CallerConfig, seed: u64) -> Result<Self, CallerError> {
        let protocol = if config.tcp { Protocol::Tcp } else { Protocol::Udp };
        let mut addresses = vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
        if std::net::UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok() {
            addresses.push(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
        }
        let listen = addresses.iter().map(|ip| Listen { protocol, ..Listen::udp(SocketAddr::new(*ip, 0)) });
        let sip = SipConfig { listen: listen.collect(), seed, ..SipConfig::default() };
        let (sip, events) = SipTransport::start(sip).await.map_err(line)?;
        let rtp = RtpConfig {
            threads: 1,
            bind: addresses,
            ports: config.ports.clone(),
            max_calls: 8,
            ..RtpConfig::default()
        };
        let rtp = RtpEngine::start(rtp).map_err(line)?;
        Ok(Self { config, sip, events, rtp })
    }

    /// Runs a script from its INVITE to the end of the call.
    pub async fn call(&mut self, script: &Script) -> Result<Report, CallerError> {
        let mut sounds = self.prepare(script).await?;
        let mut noise = Noise::of(&self.config.line, &sounds).map_err(line)?;
        if let Some(noise) = &mut noise {
            for sound in &mut sounds {
                *sound = noise.over(sound).map_err(line)?;
            }
        }
        let (mut call, hearing) = self.begin(script, noise).await?;
        if call.is_answered(script).await? {
            call.follow(script, sounds).await;
        }
        call.finish(hearing).await
    }

    /// Calls as a script says whose steps are not written: the partner gives them.
    pub async fn converse(&mut self, script: &Script, partner: &mut dyn Partner) -> Result<Report, CallerError> {
        let noise = Noise::of(&self.config.line, &[]).map_err(line)?;
        let (mut call, hearing) = self.begin(script, noise).await?;
        if call.is_answered(script).await? {
            call.converse(script, partner).await?;
        }
        call.finish(hearing).await
    }

    /// Sends the INVITE.
    async fn begin(&mut self, script: &Script, noise: Option<Noise>) -> Result<(OneCall<'_>, Hearing), CallerError> {
        let target = Uri::parse(&script.target).map_err(|_| CallerError::Target(script.target.clone()))?;
        if !target.is_sip() {
            return Err(CallerError::Target(script.target.clone()));
        }
        let near = self.sip.local_address_towards(target.clone()).await.map_err(line)?;
        let near = near.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let (sink, hearing) = ear();
        // The far end may give our own voice back (an echo test): that is to be heard. Its pauses are no silence.
        let vad = VadConfig { hangover_ms: 500, ..VadConfig::default() };
        let sound = CallMediaConfig { echo_guard: false, vad, ..CallMediaConfig::default() };
        let (media, media_events) = self.rtp.open(sound, Some(sink)).map_err(line)?;
        let ports = media.open_leg(LegSlot::CALLER, near).map_err(line)?;
        let relay = if self.config.line.is_lossy() {
            Some(Relay::open(&self.config.line, near, ports.rtp).await.map_err(line)?)
        } else {
            None
        };
        let rtp = relay.as_ref().map_or(ports.rtp, Relay::outside);
        let mut local = LocalMedia::new(rtp.ip(), rtp.port(), 1);
        local.rtcp_port = ports.rtcp.port();
        local.codecs.clone_from(&self.config.codecs);
        local.dtmf = self.config.telephone_event;
        local.privacy = self.privacy()?;
        let ours = sdp::offer(&local);
        let mut invite = OutgoingCall::new(target, self.from(near)?);
        invite.body = Some(Body::sdp(ours.to_string()));
        invite.ring_timeout = script.ring;
        invite.credentials =
            self.config.password.as_ref().map(|password| Credentials::new(&self.config.user, password));
        let started = Instant::now();
        let leg = self.sip.invite(invite).await.map_err(line)?;
        let mut call = OneCall::new(self, leg, (media, media_events), local, ours, started);
        (call.relay, call.noise) = (relay, noise);
        call.note(format!("calling {}", script.target));
        Ok((call, hearing))
    }

    fn privacy(&self) -> Result<Option<LocalPrivacy>, CallerError> {
        let Some(exchange) = self.config.srtp else { return Ok(None) };
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| line(error.to_string()))?;
        Ok(Some(LocalPrivacy {
            policy: SrtpPolicy::Required,
            exchange: Some(exchange),
            secret: Secret::new(secret),
            fingerprint: Some(self.rtp.fingerprint()),
        }))
    }

    fn from(&self, near: IpAddr) -> Result<NameAddr, CallerError> {
        let host = match near {
            IpAddr::V6(address) => format!("[{address}]"),
            IpAddr::V4(address) => address.to_string(),
        };
        let mut uri = Uri::parse(&format!("sip:{host}")).map_err(line)?;
        uri.set_username(&self.config.user);
        let mut from = NameAddr::new(uri);
        from.display.clone_from(&self.config.display);
        Ok(from)
    }

    /// Makes every sound of the script before the call: it is then said when its time comes.
    pub(crate) async fn prepare(&self, script: &Script) -> Result<Vec<Vec<Arc<Prompt>>>, CallerError> {
        let mut sounds = Vec::new();
        for step in &script.steps {
            match step {
                Step::Say { text, language } => {
                    sounds.push(self.spoken(text, language).await?);
                }
                Step::Play(path) => {
                    let failed = |source: Box<dyn std::error::Error + Send + Sync>| CallerError::File {
                        path: path.clone(),
                        source,
                    };
                    let bytes = std::fs::read(path).map_err(|error| failed(error.into()))?;
                    let extension = path.extension().and_then(std::ffi::OsStr::to_str);
                    let prompt = media::file::decode(bytes, extension, &media::file::FileLimits::default())
                        .map_err(|error| failed(error.into()))?;
                    sounds.push(vec![Arc::new(prompt)]);
                }
                _ => {}
            }
        }
        Ok(sounds)
    }

    /// What a text sounds like.
    pub(crate) async fn spoken(&self, text: &str, language: &str) -> Result<Vec<Arc<Prompt>>, CallerError> {
        let voice = self.config.voice.as_ref().ok_or(CallerError::NoVoice)?;
        let utterance = Utterance { text: escape(text), language: language.to_owned(), voice: None, keep: true };
        let mut stream = voice.speak(utterance);
        let mut pieces = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            pieces.push(Arc::new(Prompt::from_samples(&chunk.samples, chunk.rate.hz()).map_err(line)?));
        }
        Ok(pieces)
    }
}

/// A text as one that has no markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
