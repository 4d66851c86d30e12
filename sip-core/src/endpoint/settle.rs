//! Timers and outcomes: from the queues to the parts that they concern.

use std::time::Instant;

use super::Endpoint;
use super::call::LegHandle;
use super::client::{Failure, Outcome};
use super::core::{LegTimer, Owner, TimerKey};
use super::event::{EndReason, EndedBy};
use super::leg::Phase;
use crate::flow::Flow;
use crate::message::Response;

impl Endpoint {
    /// Does what is due.
    pub(super) fn run_timers(&mut self, now: Instant) {
        while let Some(key) = self.core.timers.pop_due(now) {
            match key {
                TimerKey::Client(id, timer) => self.core.client_timer(now, id, timer),
                TimerKey::Server(id, timer) => self.core.server_timer(now, id, timer),
                TimerKey::Leg(leg, timer) => self.leg_timer(now, leg, timer),
                TimerKey::Referral(leg, id) => self.referral_lapses(now, leg, id),
                TimerKey::Referring(leg) => self.refer_times_out(leg),
                TimerKey::Registration(handle) => self.send_register(now, handle),
                TimerKey::Binding(id) => {
                    let notices = self.registrar.lapse(id).into_iter().collect();
                    self.tell(notices);
                }
                TimerKey::Nonces => {
                    self.auth.expire(now);
                    if let Some(next) = self.auth.next_lapse() {
                        self.core.timers.set(TimerKey::Nonces, next);
                    }
                }
            }
            self.settle(now);
        }
    }

    fn leg_timer(&mut self, now: Instant, handle: LegHandle, timer: LegTimer) {
        match timer {
            LegTimer::Ring => self.ring_times_out(now, handle),
            LegTimer::Refresh => self.refresh_ringing(now, handle),
            LegTimer::Answer => self.legs.repeat_answer(&mut self.core, now, handle),
            LegTimer::AckWait => self.ack_missing(now, handle),
            LegTimer::ReinviteAnswer => self.reinvite_unanswered(now, handle),
            LegTimer::Reinvite => self.reinvite_waits(now, handle),
            LegTimer::Glare => self.send_reinvite(now, handle),
            LegTimer::LateAnswer => self.answer_missing(now, handle),
            LegTimer::CancelGiveUp => self.cancel_gives_up(handle),
            LegTimer::Provisional => self.repeat_provisional(now, handle),
            LegTimer::PrackWait => self.prack_missing(now, handle),
            LegTimer::SessionRefresh => self.refresh_session(now, handle),
            LegTimer::SessionExpiry => self.session_expires(now, handle),
        }
    }

    /// The owner owes an answer, to the offer of a 2xx or of a provisional response.
    fn answer_missing(&mut self, now: Instant, handle: LegHandle) {
        let early = self.legs.get(handle).is_some_and(|leg| leg.phase == Phase::Early);
        self.legs.end(&mut self.core, now, handle, EndedBy::System, EndReason::NoAck, None);
        if early { self.cancel_call(now, handle) } else { self.send_bye(now, handle) }
    }

    fn ring_times_out(&mut self, now: Instant, handle: LegHandle) {
        let Some(leg) = self.legs.live(handle).filter(|leg| leg.phase == Phase::Early) else { return };
        if leg.incoming.is_some() {
            return self.incoming_times_out(now, handle);
        }
        self.legs.end(&mut self.core, now, handle, EndedBy::System, EndReason::RingTimeout, None);
        self.cancel_call(now, handle);
    }

    /// Hands the outcomes of requests to those who sent them, and forgets legs that are done.
    pub(super) fn settle(&mut self, now: Instant) {
        while let Some(outcome) = self.core.outcomes.pop_front() {
            match outcome {
                Outcome::Provisional { owner, response, flow } => {
                    if let Owner::Invite(leg) = owner {
                        self.on_invite_progress(now, leg, &response, flow);
                    }
                }
                Outcome::Accepted { owner, response, flow } => match owner {
                    Owner::Invite(leg) => self.on_invite_accepted(now, leg, &response, flow),
                    Owner::Reinvite(leg, seq) => self.on_reinvite_accepted(now, leg, seq, &response),
                    _ => {}
                },
                Outcome::Final { owner, response, flow } => {
                    self.on_final(now, owner, &response, flow);
                    self.release(owner);
                }
                Outcome::Failed { owner, failure } => {
                    self.on_failed(now, owner, failure);
                    self.release(owner);
                }
                Outcome::Forgotten { owner } => {
                    match owner {
                        Owner::Invite(leg) => self.on_invite_forgotten(leg),
                        Owner::Reinvite(leg, seq) => self.on_reinvite_forgotten(leg, seq),
                        _ => {}
                    }
                    self.release(owner);
                }
                Outcome::Acked { ack, transmit } => self.on_acked(&ack, transmit),
            }
        }
        for handle in self.legs.take_ended() {
            self.legs.sweep(&mut self.core, handle);
        }
    }

    fn on_final(&mut self, now: Instant, owner: Owner, response: &Response, flow: Flow) {
        match owner {
            Owner::Invite(leg) => self.on_invite_refused(now, leg, response),
            Owner::Reinvite(leg, seq) => self.on_reinvite_refused(now, leg, seq, response),
            Owner::Bye(leg) => self.on_bye_done(now, leg, response),
            Owner::Info(leg) => self.on_info_done(now, leg, Ok(response)),
            Owner::Update(leg, seq) => self.on_update_done(now, leg, seq, Ok(response)),
            Owner::Prack(leg) => self.on_prack_done(now, leg, response),
            Owner::Refer(leg) => self.on_refer_done(now, leg, Ok(response)),
            Owner::Notify(leg, id) => self.on_notify_done(now, leg, id, Ok(response)),
            Owner::Register(handle) => self.on_register_done(now, handle, response, flow),
            Owner::Ping(handle) => {
                self.seen_at(now, flow, response);
                self.on_ping_done(now, handle, Ok(response));
            }
            Owner::Cancel | Owner::ForkBye => {}
        }
    }

    fn on_failed(&mut self, now: Instant, owner: Owner, failure: Failure) {
        match owner {
            Owner::Invite(leg) => self.on_invite_failed(now, leg, failure),
            Owner::Reinvite(leg, seq) => self.on_reinvite_failed(now, leg, seq),
            Owner::Info(leg) => self.on_info_done(now, leg, Err(failure)),
            Owner::Update(leg, seq) => self.on_update_done(now, leg, seq, Err(failure)),
            Owner::Refer(leg) => self.on_refer_done(now, leg, Err(failure)),
            Owner::Notify(leg, id) => self.on_notify_done(now, leg, id, Err(failure)),
            Owner::Register(handle) => self.on_register_failed(now, handle, failure),
            Owner::Ping(handle) => self.on_ping_done(now, handle, Err(failure)),
            // The other end that misses a PRACK refuses the call by itself.
            Owner::Prack(_) | Owner::Bye(_) | Owner::Cancel | Owner::ForkBye => {}
        }
    }

    /// The last of a request was heard: its leg need not be kept for it.
    fn release(&mut self, owner: Owner) {
        let Some(handle) = owner.leg() else { return };
        if let Some(leg) = self.legs.get_mut(handle) {
            leg.requests = leg.requests.saturating_sub(1);
        }
        self.legs.sweep(&mut self.core, handle);
    }
}
