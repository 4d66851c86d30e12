//! A call that we make: past the gate, into the books, then dialled.

use std::sync::Arc;
use std::time::Duration;

use call_model::{CallFacts, CallId, CallOrigin, ContactId, Direction, HangupCause, WebhookId};
use media::call_media::LegSlot;
use permission::{Purpose, Reason, Rules, Verdict};
use serde_json::{Map, Value};
use sip_core::{InviteError, OutgoingCall, Reliable};
use store::{Address, LegRole, NewCall, fresh_id};
use tokio::sync::mpsc;

use super::leg::Leg;
use super::receive::CallParts;
use super::screening::Screening;
use super::seats::Seating;
use super::{Call, CallInput};
use crate::app::{AppRef, BookedApp};
use crate::dialing::{self, Destination, Plan, Shown};
use crate::error::PlaceError;
use crate::gate::{OutboundRequest, permit};
use crate::house::{House, fresh_call_id, now_ms};
use crate::identity::Card;
use crate::lines::Line;
use crate::outreach::{Known, Whereabouts};
use crate::screening::{MachinePlan, OnMachine, Screener};
use crate::toll::{self, Settled, Tariff};

/// A call to place.
#[derive(Debug, Clone)]
pub struct Placement {
    /// Whom to call: a number, a SIP address, or a member's name.
    pub to: String,
    /// What talks.
    pub app: AppRef,
    /// The number to show; the trunk's own where there is none.
    pub from: Option<String>,
    /// The trunk, by name; the one of `from` or the default one where there is none.
    pub trunk: Option<String>,
    /// BCP 47 language; the contact's or the business's where there is none.
    pub language: Option<String>,
    /// The number is not shown (RFC 3323).
    pub withheld: bool,
    /// Variables for the flow.
    pub variables: Map<String, Value>,
    /// How long it may ring.
    pub ring_timeout: Option<Duration>,
    /// A webhook that is told of this call whatever its filter says.
    pub webhook: Option<WebhookId>,
    /// What it is for: the rules hang on it.
    pub purpose: Purpose,
    /// Rules of its own; `None`: those of the house for its purpose.
    pub rules: Option<Box<Rules>>,
    /// Where whoever is called is, as far as it is known besides the books.
    pub whereabouts: Whereabouts,
    /// How it is found out who answers, and what becomes of the call then; `None`: the app has it at the answer.
    pub machine: Option<MachinePlan>,
}

/// The contact's field that says that they do not want to be called.
const OPTED_OUT: &str = "do_not_call";

/// What is known of a call before anything is written or dialled.
struct Ready {
    plan: Plan,
    facts: CallFacts,
    to: Address,
    /// It goes to a number: the rules for automatic calls hold.
    by_number: bool,
    line: Option<Line>,
    /// The member who is called.
    member: Option<String>,
    /// What it costs.
    tariff: Option<Tariff>,
}

