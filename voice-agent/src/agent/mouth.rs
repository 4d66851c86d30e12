//! What we say: one playback per clause, and what was heard of each.

use std::collections::VecDeque;

use call_model::{CallCommand, PlaybackEnd, PlaybackId, PromptItem};

use super::conversation::EntryId;
use super::speakable::escape;

/// How a text is said, and what it counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Manner {
    /// Where it stands in the conversation; `None` for what only bridges a pause.
    pub entry: Option<EntryId>,
    /// The law wants it heard: the caller cannot interrupt it.
    pub protected: bool,
}

/// One text with its voice.
#[derive(Clone)]
pub(super) struct Utterance {
    pub text: String,
    pub language: String,
    pub voice: Option<String>,
    pub manner: Manner,
    /// A tone after it.
    pub beep: bool,
}

struct Playing {
    playback: PlaybackId,
    utterance: Utterance,
    heard: String,
    stopped: bool,
    /// It was said before, in another voice, and failed.
    again: bool,
}

/// Something that we said is over.
pub(super) struct Said {
    pub playback: PlaybackId,
    pub manner: Manner,
    pub heard: String,
    pub end: PlaybackEnd,
}

/// How long the tone before a message is, ms.
const BEEP_MS: u64 = 400;

/// The playbacks under way.
#[derive(Default)]
pub(super) struct Mouth {
    playing: VecDeque<Playing>,
    /// What is said when the caller is silent.
    waiting: VecDeque<(PlaybackId, Utterance)>,
    /// The caller makes a sound: nothing new begins.
    held: bool,
    /// We stand still in the middle of something.
    paused: bool,
    last: u32,
}

impl Mouth {
    pub fn is_empty(&self) -> bool {
        self.playing.is_empty() && self.waiting.is_empty()
    }

    /// Playbacks that were stopped and have not told what was heard of them.
    pub fn is_stopping(&self) -> bool {
        self.playing.iter().any(|playing| playing.stopped)
    }

    /// Whether what is said now, or next, may not be interrupted.
    pub fn is_protected(&self) -> bool {
        let playing = self.playing.iter().find(|playing| !playing.stopped).map(|playing| &playing.utterance);
        playing.or(self.waiting.front().map(|(_, next)| next)).is_some_and(|next| next.manner.protected)
    }

    /// Says a text after what is being said.
    pub fn say(&mut self, utterance: Utterance, commands: &mut VecDeque<CallCommand>) -> PlaybackId {
        self.last += 1;
        let playback = PlaybackId(self.last);
        if self.held && self.playing.is_empty() {
            self.waiting.push_back((playback, utterance));
        } else {
            self.play(playback, utterance, false, commands);
        }
        playback
    }

    fn play(&mut self, playback: PlaybackId, utterance: Utterance, again: bool, commands: &mut VecDeque<CallCommand>) {
        let Utterance { text, language, voice, beep, .. } = &utterance;
        let mut items = vec![PromptItem::Say { text: escape(text), language: language.clone(), voice: voice.clone() }];
        if *beep {
            items.push(PromptItem::Tone { tone: call_model::Tone::Beep, duration_ms: BEEP_MS });
        }
        commands.push_back(CallCommand::Play { playback, items, repeat: false });
        self.playing.push_back(Playing { playback, utterance, heard: String::new(), stopped: false, again });
    }

    /// The caller makes a sound: stand still.
    pub fn pause(&mut self, commands: &mut VecDeque<CallCommand>) {
        self.held = true;
        if !self.paused && !self.playing.is_empty() {
            self.paused = true;
            commands.push_back(CallCommand::PausePlaying);
        }
    }

    /// Go on.
    pub fn resume(&mut self, commands: &mut VecDeque<CallCommand>) {
        self.held = false;
        if std::mem::take(&mut self.paused) {
            commands.push_back(CallCommand::ResumePlaying);
        }
        for (playback, utterance) in std::mem::take(&mut self.waiting) {
            self.play(playback, utterance, false, commands);
        }
    }

    /// Stops all that may be interrupted.
    pub fn stop(&mut self, commands: &mut VecDeque<CallCommand>) {
        self.waiting.retain(|(_, utterance)| utterance.manner.protected);
        let keeps = self.playing.iter().any(|playing| playing.utterance.manner.protected && !playing.stopped);
        let mut stopped = false;
        for playing in self.playing.iter_mut().filter(|p| !p.stopped && !p.utterance.manner.protected) {
            (playing.stopped, stopped) = (true, true);
            if keeps {
                commands.push_back(CallCommand::StopPlaying { playback: Some(playing.playback) });
            }
        }
        if stopped && !keeps {
            commands.push_back(CallCommand::StopPlaying { playback: None });
        }
        self.resume(commands);
    }

    /// The caller has heard this much of a playback.
    pub fn spoken(&mut self, playback: PlaybackId, heard: &str) {
        if let Some(playing) = self.playing.iter_mut().find(|playing| playing.playback == playback) {
            heard.trim().clone_into(&mut playing.heard);
        }
    }

    /// A playback is over. One whose voice failed is said again in the language's own voice, and then not over; with
    /// others behind it that would be out of order.
    pub fn ended(
        &mut self,
        playback: PlaybackId,
        end: &PlaybackEnd,
        commands: &mut VecDeque<CallCommand>,
    ) -> Option<Said> {
        let at = self.playing.iter().position(|playing| playing.playback == playback)?;
        let mut ended = self.playing.remove(at)?;
        let failed = matches!(end, PlaybackEnd::Failed(_)) && ended.heard.is_empty();
        if failed && !ended.again && !ended.stopped && self.playing.is_empty() {
            ended.utterance.voice = None;
            self.play(playback, ended.utterance, true, commands);
            return None;
        }
        if self.playing.is_empty() && std::mem::take(&mut self.paused) {
            commands.push_back(CallCommand::ResumePlaying);
        }
        Some(Said { playback, manner: ended.utterance.manner, heard: ended.heard, end: end.clone() })
    }
}
