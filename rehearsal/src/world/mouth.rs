//! What is played to the caller, in virtual time: a word takes as long as a word.

use std::collections::VecDeque;

use call_model::{CallEvent, PlaybackEnd, PlaybackId, PromptItem};

/// From asking for speech until it is heard, ms.
const LATENCY: u64 = 120;
/// How long a word takes, ms.
pub(super) const WORD: u64 = 330;

struct Playing {
    id: PlaybackId,
    text: String,
    length: u64,
    started: bool,
    played: u64,
}

/// The queue of playbacks.
#[derive(Default)]
pub(super) struct Mouth {
    queue: VecDeque<Playing>,
    paused: bool,
    round: u64,
    since: u64,
    /// The one before ended just now: the next one begins without a pause.
    warm: bool,
}

impl Mouth {
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub fn play(&mut self, id: PlaybackId, items: &[PromptItem], now: u64) {
        let text: Vec<String> = items.iter().filter_map(words_of).collect();
        let length = items.iter().map(length_of).sum();
        self.queue.push_back(Playing { id, text: text.join(" "), length, started: false, played: 0 });
        if self.queue.len() == 1 {
            self.turn(now);
        }
    }

    pub fn pause(&mut self, now: u64) {
        self.advance(now);
        self.paused = true;
        self.turn(now);
    }

    pub fn resume(&mut self, now: u64) {
        self.paused = false;
        self.turn(now);
    }

    /// Stops one, or all. Gives what is told of it, a moment later.
    pub fn stop(&mut self, id: Option<PlaybackId>, now: u64) -> Vec<CallEvent> {
        self.advance(now);
        let (stopped, kept): (VecDeque<_>, VecDeque<_>) =
            self.queue.drain(..).partition(|playing| id.is_none_or(|id| id == playing.id));
        self.queue = kept;
        self.turn(now);
        stopped.into_iter().flat_map(|playing| ended(&playing, PlaybackEnd::Stopped)).collect()
    }

    /// When something happens next, and in which round.
    pub fn due(&self) -> Option<(u64, u64)> {
        let front = self.queue.front().filter(|_| !self.paused)?;
        let wait = if front.started { front.length - front.played.min(front.length) } else { self.latency() };
        Some((self.since + wait, self.round))
    }

    fn latency(&self) -> u64 {
        if self.warm { 0 } else { LATENCY }
    }

    /// Its time has come. What is told; nothing when all has changed since that round.
    pub fn step(&mut self, round: u64, now: u64) -> Vec<CallEvent> {
        if round != self.round || self.paused {
            return Vec::new();
        }
        let Some(front) = self.queue.front_mut() else { return Vec::new() };
        if !front.started {
            front.started = true;
            let playback = front.id;
            self.turn(now);
            return vec![CallEvent::PlaybackStarted { playback }];
        }
        let Some(mut front) = self.queue.pop_front() else { return Vec::new() };
        front.played = front.length;
        self.turn(now);
        self.warm = !self.queue.is_empty();
        ended(&front, PlaybackEnd::Finished)
    }

    fn advance(&mut self, now: u64) {
        let (since, paused) = (self.since, self.paused);
        if let Some(front) = self.queue.front_mut().filter(|front| front.started && !paused) {
            front.played += now - since;
        }
        self.since = now;
    }

    fn turn(&mut self, now: u64) {
        self.round += 1;
        self.since = now;
        self.warm = false;
    }
}

fn ended(playing: &Playing, end: PlaybackEnd) -> Vec<CallEvent> {
    let words: Vec<&str> = playing.text.split_whitespace().collect();
    let cut = end != PlaybackEnd::Finished;
    let heard = if cut { (playing.played / WORD) as usize } else { words.len() };
    let heard = words[..heard.min(words.len())].join(" ");
    let played_ms = playing.played;
    vec![
        CallEvent::Spoken { playback: playing.id, heard, cut },
        CallEvent::PlaybackEnded { playback: playing.id, end, played_ms },
    ]
}

fn words_of(item: &PromptItem) -> Option<String> {
    match item {
        PromptItem::Say { text, .. } => Some(plain(text)),
        _ => None,
    }
}

fn length_of(item: &PromptItem) -> u64 {
    match item {
        PromptItem::Say { text, .. } => plain(text).split_whitespace().count() as u64 * WORD,
        PromptItem::Tone { duration_ms, .. } | PromptItem::Pause { duration_ms } => *duration_ms,
        PromptItem::File { .. } | PromptItem::Recorded { .. } | PromptItem::Dtmf { .. } => 1_000,
    }
}

/// A text without its marks.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str) -> Vec<PromptItem> {
        vec![PromptItem::Say { text: text.into(), language: "en".into(), voice: None }]
    }

    #[test]
    fn what_is_stopped_was_heard_up_to_the_word() {
        let mut mouth = Mouth::default();
        mouth.play(PlaybackId(1), &say("We are open &amp; <break time=\"1s\"/>happy"), 0);
        let (at, round) = mouth.due().unwrap();
        assert_eq!(at, LATENCY);
        assert!(matches!(mouth.step(round, at)[..], [CallEvent::PlaybackStarted { .. }]));
        assert!(mouth.step(round, at).is_empty(), "a round is over once it was done");
        mouth.pause(at + 2 * WORD);
        assert_eq!(mouth.due(), None);
        mouth.resume(at + 9 * WORD);
        let told = mouth.stop(None, at + 10 * WORD);
        assert!(matches!(&told[0], CallEvent::Spoken { heard, cut: true, .. } if heard == "We are open"), "{told:?}");
        assert!(mouth.is_empty());
    }

    #[test]
    fn playbacks_follow_each_other() {
        let mut mouth = Mouth::default();
        mouth.play(PlaybackId(1), &say("One"), 0);
        mouth.play(PlaybackId(2), &say("two three"), 0);
        let mut told = Vec::new();
        while let Some((at, round)) = mouth.due() {
            told.extend(mouth.step(round, at).into_iter().map(|event| (at, event)));
        }
        let last = told.last().unwrap();
        assert_eq!(last.0, LATENCY + 3 * WORD);
        assert_eq!(told.len(), 6);
    }
}
