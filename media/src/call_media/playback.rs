//! The queue of what is played to the caller.

use std::collections::VecDeque;
use std::sync::Arc;

use call_model::{FRAME_MS, PlaybackEnd, PlaybackId};

use super::MediaEvent;
use crate::prompt::Prompt;

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
}

/// What is to be heard of a playback in a tick.
enum Step {
    Frame(Cue),
    Underrun,
    End,
}

/// Which frame of which prompt of the first playback.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cue {
    prompt: usize,
    frame: usize,
}

impl Playback {
    pub(super) fn new(id: PlaybackId, prompts: Vec<Arc<Prompt>>, growing: bool, repeat: bool) -> Self {
        Self { id, prompts, growing, repeat, prompt: 0, frame: 0, played_frames: 0 }
    }

    /// What comes next, without going on.
    fn step(&mut self) -> Step {
        loop {
            while let Some(prompt) = self.prompts.get(self.prompt) {
                if self.frame < prompt.frames() {
                    return Step::Frame(Cue { prompt: self.prompt, frame: self.frame });
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

    pub(super) fn ended(self, end: PlaybackEnd) -> MediaEvent {
        let played_ms = self.played_frames * FRAME_MS;
        MediaEvent::PlaybackEnded { playback: self.id, end, played_ms, prompts: self.prompts }
    }
}

/// What the queue has for a tick.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sound {
    /// Nothing is queued.
    Idle,
    /// The first playback waits for more.
    Underrun,
    /// A frame, to be had by [`PlayQueue::prompt_frame`].
    Frame(Cue),
}

/// The playbacks, the one that is heard first.
#[derive(Debug)]
pub(super) struct PlayQueue {
    playbacks: VecDeque<Playback>,
    max_playbacks: usize,
    max_prompts: usize,
}

impl PlayQueue {
    pub(super) fn new(max_playbacks: usize, max_prompts: usize) -> Self {
        Self { playbacks: VecDeque::new(), max_playbacks, max_prompts }
    }

    /// Queues a playback; gives the event that ends it at once if there is no room.
    pub(super) fn play(&mut self, playback: Playback) -> Option<MediaEvent> {
        let failure = if self.playbacks.len() >= self.max_playbacks {
            "too many playbacks wait"
        } else if playback.prompts.len() > self.max_prompts {
            "too many pieces"
        } else {
            self.playbacks.push_back(playback);
            return None;
        };
        Some(playback.ended(PlaybackEnd::Failed(failure.into())))
    }

    /// Adds to a growing playback; gives the event that ends it if it has too many pieces.
    pub(super) fn append(&mut self, id: PlaybackId, prompt: Arc<Prompt>) -> Option<MediaEvent> {
        let max_prompts = self.max_prompts;
        let playback = self.playbacks.iter_mut().find(|p| p.id == id && p.growing)?;
        if playback.prompts.len() < max_prompts {
            playback.prompts.push(prompt);
            return None;
        }
        self.remove(id, PlaybackEnd::Failed("too many pieces".into()))
    }

    pub(super) fn finish_appending(&mut self, id: PlaybackId) {
        for playback in self.playbacks.iter_mut().filter(|p| p.id == id) {
            playback.growing = false;
        }
    }

    /// Ends a playback before its time.
    pub(super) fn remove(&mut self, id: PlaybackId, end: PlaybackEnd) -> Option<MediaEvent> {
        let place = self.playbacks.iter().position(|p| p.id == id)?;
        Some(self.playbacks.remove(place)?.ended(end))
    }

    /// Stops the first playback, if there is one.
    pub(super) fn stop_first(&mut self) -> Option<MediaEvent> {
        Some(self.playbacks.pop_front()?.ended(PlaybackEnd::Stopped))
    }

    /// Takes the first playback out if it has come to its end.
    pub(super) fn take_finished(&mut self) -> Option<MediaEvent> {
        match self.playbacks.front_mut()?.step() {
            Step::End => Some(self.playbacks.pop_front()?.ended(PlaybackEnd::Finished)),
            Step::Frame(_) | Step::Underrun => None,
        }
    }

    /// What is to be heard now; a frame counts as played. Finished playbacks have been taken out.
    pub(super) fn next_sound(&mut self) -> Sound {
        let Some(playback) = self.playbacks.front_mut() else { return Sound::Idle };
        match playback.step() {
            Step::Frame(cue) => {
                playback.frame += 1;
                playback.played_frames += 1;
                Sound::Frame(cue)
            }
            Step::Underrun => Sound::Underrun,
            Step::End => Sound::Idle,
        }
    }

    /// The prompt and the number of a frame that [`next_sound`](Self::next_sound) gave, in the same tick.
    pub(super) fn prompt_frame(&self, cue: Cue) -> Option<(&Prompt, usize)> {
        let prompt = self.playbacks.front()?.prompts.get(cue.prompt)?;
        Some((prompt, cue.frame))
    }
}
