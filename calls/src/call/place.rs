//! A call that we make: past the gate, into the books, then dialled.

use std::sync::Arc;
use std::time::Duration;

use call_model::{CallFacts, CallId, Direction, HangupCause, HangupParty, WebhookId};
use serde_json::{Map, Value};
use store::{Address, EndCall, LegRole, NewCall, fresh_id};
use tokio::sync::mpsc;

use super::leg::Leg;
use super::receive::CallParts;
use super::{Call, CallInput};
use crate::app::AppRef;
use crate::dialing::{self, Destination, Shown};
use crate::error::PlaceError;
use crate::gate::{OutboundRequest, permit};
use crate::house::{House, now_ms};

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
    /// Variables for the flow.
    pub variables: Map<String, Value>,
    /// How long it may ring.
    pub ring_timeout: Option<Duration>,
    /// A webhook that is told of this call whatever its filter says.
    pub webhook: Option<WebhookId>,
}

/// The contact's field that says that they do not want to be called.
const OPTED_OUT: &str = "opted_out";

impl Placement {
    /// Dials. When this returns, the call is in the books and its INVITE on its way.
    pub(crate) async fn dial(
        self,
        id: CallId,
        house: Arc<House>,
        trunk_calls: impl Fn(&str) -> usize,
        inbox: mpsc::Receiver<CallInput>,
        outbox: mpsc::Sender<CallInput>,
    ) -> Result<Call, PlaceError> {
        let directory = house.directory();
        let destination = Destination::parse(&self.to, &directory).ok_or(PlaceError::BadDestination)?;
        let trunk = match (&self.trunk, destination.number()) {
            (Some(name), _) => Some(directory.trunk(name).ok_or_else(|| PlaceError::NoSuchTrunk(name.clone()))?),
            (None, Some(_)) => Some(directory.trunk_of(self.from.as_deref()).ok_or(PlaceError::NoTrunk)?),
            (None, None) => None,
        };
        let to = destination.address(&directory);
        let known = house.parts.store.contact_by_address(&to).await?;
        let opted_out = known.as_ref().is_some_and(|contact| {
            contact.fields.get(OPTED_OUT).is_some_and(|value| *value != Value::Bool(false) && !value.is_null())
        });
        permit(OutboundRequest {
            number: destination.number(),
            trunk,
            trunk_calls: trunk.map_or(0, |trunk| trunk_calls(&trunk.name)),
            opted_out,
            by_person: false,
        })?;
        let number = self.from.clone().or_else(|| trunk.and_then(|trunk| trunk.caller_id.clone()));
        let number = number.or_else(|| trunk.map(|trunk| trunk.user.clone())).unwrap_or_else(|| "callwright".into());
        let language = self
            .language
            .clone()
            .or_else(|| known.as_ref().and_then(|contact| contact.language.clone()))
            .unwrap_or_else(|| directory.language.clone());
        let mut facts = CallFacts {
            call: id,
            direction: Direction::Outbound,
            caller: to.as_str().map(str::to_owned),
            number: number.clone(),
            trunk: trunk.map(|trunk| trunk.name.clone()),
            language: language.clone(),
            contact: known.as_ref().map(store::ContactRecord::facts).unwrap_or_default(),
            variables: self.variables.clone(),
        };
        // A flow that does not run is found out before anything is written or dialled.
        house.apps().make(&self.app, &facts, None)?;
        let shown = Shown { user: number.clone(), display: None };
        let ring = self.ring_timeout.unwrap_or(house.settings.ring_timeout);
        let mut plans = dialing::plan(&house, &destination, trunk, &shown, ring).await?;
        if plans.is_empty() {
            return Err(PlaceError::NotRegistered(destination.label()));
        }
        let dialing::Plan { call: mut invite, near } = plans.swap_remove(0);

        let begun = house.parts.store.begin_call(self.new_call(id, &facts, to)).await?;
        facts.contact = begun.contact.as_ref().map(store::ContactRecord::facts).unwrap_or_default();
        let made = house.apps().make(&self.app, &facts, None)?;
        let parts = CallParts {
            id,
            direction: Direction::Outbound,
            house: house.clone(),
            inbox,
            outbox,
            contact: begun.contact.map(|contact| contact.id),
            language,
            made,
            caller_name: number.clone(),
            our_number: number,
            near,
            offer: None,
            max_forwards: 70,
            leg: Leg::new(fresh_id(now_ms()), LegRole::Caller, facts.caller, String::new(), now_ms()),
        };
        let mut call = parts.into_call();
        match call.invite(&mut invite).await {
            Ok(()) => Ok(call),
            Err(error) => {
                call.never_dialled().await;
                Err(error)
            }
        }
    }

    fn new_call(&self, id: CallId, facts: &CallFacts, to: Address) -> NewCall {
        NewCall {
            id,
            direction: Direction::Outbound,
            from: Address::Other(facts.number.clone()),
            to,
            number: facts.number.clone(),
            trunk: facts.trunk.clone(),
            member: None,
            flow: if let AppRef::Flow(name) = &self.app { Some(name.clone()) } else { None },
            flow_version: None,
            language: facts.language.clone(),
            variables: self.variables.clone(),
            webhook: self.webhook,
            started_ms: now_ms(),
        }
    }
}

impl Call {
    async fn invite(&mut self, invite: &mut sip_core::OutgoingCall) -> Result<(), PlaceError> {
        use media::call_media::LegSlot;

        self.open_ports(LegSlot::CALLER, self.near)?;
        let Some(leg) = self.legs.get_mut(&LegSlot::CALLER) else { return Err(PlaceError::Ended) };
        invite.body = leg.offer();
        let placed = self.house.parts.sip.invite(invite.clone()).await;
        let handle = placed.map_err(|error| PlaceError::Media(error.into()))?;
        leg.handle = Some(handle);
        self.notice_leg(handle).await;
        Ok(())
    }

    /// It is in the books, but its INVITE never left.
    async fn never_dialled(&mut self) {
        let end = EndCall {
            id: self.id,
            at_ms: now_ms(),
            cause: HangupCause::NetworkFailure,
            by: HangupParty::System,
            legs: Vec::new(),
            language: None,
        };
        if let Err(error) = self.house.parts.store.end_call(end).await {
            tracing::error!(call = %self.id, %error, "the end of a call is missing in the books");
        }
    }
}
