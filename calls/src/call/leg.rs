//! One leg: its SIP dialog, its session description and what the books say of it.

use std::net::IpAddr;

use call_model::{LegId, SampleRate};
use media::codec::Codec;
use media::rtp::{LatchPolicy, Quality};
use media::sdp::{
    self, KeyExchange, LocalMedia, LocalPrivacy, NegotiateError, Negotiated, SdpError, SessionDescription, SrtpPolicy,
};
use sip_core::message::StatusCode;
use sip_core::{Body, LegHandle};
use store::{LegQuality, LegRecord, LegRole};
use transport::rtp::LegPorts;

use crate::house::{CallSettings, ComfortNoise};
use crate::interop::{Interop, Keys, Progress};
use crate::lines::Line;
use crate::staff::Engaged;
use crate::toll::{Meter, Tariff};

/// Why an offer or answer was of no use; 488 to an offer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SdpFault {
    #[error("the body is not a session description")]
    NotSdp,
    #[error("the session description cannot be read")]
    Read(#[from] SdpError),
    #[error("nothing could be agreed on")]
    Negotiate(#[from] NegotiateError),
}

/// Where a leg is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LegState {
    /// It rings, or is being dialled.
    Ringing,
    /// We said 200 and wait for the ACK.
    Accepted,
    /// Both sides are connected.
    Answered,
    /// It is over.
    Ended,
}

/// One SIP dialog of the call with its media.
#[derive(Debug)]
pub(crate) struct Leg {
    /// `None` until the INVITE is out.
    pub handle: Option<LegHandle>,
    pub state: LegState,
    /// Our media, once its ports are there.
    local: Option<LocalMedia>,
    /// What we said last.
    ours: Option<SessionDescription>,
    /// What we offered at first: each branch of a call that rings answers that.
    offered: Option<SessionDescription>,
    pub negotiated: Option<Negotiated>,
    /// What it said before the answer and that was not made use of.
    pub early_answer: Option<Body>,
    /// Our address as its other end knows it.
    pub near: Option<IpAddr>,
    /// Its media runs.
    pub started: bool,
    pub record: LegRecord,
    /// The trunk's line that it uses, where it goes by one.
    pub line: Option<Line>,
    /// What it costs by that trunk, until it is answered.
    pub tariff: Option<Tariff>,
    /// Counts what it costs, while it is answered.
    pub meter: Option<Meter>,
    /// The member whose phone it is.
    pub engaged: Option<Engaged>,
    /// How the trunk that it goes by wants to be spoken to; `None`: it goes by no trunk.
    pub interop: Option<Interop>,
    /// How it is offered keys.
    pub exchange: Option<KeyExchange>,
}

/// A state of offer and answer.
#[derive(Debug)]
pub(crate) struct Agreement {
    ours: Option<SessionDescription>,
    negotiated: Option<Negotiated>,
}

impl Leg {
    pub(crate) fn new(id: LegId, role: LegRole, peer: Option<String>, sip_call_id: String, now_ms: i64) -> Self {
        let record = LegRecord {
            id,
            role,
            peer,
            sip_call_id,
            started_ms: now_ms,
            answered_ms: None,
            ended_ms: None,
            status: None,
            quality: None,
            user_agent: None,
        };
        Self {
            handle: None,
            state: LegState::Ringing,
            local: None,
            ours: None,
            offered: None,
            negotiated: None,
            early_answer: None,
            near: None,
            started: false,
            record,
            line: None,
            tariff: None,
            meter: None,
            engaged: None,
            interop: None,
            exchange: None,
        }
    }

    /// The ports are there: what we can do with this leg is known.
    pub(crate) fn set_ports(
        &mut self,
        ports: LegPorts,
        settings: &CallSettings,
        session_id: u64,
        privacy: Option<LocalPrivacy>,
    ) {
        let mut local = LocalMedia::new(ports.rtp.ip(), ports.rtp.port(), session_id);
        local.other = ports.other;
        local.rtcp_port = ports.rtcp.port();
        local.codecs.clone_from(&settings.codecs);
        local.comfort_noise = settings.comfort_noise != ComfortNoise::Off;
        local.opus.dtx = settings.opus_dtx;
        local.privacy = privacy;
        if let Some(interop) = &self.interop {
            local.ptime_ms = interop.quirks.ptime_ms;
            local.dtmf = interop.quirks.keys != Keys::Sound;
        }
        self.local = Some(local);
    }

