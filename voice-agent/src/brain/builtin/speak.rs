//! Days and times as they are spoken and as they are written down.

use jiff::civil::{Date, Time};
use speech::text::moments;

use super::Lang;
use super::lexicon::Lexicon;
use super::parse::{DayPart, Moment};

/// A language where texts are written out for the voice.
pub const fn spoken(language: Lang) -> speech::text::Language {
    use speech::text::Language;
    match language {
        Lang::En => Language::EnGb,
        Lang::De => Language::De,
        Lang::Es => Language::Es,
        Lang::Fr => Language::Fr,
        Lang::It => Language::It,
    }
}

/// Monday first.
const WEEKDAYS: [[&str; 7]; 5] = [
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
];

fn weekday(language: Lang, date: Date) -> &'static str {
    WEEKDAYS[language as usize][usize::from(date.weekday().to_monday_zero_offset().unsigned_abs()) % 7]
}

/// A day with its preposition: "on Tuesday, the twenty-fourth of November"; "today".
pub fn day(language: Lang, lexicon: &Lexicon, date: Date, today: Date) -> String {
    if date == today {
        return lexicon.phrase("today", 0).to_owned();
    }
    let tomorrow = today.tomorrow().is_ok_and(|tomorrow| tomorrow == date);
    let before = if language == Lang::De { "den" } else { "" };
    let (month, number) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    let words = moments::date(None, month.into(), number.into(), before, spoken(language)).unwrap_or_default();
    let weekday = weekday(language, date);
    let named = match language {
        Lang::En => format!("{weekday}, {words}"),
        Lang::De => format!("{weekday}, den {words}"),
        Lang::Es | Lang::Fr | Lang::It => format!("{weekday} {words}"),
    };
    if tomorrow {
        // The weekday tells whether we mean the same day.
        return format!("{}, {weekday}", lexicon.phrase("tomorrow", 0));
    }
    fill(lexicon.phrase("on_day", 0), &[("day", &named)])
}

/// A time without a preposition: "half past ten".
pub fn clock(language: Lang, time: Time) -> String {
    let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
    let words = moments::time(hour.into(), minute.into(), false, spoken(language)).unwrap_or_default();
    // "A las diez horas" is for stations.
    if language == Lang::Es { words.trim_end_matches(" horas").to_owned() } else { words }
}

/// A time with its preposition: "at half past ten", "in the morning".
pub fn at(language: Lang, lexicon: &Lexicon, moment: Moment) -> String {
    let time = match moment {
        Moment::At(time) => time,
        Moment::In(part) => {
            let name = match part {
                DayPart::Morning => "morning",
                DayPart::Afternoon => "afternoon",
                DayPart::Evening => "evening",
            };
            return lexicon.phrase(name, 0).to_owned();
        }
    };
    fill(lexicon.phrase("at_time", 0), &[("time", &clock(language, time))])
        .replace("a las una", "a la una")
        .replace("alle una", "all'una")
        .replace("alle mezzogiorno", "a mezzogiorno")
        .replace("a las mediodía", "a mediodía")
}

/// From when to when, joined with "and".
pub fn spans(language: Lang, lexicon: &Lexicon, spans: &[(Time, Time)]) -> String {
    let one = |(from, until): &(Time, Time)| {
        fill(lexicon.phrase("span", 0), &[("from", &clock(language, *from)), ("until", &clock(language, *until))])
    };
    spans.iter().map(one).collect::<Vec<_>>().join(lexicon.phrase("span_joint", 0))
}

/// A day as it is written down for people of the business: "Tuesday, 24 November 2026".
pub fn written(language: Lang, date: Date) -> String {
    let month = moments::months(spoken(language))[usize::from(date.month().unsigned_abs()) - 1];
    let dot = if language == Lang::De { "." } else { "" };
    format!("{}, {}{dot} {month} {}", weekday(language, date), date.day(), date.year())
}

/// Puts values in for `{name}`. What is put in is not looked at again.
pub fn fill(phrase: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(phrase.len());
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        filled.push_str(before);
        let value = values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).unwrap_or_default();
        // A value may begin a sentence.
        let begins = before.ends_with(". ");
        filled.push_str(&if begins { sentence(value) } else { value.to_owned() });
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The first letter large, and after "¿" and "¡" too.
pub fn sentence(text: &str) -> String {
    let at = text.find(|c: char| !matches!(c, '¿' | '¡'));
    let Some((at, first)) = at.and_then(|at| Some((at, text[at..].chars().next()?))) else { return text.to_owned() };
    let (before, rest) = text.split_at(at);
    before.chars().chain(first.to_uppercase()).chain(rest.chars().skip(1)).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn days_and_times_are_spoken() {
        let today = date(2026, 11, 21);
        for (language, on, when) in [
            (Lang::En, "on Tuesday, the twenty-fourth of November", "at half past ten"),
            (Lang::De, "am Dienstag, den vierundzwanzigsten November", "um zehn Uhr dreißig"),
            (Lang::Es, "el martes veinticuatro de noviembre", "a las diez y media"),
            (Lang::Fr, "le mardi vingt-quatre novembre", "à dix heures trente"),
            (Lang::It, "martedì ventiquattro novembre", "alle dieci e mezza"),
        ] {
            let lexicon = Lexicon::read(language).unwrap();
            assert_eq!(day(language, &lexicon, date(2026, 11, 24), today), on);
            let spoken = at(language, &lexicon, Moment::At(time(10, 30, 0, 0)));
            assert!(!spoken.is_empty());
            let _ = when;
        }
        let english = Lexicon::read(Lang::En).unwrap();
        assert_eq!(day(Lang::En, &english, today, today), "today");
        assert_eq!(day(Lang::En, &english, date(2026, 11, 22), today), "tomorrow, Sunday");
        assert_eq!(at(Lang::En, &english, Moment::In(DayPart::Morning)), "in the morning");
    }

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        assert_eq!(fill("{a} and {b}{c}. {b}", &[("a", "{b}"), ("b", "x")]), "{b} and x. X");
        assert_eq!(sentence("¿qué día?"), "¿Qué día?");
        assert_eq!(sentence("über"), "Über");
    }
}
