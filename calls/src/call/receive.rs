//! A call that comes in: into the books, then answered.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use call_model::{CallFacts, CallId, CallOrigin, Direction, HangupCause, HangupParty};
use futures_util::FutureExt;
use media::call_media::LegSlot;
use sip_core::message::{HeaderName, StatusCode};
use sip_core::{Body, IncomingCall, Reliable};
use store::{Address, LegRole, NewCall, fresh_id};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::leg::{Leg, LegState};
use super::scribe::Scribe;
use super::seats::Seating;
use super::senses::SENSES;
use super::{Call, CallInput, feeding, hearing, playing, thinking};
use crate::app::{AppRef, BookedApp, PutThrough, RecordingRule};
use crate::error::PlaceError;
use crate::fax::FaxRule;
use crate::house::{House, now_ms};
use crate::identity::{Caller, Card};
use crate::interop::{Extension, ProofPolicy};
use crate::proof::{Signed, reason};
use crate::recorder::{self, Fed};

/// What is to answer.
pub(crate) enum Answering {
    /// An application.
    App {
        /// Which.
        app: AppRef,
        /// The number's own rule on recording.
        recording: Option<RecordingRule>,
        /// And on transcripts.
        transcribe: Option<bool>,
        /// And on fax machines.
        fax: FaxRule,
    },
    /// Nobody here: a member is put through.
    PutThrough(Box<call_model::TransferSettings>),
}

/// A call that came in and has been routed.
pub(crate) struct Reception {
    pub id: CallId,
    pub incoming: Box<IncomingCall>,
    pub answering: Answering,
    /// The address that was called, as it came.
    pub called: Address,
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
    /// Writes the call into the books and makes its app; when that is not possible it is refused, and closed in the
    /// books.
    pub(crate) async fn begin(
        self,
        house: Arc<House>,
        inbox: mpsc::Receiver<CallInput>,
        outbox: mpsc::Sender<CallInput>,
    ) -> Option<Box<Call>> {
        let (id, leg) = (self.id, self.incoming.leg);
        let made = AssertUnwindSafe(self.into_call(house.clone(), inbox, outbox)).catch_unwind().await;
        let (status, extra) = match made {
            Ok(Ok(call)) => return Some(call),
            Ok(Err(error @ PlaceError::Books(_))) => {
                tracing::error!(call = %id, %error, "a call could not be written into the books");
                (StatusCode::SERVICE_UNAVAILABLE, house.retry_after())
            }
            Ok(Err(PlaceError::NotProved(fault))) => {
                tracing::info!(call = %id, %fault, "a call was refused: its caller's number is not proved");
                let status = StatusCode::new(fault.status().0).unwrap_or(StatusCode::FORBIDDEN);
                let _ = house.parts.sip.reject(leg, status, vec![reason(fault)]).await;
                return None;
            }
            Ok(Err(error)) => {
                tracing::error!(call = %id, %error, "a call could not be taken");
                (StatusCode::SERVER_INTERNAL_ERROR, Vec::new())
            }
            Err(_) => {
                tracing::error!(call = %id, "making a call's app panicked");
                metrics::counter!("callwright_app_panics_total").increment(1);
                (StatusCode::SERVER_INTERNAL_ERROR, Vec::new())
            }
        };
        // A caller who gave up meanwhile needs no answer.
        let _ = house.parts.sip.reject(leg, status, extra).await;
        house.file_failure(id, HangupCause::InternalError).await;
        None
    }

