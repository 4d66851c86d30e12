//! What each leg is sent in a tick.

use std::time::Instant;

use call_model::{AudioFrame, SampleRate, Tone};

use super::fork;
use super::held::HoldMusic;
use super::leg::Leg;
use super::mixer::{Converter, mix};
use super::playback::{PromptFrame, Sound};
use super::record::Said;
use super::supervise::{Supervision, Supervisor, voice_of};
use super::{CallMedia, LegSlot, open_leg};
use crate::codec::Codec;
use crate::prompt::Prompt;
use crate::tone::{Country, ToneGenerator};

/// The caller's leg and another one hear each other.
#[derive(Debug)]
pub(super) struct Bridge {
    with: LegSlot,
    to_caller: Converter,
    to_peer: Converter,
    /// What the caller hears while the peer holds, and the other way round.
    music_to_caller: HoldMusic,
    music_to_peer: HoldMusic,
    /// Packets are passed on as they come.
    pub(super) relays: bool,
}

impl Bridge {
    pub(super) fn new(with: LegSlot) -> Self {
        Self {
            with,
            to_caller: Converter::default(),
            to_peer: Converter::default(),
            music_to_caller: HoldMusic::default(),
            music_to_peer: HoldMusic::default(),
            relays: false,
        }
    }

    pub(super) fn with(&self) -> LegSlot {
        self.with
    }
}

/// A tone to the caller, without end.
#[derive(Debug)]
pub(super) struct CallTone {
    tone: Tone,
    country: Country,
    generator: ToneGenerator,
}

impl CallTone {
    pub(super) fn new(tone: Tone, country: Country, rate: SampleRate) -> Self {
        Self { tone, country, generator: ToneGenerator::new(tone, country, rate) }
    }

    fn fill(&mut self, frame: &mut AudioFrame) {
        if self.generator.rate() != frame.rate() {
            self.generator = ToneGenerator::new(self.tone, self.country, frame.rate());
        }
        self.generator.fill(frame.samples_mut());
    }
}

impl CallMedia {
    /// Sends every leg its next frame, and records what the caller hears.
    pub(super) fn speak(&mut self, now: Instant) {
        let relays = self.choose_relay();
        self.speak_to_peers(now);
        if relays {
            return self.pass_time(now);
        }
        self.speak_to_caller(now);
    }

    /// Sends nothing for the time of a tick, and has what is played, typed and told wait. The recording has the silence
    /// that the caller hears.
    pub(super) fn hold_breath(&mut self, now: Instant) {
        if self.choose_relay() {
            self.pass_time(now);
        }
        let relayed = self.bridge.as_deref().filter(|bridge| bridge.relays).map(Bridge::with);
        for slot in LegSlot::every() {
            let passes = relayed.is_some_and(|with| slot == with || slot == LegSlot::CALLER);
            if let Some(leg) = open_leg(&mut self.legs, slot).filter(|_| !passes) {
                leg.session.skip(now);
                leg.sender.stand_still();
            }
        }
        self.playbacks.stand_still(self.clock.ms(), &mut self.events);
        self.attention.said(Said::Silence);
        if let Some(recording) = &mut self.recording {
            let caller = open_leg(&mut self.legs, LegSlot::CALLER);
            recording.write(caller.map(|leg| &leg.heard), Said::Silence, &mut self.taps);
        }
    }

    /// The bridged leg hears the caller, the others what they alone are told, or silence.
    fn speak_to_peers(&mut self, now: Instant) {
        let [caller, peers @ ..] = &mut self.legs;
        let caller = caller.as_deref().filter(|leg| !leg.closing);
        let voice = voice_of(self.supervisor.as_deref(), peers, &[Supervision::Whisper, Supervision::Join]);
        let mut supervisor = self.supervisor.as_deref_mut().filter(|_| caller.is_some());
        for (peer, slot) in peers.iter_mut().zip(LegSlot::all().skip(1)) {
            let Some(peer) = peer.as_deref_mut().filter(|leg| !leg.closing) else { continue };
            let rate = peer.codec().sample_rate();
            let mut scratch = AudioFrame::silence(rate);
            if peer.sender.next_tones(&mut scratch) {
                peer.session.push(now, &scratch);
                continue;
            }
            if supervisor.as_ref().is_some_and(|it| it.leg() == slot) {
                // It gets what the caller hears, which is made last.
                continue;
            }
            let bridge = self.bridge.as_deref_mut().filter(|bridge| bridge.with == slot);
            match bridge.zip(caller) {
                Some((bridge, _)) if bridge.relays => {}
                Some((bridge, caller)) => {
                    let music = self.config.hold_music.as_deref();
                    if !bridge.music_to_peer.next(caller, music, &mut scratch) {
                        let mut room = scratch;
                        scratch = *bridge.to_peer.convert(&caller.heard, rate, &mut room);
                    }
                    if let Some((supervisor, voice)) = supervisor.as_deref_mut().zip(voice.as_ref()) {
                        supervisor.add_to_peer(voice, &mut scratch);
                    }
                    peer.session.push(now, &scratch);
                }
                None => peer.say_whisper(now),
            }
        }
    }

