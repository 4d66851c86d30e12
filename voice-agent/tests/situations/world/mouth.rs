//! The mouth: what is played, paused and cut, and what is heard of it.

use std::collections::VecDeque;

use call_model::{CallEvent, PlaybackEnd, PlaybackId, PromptItem};

use super::{Coming, Playing, Seen, World};

impl World<'_> {
    fn length(&self, playing: &Playing) -> u64 {
        playing.text.split_whitespace().count() as u64 * self.situation.mouth.1
    }

    pub(super) fn schedule_mouth(&mut self) {
        self.mouth_round += 1;
        self.mouth_since = self.now;
        let (latency, round) = (self.situation.mouth.0, self.mouth_round);
        if self.paused {
            return;
        }
        let Some(front) = self.playing.front() else { return };
        let wait = if front.started { self.length(front) - front.played } else { latency };
        self.at(self.now + wait, Coming::Mouth(round));
    }

    pub(super) fn advance_mouth(&mut self) {
        let (now, since, paused) = (self.now, self.mouth_since, self.paused);
        if let Some(front) = self.playing.front_mut().filter(|front| front.started && !paused) {
            front.played += now - since;
        }
        self.mouth_since = now;
    }

    pub(super) fn mouth_step(&mut self) {
        let fails = self.voice_fails;
        let Some(front) = self.playing.front_mut() else { return };
        if fails {
            let id = front.id;
            self.playing.pop_front();
            self.schedule_mouth();
            return self.tell(&CallEvent::PlaybackEnded {
                playback: id,
                end: PlaybackEnd::Failed("scripted".into()),
                played_ms: 0,
            });
        }
        if !front.started {
            front.started = true;
            let (id, text) = (front.id, front.text.clone());
            self.log.entries.push((self.now as i64, Seen::Hears(text.clone())));
            self.schedule_mouth();
            self.raise_anchors(&text);
            return self.tell(&CallEvent::PlaybackStarted { playback: id });
        }
        let front = self.playing.pop_front().unwrap();
        self.mouth_round += 1;
        // The next one was made while this one played.
        if !self.playing.is_empty() {
            self.at(self.now, Coming::Mouth(self.mouth_round));
            self.mouth_since = self.now;
        }
        self.finish(&front, PlaybackEnd::Finished);
    }

    fn finish(&mut self, playing: &Playing, end: PlaybackEnd) {
        let words: Vec<&str> = playing.text.split_whitespace().collect();
        let cut = end != PlaybackEnd::Finished;
        let heard = if cut { (playing.played / self.situation.mouth.1) as usize } else { words.len() };
        let heard = words[..heard.min(words.len())].join(" ");
        self.tell(&CallEvent::Spoken { playback: playing.id, heard, cut });
        self.tell(&CallEvent::PlaybackEnded { playback: playing.id, end, played_ms: playing.played });
    }

    pub(super) fn stop(&mut self, playback: Option<PlaybackId>) {
        self.advance_mouth();
        let (stopped, kept): (VecDeque<_>, VecDeque<_>) =
            self.playing.drain(..).partition(|playing| playback.is_none_or(|id| id == playing.id));
        self.playing = kept;
        self.schedule_mouth();
        for playing in stopped {
            let words: Vec<&str> = playing.text.split_whitespace().collect();
            let heard = ((playing.played / self.situation.mouth.1) as usize).min(words.len());
            let heard = words[..heard].join(" ");
            self.soon(20, CallEvent::Spoken { playback: playing.id, heard, cut: true });
            let end = PlaybackEnd::Stopped;
            self.soon(20, CallEvent::PlaybackEnded { playback: playing.id, end, played_ms: playing.played });
        }
    }

    fn raise_anchors(&mut self, text: &str) {
        let (due, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.anchored)
            .into_iter()
            .partition(|(when, _)| when.anchor.as_deref().is_some_and(|anchor| text.starts_with(anchor)));
        self.anchored = kept;
        for (when, action) in due {
            self.at(self.now + when.ms, Coming::Action(action));
        }
    }
}

/// What is heard of it.
pub(super) fn spoken(item: &PromptItem) -> String {
    match item {
        PromptItem::Say { text, .. } => text.clone(),
        PromptItem::Tone { .. } => "(tone)".to_owned(),
        PromptItem::File { .. } => "(music)".to_owned(),
        _ => String::new(),
    }
}
