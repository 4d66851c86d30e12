//! A call that comes in: into the books, then answered.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use call_model::{CallApp, CallFacts, CallId, Direction, HangupCause, HangupParty};
use media::call_media::LegSlot;
use sip_core::message::{HeaderName, StatusCode};
use sip_core::{Body, IncomingCall};
use store::{Address, LegRole, NewCall, fresh_id};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::leg::{Leg, LegState};
use super::{Call, CallInput, playing};
use crate::app::{AppRef, MadeApp, PutThrough, RecordingRule};
use crate::error::PlaceError;
use crate::house::{House, now_ms};

/// What is to answer.
pub(crate) enum Answering {
    /// An application.
    App {
        /// Which.
        app: AppRef,
        /// The number's own rule on recording.
        recording: Option<RecordingRule>,
    },
    /// Nobody here: a member is put through.
    PutThrough(call_model::TransferSettings),
}

/// A call that came in and has been routed.
pub(crate) struct Reception {
    pub id: CallId,
    pub incoming: Box<IncomingCall>,
    pub answering: Answering,
    /// Our number or address that is called.
    pub number: String,
    /// Language of the number.
    pub language: String,
    /// Name of the trunk that it came by.
    pub trunk: Option<String>,
    /// Name of the member who calls.
    pub member: Option<String>,
}

impl Reception {
    /// Writes the call into the books and makes its app; when that is not possible it is refused with 500.
    pub(crate) async fn begin(
        self,
        house: Arc<House>,
        inbox: mpsc::Receiver<CallInput>,
        outbox: mpsc::Sender<CallInput>,
    ) -> Option<Call> {
        let leg = self.incoming.leg;
        match self.into_call(house.clone(), inbox, outbox).await {
            Ok(call) => Some(call),
            Err(error) => {
                tracing::error!(%error, "a call could not be taken");
                let status = match error {
                    PlaceError::Books(_) => StatusCode::SERVICE_UNAVAILABLE,
                    _ => StatusCode::SERVER_INTERNAL_ERROR,
                };
                let _ = house.parts.sip.reject(leg, status, Vec::new()).await;
                None
            }
        }
    }

    async fn into_call(
        self,
        house: Arc<House>,
        inbox: mpsc::Receiver<CallInput>,
        outbox: mpsc::Sender<CallInput>,
    ) -> Result<Call, PlaceError> {
        let Self { id, incoming, answering, number, language, trunk, member } = self;
        let started_ms = now_ms();
        let country = house.directory().country.clone();
        // What a carrier asserts is believed, and nobody else's assertion.
        let asserted = incoming.p_asserted.as_ref().filter(|_| trunk.is_some());
        let from = Address::parse(&asserted.unwrap_or(&incoming.from).uri.to_string(), &country);
        let (flow, flow_version) = (None, None);
        let begun = house
            .parts
            .store
            .begin_call(NewCall {
                id,
                direction: Direction::Inbound,
                from: from.clone(),
                to: Address::parse(&incoming.request_uri.to_string(), &country),
                number: number.clone(),
                trunk: trunk.clone(),
                member: member.clone(),
                flow: if let Answering::App { app: AppRef::Flow(name), .. } = &answering { Some(name.clone()) } else { flow },
                flow_version,
                language: language.clone(),
                variables: serde_json::Map::new(),
                webhook: None,
                started_ms,
            })
            .await?;
        let contact = begun.contact.as_ref();
        let language = contact.and_then(|contact| contact.language.clone()).unwrap_or(language);
        let facts = CallFacts {
            call: id,
            direction: Direction::Inbound,
            caller: from.as_str().map(str::to_owned),
            number: number.clone(),
            trunk,
            language: language.clone(),
            contact: contact.map(store::ContactRecord::facts).unwrap_or_default(),
            variables: serde_json::Map::new(),
        };
        let made = match answering {
            Answering::App { app, recording } => house.apps().make(&app, &facts, recording)?,
            Answering::PutThrough(settings) => MadeApp::plain(Box::new(PutThrough::new(settings))),
        };
        let caller_name = member.unwrap_or_else(|| caller_user(&incoming));
        let mut leg = Leg::new(fresh_id(started_ms), LegRole::Caller, facts.caller.clone(), incoming.call_id.clone(), started_ms);
        leg.handle = Some(incoming.leg);
        leg.record.user_agent = incoming.headers.get(&HeaderName::UserAgent).map(|text| text.chars().take(128).collect());
        let parts = CallParts {
            id,
            direction: Direction::Inbound,
            house,
            inbox,
            outbox,
            contact: contact.map(|contact| contact.id),
            language,
            made,
            caller_name,
            our_number: number,
            near: incoming.flow.local.ip(),
            offer: incoming.offer.clone(),
            max_forwards: incoming.max_forwards,
            leg,
        };
        Ok(parts.into_call())
    }
}

