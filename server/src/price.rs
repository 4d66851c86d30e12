//! Prices, as people write them and as they are counted.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An amount of money in millionths of a currency that nobody needs to name; written as a number such as 0.02.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Price(pub u64);

/// The most that can be said: a thousand million.
const MOST: f64 = 1e9;

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 1e6)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let amount = f64::deserialize(deserializer)?;
        if (0.0..=MOST).contains(&amount) {
            Ok(Self((amount * 1e6).round() as u64))
        } else {
            Err(serde::de::Error::custom("an amount of money is a number from 0 to 1000000000, such as 0.02"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_and_written() {
        let read = |text: &str| serde_json::from_str::<Price>(text);
        for (text, millionths) in [("0.02", 20_000), ("3", 3_000_000), ("0", 0), ("0.0000015", 2)] {
            assert_eq!(read(text).expect("a price"), Price(millionths), "{text}");
        }
        assert!(read("-1").is_err() && read("1e12").is_err() && read("\"1\"").is_err());
        assert_eq!(serde_json::to_string(&Price(20_000)).expect("text"), "0.02");
    }
}
