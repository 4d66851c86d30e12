//! Phones to call the house with, and to be called by it.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use media::codec::Codec;
use media::sdp::{
    self, Direction, Fingerprint, KeyExchange, LocalMedia, LocalPrivacy, Secret, SessionDescription, SrtpPolicy,
};
use sip_core::message::{NameAddr, Uri};
use sip_core::{
    Body, EndReason, EndedBy, Event, IncomingCall, LegHandle, OutgoingCall, OutgoingRefer, ReferId, Referral,
};
use tokio::sync::mpsc;
use transport::sip::SipHandle;

use super::{PASSWORD, line, soon};

/// Phones without sound: all who are called at its port.
pub struct Phones {
    sip: SipHandle,
    events: mpsc::Receiver<Event>,
    missed: VecDeque<Event>,
    offers: HashMap<LegHandle, Body>,
    /// The Call-ID of each call that came.
    pub call_ids: HashMap<LegHandle, String>,
    /// Who was called.
    pub names: HashMap<LegHandle, String>,
    pub port: u16,
}

impl Phones {
    pub async fn start() -> Self {
        let (sip, events) = line().await;
        let port = sip.listeners()[0].local.port();
        Self {
            sip,
            events,
            missed: VecDeque::new(),
            offers: HashMap::new(),
            call_ids: HashMap::new(),
            names: HashMap::new(),
            port,
        }
    }

    /// The address of one of them.
    pub fn address(&self, name: &str) -> String {
        format!("sip:{name}@127.0.0.1:{}", self.port)
    }

