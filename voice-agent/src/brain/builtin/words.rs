//! What was said, cut into words that can be compared.

use std::ops::Range;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Lower case, without accents: `Öffnungszeit` is `offnungszeit`.
    pub key: String,
    /// Where it stands in the text, bytes.
    pub place: Range<usize>,
    /// A full stop follows directly.
    pub dot: bool,
    /// Some mark of punctuation follows directly: the speaker may pause.
    pub pause: bool,
}

impl Word {
    /// Whether it is made of digits alone.
    pub fn is_digits(&self) -> bool {
        self.key.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// Cuts a text into words. A hyphen or apostrophe parts words; within figures `10:30`, `24.11.` and `24/11` stay whole.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    for (at, (byte, character)) in characters.iter().enumerate() {
        let next = characters.get(at + 1).map(|(_, next)| *next);
        let inner = start.is_some_and(|start: usize| joins_figures(&text[start..*byte], *character, next));
        let opens = *character == '+' && start.is_none() && next.is_some_and(|next| next.is_ascii_digit());
        if character.is_alphanumeric() || inner || opens {
            start.get_or_insert(*byte);
        } else if let Some(start) = start.take() {
            words.push(word(text, start..*byte, Some(*character)));
        }
    }
    if let Some(start) = start {
        words.push(word(text, start..text.len(), None));
    }
    words
}

fn joins_figures(before: &str, character: char, next: Option<char>) -> bool {
    let figures = before.chars().all(|c| !c.is_alphabetic()) && before.ends_with(|c: char| c.is_ascii_digit());
    figures && ":./-".contains(character) && next.is_some_and(|next| next.is_ascii_digit())
}

fn word(text: &str, place: Range<usize>, next: Option<char>) -> Word {
    let pause = next.is_some_and(|next| ",;:.!?".contains(next));
    Word { key: fold(&text[place.clone()]), place, dot: next == Some('.'), pause }
}

/// Lower case without the accents of our five languages.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'ä' | 'á' | 'à' | 'â' | 'ã' | 'å' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'í' | 'ì' | 'î' | 'ï' => folded.push('i'),
            'ö' | 'ó' | 'ò' | 'ô' | 'õ' => folded.push('o'),
            'ü' | 'ú' | 'ù' | 'û' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            // What combines with the letter before it, as some recognisers write accents.
            '\u{300}'..='\u{36f}' => {}
            other => folded.push(other),
        }
    }
    folded
}

/// The keys of a phrase, joined with spaces.
pub fn key(text: &str) -> String {
    words(text).into_iter().map(|word| word.key).collect::<Vec<_>>().join(" ")
}

/// Where the words of a phrase (as [`key`] gives it) stand one after the other, first place.
pub fn find(words: &[Word], phrase: &str) -> Option<Range<usize>> {
    let parts: Vec<&str> = phrase.split(' ').collect();
    let matches = |window: &[Word]| window.iter().zip(&parts).all(|(word, part)| word.key == *part);
    let at = words.windows(parts.len()).position(matches)?;
    Some(at..at + parts.len())
}

/// Whether the words begin with a phrase.
pub fn starts(words: &[Word], phrase: &str) -> Option<usize> {
    let parts = phrase.split(' ').count();
    (words.len() >= parts && find(&words[..parts], phrase).is_some()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_words_that_can_be_compared() {
        for (text, expected) in [
            ("What's your Öffnungszeit?", "what s your offnungszeit"),
            ("at 10:30, on 24.11.2026.", "at 10:30 on 24.11.2026"),
            ("am 24. um 8.30 Uhr", "am 24 um 8.30 uhr"),
            ("+49 171-234 567", "+49 171-234 567"),
            ("vingt-et-un, l'heure", "vingt et un l heure"),
            ("3 p.m.", "3 p m"),
            ("Große Straße", "grosse strasse"),
            (" - ... ", ""),
        ] {
            assert_eq!(key(text), expected, "{text}");
        }
        assert!(words("am 24. um")[1].dot);
        let said = words("no I said Tuesday");
        assert_eq!(starts(&said, "no i said"), Some(3));
        assert_eq!(find(&said, "said tuesday"), Some(2..4));
        assert_eq!(find(&said, "said monday"), None);
    }
}