impl Placement {
    /// Dials. When this returns, the call is in the books and its INVITE on its way; when it fails, nothing is dialled
    /// and no call is open in the books.
    pub(crate) async fn dial(
        self,
        id: CallId,
        house: Arc<House>,
        inbox: mpsc::Receiver<CallInput>,
        outbox: mpsc::Sender<CallInput>,
    ) -> Result<Call, PlaceError> {
        let mut ready = self.prepare(id, &house).await?;
        let booked = BookedApp::of(&self.app, house.apps());
        let begun = match house.begin_call(self.new_call(id, &ready.facts, ready.to.clone(), booked)).await {
            Ok(begun) => begun,
            Err(error @ store::StoreError::Busy) => {
                // It may be written later: then it is closed at once.
                tokio::spawn(async move { house.file_failure(id, HangupCause::InternalError).await });
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        };
        if ready.by_number
            && let Err(error) = house.parts.store.set_call_purpose(id, self.purpose.as_str()).await
        {
            tracing::error!(call = %id, %error, "what the call is for is missing in the books");
        }
        ready.facts.contact = begun.contact.as_ref().map(store::ContactRecord::facts).unwrap_or_default();
        let contact = begun.contact.map(|contact| contact.id);
        let error = match self.begin(ready, contact, house.clone(), inbox, outbox).await {
            Ok(call) => return Ok(call),
            Err(error) => error,
        };
        let cause = match &error {
            PlaceError::Full => HangupCause::Overload,
            PlaceError::App(_) => HangupCause::InternalError,
            _ => HangupCause::NetworkFailure,
        };
        house.file_failure(id, cause).await;
        Err(error)
    }

    /// Finds out whom to call by which trunk, and whether that is permitted.
    async fn prepare(&self, id: CallId, house: &Arc<House>) -> Result<Ready, PlaceError> {
        let directory = house.directory();
        let destination = Destination::parse(&self.to, &directory).ok_or(PlaceError::BadDestination)?;
        let Settled { destination, trunk: theirs } = toll::settle(destination, &directory, &house.parts.sip).await?;
        let trunk = match (theirs.as_ref().or(self.trunk.as_ref()), destination.number()) {
            (Some(name), _) => Some(directory.trunk(name).ok_or_else(|| PlaceError::NoSuchTrunk(name.clone()))?),
            (None, Some(_)) => Some(directory.trunk_of(self.from.as_deref()).ok_or(PlaceError::NoTrunk)?),
            (None, None) => None,
        };
        let to = destination.address(&directory);
        let known = house.parts.store.contact_by_address(&to).await?;
        let line = trunk.map(|trunk| house.lines.take(&trunk.name));
        let permission = self.permission(house, &destination, known.as_ref()).await?;
        permit(OutboundRequest {
            number: destination.number(),
            trunk,
            trunk_calls: line.as_ref().map_or(0, |line| line.before),
            spent_today: trunk.map_or(0, |trunk| house.spending.today_by(&trunk.name, now_ms())),
            permission,
        })
        .inspect_err(|refusal| toll::note_refusal(house, refusal))?;
        let number = self.from.clone().or_else(|| trunk.and_then(|trunk| trunk.caller_id.clone()));
        let number = number.or_else(|| trunk.map(|trunk| trunk.user.clone())).unwrap_or_else(|| "callwright".into());
        let language = self.language.clone().or_else(|| known.as_ref().and_then(|contact| contact.language.clone()));
        let facts = CallFacts {
            call: id,
            direction: Direction::Outbound,
            caller: to.as_str().map(str::to_owned),
            number: number.clone(),
            trunk: trunk.map(|trunk| trunk.name.clone()),
            language: language.unwrap_or_else(|| directory.language.clone()),
            contact: known.as_ref().map(store::ContactRecord::facts).unwrap_or_default(),
            variables: self.variables.clone(),
            origin: CallOrigin::default(),
            answered_by: None,
        };
        // A flow that does not run is found out before anything is written or dialled.
        house.apps().make(&self.app, &facts, None)?;
        if let Some(MachinePlan { on_machine: OnMachine::Message(message), .. }) = &self.machine {
            house.apps().make(message, &facts, None)?;
        }
        let shown = Shown { user: number, withheld: self.withheld, ..Shown::default() };
        let ring = self.ring_timeout.unwrap_or(house.settings.ring_timeout);
        let at_least = destination.number().map(|_| Duration::from_secs(self.rules(house).ring_s.into()));
        let ring = ring.max(at_least.unwrap_or_default());
        let plans = dialing::plan(house, &destination, trunk, &shown, ring).await?;
        let plan = plans.into_iter().next().ok_or_else(|| PlaceError::NotRegistered(destination.label()))?;
        let member = destination.member().map(str::to_owned);
        let tariff = trunk.zip(destination.number()).and_then(|(trunk, number)| Tariff::of(trunk, number));
        let by_number = destination.number().is_some();
        Ok(Ready { plan, facts, to, by_number, line, member, tariff })
    }

    /// Whether the rules and the books let the call be made now. Members and SIP addresses are of the house, or of a
    /// test: they are called at any hour, unless they said no.
    async fn permission(
        &self,
        house: &House,
        destination: &Destination,
        contact: Option<&store::ContactRecord>,
    ) -> Result<Verdict, PlaceError> {
        let opted_out = contact.is_some_and(has_opted_out);
        let Some(number) = destination.number() else {
            return Ok(if opted_out { Verdict::Never { reason: Reason::Suppressed } } else { Verdict::Now });
        };
        let whom = (number, &self.whereabouts);
        let known = Known::read_at(&house.parts.store, whom, self.purpose, now_ms()).await?;
        Ok(known.or_suppressed(opted_out).decide(self.purpose, self.rules(house), now_ms()))
    }

    fn rules<'a>(&'a self, house: &'a House) -> &'a Rules {
        self.rules.as_deref().unwrap_or_else(|| house.settings.outreach.rules(self.purpose))
    }

    /// Makes the call and sends its INVITE.
    async fn begin(
        &self,
        ready: Ready,
        contact: Option<ContactId>,
        house: Arc<House>,
        inbox: mpsc::Receiver<CallInput>,
        outbox: mpsc::Sender<CallInput>,
    ) -> Result<Call, PlaceError> {
        let Ready { plan, facts, by_number, line, member, tariff, .. } = ready;
        let (made, fed) = crate::recorder::make(&house, &self.app, &facts, None)?;
        let mut leg = Leg::new(fresh_id(now_ms()), LegRole::Caller, facts.caller.clone(), fresh_call_id(), now_ms());
        leg.line = line;
        leg.tariff = tariff;
        leg.interop = plan.interop;
        leg.exchange = plan.exchange;
        leg.engaged = member.map(|name| house.staff.ring(&name, facts.call));
        let answering = house.settings.answering;
        let parts = CallParts {
            id: facts.call,
            direction: Direction::Outbound,
            house,
            inbox,
            outbox,
            contact,
            language: facts.language.clone(),
            made: match &self.machine {
                Some(plan) => {
                    let max_ms = plan.config(answering).max_ms;
                    let screener = Screener::new(plan.clone(), max_ms, &facts.language);
                    Seating::before(Box::new(screener), made.recording)
                }
                None => Seating::new(&self.app, made),
            },
            fed,
            transcribe: None,
            fax: crate::fax::FaxRule::Ignore,
            caller: Card { hides_ours: self.withheld, ..Card::ours(&facts.number) },
            our_number: facts.number.clone(),
            facts,
            near: plan.near,
            offer: None,
            reliable: Reliable::No,
            max_forwards: 70,
            leg,
        };
        let mut call = parts.into_call();
        call.screening = self.machine.clone().map(|plan| Box::new(Screening::new(plan, self.app.clone())));
        if by_number {
            call.let_opt_out(self.purpose);
        }
        call.invite(plan.call).await?;
        Ok(call)
    }

    fn new_call(&self, id: CallId, facts: &CallFacts, to: Address, booked: BookedApp) -> NewCall {
        NewCall {
            id,
            direction: Direction::Outbound,
            from: Address::Other(facts.number.clone()),
            to,
            number: facts.number.clone(),
            trunk: facts.trunk.clone(),
            member: None,
            flow: booked.flow,
            flow_version: booked.flow_version,
            agent: booked.agent,
            agent_version: booked.agent_version,
            language: facts.language.clone(),
            variables: self.variables.clone(),
            webhook: self.webhook,
            origin: CallOrigin::default(),
            started_ms: now_ms(),
        }
    }
}

pub(super) fn has_opted_out(contact: &store::ContactRecord) -> bool {
    contact.fields.get(OPTED_OUT).is_some_and(|value| *value != Value::Bool(false) && !value.is_null())
}

impl Call {
    async fn invite(&mut self, mut invite: OutgoingCall) -> Result<(), PlaceError> {
        self.open_ports(LegSlot::CALLER, self.near)?;
        let Some(leg) = self.legs.get_mut(&LegSlot::CALLER) else { return Err(PlaceError::Ended) };
        invite.body = leg.offer();
        invite.call_id = Some(leg.record.sip_call_id.clone());
        let handle = self.house.parts.sip.invite(invite).await.map_err(|error| match error {
            transport::sip::PlaceError::Stopped => PlaceError::Ended,
            transport::sip::PlaceError::Invite(InviteError::Overloaded) => PlaceError::Full,
            transport::sip::PlaceError::Invite(_) => PlaceError::BadDestination,
        })?;
        leg.handle = Some(handle);
        self.notice_leg(handle).await;
        Ok(())
    }
}
