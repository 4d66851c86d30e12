//! Keeps the words of a partial from changing back and forth: a word that two decodings in a row agree on, with all
//! before it, stays until the final.

use call_model::Word;

/// The words of one utterance so far.
#[derive(Debug, Default)]
pub(super) struct Stable {
    last: Vec<Word>,
    agreed: Vec<Word>,
}

impl Stable {
    /// Takes in the newest decoding, and gives the words to show: those agreed on, and the newest after them.
    pub(super) fn update(&mut self, words: Vec<Word>) -> Vec<Word> {
        let same = words.iter().zip(&self.last).take_while(|(new, old)| alike(&new.text, &old.text)).count();
        let holds = words.iter().zip(&self.agreed).all(|(new, old)| alike(&new.text, &old.text));
        if holds && same > self.agreed.len() {
            self.agreed = words[..same].to_vec();
        }
        let mut shown = self.agreed.clone();
        if holds {
            shown.extend(words.iter().skip(shown.len()).cloned());
        } else {
            // What comes later than all that was agreed on.
            let end = shown.last().map_or(0, |word| u64::midpoint(word.from_ms, word.to_ms));
            shown.extend(words.iter().filter(|word| word.from_ms >= end).cloned());
        }
        self.last = words;
        shown
    }
}

fn alike(a: &str, b: &str) -> bool {
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    letters(a) == letters(b)
}

#[cfg(test)]
mod tests {
    use super::super::words::text;
    use super::*;

    fn words(text: &str) -> Vec<Word> {
        let words = (0..).zip(text.split_whitespace());
        words.map(|(n, word)| Word { text: word.into(), from_ms: n * 300, to_ms: n * 300 + 280 }).collect()
    }

    #[test]
    fn what_two_decodings_agree_on_stays() {
        let mut stable = Stable::default();
        assert_eq!(text(&stable.update(words("I'd like two"))), "I'd like two");
        assert_eq!(text(&stable.update(words("I'd like to book"))), "I'd like to book");
        // "I'd like" is agreed on; the rest may still change.
        assert_eq!(text(&stable.update(words("Eyed bike to look on"))), "I'd like to look on");
        assert_eq!(text(&stable.update(words("I'd like to look on Monday."))), "I'd like to look on Monday.");
        assert_eq!(
            text(&stable.update(words("I'd like to look on Monday, please"))),
            "I'd like to look on Monday, please"
        );
        assert_eq!(text(&stable.update(Vec::new())), "I'd like to look on Monday,");
    }
}
