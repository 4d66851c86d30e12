//! The words of the turn that the caller is in.

use super::words::normal;

/// The longest turn that is kept, in bytes: a caller who reads out a book is heard to the end, but not remembered.
const MAX_TEXT: usize = 8 * 1024;

/// What was heard of a turn so far.
#[derive(Default)]
pub(super) struct Heard {
    /// Final lines, one after the other.
    lines: String,
    /// What is understood of the utterance that is not final yet.
    partial: String,
    /// Words of the last turn that an utterance still under way may repeat.
    spent: String,
    /// When words last came.
    pub at: u64,
    /// How long the caller has made sound in this turn, ms.
    pub voiced: u64,
}

impl Heard {
    /// All words so far.
    pub fn text(&self) -> String {
        join(&self.lines, &self.partial)
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.partial.is_empty()
    }

    /// Whether every word is final.
    pub fn is_final(&self) -> bool {
        self.partial.is_empty()
    }

    /// The words that are final.
    pub fn finals(&self) -> &str {
        &self.lines
    }

    /// Takes the words of an utterance that is under way; whether they differ from those before.
    pub fn partial(&mut self, text: &str, now: u64) -> bool {
        let text = self.fresh(text);
        let differs = normal(&text) != normal(&self.partial);
        if differs {
            self.at = now;
        }
        self.partial = text;
        differs
    }

    /// Takes the words of a final utterance.
    pub fn line(&mut self, text: &str, now: u64) {
        let text = self.fresh(text);
        self.spent.clear();
        self.partial.clear();
        if !text.is_empty() && self.lines.len() + text.len() <= MAX_TEXT {
            self.lines = join(&self.lines, &text);
            self.at = now;
        }
    }

    /// The words of a whole turn as the recogniser has them: they count when no line brought them.
    pub fn turn(&mut self, text: &str, now: u64) {
        let (known, whole) = (normal(&self.lines), normal(text));
        if known.ends_with(&whole) || is_end_of(&known, &whole) {
            self.partial.clear();
            return;
        }
        if whole.starts_with(&known) {
            self.lines.clear();
        }
        self.line(text, now);
    }

    /// The turn with these words at its end, if they are not in it already.
    pub fn with(&self, text: &str) -> String {
        let text = self.fresh(text);
        let (known, whole) = (normal(&self.lines), normal(&text));
        if known.ends_with(&whole) || is_end_of(&known, &whole) {
            self.lines.clone()
        } else if whole.starts_with(&known) {
            text
        } else {
            join(&self.lines, &text)
        }
    }

    /// The turn was taken: its words may come again in a longer form of the same utterance.
    pub fn spend(&mut self) -> String {
        let text = self.text();
        let spent = std::mem::take(&mut self.partial);
        *self = Self { spent, at: self.at, ..Self::default() };
        text
    }

    /// Puts words back in front.
    pub fn give_back(&mut self, text: &str) {
        self.lines = join(text, &self.lines);
    }

    /// The final line of what was answered has come.
    pub fn forget_spent(&mut self) {
        self.spent.clear();
    }

    pub fn clear(&mut self) {
        *self = Self { at: self.at, ..Self::default() };
    }

    /// Without the words that were answered already.
    pub fn fresh(&self, text: &str) -> String {
        let text = text.trim();
        let spent = super::words::split(&self.spent).len();
        if spent == 0 || !normal(text).starts_with(&normal(&self.spent)) {
            return text.to_owned();
        }
        let mut left = spent;
        let mut in_word = false;
        let rest = text.find(|c: char| {
            let word = c.is_alphanumeric() || matches!(c, '\'' | '’');
            if word && !in_word {
                if left == 0 {
                    return true;
                }
                left -= 1;
            }
            in_word = word;
            false
        });
        rest.map_or_else(String::new, |at| text[at..].to_owned())
    }
}

/// Whether the recogniser's turn ends in these words and began before them: with words that were answered already.
fn is_end_of(known: &str, whole: &str) -> bool {
    !known.is_empty() && whole.strip_suffix(known).is_some_and(|before| before.ends_with(' '))
}

pub(super) fn join(first: &str, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (true, _) => second.to_owned(),
        (_, true) => first.to_owned(),
        (false, false) => format!("{first} {second}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_were_answered_do_not_come_again() {
        let mut heard = Heard::default();
        heard.partial("Do you have", 10);
        assert_eq!(heard.spend(), "Do you have");
        heard.partial("do you have time", 20);
        assert_eq!(heard.text(), "time");
        heard.line("Do you have time on Monday?", 30);
        assert_eq!(heard.text(), "time on Monday?");
        heard.line("Do you have", 40);
        assert_eq!(heard.text(), "time on Monday? Do you have");
    }

    #[test]
    fn a_turn_that_its_lines_brought_is_not_taken_twice() {
        let mut heard = Heard::default();
        heard.line("I need", 1);
        heard.line("an appointment.", 2);
        heard.turn("an appointment", 3);
        assert_eq!(heard.text(), "I need an appointment.");
        heard.turn("I need an appointment today", 3);
        assert_eq!(heard.text(), "I need an appointment today");
    }

    #[test]
    fn a_turn_that_began_before_ours_brings_no_answered_words_back() {
        let mut heard = Heard::default();
        heard.line("On Monday, please.", 1);
        assert_eq!(heard.with("When are you open? On Monday, please."), "On Monday, please.");
        heard.turn("When are you open? On Monday, please.", 2);
        assert_eq!(heard.text(), "On Monday, please.");
        assert_eq!(Heard::default().with("When are you open?"), "When are you open?");
    }
}
