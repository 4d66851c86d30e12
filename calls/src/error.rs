//! What can be wrong with what is asked of the pipeline.

use crate::app::AppError;
use crate::gate::Refusal;

/// A call was not placed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// As many calls as may be.
    #[error("as many calls run as `limits.max_calls` allows: try again later")]
    Full,
    /// The program is being stopped.
    #[error("Callwright is being stopped: it takes no new calls")]
    Draining,
    /// The destination is neither a number nor a SIP address nor a member.
    #[error("`to` is neither a number in E.164 (+49...), a SIP address (sip:...) nor a member's name")]
    BadDestination,
    /// A number can only be called by a trunk, and there is none.
    #[error("there is no trunk to call a number by: add one under `[[trunks]]` or with POST /v1/trunks")]
    NoTrunk,
    /// The trunk that was named does not exist.
    #[error("there is no trunk named `{0}`")]
    NoSuchTrunk(String),
    /// The member has no phone registered.
    #[error("no phone of the member `{0}` is registered")]
    NotRegistered(String),
    /// The call was sent on too often already: it goes round in circles.
    #[error("the call was sent on too often already: it goes round in circles")]
    Circle,
    /// The gate said no.
    #[error("the call is not permitted")]
    Refused(#[from] Refusal),
    /// The caller's number is not proved.
    #[error("the caller's number is not proved: {0}")]
    NotProved(stir::Fault),
    /// Its application cannot be made.
    #[error("the call's flow cannot run")]
    App(#[from] AppError),
    /// The books failed: nothing was dialled.
    #[error("the call could not be written into the books, so it was not dialled")]
    Books(#[from] store::StoreError),
    /// No ports or threads for its sound.
    #[error("the call's sound could not be set up")]
    Media(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The switchboard has ended.
    #[error("the switchboard has ended")]
    Ended,
}

/// Something asked of a running call was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// There is no such call, or it is over.
    #[error("the call is not running")]
    NotRunning,
    /// The call is not answered, or its rule forbids recording.
    #[error("the call cannot be recorded now: it is not answered, or its number's rule is `off`")]
    NotRecordable,
    /// It has no sound that could be captured.
    #[error("the call has no sound yet: ask again when it rings or is answered")]
    NoSound,
}
