//! Asking for keys: prompt, wait, reprompt, give up.

use std::collections::BTreeSet;
use std::time::Duration;

use call_model::{PlaybackId, PromptItem};

use super::io::Io;
use crate::flow::Length;
use crate::spoken::{self, Ear};

/// What is to be heard and waited for, in the language of the call.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub ask: Vec<PromptItem>,
    /// Before the prompt is heard again: the first at the first time, the last ever after.
    pub no_input: Vec<Vec<PromptItem>>,
    pub no_match: Vec<Vec<PromptItem>>,
    pub rule: Rule,
    /// How speech is understood, where it is.
    pub ear: Option<Ear>,
    /// Keys that lead away from here.
    pub globals: BTreeSet<char>,
    pub timeout: Duration,
    pub key_timeout: Duration,
    pub tries: u32,
    pub flush: bool,
    pub interrupt: bool,
}

/// What counts as an answer.
#[derive(Debug, Clone)]
pub(super) enum Rule {
    /// One of these keys.
    One(BTreeSet<char>),
    /// Several digits.
    Entry(Length),
}

/// How the asking ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Keys(String),
    Global(char),
    /// Too often nothing.
    NoInput,
    /// Too often something wrong.
    NoMatch,
}

enum Fed {
    More,
    Done,
    Global(char),
    Wrong,
}

#[derive(Debug)]
enum Stage {
    Prompt { playback: PlaybackId, until: Duration },
    Keys { until: Duration },
}

/// A question being asked.
#[derive(Debug)]
pub(super) struct Collect {
    question: Question,
    stage: Stage,
    entry: String,
    misses: u32,
    silences: usize,
    mistakes: usize,
    max_playback: Duration,
}

impl Collect {
    /// Asks; with an answer at once when enough keys were pressed before.
    pub fn begin(question: Question, max_playback: Duration, now: Duration, io: &mut Io) -> (Self, Option<Answer>) {
        if question.flush {
            io.forget_keys();
        }
        let stage = Stage::Keys { until: now + question.key_timeout };
        let mut collect =
            Self { question, stage, entry: String::new(), misses: 0, silences: 0, mistakes: 0, max_playback };
        let answer = collect.take_kept(now, io);
        if answer.is_none() && collect.entry.is_empty() && collect.misses == 0 {
            collect.prompt(Vec::new(), now, io);
        }
        (collect, answer)
    }

    /// Whether the key is an answer here, part of one, or leads away.
    pub fn has_use_for(&self, key: char) -> bool {
        let asked = match &self.question.rule {
            Rule::One(keys) => keys.contains(&key),
            Rule::Entry(_) => true,
        };
        asked || self.question.globals.contains(&key)
    }

    pub fn deadline(&self) -> Duration {
        match self.stage {
            Stage::Prompt { until, .. } | Stage::Keys { until } => until,
        }
    }

    pub fn delay(&mut self, by: Duration) {
        match &mut self.stage {
            Stage::Prompt { until, .. } | Stage::Keys { until } => *until += by,
        }
    }

    pub fn digit(&mut self, key: char, now: Duration, io: &mut Io) -> Option<Answer> {
        if let Stage::Prompt { playback, .. } = self.stage {
            if !self.question.interrupt {
                io.keep_key(key);
                return None;
            }
            io.stop(playback);
        }
        self.take(key, now, io)
    }

    pub fn played(&mut self, ended: PlaybackId, now: Duration, io: &mut Io) -> Option<Answer> {
        match self.stage {
            Stage::Prompt { playback, .. } if playback == ended => self.listen(now, io),
            _ => None,
        }
    }

    pub fn timeout(&mut self, now: Duration, io: &mut Io) -> Option<Answer> {
        match (&self.stage, &self.question.rule) {
            (Stage::Prompt { .. }, _) => self.listen(now, io),
            (Stage::Keys { .. }, Rule::Entry(length)) if !self.entry.is_empty() => {
                if self.entry.len() >= length.min {
                    Some(Answer::Keys(std::mem::take(&mut self.entry)))
                } else {
                    self.mistake(now, io)
                }
            }
            (Stage::Keys { .. }, _) => self.silence(now, io),
        }
    }

    /// The answer given is not good enough: ask again.
    pub fn mistake(&mut self, now: Duration, io: &mut Io) -> Option<Answer> {
        let before = reprompt(&self.question.no_match, self.mistakes);
        self.mistakes += 1;
        self.miss(before, Answer::NoMatch, now, io)
    }

    /// How the caller is listened to, if at all.
    pub fn ear(&self) -> Option<&Ear> {
        self.question.ear.as_ref()
    }

