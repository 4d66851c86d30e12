//! Plain text to words: a list of patterns for each language, applied one after the other. What one has written out
//! holds no digits any more and so is safe from the next.

use std::sync::OnceLock;

use regex::{Captures, Regex};

use super::Language;
use super::abbreviations;
use super::amounts::{money, number, plain_number};
use super::digits::{phone, sign};
use super::moments::{date, month_named, months, time, twelve_hours};
use super::numbers::ordinal;

/// What is around a match.
struct Context<'t> {
    before: &'t str,
    after: &'t str,
    language: Language,
}

/// Turns a match into words; `None` leaves it to later rules.
type Speak = fn(&Captures<'_>, &Context<'_>) -> Option<String>;

/// Writes out everything that is not words.
pub fn text(text: &str, language: Language) -> String {
    let mut written = abbreviations::expand(text, language);
    for (pattern, speak) in RULES[language as usize].get_or_init(|| rules(language)) {
        if pattern.is_match(&written) {
            written = apply(pattern, *speak, &written, language);
        }
    }
    written
}

fn apply(pattern: &Regex, speak: Speak, text: &str, language: Language) -> String {
    pattern
        .replace_all(text, |found: &Captures<'_>| {
            let Some(whole) = found.get(0) else { return String::new() };
            let context = Context { before: &text[..whole.start()], after: &text[whole.end()..], language };
            let Some(words) = speak(found, &context) else { return whole.as_str().to_owned() };
            // Words do not grow together with letters beside them (`A4`).
            let open = context.before.ends_with(char::is_alphanumeric);
            let close = context.after.starts_with(char::is_alphanumeric);
            format!("{}{words}{}", if open { " " } else { "" }, if close { " " } else { "" })
        })
        .into_owned()
}

static RULES: [OnceLock<Vec<(Regex, Speak)>>; 6] = [const { OnceLock::new() }; 6];

const AMOUNT: &str = r"\d{1,3}(?:[.,'’\u{a0}\u{202f}]\d{3})+(?:[.,]\d{1,2})?\b|\d+(?:[.,]\d+)?";