    fn speak_to_caller(&mut self, now: Instant) {
        let [caller, peers @ ..] = &mut self.legs;
        let Some(caller) = caller.as_deref_mut().filter(|leg| !leg.closing) else {
            if let Some(recording) = &mut self.recording {
                recording.write(None, Said::Silence, &mut self.taps);
            }
            return fork::feed(now, None, peers, None, Said::Silence);
        };
        let voice = voice_of(self.supervisor.as_deref(), peers, &[Supervision::Join]);
        let rate = caller.codec().sample_rate();
        self.playbacks.end_finished(self.clock.ms(), &mut self.events);
        let sound = self.playbacks.next_sound(rate, self.clock.ms(), &mut self.events);
        let mut made = AudioFrame::silence(rate);
        let prompt = self.playbacks.prompt_frame(sound).and_then(|frame| Spoken::new(frame, caller.codec(), &mut made));
        let mut frame = AudioFrame::silence(rate);
        let mut gives_back = false;

        let peer = self.bridge.as_deref_mut().and_then(|bridge| {
            let peer = peers[bridge.with.index() - 1].as_deref().filter(|leg| !leg.closing)?;
            Some((bridge, peer))
        });
        let ours = if caller.sender.next_tones(&mut frame) {
            Ours::Frame
        } else if let Some((bridge, peer)) = peer {
            let music = self.config.hold_music.as_deref();
            fill_bridged(bridge, (peer, music), prompt.as_ref().map(Spoken::samples), &mut frame);
            Ours::Frame
        } else if let Some(prompt) = &prompt {
            Ours::Prompt(prompt)
        } else if matches!(sound, Sound::Idle) && self.bridge.is_none() && (self.tone.is_some() || self.echo) {
            if let Some(tone) = &mut self.tone {
                tone.fill(&mut frame);
            } else {
                (frame, gives_back) = (caller.heard, true);
            }
            Ours::Frame
        } else {
            Ours::Silence
        };
        let supervisor = self.supervisor.as_deref_mut();
        let said = say(now, caller, peers, (ours, &mut frame), supervisor.map(|it| (it, voice)));
        let said = if caller.sends() { said } else { Said::Silence };
        // What is given back to the caller would hide the voice that goes on.
        self.attention.said(if gives_back { Said::Silence } else { said });
        if let Some(recording) = &mut self.recording {
            recording.write(Some(&caller.heard), said, &mut self.taps);
        }
        fork::feed(now, self.fork.as_deref_mut(), peers, Some(&caller.heard), said);
        self.playbacks.end_finished(self.clock.frame_end_ms(), &mut self.events);
    }
}

/// A prompt's frame as the caller is to hear it.
enum Spoken<'a> {
    /// As it is, with what was encoded beforehand.
    Ready { samples: &'a [i16], payload: &'a [u8] },
    /// Changed, or not encoded for this codec.
    Made(&'a AudioFrame),
}

impl<'a> Spoken<'a> {
    /// `made` is room for a frame at the codec's rate.
    fn new(frame: PromptFrame<'a>, codec: Codec, made: &'a mut AudioFrame) -> Option<Self> {
        let (prompt, at) = (frame.prompt, frame.frame);
        let payload = prompt.payload(at, codec).filter(|_| frame.fade.is_none());
        if let Some((payload, samples)) = payload.zip(prompt.frame(at, codec.sample_rate())) {
            return Some(Self::Ready { samples, payload });
        }
        if !prompt.write_frame(at, made) {
            return None;
        }
        if let Some(fade) = frame.fade {
            fade.apply(made.samples_mut());
        }
        Some(match payload {
            Some(payload) => Self::Ready { samples: made.samples(), payload },
            None => Self::Made(made),
        })
    }

    fn samples(&self) -> &[i16] {
        match self {
            Self::Ready { samples, .. } => samples,
            Self::Made(frame) => frame.samples(),
        }
    }

    fn say(&self, now: Instant, leg: &mut Leg) {
        match self {
            Self::Ready { payload, .. } => leg.session.push_encoded(now, payload),
            Self::Made(frame) => leg.session.push(now, frame),
        }
    }
}

/// What the caller is to hear of ours in a tick.
enum Ours<'a> {
    /// What stands in the frame.
    Frame,
    Prompt(&'a Spoken<'a>),
    Silence,
}

/// Sends the caller a frame, with the voice of who has joined, and a supervisor all but that voice. Gives what the caller
/// hears.
fn say<'a>(
    now: Instant,
    caller: &mut Leg,
    peers: &mut [Option<Box<Leg>>],
    (ours, frame): (Ours<'a>, &'a mut AudioFrame),
    supervisor: Option<(&mut Supervisor, Option<AudioFrame>)>,
) -> Said<'a> {
    let Some((supervisor, voice)) = supervisor else {
        match ours {
            Ours::Frame => caller.session.push(now, frame),
            Ours::Prompt(prompt) => {
                prompt.say(now, caller);
                return Said::Samples(prompt.samples());
            }
            Ours::Silence => {
                caller.say_silence(now);
                return Said::Silence;
            }
        }
        return Said::Samples(frame.samples());
    };
    if let Ours::Prompt(prompt) = &ours {
        frame.samples_mut().iter_mut().zip(prompt.samples()).for_each(|(place, &sample)| *place = sample);
    }
    supervisor.hear(now, peers, &caller.heard, frame.samples());
    match (voice, ours) {
        (Some(voice), _) => {
            supervisor.add_to_caller(&voice, frame);
            caller.session.push(now, frame);
        }
        (None, Ours::Frame) => caller.session.push(now, frame),
        (None, Ours::Prompt(prompt)) => prompt.say(now, caller),
        (None, Ours::Silence) => {
            caller.say_silence(now);
            return Said::Silence;
        }
    }
    Said::Samples(frame.samples())
}

/// The caller hears the other leg, or music while that holds, and a prompt over it.
fn fill_bridged(
    bridge: &mut Bridge,
    (peer, music): (&Leg, Option<&Prompt>),
    prompt: Option<&[i16]>,
    frame: &mut AudioFrame,
) {
    if !bridge.music_to_caller.next(peer, music, frame) {
        let mut scratch = *frame;
        *frame = *bridge.to_caller.convert(&peer.heard, frame.rate(), &mut scratch);
    }
    if let Some(samples) = prompt {
        mix(frame, samples);
    }
}
