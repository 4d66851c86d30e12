//! What goes out and the keys that came in: commands in order, names for playbacks, keys that wait to be asked for.

use std::collections::VecDeque;
use std::time::Duration;

use call_model::{CallCommand, PlaybackId, PromptItem, RecordId, RequestId};

/// How long after an entry its terminator is still taken for part of it.
const LATE_TERMINATOR: Duration = Duration::from_secs(2);

/// The two ends of the interpreter.
#[derive(Debug, Default)]
pub(super) struct Io {
    pub commands: VecDeque<CallCommand>,
    /// Keys pressed while nobody asked.
    keys: VecDeque<char>,
    max_keys: usize,
    /// Keys that did not fit.
    dropped: u32,
    /// Keys that end what is over already, and until when they may come.
    swallow: Option<(String, Duration)>,
    last_id: u32,
}

impl Io {
    pub fn new(max_keys: usize) -> Self {
        Self { max_keys, ..Self::default() }
    }

    pub fn command(&mut self, command: CallCommand) {
        self.commands.push_back(command);
    }

    pub fn play(&mut self, items: Vec<PromptItem>) -> PlaybackId {
        let playback = PlaybackId(self.next_id());
        self.command(CallCommand::Play { playback, items, repeat: false });
        playback
    }

    /// Plays again and again until it is stopped.
    pub fn play_on(&mut self, items: Vec<PromptItem>) -> PlaybackId {
        let playback = PlaybackId(self.next_id());
        self.command(CallCommand::Play { playback, items, repeat: true });
        playback
    }

    pub fn stop(&mut self, playback: PlaybackId) {
        self.command(CallCommand::StopPlaying { playback: Some(playback) });
    }

    pub fn record_id(&mut self) -> RecordId {
        RecordId(self.next_id())
    }

    pub fn request_id(&mut self) -> RequestId {
        RequestId(self.next_id())
    }

    /// Keeps a key for whoever asks next.
    pub fn keep_key(&mut self, key: char) {
        if self.keys.len() < self.max_keys {
            self.keys.push_back(key);
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    pub fn next_key(&mut self) -> Option<char> {
        self.keys.pop_front()
    }

    pub fn forget_keys(&mut self) {
        self.keys.clear();
    }

    /// Keys that did not fit in so far.
    pub fn dropped(&self) -> u32 {
        self.dropped
    }

    /// One of `keys` may still come for an entry that is complete: it is not for the next question.
    pub fn expect_late(&mut self, now: Duration, keys: &str) {
        if self.keys.front().is_some_and(|key| keys.contains(*key)) {
            self.keys.pop_front();
        } else if !keys.is_empty() {
            self.swallow = Some((keys.to_owned(), now + LATE_TERMINATOR));
        }
    }

    /// Whether this key belongs to what is over.
    pub fn is_late(&mut self, now: Duration, key: char) -> bool {
        self.swallow.take().is_some_and(|(keys, until)| now <= until && keys.contains(key))
    }

    fn next_id(&mut self) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }
}
