//! Calls that are handed over by the phones themselves: REFER and Replaces, both ways.
//!
//! - [`referral`]: the phone of somebody in the call asks that another be called in their place (RFC 3515).
//! - [`joining`]: the other half of an attended transfer is taken out of another call.
//! - [`takeover`]: an INVITE takes the place of a leg (RFC 3891).
//! - [`departure`]: we ask the caller's carrier to call somebody else, so that the sound leaves us.
//!
//! Whoever stays is the caller from then on: where the caller's own phone hands over, the two legs change places first.

mod departure;
mod joining;
mod referral;
mod takeover;

use call_model::{HangupCause, TransferOutcome};
use media::call_media::{LegSlot, MediaCommand};
use serde_json::{Map, Value};
use sip_core::EndReason;
use sip_core::message::StatusCode;
use store::{NewEvent, event_type};
use tokio::time::{Duration, Instant};

pub(crate) use joining::{Ask, Given};
pub(crate) use takeover::TakeOver;

use super::Call;
use super::leg::{Leg, LegState};
use super::signalling::status_cause;
use crate::directory::Directory;
use crate::house::now_ms;
use crate::live::LiveState;
use departure::Departure;
use referral::{Early, Referred, Stage};
use takeover::TakingOver;

/// How long a phone whose caller is with somebody else may take to hang up by itself: until it has heard of that.
const LINGER: Duration = Duration::from_secs(3);

/// What is being handed over.
#[derive(Default)]
pub(super) struct Handing {
    /// A transfer that a phone has asked for.
    referred: Option<Referred>,
    /// One that was asked for while the phone had answered and the caller's leg did not stand yet.
    early: Option<Early>,
    /// A transfer that we have asked a carrier for.
    departure: Option<Departure>,
    /// Legs whose places are being taken.
    takeovers: Vec<TakingOver>,
    /// Phones that are done, and when they are hung up.
    leaving: Vec<(LegSlot, Instant)>,
}

/// Whose phone or line a leg is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Party {
    /// A member's.
    Member(String),
    /// That of a trunk which may hand calls over.
    Trunk(String),
}

impl std::fmt::Debug for Party {
    /// Leaves the name out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, Self::Member(_)) { "Member" } else { "Trunk" })
    }
}

impl Handing {
    /// When it wants to be woken.
    pub(super) fn due(&self) -> Option<Instant> {
        self.leaving.iter().map(|(_, at)| *at).min()
    }
}

impl Leg {
    /// Whose it is, where they may hand calls over.
    fn party(&self, directory: &Directory) -> Option<Party> {
        if let Some(engaged) = &self.engaged {
            return Some(Party::Member(engaged.member().to_owned()));
        }
        let trunk = directory.trunk(self.line.as_ref()?.trunk())?;
        trunk.interop.takes_refer.then(|| Party::Trunk(trunk.name.clone()))
    }
}

impl Call {
    /// Whose a leg is, where they may hand the call over.
    fn party_of(&self, slot: LegSlot) -> Option<Party> {
        self.legs.get(&slot)?.party(&self.house.directory())
    }

    /// Phones that were told that they are done and did not hang up.
    pub(super) fn handing_due(&mut self) {
        let now = Instant::now();
        for (slot, _) in self.handing.leaving.extract_if(.., |(_, at)| *at <= now).collect::<Vec<_>>() {
            self.hang_up_leg(slot);
        }
    }

    /// A leg that is not the caller's is over: `true` where that is part of handing over, and nothing more follows.
    pub(super) async fn handing_leg_ended(
        &mut self,
        slot: LegSlot,
        status: Option<StatusCode>,
        reason: EndReason,
    ) -> bool {
        if let Some(at) = self.handing.leaving.iter().position(|(leaving, _)| *leaving == slot) {
            self.handing.leaving.swap_remove(at);
            self.close_leg_media(slot);
            return true;
        }
        if let Some(at) = self.handing.takeovers.iter().position(|it| it.new == slot) {
            self.handing.takeovers.swap_remove(at);
            self.close_leg_media(slot);
            return true;
        }
        self.referral_leg_ended(slot, status, reason).await
    }

