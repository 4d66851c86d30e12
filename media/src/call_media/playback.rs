//! The queue of what is played to the caller.

use std::collections::VecDeque;
use std::sync::Arc;

use call_model::{AudioFrame, FRAME_MS, PlaybackEnd, PlaybackId, SampleRate};

use super::{EventQueue, MediaEvent};
use crate::prompt::Prompt;

/// A frame with a sample of this size holds sound: -54 dB of full scale, above the noise of a dithered silence.
const AUDIBLE: u16 = 64;
/// How long sound takes to fade where it is held, and where it goes on, in parts of a frame: 10 ms.
const FADE_PART: usize = 2;

/// Whether a playback is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Nothing of it was heard yet.
    Unheard,
    Moving,
    Still,
}

/// One playback and how far it is.
#[derive(Debug)]
pub(super) struct Playback {
    id: PlaybackId,
    prompts: Vec<Arc<Prompt>>,
    growing: bool,
    repeat: bool,
    prompt: usize,
    frame: usize,
    played_frames: u64,
    progress: Progress,
    /// It was faded out where it stands.
    faded: bool,
}

/// What is to be heard of a playback in a tick.
enum Step {
    Frame(Cue),
    Underrun,
    End,
}

/// How a frame is changed on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fade {
    In,
    Out,
}

impl Fade {
    /// Fades the first 10 ms of a frame. After a fade out the rest is silence.
    pub(super) fn apply(self, samples: &mut [i16]) {
        let ramp = samples.len() / FADE_PART;
        for (n, sample) in samples.iter_mut().enumerate() {
            let gain = match self {
                Self::In => n.min(ramp),
                Self::Out => ramp.saturating_sub(n),
            };
            *sample = (i32::from(*sample) * gain as i32 / ramp as i32) as i16;
        }
    }
}

/// Which frame of which prompt of the first playback.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cue {
    prompt: usize,
    frame: usize,
    fade: Option<Fade>,
}

/// A frame that is to be played.
#[derive(Debug, Clone, Copy)]
pub(super) struct PromptFrame<'a> {
    pub(super) prompt: &'a Prompt,
    pub(super) frame: usize,
    pub(super) fade: Option<Fade>,
}

impl Playback {
    pub(super) fn new(id: PlaybackId, prompts: Vec<Arc<Prompt>>, growing: bool, repeat: bool) -> Self {
        Self {
            id,
            prompts,
            growing,
            repeat,
            prompt: 0,
            frame: 0,
            played_frames: 0,
            progress: Progress::Unheard,
            faded: false,
        }
    }

    /// What comes next, without going on.
    fn step(&mut self) -> Step {
        loop {
            while let Some(prompt) = self.prompts.get(self.prompt) {
                if self.frame < prompt.frames() {
                    return Step::Frame(Cue { prompt: self.prompt, frame: self.frame, fade: None });
                }
                self.prompt += 1;
                self.frame = 0;
            }
            if self.growing {
                return Step::Underrun;
            }
            if !self.repeat || self.prompts.iter().all(|prompt| prompt.frames() == 0) {
                return Step::End;
            }
            self.prompt = 0;
        }
    }

    /// A frame goes out at `at_ms`; tells when it is the first, or the first after a standstill.
    fn went_on(&mut self, cue: Cue, rate: SampleRate, at_ms: u64) -> Option<MediaEvent> {
        let (playback, played_ms) = (self.id, self.played_frames * FRAME_MS);
        self.frame += 1;
        self.played_frames += 1;
        match self.progress {
            Progress::Moving => None,
            Progress::Still => {
                self.progress = Progress::Moving;
                Some(MediaEvent::PlaybackResumed { playback, played_ms, at_ms })
            }
            Progress::Unheard => {
                let mut frame = AudioFrame::silence(rate);
                let read = self.prompts.get(cue.prompt).is_some_and(|prompt| prompt.write_frame(cue.frame, &mut frame));
                if !read || frame.samples().iter().all(|s| s.unsigned_abs() < AUDIBLE) {
                    return None;
                }
                self.progress = Progress::Moving;
                Some(MediaEvent::PlaybackStarted { playback, at_ms, played_ms })
            }
        }
    }

    /// Nothing of it goes out; tells when it is the first time.
    fn stood_still(&mut self, at_ms: u64) -> Option<MediaEvent> {
        if self.progress != Progress::Moving {
            return None;
        }
        self.progress = Progress::Still;
        Some(MediaEvent::PlaybackPaused { playback: self.id, played_ms: self.played_frames * FRAME_MS, at_ms })
    }

    fn ended(self, end: PlaybackEnd, at_ms: u64) -> MediaEvent {
        let played_ms = self.played_frames * FRAME_MS;
        MediaEvent::PlaybackEnded { playback: self.id, end, played_ms, at_ms, prompts: self.prompts }
    }
}

/// What the queue has for a tick.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sound {
    /// Nothing is queued.
    Idle,
    /// The first playback is held, or waits for more.
    Still,
    /// A frame, to be had by [`PlayQueue::prompt_frame`].
    Frame(Cue),
}

