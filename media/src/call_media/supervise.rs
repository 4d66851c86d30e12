//! Somebody of the house beside a running call: they hear both sides, and are heard by nobody, by the member at the desk,
//! or by both.

use std::time::Instant;

use call_model::AudioFrame;

use super::leg::Leg;
use super::mixer::{Converter, mix};
use super::{CallMedia, LegSlot, open_leg};

/// By whom a supervisor is heard. Both sides are heard in each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Supervision {
    /// By nobody.
    Listen,
    /// By the leg that the caller is bridged with; the caller, and so the recording, has nothing of it.
    Whisper,
    /// By the caller and by that leg.
    Join,
}

/// A supervisor's leg and the ways of sound from and to it.
#[derive(Debug)]
pub(super) struct Supervisor {
    leg: LegSlot,
    mode: Supervision,
    to_it: Converter,
    to_caller: Converter,
    to_peer: Converter,
}

impl Supervisor {
    pub(super) const fn leg(&self) -> LegSlot {
        self.leg
    }

    /// Adds its voice to what the bridged leg hears.
    pub(super) fn add_to_peer(&mut self, voice: &AudioFrame, frame: &mut AudioFrame) {
        add(&mut self.to_peer, voice, frame);
    }

    /// Adds its voice to what the caller hears.
    pub(super) fn add_to_caller(&mut self, voice: &AudioFrame, frame: &mut AudioFrame) {
        add(&mut self.to_caller, voice, frame);
    }

    /// Gives it its next frame: the caller, and what the caller hears but for its own voice, at the caller's rate.
    pub(super) fn hear(&mut self, now: Instant, peers: &mut [Option<Box<Leg>>], caller: &AudioFrame, said: &[i16]) {
        let Some(leg) = peers.get_mut(self.leg.index() - 1).and_then(Option::as_deref_mut) else { return };
        if leg.closing {
            return;
        }
        let mut sum = *caller;
        mix(&mut sum, said);
        let rate = leg.codec().sample_rate();
        let mut scratch = AudioFrame::silence(rate);
        leg.session.push(now, self.to_it.convert(&sum, rate, &mut scratch));
    }
}

fn add(converter: &mut Converter, voice: &AudioFrame, frame: &mut AudioFrame) {
    let mut scratch = AudioFrame::silence(frame.rate());
    let voice = converter.convert(voice, frame.rate(), &mut scratch);
    mix(frame, voice.samples());
}

/// What the supervisor says in this tick, where it is heard in one of these ways.
pub(super) fn voice_of(
    supervisor: Option<&Supervisor>,
    peers: &[Option<Box<Leg>>],
    ways: &[Supervision],
) -> Option<AudioFrame> {
    let supervisor = supervisor.filter(|it| ways.contains(&it.mode))?;
    let leg = peers.get(supervisor.leg.index() - 1)?.as_deref().filter(|leg| !leg.closing)?;
    Some(leg.heard)
}

impl CallMedia {
    /// Lets a leg take part in this way from the next tick, or no more. There is one supervisor at a time.
    pub(super) fn supervise(&mut self, leg: LegSlot, mode: Option<Supervision>) {
        let Some(mode) = mode else {
            if self.supervisor.as_ref().is_some_and(|it| it.leg == leg) {
                self.supervisor = None;
            }
            return;
        };
        let bridged = self.bridge.as_ref().is_some_and(|bridge| bridge.with() == leg);
        if leg == LegSlot::CALLER || bridged || open_leg(&mut self.legs, leg).is_none() {
            return;
        }
        if let Some(known) = self.supervisor.as_deref_mut().filter(|it| it.leg == leg) {
            known.mode = mode;
        } else {
            let (to_it, to_caller, to_peer) = Default::default();
            self.supervisor = Some(Box::new(Supervisor { leg, mode, to_it, to_caller, to_peer }));
        }
    }
}
