//! Whoever is called says no: it is in the books before they hear that it is, and then the call ends.

use call_model::{CallId, HangupCause, HangupParty};
use media::call_media::{LegSlot, MediaCommand};
use permission::{Purpose, Reason, Verdict, asks_to_stop};
use serde_json::{Map, Value};
use store::{NewEvent, NewSuppression, Store, StoreError, event_type};

use super::Call;
use super::place::has_opted_out;
use super::transfer::Transfer;
use crate::error::PlaceError;
use crate::house::now_ms;
use crate::outreach::{Farewell, Known};

/// How often it is tried to get it into the books.
const TRIES: u32 = 3;
/// The most that is kept of what was said, characters.
const MAX_SAID: usize = 300;
/// What is remembered of a call as what came of it.
const RESULT: &str = "result";

/// In a call that we made by ourselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct OptingOut {
    /// They have said no.
    done: bool,
}

/// What a call leaves behind that is over: what its ears understand later may say no.
pub(super) struct LateNo {
    store: Store,
    call: CallId,
    number: String,
    language: String,
}

impl LateNo {
    /// Whether this says no.
    pub(super) fn is_said(&self, text: &str) -> bool {
        asks_to_stop(text, &self.language)
    }

    /// Writes into the books that they said no, and that this came of the call.
    pub(super) async fn file(self, text: &str) {
        metrics::counter!("callwright_opt_outs_total", "method" => "voice").increment(1);
        let new = NewSuppression {
            number: self.number,
            purpose: None,
            method: "voice".to_owned(),
            call: Some(self.call),
            moment_ms: None,
            said: Some(text.chars().take(MAX_SAID).collect()),
            author: None,
        };
        let filed = match suppress(&self.store, &new).await {
            Ok(()) => self.store.opted_out_late(self.call, now_ms()).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = filed {
            let call = self.call;
            tracing::error!(%call, %error, "somebody does not want to be called, and the books do not take it");
        }
    }
}

async fn suppress(store: &Store, new: &NewSuppression) -> Result<(), StoreError> {
    let mut tries = 0;
    while let Err(error) = store.suppress(new.clone(), now_ms()).await {
        tries += 1;
        if tries == TRIES {
            return Err(error);
        }
    }
    Ok(())
}

impl Call {
    /// From now on who is called can say no by key and by voice.
    pub(super) fn let_opt_out(&mut self, purpose: Purpose) {
        // Nobody is asked whether they want an alarm, or the code that they have asked for.
        self.opting_out = (!purpose.is_urgent()).then_some(OptingOut { done: false });
    }

    /// A key of who was called. `true`: it has opted them out, and no app is to hear of it.
    pub(super) async fn opts_out_by_key(&mut self, digit: char) -> bool {
        if !self.is_opt_out_key(digit) {
            return false;
        }
        self.opt_out("key", digit.to_string()).await;
        true
    }

    /// Whether a key says no now: the app may have given it a meaning of its own.
    fn is_opt_out_key(&mut self, digit: char) -> bool {
        let waits = self.opting_out.is_some_and(|it| !it.done);
        if !waits || self.house.settings.outreach.opt_out_key != Some(digit) {
            return false;
        }
        let mut taken = false;
        self.with_app(|app| taken = app.wants_key(digit));
        !taken
    }

    /// A key of who was called that was pressed before the call ended, and is heard of after it.
    pub(super) async fn opts_out_at_last(&mut self, digit: char) {
        if !self.is_opt_out_key(digit) {
            return;
        }
        if let Some(opting_out) = &mut self.opting_out {
            opting_out.done = true;
        }
        if let Err(error) = self.file_opt_out(None, "key", Some(digit.to_string())).await {
            tracing::error!(call = %self.id, %error, "somebody does not want to be called, and the books do not take it");
        }
    }

    /// Something that was said by who was called.
    pub(super) async fn opts_out_by_voice(&mut self, text: &str) {
        if self.heeds_voice() && asks_to_stop(text, &self.language) {
            self.opt_out("voice", text.chars().take(MAX_SAID).collect()).await;
        }
    }

    fn heeds_voice(&self) -> bool {
        let waits = self.opting_out.is_some_and(|it| !it.done) && self.house.settings.outreach.opt_out_by_voice;
        // What a machine greets with is meant for everybody; it is over when the message is left.
        waits && self.screening.as_ref().is_none_or(|screening| screening.is_leaving())
    }

    /// What is still to be heeded of what was said before the call ended.
    pub(super) fn late_no(&self) -> Option<LateNo> {
        let number = self.facts.caller.clone().filter(|_| self.heeds_voice())?;
        let store = self.house.parts.store.clone();
        Some(LateNo { store, call: self.id, number, language: self.language.clone() })
    }