    /// The transfer that a phone's own is part of is given up.
    pub(super) fn take_back_referral(&mut self) {
        let Some(referred) = self.handing.referred.take() else { return };
        for slot in referred.stage.legs() {
            self.hang_up_leg(slot);
        }
        let sip = self.house.parts.sip.clone();
        tokio::spawn(async move {
            // Nobody may listen any more.
            let _ = sip.notify_refer(referred.handle, referred.id, StatusCode::REQUEST_TERMINATED).await;
        });
    }

    /// The call ends, and with it what was being handed over.
    pub(super) fn drop_handing(&mut self) {
        self.take_back_referral();
        for takeover in std::mem::take(&mut self.handing.takeovers) {
            self.hang_up_leg(takeover.new);
        }
        self.handing.departure = None;
    }

    /// Lets who was brought in be whom the call is about, and the caller one who was brought in.
    fn swap_caller(&mut self, with: LegSlot) {
        for slot in [LegSlot::CALLER, with] {
            self.close_ear(slot);
        }
        self.media(MediaCommand::SwapCaller { with });
        let legs = (self.legs.remove(&LegSlot::CALLER), self.legs.remove(&with));
        self.legs.extend(legs.0.map(|leg| (with, leg)));
        self.legs.extend(legs.1.map(|leg| (LegSlot::CALLER, leg)));
        self.attend();
    }

    /// Connects the caller with somebody else than before.
    pub(in crate::call) fn reconnect(&mut self, with: LegSlot) {
        self.media(MediaCommand::CallTone { tone: None });
        self.media(MediaCommand::Bridge { with: Some(with) });
        if let Some(transfer) = &mut self.transfer {
            transfer.reconnect(with);
        }
        self.show(LiveState::Bridged);
        self.attend();
    }

    /// A slot for one more leg.
    fn free_slot(&self) -> Option<LegSlot> {
        LegSlot::all().skip(1).find(|slot| self.legs.get(slot).is_none_or(Leg::is_done))
    }

    /// Puts a leg into a free slot.
    fn seat_leg(&mut self, slot: LegSlot, leg: Leg) {
        if let Some(old) = self.legs.insert(slot, leg) {
            self.past_legs.push(old.record);
        }
    }

    /// Whom a leg leads to, for events.
    fn label_of(&self, slot: LegSlot) -> String {
        self.legs.get(&slot).and_then(|leg| leg.record.peer.clone()).unwrap_or_else(|| "anonymous".into())
    }

    fn is_answered(&self, slot: LegSlot) -> bool {
        self.legs.get(&slot).is_some_and(|leg| leg.state == LegState::Answered)
    }

    /// Tells whoever wants to know that the other party talks with somebody else now.
    async fn tell_transferred(&mut self, by: &str, to: &str, how: &str) {
        metrics::counter!("callwright_transfers_by_phone_total", "how" => how.to_owned()).increment(1);
        let data = Map::from_iter([
            ("call".to_owned(), Value::from(self.id.to_string())),
            ("by".to_owned(), by.into()),
            ("to".to_owned(), to.into()),
            ("how".to_owned(), how.into()),
        ]);
        let event =
            NewEvent { kind: event_type::CALL_TRANSFERRED.to_owned(), call: Some(self.id), at_ms: now_ms(), data };
        if let Err(error) = self.house.parts.store.emit(event).await {
            tracing::error!(call = %self.id, %error, "a transfer is missing among the events");
        }
    }
}

/// What a final status means for the app whose caller comes back.
fn outcome_of(status: StatusCode) -> TransferOutcome {
    match status_cause(status) {
        HangupCause::Busy => TransferOutcome::Busy,
        HangupCause::NoAnswer => TransferOutcome::NoAnswer,
        HangupCause::NotFound => TransferOutcome::Unavailable,
        HangupCause::Declined => TransferOutcome::Declined,
        _ => TransferOutcome::Failed,
    }
}

impl Stage {
    /// The legs that it would bring in.
    fn legs(&self) -> Vec<LegSlot> {
        match self {
            Self::Ringing(slots) => slots.clone(),
            Self::Joining(slot) => vec![*slot],
            Self::Asking => Vec::new(),
        }
    }
}
