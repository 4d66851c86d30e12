//! When each call's next frame is due: slots spread over the 20 ms tick, and what happens after a stall.

use std::time::{Duration, Instant};

use call_model::FRAME_MS;

/// The tick of the house.
pub(crate) const TICK: Duration = Duration::from_millis(FRAME_MS);

/// Slots that the tick is divided into.
pub(crate) const SLOTS: usize = 10;

/// From one slot to the next.
pub(crate) const SLOT: Duration = Duration::from_micros(FRAME_MS * 1_000 / SLOTS as u64);

/// A slot that is visited this much behind its time has lost these frames for good: they are not sent late.
pub(crate) const MAX_BEHIND: u32 = 5;

/// Calls that a slot is filled with before the next slot is opened: a thread with few calls should wake seldom.
const CALLS_BEFORE_NEXT_SLOT: usize = 8;

/// What to do at one visit of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Visit {
    /// Frames whose time has passed too long ago to be sent: time passes for them, so that the timeline stays right.
    pub(crate) skipped: u32,
    /// Frames to run and send now: 1, or 2 when a frame is made up for.
    pub(crate) ticks: u32,
    /// How late the first of the latter is.
    pub(crate) late: Duration,
}

impl Visit {
    /// When each frame that is skipped was due.
    pub(crate) fn skipped_at(self, now: Instant) -> impl Iterator<Item = Instant> {
        (1..=self.skipped).rev().filter_map(move |before| now.checked_sub(self.late + TICK * before))
    }

    /// When each frame that is sent was due; a single one counts as on time.
    pub(crate) fn sent_at(self, now: Instant) -> impl Iterator<Item = Instant> {
        let first = if self.ticks > 1 { now.checked_sub(self.late) } else { None };
        let first = first.unwrap_or(now);
        (0..self.ticks).map(move |after| first + TICK * after)
    }
}

/// The times of the slots of one media thread.
#[derive(Debug)]
pub(crate) struct Schedule {
    /// When each slot's next frame is due.
    due: [Instant; SLOTS],
    /// A slot that is behind is not visited again before this.
    not_before: [Instant; SLOTS],
    calls: [usize; SLOTS],
}

impl Schedule {
    /// Slots that follow each other from `start` on.
    pub(crate) fn new(start: Instant) -> Self {
        let due = std::array::from_fn(|slot| start + SLOT * slot as u32);
        Self { due, not_before: due, calls: [0; SLOTS] }
    }

    /// Puts a call into a slot and says into which. An empty slot begins at its first time after `now`.
    pub(crate) fn join(&mut self, now: Instant) -> usize {
        let slot = self.choose();
        if self.calls[slot] == 0 {
            let behind = now.saturating_duration_since(self.due[slot]);
            self.due[slot] += TICK * (behind.as_nanos().div_ceil(TICK.as_nanos()) as u32);
        }
        self.calls[slot] += 1;
        slot
    }

    /// Takes a call out of its slot.
    pub(crate) fn leave(&mut self, slot: usize) {
        self.calls[slot] = self.calls[slot].saturating_sub(1);
    }

    /// The fullest slot that is not yet filled; when all are, the one with the fewest calls.
    fn choose(&self) -> usize {
        let open = (0..SLOTS).filter(|slot| self.calls[*slot] < CALLS_BEFORE_NEXT_SLOT);
        let filled = (0..SLOTS).min_by_key(|slot| self.calls[*slot]).unwrap_or(0);
        open.max_by_key(|slot| (self.calls[*slot], SLOTS - slot)).unwrap_or(filled)
    }

    /// The slot that is to be visited next and when; `None` without calls.
    pub(crate) fn next(&self) -> Option<(usize, Instant)> {
        let used = (0..SLOTS).filter(|slot| self.calls[*slot] > 0);
        used.map(|slot| (slot, self.due[slot].max(self.not_before[slot]))).min_by_key(|(_, at)| *at)
    }

