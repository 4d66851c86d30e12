//! Times of day as they are said.

use std::collections::BTreeSet;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::super::Lang;
use super::super::words::{Word, find, starts};
use super::number::cardinal;

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayPart {
    /// Until noon.
    Morning,
    /// From noon on.
    Afternoon,
    /// After work.
    Evening,
}

/// When on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// At this time.
    At(Time),
    /// In this part of the day.
    In(DayPart),
}

/// Whether an hour was certainly meant as one.
#[derive(Clone, Copy, PartialEq)]
enum Sure {
    Yes,
    /// A bare number: only an hour where one was asked for or a word such as "at" stands before it.
    No,
}

struct Reading {
    hour: i8,
    minute: i8,
    taken: usize,
    sure: Sure,
    /// After noon, if that was said with it.
    pm: Option<bool>,
}

/// The time that was said. Words in `used` belong to a date and are passed by. `asked`: a time was just asked for, so a
/// bare number is an hour. An hour from one to six without a word for the part of the day is after noon.
pub fn time(language: Lang, words: &[Word], used: &BTreeSet<usize>, asked: bool) -> Option<Moment> {
    let part = day_part(language, words);
    let mut found = None;
    let mut at = 0;
    while at < words.len() {
        // "Après-midi" names a part of the day, no hour.
        let afternoon = language == Lang::Fr && at > 0 && words[at].key == "midi" && words[at - 1].key == "apres";
        if afternoon {
            at += 1;
            continue;
        }
        let free = (at..words.len()).take_while(|at| !used.contains(at)).count();
        let Some(reading) = (free > 0).then(|| read(language, &words[at..at + free])).flatten() else {
            at += 1;
            continue;
        };
        let opened = at > 0 && opens(language, &words[at - 1].key) || closes(language, &words[at + reading.taken..]);
        // "Not ten, eleven": what is said last counts.
        if reading.sure == Sure::Yes || asked || opened {
            found = Some((reading.hour, reading.minute, reading.pm));
        }
        at += reading.taken;
    }
    match found {
        Some((hour, minute, pm)) => settle(hour, minute, pm, part).map(Moment::At),
        None => part.map(Moment::In),
    }
}

fn settle(hour: i8, minute: i8, pm: Option<bool>, part: Option<DayPart>) -> Option<Time> {
    let later = match (pm, part) {
        (Some(pm), _) => pm,
        (None, Some(part)) => part != DayPart::Morning,
        (None, None) => (1..=6).contains(&hour),
    };
    let hour = match hour {
        1..=11 if later => hour + 12,
        12 if pm == Some(false) => 0,
        24 => 0,
        hour => hour,
    };
    Time::new(hour, minute, 0, 0).ok()
}

/// The time at the beginning of the words.
fn read(language: Lang, words: &[Word]) -> Option<Reading> {
    let mut reading = figures(words)
        .or_else(|| fixed(language, words))
        .or_else(|| match language {
            Lang::En => english(words),
            Lang::De => german(words),
            Lang::Es | Lang::Fr | Lang::It => romance(language, words),
        })
        .or_else(|| plain(language, words))?;
    if let Some((pm, taken)) = meridiem(&words[reading.taken..]) {
        reading.pm = Some(pm);
        reading.sure = Sure::Yes;
        reading.taken += taken;
    }
    (0..=24).contains(&reading.hour).then_some(reading).filter(|reading| (0..60).contains(&reading.minute))
}

/// `10:30`, `8.30`, `3pm`.
fn figures(words: &[Word]) -> Option<Reading> {
    let first = words.first()?.key.as_str();
    if let Some((hour, minute)) = first.split_once([':', '.']) {
        let minute = minute.get(..2).filter(|_| minute.len() == 2)?.parse().ok()?;
        return Some(Reading { hour: hour.parse().ok()?, minute, taken: 1, sure: Sure::Yes, pm: None });
    }
    let digits = first.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let (hour, pm) = match &first[digits.len()..] {
        "am" => (digits.parse().ok()?, Some(false)),
        "pm" => (digits.parse().ok()?, Some(true)),
        "h" | "uhr" => (digits.parse().ok()?, None),
        _ => return None,
    };
    Some(Reading { hour, minute: 0, taken: 1, sure: Sure::Yes, pm })
}

