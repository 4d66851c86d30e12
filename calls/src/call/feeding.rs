//! The recorder of record elsewhere: its session beside the call, and what it is told of the call.
//!
//! It hears the call while the call's own recording would run: from when the caller was told, or agreed, and not while the
//! recording is paused. What is told of the call is looked at after each thing that happened in it.

use std::net::IpAddr;
use std::time::Duration;

use call_model::{HangupCause, HangupParty, RecordingSwitch};
use media::call_media::{LegSlot, MediaCommand};
use media::rtp::{LatchPolicy, SessionConfig};
use media::sdp::SrtpPolicy;
use serde_json::json;
use sip_core::message::{HeaderName, NameAddr, StatusCode, Uri};
use sip_core::{Body, Event, LegHandle, OutgoingCall, Reliable};
use store::NewEvent;
use tokio::time::Instant;

use super::leg::{Leg, LegState};
use super::{Call, CallInput};
use crate::house::{fresh_call_id, now_ms, random_u64};
use crate::orders::Order;
use crate::recorder::{Fed, Metadata, Person, RecorderSettings, Settled, Streams, Telling, body};

/// The legs that its streams leave by, in the order of its session description.
const STREAMS: [LegSlot; 2] = [LegSlot::RECORDER_HEARD, LegSlot::RECORDER_SAID];
/// Who we are where nobody knows better.
const NOBODY: &str = "sip:anonymous@anonymous.invalid";
/// A session that stood so long was no mistake: when it ends, it is begun anew at once.
const STOOD: Duration = Duration::from_secs(10);

/// Our session with the recorder.
struct Session {
    handle: LegHandle,
    streams: Streams,
    /// Since when it stands; `None`: it is being begun.
    stands: Option<Instant>,
    /// The legs that sound.
    started: [bool; 2],
    telling: Telling,
}

/// What a call knows of its recorder.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is true or not whatever the others are")]
pub(super) struct Feeding {
    fed: Fed,
    /// The recording has begun and not ended.
    begun: bool,
    paused: bool,
    /// The voices go to its legs.
    forked: bool,
    /// The app waits until the recorder is there.
    pub(super) holds: bool,
    /// Who is connected with the caller.
    pub(super) bridged: Option<LegSlot>,
    metadata: Option<Box<Metadata>>,
    session: Option<Box<Session>>,
    /// The way to it is being looked up.
    looking: bool,
    /// It is left in peace until then.
    rests_until: Option<Instant>,
    /// It is not tried again.
    given_up: bool,
    /// The operator heard that it failed, and it has not stood since.
    told_failed: bool,
}

impl Feeding {
    /// Of a call that begins. `required`: nothing happens in it before the recorder is there.
    pub(super) fn new(fed: Fed, required: bool) -> Self {
        Self { fed, holds: required && fed != Fed::No, ..Self::default() }
    }

    /// Whether we keep a recording of our own.
    pub(super) fn keeps_file(&self) -> bool {
        self.fed != Fed::Alone
    }

    /// Whether the recording has begun there and not ended, perhaps with a pause now.
    pub(super) fn is_begun(&self) -> bool {
        self.fed != Fed::No && self.begun
    }

    /// Whether it may hear the call now.
    const fn is_active(&self) -> bool {
        self.begun && !self.paused
    }

    /// When it is to be looked at next. `ending`: the call ends, and it is looked at no more.
    pub(super) fn due(&self, ending: bool) -> Option<Instant> {
        let session = self.session.as_ref().filter(|session| session.stands.is_some());
        let telling = session.and_then(|session| session.telling.due(self.is_active(), Instant::now()));
        self.rests_until.into_iter().chain(telling).min().filter(|_| !ending)
    }
}

impl Call {
    /// What is wanted of the call's recording holds for the recorder too, at once.
    pub(super) fn steer_feed(&mut self, switch: RecordingSwitch) {
        match switch {
            RecordingSwitch::Start => self.feeding.begun = true,
            RecordingSwitch::Stop => self.feeding.begun = false,
            RecordingSwitch::Pause => self.feeding.paused = true,
            RecordingSwitch::Resume => self.feeding.paused = false,
        }
        self.fork();
    }

    /// Sends it the voices, or silence.
    fn fork(&mut self) {
        let stands = self.feeding.session.as_ref().is_some_and(|session| session.stands.is_some());
        let on = stands && self.feeding.is_active();
        if on != self.feeding.forked {
            self.feeding.forked = on;
            self.media(MediaCommand::Fork { on });
        }
    }

