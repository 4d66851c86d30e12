//! REFER of a phone in the call (RFC 3515): whoever it talks with is connected with somebody else.
//!
//! Whom a member may hand a caller to is whom they may call: the same decision as for their INVITEs, and every number
//! passes the gate. The phone stays connected until somebody answers, and has its caller back when nobody does.

use std::time::Duration;

use call_model::{CallEvent, Tone};
use media::call_media::{LegSlot, MediaCommand};
use media::sdp::KeyExchange;
use sip_core::message::{HeaderName, StatusCode, Uri};
use sip_core::{EndReason, LegHandle, ReferId, Referral};
use store::LegRole;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::transfer::Transfer;
use super::super::{Call, CallInput};
use super::{LINGER, Party, outcome_of};
use crate::app::AppRef;
use crate::dialing::{self, Destination};
use crate::directory::{Decision, InviteFacts};
use crate::error::PlaceError;
use crate::gate::Refusal;
use crate::house::now_ms;
use crate::live::LiveState;
use crate::toll::MemberMay;

/// How long the phone rings that a caller is handed to.
const RING: Duration = Duration::from_mins(1);
/// How long a browser may take to put this call in the place of another: nobody has to answer.
const REPLACING: Duration = Duration::from_secs(15);

/// A transfer that a phone has asked for.
pub(super) struct Referred {
    /// The dialog that it was asked in, which may be over.
    pub handle: LegHandle,
    pub id: ReferId,
    /// The leg of who asks.
    pub slot: LegSlot,
    pub party: Party,
    /// Who asks, for events.
    by: String,
    to: String,
    /// What the phone wrote, for a call that is not answered and so cannot be taken over.
    pub target: Uri,
    how: &'static str,
    pub stage: Stage,
    /// What rings is to take this call in the place of another; where it does not, it is called as anybody is.
    replacing: bool,
    rung: bool,
    /// They have hung up already.
    gone: bool,
    /// What was heard last of those who did not take it.
    last: StatusCode,
}

/// What a phone asked before it was connected: it is judged when it is.
pub(super) struct Early {
    handle: LegHandle,
    referral: Referral,
    partner: Option<mpsc::Sender<CallInput>>,
}

/// How far it is.
pub(super) enum Stage {
    /// These phones ring.
    Ringing(Vec<LegSlot>),
    /// Another call is asked for one of its legs.
    Asking,
    /// That leg is being moved here.
    Joining(LegSlot),
}

/// Where a caller is to go.
enum Goal {
    /// To a member or a number.
    Ring { target: String, caller_id: Option<String> },
    /// To an application of ours.
    App { app: AppRef, number: String },
    /// To whom the phone talks with in another call.
    Join,
    /// To a call that nobody knows.
    Nobody,
}

impl Call {
    /// A phone asks. `partner`: the call that has the leg which it wants to have taken over.
    pub(in crate::call) async fn on_referred(
        &mut self,
        handle: LegHandle,
        referral: Referral,
        partner: Option<mpsc::Sender<CallInput>>,
    ) {
        if self.transfer.as_ref().is_some_and(Transfer::is_connecting) && self.handing.early.is_none() {
            self.handing.early = Some(Early { handle, referral, partner });
            return;
        }
        let sip = self.house.parts.sip.clone();
        let (slot, party, goal) = match self.judge(handle, &referral) {
            Ok(judged) => judged,
            Err(status) => {
                tracing::info!(call = %self.id, status = status.code(), "a transfer was refused");
                // The leg may be gone by now.
                let _ = sip.reject_refer(handle, referral.id, status).await;
                return;
            }
        };
        if sip.accept_refer(handle, referral.id).await.is_err() {
            return;
        }
        let Some(connected) = self.transfer.as_ref().and_then(Transfer::connected) else { return };
        let by = self.label_of(slot);
        if slot == LegSlot::CALLER {
            self.swap_caller(connected);
        }
        let how = if referral.replaces.is_some() { "attended" } else { "blind" };
        self.handing.referred = Some(Referred {
            handle,
            id: referral.id,
            slot: connected,
            party,
            by,
            to: String::new(),
            target: referral.target,
            how,
            stage: Stage::Asking,
            replacing: false,
            rung: false,
            gone: false,
            last: StatusCode::TEMPORARILY_UNAVAILABLE,
        });
        match (goal, referral.replaces.and_then(|(_, leg)| leg), partner) {
            (Goal::Join, Some(other), Some(partner)) => self.ask_for_leg(partner, other),
            (Goal::Join | Goal::Nobody, ..) => {
                self.referral_failed(StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST).await;
            }
            (goal, ..) => self.begin_referral(goal).await,
        }
    }