    /// Visits a slot at `now` (not before its time) and moves it on. One frame is due; one more is made up for when
    /// the slot is behind; those that are behind by more than [`MAX_BEHIND`] are skipped.
    pub(crate) fn visit(&mut self, slot: usize, now: Instant) -> Visit {
        let late = now.saturating_duration_since(self.due[slot]);
        let behind = (late.as_nanos() / TICK.as_nanos()) as u32;
        let skipped = behind.saturating_sub(MAX_BEHIND);
        let ticks = if behind > 0 { 2 } else { 1 };
        self.due[slot] += TICK * (skipped + ticks);
        if behind > 0 {
            self.not_before[slot] = now + TICK;
        }
        Visit { skipped, ticks, late: late.saturating_sub(TICK * skipped) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn slots_are_filled_before_the_next_is_opened_and_then_evenly() {
        let mut schedule = Schedule::new(Instant::now());
        let now = schedule.due[0];
        let mut joined = [0; SLOTS];
        for _ in 0..CALLS_BEFORE_NEXT_SLOT {
            joined[schedule.join(now)] += 1;
        }
        assert_eq!(joined.iter().filter(|calls| **calls > 0).count(), 1);
        for _ in 0..SLOTS * 20 - CALLS_BEFORE_NEXT_SLOT {
            joined[schedule.join(now)] += 1;
        }
        assert_eq!(joined, [20; SLOTS]);
    }

    #[test]
    fn frames_are_20_ms_apart_on_the_absolute_clock() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start);
        let slot = schedule.join(start);
        for tick in 0..50 {
            let due = start + TICK * tick;
            assert_eq!(schedule.next(), Some((slot, due)));
            let late = milliseconds(u64::from(tick) % 7);
            assert_eq!(schedule.visit(slot, due + late), Visit { skipped: 0, ticks: 1, late });
        }
    }

    #[test]
    fn a_stall_is_made_up_for_by_one_frame_at_a_visit() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start);
        let slot = schedule.join(start);
        let mut now = start + milliseconds(65);
        let mut sent = 0;
        for ticks in [2, 2, 2, 1, 1] {
            let visit = schedule.visit(slot, now);
            assert_eq!((visit.skipped, visit.ticks), (0, ticks));
            sent += ticks;
            let (_, next) = schedule.next().expect("a call joined");
            assert!(next >= now + milliseconds(15), "the frames to make up for come at once");
            now = next;
        }
        assert_eq!(schedule.due[slot], start + TICK * sent);
    }

    #[test]
    fn frames_of_a_long_stall_are_not_sent_late() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start);
        let slot = schedule.join(start);
        let visit = schedule.visit(slot, start + milliseconds(10_000));
        assert_eq!((visit.skipped, visit.ticks), (500 - MAX_BEHIND, 2));
    }

    #[test]
    fn each_frame_of_a_stall_has_its_own_time() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start);
        let slot = schedule.join(start);
        let now = start + milliseconds(207);
        let visit = schedule.visit(slot, now);
        let skipped: Vec<_> = visit.skipped_at(now).collect();
        assert_eq!(skipped, (0..5).map(|tick| start + TICK * tick).collect::<Vec<_>>());
        assert_eq!(visit.sent_at(now).collect::<Vec<_>>(), [start + TICK * 5, start + TICK * 6]);
        let on_time = Visit { skipped: 0, ticks: 1, late: milliseconds(3) };
        assert_eq!(on_time.sent_at(now).collect::<Vec<_>>(), [now]);
    }

    #[test]
    fn an_empty_slot_does_not_owe_the_frames_of_its_empty_time() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start);
        let slot = schedule.join(start);
        schedule.leave(slot);
        assert_eq!(schedule.next(), None);
        let later = start + milliseconds(5_003);
        assert_eq!(schedule.join(later), slot);
        let (_, due) = schedule.next().expect("a call joined");
        assert!(due >= later && due < later + TICK);
    }
}
