//! From a dial of the planner to a call: the attempt is written between the two.

use call_model::CallId;
use jiff::Timestamp;
use store::{
    AttemptEnd, AttemptOutcome, CampaignContactRecord, CampaignContactState, Judgement, NewAttempt, StoreError,
    fresh_id,
};

use super::books::{judgement_of_ending, row_of, variables_of};
use super::members::Offer;
use super::order::{DialFailure, DialOrder};
use super::turn::Runner;
use crate::audience::Row;
use crate::{Dial, Ended, Outcome, Spec};

/// The most contacts that are judged in one write.
const ENDED: usize = 1_000;

/// Whether a number is the contact's: it may have been erased.
fn has_number(contact: &CampaignContactRecord, dial: &Dial) -> bool {
    let number = dial.number.to_string();
    contact.number == number || contact.other_numbers.contains(&number)
}

impl Runner {
    /// Dials whom the planner names.
    pub(super) async fn plan(&mut self) -> Result<(), StoreError> {
        let (room, now) = (self.capacity().await, self.dialer.now());
        self.take_back_offers(now);
        let plan = self.planner.plan(now, &room);
        let now_ms = now.as_millisecond();
        for offer in plan.offers {
            self.offers.entry(offer.campaign).or_default().push_back(Offer::new(offer));
        }
        self.dial_all(plan.dials.into_iter().map(|dial| (dial, None)).collect(), now).await?;
        // Who is to be called does not wait for those who are not.
        for part in plan.ended.chunks(ENDED) {
            let of = |ended: &Ended| (ended.candidate.0.cast_signed(), judgement_of_ending(&ended.ending));
            self.store.judge_contacts(part.iter().map(of).collect(), now_ms).await?;
        }
        Ok(())
    }

    /// Writes the attempts and dials, each for a member where one chose to; gives the calls that are begun.
    pub(super) async fn dial_all(
        &mut self,
        dials: Vec<(Dial, Option<String>)>,
        now: Timestamp,
    ) -> Result<Vec<CallId>, StoreError> {
        let mut ready = Vec::with_capacity(dials.len());
        for (dial, member) in dials {
            match self.order(&dial, member).await? {
                Some(order) => ready.push((dial, order)),
                None => self.take_back(&dial, now).await?,
            }
        }
        let now_ms = now.as_millisecond();
        let attempts: Vec<_> = ready.iter().map(|(dial, order)| self.attempt(dial, order, now_ms)).collect();
        let begun = if attempts.is_empty() { Vec::new() } else { self.store.begin_attempts(attempts).await? };
        let mut calls = Vec::new();
        for ((dial, order), begun) in ready.into_iter().zip(begun) {
            if !begun {
                self.take_back(&dial, now).await?;
                continue;
            }
            if order.queue.is_some() {
                self.flights.insert(order.call, (dial.campaign, dial.candidate));
            }
            calls.push(order.call);
            self.dial(order);
        }
        Ok(calls)
    }

    /// What is to be dialled; `None` when the contact is gone, or what is said cannot be filled in.
    async fn order(&self, dial: &Dial, member: Option<String>) -> Result<Option<DialOrder>, StoreError> {
        let Some(row) = self.rows.get(&dial.campaign) else { return Ok(None) };
        let Some(open) = self.open.get(row) else { return Ok(None) };
        let contact = i64::try_from(dial.candidate.0).unwrap_or_default();
        let Some(contact) = self.store.campaign_contact(*row, contact).await? else { return Ok(None) };
        if contact.state != CampaignContactState::Waiting || !has_number(&contact, dial) {
            return Ok(None);
        }
        let Some(about) = row_of(&contact) else { return Ok(None) };
        let Ok(variables) = variables_of(&open.spec, dial.variant, &about) else {
            let failed = Judgement::Done { outcome: "failed".into(), reason: Some("variables".into()) };
            self.store.judge_contact(contact.row, failed, dial.at.as_millisecond()).await?;
            return Ok(None);
        };
        Ok(Some(DialOrder {
            call: fresh_id(dial.at.as_millisecond()),
            campaign: open.record.id,
            campaign_name: open.record.name.clone(),
            purpose: open.spec.purpose,
            number: dial.number.to_string(),
            trunk: dial.trunk.clone(),
            caller_id: dial.caller_id.clone(),
            ring: dial.ring,
            app: open.spec.app_of(dial.variant).clone(),
            variables,
            language: contact.language.clone(),
            machines: open.spec.machines.clone(),
            message: message_of(&open.spec, &about),
            rules: Some(Box::new(open.rules.clone())),
            zone: contact.zone.clone(),
            country: contact.country.clone(),
            region: contact.region.clone(),
            queue: dial.queue.clone(),
            member,
            attempts_before: contact.attempts,
        }))
    }

