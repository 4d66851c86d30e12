//! What came of a campaign: sums, funnel, keys, minutes, cost, and two variants compared. Plain data in and out.

mod compare;
mod cost;

use std::collections::BTreeMap;

pub use compare::{Difference, Share, difference};
pub use cost::{Cost, Rate, RateTable, RateTableError};

/// One contact's call or calls, as the books have them at the end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The final outcome's code ([`Ending::code`](crate::Ending::code)); empty while the contact is not done with.
    pub ending: String,
    /// The variant.
    pub variant: Option<u8>,
    /// All attempts on the contact.
    pub attempts: Vec<AttemptRecord>,
    /// What the app said of the call: `confirmed`, `moved`; empty where it said nothing.
    pub result: String,
    /// Keys pressed, with the node at which each was.
    pub keys: Vec<(String, char)>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttemptRecord {
    /// The outcome's code ([`Outcome::code`](crate::Outcome::code)).
    pub outcome: String,
    /// Whether a person answered.
    pub live: bool,
    /// From the answer to the end, s; 0 when it was not answered.
    pub seconds: u32,
    /// The number, for its cost; E.164.
    pub number: Option<crate::Phone>,
}

/// A campaign in sum.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Results {
    /// Contacts.
    pub contacts: u32,
    /// The steps from all contacts to those with a result: each a part of the one before.
    pub funnel: Funnel,
    /// Contacts by final outcome; those not done with are under `waiting`.
    pub endings: BTreeMap<String, u32>,
    /// Attempts by outcome.
    pub attempts: BTreeMap<String, u32>,
    /// Contacts by what the app said of the call.
    pub results: BTreeMap<String, u32>,
    /// Presses of keys by node and key.
    pub keys: BTreeMap<String, BTreeMap<char, u32>>,
    /// Minutes of answered calls, rounded to the second.
    pub minutes: f64,
    /// What the calls cost; `None` where there is no rate table.
    pub cost: Option<Cost>,
    /// The same by variant.
    pub variants: BTreeMap<u8, VariantSums>,
}

/// From all contacts to those with a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Funnel {
    /// All contacts.
    pub contacts: u32,
    /// Who was dialled at least once.
    pub dialled: u32,
    /// Where something answered, a machine too.
    pub answered: u32,
    /// Where a person answered.
    pub live: u32,
    /// Who was reached: the call did what it was for.
    pub reached: u32,
    /// Who gave a result.
    pub result: u32,
}

/// A variant in sum.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VariantSums {
    /// Its funnel.
    pub funnel: Funnel,
    /// Contacts by what the app said of the call.
    pub results: BTreeMap<String, u32>,
}

impl VariantSums {
    /// How many of those with a live answer gave that result: what variants are compared by.
    pub fn share(&self, result: &str) -> Share {
        Share { yes: self.results.get(result).copied().unwrap_or(0), of: self.funnel.live }
    }
}

impl Results {
    /// Sums over all contacts.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>, rates: Option<&RateTable>) -> Self {
        let mut results = Self { cost: rates.map(|rates| Cost::new(&rates.currency)), ..Self::default() };
        let mut seconds = 0_u64;
        for record in records {
            results.take(record);
            for attempt in &record.attempts {
                seconds += u64::from(attempt.seconds);
                if let (Some(cost), Some(rates), Some(number)) = (&mut results.cost, rates, attempt.number) {
                    cost.add(rates, number, attempt.seconds);
                }
            }
        }
        results.minutes = seconds as f64 / 60.0;
        results
    }

    fn take(&mut self, record: &Record) {
        self.contacts += 1;
        let ending = if record.ending.is_empty() { "waiting" } else { &record.ending };
        *self.endings.entry(ending.to_owned()).or_default() += 1;
        for attempt in &record.attempts {
            *self.attempts.entry(attempt.outcome.clone()).or_default() += 1;
        }
        for (node, key) in &record.keys {
            *self.keys.entry(node.clone()).or_default().entry(*key).or_default() += 1;
        }
        self.funnel.take(record);
        let variant = record.variant.map(|variant| self.variants.entry(variant).or_default());
        if !record.result.is_empty() {
            *self.results.entry(record.result.clone()).or_default() += 1;
        }
        if let Some(variant) = variant {
            variant.funnel.take(record);
            if !record.result.is_empty() {
                *variant.results.entry(record.result.clone()).or_default() += 1;
            }
        }
    }
}

impl Funnel {
    fn take(&mut self, record: &Record) {
        let any = |of: fn(&AttemptRecord) -> bool| record.attempts.iter().any(of);
        let live = any(|attempt| attempt.live);
        let reached = live && record.ending == "reached";
        self.contacts += 1;
        self.dialled += u32::from(!record.attempts.is_empty());
        self.answered += u32::from(live || any(|attempt| attempt.outcome == "machine"));
        self.live += u32::from(live);
        self.reached += u32::from(reached);
        self.result += u32::from(reached && !record.result.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(outcome: &str, live: bool, seconds: u32) -> AttemptRecord {
        let number = crate::Phone::parse("+4930123456").ok();
        AttemptRecord { outcome: outcome.to_owned(), live, seconds, number }
    }

    fn records() -> Vec<Record> {
        let reached = Record {
            ending: "reached".to_owned(),
            variant: Some(0),
            attempts: vec![attempt("busy", false, 0), attempt("reached", true, 61)],
            result: "confirmed".to_owned(),
            keys: vec![("ask".to_owned(), '1')],
        };
        let machine = Record {
            ending: "message_left".to_owned(),
            variant: Some(1),
            attempts: vec![attempt("machine", false, 29)],
            ..Record::default()
        };
        vec![reached, machine, Record { ending: "refused".to_owned(), ..Record::default() }, Record::default()]
    }

    #[test]
    fn sums_up_contacts_attempts_keys_and_minutes() {
        let results = Results::of(&records(), None);
        let funnel = Funnel { contacts: 4, dialled: 2, answered: 2, live: 1, reached: 1, result: 1 };
        assert_eq!((results.contacts, results.funnel), (4, funnel));
        assert_eq!(results.endings["waiting"], 1);
        assert_eq!(results.attempts["busy"], 1);
        assert_eq!(results.keys["ask"][&'1'], 1);
        assert!((results.minutes - 1.5).abs() < 1e-9);
        assert_eq!(results.variants[&0].share("confirmed"), Share { yes: 1, of: 1 });
        assert_eq!(results.variants[&1].share("confirmed"), Share { yes: 0, of: 0 });
        assert_eq!(results.cost, None);
    }

    #[test]
    fn costs_what_the_rates_say() {
        let rates = RateTable::new("EUR", vec![Rate::per_minute("+49", 20_000)]).unwrap();
        let cost = Results::of(&records(), Some(&rates)).cost.unwrap();
        // 61 s and 29 s, each begun minute whole.
        assert_eq!((cost.micros, cost.unrated), (60_000, 0));
    }
}
