//! Hours and holidays that are set while the program runs, in place of those of the file.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::civil::Date;

use super::{Business, Holiday, OpenSpan};

/// Opening hours by weekday, Monday first; each day's spans in order.
pub type Week = [Vec<OpenSpan>; 7];

/// What was set. Clones of a business share it.
#[derive(Debug, Clone, Default)]
pub struct SetHours(Arc<RwLock<Set>>);

#[derive(Debug, Clone, Default, PartialEq)]
struct Set {
    hours: Option<Week>,
    holidays: Option<Vec<Holiday>>,
}

impl PartialEq for SetHours {
    fn eq(&self, other: &Self) -> bool {
        self.read(Set::clone) == other.read(Set::clone)
    }
}

impl SetHours {
    fn read<T>(&self, look: impl FnOnce(&Set) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Business {
    /// Sets other hours than those of the file, for all clones of this business at once; `None`: those of the file again.
    pub fn set_hours(&self, hours: Option<Week>) {
        self.set.0.write().unwrap_or_else(PoisonError::into_inner).hours = hours;
    }

    /// The same for holidays.
    pub fn set_holidays(&self, holidays: Option<Vec<Holiday>>) {
        self.set.0.write().unwrap_or_else(PoisonError::into_inner).holidays = holidays;
    }

    /// The hours that hold.
    pub fn week(&self) -> Week {
        self.set.read(|set| set.hours.as_ref().unwrap_or(&self.hours).clone())
    }

    /// The holiday and the hours of a day.
    pub fn day(&self, date: Date) -> (Option<Holiday>, Vec<OpenSpan>) {
        self.set.read(|set| {
            let holidays = set.holidays.as_ref().unwrap_or(&self.holidays);
            if let Some(holiday) = holidays.iter().find(|holiday| holiday.dates.falls_on(date)) {
                return (Some(holiday.clone()), holiday.hours.clone());
            }
            let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
            (None, set.hours.as_ref().unwrap_or(&self.hours)[weekday].clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::HolidayDates;

    #[test]
    fn what_is_set_holds_for_every_clone_until_it_is_taken_back() {
        let business = Business::default();
        let other = business.clone();
        let friday = date(2026, 11, 20);
        let span = OpenSpan { from: time(8, 0, 0, 0), until: time(12, 0, 0, 0) };
        business.set_hours(Some(std::array::from_fn(|_| vec![span])));
        assert_eq!((other.day(friday), other.week()[4].as_slice()), ((None, vec![span]), &[span][..]));
        assert_eq!(business, other);
        let dates = HolidayDates::Once { from: friday, until: friday };
        let holiday = Holiday { name: "Inventory".into(), dates, hours: Vec::new() };
        business.set_holidays(Some(vec![holiday.clone()]));
        assert_eq!(other.day(friday), (Some(holiday), Vec::new()));
        business.set_holidays(None);
        business.set_hours(None);
        assert_eq!(other.day(friday), (None, Business::default().hours[4].clone()));
    }
}
