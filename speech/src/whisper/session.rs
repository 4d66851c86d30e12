//! One speaker's session without I/O: blocks and answers in, events and jobs out. Its only clock is that of the blocks.

use std::collections::VecDeque;
use std::sync::Arc;

use call_model::SampleRate;

use super::frame::{Decoded, Job};
use super::judge::{self, Heard, JudgeSettings};
use super::queue::Urgency;
use super::segment::{Block, PreRoll, Segment};
use super::turn::Turn;
use super::words::{BLOCK_MS, Stretch, text};
use crate::{EarBlock, HearError, HearingEvent, ListenRequest};

/// How speech is cut into utterances, and when something is said about it. All times in ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SessionSettings {
    /// So much voice must come before speech has begun. Default 60: a click is none.
    pub onset_ms: u64,
    /// What is heard before that moment. Default 300.
    pub pre_roll_ms: u64,
    /// How long the blocks stay voiced after the voice has ended. Default 60: the level that voice activity goes by
    /// falls slowly.
    pub hangover_ms: u64,
    /// After so much silence the utterance is recognised, in case that it is over. Default 140.
    pub pause_ms: u64,
    /// After so much silence the utterance is over. Default 300.
    pub stop_ms: u64,
    /// After so much silence the turn is probably over. Default 200.
    pub likely_ms: u64,
    /// After so much silence the turn is over. Default 700.
    pub ended_ms: u64,
    /// How often an utterance that goes on is recognised. Default 400.
    pub partial_every_ms: u64,
    /// An utterance with less voice is not worth it. Default 140: a click
    /// with what hangs over is shorter, a `no` is longer.
    pub least_voiced_ms: u64,
    /// The longest utterance; a longer one is cut. Never more than the model's window. Default 28,000.
    pub longest_ms: u64,
    /// What is believed.
    pub judge: JudgeSettings,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            onset_ms: 60,
            pre_roll_ms: 300,
            hangover_ms: 60,
            pause_ms: 140,
            stop_ms: 300,
            likely_ms: 200,
            ended_ms: 700,
            partial_every_ms: 400,
            least_voiced_ms: 140,
            longest_ms: 28_000,
            judge: JudgeSettings::default(),
        }
    }
}

/// What comes out of a session.
#[derive(Clone, PartialEq)]
pub(super) enum Output {
    /// For the listener.
    Event(HearingEvent),
    /// For the pool; its answer comes back by [`Session::answer`], if it comes.
    Job(Urgency, Job),
    /// The job of this number became final.
    Promote(u64),
}

/// Utterances that may wait for their words.
const MOST_PENDING: usize = 8;

/// The room at the end of the model's window.
const WINDOW_MARGIN_MS: u64 = 300;

/// The longest gap in the audio that is filled with silence.
const LONGEST_GAP_MS: u64 = 1_000;

/// An utterance that is over.
struct Pending {
    number: u64,
    stretch: Stretch,
    outcome: Option<Result<Option<Heard>, HearError>>,
}

/// One speaker's session.
pub(super) struct Session {
    settings: SessionSettings,
    partials: bool,
    language: Option<String>,
    /// A language that was found out once.
    guess: Option<String>,
    hints: Arc<str>,
    /// Of the blocks.
    rate: SampleRate,
    pre_roll: PreRoll,
    segment: Option<Segment>,
    pending: VecDeque<Pending>,
    turn: Turn,
    /// Where the next block begins, once there was one.
    clock: Option<u64>,
    /// Where the last voiced block ended.
    voice_end: u64,
    next_number: u64,
    /// Words of the utterance that has paused, as far as they are known.
    early: Option<Result<Option<Heard>, HearError>>,
    outputs: VecDeque<Output>,
    closed: bool,
}

impl Session {
    /// Begins in silence. `window_ms` is the longest audio that the model takes.
    pub(super) fn new(mut settings: SessionSettings, request: &ListenRequest, window_ms: u64) -> Self {
        settings.longest_ms = settings.longest_ms.min(window_ms.saturating_sub(WINDOW_MARGIN_MS)).max(1_000);
        let language = request.language.as_deref().and_then(|tag| tag.split(['-', '_']).next());
        Self {
            partials: request.partials,
            language: language.map(str::to_lowercase).filter(|tag| tag.bytes().all(|byte| byte.is_ascii_alphabetic())),
            guess: None,
            hints: request.hints.join(", ").into(),
            rate: request.rate,
            pre_roll: PreRoll::new(settings.pre_roll_ms + settings.onset_ms),
            segment: None,
            pending: VecDeque::new(),
            turn: Turn::new(request.partials, settings.likely_ms, settings.ended_ms),
            clock: None,
            voice_end: 0,
            next_number: 0,
            early: None,
            outputs: VecDeque::new(),
            closed: false,
            settings,
        }
    }

