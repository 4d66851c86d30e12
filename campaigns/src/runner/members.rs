//! What members tell the runner: they are shown contacts, take them or not, and talk with whom a call has reached.

use std::collections::VecDeque;
use std::time::Duration;

use call_model::CallId;
use jiff::Timestamp;
use store::{CampaignContactState, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::turn::Runner;
use crate::{CampaignKey, CandidateId, Capacity, Dial, PaceKind};

/// Words that wait for the runner.
pub(super) const WORDS: usize = 256;

/// A contact that a member is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Its number in the books.
    pub contact: i64,
    /// Until when the member may take it.
    pub until: Timestamp,
}

/// Why a contact is not shown, or not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PreviewError {
    /// Members choose whom to call only where the pace is preview.
    #[error("the campaign does not run, or its pace is not `preview`")]
    NotPreview,
    /// The member is shown another contact, or the time is over.
    #[error("the member is not shown this contact, or not any more: ask for the next")]
    NotShown,
    /// A rule or a line is against it now.
    #[error("this contact cannot be called now: ask for the next")]
    NotNow,
    /// The runner does not answer.
    #[error("campaigns wait for the books: try again in some seconds")]
    Unavailable,
}

type Reply<T> = oneshot::Sender<Result<T, PreviewError>>;

/// What is said to the runner.
#[derive(Debug)]
pub(super) enum Word {
    Connected(CallId),
    Next { campaign: i64, member: String, reply: Reply<Option<Shown>> },
    Accept { campaign: i64, member: String, contact: i64, reply: Reply<CallId> },
    Skip { campaign: i64, member: String, contact: i64, again_in: Duration, reply: Reply<()> },
}

/// The way of members to the runner. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Members(pub(super) mpsc::Sender<Word>);

impl Members {
    /// The contact that a member is shown; a new one where there was none. `None`: nobody is to be called now.
    pub async fn next(&self, campaign: i64, member: &str) -> Result<Option<Shown>, PreviewError> {
        let member = member.to_owned();
        self.ask(|reply| Word::Next { campaign, member, reply }).await
    }

    /// The member takes the contact that is shown: it is dialled now.
    pub async fn accept(&self, campaign: i64, member: &str, contact: i64) -> Result<CallId, PreviewError> {
        let member = member.to_owned();
        self.ask(|reply| Word::Accept { campaign, member, contact, reply }).await
    }

    /// The member does not take the contact that is shown: it waits for so long.
    pub async fn skip(
        &self,
        campaign: i64,
        member: &str,
        contact: i64,
        again_in: Duration,
    ) -> Result<(), PreviewError> {
        let member = member.to_owned();
        self.ask(|reply| Word::Skip { campaign, member, contact, again_in, reply }).await
    }

    /// Somebody talks with whom this call has reached: it takes no free member any more. Where the runner is not told,
    /// for it has too much to hear, it takes the call for one that rings until it ends, and dials fewer.
    pub fn connected(&self, call: CallId) {
        let _ = self.0.try_send(Word::Connected(call));
    }

    async fn ask<T>(&self, word: impl FnOnce(Reply<T>) -> Word) -> Result<T, PreviewError> {
        let (reply, told) = oneshot::channel();
        self.0.send(word(reply)).await.map_err(|_| PreviewError::Unavailable)?;
        told.await.unwrap_or(Err(PreviewError::Unavailable))
    }
}

/// A contact that the planner offers to members.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) dial: Dial,
    /// To whom it is shown, and until when.
    held: Option<(String, Timestamp)>,
}

impl Offer {
    pub(super) const fn new(dial: Dial) -> Self {
        Self { dial, held: None }
    }

    fn is_held_by(&self, member: &str) -> bool {
        self.held.as_ref().is_some_and(|(of, _)| of == member)
    }
}

fn row_of(candidate: CandidateId) -> i64 {
    i64::try_from(candidate.0).unwrap_or_default()
}

impl Runner {
    pub(super) async fn hear(&mut self, word: Word) -> Result<(), StoreError> {
        match word {
            Word::Connected(call) => {
                if let Some((campaign, candidate)) = self.flights.get(&call) {
                    self.planner.answered(*campaign, *candidate);
                }
            }
            // Who asks may have gone.
            Word::Next { campaign, member, reply } => {
                let _ = reply.send(self.show_next(campaign, &member).await?);
            }
            Word::Accept { campaign, member, contact, reply } => {
                let _ = reply.send(self.accept(campaign, member, contact).await?);
            }
            Word::Skip { campaign, member, contact, again_in, reply } => {
                let skipped = self.take_offer(campaign, &member, contact).map(|offer| {
                    let now = self.dialer.now();
                    self.planner.decline(offer.dial.campaign, offer.dial.candidate, again_in, now);
                });
                let _ = reply.send(skipped);
            }
        }
        Ok(())
    }

