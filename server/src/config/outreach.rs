//! Calls that we make by ourselves: when, how often, and to whom not. See `docs/compliance.md`.

use std::collections::BTreeMap;

use calls::outreach::Outreach;
use jiff::civil::Date;
use permission::{MIN_RING_S, Purpose, Rules, Week, WindowError};
use serde::Deserialize;

/// Calls that we make by ourselves: when, how often, and to whom not.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutreachSection {
    /// When, in the time of whoever is called (`Mon-Sat 09:00-20:00`); `always`. Codes and emergencies have no window.
    pub window: String,
    /// Whether the hours that a country's law leaves for advertising narrow the window of marketing and surveys (true).
    pub country_hours: bool,
    /// Whether public holidays where the person is are kept free (true).
    pub holidays: bool,
    /// Other days that are kept free.
    pub closed_days: Vec<Date>,
    /// Attempts to reach a number in one day (2); for marketing and surveys at most 1; 0: no limit.
    pub attempts_per_day: u32,
    /// In seven days (0: no limit).
    pub attempts_per_week: u32,
    /// In thirty days (3); 0: no limit.
    pub attempts_per_30_days: u32,
    /// Days without a call after one that was answered and dropped (5).
    pub pause_after_dropped_days: u16,
    /// Calls ring at least so long, seconds (15).
    pub ring_s: u16,
    /// Purposes that need consent in the books (`marketing`, `survey`).
    pub consent_for: Vec<Purpose>,
    /// Purposes for which do-not-call lists are kept (`marketing`, `survey`).
    pub lists_for: Vec<Purpose>,
    /// Whether emergencies are told even to those who do not want to be called (false).
    pub emergency_despite_opt_out: bool,
    /// The key with which whoever is called hears nothing more (`9`); empty: none.
    pub opt_out_key: String,
    /// Whether it is heeded when they say so (true).
    pub opt_out_by_voice: bool,
    /// Other values for single purposes.
    pub purposes: BTreeMap<Purpose, PurposeConfig>,
}

/// What is otherwise for one purpose.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PurposeConfig {
    /// Its window.
    pub window: Option<String>,
    /// Whether holidays are kept free.
    pub holidays: Option<bool>,
    /// Attempts in one day.
    pub attempts_per_day: Option<u32>,
    /// In seven days.
    pub attempts_per_week: Option<u32>,
    /// In thirty days.
    pub attempts_per_30_days: Option<u32>,
    /// Days without a call after a dropped one.
    pub pause_after_dropped_days: Option<u16>,
    /// How long it rings at least, seconds.
    pub ring_s: Option<u16>,
}

impl Default for OutreachSection {
    fn default() -> Self {
        Self {
            window: "Mon-Sat 09:00-20:00".into(),
            country_hours: true,
            holidays: true,
            closed_days: Vec::new(),
            attempts_per_day: 2,
            attempts_per_week: 0,
            attempts_per_30_days: 3,
            pause_after_dropped_days: 5,
            ring_s: MIN_RING_S,
            consent_for: vec![Purpose::Marketing, Purpose::Survey],
            lists_for: vec![Purpose::Marketing, Purpose::Survey],
            emergency_despite_opt_out: false,
            opt_out_key: "9".into(),
            opt_out_by_voice: true,
            purposes: BTreeMap::new(),
        }
    }
}

/// `[outreach]` cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutreachError {
    /// A window.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// The key.
    #[error("`outreach.opt_out_key` is `{0}`: write one of 0 to 9, * and #, or nothing")]
    Key(String),
}

impl OutreachSection {
    /// As calls know it.
    pub fn policy(&self) -> Result<Outreach, OutreachError> {
        let opt_out_key = match self.opt_out_key.trim() {
            "" => None,
            key => {
                let mut keys = key.chars().filter(|key| key.is_ascii_digit() || matches!(key, '*' | '#'));
                let one = keys.next().filter(|_| key.chars().count() == 1);
                Some(one.ok_or_else(|| OutreachError::Key(key.to_owned()))?)
            }
        };
        let mut policy = Outreach::default();
        policy.opt_out_key = opt_out_key;
        policy.opt_out_by_voice = self.opt_out_by_voice;
        for purpose in Purpose::ALL {
            policy.set_rules(purpose, self.rules(purpose)?);
        }
        Ok(policy)
    }

