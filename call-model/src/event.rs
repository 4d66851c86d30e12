//! What an app is told.

use serde::{Deserialize, Serialize};

use serde_json::Value;

use crate::{
    Answered, Hearing, PlaybackId, RecordId, RequestId, ThinkEvent, ThinkId, ToolFailure, ToolUseId, TranscriptLine,
};

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// They called us.
    Inbound,
    /// We called them.
    Outbound,
}

/// How a key reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigitSource {
    /// RTP telephone-event (RFC 4733).
    Rfc4733,
    /// SIP INFO (`application/dtmf-relay` or `application/dtmf`).
    SipInfo,
    /// Tones in the audio (ITU-T Q.23, Q.24).
    Inband,
}

/// Which side ended a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HangupParty {
    /// The other party.
    Caller,
    /// Our app, a member, or the API.
    Us,
    /// Neither: the network, a limit or a fault.
    System,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HangupCause {
    /// Ended in the ordinary way after it was answered.
    Normal,
    /// The caller gave up before an answer (CANCEL).
    Cancelled,
    /// The called party was busy (486, 600).
    Busy,
    /// Nobody answered in time (408, 480, or our own time limit).
    NoAnswer,
    /// Refused (403, 603 and the like).
    Declined,
    /// The number or address does not exist (404, 410, 484, 604).
    NotFound,
    /// No codec or feature in common (415, 488, 606).
    Incompatible,
    /// The carrier or the network failed (5xx, no route, no response).
    NetworkFailure,
    /// No RTP arrived for longer than the limit.
    MediaTimeout,
    /// The call reached its longest permitted duration.
    MaxDuration,
    /// Our own program failed; the caller heard an apology.
    InternalError,
    /// The program was ended in mid-call; found at its next start.
    Interrupted,
    /// A limit of ours refused it (503).
    Overload,
    /// What it cost reached a limit of its trunk.
    SpendLimit,
}

/// Why a playback ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaybackEnd {
    /// It was played to its end.
    Finished,
    /// It was stopped before.
    Stopped,
    /// It could not be played; the text says why, for the log. The flow goes on.
    Failed(String),
}

/// Why a message's recording ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordEnd {
    /// The caller was silent for the time set.
    Silence,
    /// The longest length was reached.
    MaxLength,
    /// The caller pressed this key.
    Key(char),
    /// The caller hung up.
    HungUp,
    /// The app stopped it.
    Stopped,
    /// It could not be written.
    Failed,
}

/// How an attempt to bring a person in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferOutcome {
    /// Somebody answered, talked, and hung up; the caller is still there.
    Completed,
    /// All were busy.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// None is registered or reachable.
    Unavailable,
    /// All declined.
    Declined,
    /// It was cancelled by the app.
    Cancelled,
    /// Another failure.
    Failed,
}

/// The answer to an [`HttpRequest`](crate::HttpRequest).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpReply {
    /// HTTP status code.
    pub status: u16,
    /// The body as text, cut at the size limit.
    pub body: String,
}

/// Why an [`HttpRequest`](crate::HttpRequest) had no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HttpFailure {
    /// The time limit passed.
    TimedOut,
    /// No connection, or it broke.
    Unreachable,
    /// The address is not allowed or not valid.
    Refused(String),
}

/// What happens in a call, as its app sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CallEvent {
    /// The call exists. Inbound: it rings, and the app may answer or reject. Outbound: it is being dialled.
    Started,
    /// Both sides can hear each other.
    Answered,
    /// Who or what answered, or that it is somebody else now: told to the app that screens a call.
    AnsweredBy(Answered),
    /// A machine can be spoken to: its tone is over, or it has been silent for the time set. Told again at each tone.
    MachineReady {
        /// There was a tone.
        beep: bool,
    },
    /// The caller pressed a key: `0`-`9`, `*`, `#`, `A`-`D`. Once per key, when it is first recognised.
    Digit {
        /// The key.
        digit: char,
        /// How it reached us.
        source: DigitSource,
    },
    /// The caller began to make sound that is taken for speech.
    SpeechStarted,
    /// The caller fell silent.
    SpeechEnded,
    /// A line of the transcript is final: of the caller or of our side.
    Line(TranscriptLine),
    /// A step in hearing the caller, for an app that asked for it.
    Hearing(Hearing),
    /// A playback began to be heard.
    PlaybackStarted {
        /// Which one.
        playback: PlaybackId,
    },
    /// What the caller has heard of a playback's text, cut to the word; comes just before its `PlaybackEnded`.
    Spoken {
        /// Which one.
        playback: PlaybackId,
        /// The words heard; empty when none.
        heard: String,
        /// It was stopped before its end.
        cut: bool,
    },
    /// A piece of a brain's answer.
    Thought {
        /// To which question.
        think: ThinkId,
        /// The piece.
        event: ThinkEvent,
    },
    /// The app that was entered is done: this one has the call again.
    Returned {
        /// What came of it, or why it could not begin.
        result: Result<Value, String>,
    },
    /// A playback ended.
    PlaybackEnded {
        /// Which one.
        playback: PlaybackId,
        /// Why.
        end: PlaybackEnd,
        /// How much of it was played, ms.
        played_ms: u64,
    },
    /// A message's recording ended; it is kept until saved or discarded.
    RecordEnded {
        /// Which one.
        record: RecordId,
        /// Why.
        end: RecordEnd,
        /// Its length without the silence or key at the end, ms.
        duration_ms: u64,
    },
    /// A tool is done.
    ToolDone {
        /// Which use.
        tool: ToolUseId,
        /// What it gave back.
        result: Result<Value, ToolFailure>,
    },
    /// The caller waits for the transfer in its queue: told at once and whenever his place changes.
    Queued {
        /// His place; 1 is next.
        position: u32,
    },
    /// A phone of the transfer rings.
    TransferRinging,
    /// Somebody took the transfer and is talking with the caller.
    TransferAnswered {
        /// Who: the member's name or the number.
        target: String,
    },
    /// The transfer is over and the caller is with the app again.
    TransferEnded {
        /// How it ended.
        outcome: TransferOutcome,
    },
    /// The answer to an HTTP request.
    HttpReplied {
        /// Which request.
        request: RequestId,
        /// The reply, or why there is none.
        result: Result<HttpReply, HttpFailure>,
    },
    /// The caller put us on hold (`true`) or took us back (`false`).
    Held(bool),
    /// The call is over.
    HungUp {
        /// Who ended it.
        by: HangupParty,
        /// Why.
        cause: HangupCause,
    },
}