/// The playbacks, the one that is heard first. Times are the call's media clock, ms.
#[derive(Debug)]
pub(super) struct PlayQueue {
    playbacks: VecDeque<Playback>,
    max_playbacks: usize,
    max_prompts: usize,
    held: bool,
}

impl PlayQueue {
    pub(super) fn new(max_playbacks: usize, max_prompts: usize) -> Self {
        Self { playbacks: VecDeque::new(), max_playbacks, max_prompts, held: false }
    }

    /// Queues a playback; gives the event that ends it at once if there is no room.
    pub(super) fn play(&mut self, playback: Playback, at_ms: u64) -> Option<MediaEvent> {
        let failure = if self.playbacks.len() >= self.max_playbacks {
            "too many playbacks wait"
        } else if playback.prompts.len() > self.max_prompts {
            "too many pieces"
        } else {
            self.playbacks.push_back(playback);
            return None;
        };
        Some(playback.ended(PlaybackEnd::Failed(failure.into()), at_ms))
    }

    /// Adds to a growing playback; gives the event that ends it if it has too many pieces.
    pub(super) fn append(&mut self, id: PlaybackId, prompt: Arc<Prompt>, at_ms: u64) -> Option<MediaEvent> {
        let max_prompts = self.max_prompts;
        let playback = self.playbacks.iter_mut().find(|p| p.id == id && p.growing)?;
        if playback.prompts.len() < max_prompts {
            playback.prompts.push(prompt);
            return None;
        }
        self.remove(id, PlaybackEnd::Failed("too many pieces".into()), at_ms)
    }

    pub(super) fn finish_appending(&mut self, id: PlaybackId) {
        for playback in self.playbacks.iter_mut().filter(|p| p.id == id) {
            playback.growing = false;
        }
    }

    /// Whether nothing is queued.
    pub(super) fn is_empty(&self) -> bool {
        self.playbacks.is_empty()
    }

    /// Holds everything, or lets it go on.
    pub(super) fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// Ends a playback before its time.
    pub(super) fn remove(&mut self, id: PlaybackId, end: PlaybackEnd, at_ms: u64) -> Option<MediaEvent> {
        let place = self.playbacks.iter().position(|p| p.id == id)?;
        Some(self.playbacks.remove(place)?.ended(end, at_ms))
    }

    /// Stops every playback, and lifts the hold.
    pub(super) fn stop_all(&mut self, at_ms: u64, events: &mut EventQueue) {
        self.held = false;
        while let Some(playback) = self.playbacks.pop_front() {
            events.push(playback.ended(PlaybackEnd::Stopped, at_ms));
        }
    }

    /// Takes out all playbacks at the front that have come to their end.
    pub(super) fn end_finished(&mut self, at_ms: u64, events: &mut EventQueue) {
        while let Some(first) = self.playbacks.front_mut() {
            if !matches!(first.step(), Step::End) {
                return;
            }
            if let Some(finished) = self.playbacks.pop_front() {
                events.push(finished.ended(PlaybackEnd::Finished, at_ms));
            }
        }
    }

    /// Nothing is sent in the frame that begins at `at_ms`.
    pub(super) fn stand_still(&mut self, at_ms: u64, events: &mut EventQueue) {
        let Some(first) = self.playbacks.front_mut().filter(|first| first.progress == Progress::Moving) else { return };
        first.faded = true;
        if let Some(event) = first.stood_still(at_ms) {
            events.push(event);
        }
    }

    /// What is to be heard in the frame that begins at `at_ms`; a frame counts as played. Finished playbacks have been
    /// taken out. `rate` is the caller's.
    pub(super) fn next_sound(&mut self, rate: SampleRate, at_ms: u64, events: &mut EventQueue) -> Sound {
        let Some(playback) = self.playbacks.front_mut() else { return Sound::Idle };
        let (sound, event) = match playback.step() {
            Step::Frame(cue) if self.held => {
                // The first half of the frame fades out. It is played again, whole, when it goes on.
                let fade = playback.progress == Progress::Moving;
                playback.faded |= fade;
                let sound = if fade { Sound::Frame(Cue { fade: Some(Fade::Out), ..cue }) } else { Sound::Still };
                (sound, playback.stood_still(at_ms))
            }
            Step::Frame(cue) => {
                let fade = std::mem::take(&mut playback.faded).then_some(Fade::In);
                (Sound::Frame(Cue { fade, ..cue }), playback.went_on(cue, rate, at_ms))
            }
            Step::Underrun => (Sound::Still, playback.stood_still(at_ms)),
            Step::End => (Sound::Idle, None),
        };
        if let Some(event) = event {
            events.push(event);
        }
        sound
    }

    /// The frame that [`next_sound`](Self::next_sound) gave, in the same tick.
    pub(super) fn prompt_frame(&self, sound: Sound) -> Option<PromptFrame<'_>> {
        let Sound::Frame(cue) = sound else { return None };
        let prompt = self.playbacks.front()?.prompts.get(cue.prompt)?;
        Some(PromptFrame { prompt, frame: cue.frame, fade: cue.fade })
    }
}
