//! The state machine: what comes in, and what our side does.

use std::collections::VecDeque;
use std::sync::Arc;

use super::barge::{Barge, Source};
use super::finish::{Expected, Reading};
use super::heard::Heard;
use super::pauses::Pauses;
use super::words::{Interjection, Lexicon, lexicon, normal};
use super::{EndOfTurn, Ours, Patience, Turn, TurnInput, TurnOutput, TurnSettings};

/// Who has the floor. Without clock or chance: time is told, in ms from the answer of the call.
pub struct TurnMachine {
    pub(super) settings: TurnSettings,
    pub(super) patience: Patience,
    pub(super) scorer: Option<Arc<dyn EndOfTurn>>,
    pub(super) language: String,
    pub(super) lexicon: &'static Lexicon,
    pub(super) ours: Ours,
    /// What we said last, and what it asks for.
    pub(super) said: String,
    pub(super) expected: Expected,
    /// Since when the caller makes sound.
    pub(super) voice: Option<u64>,
    /// The caller's last sound.
    pub(super) voice_end: u64,
    pub(super) heard: Heard,
    /// When the recogniser held the turn for over.
    pub(super) signal: Option<u64>,
    /// The recogniser tells when a turn is probably over.
    pub(super) signals: bool,
    /// It tells when one is over.
    pub(super) ends: bool,
    /// How often one came while the caller was not done.
    pub(super) false_signals: u32,
    pub(super) keys: String,
    pub(super) key_at: u64,
    /// The words for which an answer is being prepared, normalised.
    pub(super) speculated: Option<String>,
    /// The turn that is being answered.
    pub(super) taken: Option<Taken>,
    pub(super) barge: Barge,
    /// How the words of the turn read, and these words.
    pub(super) reading: (String, Reading),
    /// What the caller put in while we spoke, and when.
    pub(super) aside: Option<(String, Interjection, u64)>,
    pub(super) pauses: Pauses,
    /// Since when nobody speaks.
    pub(super) quiet_since: u64,
    pub(super) prompts: u32,
    /// Since when the recogniser is lost.
    pub(super) deaf_since: Option<u64>,
    pub(super) deaf_told: bool,
    out: VecDeque<TurnOutput>,
}

/// The turn that is being answered.
pub(super) struct Taken {
    pub text: String,
    /// What of it was final.
    pub finals: String,
    /// The last sound of the caller in it.
    pub ended: u64,
    /// The caller has made sound since.
    pub new_voice: bool,
    /// Its final line has not come.
    pub line_due: bool,
    /// It was taken on the recogniser's word.
    pub by_signal: bool,
    /// It is not taken back or corrected any more; its words are still known when they are told once more.
    pub settled: bool,
}

impl TurnMachine {
    /// A machine for one call, from its answer on.
    pub fn new(settings: TurnSettings, patience: Patience, language: &str) -> Self {
        Self {
            settings,
            patience,
            scorer: None,
            language: language.to_owned(),
            lexicon: lexicon(language),
            ours: Ours::Away,
            said: String::new(),
            expected: Expected::Open,
            voice: None,
            voice_end: 0,
            heard: Heard::default(),
            signal: None,
            signals: false,
            ends: false,
            false_signals: 0,
            keys: String::new(),
            key_at: 0,
            speculated: None,
            taken: None,
            barge: Barge::None,
            reading: (String::new(), Reading::Open),
            aside: None,
            pauses: Pauses::default(),
            quiet_since: 0,
            prompts: 0,
            deaf_since: None,
            deaf_told: false,
            out: VecDeque::new(),
        }
    }

    /// The same with a model that reads from the words whether a turn is over.
    #[must_use]
    pub fn with_scorer(mut self, scorer: Option<Arc<dyn EndOfTurn>>) -> Self {
        self.scorer = scorer;
        self
    }

    /// Another language is spoken from now on.
    pub fn set_language(&mut self, language: &str) {
        language.clone_into(&mut self.language);
        self.lexicon = lexicon(language);
    }

