//! The call's media clock.

use call_model::{FRAME_MS, SampleRate};

/// Counts frames from the start of the caller's leg on. During a tick it stands at the beginning of the tick's frame,
/// between two ticks at the end of the last.
#[derive(Debug, Default)]
pub(super) struct Clock {
    frames: u64,
    running: bool,
}

impl Clock {
    /// The caller's leg was started. Once started, the clock runs on.
    pub(super) fn start(&mut self) {
        self.running = true;
    }

    /// Whether it was started.
    pub(super) fn is_running(&self) -> bool {
        self.running
    }

    /// A frame is over.
    pub(super) fn advance(&mut self) {
        self.frames += u64::from(self.running);
    }

    /// Now, ms.
    pub(super) fn ms(&self) -> u64 {
        self.frames * FRAME_MS
    }

    /// The end of the frame that begins now, ms.
    pub(super) fn frame_end_ms(&self) -> u64 {
        (self.frames + u64::from(self.running)) * FRAME_MS
    }

    /// Now, in samples.
    pub(super) fn samples(&self, rate: SampleRate) -> u64 {
        self.frames * rate.frame_samples() as u64
    }
}