/// Noon and midnight.
fn fixed(language: Lang, words: &[Word]) -> Option<Reading> {
    let noon = language.pick([
        &["noon", "midday"][..],
        &["mittag", "mittags"],
        // "Midi et demi": an hour like others.
        &[],
        &[],
        &[],
    ]);
    let first = words.first()?.key.as_str();
    if !noon.contains(&first) {
        return None;
    }
    Some(Reading { hour: 12, minute: 0, taken: 1, sure: Sure::Yes, pm: Some(true) })
}

fn number(language: Lang, words: &[Word], range: std::ops::RangeInclusive<u32>) -> Option<(i8, usize)> {
    let (number, taken) = cardinal(language, words)?;
    Some((i8::try_from(number).ok().filter(|_| range.contains(&number))?, taken))
}

/// So many minutes after (before, when negative) the full hour that follows in `words`.
fn around(language: Lang, words: &[Word], taken: usize, minutes: i8) -> Option<Reading> {
    let (hour, length) = number(language, words.get(taken..)?, 0..=24)?;
    let (hour, minute) = if minutes < 0 { ((hour + 23) % 24, minutes + 60) } else { (hour, minutes) };
    // One o'clock less a quarter is said of twelve.
    let hour = if minutes < 0 && hour == 0 { 12 } else { hour };
    Some(Reading { hour, minute, taken: taken + length, sure: Sure::Yes, pm: None })
}

fn english(words: &[Word]) -> Option<Reading> {
    let past = |minutes: i8, taken: usize| {
        let word = words.get(taken)?.key.as_str();
        match word {
            "past" | "after" => around(Lang::En, words, taken + 1, minutes),
            "to" | "before" | "till" => around(Lang::En, words, taken + 1, -minutes),
            _ => None,
        }
    };
    match words.first()?.key.as_str() {
        "half" if words.get(1)?.key == "past" => return around(Lang::En, words, 2, 30),
        "half" => return around(Lang::En, words, 1, 30),
        "quarter" => return past(15, 1),
        _ => {}
    }
    let (count, taken) = number(Lang::En, words, 1..=29)?;
    let unit = words.get(taken).is_some_and(|word| word.key == "minutes");
    past(count, taken + usize::from(unit))
}

fn german(words: &[Word]) -> Option<Reading> {
    let de = Lang::De;
    let counted = |minutes: i8, taken: usize| match (words.get(taken)?.key.as_str(), words.get(taken + 1)?.key.as_str())
    {
        ("vor", "halb") => around(de, words, taken + 2, 30 - minutes).map(half),
        ("nach", "halb") => around(de, words, taken + 2, 30 + minutes).map(half),
        ("vor", _) => around(de, words, taken + 1, -minutes),
        ("nach", _) => around(de, words, taken + 1, minutes),
        _ => None,
    };
    match words.first()?.key.as_str() {
        "halb" => return around(de, words, 1, 30).map(half),
        "dreiviertel" => return around(de, words, 1, 45).map(half),
        "drei" if words.get(1).is_some_and(|word| word.key == "viertel") => {
            return around(de, words, 2, 45).map(half);
        }
        "viertel" => return counted(15, 1).or_else(|| around(de, words, 1, 15).map(half)),
        _ => {}
    }
    let (count, taken) = number(de, words, 1..=29)?;
    let unit = words.get(taken).is_some_and(|word| word.key == "minuten");
    counted(count, taken + usize::from(unit))
}

/// German halves and quarters belong to the hour that follows: half ten is half past nine.
fn half(mut reading: Reading) -> Reading {
    reading.hour = match reading.hour {
        0 => 23,
        1 => 12,
        hour => hour - 1,
    };
    reading
}