    /// Offers and takes this codec before all others, so that nothing has to be turned into another one.
    pub(crate) fn prefer(&mut self, codec: Codec) {
        let Some(local) = &mut self.local else { return };
        if let Some(at) = local.codecs.iter().position(|known| *known == codec) {
            local.codecs[..=at].rotate_right(1);
            local.prefers = Some(codec);
        }
    }

    /// Whether sound may come before the answer.
    pub(crate) fn takes_early_media(&self) -> bool {
        self.interop.as_ref().is_none_or(|interop| interop.quirks.early_media)
    }

    /// The response that tells it of sound before the answer.
    pub(crate) fn progress(&self) -> StatusCode {
        match self.interop.as_ref().map(|interop| interop.quirks.progress) {
            Some(Progress::Ringing) => StatusCode::RINGING,
            Some(Progress::SessionProgress) | None => StatusCode::SESSION_PROGRESS,
        }
    }

    /// Whether keys go to it by signalling, not with its sound.
    pub(crate) fn takes_keys_by_info(&self) -> bool {
        self.interop.as_ref().is_some_and(|interop| interop.quirks.keys == Keys::Info)
    }

    /// From whom its sound is taken, and where ours is sent.
    pub(crate) fn latch(&self) -> LatchPolicy {
        let symmetric = self.interop.as_ref().is_none_or(|interop| interop.quirks.symmetric_rtp);
        LatchPolicy { symmetric, ..LatchPolicy::default() }
    }

    /// How the keys that are in use were agreed on; `None`: it is not encrypted, or nothing is agreed on yet.
    pub(crate) fn exchanged(&self) -> Option<KeyExchange> {
        self.negotiated.and_then(|negotiated| negotiated.shelter.exchange())
    }

    /// Our offer. What is encrypted stays so, in the way that its other end knows.
    pub(crate) fn offer(&mut self) -> Option<Body> {
        let mut local = self.local.clone()?;
        if let Some((privacy, exchange)) = local.privacy.as_mut().zip(self.exchanged()) {
            privacy.policy = SrtpPolicy::Required;
            privacy.exchange = Some(exchange);
        }
        let description = self.revised(sdp::offer(&local));
        if self.state == LegState::Ringing {
            self.offered = Some(description.clone());
        }
        Some(self.say(description))
    }

    /// Our answer to an offer.
    pub(crate) fn answer(&mut self, offer: &Body) -> Result<Body, SdpFault> {
        let local = self.local.as_ref().ok_or(SdpFault::NotSdp)?;
        let (answer, negotiated) = sdp::answer(local, &read(offer)?)?;
        self.agree(negotiated);
        let answer = self.revised(answer);
        Ok(self.say(answer))
    }

    /// The other side's answer to our offer.
    pub(crate) fn complete(&mut self, answer: &Body) -> Result<Negotiated, SdpFault> {
        let local = self.local.as_ref().ok_or(SdpFault::NotSdp)?;
        let first = self.offered.as_ref().filter(|_| self.state == LegState::Ringing);
        let ours = first.or(self.ours.as_ref()).ok_or(SdpFault::NotSdp)?;
        let negotiated = sdp::complete(local, ours, &read(answer)?)?;
        self.agree(negotiated);
        Ok(negotiated)
    }

    fn agree(&mut self, negotiated: Negotiated) {
        let was_encrypted = self.exchanged().is_some();
        self.negotiated = Some(negotiated);
        let is_encrypted = self.exchanged().is_some();
        if let Some(privacy) = self.local.as_mut().and_then(|local| local.privacy.as_mut())
            && was_encrypted
            && !is_encrypted
        {
            // Its other end forgets how far they were used: they are not used again.
            privacy.secret.renew_keys();
        }
    }

