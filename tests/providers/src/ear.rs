//! Hears speech by its energy, and says what a script says was spoken. Its time is the audio that has come; the clock is
//! only looked at for benchmarks.

use std::collections::VecDeque;
use std::time::SystemTime;

/// The step in which energy is measured, in ms.
const STEP_MS: u64 = 10;

/// What a turn's words are, and when it can be over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpokenTurn {
    /// The words.
    pub text: String,
    /// The turn is not over before it has lasted so long from its first sound, whatever pauses it has: a recogniser
    /// that understands hears that a sentence is unfinished. `None`: the first pause that is long enough ends it.
    pub lasts_ms: Option<u64>,
}

impl SpokenTurn {
    /// A turn that ends at its first pause.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), lasts_ms: None }
    }

    /// A turn that is not over before it has lasted so long (a little less than it does last, to be safe).
    pub fn lasting(text: impl Into<String>, lasts_ms: u64) -> Self {
        Self { text: text.into(), lasts_ms: Some(lasts_ms) }
    }
}

/// What a double does in a pause within a turn that [lasts](SpokenTurn::lasts_ms) longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hesitation {
    /// It understands that the sentence is unfinished, and says nothing.
    #[default]
    Understood,
    /// It says that the turn is likely over, and takes it back when speech goes on.
    Doubtful,
}

/// When the turn's events are sent, in ms of audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarTiming {
    /// Sound for so long is speech. Default 30.
    pub onset_ms: u64,
    /// From the end of speech until the early end of turn; `None`: never. Default 150.
    pub eager_ms: Option<u64>,
    /// From the end of speech until the end of turn. Default 350.
    pub end_ms: u64,
    /// How often the words so far are told. Default 250.
    pub update_ms: u64,
    /// The root mean square above which a step sounds. Default 250.
    pub threshold: u32,
    /// What happens in a pause within a turn.
    pub hesitation: Hesitation,
}

impl Default for EarTiming {
    fn default() -> Self {
        Self {
            onset_ms: 30,
            eager_ms: Some(150),
            end_ms: 350,
            update_ms: 250,
            threshold: 250,
            hesitation: Hesitation::default(),
        }
    }
}

/// What the ear has noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EarEvent {
    Started,
    Update,
    Eager,
    Resumed,
    Ended,
}

/// The turn as it is known at an event. Times in ms of audio.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Now {
    pub(crate) event: EarEvent,
    pub(crate) turn: usize,
    pub(crate) from_ms: u64,
    pub(crate) to_ms: u64,
    pub(crate) words: Vec<(String, u64, u64)>,
}

impl Now {
    pub(crate) fn text(&self) -> String {
        self.words.iter().map(|(word, _, _)| word.as_str()).collect::<Vec<_>>().join(" ")
    }
}

#[derive(Debug)]
struct Turn {
    from_ms: u64,
    last_sound_ms: u64,
    eager: bool,
    updated_ms: u64,
}

#[derive(Debug)]
pub(crate) struct Ear {
    step: usize,
    timing: EarTiming,
    turns: Vec<SpokenTurn>,
    waiting: VecDeque<i16>,
    now_ms: u64,
    sounding_ms: u64,
    turn: Option<Turn>,
    count: usize,
    /// When what is being pushed arrived, and when the last speech did.
    arrived: SystemTime,
    last_speech: SystemTime,
}

impl Ear {
    pub(crate) fn new(hz: u32, timing: EarTiming, turns: Vec<SpokenTurn>) -> Self {
        let step = (u64::from(hz.max(100)) * STEP_MS / 1_000) as usize;
        Self {
            step,
            timing,
            turns,
            waiting: VecDeque::new(),
            now_ms: 0,
            sounding_ms: 0,
            turn: None,
            count: 0,
            arrived: SystemTime::UNIX_EPOCH,
            last_speech: SystemTime::UNIX_EPOCH,
        }
    }

    pub(crate) fn push(&mut self, samples: impl IntoIterator<Item = i16>) -> Vec<Now> {
        self.arrived = SystemTime::now();
        self.waiting.extend(samples);
        let mut events = Vec::new();
        while self.waiting.len() >= self.step {
            let energy: f64 = self.waiting.drain(..self.step).map(|sample| f64::from(sample).powi(2)).sum();
            let sounds = (energy / self.step as f64).sqrt() > f64::from(self.timing.threshold);
            self.now_ms += STEP_MS;
            self.take(sounds, &mut events);
        }
        events
    }

    /// When the last speech arrived here.
    pub(crate) fn last_speech(&self) -> SystemTime {
        self.last_speech
    }

    /// Ends what is open: no more audio comes.
    pub(crate) fn close(&mut self) -> Option<Now> {
        self.turn.as_ref()?;
        let now = self.now(EarEvent::Ended);
        self.end();
        now
    }

