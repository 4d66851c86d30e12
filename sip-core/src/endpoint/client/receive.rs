//! Client transactions: what comes back, what does not, and the end.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::super::core::{Core, Owner, TimerKey};
use super::super::sign::Sign;
use super::{ClientId, ClientKey, ClientTransaction, Failure, Outcome, companion};
use crate::flow::{Flow, Target};
use crate::message::{HeaderName, Method, Response, StatusCode};
use crate::transaction::{Step, Timer};

impl Core {
    /// A response came in.
    pub(in crate::endpoint) fn receive_response(&mut self, now: Instant, flow: Flow, response: Response) {
        let Some(id) = self.match_response(&response) else {
            self.counters.stray_responses += 1;
            return;
        };
        let Some(transaction) = self.clients.by_id.get_mut(&id) else { return };
        let target = transaction.target;
        let request = transaction.request.as_ref();
        let is_ours = request.is_some_and(|request| request.headers.to().is_ok_and(|to| to.tag().is_none()));
        let Some(machine) = &mut transaction.machine else { return };
        let step = machine.response(response.status, &self.config.timers);
        let pending = machine.is_pending();
        if is_ours {
            self.note_sign(flow.remote.ip(), Sign::Answered);
        }
        if step.ack {
            self.acknowledge_refusal(id, &response);
        }
        if response.status == StatusCode::SERVICE_UNAVAILABLE {
            let asked = response.headers.retry_after().map(|seconds| Duration::from_secs(seconds.into()));
            let limits = &self.config.limits;
            let time = asked.unwrap_or(limits.penalty).min(limits.max_penalty);
            self.penalties.punish(now, &target, time);
        } else {
            self.penalties.forgive(&target);
        }
        if pending && response.status.is_provisional() && self.clients.is_waiting_by_f(id) {
            // It lives: now it has the time that every other request has.
            let whole = Timer::F.duration(&self.config.timers, target.protocol.is_reliable());
            self.set_timer(TimerKey::Client(id, Timer::F), now, whole);
        }
        let retry = step.deliver && !pending && response.status == StatusCode::SERVICE_UNAVAILABLE;
        if retry && self.has_next_target(id) {
            return self.move_on(now, id, &step);
        }
        self.client_timers(now, id, &step);
        if step.deliver {
            self.deliver(id, response, flow);
        }
        if step.over {
            self.forget(id);
        }
    }

    fn match_response(&self, response: &Response) -> Option<ClientId> {
        let via = response.headers.top_via().ok()?;
        let cancel = response.headers.cseq().ok()?.method == Method::Cancel;
        let id = self.clients.by_key.get(&ClientKey { branch: via.branch()?.to_owned(), cancel })?;
        // There is one Via in what comes back to us; more would mean that it was meant for someone else.
        (response.headers.get_list(&HeaderName::Via).count() == 1).then_some(*id)
    }

    fn has_next_target(&self, id: ClientId) -> bool {
        self.clients.by_id.get(&id).is_some_and(|it| !it.targets.is_empty() && it.owner.is_some())
    }

    /// 503, and there is another address: what was refused stays to acknowledge repetitions, under another id.
    fn move_on(&mut self, now: Instant, id: ClientId, step: &Step) {
        let ghost = ClientId(self.new_id());
        let Some(mut old) = self.clients.by_id.remove(&id) else { return };
        let key = old.key.take();
        let new = ClientTransaction {
            owner: old.owner.take(),
            request: old.request.take(),
            contact: old.contact.clone(),
            targets: std::mem::take(&mut old.targets),
            free_transport: old.free_transport,
            key: None,
            machine: None,
            target: old.target,
            wire: Bytes::new(),
            ack: Bytes::new(),
        };
        self.stop_client_timers(id);
        if let Some(key) = &key {
            self.clients.by_key.insert(key.clone(), ghost);
        }
        old.key = key;
        self.clients.by_id.insert(ghost, old);
        self.client_timers(now, ghost, step);
        if step.over {
            self.forget(ghost);
        }
        self.clients.by_id.insert(id, new);
        self.dispatch(now, id, Failure::Unreachable);
    }

