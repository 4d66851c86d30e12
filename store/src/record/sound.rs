//! Recordings and voicemails: where their files are.

use call_model::{CallId, ContactId, RecordingId, VoicemailId};
use serde::Serialize;

use super::{masked_debug, word_enum};

word_enum! {
    /// Where a recording is in its life.
    RecordingState {
        /// It is being written.
        Recording = "recording",
        /// It is whole, and is to be silenced in places before it can be fetched.
        Held = "held",
        /// It lacks what could not be written, and is to be silenced in places before it can be fetched.
        HeldCut = "held_cut",
        /// It can be fetched.
        Ready = "ready",
        /// It can be fetched, and lacks what could not be written: the disk was full.
        Cut = "cut",
        /// It could not be kept.
        Failed = "failed",
    }
}

/// A recording that begins.
#[derive(Debug, Clone)]
pub struct NewRecording {
    /// Its id.
    pub id: RecordingId,
    /// The call.
    pub call: CallId,
    /// The file, inside the folder of recordings.
    pub path: String,
    /// When it began, ms since the Unix epoch.
    pub started_ms: i64,
}

/// A recording is over.
#[derive(Debug, Clone, Copy)]
pub struct RecordingEnd {
    /// Which one.
    pub id: RecordingId,
    /// [`RecordingState::Ready`], [`RecordingState::Cut`] or [`RecordingState::Failed`].
    pub state: RecordingState,
    /// Size of the file.
    pub bytes: u64,
    /// Length of the sound, ms.
    pub duration_ms: u64,
    /// When it ended, ms since the Unix epoch.
    pub at_ms: i64,
}

/// A stereo recording of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordingRecord {
    /// Its id.
    pub id: RecordingId,
    /// The call.
    pub call: CallId,
    /// The file, inside the folder of recordings.
    pub path: String,
    /// Where it is in its life.
    pub state: RecordingState,
    /// When it began, ms since the Unix epoch.
    pub started_ms: i64,
    /// Size of the file.
    pub bytes: u64,
    /// Length of the sound, ms.
    pub duration_ms: u64,
    /// Place of its first sample, in ms from the answer of the call, where it is known: a line of the transcript is
    /// heard at its time less this.
    pub offset_ms: Option<i64>,
}

/// A message whose file is complete.
#[derive(Clone)]
pub struct NewVoicemail {
    /// Its id.
    pub id: VoicemailId,
    /// Name of a member or of a group, such as `reception`.
    pub mailbox: String,
    /// The call in which it was left: its contact is the message's.
    pub call: CallId,
    /// The file, inside the folder of recordings.
    pub path: String,
    /// Size of the file.
    pub bytes: u64,
    /// Length of the sound, ms.
    pub duration_ms: u64,
    /// Place of its first sample, in ms from the answer of the call, where it is known.
    pub offset_ms: Option<i64>,
    /// When it was left, ms since the Unix epoch.
    pub created_ms: i64,
}
masked_debug!(NewVoicemail { id, mailbox, call, duration_ms });

/// A message that a caller left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VoicemailRecord {
    /// Its id.
    pub id: VoicemailId,
    /// Name of a member or of a group.
    pub mailbox: String,
    /// Who left it.
    pub contact: Option<ContactId>,
    /// The call in which it was left.
    pub call: CallId,
    /// The file, inside the folder of recordings.
    pub path: String,
    /// Size of the file.
    pub bytes: u64,
    /// Length of the sound, ms.
    pub duration_ms: u64,
    /// When it was left, ms since the Unix epoch.
    pub created_ms: i64,
    /// When it was first heard.
    pub heard_ms: Option<i64>,
    /// Place of its first sample, in ms from the answer of the call, where it is known.
    pub offset_ms: Option<i64>,
    /// It is to be silenced in places before it can be heard.
    pub held: bool,
}

/// Which voicemails to list; `None` for any.
#[derive(Debug, Clone, Default)]
pub struct VoicemailFilter {
    /// In this mailbox.
    pub mailbox: Option<String>,
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// Left in this call.
    pub call: Option<CallId>,
    /// Heard, or not yet.
    pub heard: Option<bool>,
}
