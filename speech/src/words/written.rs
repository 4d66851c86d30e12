//! From the words that an engine speaks back to the words as they were written: `14:30` is spoken as two words, and a
//! transcript shows one.

use std::collections::HashMap;

use super::WordTime;
use crate::text::markup::{self, Part};

/// More words than this are not compared one with every other.
const MOST_WORDS: usize = 1_500;

/// The text without its marks, as a reader would see it.
pub fn visible(text: &str) -> String {
    let parts = markup::parse(text).into_iter().map(|part| match part {
        Part::Text(text) | Part::SayAs(_, text) => text,
        Part::Break(_) => " ".to_owned(),
    });
    parts.collect()
}

/// The written words of one utterance, laid over the sentences that are spoken of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// For each sentence its written words, each with the first of the sentence's spoken words that says it.
    sentences: Vec<Vec<(String, usize)>>,
}

impl std::fmt::Debug for Written {
    /// Leaves out the words: they may be private.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Written({} sentences)", self.sentences.len())
    }
}

impl Written {
    /// Lays `written` (with or without marks) over the sentences that are spoken of it, in order.
    pub fn over(written: &str, sentences: &[&str]) -> Self {
        let visible = visible(written);
        let written: Vec<&str> = visible.split_whitespace().collect();
        let spoken: Vec<(usize, usize, &str)> = sentences
            .iter()
            .enumerate()
            .flat_map(|(sentence, text)| {
                text.split_whitespace().enumerate().map(move |(at, word)| (sentence, at, word))
            })
            .collect();
        let words: Vec<&str> = spoken.iter().map(|(_, _, word)| *word).collect();
        let mut laid = vec![Vec::new(); sentences.len()];
        let mut last = 0;
        for (word, place) in written.iter().zip(places(&written, &words)) {
            let (sentence, at) = match place.and_then(|place| spoken.get(place)) {
                Some((sentence, at, _)) => (*sentence, *at),
                // Not spoken at all, such as a dash: shown where the last word was.
                None => (last, usize::MAX),
            };
            last = sentence;
            if let Some(words) = laid.get_mut(sentence) {
                words.push(((*word).to_owned(), at));
            }
        }
        Self { sentences: laid }
    }

