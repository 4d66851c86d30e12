//! What waits for a decoder: finals first, and of each session only the newest of what is not final.

use std::collections::VecDeque;

/// How urgent a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// Of an utterance that goes on.
    Partial,
    /// Of an utterance that has paused: becomes the final if it does not go on.
    Early,
    /// Of an utterance that is over.
    Final,
}

/// Something that waits.
pub(super) trait Waiting {
    /// Whose it is.
    fn session(&self) -> u64;
    /// Its number within the session.
    fn number(&self) -> u64;
    /// How urgent it is.
    fn urgency(&self) -> Urgency;
    /// Is final from now on.
    fn promote(&mut self);
}

/// A bounded queue; what it takes out of the line itself it gives back to the caller, so that it can be answered.
#[derive(Debug)]
pub(super) struct Queue<T> {
    /// Finals before all others; otherwise in the order in which they came.
    waiting: VecDeque<T>,
    room: usize,
}

/// What became of a job that was pushed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pushed<T> {
    /// It waits.
    Waits,
    /// It waits, and this one does not any more.
    InPlaceOf(T),
    /// There is no room for it.
    Refused(T),
}

impl<T: Waiting> Queue<T> {
    pub(super) fn new(room: usize) -> Self {
        Self { waiting: VecDeque::new(), room: room.max(1) }
    }

    /// Lets a job wait. It takes the place of an older one of its session that is not final; a final also takes the
    /// place of the last that is not final where there is no room.
    pub(super) fn push(&mut self, item: T) -> Pushed<T> {
        let older = self.waiting.iter().position(|it| it.session() == item.session() && it.urgency() < Urgency::Final);
        let mut out = older.and_then(|place| self.waiting.remove(place));
        if self.waiting.len() >= self.room {
            let last = self.waiting.iter().rposition(|it| it.urgency() < Urgency::Final);
            match last.filter(|_| item.urgency() == Urgency::Final) {
                Some(last) => out = self.waiting.remove(last),
                None => return Pushed::Refused(item),
            }
        }
        self.insert(item);
        out.map_or(Pushed::Waits, Pushed::InPlaceOf)
    }

    /// Puts something back that was taken out already, before all others of its urgency.
    pub(super) fn put_back(&mut self, item: T) {
        let place = self.waiting.iter().position(|it| it.urgency() <= item.urgency()).unwrap_or(self.waiting.len());
        self.waiting.insert(place, item);
    }

    /// The next to be done, of those that may be done now.
    pub(super) fn pop(&mut self, may: impl Fn(&T) -> bool) -> Option<T> {
        let place = self.waiting.iter().position(may)?;
        self.waiting.remove(place)
    }

    /// Makes a waiting job final; nothing where it does not wait.
    pub(super) fn promote(&mut self, session: u64, number: u64) {
        let place = self.waiting.iter().position(|it| it.session() == session && it.number() == number);
        if let Some(mut item) = place.and_then(|place| self.waiting.remove(place)) {
            item.promote();
            self.insert(item);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    fn insert(&mut self, item: T) {
        let place = self.waiting.iter().position(|it| it.urgency() < item.urgency()).unwrap_or(self.waiting.len());
        self.waiting.insert(place, item);
    }
}

#[cfg(test)]
mod tests {
    use super::Urgency::{Early, Final, Partial};
    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    struct Item(u64, u64, Urgency);

    impl Waiting for Item {
        fn session(&self) -> u64 {
            self.0
        }
        fn number(&self) -> u64 {
            self.1
        }
        fn urgency(&self) -> Urgency {
            self.2
        }
        fn promote(&mut self) {
            self.2 = Final;
        }
    }

    fn order(queue: &mut Queue<Item>) -> Vec<u64> {
        std::iter::from_fn(|| queue.pop(|_| true)).map(|item| item.1).collect()
    }

    #[test]
    fn finals_go_first_in_their_order() {
        let mut queue = Queue::new(8);
        for item in [Item(1, 1, Partial), Item(2, 2, Final), Item(3, 3, Early), Item(4, 4, Final)] {
            assert_eq!(queue.push(item), Pushed::Waits);
        }
        assert_eq!(order(&mut queue), [2, 4, 3, 1]);
    }

    #[test]
    fn a_newer_partial_takes_the_place_of_an_older_one_of_the_same_session() {
        let mut queue = Queue::new(2);
        queue.push(Item(1, 1, Partial));
        queue.push(Item(2, 2, Partial));
        assert_eq!(queue.push(Item(1, 3, Partial)), Pushed::InPlaceOf(Item(1, 1, Partial)));
        assert_eq!(queue.push(Item(3, 4, Partial)), Pushed::Refused(Item(3, 4, Partial)));
        assert_eq!(order(&mut queue), [2, 3]);
    }

    #[test]
    fn a_final_finds_room_where_partials_wait() {
        let mut queue = Queue::new(2);
        queue.push(Item(1, 1, Partial));
        queue.push(Item(2, 2, Partial));
        assert_eq!(queue.push(Item(3, 3, Final)), Pushed::InPlaceOf(Item(2, 2, Partial)));
        assert_eq!(queue.push(Item(4, 4, Final)), Pushed::InPlaceOf(Item(1, 1, Partial)));
        assert_eq!(queue.push(Item(5, 5, Final)), Pushed::Refused(Item(5, 5, Final)));
        assert_eq!(order(&mut queue), [3, 4]);
    }

    #[test]
    fn an_early_one_that_was_made_final_is_not_replaced() {
        let mut queue = Queue::new(4);
        queue.push(Item(2, 9, Early));
        queue.push(Item(1, 1, Early));
        queue.promote(1, 1);
        assert_eq!(queue.push(Item(1, 2, Partial)), Pushed::Waits);
        assert_eq!(order(&mut queue), [1, 9, 2]);
    }

    #[test]
    fn what_is_put_back_goes_first() {
        let mut queue = Queue::new(2);
        queue.push(Item(1, 1, Final));
        queue.push(Item(2, 2, Final));
        assert_eq!(queue.pop(|item| item.0 > 2), None);
        queue.put_back(Item(3, 3, Final));
        assert_eq!(queue.len(), 3);
        assert_eq!(order(&mut queue), [3, 1, 2]);
    }
}
