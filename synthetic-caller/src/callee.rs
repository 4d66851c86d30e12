//! The other end: a caller made of software that waits to be called, and answers as a person, a machine or a network
//! does.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use media::rtp::SessionConfig;
use media::sdp::{self, LocalMedia, SessionDescription};
use media::vad::VadConfig;
use media::{CallMediaConfig, LegSlot, MediaCommand};
use sip_core::message::StatusCode;
use sip_core::{Body, Event, IncomingCall};
use tokio::time::Instant;

use crate::call::OneCall;
use crate::caller::SyntheticCaller;
use crate::config::{CallerError, line};
use crate::hearing::ear;
use crate::report::Report;
use crate::script::{Script, Step};

/// How a call is taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taking {
    /// What is done before the answer, as early media (183): a network's announcement.
    pub early: Vec<Step>,
    /// It is refused with this status in place of an answer.
    pub refuse: Option<u16>,
}

impl SyntheticCaller {
    /// The address at which it is called from this machine.
    pub fn address(&self) -> String {
        let port = self.sip.listeners().first().map_or(0, |listener| listener.local.port());
        format!("sip:{}@{}:{port}", self.config.user, Ipv4Addr::LOCALHOST)
    }

    /// Waits for a call, for as long as the script rings, and takes it: its steps are done from the answer on.
    pub async fn answer(&mut self, script: &Script, taking: &Taking) -> Result<Report, CallerError> {
        let all = Script { steps: [taking.early.clone(), script.steps.clone()].concat(), ..script.clone() };
        let mut sounds = self.prepare(&all).await?.into_iter();
        let incoming = self.called(script.ring).await?;
        let offer = incoming.offer.as_ref().ok_or_else(|| CallerError::Answer("there is no offer".into()))?;
        let offer = SessionDescription::parse(&offer.data).map_err(line)?;
        let near = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let (sink, hearing) = ear();
        let vad = VadConfig { hangover_ms: 500, ..VadConfig::default() };
        let sound = CallMediaConfig { echo_guard: false, vad, ..CallMediaConfig::default() };
        let (media, media_events) = self.rtp.open(sound, Some(sink)).map_err(line)?;
        let ports = media.open_leg(LegSlot::CALLER, near).map_err(line)?;
        let mut local = LocalMedia::new(ports.rtp.ip(), ports.rtp.port(), 1);
        local.rtcp_port = ports.rtcp.port();
        local.codecs.clone_from(&self.config.codecs);
        local.dtmf = self.config.telephone_event;
        let (ours, negotiated) = sdp::answer(&local, &offer).map_err(line)?;
        let body = Body::sdp(ours.to_string());
        let session = SessionConfig { jitter: self.config.jitter, ..SessionConfig::new(2) };
        let (sip, leg) = (self.sip.clone(), incoming.leg);
        let mut call = OneCall::new(self, leg, (media, media_events), local, ours, Instant::now());
        call.note("called");
        call.start(session, negotiated);
        if !taking.early.is_empty() {
            sip.ring(leg, StatusCode::SESSION_PROGRESS, Some(body.clone())).await.map_err(line)?;
            let last = Instant::now() + script.longest;
            for step in taking.early.clone() {
                if call.ended.is_none() {
                    call.step(step, &all, &mut sounds, last).await;
                }
            }
        }
        if let Some(status) = taking.refuse {
            let status = StatusCode::new(status).unwrap_or(StatusCode::TEMPORARILY_UNAVAILABLE);
            // Whoever called may have given up.
            let _ = sip.reject(leg, status, Vec::new()).await;
            call.over().await;
        } else if call.ended.is_none() && sip.accept(leg, body).await.is_ok() && call.is_answered(script).await? {
            call.follow(script, sounds.collect()).await;
        } else {
            call.over().await;
        }
        call.finish(hearing).await
    }

    async fn called(&mut self, patience: Duration) -> Result<Box<IncomingCall>, CallerError> {
        let search = async {
            loop {
                match self.events.recv().await {
                    Some(Event::IncomingCall(call)) => return Ok(call),
                    Some(_) => {}
                    None => return Err(line("the line is closed")),
                }
            }
        };
        tokio::time::timeout(patience, search).await.unwrap_or_else(|_| Err(line("nobody called in time")))
    }
}

impl OneCall<'_> {
    fn start(&mut self, session: SessionConfig, negotiated: sdp::Negotiated) {
        self.command(MediaCommand::RecordCall(call_model::RecordingSwitch::Start));
        self.command(MediaCommand::StartLeg { leg: LegSlot::CALLER, session, negotiated });
    }
}
