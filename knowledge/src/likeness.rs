//! Words that are nearly the same: misspelt, misheard, or inflected in a way that the stemmer does not know.

use std::collections::HashMap;

/// The most words that are compared with one.
const CANDIDATES: usize = 60;
/// The longest word that is compared, letters.
const LONGEST: usize = 40;

/// A vocabulary that can be asked for words like another, by the letters that they share in threes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Neighbours {
    words: Vec<String>,
    grams: HashMap<[char; 3], Vec<u32>>,
}

/// How two words are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Likeness {
    /// They may be forms of one word, or one is built with the other.
    Kin(f32),
    /// One may be the other, misspelt or misheard.
    Slip(f32),
}

impl Neighbours {
    pub fn new(words: impl Iterator<Item = String>) -> Self {
        let mut neighbours = Self::default();
        for word in words {
            let place = neighbours.words.len() as u32;
            for gram in grams(&word) {
                let list = neighbours.grams.entry(gram).or_default();
                if list.last() != Some(&place) {
                    list.push(place);
                }
            }
            neighbours.words.push(word);
        }
        neighbours
    }

    /// Words like this one, the likest first, by their place in the vocabulary.
    pub fn like(&self, word: &str) -> Vec<(usize, Likeness)> {
        let mut shared: HashMap<u32, u32> = HashMap::new();
        for gram in grams(word) {
            for place in self.grams.get(&gram).into_iter().flatten() {
                *shared.entry(*place).or_default() += 1;
            }
        }
        let mut candidates: Vec<(u32, u32)> = shared.into_iter().collect();
        candidates.sort_by_key(|(place, count)| (std::cmp::Reverse(*count), *place));
        candidates.truncate(CANDIDATES);
        let like = |(place, _): (u32, u32)| {
            let place = place as usize;
            likeness(word, &self.words[place]).map(|likeness| (place, likeness))
        };
        let mut found: Vec<_> = candidates.into_iter().filter_map(like).collect();
        found.sort_by(|(_, a), (_, b)| b.strength().total_cmp(&a.strength()));
        found
    }

    pub fn word(&self, place: usize) -> &str {
        &self.words[place]
    }
}

impl Likeness {
    pub fn strength(self) -> f32 {
        match self {
            Self::Kin(strength) | Self::Slip(strength) => strength,
        }
    }
}

/// How like two different words are; `None` where they have nothing to do with each other.
fn likeness(a: &str, b: &str) -> Option<Likeness> {
    let (short, long) = if a.chars().count() <= b.chars().count() { (a, b) } else { (b, a) };
    let (least, most) = (short.chars().count(), long.chars().count());
    if a == b || least < 4 || most > LONGEST || a.chars().all(|letter| letter.is_ascii_digit()) {
        return None;
    }
    let prefix = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    if prefix == least && most - least <= 2 || prefix >= 5 && prefix * 10 >= most * 6 {
        return Some(Likeness::Kin(0.7));
    }
    let apart = strsim::osa_distance(a, b);
    let (heard, other) = (sound(a), sound(b));
    let alike = heard == other && heard.len() >= 3;
    let near = heard.len().min(other.len()) >= 5 && strsim::osa_distance(&heard, &other) <= 1;
    let slip = match apart {
        1 if least >= 6 => 0.85,
        1 if least >= 5 || alike => 0.75,
        1 if prefix >= 1 && alike => 0.6,
        2 if alike && least >= 5 => 0.75,
        2 if least >= 8 => 0.7,
        2 if near && least >= 6 => 0.6,
        3 if alike && least >= 6 || near && least >= 9 => 0.6,
        _ => 0.0,
    };
    if slip > 0.0 {
        return Some(Likeness::Slip(slip));
    }
    (least >= 5 && long.contains(short)).then_some(Likeness::Kin(0.6))
}

/// What is left of a word when only its consonants are heard, and those alike sound the same.
fn sound(word: &str) -> String {
    let mut heard = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        let class = match letter {
            'p' if letters.peek() == Some(&'h') => 'f',
            'b' | 'p' => 'b',
            'f' | 'v' | 'w' => 'f',
            'd' | 't' => 't',
            'c' | 'k' | 'q' | 'g' => 'k',
            's' | 'z' | 'x' => 's',
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' | 'j' if !heard.is_empty() => continue,
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' => 'a',
            letter => letter,
        };
        if !heard.ends_with(class) {
            heard.push(class);
        }
    }
    heard
}

/// The letters of a word in threes, with its two ends.
fn grams(word: &str) -> impl Iterator<Item = [char; 3]> {
    let letters: Vec<char> = ['^'].into_iter().chain(word.chars().take(LONGEST)).chain(['$']).collect();
    (0..letters.len().saturating_sub(2)).map(move |at| [letters[at], letters[at + 1], letters[at + 2]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(word: &str, vocabulary: &[&str]) -> Vec<String> {
        let neighbours = Neighbours::new(vocabulary.iter().map(|word| (*word).to_owned()));
        neighbours.like(word).into_iter().map(|(place, _)| neighbours.word(place).to_owned()).collect()
    }

    #[test]
    fn misspelt_and_misheard_words_are_found() {
        let vocabulary = ["prophylax", "parkplatz", "rechnung", "termin"];
        assert_eq!(like("profilax", &vocabulary), ["prophylax"]);
        assert_eq!(like("terrmin", &vocabulary), ["termin"]);
        assert_eq!(like("rechnun", &vocabulary), ["rechnung"]);
    }

    #[test]
    fn short_and_other_words_are_left_alone() {
        assert!(like("rose", &["hose", "dose"]).is_empty());
        assert!(like("2027", &["2026"]).is_empty());
        assert!(like("katze", &["termin"]).is_empty());
    }
}
