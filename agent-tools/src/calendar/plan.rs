//! When what could be booked: services, persons, hours, holidays, lead time and horizon. Pure; who is busy is told.

use std::sync::Arc;

use ivr::{Booking, Business, OpenSpan, Person, Service};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::{Busy, TimeSpan};

/// The days of the longest horizon, and some.
const MOST_DAYS: usize = 400;

/// The business's calendar, less the appointments.
#[derive(Debug, Clone)]
pub struct Plan {
    business: Arc<Business>,
    booking: Arc<Booking>,
}

/// Part of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayPart {
    /// Until noon.
    Morning,
    /// From noon to six.
    Afternoon,
    /// From five on.
    Evening,
}

impl DayPart {
    /// Whether a time lies in it. Afternoon and evening share an hour, as people do.
    pub fn holds(self, time: Time) -> bool {
        match self {
            Self::Morning => time.hour() < 12,
            Self::Afternoon => (12..18).contains(&time.hour()),
            Self::Evening => time.hour() >= 17,
        }
    }

    /// The word for it.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "morning" => Some(Self::Morning),
            "afternoon" => Some(Self::Afternoon),
            "evening" => Some(Self::Evening),
            _ => None,
        }
    }
}

/// What a caller would like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Key of the service.
    pub service: String,
    /// Key of the person; `None`: anybody.
    pub person: Option<String>,
    /// The first day; `None`: as soon as possible.
    pub from: Option<Date>,
    /// The last day, included; `None`: the first day, or with none any later one.
    pub until: Option<Date>,
    /// Part of the day.
    pub part: Option<DayPart>,
    /// Time of the day.
    pub at: Option<Time>,
}

/// A time that is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Key of the person.
    pub person: String,
    /// When it begins, at the business.
    pub start: DateTime,
    /// The same, ms since the Unix epoch.
    pub starts_ms: i64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The times, the earliest first.
    pub slots: Vec<Slot>,
    /// They are as wished; else they are the nearest to it.
    pub exact: bool,
}

/// A place for an appointment, whoever of the persons is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// What the caller is told.
    pub time: TimeSpan,
    /// What the person is busy for.
    pub busy: TimeSpan,
    /// Who works then, the preferred one first.
    pub persons: Vec<String>,
}

/// Nothing can be booked like that. The texts are for a model: they say what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSeat {
    /// There is no such service.
    #[error("there is no service `{0}`; there are: {1}")]
    Service(String, String),
    /// There is no such person, or he does not do this.
    #[error("`{0}` does not offer this; those who do: {1}")]
    Person(String, String),
    /// It is over, or too soon.
    #[error("it is too soon: the earliest that can be booked is {0}")]
    TooSoon(DateTime),
    /// It is too far ahead.
    #[error("it is too far ahead: the latest that can be booked is {0}")]
    TooFar(DateTime),
    /// No appointment begins then.
    #[error("no appointment of this kind begins at that time: use find_slots and offer one of its times")]
    Closed,
}

impl Plan {
    /// The calendar of a business; `None` when nothing can be booked there.
    pub fn new(business: Arc<Business>) -> Option<Self> {
        let booking = Arc::new(business.booking.clone()?);
        Some(Self { business, booking })
    }

    /// The business.
    pub fn business(&self) -> &Business {
        &self.business
    }

    /// What can be booked.
    pub fn booking(&self) -> &Booking {
        &self.booking
    }

    /// The business's time zone.
    pub fn time_zone(&self) -> &TimeZone {
        &self.business.time_zone
    }

    /// A moment at the business. `ms`: ms since the Unix epoch.
    pub fn local(&self, ms: i64) -> DateTime {
        self.business.local(ms)
    }

    /// The service with this key.
    pub fn service(&self, key: &str) -> Result<&Service, NoSeat> {
        self.booking.services.iter().find(|service| service.key == key).ok_or_else(|| {
            let known: Vec<&str> = self.booking.services.iter().map(|service| service.key.as_str()).collect();
            NoSeat::Service(key.to_owned(), known.join(", "))
        })
    }

    /// The person with this key.
    pub fn person(&self, key: &str) -> Option<&Person> {
        self.booking.persons.iter().find(|person| person.key == key)
    }

    /// Who may do it: the one who is wished, or all who offer it.
    fn persons<'a>(&'a self, service: &'a Service, wished: Option<&str>) -> Result<Vec<&'a Person>, NoSeat> {
        let all = service.persons.iter().filter_map(|key| self.person(key));
        let Some(wished) = wished else { return Ok(all.collect()) };
        match all.into_iter().find(|person| person.key == wished) {
            Some(person) => Ok(vec![person]),
            None => Err(NoSeat::Person(wished.to_owned(), service.persons.join(", "))),
        }
    }