    /// The caller is connected: what was asked before is judged now.
    pub(in crate::call) async fn judge_early(&mut self) {
        if let Some(Early { handle, referral, partner }) = self.handing.early.take() {
            Box::pin(self.on_referred(handle, referral, partner)).await;
        }
    }

    /// Who asks, and where the caller is to go; the status with which it is refused.
    fn judge(&self, handle: LegHandle, referral: &Referral) -> Result<(LegSlot, Party, Goal), StatusCode> {
        let slot = self.slot_of(handle).ok_or(StatusCode::FORBIDDEN)?;
        let party = self.party_of(slot).ok_or(StatusCode::FORBIDDEN)?;
        if self.handing.referred.is_some() || self.handing.departure.is_some() || self.ending.is_some() {
            return Err(StatusCode::REQUEST_PENDING);
        }
        let connected = self.transfer.as_ref().and_then(Transfer::connected).ok_or(StatusCode::FORBIDDEN)?;
        if ![LegSlot::CALLER, connected].contains(&slot) || !self.is_answered(LegSlot::CALLER) {
            return Err(StatusCode::FORBIDDEN);
        }
        let goal = match &referral.replaces {
            Some((_, Some(_))) => Goal::Join,
            Some((_, None)) => Goal::Nobody,
            None => self.goal_of(&party, &referral.target).ok_or(StatusCode::FORBIDDEN)?,
        };
        Ok((slot, party, goal))
    }

    /// Where a caller goes whom somebody hands to this address; `None`: they may not.
    fn goal_of(&self, party: &Party, target: &Uri) -> Option<Goal> {
        let directory = self.house.directory();
        let user = target.username()?;
        let facts = InviteFacts {
            user: &user,
            from_user: "",
            source: std::net::Ipv4Addr::UNSPECIFIED.into(),
            authenticated_as: None,
        };
        match party {
            Party::Member(name) => match directory.decide(InviteFacts { authenticated_as: Some(name), ..facts }) {
                Decision::App { route, .. } => Some(Goal::App { app: route.app.clone(), number: route.number.clone() }),
                Decision::ToMember { to, .. } => Some(Goal::Ring { target: to.name.clone(), caller_id: None }),
                Decision::Outside { from, number } => {
                    let settings = &self.house.settings;
                    let may = self.house.member_calls.count(name, settings.member_calls_per_hour, now_ms());
                    let caller_id = from.may_call_from.first().cloned();
                    matches!(may, MemberMay::Call).then_some(Goal::Ring { target: number, caller_id })
                }
                Decision::Challenge | Decision::NotFound => None,
            },
            // A carrier reaches what its calls reach: our numbers.
            Party::Trunk(_) => match directory.decide(facts) {
                Decision::App { route, .. } => Some(Goal::App { app: route.app.clone(), number: route.number.clone() }),
                _ => None,
            },
        }
    }

    /// The call whose leg was to be taken over has not been answered: its target is called instead.
    pub(super) async fn refer_blindly(&mut self) {
        let Some(referred) = &mut self.handing.referred else { return };
        (referred.how, referred.replacing) = ("blind", false);
        let (party, target) = (referred.party.clone(), referred.target.clone());
        match self.goal_of(&party, &target) {
            Some(goal) => self.begin_referral(goal).await,
            None => self.referral_failed(StatusCode::FORBIDDEN).await,
        }
    }