    /// What we said last.
    pub(crate) fn said(&self) -> Option<Body> {
        self.ours.as_ref().map(|description| Body::sdp(description.to_string()))
    }

    /// What was agreed on so far, to come back to it.
    pub(crate) fn agreement(&self) -> Agreement {
        Agreement { ours: self.ours.clone(), negotiated: self.negotiated }
    }

    /// What was agreed on last came to nothing.
    pub(crate) fn restore(&mut self, before: Agreement) {
        self.ours = before.ours;
        self.negotiated = before.negotiated;
    }

    /// Whether its slot can be used again: it is over, and what its sound had to tell was told.
    pub(crate) const fn is_done(&self) -> bool {
        matches!(self.state, LegState::Ended) && (!self.started || self.record.quality.is_some())
    }

    fn revised(&self, mut description: SessionDescription) -> SessionDescription {
        if let Some(previous) = &self.ours {
            description.revise(previous);
        }
        description
    }

    fn say(&mut self, description: SessionDescription) -> Body {
        let body = Body::sdp(description.to_string());
        self.ours = Some(description);
        body
    }

    /// Whether one of the sides holds the call.
    pub(crate) fn is_held(&self) -> bool {
        self.negotiated.is_some_and(|negotiated| negotiated.is_held())
    }

    /// What its sound is encoded as, once that is agreed.
    pub(crate) fn codec(&self) -> Option<Codec> {
        self.negotiated.map(|negotiated| negotiated.codec)
    }

    /// The rate of its codec.
    pub(crate) fn rate(&self) -> SampleRate {
        self.negotiated.map_or(SampleRate::Narrow, |negotiated| negotiated.codec.sample_rate())
    }

    pub(crate) fn answered(&mut self, now_ms: i64) {
        self.state = LegState::Answered;
        if let Some(engaged) = &mut self.engaged {
            engaged.talk();
        }
        self.record.answered_ms.get_or_insert(now_ms);
    }

    pub(crate) fn ended(&mut self, now_ms: i64, status: Option<StatusCode>) {
        self.state = LegState::Ended;
        self.line = None;
        self.meter = None;
        self.engaged = None;
        self.record.ended_ms.get_or_insert(now_ms);
        self.record.status = status.map(sip_core::message::StatusCode::code);
    }

    /// Notes how it sounded.
    pub(crate) fn set_quality(&mut self, quality: &Quality) {
        let heard = quality.received > 0;
        self.record.quality = Some(LegQuality {
            codec: self.negotiated.map_or_else(String::new, |n| n.codec.encoding_name().to_owned()),
            received: quality.received,
            lost: quality.lost,
            late: quality.late,
            duplicates: quality.duplicates,
            jitter_ms: f64::from(quality.jitter_ms),
            rtt_ms: quality.rtt_ms.map(f64::from),
            mos: heard.then_some(f64::from(quality.mos)),
        });
    }
}

/// The codec that an offer names first of those that we take.
pub(crate) fn offered_codec(offer: &Body, known: &[Codec]) -> Option<Codec> {
    sdp::first_codec(&read(offer).ok()?, known)
}

fn read(body: &Body) -> Result<SessionDescription, SdpFault> {
    if body.content_type.eq_ignore_ascii_case(Body::SDP) {
        Ok(SessionDescription::parse(&body.data)?)
    } else {
        Err(SdpFault::NotSdp)
    }
}

