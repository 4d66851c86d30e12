//! Apps that follow a script of the test.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use call_model::{CallApp, CallCommand, CallEvent, CallFacts, Moment};
use calls::app::{AppError, AppFactory, AppRef, MadeApp, RecordingRule};
use tokio::sync::mpsc;

/// What an app of a test answers to an event.
pub type Script = fn(&CallEvent, &CallFacts) -> Vec<CallCommand>;

struct ScriptApp {
    script: Script,
    name: String,
    facts: CallFacts,
    commands: VecDeque<CallCommand>,
    told: mpsc::UnboundedSender<(String, CallEvent)>,
}

impl CallApp for ScriptApp {
    fn handle(&mut self, _now: Moment, event: &CallEvent) {
        let _ = self.told.send((self.name.clone(), event.clone()));
        self.commands.extend((self.script)(event, &self.facts));
    }

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        assert!(self.name != RESTLESS, "as the test wants it");
        None
    }
}

/// An app of this name panics when it is asked for its time.
pub const RESTLESS: &str = "restless";

pub(super) struct Scripts {
    pub(super) script: Script,
    pub(super) told: mpsc::UnboundedSender<(String, CallEvent)>,
}

/// Under this name each app finds its own among the variables.
pub const NAME: &str = "app";

/// And under this the rule on recording that it was made under.
pub const RULE: &str = "rule";

/// An app of this name may only record when it was permitted.
pub const CONSENT: &str = "consent";

/// There is no app of this name.
pub const MISSING: &str = "missing";

/// An app of this name panics while it is made.
pub const UNMADE: &str = "unmade";

impl AppFactory for Scripts {
    fn make(&self, app: &AppRef, facts: &CallFacts, rule: Option<RecordingRule>) -> Result<MadeApp, AppError> {
        assert_ne!(*app, AppRef::Say(UNMADE.into()), "as the test wants it");
        let (AppRef::Flow(name) | AppRef::Agent(name) | AppRef::Say(name)) = app else { panic!("no members here") };
        if name == MISSING {
            return Err(AppError::NoSuchAgent(name.clone()));
        }
        let (script, told, name) = (self.script, self.told.clone(), name.clone());
        let mut facts = facts.clone();
        facts.variables.insert(NAME.into(), name.clone().into());
        facts.variables.insert(RULE.into(), serde_json::to_value(rule).expect("a rule"));
        let app = ScriptApp { script, name, facts, commands: VecDeque::new(), told };
        let recording = if app.name == CONSENT { RecordingRule::Consent } else { RecordingRule::Announced };
        Ok(MadeApp { app: Box::new(app), recording, flow_versions: Arc::default() })
    }
}