    fn attempt(&self, dial: &Dial, order: &DialOrder, now_ms: i64) -> NewAttempt {
        let open = self.rows.get(&dial.campaign).and_then(|row| self.open.get(row));
        let variant = open.zip(dial.variant).and_then(|(open, index)| open.spec.variants.get(usize::from(index)));
        NewAttempt {
            contact: i64::try_from(dial.candidate.0).unwrap_or_default(),
            number: order.number.clone(),
            call: order.call,
            trunk: Some(order.trunk.clone()),
            shown: order.caller_id.clone(),
            variant: variant.map(|variant| variant.name.clone()),
            rate: self.dialer.rate(&order.trunk, &order.number),
            message_for_machines: order.message.is_some(),
            unsure_is_machine: order.machines.detect && !order.machines.unsure_is_person,
            number_index: dial.number_index,
            reason: None,
            now_ms,
        }
    }

    /// Tells the planner that a dial of it came to nothing: whoever is done with leaves it, the others wait.
    async fn take_back(&mut self, dial: &Dial, now: Timestamp) -> Result<(), StoreError> {
        let row = i64::try_from(dial.candidate.0).unwrap_or_default();
        let campaign = self.rows.get(&dial.campaign).copied().unwrap_or_default();
        let contact = self.store.campaign_contact(campaign, row).await?;
        let waiting = contact.filter(|contact| contact.state == CampaignContactState::Waiting);
        let changed = waiting.as_ref().is_none_or(|contact| !has_number(contact, dial));
        if changed {
            self.planner.remove(dial.campaign, dial.candidate);
        }
        self.planner.finished(dial.campaign, dial.candidate, &Outcome::Withdrawn.into(), now);
        if changed {
            // Whoever has other numbers than before is called at those.
            self.add_again(campaign, waiting.as_slice(), now).await?;
        }
        Ok(())
    }

    /// Dials beside the turns. Whatever is not dialled is ended in the books, from where the next turn learns it.
    fn dial(&self, order: DialOrder) {
        let (store, dialer, call) = (self.store.clone(), self.dialer.clone(), order.call);
        tokio::spawn(async move {
            let Err(failure) = dialer.dial(order).await else { return };
            let (outcome, reason, later) = match failure {
                DialFailure::Refused { reason, later } => (AttemptOutcome::Refused, reason, later),
                DialFailure::NoRoom { reason } => (AttemptOutcome::Withdrawn, reason, None),
                DialFailure::Failed { reason } => (AttemptOutcome::Failed, reason, None),
            };
            let later_ms = later.map(jiff::Timestamp::as_millisecond);
            let end = AttemptEnd { call, outcome, reason, later_ms, now_ms: dialer.now().as_millisecond() };
            if let Err(error) = store.end_attempt(end).await {
                tracing::warn!(%call, %error, "an attempt that was not dialled is left open for a while");
            }
        });
    }
}

/// What a machine gets, in the contact's language.
pub fn message_of(spec: &Spec, about: &Row) -> Option<String> {
    let template = spec.message_template(about.language.as_deref())?;
    crate::fill_text(template, about).ok().filter(|text| !text.trim().is_empty())
}
