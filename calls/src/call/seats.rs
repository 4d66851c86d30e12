//! The apps of a call: one talks, those that let it in sleep beneath it.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use call_model::{AppName, CallApp, CallEvent, CallFacts, HangupCause, HangupParty, ListenSettings};
use media::call_media::MediaCommand;
use serde_json::{Map, Value};

use super::{Call, Over};
use crate::app::{Apology, AppRef, MadeApp, RecordingRule};

/// Apps that may fail in one call before it is ended with an apology.
const MAX_FAILURES: u32 = 3;
/// Replies that are kept for an app that sleeps.
const MAX_MISSED: usize = 16;

/// An app and what belongs to it alone.
pub(super) struct Seat {
    pub app: Box<dyn CallApp>,
    /// Tells it from every other one of the call.
    pub serial: u32,
    pub flow_versions: Arc<HashMap<String, u32>>,
    /// How it wants the caller to be heard.
    pub listen: Option<ListenSettings>,
    /// An AI persona: what it says is seldom said twice.
    pub is_agent: bool,
    /// Replies that came while it slept.
    missed: Vec<CallEvent>,
}

/// Never empty: the last one talks.
pub(super) struct Seats {
    first: Seat,
    inner: Vec<Seat>,
    next: u32,
    failures: u32,
}

/// The first app of a call, with its rule on recording.
pub(super) struct Seating {
    pub seats: Seats,
    pub recording: RecordingRule,
}

impl Seating {
    pub(super) fn new(app: &AppRef, made: MadeApp) -> Self {
        let first = seat(0, made.app, made.flow_versions, matches!(app, AppRef::Agent(_)));
        Self { seats: Seats { first, inner: Vec::new(), next: 1, failures: 0 }, recording: made.recording }
    }

    /// An app of this crate that has the call before the one it is for, which is recorded by this rule.
    pub(super) fn before(app: Box<dyn CallApp>, recording: RecordingRule) -> Self {
        Self { recording, ..Self::plain(app) }
    }

    /// An app of this crate, that is not recorded.
    pub(super) fn plain(app: Box<dyn CallApp>) -> Self {
        let first = seat(0, app, Arc::default(), false);
        Self { seats: Seats { first, inner: Vec::new(), next: 1, failures: 0 }, recording: RecordingRule::Off }
    }
}

impl Seats {
    pub(super) fn top(&self) -> &Seat {
        self.inner.last().unwrap_or(&self.first)
    }

    pub(super) fn top_mut(&mut self) -> &mut Seat {
        self.inner.last_mut().unwrap_or(&mut self.first)
    }

    pub(super) fn depth(&self) -> usize {
        self.inner.len() + 1
    }

    /// Whether the app of that serial number talks or sleeps.
    pub(super) fn has(&self, serial: u32) -> bool {
        std::iter::once(&self.first).chain(&self.inner).any(|seat| seat.serial == serial)
    }

    fn enter(&mut self, app: Box<dyn CallApp>, flow_versions: Arc<HashMap<String, u32>>, is_agent: bool) {
        self.inner.push(seat(self.next, app, flow_versions, is_agent));
        self.next += 1;
    }

    /// The inner app leaves. `false`: there is none.
    fn leave(&mut self) -> bool {
        self.inner.pop().map(throw_away).is_some()
    }

    /// Keeps an event for an app that sleeps.
    fn keep(&mut self, serial: u32, event: CallEvent) {
        let seats = std::iter::once(&mut self.first).chain(&mut self.inner);
        if let Some(seat) = seats.into_iter().find(|seat| seat.serial == serial && seat.missed.len() < MAX_MISSED) {
            seat.missed.push(event);
        }
    }

    /// Every app goes, and this one has the call.
    fn replace_all(&mut self, app: Box<dyn CallApp>) {
        self.restart(app, Arc::default(), false);
    }

    fn restart(&mut self, app: Box<dyn CallApp>, flow_versions: Arc<HashMap<String, u32>>, is_agent: bool) {
        while self.leave() {}
        let seat = seat(self.next, app, flow_versions, is_agent);
        self.next += 1;
        throw_away(std::mem::replace(&mut self.first, seat));
    }
}

fn seat(serial: u32, app: Box<dyn CallApp>, flow_versions: Arc<HashMap<String, u32>>, is_agent: bool) -> Seat {
    Seat { app, serial, flow_versions, listen: None, is_agent, missed: Vec::new() }
}

/// The end of an app that is of no use any more may panic too.
fn throw_away(seat: Seat) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(seat)));
}

impl Call {
    /// Runs the app's code. When an inner one panics the app beneath it has the call again; when that is the only one
    /// it is replaced by an apology: its call ends, no other is touched.
    pub(super) fn with_app(&mut self, code: impl FnOnce(&mut dyn CallApp)) {
        let app = self.seats.top_mut().app.as_mut();
        if catch_unwind(AssertUnwindSafe(|| code(app))).is_ok() {
            return;
        }
        metrics::counter!("callwright_app_panics_total").increment(1);
        self.seats.failures += 1;
        if self.seats.depth() == 1 || self.seats.failures > MAX_FAILURES {
            tracing::error!(call = %self.id, "the call's app panicked: the caller hears an apology");
            self.apologise();
        } else {
            tracing::error!(call = %self.id, "an inner app panicked: the one that let it in has the call again");
            self.clear_away();
            self.untold.clear();
            self.seats.leave();
            if self.over.is_none() {
                self.come_back(Err("it failed".into()));
            }
        }
    }

