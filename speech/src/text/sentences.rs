//! Where a sentence ends.

/// A sentence longer than this, in bytes, is cut: the first audio comes sooner and no engine has to do too much at once.
const MAX_SENTENCE: usize = 300;

/// Cuts clean text into sentences of at most 300 bytes, each with a mark at its end. Sentences without a letter or
/// digit are left out.
pub fn split(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (sentence, after) = rest.split_at(first_end(rest));
        cut(sentence, &mut sentences);
        rest = after;
    }
    sentences
}

/// Where the first sentence ends, with its mark.
fn first_end(text: &str) -> usize {
    for (at, mark) in text.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?')) {
        let marks = text[at..].len() - text[at..].trim_start_matches(['\'', '.', '!', '?']).len();
        let after = &text[at + marks..];
        if (after.is_empty() || after.starts_with(' ')) && !(mark == '.' && is_initial(&text[..at])) {
            return at + marks;
        }
    }
    text.len()
}

/// Whether the text ends in a single capital letter, as in `J. S. Bach`. (`P M.` at the end of a time does not count.)
fn is_initial(text: &str) -> bool {
    let mut from_end = text.chars().rev();
    let letter = from_end.next().is_some_and(char::is_uppercase);
    let alone = matches!(from_end.next(), None | Some(' ' | '.'));
    letter && alone && !text.ends_with("A M") && !text.ends_with("P M")
}

fn cut(sentence: &str, sentences: &mut Vec<String>) {
    let mut rest = sentence.trim();
    while rest.len() > MAX_SENTENCE {
        let window = &rest[..rest.floor_char_boundary(MAX_SENTENCE)];
        let at = [[';', ':'].as_slice(), [','].as_slice(), [' '].as_slice()]
            .into_iter()
            .find_map(|marks| window.rfind(marks).filter(|at| *at > MAX_SENTENCE / 4))
            .map_or(window.len(), |at| at + 1);
        push(&rest[..at], sentences);
        rest = rest[at..].trim_start();
    }
    push(rest, sentences);
}

fn push(text: &str, sentences: &mut Vec<String>) {
    let text = text.trim().trim_start_matches(['.', ',', ';', ':', '!', '?', ' ']);
    if text.contains(char::is_alphanumeric) {
        let open = !text.ends_with(['.', '!', '?', ',', ';', ':']);
        sentences.push(if open { format!("{text}.") } else { text.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_at_the_ends_of_sentences() {
        for (text, sentences) in [
            ("Hello. How are you? Fine!", vec!["Hello.", "How are you?", "Fine!"]),
            ("No end", vec!["No end."]),
            ("Wait... Really?! Yes.", vec!["Wait...", "Really?!", "Yes."]),
            ("J. S. Bach was here. So?", vec!["J. S. Bach was here.", "So?"]),
            ("At two P M. Come.", vec!["At two P M.", "Come."]),
            ("example.com is a name.", vec!["example.com is a name."]),
            ("", vec![]),
            (". , !", vec![]),
        ] {
            assert_eq!(split(text), sentences, "{text}");
        }
    }

    #[test]
    fn long_sentences_are_cut_at_commas_or_words() {
        let text = format!("{}, {}", "a word ".repeat(30).trim(), "word ".repeat(80));
        let sentences = split(&text);
        assert!(sentences.iter().all(|sentence| sentence.len() <= MAX_SENTENCE + 1), "{sentences:?}");
        assert!(sentences[0].ends_with(','));
        let words: usize = sentences.iter().map(|sentence| sentence.split(' ').count()).sum();
        assert_eq!(words, 140);
        assert!(split(&"ä".repeat(1_000)).len() > 2);
    }
}