    /// What is written for this sentence.
    pub fn text(&self, sentence: usize) -> String {
        let words = self.sentences.get(sentence).map_or(&[][..], Vec::as_slice);
        words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The times of the written words of this sentence, from those of its spoken words. A word that is not spoken
    /// takes no time.
    pub fn times(&self, sentence: usize, spoken: &[WordTime]) -> Vec<WordTime> {
        let Some(end) = spoken.last().map(|word| word.to_ms) else { return Vec::new() };
        let words = self.sentences.get(sentence).map_or(&[][..], Vec::as_slice);
        let mut times: Vec<WordTime> = Vec::with_capacity(words.len());
        for (at, (text, first)) in words.iter().enumerate() {
            let Some(start) = spoken.get(*first) else {
                let now = times.last().map_or(0, |word| word.to_ms);
                times.push(WordTime { text: text.clone(), from_ms: now, to_ms: now });
                continue;
            };
            let next = words[at + 1..].iter().map(|(_, next)| *next).find(|next| *next < spoken.len());
            // Two written words that are spoken as one: both have its time.
            let last = next.unwrap_or(spoken.len()).saturating_sub(1).max(*first);
            let to_ms = spoken.get(last).map_or(end, |word| word.to_ms);
            times.push(WordTime { text: text.clone(), from_ms: start.from_ms, to_ms });
        }
        times
    }
}

/// For each written word the first spoken word that says it.
fn places(written: &[&str], spoken: &[&str]) -> Vec<Option<usize>> {
    let written: Vec<String> = written.iter().copied().map(plain).collect();
    let spoken: Vec<String> = spoken.iter().copied().map(plain).collect();
    let pairs = common(&written, &spoken);
    let mut places = vec![None; written.len()];
    let (mut from, mut from_spoken) = (0, 0);
    for (at, at_spoken) in pairs.into_iter().chain([(written.len(), spoken.len())]) {
        spread(&written[from..at], from_spoken..at_spoken, &mut places[from..at]);
        if let Some(place) = places.get_mut(at) {
            *place = Some(at_spoken);
        }
        (from, from_spoken) = (at + 1, at_spoken + 1);
    }
    places
}

/// Spreads written words over spoken ones that are different, in proportion.
fn spread(written: &[String], spoken: std::ops::Range<usize>, places: &mut [Option<usize>]) {
    // A word without a letter or digit is spoken only where nothing else is there to be.
    let silent = |word: &String| word.is_empty();
    let count = written.iter().filter(|word| !silent(word)).count();
    if count == 0 || spoken.is_empty() {
        return;
    }
    let spoken_words = written.iter().zip(places).filter(|(word, _)| !silent(word));
    for (at, (_, place)) in spoken_words.enumerate() {
        *place = Some(spoken.start + at * spoken.len() / count);
    }
}

fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The longest common subsequence, as pairs of places. Of very long texts only words that stand once in each.
fn common(a: &[String], b: &[String]) -> Vec<(usize, usize)> {
    if a.len() > MOST_WORDS || b.len() > MOST_WORDS {
        return unique(a, b);
    }
    // Equal words at the start need no table; most texts are done after this.
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let mut pairs: Vec<_> = (0..head).map(|at| (at, at)).collect();
    let (a, b) = (&a[head..], &b[head..]);
    let width = b.len() + 1;
    let mut longest = vec![0_u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i * width + j] = if a[i] == b[j] && !a[i].is_empty() {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] == b[j] && !a[i].is_empty() {
            pairs.push((head + i, head + j));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

fn unique(a: &[String], b: &[String]) -> Vec<(usize, usize)> {
    let mut at: HashMap<&str, (usize, usize)> = HashMap::new();
    for (place, word) in b.iter().enumerate() {
        at.entry(word).and_modify(|(_, count)| *count += 1).or_insert((place, 1));
    }
    let mut pairs = Vec::new();
    let mut after = 0;
    for (place, word) in a.iter().enumerate() {
        if let Some((other, 1)) = at.get(word.as_str())
            && *other >= after
        {
            pairs.push((place, *other));
            after = other + 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str, from_ms: u32, to_ms: u32) -> WordTime {
        WordTime { text: text.into(), from_ms, to_ms }
    }

    /// Every spoken word takes 100 ms.
    fn spoken(sentence: &str) -> Vec<WordTime> {
        let words = sentence.split(' ').enumerate();
        words.map(|(at, word)| time(word, at as u32 * 100, at as u32 * 100 + 100)).collect()
    }

    #[test]
    fn what_is_written_out_comes_back_as_written() {
        let text = "Come at <say-as interpret-as=\"time\">14:30</say-as>, room 7. Bye – bye!";
        let sentences = ["Come at two thirty P M, room seven.", "Bye, bye!"];
        let written = Written::over(text, &sentences);
        assert_eq!([written.text(0), written.text(1)], ["Come at 14:30, room 7.", "Bye – bye!"]);
        let times = written.times(0, &spoken(sentences[0]));
        let expected = [
            time("Come", 0, 100),
            time("at", 100, 200),
            time("14:30,", 200, 600),
            time("room", 600, 700),
            time("7.", 700, 800),
        ];
        assert_eq!(times, expected);
        let times = written.times(1, &spoken(sentences[1]));
        assert_eq!(times, [time("Bye", 0, 100), time("–", 100, 100), time("bye!", 100, 200)]);
    }

    #[test]
    fn a_number_at_a_sentence_border_stays_on_its_side() {
        let written = Written::over("It costs 5. 6 is more.", &["It costs five.", "Six is more."]);
        assert_eq!([written.text(0), written.text(1)], ["It costs 5.", "6 is more."]);
    }

    #[test]
    fn nothing_written_is_nothing() {
        let written = Written::over("", &["One."]);
        assert_eq!((written.text(0), written.times(0, &spoken("One."))), (String::new(), Vec::new()));
        assert_eq!(written.text(7), "");
    }

    #[test]
    fn a_long_text_is_laid_out_too() {
        let text = (0..2_000).map(|at| format!("w{at} 5")).collect::<Vec<_>>().join(" ");
        let said = (0..2_000).map(|at| format!("w{at} five")).collect::<Vec<_>>().join(" ");
        let written = Written::over(&text, &[&said]);
        assert_eq!(written.text(0), text);
    }

    proptest::proptest! {
        #[test]
        fn every_written_word_is_somewhere_once(text in "[a-c0-3 .–]{0,40}", said in proptest::collection::vec("[a-c ]{0,12}", 1..4)) {
            let sentences: Vec<&str> = said.iter().map(String::as_str).collect();
            let written = Written::over(&text, &sentences);
            let words = (0..sentences.len()).map(|at| written.text(at)).filter(|text| !text.is_empty());
            let expected = text.split_whitespace().collect::<Vec<_>>().join(" ");
            proptest::prop_assert_eq!(words.collect::<Vec<_>>().join(" "), expected);
        }
    }
}