    /// The rules of one purpose: the general ones, unless it knows no hour, and then its own.
    fn rules(&self, purpose: Purpose) -> Result<Rules, WindowError> {
        let mut rules = Rules::new(purpose);
        if !purpose.is_urgent() {
            rules.window = window(&self.window)?;
            rules.country_hours = self.country_hours && purpose.is_advertising();
            rules.holidays = self.holidays;
            rules.closed.clone_from(&self.closed_days);
            rules.pause_after_dropped_days = self.pause_after_dropped_days;
            rules.caps.week = self.attempts_per_week;
            if purpose != Purpose::Callback {
                rules.caps.day = self.attempts_per_day;
                rules.caps.days30 = self.attempts_per_30_days;
            }
            if purpose.is_advertising() && self.attempts_per_day > 1 {
                rules.caps.day = 1;
            }
        }
        rules.ring_s = self.ring_s;
        rules.needs_consent = self.consent_for.contains(&purpose);
        rules.heeds_lists = self.lists_for.contains(&purpose);
        rules.despite_suppression = purpose == Purpose::Emergency && self.emergency_despite_opt_out;
        let Some(own) = self.purposes.get(&purpose) else { return Ok(rules) };
        if let Some(text) = &own.window {
            rules.window = window(text)?;
        }
        rules.holidays = own.holidays.unwrap_or(rules.holidays);
        rules.caps.day = own.attempts_per_day.unwrap_or(rules.caps.day);
        rules.caps.week = own.attempts_per_week.unwrap_or(rules.caps.week);
        rules.caps.days30 = own.attempts_per_30_days.unwrap_or(rules.caps.days30);
        rules.pause_after_dropped_days = own.pause_after_dropped_days.unwrap_or(rules.pause_after_dropped_days);
        rules.ring_s = own.ring_s.unwrap_or(rules.ring_s);
        Ok(rules)
    }
}

/// `always` is no window at all: nobody has to know what time it is there.
fn window(text: &str) -> Result<Option<Week>, WindowError> {
    if text.trim() == "always" { Ok(None) } else { Week::parse(text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_room() {
        let policy = OutreachSection::default().policy().unwrap();
        let room = Outreach::default();
        for purpose in Purpose::ALL {
            assert_eq!(policy.rules(purpose), room.rules(purpose), "{purpose}");
        }
        assert_eq!((policy.opt_out_key, policy.opt_out_by_voice), (room.opt_out_key, room.opt_out_by_voice));
    }

    #[test]
    fn a_purpose_may_have_values_of_its_own() {
        let text = "window = 'Mon-Fri 10:00-18:00'\nopt_out_key = ''\nconsent_for = ['reminder']\n\
                    purposes = { reminder = { window = 'always', attempts_per_30_days = 8 } }";
        let policy = toml::from_str::<OutreachSection>(text).unwrap().policy().unwrap();
        let reminder = policy.rules(Purpose::Reminder);
        assert_eq!((reminder.window.is_none(), reminder.caps.days30, reminder.needs_consent), (true, 8, true));
        let week = Week::parse("Mon-Fri 10:00-18:00").unwrap();
        assert_eq!(policy.rules(Purpose::Marketing).window, Some(week));
        assert_eq!(policy.rules(Purpose::Code).window, None, "codes know no hour");
        assert_eq!(policy.opt_out_key, None);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let wrong = OutreachSection { window: "9 to 5".into(), ..OutreachSection::default() }.policy();
        assert!(wrong.unwrap_err().to_string().contains("Mon-Fri"));
        let wrong = OutreachSection { opt_out_key: "99".into(), ..OutreachSection::default() }.policy();
        assert_eq!(wrong.unwrap_err(), OutreachError::Key("99".into()));
    }
}
