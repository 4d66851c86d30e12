//! Takes out of texts what may not be kept: card numbers, and what the business names.

mod apply;
mod card;
mod figures;

use call_model::{Speaker, TranscriptLine};
use regex::Regex;
use voice_agent::brain::builtin::Lang;

use apply::Cut;
use figures::{Figure, Said};

/// What stands in the place of a card number.
const CARD: &str = "[card number]";

/// How long the same speaker may pause within a number, ms: our side may read back between.
const PAUSE_MS: u64 = 12_000;

/// What a business does not want to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// What it is called; it stands in its place, in brackets.
    pub name: String,
    /// What it looks like, by the rules of the crate `regex`. Numbers that are spoken (*one two three*) match as `123`.
    pub regex: String,
}

/// A pattern cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// It is no regular expression.
    #[error("the pattern `{name}` is no regular expression")]
    Regex {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: regex::Error,
    },
    /// It is found in every text.
    #[error("the pattern `{name}` matches an empty text: it would be found everywhere")]
    Empty {
        /// Its name.
        name: String,
    },
}

/// When something that was taken out was said, in ms from the answer of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// By whom.
    pub speaker: Speaker,
    /// Start.
    pub from_ms: u64,
    /// End.
    pub to_ms: u64,
}

/// Takes out of texts what may not be kept.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    patterns: Vec<(String, Regex)>,
}

impl Redactor {
    /// Takes out card numbers and these.
    pub fn new(patterns: &[Pattern]) -> Result<Self, PatternError> {
        let pattern = |pattern: &Pattern| {
            let name = pattern.name.clone();
            let regex = Regex::new(&pattern.regex);
            let regex = regex.map_err(|source| PatternError::Regex { name: name.clone(), source })?;
            if regex.is_match("") {
                return Err(PatternError::Empty { name });
            }
            Ok((format!("[{name}]"), regex))
        };
        Ok(Self { patterns: patterns.iter().map(pattern).collect::<Result<_, _>>()? })
    }

    /// The text without it; `None`: there is nothing to take out. Without a language numbers in words are read in all
    /// five.
    pub fn text(&self, text: &str, language: Option<&str>) -> Option<String> {
        let known = language.and_then(Lang::from_tag);
        let mut clean: Option<String> = None;
        for language in Lang::ALL.into_iter().filter(|lang| known.is_none_or(|known| known == *lang)) {
            let now = clean.as_deref().unwrap_or(text);
            let said = Said::read(language, now);
            let mut cuts = self.named(&said);
            cuts.extend(cards(std::slice::from_ref(&said), &[0]).into_iter().map(|(_, cut)| cut));
            if !cuts.is_empty() {
                clean = Some(apply::text(now, cuts));
            }
        }
        clean
    }

    /// Takes it out of all lines of a call (with their words), and says when it was said. A card number may be spread
    /// over lines of one speaker that follow each other within seconds. `language`: of lines that name none.
    pub fn lines(&self, lines: &mut [&mut TranscriptLine], language: &str) -> Vec<Spoken> {
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_key(|at| (lines[*at].from_ms, *at));
        let said: Vec<Said> = lines
            .iter()
            .map(|line| {
                let tag = line.language.as_deref().unwrap_or(language);
                let lang = Lang::from_tag(tag).or_else(|| Lang::from_tag(language)).unwrap_or(Lang::En);
                Said::read(lang, &line.text)
            })
            .collect();
        let mut cuts: Vec<Vec<Cut>> = said.iter().map(|said| self.named(said)).collect();
        for speaker in [Speaker::Caller, Speaker::Us] {
            let own: Vec<usize> = order.iter().copied().filter(|at| lines[*at].speaker == speaker).collect();
            let pause = |pair: &[usize]| lines[pair[1]].from_ms.saturating_sub(lines[pair[0]].to_ms) > PAUSE_MS;
            let mut from = 0;
            for to in 1..=own.len() {
                if to == own.len() || pause(&own[to - 1..=to]) {
                    for (line, cut) in cards(&said, &own[from..to]) {
                        cuts[line].push(cut);
                    }
                    from = to;
                }
            }
        }
        drop(said);
        let found = lines.iter_mut().zip(cuts).filter(|(_, cuts)| !cuts.is_empty());
        found.flat_map(|(line, cuts)| apply::line(line, cuts)).collect()
    }

    /// What the business names, in one text.
    fn named(&self, said: &Said) -> Vec<Cut> {
        let mut cuts = Vec::new();
        for (mark, regex) in &self.patterns {
            let written = regex.find_iter(said.text).map(|found| found.range());
            let joined = said.joined();
            let spoken = regex.find_iter(&joined.text).map(|found| joined.place(found.range()));
            cuts.extend(written.chain(spoken).map(|place| Cut { place, mark: mark.clone() }));
        }
        cuts
    }
}

/// Card numbers in texts that follow each other: the text that each part is in, and its place there.
fn cards(said: &[Said], order: &[usize]) -> Vec<(usize, Cut)> {
    let mut cuts = Vec::new();
    // "One moment" in the middle of a number is none of its digits; but somebody may say each with a pause.
    for loose in [false, true] {
        let mut parts: Vec<(usize, &Figure)> = Vec::new();
        let mut digits: Vec<(&str, usize)> = Vec::new();
        let mut gap = 0;
        for text in order {
            for figure in &said[*text].figures {
                gap += figure.gap;
                if figure.loose && !loose {
                    gap += 1;
                    continue;
                }
                parts.push((*text, figure));
                digits.push((&figure.digits, std::mem::take(&mut gap)));
            }
            gap += said[*text].rest;
        }
        for found in card::find(&digits) {
            for text in order {
                let part = parts[found.clone()].iter().filter(|(at, _)| at == text);
                let mut here = part.map(|(_, figure)| &figure.place);
                let Some(first) = here.next() else { continue };
                let end = here.next_back().map_or(first.end, |last| last.end);
                cuts.push((*text, Cut { place: first.start..end, mark: CARD.to_owned() }));
            }
        }
    }
    cuts
}