    /// The caller hears an apology in place of every app, and the call ends.
    pub(super) fn apologise(&mut self) {
        self.replace_apps(Box::new(Apology::new(&self.language, self.answered.is_some())));
    }

    /// An app of ours has the call in place of all that had it.
    pub(super) fn replace_apps(&mut self, app: Box<dyn CallApp>) {
        self.clear_away();
        self.seats.replace_all(app);
        self.untold.clear();
        self.untold.push_back(CallEvent::Started);
        self.attend();
    }

    /// An app of ours has the call in place of all that had it, and whoever is being brought in stays.
    pub(super) fn dismiss_apps(&mut self, app: Box<dyn CallApp>) {
        self.settle();
        self.mouth.stop(None);
        self.media(MediaCommand::StopPlaying { playback: None });
        self.seats.replace_all(app);
        self.untold.clear();
        self.attend();
    }

    /// What an app that broke has left: sound, thoughts, phones that ring.
    fn clear_away(&mut self) {
        self.settle();
        self.mouth.stop(None);
        self.media(MediaCommand::StopPlaying { playback: None });
        self.cancel_transfer();
    }

    /// What may not go on when another app talks. A last sentence may.
    fn settle(&mut self) {
        self.thoughts.give_all_up();
        for playback in self.mouth.stop_repeating() {
            self.media(MediaCommand::StopPlaying { playback: Some(playback) });
        }
        self.media(MediaCommand::ResumePlaying);
    }

    pub(super) fn enter(&mut self, app: AppName, variables: Map<String, Value>) {
        let app = match app {
            AppName::Flow(name) => AppRef::Flow(name),
            AppName::Agent(name) => AppRef::Agent(name),
        };
        // What waits is for the app that lets the other one in.
        self.untold.clear();
        match self.make_inner(&app, variables) {
            Ok(made) => {
                self.settle();
                self.seats.enter(made.app, made.flow_versions, matches!(app, AppRef::Agent(_)));
                self.untold.push_back(CallEvent::Started);
                if self.answered.is_some() {
                    self.untold.push_back(CallEvent::Answered);
                }
                if self.is_held() {
                    self.untold.push_back(CallEvent::Held(true));
                }
                self.attend();
            }
            Err(reason) => {
                tracing::warn!(call = %self.id, %reason, "an app could not be entered");
                self.untold.push_back(CallEvent::Returned { result: Err(reason) });
            }
        }
    }

    /// Another app has the call from now on in place of all that had it; it still has to be told that it begins.
    pub(super) fn restart_with(&mut self, app: &AppRef) -> Result<(), String> {
        self.restart_as(app, Map::new())
    }

    /// The same with these variables.
    pub(super) fn restart_as(&mut self, app: &AppRef, variables: Map<String, Value>) -> Result<(), String> {
        let made = self.make_inner(app, variables)?;
        self.settle();
        self.mouth.stop(None);
        self.media(MediaCommand::StopPlaying { playback: None });
        self.untold.clear();
        self.seats.restart(made.app, made.flow_versions, matches!(app, AppRef::Agent(_)));
        Ok(())
    }

    fn make_inner(&self, app: &AppRef, variables: Map<String, Value>) -> Result<MadeApp, String> {
        if self.seats.depth() >= self.house.settings.max_apps {
            return Err("too many apps have entered one another".into());
        }
        let facts = CallFacts { language: self.language.clone(), variables, ..self.facts.clone() };
        let settled = self.is_recorded() && matches!(app, AppRef::Agent(_));
        // An agent would only tell or ask once more what the caller knows. A flow may have to pause the recording.
        let rule = if settled { RecordingRule::Off } else { self.recording_rule };
        let make = || self.house.apps().make(app, &facts, Some(rule));
        let Ok(made) = catch_unwind(AssertUnwindSafe(make)) else {
            metrics::counter!("callwright_app_panics_total").increment(1);
            return Err("it failed".into());
        };
        made.map_err(|error| error.to_string())
    }

    /// The inner app is done.
    pub(super) async fn give_back(&mut self, result: Value) {
        self.settle();
        if self.seats.leave() {
            self.come_back(Ok(result));
        } else {
            self.hang_up(HangupParty::Us, HangupCause::Normal).await;
        }
    }

    /// The app that is on top now wakes.
    fn come_back(&mut self, result: Result<Value, String>) {
        self.untold.clear();
        self.untold.push_back(CallEvent::Returned { result });
        self.untold.extend(std::mem::take(&mut self.seats.top_mut().missed));
        self.attend();
    }

    /// Tells an app something that it asked for, now or when it wakes.
    pub(super) async fn reply(&mut self, seat: u32, event: CallEvent) {
        if self.seats.top().serial == seat {
            self.tell(event).await;
        } else {
            self.seats.keep(seat, event);
        }
    }

    /// Tells every app that the call is over, from the inner to the outer.
    pub(super) async fn tell_all_hung_up(&mut self, over: Over) {
        loop {
            let told = self.seats.top().serial;
            self.tell(CallEvent::HungUp { by: over.by, cause: over.cause }).await;
            // One that panicked has left already.
            if self.seats.top().serial == told && !self.seats.leave() {
                return;
            }
        }
    }
}