/// What a call is made of, whichever way it goes.
pub(super) struct CallParts {
    pub id: CallId,
    pub direction: Direction,
    pub house: Arc<House>,
    pub inbox: mpsc::Receiver<CallInput>,
    pub outbox: mpsc::Sender<CallInput>,
    pub contact: Option<call_model::ContactId>,
    pub language: String,
    pub made: MadeApp,
    pub caller_name: String,
    pub our_number: String,
    pub near: std::net::IpAddr,
    pub offer: Option<Body>,
    pub max_forwards: u8,
    pub leg: Leg,
}

impl CallParts {
    pub(super) fn into_call(self) -> Call {
        let app: Box<dyn CallApp> = self.made.app;
        Call {
            id: self.id,
            direction: self.direction,
            house: self.house,
            inbox: self.inbox,
            outbox: self.outbox,
            app,
            untold: VecDeque::new(),
            legs: HashMap::from([(LegSlot::CALLER, self.leg)]),
            past_legs: Vec::new(),
            sound: None,
            offer: self.offer,
            near: self.near,
            transfer: None,
            messages: HashMap::new(),
            recording: None,
            recording_rule: self.made.recording,
            voices: playing::Voices::default(),
            contact: self.contact,
            language: self.language,
            caller_name: self.caller_name,
            our_number: self.our_number,
            max_forwards: self.max_forwards,
            flow_versions: self.made.flow_versions,
            started: Instant::now(),
            answered: None,
            ending: None,
            over: None,
        }
    }
}

impl Call {
    /// Answers the caller: with an answer to their offer, or with our offer when they made none.
    pub(super) async fn answer(&mut self) {
        if self.direction == Direction::Outbound || self.ending.is_some() {
            return;
        }
        let Some(leg) = self.legs.get(&LegSlot::CALLER).filter(|leg| leg.state == LegState::Ringing) else { return };
        let Some(handle) = leg.handle else { return };
        if let Err(error) = self.open_ports(LegSlot::CALLER, self.near) {
            tracing::warn!(call = %self.id, %error, "a call was refused for want of media");
            return self.hang_up(HangupParty::System, HangupCause::Overload).await;
        }
        let offer = self.offer.take();
        let Some(leg) = self.legs.get_mut(&LegSlot::CALLER) else { return };
        let body = match &offer {
            Some(offer) => match leg.answer(offer) {
                Ok(body) => body,
                Err(error) => {
                    tracing::info!(call = %self.id, %error, "an offer could not be answered");
                    return self.cannot_answer().await;
                }
            },
            None => match leg.offer() {
                Some(body) => body,
                None => return self.cannot_answer().await,
            },
        };
        leg.state = LegState::Accepted;
        if offer.is_some() {
            self.sound_leg(LegSlot::CALLER);
        }
        // A caller who gave up meanwhile shows as the leg's end.
        let _ = self.house.parts.sip.accept(handle, body).await;
    }
}

fn caller_user(incoming: &IncomingCall) -> String {
    incoming.from.uri.username().map_or_else(|| "anonymous".to_owned(), |user| user.into_owned())
}
