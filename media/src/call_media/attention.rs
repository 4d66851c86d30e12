//! Whether the caller speaks, the messages that live by it, and what is handed to those who listen.

use call_model::FRAME_MS;

use super::ear::Ear;
use super::leg::Leg;
use super::record::Said;
use super::{CallMedia, CallMediaConfig, LegSlot, MediaEvent, ScreeningStep, open_leg};
use crate::echo_guard::EchoGuard;
use crate::rtp::Heard;
use crate::vad::{Speech, Vad, level_dbfs};

/// Follows the caller's voice while somebody wants to know of it.
#[derive(Debug)]
pub(super) struct Attention {
    vad: Vad,
    guard: Option<EchoGuard>,
    /// The last frame was looked at.
    awake: bool,
}

impl Attention {
    pub(super) fn new(config: &CallMediaConfig) -> Self {
        Self { vad: Vad::new(config.vad), guard: config.echo_guard.then(EchoGuard::default), awake: false }
    }

    fn follow(&mut self, caller: &Leg) -> Option<Speech> {
        let level = level_dbfs(caller.heard.samples());
        let is_voice = caller.heard_as == Heard::Voice;
        let echo = self.guard.as_mut().is_some_and(|guard| guard.is_echo(level, is_voice));
        self.vad.process_level(level, is_voice, echo)
    }

    /// What the caller is sent in this tick.
    pub(super) fn said(&mut self, said: Said<'_>) {
        if let Some(guard) = self.guard.as_mut().filter(|_| self.awake) {
            match said {
                Said::Silence => guard.said_nothing(),
                Said::Samples(samples) => guard.said(level_dbfs(samples)),
            }
        }
    }
}

impl CallMedia {
    /// A leg is listened to from the next tick on, or no more.
    pub(super) fn listen(&mut self, slot: LegSlot, on: bool) {
        let Some(leg) = open_leg(&mut self.legs, slot) else { return };
        if !on {
            if let Some(ear) = leg.ear.take() {
                ear.finish(&self.clock, &mut self.ears);
            }
        } else if leg.ear.is_none() {
            leg.ear = Some(Box::new(Ear::new(slot, leg.codec().sample_rate(), self.config.vad)));
        }
    }

    /// Voice activity of the caller, and all that lives by what is heard.
    pub(super) fn attend(&mut self) {
        self.follow_caller();
        let Self { legs, attention, clock, ears, .. } = self;
        if !clock.is_running() {
            return;
        }
        for (leg, slot) in legs.iter_mut().zip(LegSlot::all()) {
            let Some(leg) = leg.as_deref_mut().filter(|leg| !leg.closing) else { continue };
            if let Some(ear) = &mut leg.ear {
                let voiced = (slot == LegSlot::CALLER).then(|| attention.vad.is_voiced());
                ear.hear(&leg.heard, leg.heard_as, voiced, clock, ears);
            }
        }
    }

    /// The one who screens is told something.
    pub(super) fn screening_step(&mut self, step: ScreeningStep) {
        let Some(screen) = &mut self.screen else { return };
        match step {
            ScreeningStep::Answered => screen.answered(),
            ScreeningStep::Understood(clue) => screen.understood(clue),
            ScreeningStep::Announced => screen.announced(),
        }
    }

    fn follow_caller(&mut self) {
        let Some(caller) = open_leg(&mut self.legs, LegSlot::CALLER) else { return };
        // Two people who talk with each other are not followed where nobody listens.
        let speech_events = self.config.speech_events && self.bridge.is_none();
        let wanted = speech_events || !self.records.is_empty() || caller.ear.is_some() || self.screen.is_some();
        if wanted && !self.attention.awake {
            // What it knows is of another time.
            self.attention = Attention::new(&self.config);
        }
        self.attention.awake = wanted;
        if !wanted {
            return;
        }
        let change = self.attention.follow(caller);
        if let Some(change) = change.filter(|_| speech_events) {
            let before = |frames: u32| self.clock.frame_end_ms().saturating_sub(u64::from(frames) * FRAME_MS);
            self.events.push(match change {
                Speech::Started { frames } => MediaEvent::SpeechStarted { at_ms: before(frames) },
                Speech::Ended { frames } => MediaEvent::SpeechEnded { at_ms: before(frames) },
            });
        }
        let (voiced, heard, taps) = (self.attention.vad.is_voiced(), &caller.heard, &mut self.taps);
        if let Some(found) = self.screen.as_mut().and_then(|screen| screen.process(heard, voiced)) {
            self.events.push(MediaEvent::Answering(found));
        }
        let mut place = 0;
        while let Some(record) = self.records.get_mut(place) {
            match record.write(heard, voiced, taps) {
                None => place += 1,
                Some(end) => self.events.push(self.records.remove(place).finish(end, taps)),
            }
        }
    }
}