    /// Whom the phone talks with in another call is at a browser, whose sound cannot be moved: the browser is asked to
    /// take this call in the place of that one (RFC 3891).
    pub(super) async fn refer_replacing(&mut self, leg: LegHandle, member: String) {
        let replaces = self.house.parts.sip.replaces(leg).await.ok().flatten();
        let destination = Destination::Member(member);
        let shown = self.shown_to(&destination, None);
        let plans = dialing::plan(&self.house, &destination, None, &shown, REPLACING).await.unwrap_or_default();
        let mut slots = Vec::new();
        for mut plan in plans.into_iter().filter(|plan| plan.exchange == Some(KeyExchange::Web)) {
            let Some(replaces) = &replaces else { break };
            plan.call.headers.push((HeaderName::Replaces, replaces.to_string()));
            slots.extend(self.ring_leg(plan, &destination, LegRole::Transfer, (None, None)).await.ok());
        }
        if slots.is_empty() {
            return self.refer_blindly().await;
        }
        let Some(referred) = &mut self.handing.referred else { return };
        referred.to = destination.label();
        (referred.stage, referred.replacing) = (Stage::Ringing(slots), true);
    }

    async fn begin_referral(&mut self, goal: Goal) {
        match goal {
            Goal::Ring { target, caller_id } => self.ring_referred(target, caller_id).await,
            Goal::App { app, number } => self.refer_to_app(&app, number).await,
            Goal::Join | Goal::Nobody => {}
        }
    }

    async fn ring_referred(&mut self, target: String, caller_id: Option<String>) {
        self.media(MediaCommand::Bridge { with: None });
        let country = self.house.voice.country();
        self.media(MediaCommand::CallTone { tone: Some((Tone::Ringback, country)) });
        let rung = self.ring_target(&target, RING, caller_id).await;
        let Some(transfer) = &mut self.transfer else { return };
        // Nobody else rings while somebody is connected.
        let slots: Vec<LegSlot> = transfer.ringing.drain(..).map(|(slot, _)| slot).collect();
        let Some(referred) = &mut self.handing.referred else { return };
        referred.to = target;
        referred.stage = Stage::Ringing(slots);
        if let Err(error) = rung {
            tracing::info!(call = %self.id, %error, "the target of a transfer could not be rung");
            self.referral_failed(status_of(&error)).await;
        }
    }

    /// The caller goes to an application of ours, in place of the one that the call had.
    async fn refer_to_app(&mut self, app: &AppRef, number: String) {
        let made = match self.restart_with(app) {
            Ok(()) => StatusCode::OK,
            Err(reason) => {
                tracing::warn!(call = %self.id, %reason, "an app could not take a transfer");
                StatusCode::SERVER_INTERNAL_ERROR
            }
        };
        if !made.is_success() {
            return self.referral_failed(made).await;
        }
        let Some(mut referred) = self.handing.referred.take() else { return };
        referred.to = number;
        self.media(MediaCommand::Bridge { with: None });
        self.transfer = None;
        self.show(LiveState::Unbridged);
        self.untold.push_back(CallEvent::Started);
        self.untold.push_back(CallEvent::Answered);
        self.attend();
        self.referral_done(referred).await;
        self.drain_app().await;
    }

    /// One of the phones rings: the one that asked hears of it.
    pub(in crate::call) async fn referral_rings(&mut self, slot: LegSlot) -> bool {
        let Some(referred) = &mut self.handing.referred else { return false };
        if !matches!(&referred.stage, Stage::Ringing(slots) if slots.contains(&slot)) {
            return false;
        }
        if !std::mem::replace(&mut referred.rung, true) {
            let (handle, id) = (referred.handle, referred.id);
            let _ = self.house.parts.sip.notify_refer(handle, id, StatusCode::RINGING).await;
        }
        true
    }