    /// The next thing to be done by the driver.
    pub(super) fn output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Whether all is said.
    pub(super) fn is_over(&self) -> bool {
        self.closed && self.pending.is_empty() && self.outputs.is_empty()
    }

    /// Takes in the next block.
    pub(super) fn block(&mut self, block: EarBlock) {
        let mut at_ms = self.clock.map_or(block.at_ms, |clock| clock.max(block.at_ms));
        if let Some(clock) = self.clock
            && self.segment.is_some()
        {
            // Blocks were lost: their place is kept, so that words keep their times.
            let missing = (at_ms - clock).min(LONGEST_GAP_MS) / BLOCK_MS;
            for n in 0..missing {
                let at_ms = clock + n * BLOCK_MS;
                let samples = vec![0; self.rate.frame_samples()];
                self.take(Block { at_ms, voiced: false, samples });
            }
            if missing > 0 && self.segment.is_some() {
                at_ms = clock + missing * BLOCK_MS;
            }
        }
        self.take(Block { at_ms, voiced: block.voiced, samples: block.samples });
    }

    /// No more audio will come.
    pub(super) fn close(&mut self) {
        self.closed = true;
        self.end_segment();
        if let Some(clock) = self.clock {
            self.turn.over(clock);
        }
        self.tell_turn();
    }

    fn take(&mut self, block: Block) {
        let now = block.at_ms + BLOCK_MS;
        self.clock = Some(now);
        if block.voiced {
            self.voice_end = now;
        }
        match &mut self.segment {
            None => {
                self.pre_roll.push(block);
                let blocks = (self.settings.onset_ms / BLOCK_MS).max(1) as usize;
                if let Some(begun) = self.pre_roll.onset(blocks) {
                    self.begin(begun);
                }
            }
            Some(segment) => {
                segment.push(&block);
                if block.voiced {
                    segment.early = None;
                    self.early = None;
                    self.resume();
                }
                self.go_on(now);
            }
        }
        self.turn.at(self.silence(now));
        self.tell_turn();
    }

    /// How long it has been silent.
    fn silence(&self, now: u64) -> u64 {
        if now == self.voice_end { 0 } else { now.saturating_sub(self.silent_since()) }
    }

    /// When the voice ended that was heard last.
    fn silent_since(&self) -> u64 {
        self.voice_end.saturating_sub(self.settings.hangover_ms)
    }

    fn begin(&mut self, at_ms: u64) {
        self.segment = Some(Segment::new(self.pre_roll.take(), self.rate.frame_samples(), self.next_number));
        self.early = None;
        self.event(HearingEvent::SpeechStarted { at_ms });
        self.resume();
    }

    fn resume(&mut self) {
        if self.turn.speech() {
            self.event(HearingEvent::TurnResumed);
        }
    }

    /// Sees whether the utterance is to be recognised now, to be cut, or over.
    fn go_on(&mut self, now: u64) {
        let silence = self.silence(now);
        let Some(segment) = &mut self.segment else { return };
        if silence >= self.settings.stop_ms {
            return self.end_segment();
        }
        if segment.length_ms() >= self.settings.longest_ms {
            return self.cut();
        }
        if !self.partials || segment.stretch.voiced_ms() < self.settings.least_voiced_ms {
            return;
        }
        let paused = silence >= self.settings.pause_ms && segment.early.is_none();
        let due = (segment.blocks() - segment.tried) as u64 * BLOCK_MS >= self.settings.partial_every_ms;
        if paused {
            segment.early = Some(self.next_number);
            self.recognise(Urgency::Early);
        } else if due && silence == 0 {
            self.recognise(Urgency::Partial);
        }
    }

    /// Sends what there is of the utterance to the pool.
    fn recognise(&mut self, urgency: Urgency) {
        let Some(segment) = &mut self.segment else { return };
        segment.tried = segment.blocks();
        let samples = segment.samples.clone();
        self.send(urgency, samples);
    }

    fn send(&mut self, urgency: Urgency, samples: Vec<i16>) {
        let id = self.next_number;
        self.next_number += 1;
        let (language, hints) = (self.language.clone(), Arc::clone(&self.hints));
        let job = Job { id, language, hints, samples, rate: self.rate };
        self.outputs.push_back(Output::Job(urgency, job));
    }

