//! From a recogniser's tokens to words with times.

use call_model::Word;

use super::frame::{Decoded, Piece};

/// 20 ms: the length of a block, for which voice activity is known.
pub(super) const BLOCK_MS: u64 = 20;

/// A stretch of audio and where there was a voice in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Its start on the call's clock, ms.
    pub(super) start_ms: u64,
    /// For each 20 ms, whether there was a voice.
    pub(super) voiced: Vec<bool>,
}

impl Stretch {
    /// How long there was a voice, ms.
    pub(super) fn voiced_ms(&self) -> u64 {
        self.voiced.iter().filter(|voiced| **voiced).count() as u64 * BLOCK_MS
    }

    /// Takes back what hangs over behind the last voice.
    pub(super) fn shorten(&mut self, hangover_ms: u64) {
        let Some(last) = self.voiced.iter().rposition(|voiced| *voiced) else { return };
        let first = last.saturating_sub((hangover_ms / BLOCK_MS) as usize);
        // Never all of a word.
        if self.voiced[first] {
            self.voiced[first + 1..=last].fill(false);
        }
    }

    /// From the first voiced block to the end of the last; the whole where none is.
    pub(super) fn span(&self) -> (u64, u64) {
        let first = self.voiced.iter().position(|voiced| *voiced).unwrap_or(0);
        let last = self.voiced.iter().rposition(|voiced| *voiced).map_or(self.voiced.len(), |last| last + 1);
        (self.start_ms + first as u64 * BLOCK_MS, self.start_ms + last as u64 * BLOCK_MS)
    }
}

/// A word before it has a place in time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) text: String,
    /// From the start of the audio, ms.
    pub(super) from_ms: u32,
    pub(super) to_ms: u32,
    /// Mean of the logarithms of its pieces' probabilities, and how many pieces it has.
    pub(super) logprob: f32,
    pub(super) pieces: usize,
}

/// Puts pieces together to words: one begins with each piece that begins with a space. Marks alone belong to the word
/// before them.
pub(super) fn tokens(pieces: &[Piece]) -> Vec<Token> {
    let mut groups: Vec<Vec<&Piece>> = Vec::new();
    for piece in pieces.iter().filter(|piece| !piece.text.is_empty()) {
        let starts = piece.text[0] == b' ' && piece.text.iter().any(|byte| byte.is_ascii_alphanumeric() || *byte > 127);
        match groups.last_mut() {
            Some(group) if !starts => group.push(piece),
            _ => groups.push(vec![piece]),
        }
    }
    groups.iter().filter_map(|group| token(group)).collect()
}

fn token(group: &[&Piece]) -> Option<Token> {
    let bytes: Vec<u8> = group.iter().flat_map(|piece| piece.text.iter().copied()).collect();
    let text = String::from_utf8_lossy(&bytes).trim().to_owned();
    let (first, last) = (group.first()?, group.last()?);
    let logprob: f32 = group.iter().map(|piece| piece.probability.max(1e-6).ln()).sum();
    (!text.is_empty()).then(|| Token {
        text,
        from_ms: first.from_ms,
        to_ms: last.to_ms.max(first.from_ms),
        logprob: logprob / group.len() as f32,
        pieces: group.len(),
    })
}

/// Gives words their times: the model's where it has some that make sense, else by their letters over the voiced part.
pub(super) fn place(tokens: &[Token], decoded: &Decoded, stretch: &Stretch) -> Vec<Word> {
    let (from, to) = stretch.span();
    let plausible = tokens.windows(2).all(|pair| pair[0].from_ms <= pair[1].from_ms)
        && tokens.iter().all(|token| token.to_ms > token.from_ms);
    if !(decoded.timed && plausible) {
        return estimate(tokens, stretch);
    }
    let at = |ms: u32| (stretch.start_ms + u64::from(ms)).clamp(from, to);
    tokens
        .iter()
        .map(|token| Word { text: token.text.clone(), from_ms: at(token.from_ms), to_ms: at(token.to_ms) })
        .collect()
}