    /// What is free now, with the members of the queues of all campaigns that run.
    pub(super) async fn capacity(&self) -> Capacity {
        let mut capacity = self.dialer.room();
        let mut queues: Vec<&str> = self.open.values().filter_map(|open| open.spec.pace.kind.queue()).collect();
        queues.sort_unstable();
        queues.dedup();
        for queue in queues {
            capacity.members.push(self.dialer.members(queue).await);
        }
        capacity
    }

    /// Contacts that nobody took in time are offered to others.
    pub(super) fn take_back_offers(&mut self, now: Timestamp) {
        for (campaign, offers) in &mut self.offers {
            offers.retain(|offer| {
                let late = offer.held.as_ref().is_some_and(|(_, until)| *until <= now);
                if late {
                    self.planner.decline(*campaign, offer.dial.candidate, Duration::ZERO, now);
                }
                !late
            });
        }
    }

    /// When the time of an offer is over.
    pub(super) fn next_offer_due(&self) -> Option<Timestamp> {
        self.offers.values().flatten().filter_map(|offer| offer.held.as_ref()).map(|(_, until)| *until).min()
    }

    fn previewed(&self, campaign: i64) -> Result<CampaignKey, PreviewError> {
        let open = self.open.get(&campaign).filter(|open| !open.halts());
        let open = open.filter(|open| matches!(open.spec.pace.kind, PaceKind::Preview { .. }));
        open.map(|open| open.key).ok_or(PreviewError::NotPreview)
    }

    async fn show_next(
        &mut self,
        campaign: i64,
        member: &str,
    ) -> Result<Result<Option<Shown>, PreviewError>, StoreError> {
        let key = match self.previewed(campaign) {
            Ok(key) => key,
            Err(error) => return Ok(Err(error)),
        };
        let now = self.dialer.now();
        self.take_back_offers(now);
        let until = now.checked_add(self.settings.preview).unwrap_or(now);
        loop {
            let offers = self.offers.entry(key).or_default();
            let held = offers.iter().find(|offer| offer.is_held_by(member));
            if let Some((offer, (_, until))) = held.and_then(|offer| Some((offer, offer.held.as_ref()?))) {
                return Ok(Ok(Some(Shown { contact: row_of(offer.dial.candidate), until: *until })));
            }
            let Some(free) = offers.iter_mut().find(|offer| offer.held.is_none()) else { return Ok(Ok(None)) };
            let candidate = free.dial.candidate;
            free.held = Some((member.to_owned(), until));
            let contact = self.store.campaign_contact(campaign, row_of(candidate)).await?;
            if contact.is_none_or(|contact| contact.state != CampaignContactState::Waiting) {
                // Somebody was taken out meanwhile.
                self.planner.remove(key, candidate);
                self.drop_offer(key, candidate, now);
            }
        }
    }

    fn drop_offer(&mut self, campaign: CampaignKey, candidate: CandidateId, now: Timestamp) {
        if let Some(offers) = self.offers.get_mut(&campaign) {
            offers.retain(|offer| offer.dial.candidate != candidate);
        }
        self.planner.decline(campaign, candidate, Duration::ZERO, now);
    }

    fn take_offer(&mut self, campaign: i64, member: &str, contact: i64) -> Result<Offer, PreviewError> {
        let key = self.previewed(campaign)?;
        self.take_back_offers(self.dialer.now());
        let offers = self.offers.get_mut(&key).ok_or(PreviewError::NotShown)?;
        let this = |offer: &Offer| offer.is_held_by(member) && row_of(offer.dial.candidate) == contact;
        let place = offers.iter().position(this).ok_or(PreviewError::NotShown)?;
        offers.remove(place).ok_or(PreviewError::NotShown)
    }

    async fn accept(
        &mut self,
        campaign: i64,
        member: String,
        contact: i64,
    ) -> Result<Result<CallId, PreviewError>, StoreError> {
        let Offer { dial, .. } = match self.take_offer(campaign, &member, contact) {
            Ok(offer) => offer,
            Err(error) => return Ok(Err(error)),
        };
        let (capacity, now) = (self.capacity().await, self.dialer.now());
        let Some(dial) = self.planner.accept(dial.campaign, dial.candidate, now, &capacity) else {
            return Ok(Err(PreviewError::NotNow));
        };
        let begun = self.dial_all(vec![(dial, Some(member))], now).await?;
        Ok(begun.first().copied().ok_or(PreviewError::NotNow))
    }
}

/// The offers of a campaign, in the order in which the planner gave them.
pub(super) type Offers = VecDeque<Offer>;
