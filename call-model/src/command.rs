//! What an app asks for.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    HandOn, HangupCause, ListenSettings, ThinkId, ThinkRequest, ToolReport, ToolRequest, ToolUseId, TurnReport,
};

/// Names one playback within a call; chosen by the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlaybackId(pub u32);

/// Names one recorded message within a call; chosen by the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordId(pub u32);

/// Names one HTTP request within a call; chosen by the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestId(pub u32);

/// A call-progress tone. Frequencies and cadence by country: ITU-T E.180 Supplement 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// The phone at the other end rings.
    Ringback,
    /// The phone at the other end is busy.
    Busy,
    /// The call could not be put through.
    Congestion,
    /// The short tone before a message is recorded.
    Beep,
}

/// One piece of a playback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PromptItem {
    /// Text to speak. It may hold the marks of a subset of SSML (W3C SSML 1.1): `<break time="500ms"/>` and
    /// `<say-as interpret-as="digits|date|time|cardinal">...</say-as>` (dates as `2026-03-05`, times as `14:30`);
    /// every other `<`, `&` and `>` is written as an entity.
    Say {
        /// The text.
        text: String,
        /// BCP 47 language, such as `en`, `en-US` or `de`.
        language: String,
        /// Name of the voice; `None` for the language's default.
        voice: Option<String>,
    },
    /// A sound file, by its path inside the media folder.
    File {
        /// The path.
        path: String,
    },
    /// A message recorded earlier in this call.
    Recorded {
        /// Which one.
        record: RecordId,
    },
    /// A call-progress tone.
    Tone {
        /// Which one.
        tone: Tone,
        /// For how long, ms.
        duration_ms: u64,
    },
    /// DTMF tones, in-band.
    Dtmf {
        /// The keys.
        digits: String,
    },
    /// Silence, ms.
    Pause {
        /// For how long, ms.
        duration_ms: u64,
    },
}

/// How to record a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSettings {
    /// The longest message, ms.
    pub max_ms: u64,
    /// End after this much silence, ms.
    pub silence_ms: u64,
    /// Keys that end it.
    pub terminators: String,
}

/// In which order the phones of a transfer ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RingStrategy {
    /// All at once; the first to answer has it.
    All,
    /// One after the other, in the order given.
    Hunt,
    /// One after the other, those first who have had the fewest calls today.
    FewestCalls,
    /// One after the other, beginning after the one who had the last call.
    InTurn,
}

/// What a person hears before the caller is put through (a warm transfer), and how he takes or declines the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// What is spoken: who calls, and why, and which key does what.
    pub text: String,
    /// BCP 47 language.
    pub language: String,
    /// Name of the voice; `None` for the language's default.
    pub voice: Option<String>,
    /// The key that takes the call.
    pub accept: char,
    /// The key that declines it; hanging up does so too.
    pub decline: char,
    /// How long to wait for a key after the text was spoken, ms; then it is spoken once more, then it counts as no
    /// answer.
    pub wait_ms: u64,
}

/// How a caller waits when everybody is busy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSettings {
    /// The queue's name: callers of one queue are served in their order.
    pub name: String,
    /// The longest wait, ms; then the transfer ends with its outcome.
    pub max_wait_ms: u64,
    /// Callers that may wait; one more ends at once with its outcome.
    pub max_waiting: u32,
}

/// Whom to bring in, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferSettings {
    /// Members by name (`anna`), numbers in E.164, or SIP URIs.
    pub targets: Vec<String>,
    /// The order.
    pub strategy: RingStrategy,
    /// How long each ring lasts, ms.
    pub ring_ms: u64,
    /// Caller id to show on a trunk; `None` for our number.
    pub caller_id: Option<String>,
    /// Only members who have all of these skills; empty: anybody.
    #[serde(default)]
    pub skills: Vec<String>,
    /// Members who speak this language (BCP 47) go first.
    #[serde(default)]
    pub language: Option<String>,
    /// Who answers hears this before the caller is put through; `None`: put through at once.
    #[serde(default)]
    pub announcement: Option<Announcement>,
    /// Wait for somebody when all are busy; `None`: do not.
    #[serde(default)]
    pub queue: Option<QueueSettings>,
}

impl TransferSettings {
    /// Rings these for so long (ms), all at once, and puts the first who answers through.
    pub fn to(targets: Vec<String>, ring_ms: u64) -> Self {
        Self {
            targets,
            strategy: RingStrategy::All,
            ring_ms,
            caller_id: None,
            skills: Vec::new(),
            language: None,
            announcement: None,
            queue: None,
        }
    }
}

/// HTTP method of a request made by a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the method names are their own documentation")]
pub enum HttpMethod {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// A request to a system of the business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// Method.
    pub method: HttpMethod,
    /// Absolute `http` or `https` address.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// Body, if any.
    pub body: Option<String>,
    /// Time limit for the whole exchange, ms.
    pub timeout_ms: u64,
}

/// What to do with the recording of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingSwitch {
    /// Begin, if it has not begun.
    Start,
    /// Write silence from now on.
    Pause,
    /// Write sound again.
    Resume,
    /// End it and keep what there is.
    Stop,
}

/// The key of [`CallCommand::Remember`] under which an app keeps what was tried in a call and refused: a list of
/// objects with `kind`, `by` and `at_ms`. Each time it grows, an event tells of the last one.
pub const ATTEMPTS: &str = "attempts";

/// Another app, by its name in the books.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppName {
    /// A scripted dialog.
    Flow(String),
    /// An AI persona.
    Agent(String),
}