fn rules(language: Language) -> Vec<(Regex, Speak)> {
    let month = months(language).join("|");
    let mut rules: Vec<(String, Speak)> = vec![
        (r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:https?://|www\.)[\w.-]+(?:/[\w./-]*)?\b".into(), address),
        (r"\b(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})\b".into(), numeric_date),
    ];
    rules.extend(date_rules(language, &month));
    rules.extend(time_rules(language));
    rules.extend([
        (
            r"\(?\+\d[\d /()-]{6,}\d|\(?\b0\d[\d /()-]{4,}\d|\(\d{3}\) ?\d{3}-\d{4}|\b\d{3}-\d{3}-\d{4}".into(),
            telephone as Speak,
        ),
        (format!(r"(?<c>€|US\$|\$|£|\bEUR|\bCHF|\bUSD|\bGBP) ?(?<n>-?(?:{AMOUNT}))"), amount),
        (format!(r"(?<n>-?(?:{AMOUNT}))[ \u{{a0}}\u{{202f}}]?(?<c>€|\$|£|EUR\b|CHF\b|USD\b|GBP\b)"), amount),
        (format!(r"(?<n>-?(?:{AMOUNT}))[ \u{{a0}}\u{{202f}}]?%"), percent),
        (r"\b(\d{1,4})[-–](\d{1,4})\b".into(), range),
        (format!(r"(?:^|\B)-(?:{AMOUNT})|(?:{AMOUNT})"), counted),
        (r"\d+".into(), counted),
        (r"[+*#@&%=°§€$£]".into(), symbol),
    ]);
    // ASCII digits only: numbers in other scripts are not ours to read.
    let compile = |pattern: &str| Regex::new(&pattern.replace(r"\d", "[0-9]")).ok();
    // A pattern that does not compile would be a fault of this file; the tests of every language would show it.
    rules.into_iter().filter_map(|(pattern, speak)| Some((compile(&pattern)?, speak))).collect()
}

fn date_rules(language: Language, month: &str) -> Vec<(String, Speak)> {
    match language {
        Language::De => vec![
            (format!(r"\b(?<d>\d{{1,2}})\. ?(?<name>{month})(?: (?<y>\d{{4}}))?\b"), named_date),
            (r"\b(?<d>\d{1,2})\. ?(?<m>\d{1,2})\.(?: ?(?<y>\d{4}|\d{2})\b)?".into(), numeric_date),
        ],
        Language::EnGb | Language::EnUs => vec![
            (format!(r"\b(?<name>{month}) (?<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?<y>\d{{4}})\b)?"), named_date),
            (
                format!(r"\b(?<d>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?<name>{month})\b(?:,? (?<y>\d{{4}})\b)?"),
                named_date,
            ),
            if language == Language::EnUs {
                (r"\b(?<m>\d{1,2})/(?<d>\d{1,2})/(?<y>\d{4}|\d{2})\b".into(), numeric_date)
            } else {
                (r"\b(?<d>\d{1,2})/(?<m>\d{1,2})/(?<y>\d{4}|\d{2})\b".into(), numeric_date)
            },
            (r"\b(\d+)(?:st|nd|rd|th)\b".into(), nth),
        ],
        Language::Es | Language::Fr | Language::It => vec![
            (r"\b(?<d>\d{1,2})[/.-](?<m>\d{1,2})[/.-](?<y>\d{4})\b".into(), numeric_date),
            (format!(r"\b(1)(?:er|°|º)?(?: ({month})\b)"), first_of_month),
            (r"\b(1)(?:er|re|°|º|ª)".into(), nth),
        ],
    }
}

fn time_rules(language: Language) -> Vec<(String, Speak)> {
    let between = r"\b(?<a>\d{1,2}[:.]\d{2}) ?(?:Uhr|h)? ?[-–] ?(?<b>\d{1,2}[:.]\d{2})\b";
    let mut rules: Vec<(String, Speak)> = vec![(between.into(), time_range)];
    rules.extend(match language {
        Language::De => vec![
            (r"\b(?<h>\d{1,2})[:.](?<m>\d{2}) ?Uhr\b".into(), clock as Speak),
            (r"\b(?<h>\d{1,2}):(?<m>\d{2})(?::\d{2})?\b".into(), clock),
        ],
        Language::EnGb | Language::EnUs => vec![
            (r"(?i)\b(?<h>\d{1,2})(?:[:.](?<m>\d{2}))? ?(?<half>am\b|pm\b|a\.m\.|p\.m\.)".into(), half_day as Speak),
            (r"\b(?<h>\d{1,2}):(?<m>\d{2})(?::\d{2})?\b".into(), clock),
        ],
        Language::Fr => vec![
            (r"\b(?<h>\d{1,2}) ?h(?: ?(?<m>\d{2}))?\b".into(), clock as Speak),
            (r"\b(?<h>\d{1,2}):(?<m>\d{2})(?::\d{2})?\b".into(), clock),
        ],
        Language::Es | Language::It => vec![
            (r"\b(?<h>\d{1,2})[:.](?<m>\d{2}) ?h(?:oras)?\b".into(), clock as Speak),
            (r"\b(?<h>\d{1,2}):(?<m>\d{2})(?::\d{2})?\b".into(), clock),
        ],
    });
    rules
}

fn group(found: &Captures<'_>, name: &str) -> Option<u64> {
    found.name(name)?.as_str().parse().ok()
}

/// A written year: of two digits, this century's.
fn written_year(found: &Captures<'_>) -> Option<u64> {
    let text = found.name("y")?.as_str();
    let year: u64 = text.parse().ok()?;
    Some(if text.len() == 2 { 2_000 + year } else { year })
}

fn numeric_date(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    date(written_year(found), group(found, "m")?, group(found, "d")?, context.before, context.language)
}

fn named_date(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    let month = month_named(found.name("name")?.as_str(), context.language)?;
    date(written_year(found), month, group(found, "d")?, context.before, context.language)
}

fn first_of_month(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    let day = match context.language {
        Language::Es => "uno".to_owned(),
        language => ordinal(1, language)?,
    };
    Some(format!("{day} {}", &found[2]))
}

fn nth(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    ordinal(found[1].parse().ok()?, context.language)
}

fn clock(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    let minute = if found.name("m").is_some() { group(found, "m")? } else { 0 };
    // `08:30` is surely of 24 hours, `8:30` may be of twelve.
    let explicit = found.name("h")?.as_str().starts_with('0');
    time(group(found, "h")?, minute, explicit, context.language)
}

fn half_day(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    let (hour, minute) = (group(found, "h")?, group(found, "m").unwrap_or(0));
    let half = found.name("half")?.as_str();
    if hour > 12 || minute > 59 {
        return None;
    }
    let words = twelve_hours(hour, minute, Some(half.starts_with(['p', 'P'])), context.language);
    let rest = context.after.trim_start();
    let ends = half.ends_with('.') && (rest.is_empty() || rest.starts_with(char::is_uppercase));
    Some(if ends { format!("{words}.") } else { words })
}

fn until(language: Language) -> &'static str {
    language.pick(["bis", "to", "a", "à", "a"])
}

