//! A member's phone that has two calls at a time and hands one over to the other. It says nothing: who is heard are the
//! others.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use media::sdp::{self, LocalMedia, SessionDescription};
use sip_core::message::{NameAddr, Uri};
use sip_core::{Body, Credentials, Event, LegHandle, OutgoingCall, OutgoingRefer, Registration, RegistrationState};
use tokio::sync::mpsc;
use transport::sip::{Listen, SipConfig, SipHandle, SipTransport};

use crate::wait;

/// A registered phone.
pub struct Handset {
    sip: SipHandle,
    events: mpsc::Receiver<Event>,
    missed: VecDeque<Event>,
    user: String,
    server: String,
    password: String,
}

impl Handset {
    /// Registers a member's phone at `HOST:PORT`.
    pub async fn start(user: &str, server: String, password: &str) -> Self {
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let config = SipConfig { listen: vec![Listen::udp(here)], ..SipConfig::default() };
        let (sip, events) = SipTransport::start(config).await.unwrap();
        let password = password.to_owned();
        let mut phone = Self { sip, events, missed: VecDeque::new(), user: user.to_owned(), server, password };
        let registration = Registration {
            registrar: uri(&format!("sip:{}", phone.server)),
            aor: uri(&phone.address(user)),
            contact_user: user.to_owned(),
            credentials: Some(phone.credentials()),
            expires: Duration::from_mins(10),
            route: None,
        };
        phone.sip.register(registration).await.unwrap();
        let is_registered = |event: &Event| match event {
            Event::RegistrationChanged { state: RegistrationState::Registered { .. }, .. } => Some(()),
            _ => None,
        };
        phone.next("the handset is registered", is_registered).await;
        phone
    }

    /// Somebody's address at the server.
    pub fn address(&self, user: &str) -> String {
        format!("sip:{user}@{}", self.server)
    }

    fn credentials(&self) -> Credentials {
        Credentials::new(&self.user, &self.password)
    }

    /// Its sound: nobody listens there.
    fn media() -> LocalMedia {
        LocalMedia::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9, 1)
    }

    async fn next<T>(&mut self, what: &str, mut which: impl FnMut(&Event) -> Option<T>) -> T {
        if let Some(place) = self.missed.iter().position(|event| which(event).is_some()) {
            return which(&self.missed.remove(place).unwrap()).unwrap();
        }
        let search = async {
            loop {
                let event = self.events.recv().await.expect("the handset's events");
                if let Some(found) = which(&event) {
                    return found;
                }
                self.missed.push_back(event);
            }
        };
        wait::done(what, search).await
    }

    /// Waits for a call and takes it.
    pub async fn answer(&mut self) -> LegHandle {
        let (leg, offer) = self
            .next("the handset rings", |event| match event {
                Event::IncomingCall(call) => Some((call.leg, call.offer.clone())),
                _ => None,
            })
            .await;
        let offer = SessionDescription::parse(&offer.unwrap().data).unwrap();
        let (answer, _) = sdp::answer(&Self::media(), &offer).unwrap();
        self.sip.accept(leg, Body::sdp(answer.to_string())).await.unwrap();
        leg
    }

    /// Calls somebody; answered when this returns.
    pub async fn call(&mut self, user: &str) -> LegHandle {
        let from = NameAddr::new(uri(&self.address(&self.user)));
        let mut call = OutgoingCall::new(uri(&self.address(user)), from);
        call.credentials = Some(self.credentials());
        call.body = Some(Body::sdp(sdp::offer(&Self::media()).to_string()));
        let leg = self.sip.invite(call).await.unwrap();
        self.next("the handset's call is answered", |event| {
            matches!(event, Event::Answered { leg: of, .. } if *of == leg).then_some(())
        })
        .await;
        leg
    }

    /// Hands the other end of a call over: to somebody, or to whom it talks with in that other call. Gives the final
    /// status that it is told.
    pub async fn hand_over(&mut self, leg: LegHandle, user: &str, to: Option<LegHandle>) -> Option<u16> {
        let target = uri(&self.address(user));
        let refer = OutgoingRefer { target, replaces: to, referred_by: None, wait: Duration::from_mins(1) };
        self.sip.refer(leg, refer).await.unwrap();
        self.next("the outcome of a transfer", |event| match event {
            Event::ReferEnded { leg: of, status } if *of == leg => {
                Some(status.map(sip_core::message::StatusCode::code))
            }
            _ => None,
        })
        .await
    }

    /// Ends a call.
    pub async fn hang_up(&self, leg: LegHandle) {
        self.sip.hangup(leg).await.unwrap();
    }

    /// Waits for the end of a call.
    pub async fn ended(&mut self, leg: LegHandle) {
        self.next("the handset's call ends", |event| {
            matches!(event, Event::Ended { leg: of, .. } if *of == leg).then_some(())
        })
        .await;
    }
}

fn uri(text: &str) -> Uri {
    Uri::parse(text).unwrap()
}