/// Our address as a peer at `remote` is likely to know it, where no packet has told us: decides on IPv4 or IPv6.
pub(crate) const fn family_of(remote: IpAddr) -> IpAddr {
    match remote {
        IpAddr::V4(_) => IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use media::sdp::{Fingerprint, Secret};

    use super::*;

    fn secure(seed: u8) -> LocalPrivacy {
        let fingerprint = Some(Fingerprint([seed; 32]));
        LocalPrivacy { policy: SrtpPolicy::Optional, exchange: None, secret: Secret::new([seed; 32]), fingerprint }
    }

    /// A leg of a phone that called us.
    fn leg() -> Leg {
        let mut leg = Leg::new(store::fresh_id(0), LegRole::Caller, None, String::new(), 0);
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let ports = LegPorts { rtp: at(4_000), rtcp: at(4_001), other: None };
        leg.set_ports(ports, &CallSettings::default(), 1, Some(secure(1)));
        leg
    }

    /// The phone, and what it offers.
    fn phone(policy: SrtpPolicy, exchange: Option<KeyExchange>) -> (LocalMedia, Body) {
        let mut phone = LocalMedia::new(Ipv4Addr::LOCALHOST.into(), 5_000, 2);
        phone.privacy = Some(LocalPrivacy { policy, exchange, ..secure(2) });
        let mut offer = sdp::offer(&phone);
        // Browsers do the whole of ICE.
        offer.attributes.retain(|attribute| attribute.name != "ice-lite");
        (phone, Body::sdp(offer.to_string()))
    }

    fn audio(body: &Body) -> sdp::MediaDescription {
        read(body).expect("a description").media[0].clone()
    }

    #[test]
    fn what_is_encrypted_stays_so_in_our_own_offer() {
        for (exchange, profile, line) in [
            (KeyExchange::Sdes, "RTP/SAVP", "crypto"),
            (KeyExchange::Dtls, "UDP/TLS/RTP/SAVP", "fingerprint"),
            (KeyExchange::Web, "UDP/TLS/RTP/SAVPF", "ice-ufrag"),
        ] {
            let (mut leg, (phone, offer)) = (leg(), phone(SrtpPolicy::Required, Some(exchange)));
            leg.answer(&offer).expect("it is answered");
            let ours = leg.offer().expect("it has ports");
            assert_eq!(audio(&ours).protocol, profile);
            assert!(audio(&ours).attribute(line).is_some(), "{exchange:?}");
            let mut ours = read(&ours).expect("a description");
            ours.attributes.retain(|attribute| attribute.name != "ice-lite");
            let (mut answer, _) = sdp::answer(&phone, &ours).expect("it is taken");
            answer.attributes.retain(|attribute| attribute.name != "ice-lite");
            let settled = leg.complete(&Body::sdp(answer.to_string())).expect("it is settled");
            assert_eq!(settled.shelter.exchange(), Some(exchange));
        }
    }

    #[test]
    fn an_answer_does_not_make_it_plain() {
        let (mut leg, (_, offer)) = (leg(), phone(SrtpPolicy::Required, Some(KeyExchange::Sdes)));
        leg.answer(&offer).expect("it is answered");
        let ours = leg.offer().expect("it has ports");
        let mut plain = read(&ours).expect("a description");
        plain.media[0].protocol = "RTP/AVP".into();
        plain.media[0].attributes.retain(|attribute| attribute.name != "crypto");
        let error = leg.complete(&Body::sdp(plain.to_string())).expect_err("it is not agreed to");
        assert!(matches!(error, SdpFault::Negotiate(NegotiateError::NotEncrypted)), "{error}");
        assert_eq!(leg.exchanged(), Some(KeyExchange::Sdes));
    }

    #[test]
    fn what_was_plain_is_offered_so_and_old_keys_are_not_used_again() {
        let (_, encrypted) = phone(SrtpPolicy::Required, Some(KeyExchange::Sdes));
        let (_, plain) = phone(SrtpPolicy::Off, None);
        let mut leg = leg();
        let mut keys = || {
            leg.answer(&plain).expect("it is answered");
            assert_eq!(audio(&leg.offer().expect("it has ports")).protocol, "RTP/AVP");
            let answer = leg.answer(&encrypted).expect("it is answered");
            let again = leg.answer(&encrypted).expect("it is answered");
            assert_eq!(audio(&answer).attribute("crypto"), audio(&again).attribute("crypto"));
            audio(&answer).attribute("crypto").expect("a key").to_owned()
        };
        assert_ne!(keys(), keys());
    }
}
