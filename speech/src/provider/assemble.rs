//! Puts what comes from a network together to chunks that can be played one after the other: whole frames, cut where it
//! is quiet, each with the words that begin in it.

use std::collections::VecDeque;
use std::sync::Arc;

use call_model::SampleRate;

use super::pace::Pace;
use super::runs::Spoken;
use crate::{SpeechChunk, WordTime};

/// What all engines behind a network are brought to.
pub(super) const RATE: SampleRate = SampleRate::Wide;

/// 20 ms: chunks are whole frames, because each is filled up to one when it is played.
const FRAME: usize = 320;

/// 10 ms: the step in which sound is told from silence.
const STEP: usize = 160;

/// The mean level below which a step is silent.
const SILENT: i64 = 40;

/// The silence that is left before the first sound, in steps: the rest only costs time.
const LEAD: usize = 2;

/// The first chunk, in frames. Later ones grow with what is ahead, so that each is there before the last one is over.
const FIRST_FRAMES: usize = 3;

/// The longest that a chunk has to be.
const MOST_FRAMES: usize = 20;

/// One run's sound and words on their way.
#[derive(Debug)]
pub(super) struct Assembler {
    pace: Arc<Pace>,
    /// Words that have no place yet.
    waiting: VecDeque<Spoken>,
    /// How many spoken words of the last placed one are still to come.
    inside: usize,
    /// Words with their places, in ms of the sound as it came.
    placed: VecDeque<WordTime>,
    told: bool,
    buffer: Vec<i16>,
    /// Ms of the sound that came before `buffer`, the silence left out included.
    before_ms: u64,
    begun: bool,
    frames_out: usize,
    sounding_ms: u64,
    /// Sound that the words so far were given, by the pace.
    used_ms: f64,
    weight: usize,
}

impl Assembler {
    pub(super) fn new(words: Vec<Spoken>, pace: Arc<Pace>) -> Self {
        let weight = words.iter().map(|word| word.weight).sum();
        Self {
            pace,
            waiting: words.into(),
            inside: 0,
            placed: VecDeque::new(),
            told: false,
            buffer: Vec::new(),
            before_ms: 0,
            begun: false,
            frames_out: 0,
            sounding_ms: 0,
            used_ms: 0.0,
            weight,
        }
    }

    /// More sound.
    pub(super) fn push(&mut self, samples: &[i16]) {
        self.buffer.extend_from_slice(samples);
        if self.begun {
            return;
        }
        let first = self.buffer.chunks_exact(STEP).position(|step| level(step) > SILENT);
        self.begun = first.is_some();
        let silent = first.unwrap_or(self.buffer.len() / STEP).saturating_sub(LEAD);
        self.buffer.drain(..silent * STEP);
        self.before_ms += silent as u64 * 10;
    }

    /// The engine tells that a spoken word begins and ends there, in ms from the start of its sound.
    pub(super) fn place(&mut self, from_ms: u64, to_ms: u64) {
        self.told = true;
        let to_ms = to_ms as u32;
        if self.inside > 0 {
            self.inside -= 1;
            if let Some(last) = self.placed.back_mut() {
                last.to_ms = last.to_ms.max(to_ms);
            }
            return;
        }
        if let Some(word) = self.waiting.pop_front() {
            self.inside = word.words - 1;
            self.placed.push_back(WordTime { text: word.written, from_ms: from_ms as u32, to_ms });
        }
    }

    /// The engine tells that the word placed last goes on until there.
    pub(super) fn extend(&mut self, to_ms: u64) {
        if let Some(last) = self.placed.back_mut() {
            last.to_ms = last.to_ms.max(to_ms as u32);
        }
    }

    /// Whether there was sound.
    pub(super) const fn sounded(&self) -> bool {
        self.frames_out > 0
    }

    /// The next chunk, if there is enough for one.
    pub(super) fn next(&mut self) -> Option<SpeechChunk> {
        let frames = self.buffer.len() / FRAME;
        let least = (self.frames_out / 2).clamp(FIRST_FRAMES, MOST_FRAMES);
        if !self.begun || frames < least {
            return None;
        }
        let cut = (least.max(frames / 2)..=frames).min_by_key(|frame| (self.loudness(*frame), usize::MAX - frame))?;
        Some(self.cut(cut * FRAME, false))
    }

    /// What is left at the end; the last chunk holds all words that are left.
    pub(super) fn finish(&mut self) -> Option<SpeechChunk> {
        let words = !self.placed.is_empty() || !self.waiting.is_empty();
        // Nothing but silence came: nothing was said.
        if !self.begun || (self.buffer.is_empty() && !words) {
            return None;
        }
        if self.buffer.is_empty() {
            self.buffer.resize(FRAME, 0);
        }
        let chunk = self.cut(self.buffer.len(), true);
        self.pace.learn(self.weight, self.sounding_ms);
        Some(chunk)
    }

    /// The level around the start of a frame, in steps of 5 ms.
    fn loudness(&self, frame: usize) -> i64 {
        let at = frame * FRAME;
        level(&self.buffer[at.saturating_sub(STEP / 2)..(at + STEP / 2).min(self.buffer.len())])
    }