    fn take(&mut self, sounds: bool, events: &mut Vec<Now>) {
        self.sounding_ms = if sounds { self.sounding_ms + STEP_MS } else { 0 };
        let speech = self.sounding_ms >= self.timing.onset_ms;
        let Some(turn) = &mut self.turn else {
            if speech {
                let from_ms = self.now_ms - self.sounding_ms;
                let turn = Turn { from_ms, last_sound_ms: self.now_ms, eager: false, updated_ms: self.now_ms };
                self.turn = Some(turn);
                events.extend(self.now(EarEvent::Started));
            }
            return;
        };
        if speech {
            turn.last_sound_ms = self.now_ms;
            self.last_speech = self.arrived;
        }
        let quiet = self.now_ms - turn.last_sound_ms;
        let lasts = self.turns.get(self.count % self.turns.len().max(1)).and_then(|turn| turn.lasts_ms).unwrap_or(0);
        let complete = turn.last_sound_ms - turn.from_ms >= lasts;
        let may_hint = complete || self.timing.hesitation == Hesitation::Doubtful;
        let event = if speech && turn.eager {
            turn.eager = false;
            EarEvent::Resumed
        } else if complete && quiet >= self.timing.end_ms {
            EarEvent::Ended
        } else if !turn.eager && may_hint && self.timing.eager_ms.is_some_and(|eager| quiet >= eager) {
            turn.eager = true;
            EarEvent::Eager
        } else if self.now_ms - turn.updated_ms >= self.timing.update_ms && !turn.eager {
            turn.updated_ms = self.now_ms;
            EarEvent::Update
        } else {
            return;
        };
        let ended = event == EarEvent::Ended;
        events.extend(self.now(event));
        if ended {
            self.end();
        }
    }

    fn end(&mut self) {
        self.turn = None;
        self.count += 1;
    }

    /// The turn with its words: all at its end, before that those that have had their time.
    fn now(&self, event: EarEvent) -> Option<Now> {
        let turn = self.turn.as_ref()?;
        let spoken = &self.turns.get(self.count % self.turns.len().max(1));
        let text: Vec<&str> = spoken.map_or(Vec::new(), |spoken| spoken.text.split_whitespace().collect());
        let length = (turn.last_sound_ms - turn.from_ms).max(1);
        let whole = spoken.and_then(|spoken| spoken.lasts_ms).unwrap_or(length).max(length);
        let count = text.len().max(1) as u64;
        let place = |at: u64| turn.from_ms + whole * at / count;
        let all = matches!(event, EarEvent::Ended | EarEvent::Eager) && length * 10 >= whole * 9;
        let words = text.iter().zip(0..).map(|(word, at)| ((*word).to_owned(), place(at), place(at + 1)));
        let words = words.filter(|(_, _, end)| all || *end <= turn.last_sound_ms);
        let words = if event == EarEvent::Started { Vec::new() } else { words.collect() };
        Some(Now { event, turn: self.count, from_ms: turn.from_ms, to_ms: self.now_ms, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(ms: usize) -> Vec<i16> {
        (0..ms * 8).map(|at| ((at as f64 * 0.3).sin() * 4_000.0) as i16).collect()
    }

    fn heard(timing: EarTiming, turn: SpokenTurn, audio: &[Vec<i16>]) -> Vec<(EarEvent, u64, String)> {
        let mut ear = Ear::new(8_000, timing, vec![turn]);
        let events = ear.push(audio.concat());
        let told = events.into_iter().filter(|now| now.event != EarEvent::Update);
        told.map(|now| (now.event.clone(), now.to_ms, now.text())).collect()
    }

    #[test]
    fn a_turn_ends_so_long_after_its_speech() {
        let audio = [vec![0; 800], sound(500), vec![0; 8_000]];
        let events = heard(EarTiming::default(), SpokenTurn::new("we are open"), &audio);
        let [(EarEvent::Started, 130, _), (EarEvent::Eager, eager, early), (EarEvent::Ended, ended, text)] =
            &events[..]
        else {
            panic!("{events:?}")
        };
        assert!((740..=760).contains(eager) && (940..=960).contains(ended), "{eager} {ended}");
        assert_eq!([early.as_str(), text.as_str()], ["we are open", "we are open"]);
    }

    #[test]
    fn a_hesitation_is_understood_or_taken_back() {
        let audio = [sound(500), vec![0; 5_600], sound(500), vec![0; 4_000]];
        let turn = SpokenTurn::lasting("I would like to come", 1_600);
        let kinds = |hesitation| {
            let timing = EarTiming { hesitation, ..EarTiming::default() };
            heard(timing, turn.clone(), &audio).into_iter().map(|(event, _, _)| event).collect::<Vec<_>>()
        };
        assert_eq!(kinds(Hesitation::Understood), [EarEvent::Started, EarEvent::Eager, EarEvent::Ended]);
        assert_eq!(
            kinds(Hesitation::Doubtful),
            [EarEvent::Started, EarEvent::Eager, EarEvent::Resumed, EarEvent::Eager, EarEvent::Ended]
        );
        // Without knowing better, both halves are turns.
        let events = heard(EarTiming::default(), SpokenTurn::new("yes"), &audio);
        assert_eq!(events.iter().filter(|(event, _, _)| *event == EarEvent::Ended).count(), 2);
    }
}
