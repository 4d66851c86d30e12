//! Who or what answered a call: a person, a machine, an assistant that screens, a fax machine, or the network.
//!
//! A [`Classifier`] is told the sound of whoever was called, 20 ms at a time, with voice activity, and what a recogniser
//! understands as [`Clue`]s. A short greeting that is followed by silence is a person; who goes on and on is a machine;
//! tones and words tell at once. After its verdict it goes on listening for the moment at which a machine can be spoken
//! to. It has no clock and allocates nothing.

mod spectrum;
mod speech;
mod tones;
mod words;

use call_model::{AnswerSign, Answered, AnsweredBy, AudioFrame, FRAME_MS, SampleRate};

pub use speech::Features;
pub use words::{Clue, clue, hints};

use crate::fax::FaxDetector;
use crate::resample::Downsampler;
use crate::vad::level_dbfs;
use speech::Speech;
use tones::{Kind, Signal, Tones};

/// When a verdict is due, ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnsweringConfig {
    /// A verdict is given at the latest so long after the answer. Default: 4,600.
    pub max_ms: u32,
    /// Nothing said for so long after the answer is silence. Default: 3,000.
    pub silence_ms: u32,
    /// A machine that has been silent for so long can be spoken to, tone or not. Default: 2,500.
    pub greeting_silence_ms: u32,
}

impl Default for AnsweringConfig {
    fn default() -> Self {
        Self { max_ms: 4_600, silence_ms: 3_000, greeting_silence_ms: 2_500 }
    }
}

/// Greetings of persons, and the silence that must follow, ms: the longer a greeting, the more likely is another
/// sentence behind a pause.
const SHORT_MS: u32 = 900;
const SHORT_PAUSE_MS: u32 = 900;
const LONG_MS: u32 = 3_400;
const LONG_PAUSE_MS: u32 = 960;
/// ... and where its words are those of a person.
const KNOWN_PAUSE_MS: u32 = 800;
/// Who has spoken for so long is a machine, ms: a business answers with a sentence of up to three seconds.
const MACHINE_AT_ONCE_MS: u32 = 3_500;
/// Silence between two sentences of a machine is shorter, ms.
const DIP_MS: u32 = 450;
/// Who has spoken for so long when the time is over, and still does, is more likely a machine than not, ms.
const MACHINE_AT_LAST_MS: u32 = 1_400;
/// An assistant that is silent for so long waits for us, ms.
const SCREENING_PAUSE_MS: u32 = 800;
/// Who comes to the phone while we introduce ourselves may have spoken so long before the end of it, frames: 1.5 s.
const BEFORE_END: u32 = 75;
/// What is said after so much silence is another utterance, frames: 600 ms.
const UTTERANCE_GAP: u32 = 30;
/// Who came to the phone and heard nothing hears us again after so much silence, ms.
const INTRODUCED_SILENCE_MS: u32 = 5_000;
/// CNG comes before anything is said: 1,100 Hz for half a second (T.30 section 4.2), frames.
const CNG_HZ: std::ops::RangeInclusive<f32> = 1_060.0..=1_140.0;
/// CED, and where the tones of lines that ring and are busy lie (E.180), Hz.
const CALLED_HZ: std::ops::RangeInclusive<f32> = 2_050.0..=2_150.0;
const PROGRESS_HZ: std::ops::RangeInclusive<f32> = 300.0..=700.0;
const CNG_FRAMES: std::ops::RangeInclusive<u32> = 20..=30;

/// The kinds of tones, those that last longer first.
const TONES: [Kind; 2] = [Kind::Progress, Kind::Tone];
/// Voice activity fades away so long after a tone, frames.
const TONE_FADES: u32 = 7;

/// What was found out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Finding {
    /// Who answered; or that it is somebody else than it seemed.
    Answered(Answered),
    /// It waits for us: a machine's tone is over, or it is silent.
    Ready {
        /// There was a tone.
        beep: bool,
    },
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The answer.
    Ringing,
    /// The first verdict.
    Deciding,
    /// The verdict is this.
    Decided(AnsweredBy),
    /// An assistant was told who calls: a person may come, or a machine.
    Announced,
}

