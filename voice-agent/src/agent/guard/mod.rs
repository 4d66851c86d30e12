//! Guards: what a caller says is data, and an agent reaches only him.
//!
//! - `words`, `pattern`, `text`, `number`: what callers try, found in what they say ([`attempt`]).
//! - `answer`: what a model writes is checked before it is spoken.
//! - `arguments`: what a tool is called with is checked before it runs.
//! - `hooks`: what the agent does about it.

mod answer;
mod arguments;
mod hooks;
mod number;
mod pattern;
mod text;
mod words;

use serde::Serialize;

pub(super) use hooks::Guards;

/// What somebody tried, or what a model was about to do for him.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Attempt {
    /// To learn or to change the agent's instructions.
    Instructions,
    /// To be somebody who may do that: staff, a developer, with the manager's leave.
    Authority,
    /// Another person's data.
    Person,
    /// To have somebody else called, or to be put through elsewhere.
    Elsewhere,
}

/// Signs of a conversation's own form, which nobody speaks.
const MARKERS: [&str; 14] = [
    "<|",
    "|>",
    "[inst",
    "[/inst",
    "<<sys",
    "</system",
    "<system",
    "### system",
    "### instruction",
    "<caller",
    "</caller",
    "system:",
    "assistant:",
    "developer:",
];
/// Addresses, which nobody speaks either.
const ADDRESSES: [&str; 3] = ["sip:", "sips:", "tel:"];

/// What the caller tries with these words, if anything. `language`: what is spoken, as BCP 47.
pub(crate) fn attempt(said: &str, language: &str) -> Option<Attempt> {
    let lower = said.to_lowercase();
    if MARKERS.iter().any(|marker| lower.contains(marker)) {
        return Some(Attempt::Instructions);
    }
    if names_address(&lower) {
        return Some(Attempt::Elsewhere);
    }
    let plain = among(&text::Words::of(said, language).words, |_| true);
    plain.or_else(|| {
        let hidden = text::unveiled(said);
        hidden
            .iter()
            .find_map(|text| among(&text::Words::of(text, language).words, |found| found != Attempt::Elsewhere))
    })
}

/// Whether an address stands in a text in lower case: the scheme begins a word, and the address follows at once. In
/// `Hotel: room 5` there is none.
fn names_address(lower: &str) -> bool {
    let stands = |scheme: &str, at: usize| {
        let begins = !lower[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        begins && lower[at + scheme.len()..].chars().next().is_some_and(|next| !next.is_whitespace())
    };
    ADDRESSES.iter().any(|scheme| lower.match_indices(scheme).any(|(at, _)| stands(scheme, at)))
}

fn among(words: &[String], counts: impl Fn(Attempt) -> bool) -> Option<Attempt> {
    let found = words::RULES.iter().find(|(attempt, pattern)| counts(*attempt) && pattern.is_in(words));
    found.map(|(attempt, _)| *attempt)
}