    /// Begins its session when it is time, and tells it what has changed.
    pub(super) async fn follow_recorder(&mut self) {
        if self.feeding.fed == Fed::No || self.over.is_some() || self.ending.is_some() {
            return;
        }
        let Some(settings) = self.house.settings.recorder.clone() else { return };
        self.feeding.rests_until = self.feeding.rests_until.filter(|until| *until > Instant::now());
        let (people, call, now) = (self.people(), self.id.to_string(), now_ms());
        let metadata = self.feeding.metadata.get_or_insert_with(|| Box::new(Metadata::new(&call, now, random_u64)));
        let news = metadata.present(&people, now, random_u64);
        let (resting, active) = (self.feeding.rests_until.is_some(), self.feeding.is_active());
        let wanted = self.feeding.begun || settings.required;
        match &mut self.feeding.session {
            None if wanted && !resting && !self.feeding.looking && !self.feeding.given_up => {
                self.look_for_recorder(&settings);
            }
            None => {}
            Some(session) => {
                if news {
                    session.telling.note();
                }
                let now = Instant::now();
                if session.stands.is_some() && session.telling.due(active, now).is_some_and(|at| at <= now) {
                    self.tell_recorder().await;
                }
            }
        }
    }

    /// Looked up beside the call, which does not wait for name servers.
    fn look_for_recorder(&mut self, settings: &RecorderSettings) {
        self.feeding.looking = true;
        let (sip, outbox) = (self.house.parts.sip.clone(), self.outbox.clone());
        let (target, patience, usual) = (settings.target.clone(), settings.patience, self.near);
        tokio::spawn(async move {
            let found = tokio::time::timeout(patience, sip.local_address_towards(target)).await;
            let near = found.ok().and_then(Result::ok).map(|near| near.unwrap_or(usual));
            // The call may be over by now.
            let _ = outbox.send(CallInput::RecorderNear(near)).await;
        });
    }

    /// Our address towards it is known; `None`: it could not be looked up.
    pub(super) async fn recorder_near(&mut self, near: Option<IpAddr>) {
        self.feeding.looking = false;
        let Some(settings) = self.house.settings.recorder.clone() else { return };
        if self.over.is_some() || self.ending.is_some() || self.feeding.session.is_some() {
            return;
        }
        let Some(near) = near else { return self.recorder_failed("its name could not be looked up").await };
        if let Err(reason) = self.call_recorder(&settings, near).await {
            self.recorder_failed(reason).await;
        }
    }

