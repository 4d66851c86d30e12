//! So many a second.

use jiff::Timestamp;

/// A token bucket: what was not used in one second is not made up for in the next.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    tokens: f64,
    filled: Option<Timestamp>,
}

impl Bucket {
    pub const fn new() -> Self {
        Self { tokens: 0.0, filled: None }
    }

    /// Whether one is left. `rate`: so many a second; 0 is no limit.
    pub fn has(&mut self, rate: f64, now: Timestamp) -> bool {
        if rate <= 0.0 {
            return true;
        }
        let most = rate.max(1.0);
        self.tokens = match self.filled {
            None => most,
            Some(filled) => {
                let passed = now.duration_since(filled).as_secs_f64().max(0.0);
                (self.tokens + passed * rate).min(most)
            }
        };
        self.filled = Some(self.filled.map_or(now, |filled| filled.max(now)));
        // Sums of tenths are not exact.
        self.tokens >= 1.0 - 1e-6
    }

    /// Takes one.
    pub fn take(&mut self) {
        self.tokens = (self.tokens - 1.0).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    fn taken(bucket: &mut Bucket, rate: f64, now: Timestamp) -> u32 {
        let mut count = 0;
        while count < 100 && bucket.has(rate, now) {
            bucket.take();
            count += 1;
        }
        count
    }

    #[test]
    fn gives_the_rate_and_saves_nothing() {
        let mut bucket = Bucket::new();
        assert_eq!(taken(&mut bucket, 5.0, at(0)), 5);
        assert_eq!(taken(&mut bucket, 5.0, at(400)), 2);
        assert_eq!(taken(&mut bucket, 5.0, at(60_000)), 5);
    }

    #[test]
    fn a_rate_below_one_gives_one_now_and_then() {
        let mut bucket = Bucket::new();
        let times = (0..20).filter(|s| taken(&mut bucket, 0.2, at(s * 1_000)) == 1).count();
        assert_eq!(times, 4);
    }
}
