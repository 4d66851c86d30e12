//! Who may never be called is done with when they are read: not only when there is a line for them.

use permission::{Facts, Verdict, decide};
use store::StoreError;

use super::books::judgement_of_ending;
use super::turn::Runner;
use crate::{Candidate, Ending};

impl Runner {
    /// Files those whom the gate never lets through as the books stand, and gives back the others. Whose time has not
    /// come is asked about then: they may agree until it does.
    pub(super) async fn sift(&self, campaign: i64, candidates: Vec<Candidate>) -> Result<Vec<Candidate>, StoreError> {
        let Some(open) = self.open.get(&campaign) else { return Ok(candidates) };
        let now = self.dialer.now();
        let (mut left, mut refused) = (Vec::with_capacity(candidates.len()), Vec::new());
        for candidate in candidates {
            let standing = &candidate.standing;
            let facts = Facts {
                place: &standing.place,
                suppressed: standing.suppressed,
                do_not_call: standing.do_not_call,
                consent: standing.consent,
                attempts: &standing.attempts,
                campaign_attempts: candidate.tried.attempts.into(),
            };
            let due = candidate.due.is_none_or(|due| due <= now);
            match decide(open.spec.purpose, &facts, &open.rules, now) {
                Verdict::Never { reason } if due => {
                    refused.push((candidate.id.0.cast_signed(), judgement_of_ending(&Ending::Refused(reason))));
                }
                _ => left.push(candidate),
            }
        }
        if !refused.is_empty() {
            self.store.judge_contacts(refused, now.as_millisecond()).await?;
        }
        Ok(left)
    }
}
