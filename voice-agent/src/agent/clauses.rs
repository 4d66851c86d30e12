//! A stream of text cut into pieces that can be spoken: the first clause as early as possible, then whole sentences.

use crate::config::primary;

/// The shortest first clause that is cut at a comma, in characters.
const MIN_FIRST: usize = 14;
/// A sentence shorter than this is spoken with the next one, in characters.
const MIN_SENTENCE: usize = 12;
/// A sentence longer than this is cut where it can be, in characters.
const MAX_SENTENCE: usize = 260;

/// Words that end in a full stop and no sentence.
const ABBREVIATIONS: &[&str] = &[
    "dr", "mr", "mrs", "ms", "prof", "st", "no", "nr", "tel", "vs", "etc", "approx", "ca", "bzw", "usw", "str", "evtl",
    "ggf", "inkl", "zzgl", "hr", "fr", "sr", "sra", "srta", "dra", "ud", "uds", "av", "mme", "mlle", "sig", "dott",
    "ing", "sig.ra", "art", "min", "max", "jan", "feb", "aug", "sept", "oct", "okt", "nov", "dec", "dez", "mo", "di",
    "mi", "sa", "so", "e.g", "i.e", "z.b", "d.h", "u.a", "o.ä", "a.m", "p.m",
];

/// Cuts what a model writes.
#[derive(Debug)]
pub(super) struct Clauses {
    buffer: String,
    first: bool,
    german: bool,
}

impl Clauses {
    pub fn new(language: &str) -> Self {
        Self { buffer: String::new(), first: true, german: primary(language) == "de" }
    }

    /// Takes more text in; gives what can be spoken now.
    pub fn push(&mut self, text: &str) -> Vec<String> {
        self.buffer.push_str(text);
        let mut clauses = Vec::new();
        while let Some(end) = self.cut() {
            let rest = self.buffer.split_off(end);
            let clause = std::mem::replace(&mut self.buffer, rest);
            self.give(&clause, &mut clauses);
        }
        clauses
    }

    /// There is no more: gives what is left.
    pub fn finish(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.buffer);
        let mut clauses = Vec::new();
        self.give(&rest, &mut clauses);
        clauses.pop()
    }

    fn give(&mut self, clause: &str, clauses: &mut Vec<String>) {
        let clause = super::speakable::clean(clause);
        if !clause.is_empty() {
            self.first = false;
            clauses.push(clause);
        }
    }

    /// Where the buffer can be cut, in bytes.
    fn cut(&self) -> Option<usize> {
        let text = &self.buffer;
        let mut length = 0;
        let mut fallback = None;
        for (at, c) in text.char_indices() {
            if length > 0 || !c.is_whitespace() {
                length += 1;
            }
            let end = at + c.len_utf8();
            if c == '\n' && length >= MIN_SENTENCE {
                return Some(end);
            }
            let Some((end, space)) = gap(text, end) else { continue };
            match c {
                '.' | '!' | '?' | '…' => {
                    let enough = self.first || length >= MIN_SENTENCE;
                    if enough && (c != '.' || self.ends_sentence(&text[..at], &text[space..])) {
                        return Some(end);
                    }
                }
                ',' | ';' | ':' | '–' | '—' => {
                    if self.first && length >= MIN_FIRST {
                        return Some(end);
                    }
                    fallback = Some(end);
                }
                _ => {}
            }
            if length > MAX_SENTENCE {
                return fallback.or(Some(end));
            }
        }
        None
    }

    /// Whether a full stop after `before` ends a sentence.
    fn ends_sentence(&self, before: &str, after: &str) -> bool {
        let word = before.rsplit(char::is_whitespace).next().unwrap_or(before).trim_start_matches(['(', '"', '„', '“']);
        if word.is_empty() {
            return false;
        }
        if word.chars().all(|c| c.is_ascii_digit()) {
            // `am 3. Mai` in German; `1. First` in a list.
            let ordinal = self.german && word.len() <= 2;
            return !ordinal && before.trim() != word;
        }
        let lower = word.to_lowercase();
        if lower == "a.m" || lower == "p.m" {
            return after.starts_with(char::is_uppercase);
        }
        let initial = lower.chars().count() == 1 && lower != "i";
        // `so.` and `no.` end sentences more often than they shorten words, unless a number follows.
        let doubtful = ["no", "so", "mi", "di", "sa", "mo", "max", "min", "art"].contains(&lower.as_str());
        let abbreviation = ABBREVIATIONS.contains(&lower.as_str());
        let shortens = abbreviation && (!doubtful || after.starts_with(|c: char| c.is_ascii_digit()));
        !(initial || shortens)
    }
}

/// The end of a clause with the quotes that close behind it, and where the next word begins; `None` while it is not
/// certain that a space follows.
fn gap(text: &str, end: usize) -> Option<(usize, usize)> {
    let rest = &text[end..];
    let closing = rest.len() - rest.trim_start_matches(['"', '”', '“', '»', '\'', '’', ')', '*', '_']).len();
    let rest = &rest[closing..];
    let space = rest.len() - rest.trim_start().len();
    let known = space > 0 && space < rest.len();
    known.then_some((end + closing, end + closing + space))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every piece as it comes out when the text arrives in tokens of `size` characters.
    fn cut(language: &str, text: &str, size: usize) -> Vec<String> {
        let mut clauses = Clauses::new(language);
        let chars: Vec<char> = text.chars().collect();
        let mut out: Vec<String> =
            chars.chunks(size).flat_map(|chunk| clauses.push(&chunk.iter().collect::<String>())).collect();
        out.extend(clauses.finish());
        out
    }

    #[test]
    fn the_first_clause_goes_early_and_sentences_follow() {
        let text = "We are open on Monday, from eight to twelve. Would you like to come, or shall I call back? Fine.";
        for size in [1, 4, 100] {
            let expected = [
                "We are open on Monday,",
                "from eight to twelve.",
                "Would you like to come, or shall I call back?",
                "Fine.",
            ];
            assert_eq!(cut("en", text, size), expected, "{size}");
        }
    }

    #[test]
    fn abbreviations_and_numbers_are_whole() {
        for (language, text) in [
            ("en", "Please ask Dr. Smith at 3.30 p.m. about it."),
            ("en", "It costs 1,250.50 dollars with J. Miller."),
            ("de", "Kommen Sie z. B. am 3. Mai zu Dr. Weber."),
            ("de", "Das kostet ca. 30 Euro bzw. etwas mehr."),
            ("es", "La Sra. García llega a las 9.30 con el Dr. Ruiz."),
            ("en", "1. Bring your card with you."),
        ] {
            assert_eq!(cut(language, text, 3).concat().replace(' ', ""), text.replace(' ', ""));
            assert_eq!(cut(language, text, 3).len(), 1, "{text}");
        }
        assert_eq!(cut("en", "We close at 6. Then we go home.", 1), ["We close at 6.", "Then we go home."]);
        assert_eq!(cut("en", "I told you so. Really, I did that.", 1), ["I told you so.", "Really, I did that."]);
    }

    #[test]
    fn short_words_at_the_start_do_not_wait_and_later_ones_are_joined() {
        assert_eq!(
            cut("en", "Sure! I can do that. Yes. When would you come?", 2),
            ["Sure!", "I can do that.", "Yes. When would you come?"]
        );
        let long = "word ".repeat(80);
        assert!(cut("en", &long, 7).len() >= 2);
    }
}