/// Follows one stream, frame by frame.
#[derive(Debug, Clone)]
pub struct Classifier {
    config: AnsweringConfig,
    downsampler: Downsampler,
    tones: Tones,
    fax: Box<FaxDetector>,
    speech: Speech,
    /// The last utterance alone.
    latest: Speech,
    /// Speech as it was before the tone of each kind that is heard now.
    before_tone: [Speech; 2],
    /// Frames since an assistant was told who calls, or has spoken since.
    quiet: u32,
    /// Frames for which nothing counts as speech.
    deaf: u32,
    state: State,
    /// Frames since the answer.
    frame: u32,
    clue: Option<Clue>,
    /// It was told that the silence after the last speech is ours.
    ready: bool,
    /// What is told with the next frame.
    later: Option<Finding>,
}

impl Classifier {
    /// Waits for the answer.
    pub fn new(config: AnsweringConfig) -> Self {
        spectrum::prepare();
        Self {
            config,
            downsampler: Downsampler::default(),
            tones: Tones::default(),
            fax: Box::default(),
            speech: Speech::default(),
            latest: Speech::default(),
            before_tone: Default::default(),
            quiet: 0,
            deaf: 0,
            state: State::Ringing,
            frame: 0,
            clue: None,
            ready: false,
            later: None,
        }
    }

    /// The call is answered: what is heard from now on is whoever was called.
    pub fn answered(&mut self) {
        if self.state == State::Ringing {
            self.state = State::Deciding;
            self.tones.forget();
        }
    }

    /// An assistant has been told who calls and why: whoever speaks next, or began just now, is judged anew.
    pub fn announced(&mut self) {
        self.state = State::Announced;
        self.judge_anew(if self.latest.began_within(BEFORE_END) { self.latest } else { Speech::default() });
        self.ready = false;
    }

    /// Forgets what was said but for this.
    fn judge_anew(&mut self, speech: Speech) {
        self.speech = speech;
        // A tone that sounds now does not bring back what was before.
        self.before_tone = [speech; 2];
        self.clue = None;
        self.quiet = 0;
    }

    /// What a recogniser has understood.
    pub fn understood(&mut self, clue: Clue) {
        if clue == Clue::Hold && self.state == State::Announced && self.speech.features().onset_ms.is_none() {
            // It was understood late: what is said next is somebody else's.
            return;
        }
        // A greeting that goes on is no more that of a person.
        self.clue = Some(self.clue.filter(|before| *before > Clue::Person).map_or(clue, |before| before.max(clue)));
    }

    /// How they have spoken so far.
    pub fn features(&self) -> Features {
        self.speech.features()
    }

    /// Takes the next 20 ms in; `voiced`: they are speech by their level. Gives what they tell.
    pub fn process(&mut self, frame: &AudioFrame, voiced: bool) -> Option<Finding> {
        let mut narrow = AudioFrame::silence(SampleRate::Narrow);
        if frame.rate() == SampleRate::Wide {
            self.downsampler.process(frame, &mut narrow);
        } else {
            narrow = *frame;
        }
        let level = level_dbfs(narrow.samples());
        let signal = self.tones.follow(narrow.samples(), level);
        if self.state == State::Ringing {
            let special = signal == Some(Signal::Special);
            return special.then(|| self.verdict(AnsweredBy::Unobtainable, AnswerSign::SpecialTone, 0.9));
        }
        self.frame += 1;
        self.follow_speech(voiced, level);
        let is_fax = self.fax.process(&narrow).is_some();
        if let Some(later) = self.later.take() {
            return Some(later);
        }
        if let Some(finding) = self.by_tones(signal, is_fax) {
            return Some(finding);
        }
        if let Some(finding) = self.by_words() {
            return Some(finding);
        }
        match self.state {
            State::Ringing => None,
            State::Deciding => self.decide(),
            State::Announced => self.decide_announced(),
            State::Decided(by) => self.wait_for_turn(by),
        }
    }