    async fn call_recorder(&mut self, settings: &RecorderSettings, near: IpAddr) -> Result<(), &'static str> {
        self.open_sound().map_err(|_| "there is no room for its media")?;
        let sound = self.sound.as_ref().ok_or("there is no media")?;
        let ports = |slot| sound.handle.open_leg(slot, near).map(|ports| (ports.rtp, ports.rtcp));
        let ports = [ports(STREAMS[0]), ports(STREAMS[1])];
        let [Ok(heard), Ok(said)] = ports else { return Err("there are no ports for it") };
        let secrets = match settings.srtp {
            SrtpPolicy::Off => None,
            _ => Some(secrets().ok_or("the system gives no randomness for its keys")?),
        };
        let codecs = self.codecs_for_recorder();
        let mut streams = Streams::new([heard, said], &codecs, random_u64() >> 1, settings.srtp, secrets);
        let active = self.feeding.is_active();
        let metadata = self.feeding.metadata.as_ref().map(|metadata| metadata.to_xml()).unwrap_or_default();
        let from = self.address_of(Some("callwright"));
        let from = Uri::parse(&from).map_err(|_| "`sip.advertised` makes no address")?;
        let mut call = OutgoingCall::new(settings.target.clone(), NameAddr::new(from));
        call.headers.push((HeaderName::Require, "siprec".into()));
        call.contact_feature = Some("+sip.src");
        call.body = Some(body(&streams.offer(active), &metadata, &fresh_call_id()));
        call.credentials.clone_from(&settings.credentials);
        call.ring_timeout = settings.patience;
        // It does not say who else hears the call.
        call.max_redirects = Some(0);
        call.reliable = Reliable::No;
        let handle = self.house.parts.sip.invite(call).await.map_err(|_| "it could not be called")?;
        let session = Session { handle, streams, stands: None, started: [false; 2], telling: Telling::new(active) };
        self.feeding.session = Some(Box::new(session));
        self.notice_leg(handle).await;
        Ok(())
    }

    /// Ours, with the caller's own first: what is not Opus, which few recorders know.
    fn codecs_for_recorder(&self) -> Vec<media::codec::Codec> {
        use media::codec::Codec;
        let ours = &self.house.settings.codecs;
        let caller = self.legs.get(&LegSlot::CALLER).and_then(Leg::codec);
        let mut codecs: Vec<Codec> = ours.iter().copied().filter(|codec| *codec != Codec::Opus).collect();
        if codecs.is_empty() {
            codecs = vec![Codec::Pcma, Codec::Pcmu];
        }
        codecs.sort_by_key(|codec| caller != Some(*codec));
        codecs
    }

    /// Who takes part now.
    fn people(&self) -> Vec<Person> {
        let person = |leg: &Leg, is_caller| Person {
            address: self.address_of(leg.record.peer.as_deref()),
            is_caller,
            sends: leg.negotiated.is_none_or(|agreed| agreed.receive),
            receives: leg.negotiated.is_none_or(|agreed| agreed.send),
        };
        let caller = self.legs.get(&LegSlot::CALLER).map(|leg| person(leg, true));
        let bridged = self.feeding.bridged.and_then(|slot| self.legs.get(&slot));
        let bridged = bridged.filter(|leg| leg.state == LegState::Answered).map(|leg| person(leg, false));
        let us = || Person {
            address: self.address_of(Some(&self.our_number)),
            is_caller: false,
            sends: true,
            receives: true,
        };
        caller.into_iter().chain([bridged.unwrap_or_else(us)]).collect()
    }

    /// Somebody's SIP address.
    fn address_of(&self, name: Option<&str>) -> String {
        match name {
            None | Some("") => NOBODY.to_owned(),
            Some(address) if address.contains(':') => address.to_owned(),
            Some(user) => match Uri::parse(&format!("sip:{}", self.house.settings.domain)) {
                Ok(mut uri) => {
                    uri.set_username(user);
                    uri.to_string()
                }
                Err(_) => NOBODY.to_owned(),
            },
        }
    }

    /// Offers the session anew, with all that is known of the call.
    async fn tell_recorder(&mut self) {
        let active = self.feeding.is_active();
        let Some(metadata) = self.feeding.metadata.as_ref().map(|metadata| metadata.to_xml()) else { return };
        let Some(session) = &mut self.feeding.session else { return };
        let offer = body(&session.streams.offer(active), &metadata, &fresh_call_id());
        if self.house.parts.sip.reinvite(session.handle, offer).await.is_err() {
            // Its own change comes first, or it is gone.
            return session.telling.postpone(Instant::now());
        }
        session.telling.began(active, Instant::now());
    }

    /// Takes what SIP tells of its session; what is not of it is given back.
    pub(super) async fn on_recorder(&mut self, event: Event) -> Option<Event> {
        let leg = crate::switchboard::leg_of(&event);
        if leg.is_none() || self.feeding.session.as_ref().map(|session| session.handle) != leg {
            return Some(event);
        }
        match event {
            Event::Answered { body, .. } => self.recorder_answered(body).await,
            Event::ReinviteAnswered { body, .. } => self.recorder_agreed(body).await,
            Event::ReinviteConfirmed { body, .. } => self.recorder_confirmed(body),
            Event::ReinviteFailed { status, .. } => {
                tracing::info!(call = %self.id, %status, "the recorder did not take a change of the call");
                self.recorder_refused().await;
            }
            Event::Reinvited { offer, .. } => self.recorder_offers(offer).await,
            Event::Ended { .. } => self.recorder_failed("it refused the call, dropped it or did not answer").await,
            _ => {}
        }
        None
    }

    async fn recorder_answered(&mut self, answer: Option<Body>) {
        let Some(session) = &mut self.feeding.session else { return };
        let settled = answer.map(|answer| session.streams.complete(&answer.data));
        let settled = match settled {
            Some(Ok(settled)) => settled,
            other => {
                let error = other.and_then(Result::err);
                tracing::warn!(call = %self.id, ?error, "the recorder's answer is of no use");
                self.house.parts.sip.hangup_soon(session.handle);
                return self.recorder_failed("its answer is of no use").await;
            }
        };
        session.stands = Some(Instant::now());
        self.feeding.told_failed = false;
        self.sound_recorder(&settled);
        self.fork();
        metrics::counter!("callwright_recorder_sessions_total").increment(1);
        if std::mem::take(&mut self.feeding.holds) {
            self.drain_app().await;
        }
    }

    /// A change was answered.
    async fn recorder_agreed(&mut self, answer: Option<Body>) {
        let Some(session) = &mut self.feeding.session else { return };
        match answer.map(|answer| session.streams.complete(&answer.data)) {
            Some(Ok(settled)) => {
                session.telling.taken();
                self.sound_recorder(&settled);
            }
            other => {
                let error = other.and_then(Result::err);
                tracing::info!(call = %self.id, ?error, "the recorder's answer to a change is of no use");
                self.recorder_refused().await;
            }
        }
    }

    /// A change that it wanted us to describe is settled.
    fn recorder_confirmed(&mut self, answer: Option<Body>) {
        let Some(session) = &mut self.feeding.session else { return };
        match answer.map(|answer| session.streams.complete(&answer.data)) {
            Some(Ok(settled)) => self.sound_recorder(&settled),
            Some(Err(error)) => {
                tracing::info!(call = %self.id, %error, "the recorder's answer to our offer is of no use");
            }
            None => {}
        }
    }

    /// It did not take a change: it is told again, and in the end by a new session.
    async fn recorder_refused(&mut self) {
        let active = self.feeding.is_active();
        let Some(session) = &mut self.feeding.session else { return };
        if !session.telling.refused(active, Instant::now()) {
            self.house.parts.sip.hangup_soon(session.handle);
            self.recorder_failed("it refuses what has changed in the call").await;
        }
    }

    /// It wants its session changed: other ports, or one of the streams no more.
    async fn recorder_offers(&mut self, offer: Option<Body>) {
        let active = self.feeding.is_active();
        let Some(session) = &mut self.feeding.session else { return };
        let sip = &self.house.parts.sip;
        let Some(offer) = offer else {
            let ours = Body::sdp(session.streams.offer(active));
            let _ = sip.accept_reinvite(session.handle, ours).await;
            return;
        };
        match session.streams.answer(&offer.data, active) {
            Ok((answer, settled)) => {
                if sip.accept_reinvite(session.handle, Body::sdp(answer)).await.is_ok() {
                    self.sound_recorder(&settled);
                }
            }
            Err(error) => {
                tracing::info!(call = %self.id, %error, "an offer of the recorder was refused");
                let _ = sip.reject_reinvite(session.handle, StatusCode::NOT_ACCEPTABLE_HERE).await;
            }
        }
    }

    /// Lets its legs sound as was agreed on.
    fn sound_recorder(&mut self, settled: &Settled) {
        for (at, negotiated) in settled.iter().copied().enumerate() {
            let Some(session) = &mut self.feeding.session else { return };
            let leg = STREAMS[at];
            let command = match (negotiated, session.started[at]) {
                (Some(negotiated), true) => MediaCommand::RenegotiateLeg { leg, negotiated },
                (Some(negotiated), false) => {
                    let latch = LatchPolicy { symmetric: false, ..LatchPolicy::default() };
                    let config = SessionConfig { rtp_timeout: None, latch, ..SessionConfig::new(random_u64()) };
                    MediaCommand::StartLeg { leg, session: config, negotiated }
                }
                (None, true) => MediaCommand::StopLeg { leg },
                (None, false) => continue,
            };
            session.started[at] = negotiated.is_some();
            self.media(command);
        }
    }

    /// There is no session: the call goes on without it, or does not.
    async fn recorder_failed(&mut self, reason: &'static str) {
        let stood = self.feeding.session.take().and_then(|session| session.stands);
        for leg in STREAMS {
            self.order(Order::CloseLeg(leg));
        }
        self.fork();
        if self.over.is_some() || self.ending.is_some() {
            return;
        }
        let Some(settings) = self.house.settings.recorder.clone() else { return };
        tracing::warn!(call = %self.id, reason, "the recorder does not record a call");
        metrics::counter!("callwright_recorder_failures_total").increment(1);
        if !std::mem::replace(&mut self.feeding.told_failed, true) {
            self.tell_of_recorder(reason);
        }
        if stood.is_some_and(|since| since.elapsed() >= STOOD) {
            // It may only have been started anew.
            return;
        }
        if settings.required {
            return self.hang_up(HangupParty::System, HangupCause::NetworkFailure).await;
        }
        self.feeding.given_up = settings.retry.is_zero();
        self.feeding.rests_until = (!settings.retry.is_zero()).then(|| Instant::now() + settings.retry);
    }

    /// The operator hears of it by an event.
    fn tell_of_recorder(&self, reason: &'static str) {
        let (store, call) = (self.house.parts.store.clone(), self.id);
        let mut data = serde_json::Map::new();
        data.insert("call".into(), json!(call.to_string()));
        data.insert("reason".into(), json!(reason));
        tokio::spawn(async move {
            let event = NewEvent { kind: "recorder.failed".into(), call: Some(call), at_ms: now_ms(), data };
            if let Err(error) = store.emit(event).await {
                tracing::error!(%call, %error, "an event is missing in the books");
            }
        });
    }

    /// The call is over: so is its session.
    pub(super) fn leave_recorder(&mut self) {
        self.feeding.holds = false;
        self.feeding.begun = false;
        self.fork();
        if let Some(session) = self.feeding.session.take() {
            self.house.parts.sip.hangup_soon(session.handle);
        }
    }
}

/// What the keys of the two streams are made from.
fn secrets() -> Option<[[u8; 32]; 2]> {
    let mut secrets = [[0; 32]; 2];
    secrets.iter_mut().try_for_each(|secret| getrandom::fill(secret)).ok()?;
    Some(secrets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_ends_does_not_wake_for_its_recorder() {
        let rests_until = Some(Instant::now());
        let feeding = Feeding { rests_until, ..Feeding::new(Fed::Beside, false) };
        assert_eq!((feeding.due(false), feeding.due(true)), (rests_until, None));
    }
}
