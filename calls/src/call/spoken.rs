//! What was heard of a playback: the words of what was made, when they sounded, and where they were cut. Pure.

use std::sync::Arc;

use call_model::Word;
use speech::WordTime;

/// A word counts as heard when all of it was played but for this, ms: one frame.
const TOLERANCE_MS: u64 = 20;
/// Times that a playback may stand still and still be placed exactly.
const MAX_MARKS: usize = 1_024;
/// Rounds of a repeated playback that are written down.
const MAX_ROUNDS: usize = 100;

/// The words of one piece of a playback.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SpokenPiece {
    /// How long the piece sounds, ms.
    pub duration_ms: u64,
    /// What it says, as written; empty for what is no speech.
    pub text: Arc<str>,
    /// When each word of it sounds, from the start of the piece.
    pub words: Arc<[WordTime]>,
}

/// What a playback says, as far as it is made.
#[derive(Default)]
pub(crate) struct Script {
    pub pieces: Vec<SpokenPiece>,
    /// Nothing more comes.
    pub complete: bool,
}

/// When each part of a playback was sent, on the call's media clock.
#[derive(Debug, Default)]
pub(super) struct Track {
    /// So much had been played at that time, and it went on from there.
    marks: Vec<(u64, u64)>,
}

impl Track {
    /// It goes on: after `played_ms` of it, at `at_ms`.
    pub(super) fn goes_on(&mut self, played_ms: u64, at_ms: u64) {
        if self.marks.len() < MAX_MARKS {
            self.marks.push((played_ms, at_ms));
        }
    }

    /// When what lies at `played_ms` begins to sound.
    fn start_of(&self, played_ms: u64) -> u64 {
        self.place(played_ms, |mark| mark <= played_ms)
    }

    /// When what ends at `played_ms` has sounded: a pause right after it comes later.
    fn end_of(&self, played_ms: u64) -> u64 {
        self.place(played_ms, |mark| mark < played_ms)
    }

    fn place(&self, played_ms: u64, before: impl Fn(u64) -> bool) -> u64 {
        let mark = self.marks.iter().rev().find(|(played, _)| before(*played)).or(self.marks.first());
        mark.map_or(0, |(played, at)| (at + played_ms).saturating_sub(*played))
    }
}

/// What was heard of one round of a playback.
#[derive(Debug, PartialEq)]
pub(super) struct HeardText {
    pub text: String,
    /// Empty where nothing is known of the words' times.
    pub words: Vec<Word>,
    pub from_ms: u64,
    pub to_ms: u64,
    /// Words are missing at its end.
    pub cut: bool,
}

impl HeardText {
    fn reach(&mut self, from_ms: u64, to_ms: u64) {
        self.from_ms = self.from_ms.min(from_ms);
        self.to_ms = self.to_ms.max(to_ms);
    }
}

/// What was heard of a playback that ended after `played_ms`: one text for each round. `whole`: it came to its end.
pub(super) fn heard(script: &Script, track: &Track, played_ms: u64, repeat: bool, whole: bool) -> Vec<HeardText> {
    let round_ms: u64 = script.pieces.iter().map(|piece| piece.duration_ms).sum();
    let rounds = if repeat && round_ms > 0 { played_ms.div_ceil(round_ms).max(1) as usize } else { 1 };
    (0..rounds.min(MAX_ROUNDS))
        .map(|round| {
            let listener = Listener { track, start_ms: round as u64 * round_ms, played_ms, whole: whole && !repeat };
            listener.round(script)
        })
        .collect()
}

struct Listener<'a> {
    track: &'a Track,
    /// Where in the playback the round begins.
    start_ms: u64,
    played_ms: u64,
    whole: bool,
}

impl Listener<'_> {
    fn round(&self, script: &Script) -> HeardText {
        let cut = !script.complete && !self.whole;
        let mut heard = HeardText { text: String::new(), words: Vec::new(), from_ms: u64::MAX, to_ms: 0, cut };
        let mut at = self.start_ms;
        for piece in &script.pieces {
            if !piece.text.is_empty() && !self.piece(piece, at, &mut heard) {
                heard.cut = true;
                break;
            }
            at += piece.duration_ms;
        }
        heard.from_ms = heard.from_ms.min(heard.to_ms);
        heard
    }

    /// Adds what was heard of a piece that begins at `at`; `false` when it was cut.
    fn piece(&self, piece: &SpokenPiece, at: u64, heard: &mut HeardText) -> bool {
        if piece.words.is_empty() {
            let end = at + piece.duration_ms;
            let all = self.is_heard(end);
            if all {
                push_text(&mut heard.text, &piece.text);
                heard.reach(self.track.start_of(at), self.track.end_of(end));
            }
            return all;
        }
        let count = piece.words.iter().take_while(|word| self.is_heard(at + u64::from(word.to_ms))).count();
        push_text(&mut heard.text, &beginning(piece, count));
        for word in &piece.words[..count] {
            let from_ms = self.track.start_of(at + u64::from(word.from_ms));
            let to_ms = self.track.end_of(at + u64::from(word.to_ms)).max(from_ms);
            heard.reach(from_ms, to_ms);
            heard.words.push(Word { text: word.text.clone(), from_ms, to_ms });
        }
        count == piece.words.len()
    }

    /// Whether what ends there was heard.
    fn is_heard(&self, end_ms: u64) -> bool {
        self.whole || end_ms <= self.played_ms + TOLERANCE_MS && self.played_ms > self.start_ms
    }
}

