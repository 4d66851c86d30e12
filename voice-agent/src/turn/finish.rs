//! Whether what was said reads as a finished turn.

use super::words::{Lexicon, normal, split};

/// What kind of answer our last words ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Expected {
    /// Anything.
    #[default]
    Open,
    /// We asked something: a short answer may well be all.
    Answer,
    /// We asked for a number, a date, or something spelled.
    Dictation,
}

impl Expected {
    /// What our words ask for.
    pub fn after(lexicon: &Lexicon, said: &str) -> Self {
        let said = said.trim_end();
        let question = said.ends_with('?');
        let last = said.trim_end_matches(['?', '.', '!']).rsplit(['?', '.', '!']).next().unwrap_or(said);
        let last = format!(" {} ", normal(last));
        // A compound such as `Telefonnummer` ends in its list's word, a plural may follow: parts of words count.
        if lexicon.dictation.iter().any(|part| last.contains(part)) && (question || last.split(' ').count() < 14) {
            return if question || is_request(&last) { Self::Dictation } else { Self::Open };
        }
        if question { Self::Answer } else { Self::Open }
    }
}

/// `Please tell me your number.` asks without a question mark.
fn is_request(last: &str) -> bool {
    ["please", "tell me", "bitte", "por favor", "diga", "s'il vous plaît", "dites", "per favore", "mi dica"]
        .iter()
        .any(|word| last.contains(word))
}

/// How the words so far read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// More must come: it ends in `and`, `the`, `um`.
    Unfinished,
    /// A number or a name is being dictated.
    Dictating,
    /// It may be over or not.
    Open,
    /// It reads as complete.
    Complete,
}

/// The fewest digits, spoken one by one, that are a number being dictated although we did not ask for one.
const DIGIT_WORDS: usize = 3;
/// The fewest figures, as written, that are.
const FIGURES: usize = 5;

pub(crate) fn reading(lexicon: &Lexicon, text: &str, expected: Expected) -> Reading {
    let words = split(text);
    let Some(last) = words.last().map(String::as_str) else { return Reading::Open };
    let end = text.trim_end().chars().last().unwrap_or(' ');
    if matches!(end, ',' | ';' | ':' | '-' | '–' | '…') || text.trim_end().ends_with("..") {
        return Reading::Unfinished;
    }
    if lexicon.fillers.contains(&last) && words.len() > 1 {
        return Reading::Unfinished;
    }
    if is_dictating(lexicon, &words, expected) {
        return Reading::Dictating;
    }
    let asked = expected != Expected::Open;
    if asked && words.len() <= 4 && lexicon.consent(text).is_some() && !lexicon.open.contains(&last) {
        return Reading::Complete;
    }
    if end == '?' || end == '!' {
        return Reading::Complete;
    }
    // Recognisers put a full stop behind whatever they were given; a preposition may end an English sentence.
    let open = lexicon.open.contains(&last);
    let leaning = lexicon.leaning.contains(&last);
    match (open || leaning, end == '.') {
        (true, false) => Reading::Unfinished,
        (true, true) if open && !leaning => Reading::Unfinished,
        (false, true) if words.len() >= 3 => Reading::Complete,
        _ => Reading::Open,
    }
}

fn is_dictating(lexicon: &Lexicon, words: &[String], expected: Expected) -> bool {
    let figures = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    let is_letter = |word: &str| word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    let run: Vec<&str> = words
        .iter()
        .rev()
        .map(String::as_str)
        .take_while(|word| lexicon.is_digit(word) || figures(word) > 0 || is_letter(word))
        .collect();
    let digits = run.iter().filter(|word| lexicon.is_digit(word)).count();
    let written: usize = run.iter().map(|word| figures(word)).sum();
    let letters = run.iter().filter(|word| is_letter(word)).count();
    if expected == Expected::Dictation {
        // `I don't have one.` dictates nothing.
        return digits + letters >= 2 || written >= 3 || (!run.is_empty() && run.len() == words.len());
    }
    digits >= DIGIT_WORDS || written >= FIGURES || letters >= DIGIT_WORDS
}

#[cfg(test)]
mod tests {
    use super::super::words::lexicon;
    use super::*;

    #[test]
    fn sentences_are_read_in_five_languages() {
        use Reading::{Complete, Dictating, Open, Unfinished};
        for (language, text, expected) in [
            ("en", "I would like to", Unfinished),
            ("en", "I would like to come on Monday and.", Unfinished),
            ("en", "What are you looking for?", Complete),
            ("en", "I need an appointment, um", Unfinished),
            ("en", "My tooth hurts.", Complete),
            ("en", "My tooth hurts", Open),
            ("en", "Well,", Unfinished),
            ("en", "it's four nine one", Dictating),
            ("en", "030 1234", Dictating),
            ("en", "at 3", Open),
            ("de", "Ich hätte gern einen Termin für", Unfinished),
            ("de", "Ich hätte gern einen Termin am Montag.", Complete),
            ("de", "Das ist die null drei null", Dictating),
            ("de", "weil meine", Unfinished),
            ("es", "Quisiera una cita para", Unfinished),
            ("es", "Me duele una muela.", Complete),
            ("fr", "Je voudrais un rendez-vous avec", Unfinished),
            ("fr", "J'ai mal aux dents.", Complete),
            ("it", "Vorrei un appuntamento per", Unfinished),
            ("it", "Mi fa male un dente.", Complete),
        ] {
            assert_eq!(reading(lexicon(language), text, Expected::Open), expected, "{language}: {text}");
        }
    }

    #[test]
    fn our_question_decides_what_is_complete() {
        let en = lexicon("en");
        assert_eq!(Expected::after(en, "We are open. Shall I take a message?"), Expected::Answer);
        assert_eq!(Expected::after(en, "What is your phone number?"), Expected::Dictation);
        assert_eq!(Expected::after(en, "Please tell me your date of birth."), Expected::Dictation);
        assert_eq!(Expected::after(en, "The number of the practice is 12."), Expected::Open);
        assert_eq!(Expected::after(lexicon("de"), "Wie ist Ihre Telefonnummer?"), Expected::Dictation);
        assert_eq!(reading(en, "yes please", Expected::Answer), Reading::Complete);
        assert_eq!(reading(en, "yes and", Expected::Answer), Reading::Unfinished);
        assert_eq!(reading(en, "zero three", Expected::Dictation), Reading::Dictating);
        assert_eq!(reading(en, "I don't have one.", Expected::Dictation), Reading::Complete);
    }
}