    /// What our side does now. `said` is what it said last, where that is over.
    pub fn set_ours(&mut self, now: u64, ours: Ours, said: Option<&str>) {
        if let Some(said) = said {
            said.clone_into(&mut self.said);
            self.expected = Expected::after(self.lexicon, said);
            // What was heard reads differently after another question.
            self.reading = (String::new(), Reading::Open);
        }
        let before = std::mem::replace(&mut self.ours, ours);
        if before == ours {
            return;
        }
        match ours {
            Ours::Idle => self.caller_has_the_floor(now),
            Ours::Away => {
                self.heard.clear();
                (self.barge, self.taken, self.aside, self.signal) = (Barge::None, None, None, None);
                self.keys.clear();
                self.speculated = None;
            }
            Ours::Thinking | Ours::Speaking { .. } => {}
        }
        self.check(now);
    }

    /// What was taken has had an effect or was answered in part: it is not taken back any more.
    pub fn settle(&mut self) {
        if let Some(taken) = &mut self.taken {
            taken.settled = true;
        }
    }

    /// Takes in what happens.
    pub fn handle(&mut self, now: u64, input: TurnInput<'_>) {
        match input {
            TurnInput::VoiceStarted => self.voice_started(now),
            TurnInput::VoiceStopped => self.voice_stopped(now),
            TurnInput::SpeechStopped { at } => {
                if self.voice.is_none() {
                    self.voice_end = at.min(now);
                }
            }
            _ if self.ours == Ours::Away => self.hear_while_away(now, input),
            TurnInput::Partial(text) => self.partial(now, text),
            TurnInput::Line { text, from, to } => self.line(now, text, from, to),
            TurnInput::TurnLikely(text) => {
                self.signals = true;
                self.likely(now, text);
            }
            TurnInput::TurnResumed => {
                self.signal = None;
                if self.speculated.take().is_some() {
                    self.put(TurnOutput::Unlikely);
                }
            }
            TurnInput::TurnEnded(text) => self.turn_ended(now, text),
            TurnInput::Lost => {
                self.deaf_since.get_or_insert(now);
                (self.signals, self.ends) = (false, false);
            }
            TurnInput::Back => {
                (self.deaf_since, self.deaf_told) = (None, false);
                self.quiet_since = now;
            }
            TurnInput::Key(key) => self.key(now, key),
        }
        self.check(now);
    }

    /// The time asked for has come.
    pub fn handle_timeout(&mut self, now: u64) {
        self.check(now);
    }

    /// Whether the caller makes sound right now.
    pub fn is_caller_speaking(&self) -> bool {
        self.voice.is_some()
    }

    /// The next thing to do; `None` when there is nothing now.
    pub fn poll_output(&mut self) -> Option<TurnOutput> {
        self.out.pop_front()
    }

    /// Whether there is something to do.
    pub fn has_output(&self) -> bool {
        !self.out.is_empty()
    }

    /// When to be woken, in ms from the answer.
    pub fn poll_timeout(&self) -> Option<u64> {
        self.deadline()
    }

    pub(super) fn put(&mut self, output: TurnOutput) {
        self.out.push_back(output);
    }

    fn hear_while_away(&mut self, now: u64, input: TurnInput<'_>) {
        match input {
            TurnInput::Lost => {
                self.deaf_since.get_or_insert(now);
            }
            TurnInput::Back => (self.deaf_since, self.deaf_told) = (None, false),
            _ => {}
        }
    }

    fn voice_started(&mut self, now: u64) {
        if self.voice.is_some() {
            return;
        }
        /// After this much silence, what was not understood before is forgotten.
        const FORGET: u64 = 1_500;
        if self.heard.is_empty() && now.saturating_sub(self.voice_end) > FORGET {
            self.heard.voiced = 0;
        }
        self.voice = Some(now);
        match self.ours {
            Ours::Idle if !self.heard.is_empty() => {
                self.pauses.went_on(now.saturating_sub(self.voice_end));
                self.signal = None;
            }
            Ours::Thinking | Ours::Speaking { interruptible: true } => self.sound_aside(now),
            _ => {}
        }
        if let Some(taken) = &mut self.taken {
            taken.new_voice = true;
        }
    }

