//! How people try it, language by language. What is looked for is a matter of meaning: each rule names the parts of an
//! attempt (a verb of asking, what is asked for, whose it is), not a sentence.

mod de;
mod en;
mod es;
mod fr;
mod it;

use std::sync::LazyLock;

use super::Attempt;
use super::pattern::{Concept, Pattern};

/// The patterns of one language.
pub(super) struct Lexicon {
    /// Lists of words that rules name.
    pub concepts: &'static [Concept],
    /// What each pattern gives away. The first that fits counts.
    pub rules: &'static [(Attempt, &'static [&'static str])],
    /// Words that make the name after them a person's.
    pub titles: &'static [&'static str],
}

/// All languages: who wants something that he may not have speaks whichever he likes.
pub(super) const ALL: [&Lexicon; 5] = [&en::LEXICON, &de::LEXICON, &es::LEXICON, &fr::LEXICON, &it::LEXICON];

/// Every rule of every language, ready.
pub(super) static RULES: LazyLock<Vec<(Attempt, Pattern)>> = LazyLock::new(|| {
    let of = |lexicon: &'static Lexicon| {
        let rules =
            lexicon.rules.iter().flat_map(|(attempt, sources)| sources.iter().map(|source| (*attempt, *source)));
        rules.map(|(attempt, source)| (attempt, Pattern::read(source, lexicon.concepts)))
    };
    ALL.into_iter().flat_map(of).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_that_a_rule_names_is_there() {
        for lexicon in ALL {
            let sources = lexicon.rules.iter().flat_map(|(_, sources)| *sources).copied();
            let lists = lexicon.concepts.iter().map(|(_, list)| *list);
            for source in sources.chain(lists) {
                for name in source
                    .split([' ', '|', '!'])
                    .filter_map(|part| part.strip_prefix(['@']).or(part.strip_prefix("-@")))
                {
                    assert!(lexicon.concepts.iter().any(|(known, _)| *known == name), "{name} in {source}");
                }
            }
        }
    }
}