/// By their letters over the voiced part.
fn estimate(tokens: &[Token], stretch: &Stretch) -> Vec<Word> {
    let mut voiced: Vec<u64> = (0..).zip(&stretch.voiced).filter_map(|(n, voiced)| voiced.then_some(n)).collect();
    if voiced.is_empty() {
        voiced = (0..stretch.voiced.len().max(1) as u64).collect();
    }
    let weight = |token: &Token| token.text.chars().filter(|letter| letter.is_alphanumeric()).count() as u64 + 1;
    let whole: u64 = tokens.iter().map(weight).sum::<u64>().max(1);
    let at = |done: u64| done * voiced.len() as u64 / whole;
    let mut done = 0;
    let mut words = Vec::with_capacity(tokens.len());
    for token in tokens {
        let first = at(done).min(voiced.len() as u64 - 1) as usize;
        done += weight(token);
        let last = at(done).clamp(first as u64 + 1, voiced.len() as u64) as usize - 1;
        words.push(Word {
            text: token.text.clone(),
            from_ms: stretch.start_ms + voiced[first] * BLOCK_MS,
            to_ms: stretch.start_ms + (voiced[last] + 1) * BLOCK_MS,
        });
    }
    words
}

/// The words as one text.
pub(super) fn text(words: &[Word]) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word.text);
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::whisper) fn piece(text: &str, from_ms: u32, to_ms: u32) -> Piece {
        Piece { text: text.into(), from_ms, to_ms, probability: 0.9 }
    }

    pub(in crate::whisper) fn decoded(pieces: Vec<Piece>, timed: bool) -> Decoded {
        Decoded { language: Some("en".into()), no_speech: 0.0, timed, pieces }
    }

    #[test]
    fn pieces_become_words() {
        let umlaut = "ü".as_bytes();
        let split = [
            piece(" I", 0, 100),
            piece("'d", 100, 200),
            piece(" like", 200, 500),
            piece(" gr", 500, 600),
            Piece { text: umlaut[..1].to_vec(), ..piece("", 600, 600) },
            Piece { text: umlaut[1..].to_vec(), ..piece("", 600, 700) },
            piece("n", 700, 800),
            piece(" -", 800, 800),
            piece(".", 800, 900),
        ];
        let words = tokens(&split);
        let texts: Vec<_> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["I'd", "like", "grün -."]);
        assert_eq!((words[2].from_ms, words[2].to_ms), (500, 900));
    }

    #[test]
    fn times_of_the_model_stay_within_the_voiced_part() {
        let stretch = Stretch { start_ms: 1_000, voiced: [vec![false; 10], vec![true; 20], vec![false; 5]].concat() };
        let decoded = decoded(vec![piece(" yes", 0, 250), piece(" please", 250, 9_000)], true);
        let words = place(&tokens(&decoded.pieces), &decoded, &stretch);
        let times: Vec<_> = words.iter().map(|word| (word.from_ms, word.to_ms)).collect();
        assert_eq!(times, [(1_200, 1_250), (1_250, 1_600)]);
    }

    #[test]
    fn without_times_words_share_the_voiced_part_by_their_letters() {
        // 400 ms of voice, a pause of 1 s, and 400 ms again.
        let voiced = [vec![false; 10], vec![true; 20], vec![false; 50], vec![true; 20]].concat();
        let stretch = Stretch { start_ms: 0, voiced };
        let decoded = decoded(vec![piece(" hello", 0, 0), piece(" world", 0, 0)], false);
        let words = place(&tokens(&decoded.pieces), &decoded, &stretch);
        let times: Vec<_> = words.iter().map(|word| (word.from_ms, word.to_ms)).collect();
        assert_eq!(times, [(200, 600), (1_600, 2_000)]);
        assert_eq!(text(&words), "hello world");
    }

    #[test]
    fn more_words_than_blocks_still_have_times() {
        let stretch = Stretch { start_ms: 0, voiced: vec![true] };
        let decoded = decoded(vec![piece(" a", 0, 0), piece(" b", 0, 0), piece(" c", 0, 0)], false);
        let words = place(&tokens(&decoded.pieces), &decoded, &stretch);
        assert!(words.iter().all(|word| (word.from_ms, word.to_ms) == (0, 20)));
    }
}