    fn cut(&mut self, samples: usize, last: bool) -> SpeechChunk {
        let rest = self.buffer.split_off(samples);
        let samples = std::mem::replace(&mut self.buffer, rest);
        let length_ms = samples.len() as u64 / 16;
        if !self.told {
            self.guess(&samples);
        }
        let sounds = samples.chunks(STEP).filter(|step| level(step) > SILENT).count() as u64;
        self.sounding_ms += sounds * 10;
        if last {
            self.place_rest(length_ms);
        }
        let end = (self.before_ms + length_ms) as u32;
        let before = self.before_ms as u32;
        let mut words = Vec::new();
        while let Some(word) = self.placed.pop_front_if(|word| last || word.from_ms < end) {
            let (from_ms, to_ms) = (word.from_ms.saturating_sub(before), word.to_ms.saturating_sub(before));
            words.push(WordTime { text: word.text, from_ms, to_ms: to_ms.max(from_ms) });
        }
        self.before_ms += length_ms;
        self.frames_out += samples.len().div_ceil(FRAME);
        let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        SpeechChunk { samples: samples.into(), rate: RATE, text: text.into(), words: Some(words.into()) }
    }

    /// Places the words that begin in these samples by the voice's pace.
    fn guess(&mut self, samples: &[i16]) {
        let steps: Vec<u64> =
            samples.chunks(STEP).zip(0..).filter(|(step, _)| level(step) > SILENT).map(|(_, at)| at * 10).collect();
        let (pace, start) = (self.pace.ms(), self.sounding_ms as f64);
        while let Some(word) = self.waiting.front() {
            let at = ((self.used_ms - start) / 10.0).max(0.0) as usize;
            let Some(from_ms) = steps.get(at).map(|from| self.before_ms + from) else { break };
            let length = word.weight as f64 * pace;
            let text = word.written.clone();
            self.placed.push_back(WordTime { text, from_ms: from_ms as u32, to_ms: (from_ms as f64 + length) as u32 });
            self.used_ms += length;
            self.waiting.pop_front();
        }
    }

    /// Places what has no place yet at the end of the last chunk.
    fn place_rest(&mut self, length_ms: u64) {
        let end = (self.before_ms + length_ms) as u32;
        for word in &mut self.placed {
            word.to_ms = word.to_ms.min(end);
            word.from_ms = word.from_ms.min(word.to_ms);
        }
        let from = self.placed.back().map_or(self.before_ms as u32, |word| word.to_ms);
        let total: usize = self.waiting.iter().map(|word| word.weight).sum();
        let mut before = 0;
        let place =
            |weight: usize| from + (u64::from(end.saturating_sub(from)) * weight as u64 / total.max(1) as u64) as u32;
        for word in std::mem::take(&mut self.waiting) {
            let after = before + word.weight;
            self.placed.push_back(WordTime { text: word.written, from_ms: place(before), to_ms: place(after) });
            before = after;
        }
    }
}

fn level(step: &[i16]) -> i64 {
    step.iter().map(|sample| i64::from(sample.unsigned_abs())).sum::<i64>() / step.len().max(1) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Spoken> {
        let word = |text: &str| Spoken { written: text.into(), words: 1, weight: crate::words::weight(text) };
        text.split(' ').map(word).collect()
    }

    fn tone(ms: usize) -> Vec<i16> {
        (0..ms * 16).map(|at| ((at as f64 * 0.3).sin() * 8_000.0) as i16).collect()
    }

    fn all(mut assembler: Assembler, sound: &[i16], piece: usize) -> Vec<SpeechChunk> {
        let mut chunks = Vec::new();
        for piece in sound.chunks(piece) {
            assembler.push(piece);
            chunks.extend(assembler.next());
        }
        chunks.extend(assembler.finish());
        chunks
    }

    #[test]
    fn chunks_are_whole_frames_without_the_first_silence() {
        let sound = [vec![0; 16 * 300], tone(1_000)].concat();
        let chunks = all(Assembler::new(words("one two three four"), Arc::default()), &sound, 333);
        let total: usize = chunks.iter().map(|chunk| chunk.samples.len()).sum();
        assert_eq!(total, 16 * 1_020);
        let (_, whole) = chunks.split_last().expect("chunks");
        assert!(whole.len() > 2 && whole.iter().all(|chunk| chunk.samples.len() % FRAME == 0));
        assert!(chunks[0].duration().as_millis() <= 80);
        let text: Vec<&str> = chunks.iter().map(|chunk| &*chunk.text).filter(|text| !text.is_empty()).collect();
        assert_eq!(text.join(" "), "one two three four");
    }

    #[test]
    fn told_words_land_in_the_chunk_where_they_begin() {
        let mut assembler = Assembler::new(words("one two"), Arc::default());
        assembler.push(&[vec![0; 16 * 100], tone(500)].concat());
        assembler.place(100, 250);
        assembler.place(300, 550);
        let mut chunks: Vec<_> = std::iter::from_fn(|| assembler.next()).collect();
        chunks.extend(assembler.finish());
        let mut start = 80;
        let mut found = Vec::new();
        for chunk in &chunks {
            for word in chunk.words.as_deref().unwrap_or_default() {
                found.push((word.text.clone(), start + word.from_ms, start + word.to_ms));
            }
            start += chunk.duration().as_millis() as u32;
        }
        assert_eq!(found, [("one".into(), 100, 250), ("two".into(), 300, 550)]);
    }

    #[test]
    fn the_pace_is_learned_and_no_word_is_lost() {
        let pace = Arc::new(Pace::default());
        // Slow: 100 ms for each letter.
        for _ in 0..20 {
            let chunks = all(Assembler::new(words("aaaa bbbb cccc dddd eeee"), pace.clone()), &tone(2_500), 1_000);
            assert_eq!(
                chunks.iter().map(|chunk| chunk.words.as_ref().map_or(0, |words| words.len())).sum::<usize>(),
                5
            );
        }
        assert!((pace.ms() - 100.0).abs() < 5.0, "{}", pace.ms());
    }

    #[test]
    fn silence_says_nothing() {
        assert!(all(Assembler::new(words("one"), Arc::default()), &vec![0; 16_000], 500).is_empty());
    }
}
