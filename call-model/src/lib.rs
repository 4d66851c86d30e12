//! The shared nouns of Callwright: ids, addresses, events, commands and audio frames. No logic, no I/O.

mod answered;
mod app;
mod audio;
mod command;
mod event;
mod hearing;
mod id;
mod origin;
mod thought;
mod tool;
mod transcript;

pub use answered::{AnswerSign, Answered, AnsweredBy, HandOn};
pub use app::{CallApp, CallFacts, Moment};
pub use audio::{AudioFrame, FRAME_MS, MAX_FRAME_SAMPLES, SampleRate};
pub use command::{
    ATTEMPTS, Announcement, AppName, CallCommand, HttpMethod, HttpRequest, PlaybackId, PromptItem, QueueSettings,
    RecordId, RecordSettings, RecordingSwitch, RequestId, RingStrategy, Tone, TransferSettings,
};
pub use event::{
    CallEvent, DigitSource, Direction, HangupCause, HangupParty, HttpFailure, HttpReply, PlaybackEnd, RecordEnd,
    TransferOutcome,
};
pub use hearing::{Hearing, ListenSettings};
pub use id::{
    AppointmentId, AuditId, CallId, CampaignId, ConsentId, ContactId, ErasureId, EventId, FlowId, FollowUpId, Id,
    IdError, LegId, MemberId, MergeId, NoteId, NumberId, RecordingId, SessionId, TicketId, TrunkId, UserId,
    VoicemailId, WebhookId,
};
pub use origin::{Attestation, CallOrigin, Diverted, Verification};
pub use thought::{ChatMessage, ThinkEvent, ThinkId, ThinkRequest, ThinkUsage, ToolCall, ToolSpec};
pub use tool::{Source, ToolFailure, ToolReport, ToolRequest, ToolUseId, Verified};
pub use transcript::{Speaker, TranscriptLine, TurnReport, Word};
