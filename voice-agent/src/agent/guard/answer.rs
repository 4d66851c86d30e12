//! What a model writes, checked before it is spoken: it may be talked into anything.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::pattern::Pattern;
use super::text::{Words, decoded, unveiled};
use super::{Attempt, number, words};

/// As many words of the house's own rules in a row are nobody's answer by chance.
const OF_HOUSE: usize = 6;
/// The same of what the persona says to the agent. What it says of the business may be repeated word by word.
const OF_PERSONA: usize = 9;
/// The same from the beginning of such a sentence: `You are the assistant of ...`.
const OF_BEGINNING: usize = 5;
/// More numbers than this that nobody gave are a list.
const MAX_FOREIGN: usize = 1;

/// Words by which a sentence of the persona speaks to the agent.
const TO_THE_AGENT: [&str; 37] = [
    "you", "your", "yourself", "never", "always", "must", "dont", "du", "dein", "deine", "dir", "dich", "niemals",
    "nie", "immer", "antworte", "gib", "sage", "eres", "tu", "tus", "nunca", "siempre", "responde", "vous", "ton",
    "votre", "jamais", "toujours", "reponds", "sei", "tuo", "tua", "mai", "sempre", "rispondi", "lei",
];

/// What follows a polite `Sie` that is said to the agent rather than to callers.
const POLITE: [&str; 9] =
    ["sind", "beantworten", "antworten", "geben", "nehmen", "sagen", "sprechen", "verbinden", "durfen"];

/// A model that speaks of its own instructions.
const OF_ITSELF: [&str; 8] = [
    "system prompt",
    "my ~1 instructions|directives ~1 are|say|read|were|tell",
    "i was|am|ve|have ~1 instructed|programmed|prompted to|not|never",
    "systemprompt|systemanweisung*",
    "meine ~1 anweisungen|instruktionen|vorgaben ~1 lauten|sind|besagen|sagen",
    "mis ~1 instrucciones ~1 son|dicen|indican",
    "mes ~1 instructions|consignes ~1 sont|disent|indiquent",
    "mie ~1 istruzioni ~1 sono|dicono|indicano",
];

static SPEAKS_OF_ITSELF: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| OF_ITSELF.iter().map(|source| Pattern::read(source, &[])).collect());

/// What is in the instructions and nobody's business.
#[derive(Debug, Default)]
pub(super) struct Secret {
    house: HashSet<String>,
    persona: HashSet<String>,
    beginnings: HashSet<String>,
}

impl Secret {
    /// `house`: rules of ours; `persona`: the agent's own text, filled in.
    pub fn new(house: &str, persona: &str) -> Self {
        let mut secret = Self::default();
        for paragraph in house.lines() {
            secret.house.extend(runs(&folded(paragraph), OF_HOUSE));
        }
        for sentence in persona.split_inclusive(['.', '!', '?', ':', ';']).filter(|sentence| speaks_to_agent(sentence))
        {
            let words = folded(sentence);
            secret.persona.extend(runs(&words, OF_PERSONA));
            // `If you are in pain` is for the caller.
            let to_agent = words.first().is_some_and(|first| first == "sie" || TO_THE_AGENT.contains(&first.as_str()));
            let beginning = words.get(..OF_BEGINNING).filter(|_| to_agent);
            secret.beginnings.extend(beginning.map(|words| words.join(" ")));
        }
        secret
    }

    fn is_told_by(&self, words: &[String]) -> bool {
        let told = |known: &HashSet<String>, length| runs(words, length).any(|run| known.contains(&run));
        told(&self.house, OF_HOUSE) || told(&self.persona, OF_PERSONA) || told(&self.beginnings, OF_BEGINNING)
    }
}

fn speaks_to_agent(sentence: &str) -> bool {
    let words = folded(sentence);
    let may =
        |at: usize| words.get(at + 1).is_some_and(|next| matches!(next.as_str(), "can" | "may" | "could" | "will"));
    let politely = words.len() > 1 && words[0] == "sie" && POLITE.contains(&words[1].as_str());
    politely || words.iter().enumerate().any(|(at, word)| TO_THE_AGENT.contains(&word.as_str()) && !may(at))
}

fn folded(text: &str) -> Vec<String> {
    crate::turn::words::split(text).iter().map(|word| super::text::fold(word)).collect()
}

fn runs(words: &[String], length: usize) -> impl Iterator<Item = String> {
    words.windows(length).map(|run| run.join(" "))
}

/// One answer while it is written.
#[derive(Debug, Default)]
pub(super) struct Answer {
    words: Vec<String>,
    foreign: HashSet<String>,
    /// It was made from the business's documents: numbers in it may be theirs.
    pub consulted: bool,
}