fn time_range(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    let part = |name: &str| found.name(name).map(|part| part.as_str().replace('.', ":"));
    Some(format!("{} {} {}", part("a")?, until(context.language), part("b")?))
}

fn range(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    let chained = context.before.ends_with(['-', '–', '/', '.']) || context.after.starts_with(['-', '–', '/']);
    (!chained).then(|| format!("{} {} {}", &found[1], until(context.language), &found[2]))
}

fn telephone(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    phone(&found[0], context.language)
}

fn amount(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    money(found.name("n")?.as_str(), found.name("c")?.as_str(), context.language)
}

fn percent(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    let words = number(found.name("n")?.as_str(), context.language)?;
    Some(format!("{words} {}", sign('%', context.language)?))
}

fn counted(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    let next = context.after.strip_prefix([' ', '\u{a0}', '\u{202f}']).unwrap_or_default();
    let next = next.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    plain_number(&found[0], next, context.language)
}

fn symbol(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    let word = sign(found[0].chars().next()?, context.language)?;
    Some(format!(" {word} "))
}

/// Mail and web addresses, with their dots and the at sign spoken.
fn address(found: &Captures<'_>, context: &Context<'_>) -> Option<String> {
    let language = context.language;
    let text = found[0].trim_start_matches("https://").trim_start_matches("http://");
    let dot = format!(" {} ", language.pick(["Punkt", "dot", "punto", "point", "punto"]));
    let at = format!(" {} ", sign('@', language)?);
    let dash = format!(" {} ", language.pick(["Minus", "dash", "guion", "tiret", "trattino"]));
    let slash = format!(" {} ", language.pick(["Schrägstrich", "slash", "barra", "barre oblique", "barra"]));
    Some(text.replace('.', &dot).replace('@', &at).replace('-', &dash).replace('_', " ").replace('/', &slash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::clean;

    fn check(language: Language, table: &[(&str, &str)]) {
        for (source, words) in table {
            assert_eq!(clean(&text(source, language)), *words, "{source} in {language:?}");
        }
    }

    #[test]
    fn every_rule_compiles() {
        for language in Language::ALL {
            let month = months(language).join("|");
            let fixed = date_rules(language, &month).len() + time_rules(language).len() + 10;
            assert_eq!(rules(language).len(), fixed, "{language:?}");
        }
    }

    #[test]
    fn german() {
        check(
            Language::De,
            &[
                ("Rufen Sie 030 1234567 an.", "Rufen Sie null drei null, eins zwei drei, vier fünf sechs sieben an."),
                ("+49 171 555", "plus vier neun, eins sieben eins, fünf fünf fünf"),
                ("am 5.3.2026 um 14:30 Uhr", "am fünften März zweitausend sechsundzwanzig um vierzehn Uhr dreißig"),
                ("am 3. März", "am dritten März"),
                ("Mo bis Fr 9:00-17:30", "Mo bis Fr neun Uhr bis siebzehn Uhr dreißig"),
                ("von 9-17 Uhr", "von neun bis siebzehn Uhr"),
                ("um 1 Uhr", "um ein Uhr"),
                ("Das kostet 12,50 €.", "Das kostet zwölf Euro fünfzig."),
                ("1.299 EUR", "eintausend zweihundert neunundneunzig Euro"),
                ("19 % Rabatt", "neunzehn Prozent Rabatt"),
                ("Drücken Sie die 1 oder #.", "Drücken Sie die eins oder Raute."),
                ("Sie haben 1 Termin und 3 Nachrichten", "Sie haben ein Termin und drei Nachrichten"),
                ("Hauptstr. 12a", "Hauptstraße zwölf a"),
                ("Müller & Söhne", "Müller und Söhne"),
                ("info@firma-x.de", "info ät firma Minus x Punkt de"),
                ("3,5 Stunden", "drei Komma fünf Stunden"),
            ],
        );
    }

    #[test]
    fn english() {
        check(
            Language::EnUs,
            &[
                ("Call (555) 123-4567 now", "Call five five five, one two three, four five six seven now"),
                ("on March 5, 2026 at 2:30 pm.", "on March fifth, twenty twenty-six at two thirty P M."),
                ("on 3/5/2026", "on March fifth, twenty twenty-six"),
                ("at 14:05 or 8:00", "at two oh five P M or eight o'clock"),
                ("until 5 p.m. Then", "until five P M. Then"),
                ("It is $5.99 or €1", "It is five dollars and ninety-nine cents or one euro"),
                ("the 2nd of 3", "the second of three"),
                ("5th of May", "May fifth"),
                ("Press 1 or *", "Press one or star"),
                ("1,250 people in 1999", "one thousand two hundred fifty people in nineteen ninety-nine"),
                ("minus: -5 and A4", "minus: minus five and A four"),
                ("2-3 days, 10%", "two to three days, ten percent"),
                ("www.example.com", "www dot example dot com"),
            ],
        );
        check(
            Language::EnGb,
            &[
                ("on 5/3/2026", "on the fifth of March twenty twenty-six"),
                ("press #, £105", "press hash, one hundred and five pounds"),
                ("on the 5th of March", "on the fifth of March"),
            ],
        );
    }

    #[test]
    fn spanish_french_and_italian() {
        check(
            Language::Es,
            &[
                ("el 05/03/2026 a las 14:30", "el cinco de marzo de dos mil veintiséis a las catorce y treinta"),
                ("1 mensaje y 1 llamada", "un mensaje y una llamada"),
                ("son 20,50 €", "son veinte euros con cincuenta céntimos"),
                ("el 1 de enero", "el un de enero"),
            ],
        );
        check(
            Language::Fr,
            &[
                ("le 1er mars à 14h30", "le premier mars à quatorze heures trente"),
                ("au 01 23 45 67 89.", "au zéro un, vingt-trois, quarante-cinq, soixante-sept, quatre-vingt-neuf."),
                ("3,20 € l'unité", "trois euros vingt l'unité"),
                ("à 9 h", "à neuf heures"),
            ],
        );
        check(
            Language::It,
            &[
                ("il 1 marzo alle 9:15", "il primo marzo alle nove e quindici"),
                ("il 05.03.2026", "il cinque marzo duemila ventisei"),
                ("50% di sconto", "cinquanta per cento di sconto"),
            ],
        );
    }
}
