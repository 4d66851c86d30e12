//! What the caller hears, taken from the media thread.

use std::sync::mpsc::{Receiver, Sender, channel};

use media::{Tap, TapStream};
use transport::rtp::TapSink;

/// Takes the blocks of the call's own recording. Its channel is bounded by the length of the call, which scripts limit.
pub(crate) struct Ear(Sender<Tap>);

/// Both voices, put together from the blocks.
pub(crate) struct Hearing(Receiver<Tap>);

pub(crate) fn ear() -> (Box<dyn TapSink>, Hearing) {
    let (blocks, hearing) = channel();
    (Box::new(Ear(blocks)), Hearing(hearing))
}

impl TapSink for Ear {
    fn put(&mut self, tap: Tap) -> Result<(), Tap> {
        self.0.send(tap).map_err(|error| error.0)
    }
}

impl Hearing {
    /// Everything that was put until the media closed: left what was heard, right what was said, and the rate.
    pub(crate) fn collect(self) -> (Vec<i16>, Vec<i16>, u32) {
        let (mut heard, mut said, mut rate) = (Vec::new(), Vec::new(), 8_000);
        for tap in self.0 {
            if tap.stream != TapStream::Call {
                continue;
            }
            rate = tap.rate.hz();
            let start = tap.start_sample as usize;
            for voice in [&mut heard, &mut said] {
                voice.resize(start.max(voice.len()), 0);
            }
            for pair in tap.samples.chunks_exact(2) {
                heard.push(pair[0]);
                said.push(pair[1]);
            }
        }
        (heard, said, rate)
    }
}
