//! Recorded sound on its way from the media thread to the recorder.

use std::collections::HashMap;
use std::sync::Arc;

use crossbeam_queue::ArrayQueue;
use media::call_media::{LegSlot, Tap, TapStream};
use recordings::{Block, Recorder, Refusal, StreamId};
use tokio::sync::mpsc;
use transport::rtp::TapSink;

use super::ear::EarTap;

/// Streams of one call that may begin before the media thread looks: the call's, its messages and its ears.
const OPENINGS: usize = 64;
/// Memory of ears' blocks that waits to be used again.
const SPARES: usize = 64;

/// What becomes of a stream.
enum Opening {
    File(TapStream, StreamId),
    Ear(LegSlot, mpsc::Sender<EarTap>),
}

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
#[derive(Clone)]
pub(super) struct TapRoutes {
    openings: Arc<ArrayQueue<Opening>>,
    spares: Arc<ArrayQueue<Vec<i16>>>,
}

impl TapRoutes {
    /// `false` when too many wait: the stream is then not recorded.
    pub(super) fn add(&self, tap: TapStream, stream: StreamId) -> bool {
        self.openings.push(Opening::File(tap, stream)).is_ok()
    }

    /// Where what is heard on a leg goes from now on. `false` when too many wait: it is then not heard.
    pub(super) fn add_ear(&self, leg: LegSlot, blocks: mpsc::Sender<EarTap>) -> bool {
        self.openings.push(Opening::Ear(leg, blocks)).is_ok()
    }

    /// Where the memory of an ear's blocks goes back.
    pub(super) fn spares(&self) -> Arc<ArrayQueue<Vec<i16>>> {
        self.spares.clone()
    }
}

/// Hands blocks to the recorder and to the ears, on the media thread.
struct CallTaps {
    recorder: Recorder,
    openings: Arc<ArrayQueue<Opening>>,
    streams: Vec<(TapStream, StreamId)>,
    ears: [Option<mpsc::Sender<EarTap>>; LegSlot::COUNT],
    spares: Arc<ArrayQueue<Vec<i16>>>,
    ends: mpsc::UnboundedSender<(TapStream, u64)>,
}

/// The sink for the media thread, and the two ends that the call's task keeps.
pub(super) fn taps(recorder: Recorder) -> (Box<dyn TapSink>, TapRoutes, TapEnds) {
    let openings = Arc::new(ArrayQueue::new(OPENINGS));
    // Unbounded, but holds at most one entry for each recording that the call began.
    let (ends, coming) = mpsc::unbounded_channel();
    let spares = Arc::new(ArrayQueue::new(SPARES));
    let routes = TapRoutes { openings: openings.clone(), spares: spares.clone() };
    let tap_ends = TapEnds { coming, seen: HashMap::new() };
    let taps = CallTaps { recorder, openings, streams: Vec::new(), ears: Default::default(), spares, ends };
    (Box::new(taps), routes, tap_ends)
}

impl CallTaps {
    fn learn(&mut self) {
        while let Some(opening) = self.openings.pop() {
            match opening {
                Opening::File(tap, stream) => self.streams.push((tap, stream)),
                Opening::Ear(leg, blocks) => self.ears[leg.index()] = Some(blocks),
            }
        }
    }

    fn stream(&self, tap: TapStream) -> Option<StreamId> {
        // The last one: a call may be recorded in several parts.
        self.streams.iter().rev().find(|(known, _)| *known == tap).map(|(_, stream)| *stream)
    }

    /// Gives back a block that finds no room: an ear that is behind hears the next ones.
    fn hear(&mut self, leg: LegSlot, tap: Tap) -> Result<(), Tap> {
        let Tap { stream, rate, start_sample, samples, voiced, end } = tap;
        let Some(ear) = self.ears[leg.index()].as_ref().filter(|_| end.is_none()) else {
            return Err(Tap { stream, rate, start_sample, samples, voiced, end });
        };
        ear.try_send(EarTap { rate, start_sample, samples, voiced }).map_err(|refused| {
            let samples = refused.into_inner().samples;
            Tap { stream, rate, start_sample, samples, voiced, end }
        })
    }
}

impl TapSink for CallTaps {
    fn put(&mut self, tap: Tap) -> Result<(), Tap> {
        self.learn();
        if let TapStream::Ear(leg) = tap.stream {
            return self.hear(leg, tap);
        }
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
        self.spares.pop().or_else(|| self.recorder.spare())
    }
}
