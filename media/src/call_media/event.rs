//! What a call's media reports.

use std::net::SocketAddr;
use std::sync::Arc;

use call_model::{DigitSource, PlaybackEnd, PlaybackId, RecordEnd, RecordId, SampleRate};

use super::LegSlot;
use crate::answering::Finding;
use crate::fax::FaxTone;
use crate::prompt::Prompt;
use crate::rtp::Quality;

/// Something that happened in a call's audio.
///
/// `at_ms` is a time on the call's media clock: ms since the caller's leg was first started, to the frame of 20 ms; 0
/// before. The clock never stands still or goes back. A frame that is heard and one that is sent in the same tick have
/// the same time, as they lie side by side in the call's recording.
#[derive(Debug, Clone)]
pub enum MediaEvent {
    /// A key was pressed; once per press, however many ways it arrived.
    Digit {
        /// On which leg.
        leg: LegSlot,
        /// `0`-`9`, `*`, `#`, `A`-`D`.
        digit: char,
        /// By which way it was recognised first.
        source: DigitSource,
    },
    /// A key is to be sent to a leg by signalling ([`TellKeys`](super::MediaCommand::TellKeys)).
    KeyToSend {
        /// To which leg.
        leg: LegSlot,
        /// `0`-`9`, `*`, `#`, `A`-`D`.
        digit: char,
    },
    /// The first frame with sound of a playback goes out. A playback that ends before, or that is all silence, has
    /// none.
    PlaybackStarted {
        /// Which one.
        playback: PlaybackId,
        /// When that frame begins.
        at_ms: u64,
        /// How much silence of the playback had gone out before, ms: it began at `at_ms - played_ms`.
        played_ms: u64,
    },
    /// A playback that had started stands still: by [`PausePlaying`](super::MediaCommand::PausePlaying), or because a
    /// growing one has nothing more to play yet.
    PlaybackPaused {
        /// Which one.
        playback: PlaybackId,
        /// How much of it has gone out, ms.
        played_ms: u64,
        /// Since when.
        at_ms: u64,
    },
    /// It goes on.
    PlaybackResumed {
        /// Which one.
        playback: PlaybackId,
        /// How much of it had gone out before, ms: the same as when it paused.
        played_ms: u64,
        /// Since when.
        at_ms: u64,
    },
    /// A playback ended.
    PlaybackEnded {
        /// Which one.
        playback: PlaybackId,
        /// Why.
        end: PlaybackEnd,
        /// How much of it went out, ms, to the frame; of all rounds when it repeated. Pauses and underruns do not count.
        played_ms: u64,
        /// When its last frame was over, or it was stopped.
        at_ms: u64,
        /// What it played, given back so that memory is not freed on the media thread: just drop it.
        prompts: Vec<Arc<Prompt>>,
    },
    /// A message's record ended. Its last [`Tap`] is already queued or follows at once.
    RecordEnded {
        /// Which one.
        record: RecordId,
        /// Why.
        end: RecordEnd,
        /// Its length without the silence or the key at the end, ms.
        duration_ms: u64,
        /// When its first sample was heard.
        from_ms: u64,
    },
    /// The call's recording began.
    RecordingStarted {
        /// When its first sample was heard and said.
        at_ms: u64,
    },
    /// The caller began to speak; told when that has lasted for [`VadConfig::onset_ms`](crate::vad::VadConfig::onset_ms).
    SpeechStarted {
        /// When it began.
        at_ms: u64,
    },
    /// The caller fell silent; told when that has lasted for
    /// [`VadConfig::hangover_ms`](crate::vad::VadConfig::hangover_ms).
    SpeechEnded {
        /// When the last speech was over.
        at_ms: u64,
    },
    /// A fax machine was heard on a leg that is looked at for it; each kind of tone is told once.
    Fax {
        /// On which leg.
        leg: LegSlot,
        /// By what.
        tone: FaxTone,
    },
    /// Something was found out of who answered, in a call that is screened.
    Answering(Finding),
    /// The first packet of a leg came, or its source changed and was accepted.
    Latched {
        /// Which leg.
        leg: LegSlot,
        /// Where its RTP comes from and ours goes to.
        source: SocketAddr,
    },
    /// The peer of a leg said goodbye (RTCP BYE). The call ends by signalling all the same.
    Goodbye {
        /// Which leg.
        leg: LegSlot,
    },
    /// No keys could be agreed on for a leg: the DTLS handshake failed, or the peer's certificate is not the promised
    /// one. Nothing is sent or heard on it.
    NotSecured {
        /// Which leg.
        leg: LegSlot,
    },
    /// No RTP has come on a leg for longer than its limit, although the peer should send.
    TimedOut {
        /// Which leg.
        leg: LegSlot,
    },
    /// A leg was stopped.
    LegStopped {
        /// Which leg.
        leg: LegSlot,
        /// How it went.
        quality: Box<Quality>,
    },
}

/// Which recording, or whose ear, a [`Tap`] belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TapStream {
    /// The call's: two channels, left the caller, right what the caller hears from us.
    Call,
    /// A message's: one channel, the caller.
    Record(RecordId),
    /// What is heard on a leg: one channel.
    Ear(LegSlot),
}

impl TapStream {
    /// 2 for the call, 1 for a message or an ear.
    pub const fn channels(self) -> usize {
        match self {
            Self::Call => 2,
            Self::Record(_) | Self::Ear(_) => 1,
        }
    }
}

/// A block of sound: about 500 ms of a recording, or the 20 ms that were just heard on a leg.
///
/// Blocks come in order. Positions are counted by the call's ticks, so that lost packets, hold and pauses are silence of
/// the right length; a block that had to be dropped shows as a gap between the end of one and the start of the next, to
/// be filled with silence. What was lost on the way is there as it was made up for.
#[derive(Debug, Clone)]
pub struct Tap {
    /// Which recording.
    pub stream: TapStream,
    /// The same for all blocks of a stream.
    pub rate: SampleRate,
    /// Position of the first sample, in samples of one channel: from the recording's start, or for an ear on the call's
    /// media clock (so that `start_sample * 1_000 / rate.hz()` is its `at_ms`).
    pub start_sample: u64,
    /// The samples, interleaved by channel. May be empty in a last block. To be given back by
    /// [`CallMedia::recycle`](super::CallMedia::recycle) when written, where that is easy.
    pub samples: Vec<i16>,
    /// Of an ear's block: whether it is speech by itself, without onset and hangover. Our own sound that comes back from
    /// the caller's side is none. Always `false` for recordings.
    pub voiced: bool,
    /// In the last block of a stream only: the length to keep, in samples of one channel from the recording's start.
    /// A message is longer on the tap than what is kept of it: the silence or the key at its end is cut off. An ear's
    /// last block is empty, and the end is its `start_sample`.
    pub end: Option<u64>,
}
