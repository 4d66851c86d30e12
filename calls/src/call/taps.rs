//! Recorded sound on its way from the media thread to the recorder.

use std::sync::Arc;

use crossbeam_queue::ArrayQueue;
use media::call_media::{Tap, TapStream};
use recordings::{Block, Recorder, Refusal, StreamId};
use tokio::sync::mpsc;
use transport::rtp::TapSink;

/// Streams of one call that may begin before the media thread looks: the call's and its messages.
const OPENINGS: usize = 64;

/// The last sample of a stream: its tap is with the recorder.
pub(super) type TapEnds = mpsc::UnboundedReceiver<(TapStream, u64)>;

/// Tells the media thread where a stream is written; to be told before the stream begins.
#[derive(Debug, Clone)]
pub(super) struct TapRoutes {
    openings: Arc<ArrayQueue<(TapStream, StreamId)>>,
}

impl TapRoutes {
    /// `false` when too many wait: the stream is then not recorded.
    pub(super) fn add(&self, tap: TapStream, stream: StreamId) -> bool {
        self.openings.push((tap, stream)).is_ok()
    }
}

/// Hands blocks to the recorder, on the media thread.
struct RecorderTaps {
    recorder: Recorder,
    openings: Arc<ArrayQueue<(TapStream, StreamId)>>,
    streams: Vec<(TapStream, StreamId)>,
    ends: mpsc::UnboundedSender<(TapStream, u64)>,
}

/// The sink for the media thread, and the two ends that the call's task keeps.
pub(super) fn taps(recorder: Recorder) -> (Box<dyn TapSink>, TapRoutes, TapEnds) {
    let openings = Arc::new(ArrayQueue::new(OPENINGS));
    // Unbounded, but holds at most one entry for each recording that the call began.
    let (ends, tap_ends) = mpsc::unbounded_channel();
    let routes = TapRoutes { openings: openings.clone() };
    (Box::new(RecorderTaps { recorder, openings, streams: Vec::new(), ends }), routes, tap_ends)
}

impl RecorderTaps {
    fn stream(&mut self, tap: TapStream) -> Option<StreamId> {
        while let Some(opening) = self.openings.pop() {
            self.streams.push(opening);
        }
        // The last one: a call may be recorded in several parts.
        self.streams.iter().rev().find(|(known, _)| *known == tap).map(|(_, stream)| *stream)
    }
}

impl TapSink for RecorderTaps {
    fn put(&mut self, tap: Tap) -> Result<(), Tap> {
        let Tap { stream, rate, start_sample, samples, end } = tap;
        if let Some(id) = self.stream(stream) {
            match self.recorder.write(Block { stream: id, start_sample, samples }) {
                Ok(()) => {}
                Err(refused) if matches!(refused.reason, Refusal::QueueFull) => {
                    return Err(Tap { stream, rate, start_sample, samples: refused.block.samples, end });
                }
                // The recording is gone: so is the block.
                Err(_) => {}
            }
        }
        if let Some(end) = end {
            // The call's task may be gone.
            let _ = self.ends.send((stream, end));
        }
        Ok(())
    }

    fn take_back(&mut self) -> Option<Vec<i16>> {
        self.recorder.spare()
    }
}