    fn end_segment(&mut self) {
        let Some(segment) = self.segment.take() else { return };
        let at_ms = self.silent_since();
        self.finish(segment);
        self.event(HearingEvent::SpeechStopped { at_ms });
        self.tell_finals();
    }

    /// Ends what was said up to the quietest place; the rest is a new utterance without a new start of speech.
    fn cut(&mut self) {
        let Some(mut segment) = self.segment.take() else { return };
        segment.early = None;
        self.early = None;
        let mut rest = segment.split(0);
        self.finish(segment);
        rest.first_number = self.next_number;
        self.segment = Some(rest);
        self.tell_finals();
    }

    /// Sends an utterance to the pool for good, unless that was done when it paused.
    fn finish(&mut self, segment: Segment) {
        let early = self.early.take();
        if segment.stretch.voiced_ms() < self.settings.least_voiced_ms {
            return;
        }
        if self.pending.len() >= MOST_PENDING {
            return self.event(HearingEvent::Failed { error: HearError::Overloaded, fatal: false });
        }
        let mut pending = Pending { number: self.next_number, stretch: segment.stretch, outcome: None };
        pending.stretch.shorten(self.settings.hangover_ms);
        match segment.early {
            // What was refused as an early one is tried again.
            Some(number) if !matches!(early, Some(Err(_))) => {
                pending.number = number;
                pending.outcome = early;
                if pending.outcome.is_none() {
                    self.outputs.push_back(Output::Promote(number));
                }
            }
            _ => self.send(Urgency::Final, segment.samples),
        }
        self.pending.push_back(pending);
    }

    /// Takes in what a job became.
    pub(super) fn answer(&mut self, number: u64, outcome: Result<Decoded, HearError>) {
        let judge = self.settings.judge;
        if let Some(pending) = self.pending.iter_mut().find(|it| it.number == number) {
            pending.outcome = Some(outcome.map(|decoded| judge::judge(&decoded, &pending.stretch, &judge)));
            self.tell_finals();
        } else if let Some(segment) = self.segment.as_ref().filter(|segment| number >= segment.first_number) {
            let is_early = segment.early == Some(number);
            let heard = outcome.map(|decoded| judge::judge(&decoded, &segment.stretch, &judge));
            if let Ok(Some(heard)) = &heard {
                self.partial(heard.clone());
            }
            if is_early {
                self.early = Some(heard);
            }
        }
        self.tell_turn();
    }

    fn partial(&mut self, heard: Heard) {
        let Some(segment) = &mut self.segment else { return };
        let words = segment.stable.update(heard.words);
        let text = text(&words);
        if text != segment.shown && self.partials {
            segment.shown.clone_from(&text);
            self.event(HearingEvent::Partial { text, words });
        }
    }

    /// Tells the finals whose words are known, in the order in which they were spoken.
    fn tell_finals(&mut self) {
        while self.pending.front().is_some_and(|pending| pending.outcome.is_some()) {
            let Some(pending) = self.pending.pop_front() else { return };
            match pending.outcome {
                Some(Ok(Some(heard))) => self.tell_final(heard, &pending.stretch),
                Some(Err(error)) => self.event(HearingEvent::Failed { error, fatal: false }),
                Some(Ok(None)) | None => {}
            }
        }
    }

    fn tell_final(&mut self, heard: Heard, stretch: &Stretch) {
        // Found out twice alike, it is not looked for again: that costs as much as the words.
        if self.language.is_none() && stretch.voiced_ms() >= 1_000 {
            if self.guess == heard.language {
                self.language.clone_from(&self.guess);
            }
            self.guess.clone_from(&heard.language);
        }
        self.turn.words(&heard.text);
        let (from_ms, to_ms) = stretch.span();
        self.event(HearingEvent::Final {
            from_ms,
            to_ms,
            text: heard.text,
            words: heard.words,
            confidence: Some(heard.confidence),
            language: heard.language,
        });
    }

    /// Says what the silence means for the turn, once the words are there.
    fn tell_turn(&mut self) {
        let speaking = self.segment.is_some();
        let paused = match &self.early {
            Some(Ok(Some(heard))) => Some(heard.text.as_str()),
            Some(_) => Some(""),
            None => None,
        };
        let known = self.pending.is_empty() && (!speaking || paused.is_some());
        if let Some(event) = self.turn.tell(known, speaking, paused.unwrap_or("")) {
            self.event(event);
        }
    }

    fn event(&mut self, event: HearingEvent) {
        self.outputs.push_back(Output::Event(event));
    }
}