    /// One of the phones was answered.
    pub(in crate::call) async fn referral_answered(&mut self, slot: LegSlot) -> bool {
        let Some(referred) = &mut self.handing.referred else { return false };
        let Stage::Ringing(slots) = &mut referred.stage else { return false };
        let Some(at) = slots.iter().position(|it| *it == slot) else { return false };
        slots.swap_remove(at);
        let others = std::mem::take(slots);
        for other in others {
            self.hang_up_leg(other);
        }
        self.referral_connects(slot).await;
        true
    }

    /// The caller is with somebody else now.
    pub(super) async fn referral_connects(&mut self, slot: LegSlot) {
        let Some(referred) = self.handing.referred.take() else { return };
        self.house.staff.took(&self.label_of(slot), now_ms());
        self.reconnect(slot);
        self.referral_done(referred).await;
        self.leave_by_refer(slot).await;
    }

    async fn referral_done(&mut self, mut referred: Referred) {
        if !referred.gone {
            self.handing.leaving.push((referred.slot, Instant::now() + LINGER));
        }
        if referred.to.is_empty() {
            referred.to = self
                .transfer
                .as_ref()
                .and_then(Transfer::connected)
                .map(|slot| self.label_of(slot))
                .unwrap_or_default();
        }
        self.tell_referrer(&referred, StatusCode::OK).await;
        self.tell_transferred(&referred.by, &referred.to, referred.how).await;
    }

    async fn tell_referrer(&mut self, referred: &Referred, status: StatusCode) {
        // Nobody may listen any more, or it was never asked for.
        let _ = self.house.parts.sip.notify_refer(referred.handle, referred.id, status).await;
    }

    /// Nobody took the caller: the phone that asked has them back, or the app when that has hung up.
    pub(super) async fn referral_failed(&mut self, status: StatusCode) {
        let Some(referred) = self.handing.referred.take() else { return };
        for slot in referred.stage.legs() {
            self.hang_up_leg(slot);
        }
        self.tell_referrer(&referred, status).await;
        if referred.gone {
            self.transfer_over(outcome_of(status));
            self.drain_app().await;
        } else {
            self.reconnect(referred.slot);
        }
    }

    /// A leg of a transfer is over.
    pub(super) async fn referral_leg_ended(
        &mut self,
        slot: LegSlot,
        status: Option<StatusCode>,
        reason: EndReason,
    ) -> bool {
        let Some(referred) = &mut self.handing.referred else { return false };
        if referred.slot == slot {
            // Phones hang up as soon as they have handed their caller over.
            referred.gone = true;
            self.close_leg_media(slot);
            return true;
        }
        let left = match &mut referred.stage {
            Stage::Ringing(slots) => match slots.iter().position(|it| *it == slot) {
                Some(at) => {
                    slots.swap_remove(at);
                    slots.len()
                }
                None => return false,
            },
            Stage::Joining(joining) if *joining == slot => 0,
            _ => return false,
        };
        if reason != EndReason::RingTimeout {
            referred.last = status.filter(|status| status.class() > 3).unwrap_or(referred.last);
        }
        let (last, replacing) = (referred.last, referred.replacing);
        self.close_leg_media(slot);
        match left {
            0 if replacing => Box::pin(self.refer_blindly()).await,
            0 => self.referral_failed(last).await,
            _ => {}
        }
        true
    }
}

/// What the phone that asked is told of a target that could not be rung.
fn status_of(error: &PlaceError) -> StatusCode {
    match error {
        PlaceError::NotRegistered(_) => StatusCode::TEMPORARILY_UNAVAILABLE,
        PlaceError::BadDestination => StatusCode::NOT_FOUND,
        PlaceError::Refused(Refusal::TrunkFull(_)) | PlaceError::Full => StatusCode::SERVICE_UNAVAILABLE,
        PlaceError::Refused(_) => StatusCode::FORBIDDEN,
        _ => StatusCode::SERVER_INTERNAL_ERROR,
    }
}