fn romance(language: Lang, words: &[Word]) -> Option<Reading> {
    let (hour, mut taken) = hour_word(language, words)?;
    let noon = hour == 12 && cardinal(language, words).is_none();
    let mut sure = if noon { Sure::Yes } else { Sure::No };
    if language == Lang::Fr && matches!(words.get(taken).map(|word| word.key.as_str()), Some("heure" | "heures" | "h"))
    {
        taken += 1;
        sure = Sure::Yes;
    }
    let rest = &words[taken..];
    let after: &[(&str, i8)] = language.pick([
        &[][..],
        &[],
        &[("y media", 30), ("y cuarto", 15), ("menos cuarto", -15)],
        &[("et demie", 30), ("et demi", 30), ("et quart", 15), ("moins le quart", -15), ("moins quart", -15)],
        &[("e mezza", 30), ("e mezzo", 30), ("e un quarto", 15), ("meno un quarto", -15), ("e tre quarti", 45)],
    ]);
    for (phrase, minutes) in after {
        if let Some(length) = starts(rest, phrase) {
            return Some(shifted(hour, *minutes, taken + length));
        }
    }
    let (plus, minus) = language.pick([("", ""), ("", ""), ("y", "menos"), ("et", "moins"), ("e", "meno")]);
    let joint = rest.first().map(|word| word.key.as_str()).unwrap_or_default();
    if joint == plus || joint == minus {
        let (minutes, length) = number(language, &rest[1..], 1..=59)?;
        let minutes = if joint == minus { -minutes } else { minutes };
        return Some(shifted(hour, minutes, taken + 1 + length));
    }
    match number(language, rest, 1..=59).filter(|_| sure == Sure::Yes) {
        Some((minutes, length)) => Some(shifted(hour, minutes, taken + length)),
        None => Some(Reading { hour, minute: 0, taken, sure, pm: None }),
    }
}

/// The hour, which in "la una", "une heure" and "l'una" is an article's word.
fn hour_word(language: Lang, words: &[Word]) -> Option<(i8, usize)> {
    match words.first()?.key.as_str() {
        "mediodia" | "midi" | "mezzogiorno" => Some((12, 1)),
        "una" if language != Lang::Fr => Some((1, 1)),
        "une" if language == Lang::Fr && words.get(1).is_some_and(|word| word.key == "heure") => Some((1, 1)),
        _ => number(language, words, 0..=24),
    }
}

fn shifted(hour: i8, minutes: i8, taken: usize) -> Reading {
    let (hour, minute) = match (hour, minutes) {
        (hour, 0..) => (hour, minutes),
        (1 | 13, _) => (12, minutes + 60),
        (hour, _) => ((hour + 23) % 24, minutes + 60),
    };
    Reading { hour, minute, taken, sure: Sure::Yes, pm: None }
}

/// "Ten", "ten thirty", "ten o'clock", "zehn Uhr dreißig".
fn plain(language: Lang, words: &[Word]) -> Option<Reading> {
    let article = matches!(language, Lang::De) && words.first()?.key == "ein";
    let (hour, mut taken) = if article { (1, 1) } else { number(language, words, 0..=24)? };
    let mut sure = Sure::No;
    let clock: &[&str] = language.pick([&["o clock", "oclock", "clock"][..], &["uhr"], &[], &[], &[]]);
    if let Some(length) = clock.iter().find_map(|word| starts(&words[taken..], word)) {
        taken += length;
        sure = Sure::Yes;
    } else if article {
        return None;
    }
    let rest = &words[taken..];
    let zero = usize::from(rest.first().is_some_and(|word| matches!(word.key.as_str(), "oh" | "o" | "null" | "zero")));
    // After the word for the clock a single digit can be minutes.
    let least = if sure == Sure::Yes && !clock.is_empty() { 1 } else { 10 };
    let minutes = if zero == 1 { number(language, &rest[1..], 1..=9) } else { number(language, rest, least..=59) };
    let (minute, length) = minutes.map_or((0, 0), |(minute, length)| (minute, length + zero));
    // Two numbers in a row are a time, but no more of them: that is a telephone number.
    if length > 0 && sure == Sure::No && cardinal(language, &rest[length..]).is_none() {
        sure = Sure::Yes;
    }
    Some(Reading { hour, minute, taken: taken + length, sure, pm: None })
}

