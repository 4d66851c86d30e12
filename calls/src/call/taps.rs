//! Recorded sound on its way from the media thread to the recorder.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_queue::ArrayQueue;
use media::call_media::{LegSlot, Tap, TapStream};
use recordings::{Block, Recorder, Refusal, StreamId};
use tokio::sync::mpsc;
use transport::rtp::TapSink;

use super::ear::EarTap;

/// Streams of one call that may begin before the media thread looks: the call's, its messages and its ears.
const OPENINGS: usize = 32;
/// Memory of ears' blocks that waits to be used again.
const SPARES: usize = 32;
/// Blocks that an ear in no hurry is given at once: 100 ms. To wake its task for each would cost more than what it does.
const BUNCH: usize = 5;

/// What becomes of a stream.
enum Opening {
    File(TapStream, StreamId),
    Ear(LegSlot, EarWay),
}

/// The way to an ear.
pub(super) struct EarWay {
    blocks: mpsc::Sender<EarTap>,
    hurry: Arc<AtomicBool>,
    /// What waits to be given with what follows.
    held: Vec<EarTap>,
}

impl EarWay {
    /// While there is no `hurry`, because nobody answers what is heard, blocks come a few at a time.
    pub(super) fn new(blocks: mpsc::Sender<EarTap>, hurry: Arc<AtomicBool>) -> Self {
        let bunch = BUNCH.min(blocks.max_capacity());
        Self { blocks, hurry, held: Vec::with_capacity(bunch) }
    }

    /// Gives a block back that finds no room.
    fn put(&mut self, block: EarTap, spares: &ArrayQueue<Vec<i16>>) -> Result<(), EarTap> {
        if self.blocks.capacity() <= self.held.len() {
            return Err(block);
        }
        self.held.push(block);
        if self.held.len() == self.held.capacity() || self.hurry.load(Ordering::Relaxed) {
            self.hand_over(spares);
        }
        Ok(())
    }

    fn hand_over(&mut self, spares: &ArrayQueue<Vec<i16>>) {
        for block in self.held.drain(..) {
            // There is room for each that is held; but the ear may have gone.
            if let Err(refused) = self.blocks.try_send(block) {
                let _ = spares.push(refused.into_inner().samples);
            }
        }
    }
}

impl Drop for EarWay {
    /// The last words of a call are not lost for want of a fifth block.
    fn drop(&mut self) {
        for block in self.held.drain(..) {
            let _ = self.blocks.try_send(block);
        }
    }
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
    pub(super) fn add_ear(&self, leg: LegSlot, way: EarWay) -> bool {
        self.openings.push(Opening::Ear(leg, way)).is_ok()
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
    ears: [Option<EarWay>; LegSlot::COUNT],
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
                Opening::Ear(leg, way) => self.ears[leg.index()] = Some(way),
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
        let Some(way) = &mut self.ears[leg.index()] else {
            return Err(Tap { stream, rate, start_sample, samples, voiced, end });
        };
        if end.is_some() {
            way.hand_over(&self.spares);
            return Err(Tap { stream, rate, start_sample, samples, voiced, end });
        }
        way.put(EarTap { rate, start_sample, samples, voiced }, &self.spares).map_err(|refused| Tap {
            stream,
            rate,
            start_sample,
            samples: refused.samples,
            voiced,
            end,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn block(n: u64) -> EarTap {
        EarTap { rate: call_model::SampleRate::Narrow, start_sample: n * 160, samples: vec![0; 160], voiced: false }
    }

    #[test]
    fn an_ear_in_no_hurry_is_woken_for_a_few_blocks_at_once() {
        let (blocks, mut ear) = mpsc::channel(8);
        let (hurry, spares) = (Arc::new(AtomicBool::new(false)), ArrayQueue::new(8));
        let mut way = EarWay::new(blocks, hurry.clone());
        let mut put = |n| way.put(block(n), &spares).is_ok();
        assert!((0..4).all(&mut put));
        assert!(ear.try_recv().is_err(), "they wait for the fifth");
        assert!(put(4));
        let starts: Vec<u64> = std::iter::from_fn(|| ear.try_recv().ok()).map(|tap| tap.start_sample / 160).collect();
        assert_eq!(starts, [0, 1, 2, 3, 4]);
        hurry.store(true, Ordering::Relaxed);
        assert!(put(5));
        assert_eq!(ear.try_recv().map(|tap| tap.start_sample), Ok(800), "somebody waits for every word now");
        hurry.store(false, Ordering::Relaxed);
        assert!(put(6));
        drop(way);
        assert_eq!(ear.try_recv().map(|tap| tap.start_sample), Ok(960), "the end loses nothing");
    }

    #[test]
    fn an_ear_that_is_behind_or_gone_holds_nothing_up() {
        let (blocks, mut ear) = mpsc::channel(2);
        let spares = ArrayQueue::new(8);
        let mut way = EarWay::new(blocks, Arc::default());
        assert!(way.put(block(0), &spares).is_ok() && way.put(block(1), &spares).is_ok());
        assert_eq!(way.put(block(2), &spares).map_err(|refused| refused.start_sample), Err(320));
        assert!(ear.try_recv().is_ok() && ear.try_recv().is_ok() && ear.try_recv().is_err());
        drop(ear);
        assert!(way.put(block(3), &spares).is_ok() && way.put(block(4), &spares).is_ok());
        assert_eq!(spares.len(), 2, "their memory comes back");
    }
}