fn push_text(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

/// The text of a piece up to its word of that number, as it was written where the words can be found in it.
fn beginning(piece: &SpokenPiece, count: usize) -> String {
    if count == piece.words.len() {
        return piece.text.to_string();
    }
    let mut end = 0;
    for word in &piece.words[..count] {
        let Some(place) = piece.text[end..].find(&word.text) else {
            let words: Vec<&str> = piece.words[..count].iter().map(|word| word.text.as_str()).collect();
            return words.join(" ");
        };
        end += place + word.text.len();
    }
    piece.text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, word_ms: u32) -> SpokenPiece {
        let words: Vec<WordTime> = text
            .split(' ')
            .enumerate()
            .map(|(place, word)| WordTime {
                text: word.into(),
                from_ms: place as u32 * word_ms,
                to_ms: (place as u32 + 1) * word_ms,
            })
            .collect();
        SpokenPiece { duration_ms: u64::from(word_ms) * words.len() as u64, text: text.into(), words: words.into() }
    }

    fn script(pieces: Vec<SpokenPiece>) -> Script {
        Script { pieces, complete: true }
    }

    fn track(marks: &[(u64, u64)]) -> Track {
        Track { marks: marks.to_vec() }
    }

    fn times(heard: &HeardText) -> Vec<(u64, u64)> {
        heard.words.iter().map(|word| (word.from_ms, word.to_ms)).collect()
    }

    #[test]
    fn what_was_played_to_its_end_was_heard_whole() {
        let script = script(vec![piece("Good morning, Anna.", 100), piece("How are you?", 100)]);
        let heard = heard(&script, &track(&[(0, 1_000)]), 600, false, true).remove(0);
        assert_eq!((heard.text.as_str(), heard.cut), ("Good morning, Anna. How are you?", false));
        assert_eq!((heard.from_ms, heard.to_ms, heard.words.len()), (1_000, 1_600, 6));
    }

    #[test]
    fn a_line_is_cut_after_its_last_whole_word() {
        let script = script(vec![piece("Good morning, Anna.", 100), piece("How are you?", 100)]);
        let heard = heard(&script, &track(&[(0, 1_000)]), 440, false, false).remove(0);
        assert_eq!((heard.text.as_str(), heard.cut), ("Good morning, Anna. How", true));
        assert_eq!(times(&heard).last(), Some(&(1_300, 1_400)));
    }

    #[test]
    fn a_pause_moves_the_words_after_it_and_no_other() {
        let script = script(vec![piece("one two three", 100)]);
        // Held after 200 ms at 1,200; on again at 3,000.
        let heard = heard(&script, &track(&[(0, 1_000), (200, 3_000)]), 300, false, true).remove(0);
        assert_eq!(times(&heard), [(1_000, 1_100), (1_100, 1_200), (3_000, 3_100)]);
        assert_eq!((heard.from_ms, heard.to_ms), (1_000, 3_100));
    }

    #[test]
    fn nothing_played_is_nothing_heard() {
        let script = script(vec![piece("one two", 100)]);
        let heard = heard(&script, &Track::default(), 0, false, false).remove(0);
        assert_eq!((heard.text.as_str(), heard.cut, heard.words.len()), ("", true, 0));
    }

    #[test]
    fn stopped_in_the_silence_at_the_end_nothing_is_missing_unless_more_was_to_come() {
        let mut script = script(vec![piece("one two", 100), piece_of_silence(500)]);
        let at = track(&[(0, 0)]);
        assert!(!heard(&script, &at, 300, false, false).remove(0).cut);
        script.complete = false;
        assert!(heard(&script, &at, 300, false, false).remove(0).cut);
    }

    fn piece_of_silence(duration_ms: u64) -> SpokenPiece {
        SpokenPiece { duration_ms, text: "".into(), words: Arc::default() }
    }

    #[test]
    fn each_round_of_a_repeated_text_is_heard() {
        let script = script(vec![piece("please hold", 100), piece_of_silence(300)]);
        let heard = heard(&script, &track(&[(0, 0)]), 620, true, false);
        let texts: Vec<(&str, bool)> = heard.iter().map(|round| (round.text.as_str(), round.cut)).collect();
        assert_eq!(texts, [("please hold", false), ("please", true)]);
        assert_eq!(times(&heard[1]), [(500, 600)]);
    }

    #[test]
    fn a_piece_without_times_is_heard_whole_or_not_at_all() {
        let bare = SpokenPiece { duration_ms: 400, text: "all of it".into(), words: Arc::default() };
        let script = script(vec![bare]);
        let at = track(&[(0, 100)]);
        assert_eq!(heard(&script, &at, 200, false, false).remove(0).text, "");
        let whole = heard(&script, &at, 400, false, true).remove(0);
        assert_eq!((whole.text.as_str(), whole.from_ms, whole.to_ms), ("all of it", 100, 500));
    }
}