    /// From when to when anything can begin: after the lead time, before the horizon.
    fn window(&self, service: &Service, now: Timestamp) -> (Timestamp, Timestamp) {
        let after = |length| {
            let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::ZERO);
            now.checked_add(length).unwrap_or(Timestamp::MAX)
        };
        (after(service.lead.unwrap_or(self.booking.lead)), after(self.booking.horizon))
    }

    /// The hours of a person on a day.
    fn hours(&self, person: &Person, date: Date) -> Vec<OpenSpan> {
        if person.away.iter().any(|away| away.falls_on(date)) {
            return Vec::new();
        }
        let (holiday, house) = self.business.day(date);
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
        match (&person.hours, holiday) {
            (None, _) => house,
            (Some(own), None) => own[weekday].clone(),
            // On a holiday with hours nobody works longer than the house is open.
            (Some(own), Some(_)) => own[weekday]
                .iter()
                .flat_map(|own| {
                    house
                        .iter()
                        .map(|house| OpenSpan { from: own.from.max(house.from), until: own.until.min(house.until) })
                })
                .filter(|span| span.from < span.until)
                .collect(),
        }
    }

    /// When appointments of a service could begin with a person on a day, nobody else considered. A time that the clock
    /// leaves out, or says twice, on a day on which it is changed, is none that could be told.
    fn starts(&self, service: &Service, person: &Person, date: Date) -> Vec<(DateTime, Timestamp)> {
        let zone = self.time_zone();
        let step = SignedDuration::try_from(self.booking.step).unwrap_or(SignedDuration::from_mins(15));
        let length = SignedDuration::try_from(service.duration).unwrap_or(SignedDuration::ZERO);
        let mut starts = Vec::new();
        for span in self.hours(person, date) {
            let instant = |time: Time| date.to_datetime(time).to_zoned(zone.clone()).ok().map(|at| at.timestamp());
            // `23:59:59` stands for midnight.
            let until = if span.until == Time::MAX {
                date.tomorrow().ok().and_then(|next| next.to_zoned(zone.clone()).ok()).map(|at| at.timestamp())
            } else {
                instant(span.until)
            };
            let (Some(mut at), Some(until)) = (instant(span.from), until) else { continue };
            while at.checked_add(length).is_ok_and(|end| end <= until) {
                let told = zone.to_datetime(at);
                let plain = zone.to_ambiguous_timestamp(told).unambiguous().is_ok_and(|back| back == at);
                if plain && told.date() == date {
                    starts.push((told, at));
                }
                let Ok(next) = at.checked_add(step) else { break };
                at = next;
            }
        }
        starts
    }

    /// What an appointment that begins then takes.
    fn spans(service: &Service, at: Timestamp) -> (TimeSpan, TimeSpan) {
        let ms = |length: std::time::Duration| length.as_millis() as i64;
        let from_ms = at.as_millisecond();
        let time = TimeSpan { from_ms, until_ms: from_ms + ms(service.duration) };
        let (before, after) = (ms(service.before), ms(service.after));
        (time, TimeSpan { from_ms: time.from_ms - before, until_ms: time.until_ms + after })
    }

    /// The place for an appointment at a time that somebody named; whether the persons are free is not asked here.
    pub fn seat(&self, service: &str, start: DateTime, person: Option<&str>, now: Timestamp) -> Result<Seat, NoSeat> {
        let service = self.service(service)?;
        let persons = self.persons(service, person)?;
        let (earliest, latest) = self.window(service, now);
        let zone = self.time_zone();
        let at = start.to_zoned(zone.clone()).map_err(|_| NoSeat::Closed)?.timestamp();
        if at < earliest {
            return Err(NoSeat::TooSoon(zone.to_datetime(earliest)));
        }
        if at > latest {
            return Err(NoSeat::TooFar(zone.to_datetime(latest)));
        }
        let works = |person: &&Person| self.starts(service, person, start.date()).contains(&(start, at));
        let persons: Vec<String> = persons.into_iter().filter(works).map(|person| person.key.clone()).collect();
        if persons.is_empty() {
            return Err(NoSeat::Closed);
        }
        let (time, busy) = Self::spans(service, at);
        Ok(Seat { time, busy, persons })
    }

    /// The span in which somebody's being busy matters for a wish.
    pub fn horizon(&self, now: Timestamp) -> TimeSpan {
        let from_ms = now.as_millisecond();
        // What begins within the horizon may end a day and its buffers later.
        let until_ms = from_ms + self.booking.horizon.as_millis() as i64 + 3 * 86_400_000;
        TimeSpan { from_ms: from_ms - 86_400_000, until_ms }
    }

    /// Free times for a wish, up to `limit`, or the nearest to it where there are none.
    pub fn find(&self, wish: &Wish, busy: &[Busy], now: Timestamp, limit: usize) -> Result<Found, NoSeat> {
        let service = self.service(&wish.service)?;
        let persons = self.persons(service, wish.person.as_deref())?;
        let search = Search { plan: self, service, persons, busy, window: self.window(service, now) };
        let today = self.time_zone().to_datetime(now).date();
        let last = self.time_zone().to_datetime(search.window.1).date();
        let from = wish.from.unwrap_or(today).max(today);
        let until = wish.until.or(wish.from).unwrap_or(last).min(last);
        let fits = |slot: &Slot| {
            let time = slot.start.time();
            wish.at.is_none_or(|at| time == at) && wish.part.is_none_or(|part| part.holds(time))
        };
        let part = |slot: &Slot| wish.part.is_none_or(|part| part.holds(slot.start.time()));
        let exact = search.slots(from, until, limit, fits);
        if !exact.is_empty() {
            return Ok(Found { slots: exact, exact: true });
        }
        let near = match wish.at {
            Some(at) => nearest(search.all(from, until.min(from.saturating_add(jiff::Span::new().days(6)))), at, limit),
            None => search.slots(from, until, limit, |_| true),
        };
        if !near.is_empty() {
            return Ok(Found { slots: near, exact: false });
        }
        let later = search.slots(from, last, limit, part);
        let slots = if later.is_empty() { search.slots(from, last, limit, |_| true) } else { later };
        Ok(Found { slots, exact: false })
    }
}

