//! How long this caller pauses without having finished.

/// The most pauses remembered: the oldest goes.
const KEPT: usize = 16;
/// Shorter ones are part of speaking, longer ones of thinking about something else.
const COUNTED: std::ops::RangeInclusive<u64> = 150..=3_000;

/// Pauses within turns, in ms.
#[derive(Debug, Default, Clone)]
pub(crate) struct Pauses {
    recent: std::collections::VecDeque<u64>,
    /// How often a turn was taken from a caller who was not done.
    premature: u32,
}

impl Pauses {
    /// The caller went on after this much silence.
    pub fn went_on(&mut self, pause: u64) {
        if COUNTED.contains(&pause) {
            if self.recent.len() == KEPT {
                self.recent.pop_front();
            }
            self.recent.push_back(pause);
        }
    }

    /// The caller went on although the turn had been taken: this pause counts twice.
    pub fn was_cut_off(&mut self, pause: u64) {
        self.premature = self.premature.saturating_add(1);
        self.went_on(pause);
        self.went_on(pause);
    }

    /// Silence that this caller rarely exceeds within a turn; `None` while too little is known.
    pub fn usual(&self) -> Option<u64> {
        if self.recent.len() < 2 {
            return None;
        }
        let mut sorted: Vec<u64> = self.recent.iter().copied().collect();
        sorted.sort_unstable();
        let high = sorted[(sorted.len() * 85 / 100).min(sorted.len() - 1)];
        Some(high * 115 / 100)
    }

    pub fn premature(&self) -> u32 {
        self.premature
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_speaker_is_known_after_two_pauses() {
        let mut pauses = Pauses::default();
        pauses.went_on(100);
        pauses.went_on(800);
        assert_eq!(pauses.usual(), None);
        pauses.went_on(900);
        assert_eq!(pauses.usual(), Some(1_035));
        (0..KEPT).for_each(|_| pauses.went_on(200));
        assert_eq!(pauses.usual(), Some(230));
    }
}