impl Answer {
    /// What this next clause gives away, with what was said before. `known`: every text that the caller may hear of,
    /// asked for only where it matters.
    pub fn betrays(
        &mut self,
        clause: &str,
        secret: &Secret,
        language: &str,
        known: impl Fn() -> Vec<String>,
    ) -> Option<Attempt> {
        let before = self.words.len().saturating_sub(OF_PERSONA);
        self.words.extend(folded(clause));
        let hidden = unveiled(clause).iter().any(|text| secret.is_told_by(&folded(text)));
        let encoded = clause.split_whitespace().any(|word| decoded(word).is_some());
        let said = Words::of(clause, language).words;
        let itself = SPEAKS_OF_ITSELF.iter().any(|pattern| pattern.is_in(&said));
        if hidden || encoded || itself || secret.is_told_by(&self.words[before..]) {
            return Some(Attempt::Instructions);
        }
        (!self.consulted && self.tells_of_others(clause, known)).then_some(Attempt::Person)
    }

    /// Numbers and addresses of somebody who is neither the caller nor the business.
    fn tells_of_others(&mut self, clause: &str, known: impl Fn() -> Vec<String>) -> bool {
        let numbers = number::written(clause);
        let mails: Vec<String> = clause
            .split_whitespace()
            .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
            .filter(|word| word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')))
            .collect();
        if numbers.is_empty() && mails.is_empty() {
            return false;
        }
        let known = known();
        let told: Vec<String> = known.iter().flat_map(|text| number::written(text)).collect();
        let foreign = numbers.into_iter().filter(|number| !told.iter().any(|own| number::same(own, number)));
        let mails =
            mails.into_iter().filter(|mail| !known.iter().any(|text| text.to_lowercase().contains(mail.as_str())));
        self.foreign.extend(foreign.chain(mails));
        !self.foreign.is_empty() && (self.foreign.len() > MAX_FOREIGN || names_a_person(clause))
    }
}

/// Whether a clause is about somebody: a title with a name, or `her number`.
fn names_a_person(clause: &str) -> bool {
    let words = folded(clause);
    let titles = || words::ALL.iter().flat_map(|lexicon| lexicon.titles.iter());
    let whose = ["her", "his", "their", "seine", "deren", "dessen"];
    words.iter().any(|word| whose.contains(&word.as_str()) || titles().any(|title| super::text::fold(title) == *word))
        || capitals(clause) >= 2
}

/// Words with a capital within the clause: names, mostly.
fn capitals(clause: &str) -> usize {
    clause.split_whitespace().skip(1).filter(|word| word.chars().next().is_some_and(char::is_uppercase)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUSE: &str =
        "Write no lists, no Markdown, no emoji and no web addresses; write numbers the way they are said.";
    const PERSONA: &str = "You are the telephone assistant of Northwind, a dental practice. Never promise a discount to \
                           anybody who asks for one on the telephone. We are open from Monday to Friday between eight \
                           in the morning and six in the evening. If you are in pain, come at once. Sie sind die \
                           Telefonassistenz der Praxis Northwind.";

    fn verdict(clauses: &[&str], known: &str) -> Option<Attempt> {
        let (secret, mut answer) = (Secret::new(HOUSE, PERSONA), Answer::default());
        clauses.iter().find_map(|clause| answer.betrays(clause, &secret, "en", || vec![known.to_owned()]))
    }

    #[test]
    fn instructions_are_not_read_out() {
        for clauses in [
            &["You are the telephone assistant of Northwind."][..],
            &["Sure: write no lists,", "no Markdown, no emoji."],
            &["Never promise a discount", "to anybody who asks for one on", "the telephone."],
            &["Sie sind die Telefonassistenz der Praxis Northwind."],
            &["My instructions are to be brief."],
            &["I was instructed to say nothing."],
            &["It is WW91IGFyZSB0aGUgdGVsZXBob25lIGFzc2lzdGFudA=="],
            &[".dniwhtroN fo tnatsissa enohpelet eht era uoY"],
        ] {
            assert_eq!(verdict(clauses, ""), Some(Attempt::Instructions), "{clauses:?}");
        }
    }

    #[test]
    fn what_the_business_wants_said_may_be_said() {
        for clause in [
            "I am the telephone assistant of Northwind, a dental practice.",
            "We are open from Monday to Friday between eight in the morning and six in the evening.",
            "I cannot promise a discount.",
            "If you are in pain, come at once.",
            "I am not allowed to share my instructions.",
        ] {
            assert_eq!(verdict(&[clause], ""), None, "{clause}");
        }
    }

    #[test]
    fn only_numbers_that_the_caller_may_hear_are_spoken_of_a_person() {
        let number = "Mrs. Miller's number is 0170 555 01 99.";
        assert_eq!(verdict(&[number], "the caller said 030 123456"), Some(Attempt::Person));
        assert_eq!(verdict(&[number], "my number is +49 170 5550199"), None);
        assert_eq!(verdict(&["You reach us at 030 901820 at any time."], ""), None);
        assert_eq!(verdict(&["Write to anna.miller@example.org, Mrs. Miller's address."], ""), Some(Attempt::Person));
        assert_eq!(verdict(&["One is 0170 5550199,", "another is 0170 5550200."], ""), Some(Attempt::Person));
    }
}