struct Search<'a> {
    plan: &'a Plan,
    service: &'a Service,
    persons: Vec<&'a Person>,
    busy: &'a [Busy],
    window: (Timestamp, Timestamp),
}

impl Search<'_> {
    /// All free times of a day: each once, with the first person who is free.
    fn day(&self, date: Date) -> Vec<Slot> {
        let mut slots: Vec<Slot> = Vec::new();
        for person in &self.persons {
            for (start, at) in self.plan.starts(self.service, person, date) {
                let (_, busy) = Plan::spans(self.service, at);
                let in_time = self.window.0 <= at && at <= self.window.1;
                let taken = |other: &Busy| other.person == person.key && other.span.overlaps(busy);
                if in_time && !self.busy.iter().any(taken) && !slots.iter().any(|slot| slot.start == start) {
                    slots.push(Slot { person: person.key.clone(), start, starts_ms: at.as_millisecond() });
                }
            }
        }
        slots.sort_by_key(|slot| slot.starts_ms);
        slots
    }

    fn days(from: Date, until: Date) -> impl Iterator<Item = Date> {
        let next = |day: &Date| day.tomorrow().ok();
        std::iter::successors(Some(from), next).take_while(move |day| *day <= until).take(MOST_DAYS)
    }

    fn all(&self, from: Date, until: Date) -> Vec<Slot> {
        Self::days(from, until).flat_map(|day| self.day(day)).collect()
    }

    /// Up to `limit` of the times that fit, from the first days that have any, well apart.
    fn slots(&self, from: Date, until: Date, limit: usize, fits: impl Fn(&Slot) -> bool) -> Vec<Slot> {
        let mut slots = Vec::new();
        for day in Self::days(from, until) {
            let free: Vec<Slot> = self.day(day).into_iter().filter(&fits).collect();
            slots.extend(apart(free, limit - slots.len(), self.service));
            if slots.len() >= limit {
                break;
            }
        }
        slots
    }
}

/// A choice of a day's times that are not all next to each other: "at two, half past three or five".
fn apart(free: Vec<Slot>, count: usize, service: &Service) -> Vec<Slot> {
    if free.len() <= count {
        return free;
    }
    let gap = (service.duration.as_millis() as i64).max(3_600_000);
    let mut chosen: Vec<Slot> = Vec::new();
    for slot in &free {
        let far = chosen.last().is_none_or(|last| slot.starts_ms - last.starts_ms >= gap);
        if far && chosen.len() < count {
            chosen.push(slot.clone());
        }
    }
    for slot in free {
        if chosen.len() >= count {
            break;
        }
        if !chosen.contains(&slot) {
            chosen.push(slot);
        }
    }
    chosen.sort_by_key(|slot| slot.starts_ms);
    chosen
}

/// The times of the first day that has any that are nearest to a time of the day.
fn nearest(slots: Vec<Slot>, at: Time, limit: usize) -> Vec<Slot> {
    let Some(day) = slots.first().map(|slot| slot.start.date()) else { return slots };
    let mut slots: Vec<Slot> = slots.into_iter().filter(|slot| slot.start.date() == day).collect();
    slots.sort_by_key(|slot| slot.start.time().duration_since(at).abs());
    slots.truncate(limit);
    slots.sort_by_key(|slot| slot.starts_ms);
    slots
}

#[cfg(test)]
mod tests;
