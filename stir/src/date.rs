//! SIP-date (RFC 3261 section 20.17): `Sat, 13 Nov 2010 23:29:00 GMT`.

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Seconds since the Unix epoch; `None` for what is no date, or one before it.
pub fn sip_date(text: &str) -> Option<u64> {
    let (_, rest) = text.trim().split_once(',')?;
    let mut words = rest.split_ascii_whitespace();
    let day: i64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let month = MONTHS.iter().position(|known| known.eq_ignore_ascii_case(month))? as i64 + 1;
    let year: i64 = words.next()?.parse().ok()?;
    let mut time = words.next()?.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let legal = (1..=31).contains(&day)
        && (1970..=9999).contains(&year)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    if !legal || !words.next()?.eq_ignore_ascii_case("GMT") {
        return None;
    }
    u64::try_from(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second).ok()
}

/// Days since the Unix epoch in the Gregorian calendar: years are counted from March, so that a leap day is a year's
/// last.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap = year / 4 - year / 100 + year / 400;
    year * 365 + leap + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        assert_eq!(sip_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(sip_date("Sat, 13 Nov 2010 23:29:00 GMT"), Some(1_289_690_940));
        assert_eq!(sip_date("Thu, 29 Feb 2024 12:00:01 GMT"), Some(1_709_208_001));
        for wrong in
            ["", "Sat, 13 Nov 2010 23:29:00", "Sat, 13 Nov 2010 24:29:00 GMT", "13 Nov 2010", "x, 1 Foo 2010 1:1:1 GMT"]
        {
            assert_eq!(sip_date(wrong), None, "{wrong}");
        }
    }
}
