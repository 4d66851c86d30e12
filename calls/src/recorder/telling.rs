//! When a recorder is told what has changed in a call: not each trifle at once, and again what it refused.

use std::time::Duration;

use tokio::time::Instant;

/// Between two changes that are told, and before one is told again that could not be told.
const AGAIN: Duration = Duration::from_secs(1);
/// The longest time before another try, as a multiple of the first.
const MAX_BACKOFF: u32 = 32;
/// A recorder that refuses so often while voices are for it may not hear them.
const REFUSALS: u32 = 3;

/// What a recorder was told within one session.
#[derive(Debug)]
pub(crate) struct Telling {
    /// It was told last that voices are sent, or that none are.
    active: bool,
    /// There is news that it was not told.
    news: bool,
    /// A change is being told.
    asking: bool,
    /// Refusals in a row.
    refused: u32,
    /// No news before.
    news_from: Option<Instant>,
    /// Nothing before.
    from: Option<Instant>,
}

impl Telling {
    /// Its session begins with all that is known. `active`: with voices.
    pub const fn new(active: bool) -> Self {
        Self { active, news: false, asking: false, refused: 0, news_from: None, from: None }
    }

    /// Something has changed in the call.
    pub const fn note(&mut self) {
        self.news = true;
    }

    /// When it is to be told something, perhaps in the past; `None`: there is nothing, or it was not answered yet.
    pub fn due(&self, active: bool, now: Instant) -> Option<Instant> {
        let at = match (self.asking, active != self.active, self.news) {
            (true, ..) | (_, false, false) => return None,
            // Voices are sent, or not: that does not wait.
            (_, true, _) => self.from,
            (_, false, true) => self.from.max(self.news_from),
        };
        Some(at.unwrap_or(now))
    }

    /// All that is known is being told.
    pub fn began(&mut self, active: bool, now: Instant) {
        self.asking = true;
        self.active = active;
        self.news = false;
        self.news_from = Some(now + AGAIN);
    }

    /// Nothing can be told now.
    pub fn postpone(&mut self, now: Instant) {
        self.from = Some(now + AGAIN);
    }

    /// It took what it was told.
    pub const fn taken(&mut self) {
        self.asking = false;
        self.refused = 0;
    }

    /// It did not take what it was told, which is told again later. Whether the session may still be of use; `active`:
    /// voices are for it.
    pub fn refused(&mut self, active: bool, now: Instant) -> bool {
        self.asking = false;
        self.news = true;
        self.from = Some(now + AGAIN * (1 << self.refused.min(31)).min(MAX_BACKOFF));
        self.refused = self.refused.saturating_add(1);
        !active || self.refused < REFUSALS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn news_come_a_second_apart_and_a_pause_at_once() {
        let (mut telling, start) = (Telling::new(true), Instant::now());
        assert_eq!(telling.due(true, start), None);
        telling.note();
        assert_eq!(telling.due(true, start), Some(start));
        telling.began(true, start);
        telling.note();
        assert_eq!(telling.due(false, start + ms(100)), None, "it has not answered");
        telling.taken();
        assert_eq!(telling.due(true, start + ms(100)), Some(start + ms(1_000)));
        assert_eq!(telling.due(false, start + ms(100)), Some(start + ms(100)), "nobody is heard any more");
        telling.began(false, start + ms(100));
        telling.taken();
        assert_eq!(telling.due(false, start + ms(9_000)), None, "all was told");
    }

    #[test]
    fn what_was_refused_is_told_again_until_the_session_is_given_up() {
        let (mut telling, mut now) = (Telling::new(false), Instant::now());
        for (place, wait) in [1_000, 2_000, 4_000].into_iter().enumerate() {
            telling.began(true, now);
            assert_eq!(telling.refused(true, now), place < 2, "the third time it is of no use");
            assert_eq!(telling.due(true, now), Some(now + ms(wait)));
            now += ms(wait);
        }
        telling.began(true, now);
        telling.taken();
        telling.began(true, now);
        assert!(telling.refused(true, now), "it took one meanwhile");
        for _ in 0..100 {
            telling.began(false, now);
            assert!(telling.refused(false, now), "nobody is to be heard there");
        }
        assert_eq!(telling.due(false, now), Some(now + ms(32_000)));
    }
}