/// What an app asks the pipeline to do.
///
/// After the caller has hung up only [`SaveVoicemail`](Self::SaveVoicemail), [`Discard`](Self::Discard),
/// [`Remember`](Self::Remember), [`SetContact`](Self::SetContact), [`OptOut`](Self::OptOut), [`TurnReport`](Self::TurnReport),
/// [`UseTool`](Self::UseTool), [`ToolReport`](Self::ToolReport), [`Unanswered`](Self::Unanswered) and
/// [`NodeLeft`](Self::NodeLeft) are carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CallCommand {
    /// Answer an inbound call.
    Answer,
    /// Refuse an inbound call before it is answered.
    Reject {
        /// Why: decides the SIP status.
        cause: HangupCause,
    },
    /// Play these, one after the other, after whatever is being played.
    Play {
        /// Its name, for the events.
        playback: PlaybackId,
        /// The pieces.
        items: Vec<PromptItem>,
        /// Repeat from the start until stopped.
        repeat: bool,
    },
    /// Stop a playback (or all that are queued, with `None`) at once.
    StopPlaying {
        /// Which one.
        playback: Option<PlaybackId>,
    },
    /// Hold the playing where it is; what is queued waits too.
    PausePlaying,
    /// Go on playing where it was held.
    ResumePlaying,
    /// Hear the caller in this way from now on (replaces what was asked before).
    Listen(ListenSettings),
    /// Stop telling the app what is heard; lines are still written down where the call is transcribed.
    StopListening,
    /// Ask a brain. The answer comes as [`CallEvent::Thought`](crate::CallEvent::Thought), piece by piece.
    Think {
        /// Its name, for the events.
        think: ThinkId,
        /// The question.
        request: Box<ThinkRequest>,
    },
    /// Give a thought up; no more is heard of it.
    StopThinking {
        /// Which one.
        think: ThinkId,
    },
    /// How long the stages of a turn took, for the transcript.
    TurnReport(TurnReport),
    /// Use a tool of the house. Its end comes as [`CallEvent::ToolDone`](crate::CallEvent::ToolDone); it is not stopped
    /// when the call ends.
    UseTool {
        /// Its name, for the event.
        tool: ToolUseId,
        /// What is wanted.
        request: Box<ToolRequest>,
    },
    /// A tool was used, for the transcript.
    ToolReport(ToolReport),
    /// The caller asked this and the business's documents do not answer it.
    Unanswered {
        /// The agent that was asked.
        agent: String,
        /// His question, as it stands alone.
        question: String,
        /// BCP 47 language.
        language: String,
    },
    /// Let another app talk; this one sleeps until [`CallEvent::Returned`](crate::CallEvent::Returned). It must have
    /// no playback, record, thought or transfer under way.
    Enter {
        /// Which.
        app: AppName,
        /// Variables handed over.
        variables: Map<String, Value>,
    },
    /// Give the call back to the app that entered this one; hangs up when there is none.
    Return {
        /// What came of it.
        result: Value,
    },
    /// Only of the app that screens a call that we made: hand the call on.
    HandOn(HandOn),
    /// Record what the caller says into a message of its own.
    Record {
        /// Its name, for the events.
        record: RecordId,
        /// How.
        settings: RecordSettings,
    },
    /// End that recording now.
    StopRecord {
        /// Which one.
        record: RecordId,
    },
    /// File a recorded message as a voicemail of the contact.
    SaveVoicemail {
        /// Which one.
        record: RecordId,
        /// The mailbox: name of a member or of a group, such as `reception`.
        mailbox: String,
    },
    /// Throw a recorded message away.
    Discard {
        /// Which one.
        record: RecordId,
    },
    /// Steer the recording of the call.
    Recording {
        /// What to do with it.
        switch: RecordingSwitch,
    },
    /// Ring people and connect the first who answers.
    Transfer(TransferSettings),
    /// Give the transfer up; leaves the queue too.
    CancelTransfer,
    /// Ask a system of the business.
    Http {
        /// Its name, for the reply.
        request: RequestId,
        /// The request.
        http: HttpRequest,
    },
    /// Send keys to the other party (RFC 4733, or in-band where it was not agreed on).
    SendDigits {
        /// The keys.
        digits: String,
    },
    /// Send the caller's own sound back (`true`), for testing a line.
    Echo(bool),
    /// The language changed: later apps and the contact keep it.
    SetLanguage {
        /// BCP 47 language.
        language: String,
    },
    /// Keep a value on the call: an answer of a survey, a reason.
    Remember {
        /// Name.
        key: String,
        /// Value.
        value: Value,
    },
    /// The other party does not want to be called any more: that is in the books, with its evidence, before the next
    /// command is carried out. What is said of it, and whether the call ends, is the app's.
    OptOut {
        /// For what; `None` for nothing at all.
        purpose: Option<String>,
        /// The words or the key.
        said: Option<String>,
    },
    /// Keep a value on the contact.
    SetContact {
        /// Field.
        field: String,
        /// Value.
        value: Value,
    },
    /// A node of a flow was entered.
    NodeEntered {
        /// The flow.
        flow: String,
        /// The node.
        node: String,
    },
    /// A node of a flow was left for another one.
    NodeLeft {
        /// The flow.
        flow: String,
        /// The node.
        node: String,
        /// The caller hung up here.
        abandoned: bool,
    },
    /// End the call.
    Hangup {
        /// Why.
        cause: HangupCause,
    },
}
