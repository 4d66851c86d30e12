//! What a call leaves behind as files: stereo recordings and voicemails, safe against the end of the process at any
//! moment.
//!
//! - [`recorder`]: threads that write blocks of samples to WAV files, behind bounded queues.
//! - [`folder`]: where the files lie, by date; reading, deleting, and setting right what a killed process left.
//! - [`peaks`]: how loud a file is from moment to moment, to be drawn.
//! - [`silence`]: makes parts of a finished file silent.
//! - [`wav`]: the header, written and mended in place.
//!
//! Encryption and object storage are not here yet: they belong in a module `storage`, as another thing than
//! [`Folder`] to hand a finished file to, after [`Recorder::finish`].

pub mod folder;
pub mod peaks;
pub mod recorder;
pub mod silence;
pub mod wav;

pub use folder::{ByteRange, Folder, FolderError, Reading, RecordingPath, Recovered};
pub use peaks::Peaks;
pub use recorder::{
    Block, Channels, FinishOptions, Finished, Format, NewRecording, Recorder, RecorderCounters, RecorderEvent,
    RecorderSettings, RecordingError, Refusal, Refused, StreamId,
};
pub use silence::Span;
