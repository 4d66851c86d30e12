//! When each word sounds: estimated where an engine does not say it, and put back into the words as they were written.

mod written;

pub use written::{Written, visible};

use std::fmt;

use call_model::{SampleRate, Word};

/// A word and its place in a chunk of speech.
#[derive(Clone, PartialEq, Eq)]
pub struct WordTime {
    /// The word as written, with the marks that stand at it.
    pub text: String,
    /// Its start, in ms from the start of the chunk.
    pub from_ms: u32,
    /// Its end, in ms from the start of the chunk. Past the chunk's end where the word goes on in the next one.
    pub to_ms: u32,
}

impl fmt::Debug for WordTime {
    /// Leaves out the word: it may be private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{} ms", self.from_ms, self.to_ms)
    }
}

/// The step in which sound is told from silence, in ms.
const STEP_MS: u32 = 10;

/// A step sounds when its mean level is above this share of the loudest step's.
const SOUNDING: i64 = 25;

/// A gap of silence shorter than this belongs to the word around it (the closure of a `t`), in steps.
const SHORT_GAP: usize = 8;

/// Estimates when each word of `text` sounds: in proportion to its letters, over the parts of the samples that sound.
/// Without words or without sound the list is empty.
pub fn estimate(text: &str, samples: &[i16], rate: SampleRate) -> Vec<WordTime> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let sounding = sounding_steps(samples, rate);
    if words.is_empty() || sounding.is_empty() {
        return Vec::new();
    }
    let letters: usize = words.iter().copied().map(weight).sum();
    // The step that is reached after this many letters. Kept apart for start and end, so that a pause lies between
    // two words and in neither.
    let steps = sounding.len();
    let mut before = 0;
    let mut times = Vec::with_capacity(words.len());
    for word in words {
        let after = before + weight(word);
        let first = sounding[(before * steps / letters).min(steps - 1)];
        let last = sounding[(after * steps / letters).saturating_sub(1).min(steps - 1)].max(first);
        times.push(WordTime { text: word.to_owned(), from_ms: first * STEP_MS, to_ms: (last + 1) * STEP_MS });
        before = after;
    }
    times
}

/// Spreads the words of a text over a stretch of a call, in proportion to their letters: where a recogniser tells the
/// text only.
pub fn spread(text: &str, from_ms: u64, to_ms: u64) -> Vec<Word> {
    let total: usize = text.split_whitespace().map(weight).sum();
    let length = to_ms.saturating_sub(from_ms);
    let place = |weight: usize| from_ms + length * weight as u64 / total.max(1) as u64;
    let mut before = 0;
    let word = |word: &str| {
        let after = before + weight(word);
        let word = Word { text: word.to_owned(), from_ms: place(before), to_ms: place(after) };
        before = after;
        word
    };
    text.split_whitespace().map(word).collect()
}

/// How long a word takes beside others: its letters and digits, and a little for having an end.
pub(crate) fn weight(word: &str) -> usize {
    // A digit is spoken as a word.
    let letters = word.chars().map(|c| if c.is_numeric() { 4 } else { usize::from(c.is_alphabetic()) });
    letters.sum::<usize>() + 1
}

/// The numbers of the steps that sound, short gaps included.
fn sounding_steps(samples: &[i16], rate: SampleRate) -> Vec<u32> {
    let step = (rate.hz() * STEP_MS / 1_000) as usize;
    let level =
        |part: &[i16]| part.iter().map(|sample| i64::from(sample.unsigned_abs())).sum::<i64>() / part.len() as i64;
    let levels: Vec<i64> = samples.chunks(step).map(level).collect();
    let loudest = levels.iter().copied().max().unwrap_or(0);
    let sounds = |level: i64| level > 0 && level * SOUNDING >= loudest;
    let mut steps: Vec<u32> = Vec::with_capacity(levels.len());
    for at in (0..levels.len()).filter(|at| sounds(levels[*at])) {
        if let Some(last) = steps.last().map(|last| *last as usize)
            && at - last <= SHORT_GAP
        {
            steps.extend((last + 1..at).map(|gap| gap as u32));
        }
        steps.push(at as u32);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(ms: usize) -> Vec<i16> {
        (0..ms * 16).map(|at| ((at as f64 * 0.3).sin() * 8_000.0) as i16).collect()
    }

    fn times(text: &str, samples: &[i16]) -> Vec<(String, u32, u32)> {
        let words = estimate(text, samples, SampleRate::Wide);
        words.into_iter().map(|word| (word.text, word.from_ms, word.to_ms)).collect()
    }

    #[test]
    fn words_share_the_sound_by_their_letters() {
        let samples = [vec![0; 1_600], tone(1_000), vec![0; 3_200]].concat();
        let first = ("abcd".to_owned(), 100, 650);
        assert_eq!(times("abcd efg,", &samples)[0], first);
        let last = times("abcd efg,", &samples)[1].clone();
        assert!(last.1 >= 590 && last.2 == 1_100, "{last:?}");
    }

    #[test]
    fn a_pause_lies_between_words() {
        let samples = [tone(500), vec![0; 16 * 400], tone(500)].concat();
        assert_eq!(times("abcd efgh", &samples), [("abcd".into(), 0, 500), ("efgh".into(), 900, 1_400)]);
    }

    #[test]
    fn nothing_said_or_heard_is_nothing() {
        assert_eq!(times("", &tone(100)), []);
        assert_eq!(times("word", &[0; 1_600]), []);
        assert_eq!(times("word", &[]), []);
    }

    proptest::proptest! {
        #[test]
        fn times_are_in_order_and_inside(text in "\\PC{0,60}", ms in 1_usize..2_000) {
            let samples = tone(ms);
            let mut before = 0;
            for word in estimate(&text, &samples, SampleRate::Wide) {
                proptest::prop_assert!(word.from_ms + STEP_MS >= before && word.to_ms > word.from_ms);
                proptest::prop_assert!(word.to_ms <= ms as u32 + STEP_MS);
                before = word.to_ms;
            }
        }
    }
}