    /// Tones are no speech, though that is only known when they have lasted for a while.
    fn follow_speech(&mut self, voiced: bool, level: f32) {
        for kind in TONES {
            if self.tones.begins(kind) {
                self.before_tone[kind as usize] = self.speech;
            }
        }
        if let Some(kind) = TONES.into_iter().find(|kind| self.tones.sounds(*kind)) {
            self.speech.take_back(self.before_tone[kind as usize]);
            self.latest = Speech::default();
            self.deaf = TONE_FADES;
        }
        let voiced = voiced && self.deaf == 0;
        if voiced && self.latest.has_ended(UTTERANCE_GAP) {
            self.latest = Speech::default();
        }
        self.latest.follow(voiced, level);
        self.speech.follow(voiced, level);
        self.deaf = self.deaf.saturating_sub(1);
    }

    fn by_tones(&mut self, signal: Option<Signal>, is_fax: bool) -> Option<Finding> {
        let undecided = matches!(self.state, State::Deciding | State::Announced);
        if is_fax && self.state != State::Decided(AnsweredBy::Fax) {
            return Some(self.verdict(AnsweredBy::Fax, AnswerSign::FaxTone, 0.97));
        }
        match signal? {
            Signal::Special if undecided => Some(self.verdict(AnsweredBy::Unobtainable, AnswerSign::SpecialTone, 0.95)),
            Signal::Busy if undecided => Some(self.verdict(AnsweredBy::Unobtainable, AnswerSign::BusyTone, 0.8)),
            Signal::Beep if self.is_beep() => {
                self.ready = true;
                let beep = Finding::Ready { beep: true };
                if !undecided {
                    return Some(beep);
                }
                self.later = Some(beep);
                Some(self.verdict(AnsweredBy::Machine, AnswerSign::Beep, 0.9))
            }
            _ => None,
        }
    }

    /// What rings, and what a fax machine says while nobody has spoken, is no machine's beep.
    fn is_beep(&self) -> bool {
        let (hz, frames) = self.tones.last();
        let spoken = self.speech.features().onset_ms.is_some() || matches!(self.state, State::Decided(_));
        let calling = CNG_HZ.contains(&hz) && CNG_FRAMES.contains(&frames);
        spoken || !(PROGRESS_HZ.contains(&hz) || CALLED_HZ.contains(&hz) || calling)
    }

    fn by_words(&mut self) -> Option<Finding> {
        let by = match self.clue? {
            Clue::Other | Clue::Person | Clue::Hold => return None,
            Clue::Machine => AnsweredBy::Machine,
            Clue::Screening => AnsweredBy::Screening,
            Clue::Unobtainable => AnsweredBy::Unobtainable,
        };
        let settled = match self.state {
            State::Ringing => true,
            State::Deciding | State::Announced => false,
            // Who goes on and on may be an assistant, or a network, as well.
            State::Decided(before) => by == before || before != AnsweredBy::Machine,
        };
        (!settled).then(|| self.verdict(by, AnswerSign::Words, 0.95))
    }