    fn acknowledge_refusal(&mut self, id: ClientId, response: &Response) {
        let Some(transaction) = self.clients.by_id.get(&id) else { return };
        let target = transaction.target;
        let mut wire = transaction.ack.clone();
        if wire.is_empty() {
            let (Some(request), Some(key)) = (&transaction.request, &transaction.key) else { return };
            let seq = request.headers.cseq().map_or(0, |cseq| cseq.seq);
            let mut ack = companion(request, Method::Ack, seq);
            ack.headers.copy(&response.headers, &HeaderName::To);
            ack.headers.push_via(&self.via(&target, &key.branch));
            wire = ack.to_bytes();
            if let Some(transaction) = self.clients.by_id.get_mut(&id) {
                transaction.ack = wire.clone();
            }
        }
        self.send(target, wire);
    }

    fn deliver(&mut self, id: ClientId, response: Response, flow: Flow) {
        let Some(transaction) = self.clients.by_id.get_mut(&id) else { return };
        let Some(owner) = transaction.owner else { return };
        let status = response.status;
        let response = Box::new(response);
        let invite = matches!(owner, Owner::Invite(_) | Owner::Reinvite(..));
        let outcome = if status.is_provisional() {
            Outcome::Provisional { owner, response, flow }
        } else {
            transaction.request = None;
            if status.is_success() && invite {
                Outcome::Accepted { owner, response, flow }
            } else {
                transaction.owner = None;
                Outcome::Final { owner, response, flow }
            }
        };
        self.outcomes.push_back(outcome);
    }

    /// A timer of a client transaction.
    pub(in crate::endpoint) fn client_timer(&mut self, now: Instant, id: ClientId, timer: Timer) {
        let Some(transaction) = self.clients.by_id.get_mut(&id) else { return };
        let Some(machine) = &mut transaction.machine else { return };
        let step = machine.timer(timer, &self.config.timers);
        let (target, wire) = (transaction.target, transaction.wire.clone());
        if step.send {
            self.resend(target, wire);
        }
        self.client_timers(now, id, &step);
        if step.timed_out {
            self.client_failed(now, id, Failure::NoResponse);
        } else if step.over {
            self.forget(id);
        }
    }

    /// An attempt at one address failed: on to the next one.
    pub(in crate::endpoint) fn client_failed(&mut self, now: Instant, id: ClientId, failure: Failure) {
        self.stop_client_timers(id);
        if let Some(target) = self.clients.target(id) {
            self.penalties.punish(now, &target, self.config.limits.penalty);
        }
        self.dispatch(now, id, failure);
    }

    /// A connection has gone, or a target cannot be reached.
    pub(in crate::endpoint) fn targets_lost(&mut self, now: Instant, lost: impl Fn(&Target) -> bool) {
        for id in self.clients.pending_where(lost) {
            self.client_failed(now, id, Failure::Unreachable);
        }
    }

    pub(super) fn client_timers(&mut self, now: Instant, id: ClientId, step: &Step) {
        for (timer, after) in &step.timers {
            let key = TimerKey::Client(id, *timer);
            match after {
                Some(after) => self.set_timer(key, now, *after),
                None => self.timers.stop(key),
            }
        }
    }

    fn stop_client_timers(&mut self, id: ClientId) {
        for timer in [Timer::A, Timer::B, Timer::D, Timer::E, Timer::F, Timer::K, Timer::M] {
            self.timers.stop(TimerKey::Client(id, timer));
        }
    }

    pub(super) fn give_up(&mut self, id: ClientId, failure: Failure) {
        if let Some(owner) = self.clients.by_id.get_mut(&id).and_then(|it| it.owner.take()) {
            self.outcomes.push_back(Outcome::Failed { owner, failure });
        }
        self.forget(id);
    }

    fn forget(&mut self, id: ClientId) {
        self.stop_client_timers(id);
        let Some(transaction) = self.clients.by_id.remove(&id) else { return };
        if let Some(key) = &transaction.key {
            self.clients.by_key.remove(key);
        }
        if let Some(owner) = transaction.owner {
            self.outcomes.push_back(Outcome::Forgotten { owner });
        }
    }
}