    /// The caller is speaking: to be waited for like a key, and an answer understood so far ends the prompt.
    pub fn speaking(&mut self, so_far: &str, now: Duration, io: &mut Io) {
        match self.stage {
            Stage::Prompt { playback, .. } => {
                if self.question.interrupt && !self.understood(so_far).is_empty() {
                    io.stop(playback);
                    self.stage = Stage::Keys { until: now + self.question.timeout };
                }
            }
            Stage::Keys { until } => self.stage = Stage::Keys { until: until.max(now + self.question.key_timeout) },
        }
    }

    /// The caller has said something: as if the keys that it means had been pressed.
    pub fn heard(&mut self, text: &str, now: Duration, io: &mut Io) -> Option<Answer> {
        self.question.ear.as_ref()?;
        let keys = self.understood(text);
        if let Stage::Prompt { playback, .. } = self.stage {
            // Noise and asides do not count as long as we are speaking.
            if keys.is_empty() || !self.question.interrupt {
                return None;
            }
            io.stop(playback);
        } else if keys.is_empty() {
            return if spoken::words(text).is_empty() { None } else { self.mistake(now, io) };
        }
        keys.chars().find_map(|key| self.take(key, now, io))
    }

    fn understood(&self, text: &str) -> String {
        let Some(ear) = &self.question.ear else { return String::new() };
        match &self.question.rule {
            Rule::One(keys) => ear.key(text, |key| keys.contains(&key)).into_iter().collect(),
            Rule::Entry(length) => {
                let digits = spoken::digits(text, &ear.language);
                digits.chars().take(length.max - self.entry.len().min(length.max)).collect()
            }
        }
    }

    fn silence(&mut self, now: Duration, io: &mut Io) -> Option<Answer> {
        let before = reprompt(&self.question.no_input, self.silences);
        self.silences += 1;
        self.miss(before, Answer::NoInput, now, io)
    }

    fn miss(&mut self, before: Vec<PromptItem>, given_up: Answer, now: Duration, io: &mut Io) -> Option<Answer> {
        self.entry.clear();
        io.forget_keys();
        self.misses += 1;
        if self.misses >= self.question.tries {
            return Some(given_up);
        }
        self.prompt(before, now, io);
        None
    }

    fn prompt(&mut self, mut items: Vec<PromptItem>, now: Duration, io: &mut Io) {
        items.extend(self.question.ask.iter().cloned());
        self.stage = if items.is_empty() {
            Stage::Keys { until: now + self.question.timeout }
        } else {
            Stage::Prompt { playback: io.play(items), until: now + self.max_playback }
        };
    }

    /// The prompt is over.
    fn listen(&mut self, now: Duration, io: &mut Io) -> Option<Answer> {
        self.stage = Stage::Keys { until: now + self.question.timeout };
        self.take_kept(now, io)
    }

    fn take_kept(&mut self, now: Duration, io: &mut Io) -> Option<Answer> {
        while let Some(key) = io.next_key() {
            let answer = self.take(key, now, io);
            if answer.is_some() {
                return answer;
            }
        }
        None
    }

    fn take(&mut self, key: char, now: Duration, io: &mut Io) -> Option<Answer> {
        self.stage = Stage::Keys { until: now + self.question.key_timeout };
        match self.feed(key) {
            Fed::More => None,
            Fed::Global(key) => Some(Answer::Global(key)),
            Fed::Wrong => self.mistake(now, io),
            Fed::Done => {
                if let Rule::Entry(Length { terminator: Some(terminator), .. }) = self.question.rule
                    && terminator != key
                {
                    io.expect_late(now, &terminator.to_string());
                }
                Some(Answer::Keys(std::mem::take(&mut self.entry)))
            }
        }
    }

    fn feed(&mut self, key: char) -> Fed {
        match &self.question.rule {
            Rule::One(keys) if keys.contains(&key) => {
                self.entry.push(key);
                Fed::Done
            }
            Rule::Entry(length) if length.terminator == Some(key) => {
                if self.entry.len() >= length.min {
                    Fed::Done
                } else {
                    Fed::Wrong
                }
            }
            Rule::Entry(length) if key.is_ascii_digit() => {
                self.entry.push(key);
                if self.entry.len() >= length.max { Fed::Done } else { Fed::More }
            }
            _ if self.question.globals.contains(&key) => Fed::Global(key),
            // The star takes an entry back.
            Rule::Entry(_) if key == '*' => {
                self.entry.clear();
                Fed::More
            }
            Rule::One(_) | Rule::Entry(_) => Fed::Wrong,
        }
    }
}

fn reprompt(texts: &[Vec<PromptItem>], nth: usize) -> Vec<PromptItem> {
    texts.get(nth).or_else(|| texts.last()).cloned().unwrap_or_default()
}
