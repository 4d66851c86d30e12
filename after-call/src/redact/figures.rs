//! Digits in a text, whether written or spoken.

use std::ops::Range;

use voice_agent::brain::builtin::Lang;
use voice_agent::brain::builtin::parse::digits;
use voice_agent::brain::builtin::words::{Word, words};

/// Digits that stand within a longer word from so many on.
const LONG: usize = 12;

/// Words that say digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The digits, with a `+` before them if it was said.
    pub digits: String,
    /// Where they are in the text, bytes.
    pub place: Range<usize>,
    /// Words that say none, since the figure before in this text or its beginning.
    pub gap: usize,
    /// There is another word on either side.
    pub loose: bool,
}

/// A text with its digits.
pub struct Said<'t> {
    pub text: &'t str,
    pub figures: Vec<Figure>,
    /// Words that say no digits, after the last figure.
    pub rest: usize,
}

impl<'t> Said<'t> {
    pub fn read(language: Lang, text: &'t str) -> Self {
        let words = words(text);
        let mut figures: Vec<Figure> = Vec::new();
        let (mut at, mut gap) = (0, 0);
        while at < words.len() {
            let Some((digits, taken)) = digits(language, &words[at..]).or_else(|| within(&words[at])) else {
                gap += 1;
                at += 1;
                continue;
            };
            let place = words[at].place.start..words[at + taken - 1].place.end;
            figures.push(Figure { digits, place, gap, loose: gap > 0 && at + taken < words.len() });
            (at, gap) = (at + taken, 0);
        }
        // A figure that others follow directly is not alone.
        for at in 1..figures.len() {
            if figures[at].gap == 0 {
                figures[at - 1].loose = false;
            }
        }
        Self { text, figures, rest: gap }
    }

    /// The text with its digits as figures, those that follow each other joined.
    pub fn joined(&self) -> Joined {
        let mut joined = Joined { text: String::with_capacity(self.text.len()), parts: Vec::new() };
        let mut at = 0;
        for (index, figure) in self.figures.iter().enumerate() {
            if index == 0 || figure.gap > 0 {
                joined.push(&self.text[at..figure.place.start], at..figure.place.start, true);
            }
            joined.push(&figure.digits, figure.place.clone(), false);
            at = figure.place.end;
        }
        joined.push(&self.text[at..], at..self.text.len(), true);
        joined
    }
}

/// A long number within a word: `visa4111111111111111`.
fn within(word: &Word) -> Option<(String, usize)> {
    let runs = word.key.split(|c: char| !c.is_ascii_digit());
    let longest = runs.max_by_key(|run| run.len()).filter(|run| run.len() >= LONG)?;
    Some((longest.to_owned(), 1))
}

/// A text whose spoken digits are written as figures.
pub struct Joined {
    pub text: String,
    parts: Vec<Part>,
}

struct Part {
    /// In the joined text.
    here: Range<usize>,
    /// In the original.
    there: Range<usize>,
    /// Letter by letter the same.
    same: bool,
}

impl Joined {
    fn push(&mut self, text: &str, there: Range<usize>, same: bool) {
        let from = self.text.len();
        self.text.push_str(text);
        self.parts.push(Part { here: from..self.text.len(), there, same });
    }

    /// Where a part of the joined text is in the original.
    pub fn place(&self, of: Range<usize>) -> Range<usize> {
        let mut place: Option<Range<usize>> = None;
        for part in &self.parts {
            if part.here.end <= of.start || of.end <= part.here.start {
                continue;
            }
            let there = if part.same {
                let start = of.start.saturating_sub(part.here.start);
                let end = of.end.min(part.here.end) - part.here.start;
                part.there.start + start..part.there.start + end
            } else {
                part.there.clone()
            };
            place = Some(place.map_or(there.clone(), |place| place.start..there.end));
        }
        place.unwrap_or(0..0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spoken_digits_are_joined_and_lead_back_to_their_words() {
        let said = Said::read(Lang::En, "it is K one two double three, ok");
        let joined = said.joined();
        assert_eq!(joined.text, "it is K 1233, ok");
        let at = joined.text.find("1233").unwrap();
        assert_eq!(&said.text[joined.place(at - 2..at + 4)], "K one two double three");
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "(\\PC|one |4111 |[0-9]{4} ){0,20}", language in 0usize..5) {
            let said = Said::read(Lang::ALL[language], &text);
            let joined = said.joined();
            let place = joined.place(0..joined.text.len());
            prop_assert!(said.text.get(place).is_some());
        }
    }
}
