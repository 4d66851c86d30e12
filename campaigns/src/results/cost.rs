//! What calls cost, by a table of rates.

use crate::phone::Phone;

/// What calls cost by the beginning of the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateTable {
    /// ISO 4217.
    pub currency: String,
    /// The longest prefix first.
    rates: Vec<Rate>,
}

/// What calls to one prefix cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// The beginning of the number, with the plus; `+` is for all.
    pub prefix: String,
    /// For a minute, in millionths of the currency.
    pub minute: u64,
    /// For an answer, in millionths of the currency.
    pub connect: u64,
    /// Time is counted in begun steps of so many seconds, at least 1.
    pub step_s: u32,
}

impl Rate {
    /// So much for each begun minute.
    pub fn per_minute(prefix: &str, minute: u64) -> Self {
        Self { prefix: prefix.to_owned(), minute, connect: 0, step_s: 60 }
    }

    fn of(&self, seconds: u32) -> u64 {
        let step = self.step_s.max(1);
        let billed = u64::from(seconds.div_ceil(step)) * u64::from(step);
        self.connect.saturating_add(self.minute.saturating_mul(billed).div_ceil(60))
    }
}

/// A table of rates is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateTableError {
    /// A prefix.
    #[error("the prefix `{0}` is none: write `+` and digits, as in `+49`")]
    Prefix(String),
    /// A prefix stands there twice.
    #[error("the prefix `{0}` has two rates: remove one")]
    Twice(String),
}

impl RateTable {
    /// These rates.
    pub fn new(currency: &str, mut rates: Vec<Rate>) -> Result<Self, RateTableError> {
        for rate in &rates {
            let digits = rate.prefix.strip_prefix('+');
            if digits.is_none_or(|digits| !digits.bytes().all(|byte| byte.is_ascii_digit())) {
                return Err(RateTableError::Prefix(rate.prefix.clone()));
            }
        }
        rates.sort_by(|a, b| b.prefix.len().cmp(&a.prefix.len()).then_with(|| a.prefix.cmp(&b.prefix)));
        if let Some(pair) = rates.windows(2).find(|pair| pair[0].prefix == pair[1].prefix) {
            return Err(RateTableError::Twice(pair[0].prefix.clone()));
        }
        Ok(Self { currency: currency.to_owned(), rates })
    }

    /// What an answered call costs, in millionths; `None` when no rate is for the number.
    pub fn cost(&self, number: Phone, seconds: u32) -> Option<u64> {
        let number = number.to_string();
        let rate = self.rates.iter().find(|rate| number.starts_with(rate.prefix.as_str()))?;
        Some(rate.of(seconds))
    }
}

/// What calls have cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// ISO 4217.
    pub currency: String,
    /// In millionths.
    pub micros: u64,
    /// Answered calls for which no rate is: they are not in the sum.
    pub unrated: u32,
}

impl Cost {
    pub(super) fn new(currency: &str) -> Self {
        Self { currency: currency.to_owned(), micros: 0, unrated: 0 }
    }

    /// Adds a call; one that was not answered costs nothing.
    pub(super) fn add(&mut self, rates: &RateTable, number: Phone, seconds: u32) {
        if seconds == 0 {
            return;
        }
        match rates.cost(number, seconds) {
            Some(cost) => self.micros = self.micros.saturating_add(cost),
            None => self.unrated += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_counts_in_its_steps() {
        let mobile = Rate { prefix: "+4915".to_owned(), minute: 60_000, connect: 5_000, step_s: 1 };
        let table = RateTable::new("EUR", vec![Rate::per_minute("+49", 20_000), mobile]).unwrap();
        let cost = |number: &str, seconds| table.cost(Phone::parse(number).unwrap(), seconds);
        assert_eq!(cost("+4930123456", 61), Some(40_000));
        assert_eq!(cost("+491511234567", 61), Some(66_000));
        assert_eq!(cost("+33155555555", 61), None);
    }

    #[test]
    fn refuses_what_is_no_prefix_and_one_twice() {
        let twice = vec![Rate::per_minute("+49", 1), Rate::per_minute("+49", 2)];
        assert_eq!(RateTable::new("EUR", twice), Err(RateTableError::Twice("+49".to_owned())));
        let wrong = vec![Rate::per_minute("0049", 1)];
        assert_eq!(RateTable::new("EUR", wrong), Err(RateTableError::Prefix("0049".to_owned())));
    }
}
