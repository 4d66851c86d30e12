//! Who has the floor: a pure state machine of voice, words and time.
//!
//! [`TurnMachine`] is told what is heard of the caller and what our side does, and says when to prepare an answer, when
//! to take the turn, and what to do when the caller speaks while we do. All times are ms from the answer of the call.

mod barge;
mod ending;
mod finish;
mod heard;
mod machine;
mod pauses;
mod scorer;
mod settings;
pub(crate) mod words;

pub use machine::TurnMachine;
pub use scorer::{EndOfTurn, TurnContext};
pub use settings::{Patience, TurnSettings};

/// What happens on the line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TurnInput<'a> {
    /// The caller began to make sound.
    VoiceStarted,
    /// The caller fell silent.
    VoiceStopped,
    /// The recogniser's own end of speech, more exact than the voice activity's.
    SpeechStopped {
        /// The last sound, ms.
        at: u64,
    },
    /// What is understood of the utterance so far, whole.
    Partial(&'a str),
    /// An utterance is final.
    Line {
        /// The words; may be empty.
        text: &'a str,
        /// Its start, ms.
        from: u64,
        /// Its end, ms.
        to: u64,
    },
    /// The recogniser holds the turn for probably over.
    TurnLikely(&'a str),
    /// It was not.
    TurnResumed,
    /// The recogniser holds the turn for over.
    TurnEnded(&'a str),
    /// The recogniser is lost.
    Lost,
    /// It hears again.
    Back,
    /// A key was pressed.
    Key(char),
}

/// What our side is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ours {
    /// Nothing: the caller may speak.
    Idle,
    /// An answer is being prepared; nothing of it is audible.
    Thinking,
    /// Something is being said.
    Speaking {
        /// The caller may interrupt it.
        interruptible: bool,
    },
    /// Somebody else has the caller: a flow, a person, a recording.
    Away,
}

/// The end of a caller's turn.
#[derive(Clone, PartialEq, Eq)]
pub struct Turn {
    /// What was said; empty when only keys were pressed.
    pub text: String,
    /// Keys that were pressed.
    pub keys: String,
    /// The last sound of the caller, ms.
    pub ended: u64,
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq)]
pub enum TurnOutput {
    /// The turn is probably over with these words: an answer may be prepared.
    Speculate(String),
    /// It is not over: what was prepared is of no use.
    Unlikely,
    /// The turn is over: answer it.
    Take(Turn),
    /// The turn that was taken had other words, and nothing of the answer was heard yet: answer these.
    Correct(String),
    /// The caller goes on with the turn that was taken, before anything of the answer was heard: forget the question.
    /// Its words come again with the next [`Take`](Self::Take).
    Reopen,
    /// Stand still: the caller makes a sound.
    Pause,
    /// It was nothing: go on where it stopped.
    Resume,
    /// It is an interruption: stop, and forget what was not heard.
    Stop,
    /// The caller said something that nobody understood.
    NotUnderstood,
    /// The caller says nothing: ask whether anybody is there.
    Prompt(u32),
    /// The caller has said nothing for too long.
    GiveUp,
    /// The caller cannot be heard any more.
    Deaf,
}

macro_rules! private_debug {
    ($name:ty { $($pattern:pat => $text:literal),+ $(,)? }) => {
        impl std::fmt::Debug for $name {
            /// Leaves out what was said: it is private.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $($pattern => $text),+ })
            }
        }
    };
}

private_debug!(Turn { _ => "Turn { .. }" });
private_debug!(TurnInput<'_> {
    Self::VoiceStarted => "VoiceStarted", Self::VoiceStopped => "VoiceStopped",
    Self::SpeechStopped { .. } => "SpeechStopped", Self::Partial(_) => "Partial", Self::Line { .. } => "Line",
    Self::TurnLikely(_) => "TurnLikely", Self::TurnResumed => "TurnResumed", Self::TurnEnded(_) => "TurnEnded",
    Self::Lost => "Lost", Self::Back => "Back", Self::Key(_) => "Key",
});
private_debug!(TurnOutput {
    Self::Speculate(_) => "Speculate", Self::Unlikely => "Unlikely", Self::Take(_) => "Take",
    Self::Correct(_) => "Correct", Self::Reopen => "Reopen", Self::Pause => "Pause", Self::Resume => "Resume",
    Self::Stop => "Stop", Self::NotUnderstood => "NotUnderstood", Self::Prompt(_) => "Prompt",
    Self::GiveUp => "GiveUp", Self::Deaf => "Deaf",
});
