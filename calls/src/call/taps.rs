//! Recorded sound on its way from the media thread to the recorder.

use std::collections::HashMap;
use std::sync::Arc;

use crossbeam_queue::ArrayQueue;
use media::call_media::{Tap, TapStream};
use recordings::{Block, Recorder, Refusal, StreamId};
use tokio::sync::mpsc;
use transport::rtp::TapSink;

/// Streams of one call that may begin before the media thread looks: the call's and its messages.
const OPENINGS: usize = 64;

/// The lengths of streams that have ended: their last tap is with the recorder.
#[derive(Debug)]
pub(super) struct TapEnds {
    coming: mpsc::UnboundedReceiver<(TapStream, u64)>,
    /// Ends that came while another one was waited for.
    seen: HashMap<TapStream, u64>,
}

impl TapEnds {
    /// Waits for the end of a stream; `None` when the call's media is gone before. Cancel safe.
    pub(super) async fn take(&mut self, wanted: TapStream) -> Option<u64> {
        loop {
            if let Some(end) = self.seen.remove(&wanted) {
                return Some(end);
            }
            let (stream, end) = self.coming.recv().await?;
            self.seen.insert(stream, end);
        }
    }
}

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
    let (ends, coming) = mpsc::unbounded_channel();
    let routes = TapRoutes { openings: openings.clone() };
    let tap_ends = TapEnds { coming, seen: HashMap::new() };
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
        let Tap { stream, rate, start_sample, samples, voiced, end } = tap;
        if let Some(id) = self.stream(stream) {
            match self.recorder.write(Block { stream: id, start_sample, samples }) {
                Err(refused) if matches!(refused.reason, Refusal::QueueFull) => {
                    return Err(Tap { stream, rate, start_sample, samples: refused.block.samples, voiced, end });
                }
                // Or the recording is gone: so is the block.
                _ => {}
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
