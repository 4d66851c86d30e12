//! REFER of ours: the caller's carrier is asked to call somebody else, so that the sound leaves us.
//!
//! Only on trunks whose setting `transfer` says so. A cold transfer to one number goes that way before anybody is rung;
//! two legs of one such trunk that are connected already are joined there by Replaces (RFC 5589 section 7), and go on
//! through us when the carrier does not want that.

use std::time::Duration;

use call_model::{CallEvent, HangupCause, HangupParty};
use media::call_media::LegSlot;
use sip_core::message::{NameAddr, StatusCode, Uri};
use sip_core::{LegHandle, OutgoingRefer};

use super::super::Call;
use crate::dialing::Destination;
use crate::directory::{Directory, Trunk};
use crate::error::PlaceError;
use crate::gate::{OutboundRequest, permit};
use crate::house::now_ms;
use crate::interop::TransferBy;
use crate::trunk_call::address;

/// How much longer than its ringing the outcome of a transfer is waited for.
const GRACE: Duration = Duration::from_secs(5);
/// How long a carrier may take to join two calls.
const JOINING: Duration = Duration::from_secs(20);

/// A transfer that we have asked a carrier for.
pub(super) struct Departure {
    /// Whom the caller goes to.
    label: String,
    /// They are connected through us already.
    joins: bool,
}

impl Call {
    /// The caller's trunk, where its calls leave by REFER.
    fn refers_by<'a>(&self, directory: &'a Directory, slot: LegSlot) -> Option<&'a Trunk> {
        let leg = self.legs.get(&slot).filter(|_| self.is_answered(slot))?;
        let trunk = directory.trunk(leg.line.as_ref()?.trunk())?;
        (trunk.interop.transfer == TransferBy::Refer).then_some(trunk)
    }

    /// Lets the caller's carrier call the only target of a cold transfer. `Ok(false)`: that is not for this transfer.
    pub(in crate::call) async fn depart(
        &mut self,
        destination: &Destination,
        ring: Duration,
    ) -> Result<bool, PlaceError> {
        let directory = self.house.directory();
        let Some(number) = destination.number() else { return Ok(false) };
        let Some(trunk) = self.refers_by(&directory, LegSlot::CALLER) else { return Ok(false) };
        let cold =
            self.transfer.as_ref().is_some_and(|it| it.warning.is_none() && it.targets.len() == 1 && !it.is_taken());
        if !cold || self.handing.departure.is_some() {
            return Ok(false);
        }
        permit(OutboundRequest {
            number: Some(number),
            trunk: Some(trunk),
            // It takes no further line of ours.
            trunk_calls: 0,
            spent_today: self.house.spending.today_by(&trunk.name, now_ms()),
            permission: self.may_be_transferred_to(number).await?,
        })?;
        let target = address(trunk, number, &directory.country)?;
        let handle = self.legs.get(&LegSlot::CALLER).and_then(|leg| leg.handle).ok_or(PlaceError::Ended)?;
        let refer = OutgoingRefer { target, replaces: None, referred_by: self.ourselves(trunk), wait: ring + GRACE };
        self.house.parts.sip.refer(handle, refer).await.map_err(|_| PlaceError::Ended)?;
        self.handing.departure = Some(Departure { label: number.to_owned(), joins: false });
        if let Some(transfer) = &mut self.transfer {
            transfer.departing = true;
        }
        Ok(true)
    }

    /// Lets the carrier join two of its calls that are connected through us.
    pub(in crate::call) async fn leave_by_refer(&mut self, slot: LegSlot) {
        let directory = self.house.directory();
        let Some(trunk) = self.refers_by(&directory, LegSlot::CALLER) else { return };
        if self.refers_by(&directory, slot).is_none_or(|other| other.name != trunk.name) {
            return;
        }
        let handle = |slot| self.legs.get(&slot).and_then(|leg| leg.handle);
        let (Some(caller), Some(other)) = (handle(LegSlot::CALLER), handle(slot)) else { return };
        let label = self.label_of(slot);
        let Ok(target) = address(trunk, &label, &directory.country) else { return };
        let refer = OutgoingRefer { target, replaces: Some(other), referred_by: self.ourselves(trunk), wait: JOINING };
        if self.house.parts.sip.refer(caller, refer).await.is_ok() {
            self.handing.departure = Some(Departure { label, joins: true });
        }
    }

    /// Our number, as the one who asks (RFC 3892).
    fn ourselves(&self, trunk: &Trunk) -> Option<NameAddr> {
        let mut uri = Uri::parse(&format!("sip:{}", trunk.host)).ok()?;
        uri.set_username(&self.our_number);
        Some(NameAddr::new(uri))
    }

    /// The carrier tells how its call goes on.
    pub(in crate::call) async fn on_refer_progress(&mut self, handle: LegHandle, status: StatusCode) {
        let departs = self.handing.departure.as_ref().is_some_and(|departure| !departure.joins);
        if departs && self.slot_of(handle) == Some(LegSlot::CALLER) && status.code() >= 180 {
            self.departure_rings(status).await;
        }
    }

    /// It is over: the caller is there, or back with the app.
    pub(in crate::call) async fn on_refer_ended(&mut self, handle: LegHandle, status: Option<StatusCode>) {
        if self.slot_of(handle) != Some(LegSlot::CALLER) {
            return;
        }
        let Some(departure) = self.handing.departure.take() else { return };
        if status.is_some_and(StatusCode::is_success) {
            let ours = self.our_number.clone();
            self.tell_transferred(&ours, &departure.label, "refer").await;
            if !departure.joins {
                self.tell(CallEvent::TransferAnswered { target: departure.label }).await;
            }
            return self.hang_up(HangupParty::Us, HangupCause::Normal).await;
        }
        tracing::info!(call = %self.id, status = status.map(StatusCode::code), "a carrier did not take a transfer");
        if !departure.joins {
            self.departure_failed(departure.label, status).await;
        }
    }
}