    fn decide(&mut self) -> Option<Finding> {
        let after = self.after_ms();
        let heard = self.speech.features();
        if heard.onset_ms.is_none() {
            let waits = self.tones.is_sounding() || self.tones.rings();
            return if after >= self.config.max_ms {
                let by = if waits { AnsweredBy::Unsure } else { AnsweredBy::Silence };
                Some(self.verdict(by, AnswerSign::NothingHeard, if waits { 0.3 } else { 0.8 }))
            } else if after >= self.config.silence_ms && !waits {
                Some(self.verdict(AnsweredBy::Silence, AnswerSign::NothingHeard, 0.8))
            } else {
                None
            };
        }
        if self.is_greeting(&heard) {
            return Some(self.verdict(AnsweredBy::Person, AnswerSign::ShortGreeting, person(heard.span_ms)));
        }
        let spoken = heard.span_ms;
        // By their words they serve customers.
        let known = self.clue == Some(Clue::Person);
        let ends = known || spoken <= LONG_MS && heard.pause_ms >= DIP_MS;
        if !known && spoken >= MACHINE_AT_ONCE_MS {
            return Some(self.verdict(AnsweredBy::Machine, AnswerSign::LongGreeting, 1.0 - person(spoken)));
        }
        if after < self.config.max_ms {
            return None;
        }
        Some(if ends {
            self.verdict(AnsweredBy::Person, AnswerSign::TimeOver, person(spoken))
        } else if spoken >= MACHINE_AT_LAST_MS {
            self.verdict(AnsweredBy::Machine, AnswerSign::TimeOver, 0.5)
        } else {
            self.verdict(AnsweredBy::Unsure, AnswerSign::TimeOver, 0.3)
        })
    }

    /// Whether somebody has said a few words and waits.
    fn is_greeting(&self, heard: &Features) -> bool {
        let known = self.clue == Some(Clue::Person);
        let wanted = if known {
            KNOWN_PAUSE_MS
        } else if heard.span_ms <= SHORT_MS {
            SHORT_PAUSE_MS
        } else {
            LONG_PAUSE_MS
        };
        let short = known || heard.span_ms <= LONG_MS;
        short && heard.onset_ms.is_some() && heard.pause_ms >= wanted
    }

    /// The assistant may say more, for as long as it likes; a person says a word and waits.
    fn decide_announced(&mut self) -> Option<Finding> {
        let heard = self.speech.features();
        // Who asks us to wait is not whom we wait for.
        let holds = self.clue == Some(Clue::Hold);
        if !holds && self.is_greeting(&heard) {
            return Some(self.verdict(AnsweredBy::Person, AnswerSign::ShortGreeting, 0.7));
        }
        if heard.onset_ms.is_some() && heard.pause_ms >= LONG_PAUSE_MS {
            self.judge_anew(Speech::default());
        }
        self.quiet = if heard.onset_ms.is_some() || self.tones.is_sounding() { 0 } else { self.quiet + 1 };
        if self.ready || self.quiet * (FRAME_MS as u32) < INTRODUCED_SILENCE_MS {
            return None;
        }
        self.ready = true;
        Some(Finding::Ready { beep: false })
    }

    fn wait_for_turn(&mut self, by: AnsweredBy) -> Option<Finding> {
        let heard = self.speech.features();
        if heard.onset_ms.is_some() && heard.pause_ms < 100 {
            self.ready = false;
        }
        let wanted = if by == AnsweredBy::Screening { SCREENING_PAUSE_MS } else { self.config.greeting_silence_ms };
        let silent = if heard.onset_ms.is_some() { heard.pause_ms } else { self.after_ms() };
        if self.ready || silent < wanted || self.tones.is_sounding() {
            return None;
        }
        self.ready = true;
        Some(Finding::Ready { beep: false })
    }

    fn verdict(&mut self, by: AnsweredBy, sign: AnswerSign, confidence: f32) -> Finding {
        let after_ms = u64::from(self.after_ms());
        if self.state != State::Ringing {
            self.state = State::Decided(by);
        }
        self.clue = None;
        Finding::Answered(Answered { by, confidence, sign, after_ms })
    }

    const fn after_ms(&self) -> u32 {
        self.frame * FRAME_MS as u32
    }
}

/// How likely a greeting of so many ms is a person's.
fn person(span_ms: u32) -> f32 {
    let odds = (span_ms as f32 - 2_600.0) / 450.0;
    (1.0 / (1.0 + odds.exp())).clamp(0.05, 0.95)
}

#[cfg(test)]
mod tests;
