//! What a call's media reports.

use std::net::SocketAddr;
use std::sync::Arc;

use call_model::{DigitSource, PlaybackEnd, PlaybackId, RecordEnd, RecordId, SampleRate};

use super::LegSlot;
use crate::prompt::Prompt;
use crate::rtp::Quality;

/// Something that happened in a call's audio.
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
    /// A playback ended.
    PlaybackEnded {
        /// Which one.
        playback: PlaybackId,
        /// Why.
        end: PlaybackEnd,
        /// How much of it went out, ms, to the frame; of all rounds when it repeated. Underruns do not count.
        played_ms: u64,
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
    },
    /// The caller began to speak (after about 100 ms of it).
    SpeechStarted,
    /// The caller has been silent for a while ([`VadConfig::hangover_ms`](crate::vad::VadConfig::hangover_ms)).
    SpeechEnded,
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
        quality: Quality,
    },
}

/// Which recording a [`Tap`] belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TapStream {
    /// The call's: two channels, left the caller, right what the caller hears from us.
    Call,
    /// A message's: one channel, the caller.
    Record(RecordId),
}

impl TapStream {
    /// 2 for the call, 1 for a message.
    pub const fn channels(self) -> usize {
        match self {
            Self::Call => 2,
            Self::Record(_) => 1,
        }
    }
}

/// A block of recorded sound, about 500 ms long.
///
/// Blocks come in order. Positions are counted by the call's ticks, so that lost packets, hold and pauses are silence of
/// the right length; a block that had to be dropped shows as a gap between the end of one and the start of the next, to
/// be filled with silence.
#[derive(Debug, Clone)]
pub struct Tap {
    /// Which recording.
    pub stream: TapStream,
    /// The same for all blocks of a stream.
    pub rate: SampleRate,
    /// Position of the first sample, in samples of one channel from the recording's start.
    pub start_sample: u64,
    /// The samples, interleaved by channel. May be empty in a last block. To be given back by
    /// [`CallMedia::recycle`](super::CallMedia::recycle) when written, where that is easy.
    pub samples: Vec<i16>,
    /// In the last block of a stream only: the length to keep, in samples of one channel from the recording's start.
    /// A message is longer on the tap than what is kept of it: the silence or the key at its end is cut off.
    pub end: Option<u64>,
}
