//! Some open models write their reasoning into the answer, between `<think>` and `</think>`. Nobody wants to hear it.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Takes the reasoning out of an answer that comes in pieces. Only reasoning that begins the answer is taken for it.
#[derive(Default)]
pub struct Speakable {
    state: State,
    held: String,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum State {
    /// Nothing but white space and perhaps a part of the mark so far.
    #[default]
    Start,
    Reasoning,
    Answer,
}

impl Speakable {
    /// What of this piece is to be spoken, if anything.
    pub fn take(&mut self, piece: &str) -> String {
        if self.state == State::Answer {
            return piece.to_owned();
        }
        self.held.push_str(piece);
        if self.state == State::Start {
            let start = self.held.trim_start();
            if start.starts_with(OPEN) {
                self.state = State::Reasoning;
            } else if !OPEN.starts_with(start) {
                self.state = State::Answer;
                return std::mem::take(&mut self.held).trim_start().to_owned();
            }
        }
        if self.state == State::Reasoning {
            if let Some(at) = self.held.find(CLOSE) {
                let rest = self.held.split_off(at + CLOSE.len());
                // More reasoning may follow, and white space does.
                self.held.clear();
                self.state = State::Start;
                return self.take(&rest);
            }
            // What cannot be part of the closing mark is forgotten: reasoning can be long.
            let keep = self.held.char_indices().rev().nth(CLOSE.len()).map_or(0, |(at, _)| at);
            self.held.drain(..keep);
        }
        String::new()
    }

    /// The answer ended: what was held back after all.
    pub fn finish(&mut self) -> String {
        let held = std::mem::take(&mut self.held);
        if self.state == State::Start { held.trim().to_owned() } else { String::new() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spoken(text: &str, size: usize) -> String {
        let mut speakable = Speakable::default();
        let characters: Vec<char> = text.chars().collect();
        let mut out: String =
            characters.chunks(size).map(|piece| speakable.take(&piece.iter().collect::<String>())).collect();
        out.push_str(&speakable.finish());
        out
    }

    proptest! {
        #[test]
        fn reasoning_is_not_spoken_however_it_is_cut(size in 1usize..30) {
            prop_assert_eq!(spoken("\n<think>\nShe asks ü <b> hm </thi</think>\n\nWe open at eight.", size), "We open at eight.");
            prop_assert_eq!(spoken("<think></think>\n\nYes.", size), "Yes.");
            prop_assert_eq!(spoken("1 < 2, I <think> so.", size), "1 < 2, I <think> so.");
            prop_assert_eq!(spoken("<thi", size), "<thi");
            prop_assert_eq!(spoken("<think>never ends", size), "");
        }
    }
}
