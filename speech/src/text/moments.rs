//! Dates and times.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::Language;
use super::numbers::{cardinal, ordinal, year};

const MONTHS: [[&str; 12]; 5] = [
    [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
];

/// German words after which the day of a date ends in -n: `am fünften`.
const BEFORE_DATIVE: [&str; 14] =
    ["am", "vom", "zum", "beim", "dem", "den", "im", "ab", "seit", "bis", "diesem", "diesen", "nächsten", "kommenden"];

/// The names of the months.
pub fn months(language: Language) -> &'static [&'static str; 12] {
    let [de, en, es, fr, it] = &MONTHS;
    language.pick([de, en, es, fr, it])
}

/// The number of a month, from its name.
pub fn month_named(name: &str, language: Language) -> Option<u64> {
    months(language).iter().position(|month| *month == name).map(|at| at as u64 + 1)
}

/// A date in words; `before` is the text up to it, which inflects it in German. `None` when there is no such day.
pub fn date(year_written: Option<u64>, month: u64, day: u64, before: &str, language: Language) -> Option<String> {
    // A date without a year may be a leap day.
    let checked =
        Date::new(year_written.unwrap_or(2024).try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?);
    let name = months(language)[checked.ok()?.month() as usize - 1];
    let year = year_written.map(|written| year(written, language));
    let last_word = before.split_whitespace().last().unwrap_or_default();
    let ordinal_day = || ordinal(day, language);
    let (day_words, joint) = match language {
        Language::De => {
            let stem = ordinal_day()?;
            let lower = last_word.to_lowercase();
            let ending = match lower.trim_end_matches(',') {
                "der" | "die" => "",
                word if BEFORE_DATIVE.contains(&word) => "n",
                _ => "r",
            };
            (format!("{stem}{ending} {name}"), " ")
        }
        Language::EnUs => (format!("{name} {}", ordinal_day()?), ", "),
        Language::EnGb if last_word.eq_ignore_ascii_case("the") => (format!("{} of {name}", ordinal_day()?), " "),
        Language::EnGb => (format!("the {} of {name}", ordinal_day()?), " "),
        Language::Es => (format!("{} de {name}", cardinal(day, language)), " de "),
        Language::Fr | Language::It => {
            (format!("{} {name}", ordinal_day().unwrap_or_else(|| cardinal(day, language))), " ")
        }
    };
    Some(match year {
        Some(year) => format!("{day_words}{joint}{year}"),
        None => day_words,
    })
}

/// A time of day in words. `explicit` says that it is certainly one of 24 hours: only then does English add A M or
/// P M before noon. `None` when there is no such time.
pub fn time(hour: u64, minute: u64, explicit: bool, language: Language) -> Option<String> {
    if hour > 24 || minute > 59 || (hour == 24 && minute > 0) {
        return None;
    }
    let hour = hour % 24;
    let words = |number| cardinal(number, language);
    Some(match language {
        Language::De => {
            let hours = if hour == 1 { "ein".into() } else { words(hour) };
            if minute == 0 { format!("{hours} Uhr") } else { format!("{hours} Uhr {}", words(minute)) }
        }
        Language::EnGb | Language::EnUs => match (explicit || hour == 0 || hour > 12, hour, minute) {
            (_, 0, 0) => "midnight".into(),
            (_, 12, 0) => "noon".into(),
            (true, ..) => twelve_hours(hour, minute, Some(hour >= 12), language),
            (false, ..) => twelve_hours(hour, minute, None, language),
        },
        Language::Es => {
            let hours = feminine(words(hour), hour, "una");
            match (hour, minute) {
                (1, 0) => hours,
                (_, 0) => format!("{hours} horas"),
                _ => format!("{hours} y {}", words(minute)),
            }
        }
        Language::Fr => {
            let hours = match hour {
                0 => "minuit".into(),
                12 => "midi".into(),
                1 => "une heure".into(),
                _ => format!("{} heures", feminine(words(hour), hour, "une")),
            };
            if minute == 0 { hours } else { format!("{hours} {}", words(minute)) }
        }
        Language::It => {
            let hours = match hour {
                0 => "mezzanotte".into(),
                1 => "una".into(),
                _ => words(hour),
            };
            if minute == 0 { hours } else { format!("{hours} e {}", words(minute)) }
        }
    })
}

/// Hours that end in one are feminine in Spanish and French.
fn feminine(words: String, hour: u64, one: &str) -> String {
    match (hour % 20, words.len()) {
        (1, length) => format!("{}{one}", &words[..length - one.len() + 1 - usize::from(words.ends_with('o'))]),
        _ => words,
    }
}

