//! The voices of a call on their way to a recorder elsewhere: each on a leg of its own, beside the call.

use std::time::Instant;

use call_model::AudioFrame;

use super::leg::Leg;
use super::mixer::Converter;
use super::record::Said;
use super::{CallMedia, LegSlot};

/// Each voice at the rate of the leg that it goes to.
#[derive(Debug, Default)]
pub(super) struct Fork {
    heard: Converter,
    said: Converter,
}

impl CallMedia {
    /// Whether a recorder is there that the voices may go to.
    pub(super) fn has_recorder(&self) -> bool {
        self.legs[LegSlot::RECORDER_HEARD.index()].is_some() || self.legs[LegSlot::RECORDER_SAID.index()].is_some()
    }
}

/// Gives a recorder's legs their next frame: the voices, or silence while they are not for it. `said` is at the rate of
/// `heard`; `peers` are all legs but the caller's.
pub(super) fn feed(
    now: Instant,
    fork: Option<&mut Fork>,
    peers: &mut [Option<Box<Leg>>],
    heard: Option<&AudioFrame>,
    said: Said<'_>,
) {
    let Some((fork, heard)) = fork.zip(heard) else {
        for slot in [LegSlot::RECORDER_HEARD, LegSlot::RECORDER_SAID] {
            if let Some(leg) = recorder(peers, slot) {
                leg.say_silence(now);
            }
        }
        return;
    };
    if let Some(leg) = recorder(peers, LegSlot::RECORDER_HEARD) {
        say(now, leg, heard, &mut fork.heard);
    }
    let Some(leg) = recorder(peers, LegSlot::RECORDER_SAID) else { return };
    match said {
        Said::Samples(samples) if samples.len() == heard.rate().frame_samples() => {
            let mut frame = AudioFrame::silence(heard.rate());
            frame.samples_mut().copy_from_slice(samples);
            say(now, leg, &frame, &mut fork.said);
        }
        Said::Samples(_) | Said::Silence => leg.say_silence(now),
    }
}

fn recorder(peers: &mut [Option<Box<Leg>>], slot: LegSlot) -> Option<&mut Leg> {
    peers.get_mut(slot.index() - 1)?.as_deref_mut().filter(|leg| !leg.closing)
}

fn say(now: Instant, leg: &mut Leg, frame: &AudioFrame, converter: &mut Converter) {
    let rate = leg.codec().sample_rate();
    let mut scratch = AudioFrame::silence(rate);
    leg.session.push(now, converter.convert(frame, rate, &mut scratch));
}
