//! Tells what was heard from what a recogniser makes up: whisper fills silence and noise with phrases that were often
//! under the videos that it was trained on, and falls into loops.

use call_model::Word;

use super::frame::Decoded;
use super::words::{self, Stretch, Token};

/// What is believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JudgeSettings {
    /// Above this probability of no speech, and with words that are less likely than usual, nothing was said.
    /// Default 0.6.
    pub no_speech: f32,
    /// Words whose mean logarithm of the probability is less are not believed. Default -1.0, as whisper's own.
    pub least_logprob: f32,
    /// Nobody speaks more letters in a second of voice. Default 40.
    pub letters_per_second: f32,
}

impl Default for JudgeSettings {
    fn default() -> Self {
        Self { no_speech: 0.6, least_logprob: -1.0, letters_per_second: 40.0 }
    }
}

/// What is believed to have been said.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heard {
    pub(super) text: String,
    pub(super) words: Vec<Word>,
    pub(super) confidence: f32,
    pub(super) language: Option<String>,
}

/// Nobody says these to a telephone.
const PHANTOMS: [&str; 14] = [
    "thanks for watching",
    "thank you for watching",
    "thank you so much for watching",
    "please subscribe",
    "subtitles by the amara org community",
    "untertitel der amara org community",
    "untertitel im auftrag des zdf",
    "untertitelung des zdf",
    "vielen dank fürs zuschauen",
    "sous titres réalisés par la communauté d amara org",
    "merci d avoir regardé cette vidéo",
    "subtítulos realizados por la comunidad de amara org",
    "gracias por ver el video",
    "sottotitoli creati dalla comunità amara org",
];

/// These are said, but are also made up: believed only where the model is sure.
const SUSPECTS: [&str; 8] = ["you", "thank you", "thanks", "bye", "so", "okay", "vielen dank", "merci"];

/// The least confidence for a suspect.
const SURE: f32 = 0.5;

/// So many times over is a loop.
const LOOP: usize = 4;

/// Words of what repeats itself in a loop.
const LONGEST_LOOP: usize = 8;

/// What was said, or nothing.
pub(super) fn judge(decoded: &Decoded, stretch: &Stretch, settings: &JudgeSettings) -> Option<Heard> {
    let mut tokens = words::tokens(&decoded.pieces);
    without_annotations(&mut tokens);
    let voiced = stretch.voiced_ms() as f32 / 1_000.0;
    let hurried = |tokens: &[Token], limit: f32| letters(tokens) as f32 > 8.0 + limit * voiced;
    let in_haste = hurried(&tokens, settings.letters_per_second / 2.0);
    unroll(&mut tokens, in_haste);
    let logprob = mean_logprob(&tokens)?;
    let confidence = logprob.exp();
    if logprob < settings.least_logprob
        || (decoded.no_speech > settings.no_speech && logprob < settings.least_logprob / 2.0)
        || hurried(&tokens, settings.letters_per_second)
    {
        return None;
    }
    let plain = plain(&tokens);
    let phantom = PHANTOMS.iter().any(|phrase| plain.starts_with(phrase));
    let suspect = SUSPECTS.contains(&plain.as_str()) && (confidence < SURE || decoded.no_speech > settings.no_speech);
    if plain.is_empty() || phantom || suspect {
        return None;
    }
    let words = words::place(&tokens, decoded, stretch);
    Some(Heard { text: words::text(&words), words, confidence, language: decoded.language.clone() })
}

/// The mean over all pieces; `None` without words.
fn mean_logprob(tokens: &[Token]) -> Option<f32> {
    let pieces: usize = tokens.iter().map(|token| token.pieces).sum();
    let sum: f32 = tokens.iter().map(|token| token.logprob * token.pieces as f32).sum();
    (pieces > 0).then(|| sum / pieces as f32)
}

fn letters(tokens: &[Token]) -> usize {
    tokens.iter().map(|token| token.text.chars().filter(|letter| letter.is_alphanumeric()).count()).sum()
}

/// Small letters and digits, a space between the words.
fn plain(tokens: &[Token]) -> String {
    let mut plain = String::new();
    for token in tokens {
        for part in token.text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty()) {
            if !plain.is_empty() {
                plain.push(' ');
            }
            plain.extend(part.chars().flat_map(char::to_lowercase));
        }
    }
    plain
}

