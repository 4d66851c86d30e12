//! The caller while people are rung: music, his place in the line, and the call back that he may have instead.

use call_model::{CallCommand, PlaybackId, PromptItem, Speaker, TranscriptLine};

use super::super::mouth::Manner;
use super::super::{AgentApp, Phrase, Stage};
use super::words;

/// Music has names of its own, apart from those of what is said.
const FIRST_MUSIC: u32 = 1 << 30;
/// The key for a call back.
const CALLBACK_KEY: char = '1';

/// The caller in the line.
#[derive(Default)]
pub(super) struct Line {
    /// His place, while he stands in one.
    position: Option<u32>,
    music: Option<PlaybackId>,
    last_music: u32,
    /// He wants to be called back instead.
    wants_callback: bool,
}

impl AgentApp {
    /// People are rung from now on.
    pub(in crate::agent) fn play_music(&mut self) {
        let Some(path) = self.handing.story.as_ref().and_then(|story| story.music.clone()) else { return };
        let line = &mut self.handing.line;
        line.last_music += 1;
        let playback = PlaybackId(FIRST_MUSIC + line.last_music);
        line.music = Some(playback);
        self.command(CallCommand::Play { playback, items: vec![PromptItem::File { path }], repeat: true });
    }

    fn stop_music(&mut self) {
        if let Some(playback) = self.handing.line.music.take() {
            self.command(CallCommand::StopPlaying { playback: Some(playback) });
        }
    }

    /// The caller waits, and this is his place.
    pub(super) fn stands_in_line(&mut self, position: u32) {
        let Stage::Transferring { .. } = self.stage else { return };
        let before = self.handing.line.position.replace(position);
        if before == Some(position) {
            return;
        }
        self.stop_music();
        let (text, language) = self.text(Phrase::QueuePosition);
        let text = text.replace("{position}", &position.to_string());
        let aside = Manner { entry: None, protected: true };
        self.say_in(text, language, aside, false);
        if before.is_none() && self.can_be_called_back() {
            self.phrase_as(Phrase::QueueOffer, aside, false);
        }
        self.play_music();
    }

    /// Somebody talks with the caller, or nobody will.
    pub(super) fn leaves_the_line(&mut self) {
        self.stop_music();
        self.handing.line.position = None;
    }

    /// A key of a caller who waits. Whether it is dealt with.
    pub(super) fn key_in_line(&mut self, key: char) -> bool {
        if !self.is_in_line() {
            return false;
        }
        if key == CALLBACK_KEY && self.can_be_called_back() {
            self.call_back_instead();
        }
        true
    }

    /// Words of a caller who waits. Whether they are dealt with.
    pub(super) fn words_in_line(&mut self, line: &TranscriptLine) -> bool {
        if line.speaker != Speaker::Caller || !self.is_in_line() {
            return false;
        }
        if words::asks_for_callback(&line.text, &self.language) && self.can_be_called_back() {
            self.call_back_instead();
        }
        true
    }

    fn is_in_line(&self) -> bool {
        matches!(self.stage, Stage::Transferring { .. }) && self.handing.line.position.is_some()
    }

    fn call_back_instead(&mut self) {
        if !std::mem::replace(&mut self.handing.line.wants_callback, true) {
            self.mouth.stop(&mut self.commands);
            self.command(CallCommand::CancelTransfer);
        }
    }

    /// Whether the caller left the line for a call back.
    pub(in crate::agent) fn took_callback(&mut self) -> bool {
        std::mem::take(&mut self.handing.line.wants_callback)
    }
}