    fn media() -> LocalMedia {
        LocalMedia::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9_000, 1)
    }

    pub async fn call(&self, port: u16, name: &str, offer: bool) -> LegHandle {
        let uri = |text: String| Uri::parse(&text).expect("an address");
        let from = NameAddr::new(uri(format!("sip:tester@127.0.0.1:{}", self.port)));
        let mut call = OutgoingCall::new(uri(format!("sip:{name}@127.0.0.1:{port}")), from);
        call.body = offer.then(|| Body::sdp(sdp::offer(&Self::media()).to_string()));
        self.sip.invite(call).await.expect("an INVITE")
    }

    /// A member calls somebody.
    pub async fn call_from(&self, port: u16, member: &str, name: &str) -> LegHandle {
        let uri = |text: String| Uri::parse(&text).expect("an address");
        let from = NameAddr::new(uri(format!("sip:{member}@127.0.0.1:{port}")));
        let mut call = OutgoingCall::new(uri(format!("sip:{name}@127.0.0.1:{port}")), from);
        call.credentials = Some(sip_core::Credentials::new(member, PASSWORD));
        call.body = Some(Body::sdp(sdp::offer(&Self::media()).to_string()));
        self.sip.invite(call).await.expect("an INVITE")
    }

    /// Waits for an event, keeping those that come before it for later.
    async fn next<T>(&mut self, what: &str, mut which: impl FnMut(&Event) -> Option<T>) -> T {
        if let Some(place) = self.missed.iter().position(|event| which(event).is_some()) {
            let event = self.missed.remove(place).expect("it was just there");
            return which(&event).expect("it was just found");
        }
        soon(what, async {
            loop {
                let event = self.events.recv().await.expect("SIP events");
                if let Some(found) = which(&event) {
                    return found;
                }
                self.missed.push_back(event);
            }
        })
        .await
    }

    /// Waits until one of them is called.
    pub async fn called(&mut self) -> LegHandle {
        let call: Box<IncomingCall> = self
            .next("a call", |event| match event {
                Event::IncomingCall(call) => Some(call.clone()),
                _ => None,
            })
            .await;
        self.call_ids.insert(call.leg, call.call_id.clone());
        let name = call.request_uri.username().map(std::borrow::Cow::into_owned);
        self.names.insert(call.leg, name.unwrap_or_default());
        self.offers.insert(call.leg, call.offer.clone().expect("an offer"));
        call.leg
    }

    /// Waits until this one is called; no other may be before.
    pub async fn called_as(&mut self, name: &str) -> LegHandle {
        let leg = self.called().await;
        assert_eq!(self.names[&leg], name, "somebody else is called");
        leg
    }

    /// Registers the phone of a member, and waits until that is done.
    pub async fn register(&mut self, port: u16, name: &str) {
        let uri = |text: String| Uri::parse(&text).expect("an address");
        let registration = sip_core::Registration {
            registrar: uri(format!("sip:127.0.0.1:{port}")),
            aor: uri(format!("sip:{name}@127.0.0.1:{port}")),
            contact_user: name.into(),
            credentials: Some(sip_core::Credentials::new(name, PASSWORD)),
            expires: Duration::from_mins(10),
            route: None,
        };
        // The desk may not have learned of the member yet: then it is tried again.
        loop {
            let registered = self.sip.register(registration.clone()).await.expect("a REGISTER");
            let state = self
                .next("the registration", |event| match event {
                    Event::RegistrationChanged { handle, state } if *handle == registered => Some(*state),
                    _ => None,
                })
                .await;
            if let sip_core::RegistrationState::Registered { .. } = state {
                return;
            }
            self.sip.unregister(registered).await.expect("its end");
        }
    }

    /// Presses a key, by SIP INFO.
    pub async fn press(&self, leg: LegHandle, key: char) {
        let body = Body { content_type: "application/dtmf".into(), data: key.to_string().into_bytes().into() };
        self.sip.info(leg, body).await.expect("an INFO");
    }

    pub async fn ring(&self, leg: LegHandle) {
        self.sip.ring(leg, sip_core::message::StatusCode::RINGING, None).await.expect("it rings");
    }

    /// Takes a call. `false`: it was taken back before.
    pub async fn take(&self, leg: LegHandle) -> bool {
        let offer = SessionDescription::parse(&self.offers[&leg].data).expect("an offer");
        let (answer, _) = sdp::answer(&Self::media(), &offer).expect("an answer");
        self.sip.accept(leg, Body::sdp(answer.to_string())).await.is_ok()
    }

    pub async fn refuse(&self, leg: LegHandle, status: u16) {
        let status = sip_core::message::StatusCode::new(status).expect("a status");
        self.sip.reject(leg, status, Vec::new()).await.expect("it refuses");
    }

    /// Says that who is called is somewhere else.
    pub async fn redirect(&self, leg: LegHandle, to: &str) {
        let (status, contact) = (sip_core::message::StatusCode::MOVED_TEMPORARILY, format!("<{to}>"));
        let extra = vec![(sip_core::message::HeaderName::Contact, contact)];
        self.sip.reject(leg, status, extra).await.expect("it says so");
    }

    /// Holds the other side, or takes it back; waits until it agrees.
    pub async fn hold(&mut self, leg: LegHandle, on: bool) {
        let mut media = Self::media();
        media.direction = if on { Direction::SendOnly } else { Direction::SendRecv };
        media.session_version += u64::from(on) + 1;
        self.renegotiate(leg, &media).await;
    }

    /// Goes on with another codec.
    pub async fn change_codec(&mut self, leg: LegHandle, codec: Codec) {
        let mut media = Self::media();
        media.codecs = vec![codec];
        media.session_version += 1;
        self.renegotiate(leg, &media).await;
    }

    /// As `media`, and nothing in the clear.
    fn secure_media(exchange: KeyExchange) -> LocalMedia {
        let privacy = LocalPrivacy {
            policy: SrtpPolicy::Required,
            exchange: Some(exchange),
            secret: Secret::new([7; 32]),
            fingerprint: Some(Fingerprint([7; 32])),
        };
        LocalMedia { privacy: Some(privacy), session_version: 2, ..Self::media() }
    }

    /// Goes over to encrypted sound.
    pub async fn encrypt(&mut self, leg: LegHandle, exchange: KeyExchange) {
        self.renegotiate(leg, &Self::secure_media(exchange)).await;
    }

    /// Waits until its encrypted sound is to go elsewhere, and agrees: by the profile that it is offered.
    pub async fn moved_encrypted(&mut self, leg: LegHandle, exchange: KeyExchange) -> String {
        let offer = self
            .next("a re-INVITE", |event| match event {
                Event::Reinvited { leg: of, offer } if *of == leg => Some(offer.clone().expect("an offer")),
                _ => None,
            })
            .await;
        let offer = SessionDescription::parse(&offer.data).expect("an offer");
        let profile = offer.media[0].protocol.clone();
        let (answer, _) = sdp::answer(&Self::secure_media(exchange), &offer).expect("an answer");
        self.sip.accept_reinvite(leg, Body::sdp(answer.to_string())).await.expect("it agrees");
        profile
    }

    async fn renegotiate(&mut self, leg: LegHandle, media: &LocalMedia) {
        let offer = Body::sdp(sdp::offer(media).to_string());
        self.sip.reinvite(leg, offer).await.expect("a re-INVITE");
        self.next("agreement", |event| {
            matches!(event, Event::ReinviteAnswered { leg: of, .. } if *of == leg).then_some(())
        })
        .await;
    }

    /// Asks that somebody else be called instead; `replaces`: who is there in that other call.
    pub async fn refer(&self, leg: LegHandle, target: &str, replaces: Option<LegHandle>) {
        let target = Uri::parse(target).expect("an address");
        let refer = OutgoingRefer { target, replaces, referred_by: None, wait: Duration::from_mins(2) };
        self.sip.refer(leg, refer).await.expect("a REFER");
    }

    /// Waits for the outcome of that: the final status that was told.
    pub async fn refer_ended(&mut self, leg: LegHandle) -> Option<u16> {
        self.next("the outcome of a REFER", |event| match event {
            Event::ReferEnded { leg: of, status } if *of == leg => {
                Some(status.map(sip_core::message::StatusCode::code))
            }
            _ => None,
        })
        .await
    }

    /// Waits until it is told that it rings there.
    pub async fn refer_rings(&mut self, leg: LegHandle) {
        self.next("ringing", |event| match event {
            Event::ReferProgress { leg: of, status } if *of == leg && status.code() == 180 => Some(()),
            _ => None,
        })
        .await;
    }

    /// Waits until one of them is asked to call somebody else, and takes that.
    pub async fn referred(&mut self, leg: LegHandle) -> Box<Referral> {
        let referral = self
            .next("a REFER", |event| match event {
                Event::Referred { leg: of, referral } if *of == leg => Some(referral.clone()),
                _ => None,
            })
            .await;
        self.sip.accept_refer(leg, referral.id).await.expect("it is taken");
        referral
    }

    /// Tells who asked how that call goes on.
    pub async fn tell_refer(&self, leg: LegHandle, id: ReferId, status: u16) {
        let status = sip_core::message::StatusCode::new(status).expect("a status");
        self.sip.notify_refer(leg, id, status).await.expect("a NOTIFY");
    }

    /// Another phone of a member takes the place of one of its calls.
    pub async fn take_over(&self, port: u16, member: &str, old: LegHandle) -> LegHandle {
        let replaces = self.sip.replaces(old).await.expect("the line").expect("a call");
        let uri = |text: String| Uri::parse(&text).expect("an address");
        let from = NameAddr::new(uri(format!("sip:{member}@127.0.0.1:{port}")));
        let mut call = OutgoingCall::new(uri(format!("sip:127.0.0.1:{port}")), from);
        call.credentials = Some(sip_core::Credentials::new(member, PASSWORD));
        call.body = Some(Body::sdp(sdp::offer(&Self::media()).to_string()));
        call.headers.push((sip_core::message::HeaderName::Replaces, replaces.to_string()));
        self.sip.invite(call).await.expect("an INVITE")
    }

    /// Waits until its sound is to go elsewhere, and agrees.
    pub async fn moved(&mut self, leg: LegHandle) {
        let offer = self
            .next("a re-INVITE", |event| match event {
                Event::Reinvited { leg: of, offer } if *of == leg => Some(offer.clone().expect("an offer")),
                _ => None,
            })
            .await;
        let offer = SessionDescription::parse(&offer.data).expect("an offer");
        let (answer, _) = sdp::answer(&Self::media(), &offer).expect("an answer");
        self.sip.accept_reinvite(leg, Body::sdp(answer.to_string())).await.expect("it agrees");
    }

    pub fn hang_up(&self, leg: LegHandle) {
        self.sip.hangup_soon(leg);
    }

    pub async fn progress(&mut self, leg: LegHandle) -> u16 {
        self.next("progress", |event| match event {
            Event::Progress { leg: of, status, .. } if *of == leg => Some(status.code()),
            _ => None,
        })
        .await
    }

    /// Waits for sound before the answer: what is said of it.
    pub async fn early_media(&mut self, leg: LegHandle) -> SessionDescription {
        let body = self
            .next("early media", |event| match event {
                Event::Progress { leg: of, body: Some(body), .. } if *of == leg => Some(body.clone()),
                _ => None,
            })
            .await;
        SessionDescription::parse(&body.data).expect("a session description")
    }

    /// Gives our answer to an offer that came before the answer.
    pub async fn answer_early(&mut self, leg: LegHandle) {
        let offer = self.early_media(leg).await;
        let (answer, _) = sdp::answer(&Self::media(), &offer).expect("an answer");
        self.sip.acknowledge(leg, Body::sdp(answer.to_string())).await.expect("a PRACK");
    }

    /// Rings, and says how it will sound.
    pub async fn ring_with_sound(&mut self, leg: LegHandle) {
        let offer = SessionDescription::parse(&self.offers[&leg].data).expect("an offer");
        let (answer, _) = sdp::answer(&Self::media(), &offer).expect("an answer");
        let status = sip_core::message::StatusCode::SESSION_PROGRESS;
        self.sip.ring(leg, status, Some(Body::sdp(answer.to_string()))).await.expect("it rings");
        self.next("a PRACK", |event| {
            matches!(event, Event::EarlyConfirmed { leg: of, .. } if *of == leg).then_some(())
        })
        .await;
    }

    /// Holds the other side, or takes it back, by UPDATE; waits until it agrees.
    pub async fn hold_by_update(&mut self, leg: LegHandle, on: bool) {
        let mut media = Self::media();
        media.direction = if on { Direction::SendOnly } else { Direction::SendRecv };
        media.session_version += u64::from(on) + 1;
        self.sip.update(leg, Body::sdp(sdp::offer(&media).to_string())).await.expect("an UPDATE");
        self.next("agreement", |event| {
            matches!(event, Event::ReinviteAnswered { leg: of, .. } if *of == leg).then_some(())
        })
        .await;
    }

    /// Waits for the answer: whether it says anything new of the sound.
    pub async fn answered_with_body(&mut self, leg: LegHandle) -> bool {
        self.next("an answer", |event| match event {
            Event::Answered { leg: of, body } if *of == leg => Some(body.is_some()),
            _ => None,
        })
        .await
    }

    pub async fn answered(&mut self, leg: LegHandle) {
        self.next("an answer", |event| matches!(event, Event::Answered { leg: of, .. } if *of == leg).then_some(()))
            .await;
    }

    /// Gives our answer to their offer.
    pub async fn answer_late(&mut self, leg: LegHandle) {
        let offer = self
            .next("an offer", |event| match event {
                Event::Answered { leg: of, body } if *of == leg => body.clone(),
                _ => None,
            })
            .await;
        let offer = SessionDescription::parse(&offer.data).expect("an offer");
        let (answer, _) = sdp::answer(&Self::media(), &offer).expect("an answer");
        self.sip.acknowledge(leg, Body::sdp(answer.to_string())).await.expect("an ACK");
    }

    pub async fn confirmed(&mut self, leg: LegHandle) {
        self.next("an ACK", |event| matches!(event, Event::Confirmed { leg: of, .. } if *of == leg).then_some(()))
            .await;
    }

    pub async fn ended(&mut self, leg: LegHandle) -> (EndedBy, EndReason, Option<u16>) {
        self.next("the end", |event| match event {
            Event::Ended { leg: of, by, status, reason } if *of == leg => {
                Some((*by, *reason, status.map(sip_core::message::StatusCode::code)))
            }
            _ => None,
        })
        .await
    }
}