    async fn opt_out(&mut self, method: &str, said: String) {
        if let Some(opting_out) = &mut self.opting_out {
            opting_out.done = true;
        }
        if let Err(error) = self.file_opt_out(None, method, Some(said)).await {
            // Nothing is promised that is not written down.
            tracing::error!(call = %self.id, %error, "somebody does not want to be called, and the books do not take it");
            return self.hang_up(HangupParty::System, HangupCause::InternalError).await;
        }
        tracing::info!(call = %self.id, method, "they do not want to be called any more: it is in the books");
        if self.transfer.as_ref().is_some_and(Transfer::is_connecting) || self.answered.is_none() {
            return self.hang_up(HangupParty::Us, HangupCause::Normal).await;
        }
        // What was to be left on a machine is not begun again.
        if self.screening.take().is_some() {
            self.media(MediaCommand::Screen(None));
        }
        let farewell = Farewell::new(&self.language);
        self.replace_apps(Box::new(farewell));
        self.drain_app().await;
    }

    /// Writes into the books that the other party of this call is not to be called, for a purpose or for any.
    pub(super) async fn file_opt_out(
        &mut self,
        purpose: Option<String>,
        method: &str,
        said: Option<String>,
    ) -> Result<(), StoreError> {
        let Some(number) = self.facts.caller.clone() else { return Ok(()) };
        metrics::counter!("callwright_opt_outs_total", "method" => method.to_owned()).increment(1);
        let moment_ms = self.answered.map(|since| since.elapsed().as_millis() as i64);
        let new = NewSuppression {
            number,
            purpose,
            method: method.to_owned(),
            call: Some(self.id),
            moment_ms,
            said,
            author: None,
        };
        let store = self.house.parts.store.clone();
        suppress(&store, &new).await?;
        store.remember(self.id, RESULT, Value::from("opted_out")).await
    }

    /// An app was told no.
    pub(super) async fn app_opts_out(
        &mut self,
        purpose: Option<String>,
        said: Option<String>,
    ) -> Result<(), StoreError> {
        let inbound = self.direction == call_model::Direction::Inbound;
        let pressed = said.as_deref().is_some_and(|said| said.chars().count() == 1);
        // A flow has its answers from keys, as long as it says nothing else.
        let pressed = pressed || (said.is_none() && !self.seats.top().is_agent);
        let method = match (inbound, pressed) {
            (true, _) => "inbound",
            (false, true) => "key",
            (false, false) => "voice",
        };
        if let Some(opting_out) = &mut self.opting_out {
            opting_out.done = true;
        }
        self.file_opt_out(purpose, method, said).await
    }

    /// Whether this number may be called on behalf of this call. A member at their own phone calls whom they like, and
    /// is told where somebody said no; nobody else is put through to who did.
    pub(super) async fn may_be_transferred_to(&mut self, number: &str) -> Result<Verdict, PlaceError> {
        let by_hand = self.legs.get(&LegSlot::CALLER).is_some_and(|leg| leg.engaged.is_some());
        match self.known_of(number).await {
            Ok(known) if !known.is_suppressed() => Ok(Verdict::Now),
            Ok(_) if by_hand => {
                self.tell_suppressed().await;
                Ok(Verdict::Now)
            }
            Ok(_) => Ok(Verdict::Never { reason: Reason::Suppressed }),
            // A member's phone works without the books.
            Err(error) if by_hand => {
                tracing::error!(call = %self.id, %error, "nobody knows whether a number wants to be called");
                Ok(Verdict::Now)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What the books say of a number, and the field of its contact.
    async fn known_of(&mut self, number: &str) -> Result<Known, StoreError> {
        let store = &self.house.parts.store;
        let contact = store.contact_by_address(&store.address(number)).await?;
        let known = Known::read(store, number, Purpose::default(), now_ms()).await?;
        Ok(known.or_suppressed(contact.as_ref().is_some_and(has_opted_out)))
    }

    async fn tell_suppressed(&mut self) {
        let data = Map::from_iter([
            ("call".to_owned(), Value::from(self.id.to_string())),
            ("reason".to_owned(), Value::from(Reason::Suppressed.code())),
        ]);
        let event =
            NewEvent { kind: event_type::CALL_TO_SUPPRESSED.to_owned(), call: Some(self.id), at_ms: now_ms(), data };
        if let Err(error) = self.house.parts.store.emit(event).await {
            tracing::error!(call = %self.id, %error, "that somebody was called who said no is missing among the events");
        }
    }
}
