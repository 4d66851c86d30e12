//! A call that we made is screened before its app has it: by its sound, and by what is understood of it.

use call_model::{AnsweredBy, CallEvent, HandOn, HangupCause, PlaybackEnd, PlaybackId};
use media::answering::{Classifier, Finding, clue};
use media::call_media::{MediaCommand, ScreeningStep};

use super::Call;
use crate::app::AppRef;
use crate::house::now_ms;
use crate::screening::{INTRODUCTION, MachinePlan, OnMachine};

/// What is planned for a call that is screened.
pub(super) struct Screening {
    plan: MachinePlan,
    /// The app of the call.
    app: AppRef,
    /// What leaves a message has the call; and has begun again.
    leaving: bool,
    again: bool,
    /// The sound is followed.
    follows: bool,
}

impl Screening {
    pub(super) const fn new(plan: MachinePlan, app: AppRef) -> Self {
        Self { plan, app, leaving: false, again: false, follows: false }
    }

    /// Whether a message is being left.
    pub(super) const fn is_leaving(&self) -> bool {
        self.leaving
    }
}

impl Call {
    /// Lets the sound of whoever was called be followed, where the call is screened: from the first sound on, so that
    /// what a network says before an answer is heard too.
    pub(super) fn follow_answer(&mut self) {
        let answering = self.house.settings.answering;
        let Some(screening) = self.screening.as_mut().filter(|screening| !screening.follows) else { return };
        screening.follows = true;
        let classifier = Box::new(Classifier::new(screening.plan.config(answering)));
        self.media(MediaCommand::Screen(Some(classifier)));
    }

    /// The call was answered: who did is to be found out.
    pub(super) fn screen_answer(&mut self) {
        if self.screening.is_some() {
            self.media(MediaCommand::Screening(ScreeningStep::Answered));
        }
    }

    /// What is understood of whoever answered.
    pub(super) fn screen_words(&mut self, text: &str) {
        if self.screening.as_ref().is_none_or(|screening| screening.leaving) {
            return;
        }
        if let Some(clue) = clue(text) {
            self.media(MediaCommand::Screening(ScreeningStep::Understood(clue)));
        }
    }

    /// An assistant was told who calls.
    pub(super) fn screen_played(&mut self, playback: PlaybackId, end: &PlaybackEnd) {
        if self.screening.is_some() && playback == INTRODUCTION && *end != PlaybackEnd::Stopped {
            self.media(MediaCommand::Screening(ScreeningStep::Announced));
        }
    }

    pub(super) async fn on_answering(&mut self, found: Finding) {
        match found {
            Finding::Answered(answered) => {
                let Some(screening) = &self.screening else { return };
                tracing::info!(
                    call = %self.id, by = answered.by.as_str(), sign = ?answered.sign, after_ms = answered.after_ms,
                    "it is known who answered"
                );
                if screening.leaving {
                    return;
                }
                self.facts.answered_by = Some(answered.by);
                metrics::counter!("callwright_answered_by_total", "by" => answered.by.as_str()).increment(1);
                self.file_answered_by(answered);
                self.tell(CallEvent::AnsweredBy(answered)).await;
            }
            Finding::Ready { beep } => {
                let Some(screening) = &mut self.screening else { return };
                if !screening.leaving {
                    return self.tell(CallEvent::MachineReady { beep }).await;
                }
                // What was said until now was said into the greeting.
                if beep && !std::mem::replace(&mut screening.again, true) {
                    self.hand_on(HandOn::Message).await;
                    self.drain_app().await;
                }
            }
        }
    }

    /// After the answer in the books, and not waited for.
    fn file_answered_by(&mut self, answered: call_model::Answered) {
        let (id, store, before) = (self.id, self.house.parts.store.clone(), self.answer_filed.take());
        let at_ms = now_ms();
        self.answer_filed = Some(tokio::spawn(async move {
            if let Some(before) = before {
                let _ = before.await;
            }
            if let Err(error) = store.set_answered_by(id, answered, at_ms).await {
                tracing::error!(call = %id, %error, "who answered is missing in the books");
            }
        }));
    }

    /// The app that screens is done: the one that is planned has the call.
    pub(super) async fn hand_on(&mut self, to: HandOn) {
        let Some(screening) = &mut self.screening else { return };
        let app = if let (HandOn::Message, OnMachine::Message(message)) = (to, &screening.plan.on_machine) {
            screening.leaving = true;
            message.clone()
        } else {
            let app = screening.app.clone();
            self.screening = None;
            self.media(MediaCommand::Screen(None));
            app
        };
        if self.facts.answered_by.is_none() {
            // There was no sound to judge by.
            self.facts.answered_by = Some(AnsweredBy::Unsure);
        }
        let variables = self.facts.variables.clone();
        if let Err(reason) = self.restart_as(&app, variables) {
            tracing::error!(call = %self.id, %reason, "the app of an answered call could not begin: it is ended");
            return self.hang_up(Self::OURS, HangupCause::InternalError).await;
        }
        self.untold.extend([CallEvent::Started, CallEvent::Answered]);
        if self.is_held() {
            self.untold.push_back(CallEvent::Held(true));
        }
        self.attend();
    }
}