/// A time as it is said in English; `after_noon` adds A M or P M.
pub fn twelve_hours(hour: u64, minute: u64, after_noon: Option<bool>, language: Language) -> String {
    let hours = cardinal(if hour.is_multiple_of(12) { 12 } else { hour % 12 }, language);
    let minutes = match (minute, after_noon) {
        (0, None) => " o'clock".into(),
        (0, Some(_)) => String::new(),
        (1..=9, _) => format!(" oh {}", cardinal(minute, language)),
        _ => format!(" {}", cardinal(minute, language)),
    };
    let half = after_noon.map_or("", |after| if after { " P M" } else { " A M" });
    format!("{hours}{minutes}{half}")
}

/// The value of a date's mark: `2026-03-05`, also with a time after it, or without the year as `03-05`.
pub fn marked_date(value: &str, before: &str, language: Language) -> Option<String> {
    static ISO: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(?:([0-9]{4})-|--)?([0-9]{1,2})-([0-9]{1,2})(?:[T ].*)?$").ok());
    let parts = ISO.as_ref()?.captures(value.trim())?;
    let year = parts.get(1).map(|year| year.as_str().parse()).transpose().ok()?;
    date(year, parts[2].parse().ok()?, parts[3].parse().ok()?, before, language)
}

/// The value of a time's mark: `14:30`, also with seconds (not read) or a date before it.
pub fn marked_time(value: &str, language: Language) -> Option<String> {
    static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ])?([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}.*|Z|[+-][0-9]{2}:[0-9]{2})?$",
        )
        .ok()
    });
    let parts = TIME.as_ref()?.captures(value.trim())?;
    time(parts[1].parse().ok()?, parts[2].parse().ok()?, true, language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_dates() {
        for (value, before, language, words) in [
            ("2026-03-05", "", Language::De, "fünfter März zweitausend sechsundzwanzig"),
            ("2026-03-05", "Termin am ", Language::De, "fünften März zweitausend sechsundzwanzig"),
            ("2026-03-01", "Heute ist der ", Language::De, "erste März zweitausend sechsundzwanzig"),
            ("2026-03-05", "", Language::EnUs, "March fifth, twenty twenty-six"),
            ("2026-03-05", "on ", Language::EnGb, "the fifth of March twenty twenty-six"),
            ("2026-03-05", "on the ", Language::EnGb, "fifth of March twenty twenty-six"),
            ("2026-03-01", "", Language::Es, "uno de marzo de dos mil veintiséis"),
            ("2026-03-01", "", Language::Fr, "premier mars deux mille vingt-six"),
            ("2026-12-31", "", Language::It, "trentuno dicembre duemila ventisei"),
            ("2024-02-29T10:00:00+01:00", "", Language::EnUs, "February twenty-ninth, twenty twenty-four"),
            ("02-29", "", Language::EnUs, "February twenty-ninth"),
        ] {
            assert_eq!(marked_date(value, before, language).as_deref(), Some(words), "{value} in {language:?}");
        }
        for value in ["", "tomorrow", "2026-02-30", "2026-13-01", "0-0", "99999-01-01"] {
            assert_eq!(marked_date(value, "", Language::De), None, "{value}");
        }
    }

    #[test]
    fn marked_times() {
        for (value, language, words) in [
            ("14:30", Language::De, "vierzehn Uhr dreißig"),
            ("01:00", Language::De, "ein Uhr"),
            ("00:05", Language::De, "null Uhr fünf"),
            ("14:30", Language::EnUs, "two thirty P M"),
            ("09:05", Language::EnGb, "nine oh five A M"),
            ("12:00", Language::EnUs, "noon"),
            ("00:00", Language::EnUs, "midnight"),
            ("24:00", Language::EnUs, "midnight"),
            ("00:10", Language::EnUs, "twelve ten A M"),
            ("14:00:59", Language::Es, "catorce horas"),
            ("21:15", Language::Es, "veintiuna y quince"),
            ("01:00", Language::Es, "una"),
            ("21:00", Language::Fr, "vingt et une heures"),
            ("12:30", Language::Fr, "midi trente"),
            ("14:30", Language::It, "quattordici e trenta"),
            ("2026-03-05T08:00:00Z", Language::EnUs, "eight A M"),
        ] {
            assert_eq!(marked_time(value, language).as_deref(), Some(words), "{value} in {language:?}");
        }
        for value in ["", "25:00", "24:01", "12:60", "noon"] {
            assert_eq!(marked_time(value, Language::De), None, "{value}");
        }
    }
}