/// Takes out `[BLANK_AUDIO]`, `(music)`, `*sighs*` and notes.
fn without_annotations(tokens: &mut Vec<Token>) {
    let mut closing = None;
    tokens.retain(|token| {
        let text = token.text.trim_end_matches(['.', ',', '!', '?']);
        if closing.is_none() {
            closing = match text.chars().next() {
                Some('[') => Some(']'),
                Some('(') => Some(')'),
                Some('*') if text.len() > 1 => Some('*'),
                _ => return !text.contains(['♪', '♫', '🎵']),
            };
        }
        if closing.is_some_and(|closing| text.ends_with(closing)) {
            closing = None;
        }
        false
    });
}

/// Leaves one of what repeats itself: of three words and more always, of fewer (digits, `no, no, no, no`) only where
/// it went faster than people speak.
fn unroll(tokens: &mut Vec<Token>, in_haste: bool) {
    let shortest = if in_haste { 1 } else { 3 };
    let alike = |a: &Token, b: &Token| a.text.eq_ignore_ascii_case(&b.text);
    for length in shortest..=LONGEST_LOOP {
        let mut at = 0;
        while at + length * LOOP <= tokens.len() {
            let repeats = (at + length..tokens.len()).take_while(|n| alike(&tokens[*n], &tokens[n - length])).count();
            if repeats >= length * (LOOP - 1) {
                tokens.drain(at + length..at + length + repeats);
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::Piece;
    use super::super::words::tests::{decoded, piece};
    use super::*;

    fn said(text: &str, seconds: f32, probability: f32, no_speech: f32) -> Option<String> {
        let pieces = text.split(' ').map(|word| Piece { probability, ..piece(&format!(" {word}"), 0, 0) }).collect();
        let stretch = Stretch { start_ms: 0, voiced: vec![true; (seconds * 50.0) as usize] };
        let decoded = Decoded { no_speech, ..decoded(pieces, false) };
        judge(&decoded, &stretch, &JudgeSettings::default()).map(|heard| heard.text)
    }

    #[test]
    fn what_was_said_is_believed() {
        for text in ["Thank you.", "No, no, no, no.", "nine nine nine nine nine", "I'd like an appointment on Monday."]
        {
            assert_eq!(said(text, 2.5, 0.8, 0.1).as_deref(), Some(text));
        }
    }

    #[test]
    fn phantoms_are_not_heard() {
        assert_eq!(said("Thanks for watching!", 2.0, 0.9, 0.1), None);
        assert_eq!(said("Untertitel im Auftrag des ZDF, 2020", 2.0, 0.9, 0.1), None);
        assert_eq!(said("you", 0.4, 0.4, 0.1), None);
        assert_eq!(said("Thank you.", 0.6, 0.9, 0.8), None);
        assert_eq!(said("[BLANK_AUDIO]", 1.0, 0.9, 0.1), None);
        assert_eq!(said("(upbeat music) ♪", 1.0, 0.9, 0.1), None);
        assert_eq!(said(".", 1.0, 0.9, 0.1), None);
    }

    #[test]
    fn annotations_are_left_out_of_what_was_said() {
        assert_eq!(said("Hello [background noise] there.", 1.0, 0.9, 0.1).as_deref(), Some("Hello there."));
    }

    #[test]
    fn what_the_model_itself_doubts_is_not_heard() {
        assert_eq!(said("perhaps", 1.0, 0.3, 0.1), None);
        assert_eq!(said("perhaps", 1.0, 0.5, 0.9), None);
        assert_eq!(said("perhaps", 1.0, 0.5, 0.1).as_deref(), Some("perhaps"));
    }

    #[test]
    fn loops_are_unrolled() {
        let looped = "well I am sorry I am sorry I am sorry I am sorry I am";
        assert_eq!(said(looped, 6.0, 0.9, 0.1).as_deref(), Some("well I am sorry"));
        let hurried = ["no"; 60].join(" ");
        assert_eq!(said(&hurried, 0.6, 0.9, 0.1).as_deref(), Some("no"));
        // Nobody says so much in a fifth of a second.
        assert_eq!(said("we are open on monday and on tuesday", 0.2, 0.9, 0.1), None);
    }
}