/// "a.m." and "p.m.".
fn meridiem(words: &[Word]) -> Option<(bool, usize)> {
    [("a m", false), ("p m", true), ("am", false), ("pm", true)]
        .into_iter()
        .find_map(|(phrase, pm)| starts(words, phrase).map(|taken| (pm, taken)))
}

/// Words before an hour that make a bare number one.
fn opens(language: Lang, word: &str) -> bool {
    let words = language.pick([
        &["at", "around", "about", "by", "for"][..],
        &["um", "gegen", "ab", "so"],
        &["las", "la"],
        &["a", "vers"],
        &["alle", "le", "all", "l"],
    ]);
    words.contains(&word)
}

/// Words after a bare number that make it an hour: "eight in the morning".
fn closes(language: Lang, rest: &[Word]) -> bool {
    let phrases = language.pick([
        &["in the", "tomorrow morning", "on the dot"][..],
        &["morgens", "abends", "vormittags", "nachmittags", "fruh"],
        &["de la", "en punto"],
        &["du matin", "du soir", "de l"],
        &["di mattina", "di sera", "del mattino", "del pomeriggio", "di pomeriggio", "in punto"],
    ]);
    phrases.iter().any(|phrase| starts(rest, phrase).is_some())
}

/// The part of the day that was said.
fn day_part(language: Lang, words: &[Word]) -> Option<DayPart> {
    let phrases: &[(&str, DayPart)] = language.pick([
        &[
            ("afternoon", DayPart::Afternoon),
            ("evening", DayPart::Evening),
            ("tonight", DayPart::Evening),
            ("morning", DayPart::Morning),
        ][..],
        &[
            ("nachmittag", DayPart::Afternoon),
            ("nachmittags", DayPart::Afternoon),
            ("abend", DayPart::Evening),
            ("abends", DayPart::Evening),
            ("vormittag", DayPart::Morning),
            ("vormittags", DayPart::Morning),
            ("morgens", DayPart::Morning),
            ("fruh", DayPart::Morning),
            ("am morgen", DayPart::Morning),
        ],
        &[("la manana", DayPart::Morning), ("la tarde", DayPart::Afternoon), ("la noche", DayPart::Evening)],
        &[("matin", DayPart::Morning), ("apres midi", DayPart::Afternoon), ("soir", DayPart::Evening)],
        &[
            ("mattina", DayPart::Morning),
            ("mattino", DayPart::Morning),
            ("pomeriggio", DayPart::Afternoon),
            ("sera", DayPart::Evening),
        ],
    ]);
    if let Some((_, part)) = phrases.iter().find(|(phrase, _)| find(words, phrase).is_some()) {
        return Some(*part);
    }
    // "Dienstagnachmittag", "Dienstag Morgen".
    let german = |word: &Word| phrases.iter().find(|(ending, _)| word.key.ends_with(ending)).map(|(_, part)| *part);
    let on_morning = |pair: &[Word]| pair[0].key.ends_with("tag") && pair[1].key == "morgen";
    match language {
        Lang::De if words.windows(2).any(on_morning) => Some(DayPart::Morning),
        Lang::De => words.iter().find_map(german),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use speech::text::moments;

    use super::super::super::speak::spoken;
    use super::super::super::words::words;
    use super::*;

    fn read(language: Lang, text: &str, asked: bool) -> Option<String> {
        time(language, &words(text), &BTreeSet::new(), asked).map(|moment| match moment {
            Moment::At(time) => time.strftime("%H:%M").to_string(),
            Moment::In(part) => format!("{part:?}"),
        })
    }

    #[test]
    fn english_times_are_read() {
        for (text, expected) in [
            ("at ten", "10:00"),
            ("half past nine", "09:30"),
            ("quarter to three", "14:45"),
            ("a quarter past eight", "08:15"),
            ("ten to nine", "08:50"),
            ("twenty five minutes past four", "16:25"),
            ("ten thirty would be fine", "10:30"),
            ("nine oh five", "09:05"),
            ("at two o'clock", "14:00"),
            ("eight in the morning", "08:00"),
            ("six in the morning", "06:00"),
            ("eight in the evening", "20:00"),
            ("3 p.m.", "15:00"),
            ("3pm", "15:00"),
            ("twelve a.m.", "00:00"),
            ("10:30", "10:30"),
            ("2:15", "14:15"),
            ("at noon", "12:00"),
            ("not at ten, at eleven", "11:00"),
            ("in the afternoon", "Afternoon"),
        ] {
            assert_eq!(read(Lang::En, text, false).as_deref(), Some(expected), "{text}");
        }
        for none in ["I have two children", "zero one seven one two three", "no idea"] {
            assert_eq!(read(Lang::En, none, false), None, "{none}");
        }
        assert_eq!(read(Lang::En, "ten", true).as_deref(), Some("10:00"));
    }

    #[test]
    fn german_times_are_read() {
        for (text, expected) in [
            ("um zehn", "10:00"),
            ("halb zehn", "09:30"),
            ("halb eins", "12:30"),
            ("viertel nach acht", "08:15"),
            ("viertel vor neun", "08:45"),
            ("dreiviertel zehn", "09:45"),
            ("viertel zehn", "09:15"),
            ("fünf vor halb zehn", "09:25"),
            ("zehn nach drei", "15:10"),
            ("zehn Uhr dreißig", "10:30"),
            ("um ein Uhr", "13:00"),
            ("acht Uhr abends", "20:00"),
            ("8.30 Uhr", "08:30"),
            ("vierzehn Uhr", "14:00"),
            ("Dienstagnachmittag", "Afternoon"),
            ("Dienstag Morgen", "Morning"),
            ("vormittags", "Morning"),
            ("mittags", "12:00"),
        ] {
            assert_eq!(read(Lang::De, text, false).as_deref(), Some(expected), "{text}");
        }
        for none in ["ich habe drei Kinder", "morgen", "einen Termin"] {
            assert_eq!(read(Lang::De, none, false), None, "{none}");
        }
    }

    #[test]
    fn spanish_french_and_italian_times_are_read() {
        for (language, text, expected) in [
            (Lang::Es, "a las diez", "10:00"),
            (Lang::Es, "a las diez y media", "10:30"),
            (Lang::Es, "a la una", "13:00"),
            (Lang::Es, "las nueve menos cuarto", "08:45"),
            (Lang::Es, "a las diez y veinte", "10:20"),
            (Lang::Es, "por la mañana", "Morning"),
            (Lang::Fr, "à dix heures", "10:00"),
            (Lang::Fr, "dix heures et demie", "10:30"),
            (Lang::Fr, "neuf heures moins le quart", "08:45"),
            (Lang::Fr, "neuf heures vingt", "09:20"),
            (Lang::Fr, "une heure", "13:00"),
            (Lang::Fr, "à midi et demi", "12:30"),
            (Lang::It, "alle dieci", "10:00"),
            (Lang::It, "alle dieci e mezza", "10:30"),
            (Lang::It, "alle nove meno un quarto", "08:45"),
            (Lang::It, "all'una", "13:00"),
            (Lang::It, "di pomeriggio", "Afternoon"),
        ] {
            assert_eq!(read(language, text, false).as_deref(), Some(expected), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_the_voice_says_is_read_back(hour in 7u64..=18, minute in 0u64..60, language in 0usize..5) {
            let language = Lang::ALL[language];
            let said = moments::time(hour, minute, false, spoken(language)).unwrap();
            prop_assert_eq!(read(language, &said, true), Some(format!("{hour:02}:{minute:02}")), "{}", said);
        }

        #[test]
        fn any_words_are_survived(text in "\\PC{0,60}", language in 0usize..5, asked: bool) {
            read(Lang::ALL[language], &text, asked);
        }
    }
}
