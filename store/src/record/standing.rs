//! What the books say about a number before it is called: consents, suppressions, lists, and the calls of late.

use call_model::{CallId, ConsentId, ContactId};
use serde::Serialize;

use super::{masked_debug, word_enum};

word_enum! {
    /// Where a consent is in its life. One that was withdrawn stays `given`: its time says since when it is no more.
    ConsentState {
        /// It was asked for; there is no answer yet.
        Asked = "asked",
        /// It was given.
        Given = "given",
        /// It was asked for, and the answer was no.
        Refused = "refused",
    }
}

/// What somebody agreed to, or did not.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ConsentRecord {
    /// Its id.
    pub id: ConsentId,
    /// The number in E.164, or the address, that it is of.
    pub number: String,
    /// Whose number that is.
    pub contact: Option<ContactId>,
    /// How he may be reached: `call`, `message`, `mail`.
    pub channel: String,
    /// What for: `marketing`, `reminder` and so on.
    pub purpose: String,
    /// Where it is in its life.
    pub state: ConsentState,
    /// How it was given: `spoken`, `key`, `form`, `written`, `import`, or a word of the business's own.
    pub method: String,
    /// The words that were agreed to.
    pub wording: String,
    /// Where it comes from: a form's address, a fair, a flow.
    pub source: String,
    /// The call in which it was given: its recording is the evidence.
    pub call: Option<CallId>,
    /// Where in that call, ms from the answer.
    pub moment_ms: Option<i64>,
    /// The key that was pressed, or what was said.
    pub said: Option<String>,
    /// When yes or no was said, ms since the Unix epoch.
    pub decided_ms: Option<i64>,
    /// From when on it is withdrawn.
    pub withdrawn_ms: Option<i64>,
    /// From when on it is too old.
    pub expires_ms: Option<i64>,
    /// When it was written down.
    pub created_ms: i64,
    /// When that was last changed.
    pub updated_ms: i64,
}
masked_debug!(ConsentRecord { id, channel, purpose, state, decided_ms, withdrawn_ms, expires_ms });

impl ConsentRecord {
    /// Whether it holds at this time, ms since the Unix epoch.
    pub fn holds(&self, now_ms: i64) -> bool {
        let over = |at: Option<i64>| at.is_some_and(|at| at <= now_ms);
        self.state == ConsentState::Given && !over(self.withdrawn_ms) && !over(self.expires_ms)
    }
}

/// A consent that is to be written down.
#[derive(Clone)]
pub struct NewConsent {
    /// The number or address, in any form.
    pub number: String,
    /// How he may be reached.
    pub channel: String,
    /// What for.
    pub purpose: String,
    /// Whether it is asked for, given or refused.
    pub state: ConsentState,
    /// How.
    pub method: String,
    /// The words.
    pub wording: String,
    /// Where it comes from.
    pub source: String,
    /// The call in which it was given.
    pub call: Option<CallId>,
    /// Where in that call, ms from the answer.
    pub moment_ms: Option<i64>,
    /// The key, or what was said.
    pub said: Option<String>,
    /// When yes or no was said, ms since the Unix epoch; `None`: now, unless it is only asked for.
    pub decided_ms: Option<i64>,
    /// From when on it is too old.
    pub expires_ms: Option<i64>,
}
masked_debug!(NewConsent { channel, purpose, state, method });

/// The answer to a consent that was asked for.
#[derive(Clone)]
pub struct ConsentAnswer {
    /// Yes or no.
    pub given: bool,
    /// How: `key`, `spoken`.
    pub method: String,
    /// The words that he agreed to, where they are others than those that it was asked with.
    pub wording: Option<String>,
    /// The call in which it was given.
    pub call: Option<CallId>,
    /// Where in that call, ms from the answer.
    pub moment_ms: Option<i64>,
    /// The key, or what was said.
    pub said: Option<String>,
}
masked_debug!(ConsentAnswer { given, method });

/// Which consents to list; `None` for any.
#[derive(Clone, Default)]
pub struct ConsentFilter {
    /// Of this number or address, as the books keep it.
    pub number: Option<String>,
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// For this purpose.
    pub purpose: Option<String>,
}
masked_debug!(ConsentFilter { contact, purpose });

/// That somebody is not to be called.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SuppressionRecord {
    /// The number in E.164 or the address; `#` and a digest once the person was erased.
    pub number: String,
    /// For what; `None`: for nothing at all.
    pub purpose: Option<String>,
    /// How it was said: `key`, `voice`, `inbound`, `api`, `import`, `member`.
    pub method: String,
    /// The call in which it was said.
    pub call: Option<CallId>,
    /// Where in that call, ms from the answer.
    pub moment_ms: Option<i64>,
    /// The key that was pressed, or what was said.
    pub said: Option<String>,
    /// Who wrote it down: a member, an API key.
    pub author: Option<String>,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
}
masked_debug!(SuppressionRecord { purpose, method, call, at_ms });

/// A suppression that is to be written down.
#[derive(Clone, Default)]
pub struct NewSuppression {
    /// The number or address, in any form.
    pub number: String,
    /// For what; `None`: for nothing at all.
    pub purpose: Option<String>,
    /// How it was said: `key`, `voice`, `inbound`, `api`, `import`, `member`.
    pub method: String,
    /// The call in which it was said.
    pub call: Option<CallId>,
    /// Where in that call, ms from the answer.
    pub moment_ms: Option<i64>,
    /// The key, or what was said.
    pub said: Option<String>,
    /// Who writes it down.
    pub author: Option<String>,
}
masked_debug!(NewSuppression { purpose, method, call });

/// An outbound call of late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttemptRecord {
    /// The call.
    pub call: CallId,
    /// When it was dialled, ms since the Unix epoch.
    pub at_ms: i64,
    /// Whether it was answered.
    pub answered: bool,
    /// It was answered, and there was nobody for him.
    pub dropped: bool,
    /// What it was for, where that was said.
    pub purpose: Option<String>,
    /// A member dialled it by hand.
    pub by_member: bool,
}

/// What the books say about a number, for one purpose.
#[derive(Clone, Default)]
pub struct Standing {
    /// The number in E.164, or the address, as the books keep it.
    pub number: String,
    /// Whose it is.
    pub contact: Option<ContactId>,
    /// IANA name of the time zone of the contact.
    pub time_zone: Option<String>,
    /// ISO 3166-1 country of the contact.
    pub country: Option<String>,
    /// The part of ISO 3166-2 behind the hyphen.
    pub region: Option<String>,
    /// BCP 47 language of the contact.
    pub language: Option<String>,
    /// That it, or another number of the contact, is not to be called for this purpose.
    pub suppressed: Option<SuppressionRecord>,
    /// The newest yes or no to calls for this purpose: whether it still holds says [`ConsentRecord::holds`].
    pub consent: Option<ConsentRecord>,
    /// The do-not-call lists for this purpose that it is on.
    pub do_not_call: Vec<String>,
    /// Outbound calls to it, and to the other numbers of the contact, in the 30 days before; the newest first, at most
    /// 100. Those that run are among them.
    pub attempts: Vec<AttemptRecord>,
}
masked_debug!(Standing { contact, time_zone, country, region, suppressed, consent, do_not_call, attempts });

/// A list of numbers that others keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoNotCallList {
    /// Its name.
    pub name: String,
    /// The purposes that it is for; none: every one.
    pub purposes: Vec<String>,
    /// How many numbers are on it.
    pub numbers: u64,
    /// When it was imported, ms since the Unix epoch.
    pub created_ms: i64,
}