    fn voice_stopped(&mut self, now: u64) {
        let Some(since) = self.voice.take() else { return };
        self.voice_end = now.saturating_sub(self.settings.hangover).max(since);
        self.heard.voiced += self.voice_end - since;
        self.sound_aside_ended(now, self.voice_end - since);
        let text = self.heard.text();
        let worth = if self.heard.is_final() { self.may_be_over(&text) } else { self.read(&text) == Reading::Complete };
        if self.ours == Ours::Idle && worth {
            self.speculate(text);
        }
    }

    fn partial(&mut self, now: u64, text: &str) {
        if self.ours != Ours::Idle {
            self.words_aside(now, text, Source::Partial);
            return;
        }
        if self.heard.partial(text, now) && self.speculated.as_ref().is_some_and(|s| *s != normal(&self.heard.text())) {
            self.speculated = None;
            self.put(TurnOutput::Unlikely);
        }
    }

    fn line(&mut self, now: u64, text: &str, from: u64, to: u64) {
        if self.is_late_line(now, text, from, to) {
            return;
        }
        if self.voice.is_none() {
            self.voice_end = self.voice_end.max(to.min(now));
        }
        if self.ours != Ours::Idle {
            self.words_aside(now, text, Source::Line);
            return;
        }
        self.heard.line(text, now);
        if self.heard.is_empty() {
            // It was speech, and nobody understood it.
            self.signal = (self.heard.voiced >= self.settings.meant).then_some(now);
            return;
        }
        let text = self.heard.text();
        if self.voice.is_none() && self.may_be_over(&text) {
            self.speculate(text);
        }
    }

    fn likely(&mut self, now: u64, text: &str) {
        if self.ours != Ours::Idle {
            self.words_aside(now, text, Source::Partial);
            return;
        }
        let text = self.heard.with(text);
        if !text.is_empty() && self.may_be_over(&text) {
            self.speculate(text);
        }
    }

    fn turn_ended(&mut self, now: u64, text: &str) {
        // That nothing was understood, also one tells that knows nothing of turns.
        self.ends |= !text.trim().is_empty();
        if self.ours != Ours::Idle {
            self.words_aside(now, text, Source::Turn);
            // What was said during a notice, or broke into an answer, is a whole turn.
            let waits = matches!(self.ours, Ours::Idle | Ours::Speaking { interruptible: false });
            self.signal = (waits && !self.heard.is_empty()).then_some(now);
            return;
        }
        if !text.trim().is_empty() {
            self.heard.turn(text, now);
        }
        self.signal = Some(now);
    }

    fn key(&mut self, now: u64, key: char) {
        /// The most keys kept of one turn.
        const MAX_KEYS: usize = 32;
        if self.keys.len() < MAX_KEYS {
            self.keys.push(key);
        }
        self.key_at = now;
        if let Ours::Speaking { interruptible: true } = self.ours {
            self.interrupted(now);
        }
    }

    /// Asks for an answer to be prepared, once for the same words.
    pub(super) fn speculate(&mut self, text: String) {
        let words = normal(&text);
        if words.is_empty() || self.speculated.as_ref() == Some(&words) {
            return;
        }
        self.speculated = Some(words);
        self.put(TurnOutput::Speculate(text));
    }

    /// The turn is over: the floor is ours.
    pub(super) fn take(&mut self, now: u64) {
        let line_due = !self.heard.is_final();
        let finals = self.heard.finals().to_owned();
        let text = self.heard.spend();
        let keys = std::mem::take(&mut self.keys);
        let ended = if text.is_empty() { now } else { self.voice_end.min(now) };
        let (new_voice, by_signal) = (self.voice.is_some(), self.signal.is_some());
        self.taken = Some(Taken { text: text.clone(), finals, ended, new_voice, line_due, by_signal, settled: false });
        (self.signal, self.speculated, self.aside) = (None, None, None);
        self.prompts = 0;
        self.ours = Ours::Thinking;
        self.put(TurnOutput::Take(Turn { text, keys, ended }));
    }
}
