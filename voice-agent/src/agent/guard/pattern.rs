//! A small language for what people say: words in their order, with gaps.
//!
//! ```text
//! ignore|forget      one of these words; `instruct*` is a beginning, `^` any word, `@rules` the list of that name
//! ~4                 up to four words of any kind; `~4!my|our` none of them one of these
//! !for|about         the next word, if there is one, is none of these
//! -i|we              the word before, if there is one, is none of these
//! < and >            the beginning and the end of what was said
//! #                  a telephone number; `##` one that costs extra
//! ```
//!
//! Words are compared without accents and in lower case (see [`Words`](super::text::Words)).

use super::text::{NUMBER, PREMIUM, fold};

/// A list of words with a name.
pub(super) type Concept = (&'static str, &'static str);

/// What is looked for.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Element>);

#[derive(Debug)]
enum Element {
    Word(Vec<Form>),
    Gap { most: usize, without: Vec<Form> },
    NotNext(Vec<Form>),
    NotBefore(Vec<Form>),
    Start,
    End,
}

#[derive(Debug)]
enum Form {
    Any,
    Exact(String),
    Beginning(String),
    Number,
}

impl Form {
    fn fits(&self, word: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(own) => own == word,
            Self::Beginning(own) => word.starts_with(own.as_str()),
            Self::Number => word == NUMBER || word == PREMIUM,
        }
    }
}

fn fits(forms: &[Form], word: &str) -> bool {
    forms.iter().any(|form| form.fits(word))
}

impl Pattern {
    /// Reads a pattern. Unknown names of lists stand for nothing; a test sees to it that there are none.
    pub fn read(source: &str, concepts: &[Concept]) -> Self {
        let element = |part: &str| {
            let rest = |skip: usize| forms(&part[skip..], concepts);
            match part.as_bytes()[0] {
                b'<' => Element::Start,
                b'>' => Element::End,
                b'!' => Element::NotNext(rest(1)),
                b'-' => Element::NotBefore(rest(1)),
                b'~' => {
                    let (most, without) = part[1..].split_once('!').unwrap_or((&part[1..], ""));
                    Element::Gap { most: most.parse().unwrap_or(0), without: forms(without, concepts) }
                }
                _ => Element::Word(rest(0)),
            }
        };
        Self(source.split_whitespace().map(element).collect())
    }

    /// Whether it is somewhere in these words.
    pub fn is_in(&self, words: &[String]) -> bool {
        (0..=words.len()).any(|at| matches(&self.0, words, at))
    }
}

fn forms(source: &str, concepts: &[Concept]) -> Vec<Form> {
    let mut forms = Vec::new();
    for part in source.split('|').filter(|part| !part.is_empty()) {
        match part {
            "^" => forms.push(Form::Any),
            "#" => forms.push(Form::Number),
            "##" => forms.push(Form::Exact(PREMIUM.to_owned())),
            _ if part.starts_with('@') => {
                let list = concepts.iter().find(|(name, _)| *name == &part[1..]);
                forms.extend(list.into_iter().flat_map(|(_, list)| self::forms(list, concepts)));
            }
            _ => forms.push(match part.strip_suffix('*') {
                Some(beginning) => Form::Beginning(fold(beginning)),
                None => Form::Exact(fold(part)),
            }),
        }
    }
    forms
}

fn matches(elements: &[Element], words: &[String], at: usize) -> bool {
    let Some((first, rest)) = elements.split_first() else { return true };
    match first {
        Element::Word(forms) => words.get(at).is_some_and(|word| fits(forms, word)) && matches(rest, words, at + 1),
        Element::NotNext(forms) => !words.get(at).is_some_and(|word| fits(forms, word)) && matches(rest, words, at),
        Element::NotBefore(forms) => {
            let before = at.checked_sub(1).and_then(|at| words.get(at));
            !before.is_some_and(|word| fits(forms, word)) && matches(rest, words, at)
        }
        Element::Start => at == 0 && matches(rest, words, at),
        Element::End => at == words.len() && matches(rest, words, at),
        Element::Gap { most, without } => {
            for skipped in 0..=*most {
                if matches(rest, words, at + skipped) {
                    return true;
                }
                if words.get(at + skipped).is_none_or(|word| fits(without, word)) {
                    break;
                }
            }
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::Words;
    use super::*;

    #[test]
    fn patterns_find_what_they_say() {
        let concepts = [("rules", "instruction*|regeln")];
        for (pattern, text, found) in [
            ("ignore ~2!my @rules", "Please ignore all the instructions.", true),
            ("ignore ~2!my @rules", "Ignore my instructions", false),
            ("ignore ~2!my @rules", "Ignore what I gave as instructions", false),
            ("@rules !for", "instructions for parking", false),
            ("@rules !for", "Régeln", true),
            ("-i call ~3 #", "I call 0900 123456", false),
            ("-i call ~3 #", "please call the number +49 900 123456", true),
            ("call ##", "call 030 901820", false),
            ("< ~1 now >", "and now", true),
            ("< ~1 now >", "now then", false),
            ("mrs ^ s", "Mrs. Miller's", true),
        ] {
            let words = Words::of(text, "en").words;
            assert_eq!(Pattern::read(pattern, &concepts).is_in(&words), found, "{pattern}: {text}");
        }
    }
}
