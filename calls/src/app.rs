//! Which application talks in a call: the pipeline asks the program, and never names one itself.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use call_model::{
    CallApp, CallCommand, CallEvent, CallFacts, HangupCause, Moment, PlaybackId, PromptItem, TransferOutcome,
    TransferSettings,
};

/// When a call is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingRule {
    /// Never.
    Off,
    /// From the answer on; the app says so.
    Announced,
    /// From the moment the caller agrees; the app asks.
    Consent,
}

/// What an application is made from.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppRef {
    /// A flow of the books by its name, in the version that is active now.
    Flow(String),
    /// An agent of the books by its name, in the version that is active now.
    Agent(String),
    /// A text that is spoken once, then the call ends.
    Say(String),
    /// Members to whom whoever answers a call that we made is put through at once.
    Members(ForMembers),
}

/// Who takes a call that was made for members, and what is said when nobody does.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ForMembers {
    /// The members, by name.
    pub targets: Vec<String>,
    /// How long each phone rings, ms.
    pub ring_ms: u64,
    /// How long whoever was called waits for a member to become free, ms.
    pub wait_ms: u64,
    /// The name of the business, for the apology.
    pub who: String,
    /// The key that opts out; `None`: they say so.
    pub opt_out_key: Option<char>,
}

/// What runs in a call, as the books name it.
#[derive(Debug, Default)]
pub(crate) struct BookedApp {
    pub flow: Option<String>,
    pub flow_version: Option<u32>,
    pub agent: Option<String>,
    pub agent_version: Option<u32>,
}

impl BookedApp {
    pub(crate) fn of(app: &AppRef, apps: &dyn AppFactory) -> Self {
        match app {
            AppRef::Flow(name) => Self { flow: Some(name.clone()), flow_version: apps.version(app), ..Self::default() },
            AppRef::Agent(name) => {
                Self { agent: Some(name.clone()), agent_version: apps.version(app), ..Self::default() }
            }
            AppRef::Say(_) | AppRef::Members(_) => Self::default(),
        }
    }
}

/// An application, ready to take a call.
pub struct MadeApp {
    /// The application.
    pub app: Box<dyn CallApp>,
    /// When the call is recorded.
    pub recording: RecordingRule,
    /// Versions of the flows that it may run, by name, for their counters.
    pub flow_versions: Arc<HashMap<String, u32>>,
}

impl MadeApp {
    /// An application that is no flow and is not recorded.
    pub fn plain(app: Box<dyn CallApp>) -> Self {
        Self { app, recording: RecordingRule::Off, flow_versions: Arc::default() }
    }
}

/// An application could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// There is no flow of that name.
    #[error("there is no flow named `{0}`: put it into the books with PUT /v1/flows/{0}")]
    NoSuchFlow(String),
    /// There is no agent of that name.
    #[error("there is no agent named `{0}`: put it into the books with PUT /v1/agents/{0}")]
    NoSuchAgent(String),
    /// The flow or the agent is there but does not run.
    #[error("`{name}` cannot run: {fault}")]
    Broken {
        /// Its name.
        name: String,
        /// What is wrong.
        fault: String,
    },
}

/// Makes applications: given to the pipeline by the program, which alone knows flows and agents.
pub trait AppFactory: Send + Sync {
    /// Makes the application for a call. Must not wait: flows are read and checked beforehand.
    /// `recording` is the number's own rule, where it has one.
    fn make(&self, app: &AppRef, facts: &CallFacts, recording: Option<RecordingRule>) -> Result<MadeApp, AppError>;

    /// The version of a flow or an agent that [`make`](Self::make) would take now, for the books; `None` where there
    /// is none. Must not wait.
    fn version(&self, _app: &AppRef) -> Option<u32> {
        None
    }
}

/// The smallest application: puts a member's call through, without answering before the other side does.
#[derive(Debug)]
pub(crate) struct PutThrough {
    settings: Option<TransferSettings>,
    commands: VecDeque<CallCommand>,
    over: bool,
}

impl PutThrough {
    pub(crate) fn new(settings: TransferSettings) -> Self {
        Self { settings: Some(settings), commands: VecDeque::new(), over: false }
    }
}

impl CallApp for PutThrough {
    fn handle(&mut self, _now: Moment, event: &CallEvent) {
        match event {
            CallEvent::Started => self.commands.extend(self.settings.take().map(CallCommand::Transfer)),
            CallEvent::TransferEnded { outcome } if !self.over => {
                let cause = match outcome {
                    TransferOutcome::Completed | TransferOutcome::Cancelled => HangupCause::Normal,
                    TransferOutcome::Busy => HangupCause::Busy,
                    // A member without a phone is not there now (480), which is not to say that there is no such member.
                    TransferOutcome::NoAnswer | TransferOutcome::Unavailable => HangupCause::NoAnswer,
                    TransferOutcome::Declined => HangupCause::Declined,
                    TransferOutcome::Failed => HangupCause::NetworkFailure,
                };
                self.commands.push_back(CallCommand::Hangup { cause });
            }
            CallEvent::HungUp { .. } => {
                self.over = true;
                self.commands.clear();
            }
            _ => {}
        }
    }

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }
}

/// What takes over when an application has panicked: it says sorry and ends the call.
#[derive(Debug)]
pub(crate) struct Apology {
    commands: VecDeque<CallCommand>,
}

/// The name of its only playback: high, so that no event of the application before is taken for it.
const SORRY: PlaybackId = PlaybackId(u32::MAX);

impl Apology {
    pub(crate) fn new(language: &str, answered: bool) -> Self {
        let text = match language.get(..2).unwrap_or_default() {
            "de" => "Es tut mir leid, hier ist etwas schiefgegangen. Bitte rufen Sie noch einmal an.",
            "es" => "Lo siento, algo ha fallado. Por favor, llame de nuevo.",
            "fr" => "Je suis désolé, une erreur est survenue. Veuillez rappeler.",
            "it" => "Mi dispiace, qualcosa non ha funzionato. La prego di richiamare.",
            _ => "I am sorry, something went wrong on our side. Please call again.",
        };
        let items = vec![PromptItem::Say { text: text.into(), language: language.into(), voice: None }];
        let hang_up = CallCommand::Hangup { cause: HangupCause::InternalError };
        let commands = if answered {
            VecDeque::from([
                CallCommand::CancelTransfer,
                CallCommand::StopPlaying { playback: None },
                CallCommand::Play { playback: SORRY, items, repeat: false },
            ])
        } else {
            VecDeque::from([hang_up])
        };
        Self { commands }
    }
}

impl CallApp for Apology {
    fn handle(&mut self, _now: Moment, event: &CallEvent) {
        if matches!(event, CallEvent::PlaybackEnded { playback: SORRY, .. }) {
            self.commands.push_back(CallCommand::Hangup { cause: HangupCause::InternalError });
        }
    }

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }
}
