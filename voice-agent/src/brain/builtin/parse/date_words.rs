//! The words of days, months and parts of the day. All folded: lower case, without accents.

use speech::text::{moments, numbers};

use super::super::Lang;
use super::super::speak::spoken;
use super::super::words::{Word, fold};

/// Monday first.
const WEEKDAYS: [[&[&str]; 7]; 5] = [
    [&["monday"], &["tuesday"], &["wednesday"], &["thursday"], &["friday"], &["saturday"], &["sunday"]],
    [&["montag"], &["dienstag"], &["mittwoch"], &["donnerstag"], &["freitag"], &["samstag", "sonnabend"], &["sonntag"]],
    [&["lunes"], &["martes"], &["miercoles"], &["jueves"], &["viernes"], &["sabado"], &["domingo"]],
    [&["lundi"], &["mardi"], &["mercredi"], &["jeudi"], &["vendredi"], &["samedi"], &["dimanche"]],
    [&["lunedi"], &["martedi"], &["mercoledi"], &["giovedi"], &["venerdi"], &["sabato"], &["domenica"]],
];

/// The names of days and months, and small numbers.
pub fn light_words(language: Lang) -> impl Iterator<Item = String> {
    let days = WEEKDAYS[language as usize].iter().flat_map(|forms| forms.iter().map(|form| (*form).to_owned()));
    let months = moments::months(spoken(language)).iter().map(|month| fold(month));
    let numbers =
        (0..=31).chain([40, 45, 50, 55]).map(move |number| fold(&numbers::cardinal(number, spoken(language))));
    let ordinals = (1..=31).filter_map(move |number| numbers::ordinal(number, spoken(language)));
    let ordinals = ordinals.flat_map(|word| word.split('-').map(fold).collect::<Vec<_>>());
    days.chain(months).chain(numbers).chain(ordinals)
}

/// Which weekday a word names, Monday 0. `Dienstagnachmittag` and `Tuesdays` name Tuesday too.
pub fn weekday(language: Lang, word: &Word) -> Option<u8> {
    let longest = if language == Lang::De { 14 } else { 2 };
    let names = |name: &&str| word.key.strip_prefix(*name).is_some_and(|rest| rest.len() <= longest);
    WEEKDAYS[language as usize].iter().position(|forms| forms.iter().any(&names)).map(|at| at as u8)
}

/// Which month a word names, 1 to 12.
pub fn month(language: Lang, word: &Word) -> Option<i8> {
    let german_feb = [("janner", 1), ("feber", 2)];
    if language == Lang::De
        && let Some((_, month)) = german_feb.iter().find(|(name, _)| *name == word.key)
    {
        return Some(*month);
    }
    // "may" is more often a verb; it counts beside a day, which the caller of this looks for.
    moments::months(spoken(language)).iter().position(|name| fold(name) == word.key).map(|at| at as i8 + 1)
}

/// Phrases that name a day by its distance from today, longest first.
pub fn relative(language: Lang) -> &'static [(&'static str, i32)] {
    language.pick([
        &[("day after tomorrow", 2), ("tomorrow", 1), ("today", 0), ("tonight", 0)][..],
        &[("ubermorgen", 2), ("uber morgen", 2), ("morgen", 1), ("heute", 0)],
        &[("pasado manana", 2), ("manana", 1), ("hoy", 0)],
        &[("apres demain", 2), ("demain", 1), ("aujourd hui", 0), ("aujourdhui", 0)],
        &[("dopo domani", 2), ("dopodomani", 2), ("domani", 1), ("oggi", 0)],
    ])
}

/// Phrases for "next week".
pub fn next_week(language: Lang) -> &'static [&'static str] {
    language.pick([
        &["next week"][..],
        &["nachste woche", "nachster woche", "kommende woche", "kommender woche"],
        &["la semana que viene", "proxima semana", "semana proxima"],
        &["semaine prochaine"],
        &["settimana prossima", "prossima settimana"],
    ])
}

/// Words before a count of days or weeks from now.
pub fn in_words(language: Lang) -> &'static [&'static str] {
    language.pick([&["in"][..], &["in"], &["en", "dentro de"], &["dans"], &["tra", "fra"]])
}

/// How many days a word for days or weeks stands for.
pub fn unit(language: Lang, word: &str) -> Option<i32> {
    let (days, weeks): (&[&str], &[&str]) = language.pick([
        (&["day", "days"][..], &["week", "weeks"][..]),
        (&["tag", "tage", "tagen"], &["woche", "wochen"]),
        (&["dia", "dias"], &["semana", "semanas"]),
        (&["jour", "jours"], &["semaine", "semaines"]),
        (&["giorno", "giorni"], &["settimana", "settimane"]),
    ]);
    if days.contains(&word) {
        Some(1)
    } else if weeks.contains(&word) {
        Some(7)
    } else {
        None
    }
}

/// Words for one that are also articles.
pub fn is_one(language: Lang, word: &str) -> bool {
    let forms = language.pick([
        &["a", "an", "one"][..],
        &["ein", "eine", "einer", "einem", "einen"],
        &["un", "una"],
        &["un", "une"],
        &["un", "una"],
    ]);
    forms.contains(&word)
}

/// Small words that may stand between a day and its month, or before a day.
pub fn is_small(language: Lang, word: &str) -> bool {
    let small = language.pick([
        &["the", "of", "on"][..],
        &["der", "den", "dem", "am", "vom"],
        &["el", "de", "del", "dia"],
        &["le", "du", "de"],
        &["il", "di", "del", "l"],
    ]);
    small.contains(&word)
}

/// Small words before a bare day of the month that make it one: "on the third".
pub fn opens_day(language: Lang, word: &str) -> bool {
    language
        .pick([&["the"][..], &["am", "den", "der", "dem"], &["el", "dia"], &["le"], &["il", "giorno"]])
        .contains(&word)
}

/// Words that take back what follows.
pub fn negates(language: Lang, word: &str) -> bool {
    language.pick([&["not"][..], &["nicht", "kein", "keinen"], &["no"], &["pas"], &["non"]]).contains(&word)
}