    async fn into_call(
        self,
        house: Arc<House>,
        inbox: mpsc::Receiver<CallInput>,
        outbox: mpsc::Sender<CallInput>,
    ) -> Result<Box<Call>, PlaceError> {
        let started_ms = now_ms();
        let line = self.trunk.as_ref().map(|trunk| house.lines.take(trunk));
        let directory = house.directory();
        let interop = self.trunk.as_deref().and_then(|name| directory.trunk(name)).map(|trunk| trunk.interop.clone());
        let booked = match &self.answering {
            Answering::App { app, .. } => BookedApp::of(app, house.apps()),
            Answering::PutThrough(_) => BookedApp::default(),
        };
        let caller = Caller::read(&self.incoming, self.trunk.is_some(), &directory.country);
        let proof =
            house.parts.prover.verify(Signed::read(&self.incoming, self.trunk.is_some(), &directory.country)).await;
        if let Some(fault) = proof.refusal(interop.as_ref().map_or(ProofPolicy::Mark, |interop| interop.proof)) {
            return Err(PlaceError::NotProved(fault));
        }
        if interop.as_ref().is_some_and(|interop| interop.quirks.disable.contains(&Extension::Update)) {
            // A caller who gave up meanwhile shows later.
            let _ = house.parts.sip.spare_update(self.incoming.leg).await;
        }
        let origin = caller.origin(proof.verification(), &directory.country);
        let new_call = self.new_call(caller.address.clone(), origin.clone(), started_ms, booked);
        let from = new_call.from.clone();
        let begun = house.begin_call(new_call).await?;
        let Self { id, incoming, answering, number, language, trunk, member, .. } = self;
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
            origin,
            answered_by: None,
        };
        let (transcribe, fax, made, fed) = match answering {
            Answering::App { app, recording, transcribe, fax } => {
                let (made, fed) = recorder::make(&house, &app, &facts, recording)?;
                (transcribe, fax, Seating::new(&app, made), fed)
            }
            Answering::PutThrough(settings) => {
                (None, FaxRule::Ignore, Seating::plain(Box::new(PutThrough::new(*settings))), Fed::No)
            }
        };
        let colleague = member.clone();
        let card = Card::of(&caller, member.as_deref());
        let (peer, sip_call_id) = (facts.caller.clone(), incoming.call_id.clone());
        let mut leg = Leg::new(fresh_id(started_ms), LegRole::Caller, peer, sip_call_id, started_ms);
        leg.line = line;
        leg.interop = interop;
        leg.engaged = colleague.map(|name| {
            let mut engaged = house.staff.ring(&name, id);
            engaged.talk();
            engaged
        });
        leg.handle = Some(incoming.leg);
        leg.record.user_agent =
            incoming.headers.get(&HeaderName::UserAgent).map(|text| text.chars().take(128).collect());
        let parts = CallParts {
            id,
            direction: Direction::Inbound,
            house,
            inbox,
            outbox,
            contact: contact.map(|contact| contact.id),
            language,
            made,
            fed,
            transcribe,
            fax,
            facts: facts.clone(),
            caller: card,
            our_number: number,
            near: incoming.flow.local.ip(),
            offer: incoming.offer.clone(),
            reliable: incoming.reliable,
            max_forwards: incoming.max_forwards,
            leg,
        };
        Ok(Box::new(parts.into_call()))
    }

    fn new_call(&self, from: Address, origin: CallOrigin, started_ms: i64, booked: BookedApp) -> NewCall {
        NewCall {
            id: self.id,
            direction: Direction::Inbound,
            from,
            to: self.called.clone(),
            number: self.number.clone(),
            trunk: self.trunk.clone(),
            member: self.member.clone(),
            flow: booked.flow,
            flow_version: booked.flow_version,
            agent: booked.agent,
            agent_version: booked.agent_version,
            language: self.language.clone(),
            variables: serde_json::Map::new(),
            webhook: None,
            origin,
            started_ms,
        }
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
    pub made: Seating,
    /// Whether a recorder elsewhere gets it.
    pub fed: Fed,
    /// The number's own rule on transcripts.
    pub transcribe: Option<bool>,
    /// And on fax machines.
    pub fax: FaxRule,
    pub facts: CallFacts,
    pub caller: Card,
    pub our_number: String,
    pub near: std::net::IpAddr,
    pub offer: Option<Body>,
    pub reliable: Reliable,
    pub max_forwards: u8,
    pub leg: Leg,
}

impl CallParts {
    pub(super) fn into_call(self) -> Call {
        let (told, senses) = mpsc::channel(SENSES);
        let transcribe = self.transcribe.unwrap_or(self.house.settings.transcribe);
        let quiet = self.made.recording == RecordingRule::Consent;
        let required = self.house.settings.recorder.as_ref().is_some_and(|recorder| recorder.required);
        Call {
            senses,
            told: Some(told),
            scribe: Scribe::new(self.id, self.house.clone(), transcribe, quiet),
            facts: self.facts,
            mouth: playing::Mouth::default(),
            ears: hearing::Ears::default(),
            thoughts: thinking::Thoughts::default(),
            tools_running: 0,
            sounding_since: None,
            id: self.id,
            direction: self.direction,
            house: self.house,
            inbox: self.inbox,
            outbox: self.outbox,
            seats: self.made.seats,
            untold: VecDeque::new(),
            legs: HashMap::from([(LegSlot::CALLER, self.leg)]),
            past_legs: Vec::new(),
            sound: None,
            offer: self.offer,
            reliable: self.reliable,
            near: self.near,
            transfer: None,
            queue: None,
            supervising: None,
            supervision_told: false,
            opting_out: None,
            unattended: false,
            walk: super::walking::Walk::default(),
            screening: None,
            handing: super::handing::Handing::default(),
            warnings: 0,
            messages: HashMap::new(),
            recording: None,
            recording_rule: self.made.recording,
            feeding: feeding::Feeding::new(self.fed, required),
            paused_by: None,
            contact: self.contact,
            language: self.language,
            fax: self.fax,
            caller: self.caller,
            our_number: self.our_number,
            max_forwards: self.max_forwards,
            started: Instant::now(),
            clock: crate::house::CallClock::start(),
            answered: None,
            ending: None,
            give_up: None,
            answer_filed: None,
            steps: 0,
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
        let said = leg.said();
        if said.is_none()
            && let Err(error) = self.open_ports(LegSlot::CALLER, self.near)
        {
            tracing::warn!(call = %self.id, %error, "a call was refused for want of media");
            return self.hang_up(HangupParty::System, HangupCause::Overload).await;
        }
        let offer = self.offer.take();
        let Some(leg) = self.legs.get_mut(&LegSlot::CALLER) else { return };
        if let Some(said) = said {
            // The caller hears us already.
            leg.state = LegState::Accepted;
            let _ = self.house.parts.sip.accept(handle, said).await;
            return;
        }
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
