//! Dates as they are said.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;

use super::super::Lang;
use super::super::words::{Word, find, starts};
use super::date_words::{in_words, is_one, is_small, month, negates, next_week, opens_day, relative, unit, weekday};
use super::number::{cardinal, ordinal};

/// A date, and the words that said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The day.
    pub date: Date,
    /// Places of its words.
    pub used: BTreeSet<usize>,
}

/// The date that was said, seen from `today`. A day without a month or year is the next one to come; a weekday alone
/// is the next one after today. `asked`: a date was just asked for, so a bare "the third" or "24th" is one.
pub fn date(language: Lang, words: &[Word], today: Date, asked: bool) -> Option<Found> {
    let reader = Reader { language, words, today };
    reader
        .figures()
        .or_else(|| reader.day_and_month())
        .or_else(|| reader.ahead())
        .or_else(|| reader.next_weeks_day())
        .or_else(|| reader.bare_day(asked))
        .or_else(|| reader.weekday())
        .or_else(|| reader.relative())
}

struct Reader<'a> {
    language: Lang,
    words: &'a [Word],
    today: Date,
}

impl Reader<'_> {
    /// `2026-11-24`, `24.11.`, `24/11/26`.
    fn figures(&self) -> Option<Found> {
        self.words.iter().enumerate().rev().find_map(|(at, word)| {
            let parts: Vec<&str> = word.key.split(['-', '.', '/']).collect();
            let figures: Vec<i16> = parts.iter().map(|part| part.parse().ok()).collect::<Option<_>>()?;
            let date = match (figures.as_slice(), word.key.contains(':')) {
                (_, true) => None,
                ([year, month, day], _) if parts[0].len() == 4 => {
                    Date::new(*year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok()
                }
                ([day, month, year], _) => {
                    let year = if *year < 100 { year + 2000 } else { *year };
                    Date::new(year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok()
                }
                // 8.30 is a time; 24.11 is a date where a full stop or slash says so.
                ([day, month], _) if word.dot || word.key.contains('/') => {
                    self.coming(i8::try_from(*month).ok()?, i8::try_from(*day).ok()?)
                }
                _ => None,
            }?;
            Some(Found { date, used: [at].into() })
        })
    }

    /// The next day of that month and day of the month, today included.
    fn coming(&self, month: i8, day: i8) -> Option<Date> {
        // A leap day may be eight years away.
        (0..=8)
            .find_map(|ahead| Date::new(self.today.year() + ahead, month, day).ok().filter(|date| *date >= self.today))
    }

    /// "The 24th of November 2026", "November twenty-fourth".
    fn day_and_month(&self) -> Option<Found> {
        let months = self.words.iter().enumerate().filter_map(|(at, word)| Some((at, month(self.language, word)?)));
        months.rev().find_map(|(at, month)| {
            let (day, mut used) = self.day_before(at).or_else(|| self.day_after(at + 1))?;
            used.insert(at);
            let after = used.last().map_or(at, |last| *last.max(&at)) + 1;
            let year = self.words.get(after..).and_then(|rest| cardinal(self.language, rest));
            if let Some((year, taken)) = year.filter(|(year, _)| (2020..2100).contains(year)) {
                used.extend(after..after + taken);
                return Some(Found { date: Date::new(year as i16, month, day).ok()?, used });
            }
            Some(Found { date: self.coming(month, day)?, used })
        })
    }

    /// A day of the month that ends before `end`, with small words between.
    fn day_before(&self, end: usize) -> Option<(i8, BTreeSet<usize>)> {
        let mut end = end;
        while end > 0 && is_small(self.language, &self.words[end - 1].key) {
            end -= 1;
        }
        let from = (end.saturating_sub(4)..end).find(|from| {
            let number = self.number(*from);
            number.is_some_and(|(_, taken)| from + taken == end)
        })?;
        let (day, _) = self.number(from)?;
        Some((i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?, (from..end).collect()))
    }

    fn day_after(&self, from: usize) -> Option<(i8, BTreeSet<usize>)> {
        let mut from = from;
        while self.words.get(from).is_some_and(|word| is_small(self.language, &word.key)) {
            from += 1;
        }
        let (day, taken) = self.number(from)?;
        Some((i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?, (from..from + taken).collect()))
    }

    fn number(&self, from: usize) -> Option<(u32, usize)> {
        let rest = self.words.get(from..)?;
        ordinal(self.language, rest).or_else(|| cardinal(self.language, rest))
    }

    /// "In three days", "in a week".
    fn ahead(&self) -> Option<Found> {
        for opening in in_words(self.language) {
            for from in 0..self.words.len() {
                let Some(taken) = starts(&self.words[from..], opening) else { continue };
                let rest = &self.words[from + taken..];
                let one = rest.first().filter(|word| is_one(self.language, &word.key)).map(|_| (1, 1));
                let Some((count, length)) = one.or_else(|| cardinal(self.language, rest)) else { continue };
                let Some(days) = rest.get(length).and_then(|word| unit(self.language, &word.key)) else { continue };
                let days = i32::try_from(count).ok()?.checked_mul(days).filter(|days| *days <= 3650)?;
                let date = self.today.checked_add(days.days()).ok()?;
                return Some(Found { date, used: (from..=from + taken + length).collect() });
            }
        }
        None
    }

    /// "Tuesday next week".
    fn next_weeks_day(&self) -> Option<Found> {
        let place = next_week(self.language).iter().find_map(|phrase| find(self.words, phrase))?;
        let (at, day) = self.said_weekday()?;
        let to_monday = 7 - i32::from(self.today.weekday().to_monday_zero_offset());
        let date = self.today.checked_add((to_monday + i32::from(day)).days()).ok()?;
        Some(Found { date, used: place.chain([at]).collect() })
    }

    /// "The third": the next such day.
    fn bare_day(&self, asked: bool) -> Option<Found> {
        let weekday_before = |at: usize| at > 0 && weekday(self.language, &self.words[at - 1]).is_some();
        let found = (0..self.words.len()).rev().find_map(|at| {
            let opened = at > 0 && opens_day(self.language, &self.words[at - 1].key);
            // "Twenty first" is no first.
            let longer = at > 0 && ordinal(self.language, &self.words[at - 1..]).is_some_and(|(_, taken)| taken > 1);
            let rest = self.words.get(at..).filter(|_| !longer)?;
            let said = match ordinal(self.language, rest) {
                Some(said) if opened || asked || weekday_before(at) => Some(said),
                // Romance languages count days: "el martes 24", "le 24".
                None if matches!(self.language, Lang::Es | Lang::Fr | Lang::It) && (opened || weekday_before(at)) => {
                    cardinal(self.language, rest)
                }
                None if self.language == Lang::En && weekday_before(at.saturating_sub(1)) && opened => {
                    cardinal(self.language, rest)
                }
                _ => None,
            };
            // "La une" and "alle dieci" are times.
            said.filter(|(day, _)| (1..=31).contains(day)).map(|said| (at, said))
        });
        let (at, (day, taken)) = found?;
        let day = i8::try_from(day).ok()?;
        let mut first = self.today.first_of_month();
        for _ in 0..12 {
            if let Ok(date) = Date::new(first.year(), first.month(), day)
                && date >= self.today
            {
                let mut used: BTreeSet<usize> = (at..at + taken).collect();
                used.extend(self.said_weekday().map(|(at, _)| at));
                return Some(Found { date, used });
            }
            first = first.checked_add(1.month()).ok()?;
        }
        None
    }

    /// The next such weekday after today.
    fn weekday(&self) -> Option<Found> {
        let (at, day) = self.said_weekday()?;
        let today = self.today.weekday().to_monday_zero_offset();
        let ahead = (i32::from(day) - i32::from(today) + 6).rem_euclid(7) + 1;
        Some(Found { date: self.today.checked_add(ahead.days()).ok()?, used: [at].into() })
    }

    /// The last weekday that was said and not taken back: "not Tuesday, Thursday".
    fn said_weekday(&self) -> Option<(usize, u8)> {
        let days = self.words.iter().enumerate().filter_map(|(at, word)| Some((at, weekday(self.language, word)?)));
        days.rev().find(|(at, _)| !self.taken_back(*at))
    }

    fn taken_back(&self, at: usize) -> bool {
        let before = self.words[..at].iter().rev().find(|word| !is_small(self.language, &word.key));
        let first = before.is_some_and(|word| word.place.start == self.words[0].place.start);
        // A "no" that begins the sentence answers; it takes nothing back.
        let answers = first && matches!(self.language, Lang::Es | Lang::It);
        before.is_some_and(|word| negates(self.language, &word.key)) && !answers
    }

    fn relative(&self) -> Option<Found> {
        relative(self.language).iter().find_map(|(phrase, days)| {
            let place = find(self.words, phrase)?;
            if self.taken_back(place.start) || self.is_morning(phrase, place.start) {
                return None;
            }
            Some(Found { date: self.today.checked_add(days.days()).ok()?, used: place.collect() })
        })
    }

    /// "Am Morgen", "por la mañana": the morning, not tomorrow.
    fn is_morning(&self, phrase: &str, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.words[before].key.as_str());
        match phrase {
            "morgen" => matches!(before, Some("am" | "guten" | "jeden")),
            "manana" => before == Some("la"),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;
    use proptest::prelude::*;
    use speech::text::moments;

    use super::super::super::speak::spoken;
    use super::super::super::words::words;
    use super::*;

    /// A Saturday.
    const TODAY: Date = day(2026, 11, 21);

    fn read(language: Lang, text: &str, asked: bool) -> Option<String> {
        date(language, &words(text), TODAY, asked).map(|found| found.date.to_string())
    }

    #[test]
    fn english_dates_are_read() {
        for (text, expected) in [
            ("on Tuesday please", "2026-11-24"),
            ("next Saturday", "2026-11-28"),
            ("Tuesday next week", "2026-11-24"),
            ("not Tuesday, Thursday", "2026-11-26"),
            ("Thursday, not on Tuesday", "2026-11-26"),
            ("tomorrow at ten", "2026-11-22"),
            ("the day after tomorrow", "2026-11-23"),
            ("in three days", "2026-11-24"),
            ("in a week", "2026-11-28"),
            ("in two weeks", "2026-12-05"),
            ("the twenty fourth of November", "2026-11-24"),
            ("December third", "2026-12-03"),
            ("3 January", "2027-01-03"),
            ("November the 24th 2027", "2027-11-24"),
            ("May the first two thousand twenty seven", "2027-05-01"),
            ("Tuesday the first", "2026-12-01"),
            ("on the 30th", "2026-11-30"),
            ("2026-12-24", "2026-12-24"),
            ("24/12", "2026-12-24"),
            ("24/12/26", "2026-12-24"),
        ] {
            assert_eq!(read(Lang::En, text, false).as_deref(), Some(expected), "{text}");
        }
        for none in ["may I ask something", "at ten thirty", "eight thirty", "the line is bad", "next week"] {
            assert_eq!(read(Lang::En, none, false), None, "{none}");
        }
        assert_eq!(read(Lang::En, "the twenty third", true).as_deref(), Some("2026-11-23"));
        assert_eq!(read(Lang::En, "third", true).as_deref(), Some("2026-12-03"));
    }

    #[test]
    fn german_dates_are_read() {
        for (text, expected) in [
            ("am Dienstag bitte", "2026-11-24"),
            ("nicht Dienstag, sondern Donnerstag", "2026-11-26"),
            ("Dienstagnachmittag", "2026-11-24"),
            ("Dienstag morgen", "2026-11-24"),
            ("morgen früh", "2026-11-22"),
            ("übermorgen", "2026-11-23"),
            ("heute", "2026-11-21"),
            ("in drei Tagen", "2026-11-24"),
            ("in einer Woche", "2026-11-28"),
            ("nächste Woche Mittwoch", "2026-11-25"),
            ("am vierundzwanzigsten November", "2026-11-24"),
            ("am 24. November", "2026-11-24"),
            ("den dritten Dezember", "2026-12-03"),
            ("am dritten", "2026-12-03"),
            ("am 24.11. um zehn", "2026-11-24"),
            ("Dienstag den ersten", "2026-12-01"),
        ] {
            assert_eq!(read(Lang::De, text, false).as_deref(), Some(expected), "{text}");
        }
        for none in ["guten Morgen", "um 8.30 Uhr", "am Morgen", "nächste Woche"] {
            assert_eq!(read(Lang::De, none, false), None, "{none}");
        }
    }

    #[test]
    fn spanish_french_and_italian_dates_are_read() {
        for (language, text, expected) in [
            (Lang::Es, "el martes", "2026-11-24"),
            (Lang::Es, "no, el martes", "2026-11-24"),
            (Lang::Es, "mañana por la mañana", "2026-11-22"),
            (Lang::Es, "pasado mañana", "2026-11-23"),
            (Lang::Es, "el veinticuatro de noviembre", "2026-11-24"),
            (Lang::Es, "dentro de tres días", "2026-11-24"),
            (Lang::Fr, "mardi prochain", "2026-11-24"),
            (Lang::Fr, "pas mardi, jeudi", "2026-11-26"),
            (Lang::Fr, "après-demain", "2026-11-23"),
            (Lang::Fr, "le premier décembre", "2026-12-01"),
            (Lang::Fr, "le vingt-quatre", "2026-11-24"),
            (Lang::It, "martedì", "2026-11-24"),
            (Lang::It, "dopodomani", "2026-11-23"),
            (Lang::It, "il ventiquattro novembre", "2026-11-24"),
            (Lang::It, "tra due settimane", "2026-12-05"),
        ] {
            assert_eq!(read(language, text, false).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(read(Lang::Es, "por la mañana", false), None);
    }

    proptest! {
        #[test]
        fn what_the_voice_says_is_read_back(ahead in 0i32..360, language in 0usize..5) {
            let language = Lang::ALL[language];
            let expected = TODAY + ahead.days();
            let (month, day) = (expected.month() as u64, expected.day() as u64);
            let before = if language == Lang::De { "am" } else { "" };
            let said = moments::date(None, month, day, before, spoken(language)).unwrap();
            prop_assert_eq!(read(language, &said, false), Some(expected.to_string()));
        }

        #[test]
        fn any_words_are_survived(text in "\\PC{0,60}", language in 0usize..5, asked: bool) {
            read(Lang::ALL[language], &text, asked);
        }

        #[test]
        fn any_figures_are_survived(text in "[0-9./: -]{0,30}", asked: bool) {
            read(Lang::De, &text, asked);
        }
    }
}
