//! What the business and the campaign have set.

use jiff::civil::{Date, Time, Weekday};

use crate::purpose::Purpose;

/// Outbound calls by rule ring at least so long, s (Ofcom and 47 CFR 64.1200(a)(6) both ask for it).
pub const MIN_RING_S: u16 = 15;

/// Rules for calls of one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// When, in the person's own time; `None`: at any time.
    pub window: Option<Week>,
    /// Whether what the law of the person's country says of the hours of advertising narrows the window.
    pub country_hours: bool,
    /// Whether public holidays where the person is are kept free.
    pub holidays: bool,
    /// Other days kept free, such as the business's own.
    pub closed: Vec<Date>,
    /// How often.
    pub caps: Caps,
    /// Days without a call after one that was answered and dropped.
    pub pause_after_dropped_days: u16,
    /// The call rings at least so long, s.
    pub ring_s: u16,
    /// Whether consent for the purpose must be in the books.
    pub needs_consent: bool,
    /// Whether do-not-call lists are heeded. Consent for the purpose goes before them.
    pub heeds_lists: bool,
    /// Whether even those are called who said no. For dangers to life.
    pub despite_suppression: bool,
}

/// How often a number may be tried; 0: no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps {
    /// In one day of the person's.
    pub day: u32,
    /// In seven days, today among them.
    pub week: u32,
    /// In thirty days, today among them.
    pub days30: u32,
    /// By one campaign, ever.
    pub campaign: u32,
}

impl Caps {
    /// Whether it matters what day it is.
    pub(crate) const fn by_day(self) -> bool {
        self.day > 0 || self.week > 0 || self.days30 > 0
    }
}

impl Rules {
    /// The cautious defaults for a purpose.
    pub fn new(purpose: Purpose) -> Self {
        let urgent = purpose.is_urgent();
        let caps = match purpose {
            Purpose::Code => Caps { day: 10, ..Caps::default() },
            Purpose::Emergency => Caps::default(),
            Purpose::Marketing | Purpose::Survey => Caps { day: 1, days30: 3, ..Caps::default() },
            Purpose::Callback => Caps { day: 3, days30: 10, ..Caps::default() },
            _ => Caps { day: 2, days30: 3, ..Caps::default() },
        };
        Self {
            window: (!urgent).then(Week::cautious),
            country_hours: purpose.is_advertising(),
            holidays: !urgent,
            closed: Vec::new(),
            caps,
            pause_after_dropped_days: if urgent { 0 } else { 5 },
            ring_s: MIN_RING_S,
            needs_consent: purpose.is_advertising(),
            heeds_lists: purpose.is_advertising(),
            despite_suppression: false,
        }
    }
}

/// The hours of a week, in the person's own time: for each day, Monday first, its spans in order, apart from one
/// another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Week([Vec<Hours>; 7]);

/// A span of a day, in minutes since midnight: `from` is in it, `to` is not; at most 1,440.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// Its first minute.
    pub from: u16,
    /// The minute after its last.
    pub to: u16,
}

impl Hours {
    /// From one full hour to another.
    pub const fn new(from_hour: u16, to_hour: u16) -> Self {
        Self { from: from_hour * 60, to: to_hour * 60 }
    }
}

/// A window cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the window `{0}` cannot be read: write days and hours such as `Mon-Fri 09:00-20:00, Sat 10:00-14:00`")]
pub struct WindowError(pub String);

impl Week {
    /// 9 to 20 h, not on Sundays.
    pub fn cautious() -> Self {
        let mut days: [Vec<Hours>; 7] = std::array::from_fn(|_| vec![Hours::new(9, 20)]);
        days[6].clear();
        Self(days)
    }

    /// These spans for each day, Monday first; put in order and joined where they touch.
    pub fn new(days: [Vec<Hours>; 7]) -> Self {
        Self(days.map(tidy))
    }

    /// Reads `Mon-Fri 09:00-20:00, Sat 10:00-14:00`, or `always`; spans that end before they begin are refused: write
    /// the two days.
    pub fn parse(text: &str) -> Result<Self, WindowError> {
        let wrong = || WindowError(text.to_owned());
        if text.trim() == "always" {
            return Ok(Self(std::array::from_fn(|_| vec![Hours::new(0, 24)])));
        }
        let mut days: [Vec<Hours>; 7] = Default::default();
        for part in text.split(',') {
            let (on, hours) = part.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
            let (from, to) = hours.trim().split_once('-').ok_or_else(wrong)?;
            let hours = Hours { from: minute(from).ok_or_else(wrong)?, to: minute(to).ok_or_else(wrong)? };
            if hours.from >= hours.to {
                return Err(wrong());
            }
            for day in days_of(on).ok_or_else(wrong)? {
                days[day].push(hours);
            }
        }
        Ok(Self::new(days))
    }

    /// The spans of a day.
    pub fn on(&self, day: Weekday) -> &[Hours] {
        &self.0[day.to_monday_zero_offset() as usize]
    }

    /// Whether no day has a span.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// What lies in both.
    #[must_use]
    pub fn within(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|day| {
            let pairs = self.0[day].iter().flat_map(|a| other.0[day].iter().map(move |b| (a, b)));
            let spans = pairs.map(|(a, b)| Hours { from: a.from.max(b.from), to: a.to.min(b.to) });
            tidy(spans.filter(|span| span.from < span.to).collect())
        }))
    }
}

impl Hours {
    /// Whether the time of day lies in it.
    pub(crate) fn contains(self, time: Time) -> bool {
        let minute = time.hour() as u16 * 60 + time.minute() as u16;
        (self.from..self.to).contains(&minute)
    }
}

fn tidy(mut spans: Vec<Hours>) -> Vec<Hours> {
    spans.retain(|span| span.from < span.to && span.to <= 1_440);
    spans.sort_by_key(|span| span.from);
    let mut joined: Vec<Hours> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => joined.push(span),
        }
    }
    joined
}

fn minute(text: &str) -> Option<u16> {
    let text = text.trim();
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && total <= 1_440).then_some(total)
}

/// `Mon`, `Mon-Fri`: as indexes, Monday 0.
fn days_of(text: &str) -> Option<Vec<usize>> {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let index = |name: &str| NAMES.iter().position(|day| day.eq_ignore_ascii_case(name.trim()));
    match text.split_once('-') {
        Some((from, to)) => {
            let (from, to) = (index(from)?, index(to)?);
            (from <= to).then(|| (from..=to).collect())
        }
        None => index(text).map(|day| vec![day]),
    }
}
