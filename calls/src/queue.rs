//! Callers who wait for somebody to become free: one line for each name, served in its order.
//!
//! Who waits holds a [`Place`]; leaving is dropping it. Only the first of a line may ring people, so that nobody is
//! overtaken. Nothing here waits or knows of phones: a place is told when it moves up, and when it may be worth while to
//! try again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call_model::{CallId, QueueSettings};
use tokio::sync::watch;
use tokio::time::Instant;

/// Lines that are remembered; an empty one goes when there are more.
const MAX_LINES: usize = 1_000;

/// Whoever is put through within so long was served soon: what contact centres call their service level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLevels {
    /// Of lines that are not named below. Default: 20 s.
    pub others: Duration,
    /// Of single lines, by name. Default: none.
    pub by_queue: BTreeMap<String, Duration>,
}

impl Default for ServiceLevels {
    fn default() -> Self {
        Self { others: Duration::from_secs(20), by_queue: BTreeMap::new() }
    }
}

impl ServiceLevels {
    fn of(&self, queue: &str) -> Duration {
        self.by_queue.get(queue).copied().unwrap_or(self.others)
    }
}

/// A line, as those who watch over it see it. Counts are since the program began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueState {
    /// Its name.
    pub name: String,
    /// Callers in it now, with the one for whom phones ring.
    pub waiting: usize,
    /// How long the first of them has waited.
    pub longest_wait: Duration,
    /// Callers who came.
    pub entered: u64,
    /// Who were put through.
    pub served: u64,
    /// Who hung up, or wanted something else.
    pub left: u64,
    /// Who waited for as long as they were to.
    pub timed_out: u64,
    /// Who found it full.
    pub refused: u64,
    /// Who were put through within its service level.
    pub served_soon: u64,
    /// Its service level.
    pub soon: Duration,
    /// How long those who were put through have waited, in sum.
    pub served_wait: Duration,
    /// The callers in it and how long each has waited, the next one first.
    pub callers: Vec<(CallId, Duration)>,
}

/// Too many callers wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the queue is full")]
pub(crate) struct QueueFull;

/// How a place in a line came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Served,
    Left,
    TimedOut,
}

impl Fate {
    const fn word(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Left => "left",
            Self::TimedOut => "timed_out",
        }
    }
}

/// Where a caller stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    /// 1 is next.
    position: u32,
    /// How often somebody may have become free.
    stirred: u64,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    call: CallId,
    since: Instant,
    turn: watch::Sender<Turn>,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Waiter>,
    entered: u64,
    refused: u64,
    served: u64,
    left: u64,
    timed_out: u64,
    served_soon: u64,
    served_wait: Duration,
}

/// All lines, by name.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    all: Mutex<Lines>,
    levels: ServiceLevels,
}

#[derive(Debug, Default)]
struct Lines {
    lines: BTreeMap<String, Line>,
    tickets: u64,
}

impl Queues {
    /// No lines yet.
    pub(crate) fn new(levels: ServiceLevels) -> Self {
        Self { all: Mutex::default(), levels }
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the last place of a line.
    pub(crate) fn enter(self: &Arc<Self>, settings: &QueueSettings, call: CallId) -> Result<Place, QueueFull> {
        let mut all = self.lock();
        all.make_room(&settings.name);
        all.tickets += 1;
        let ticket = all.tickets;
        let line = all.lines.entry(settings.name.clone()).or_default();
        let level = self.levels.of(&settings.name).as_secs_f64();
        metrics::gauge!("callwright_queue_service_level_seconds", "queue" => settings.name.clone()).set(level);
        if line.waiting.len() >= settings.max_waiting as usize {
            line.refused += 1;
            metrics::counter!("callwright_queue_refused_total", "queue" => settings.name.clone()).increment(1);
            return Err(QueueFull);
        }
        line.entered += 1;
        let (turn, told) = watch::channel(Turn { position: line.waiting.len() as u32 + 1, stirred: 0 });
        line.waiting.push_back(Waiter { ticket, call, since: Instant::now(), turn });
        show(&settings.name, line);
        drop(all);
        Ok(Place { queues: self.clone(), name: settings.name.clone(), ticket, told, fate: Fate::Left })
    }

    /// Somebody may have become free: the first of each line is told.
    pub(crate) fn stir(&self) {
        for first in self.lock().lines.values().filter_map(|line| line.waiting.front()) {
            first.turn.send_modify(|turn| turn.stirred += 1);
        }
    }

    fn leave(&self, name: &str, ticket: u64, fate: Fate) {
        let mut all = self.lock();
        let Some(line) = all.lines.get_mut(name) else { return };
        let Some(at) = line.waiting.iter().position(|waiter| waiter.ticket == ticket) else { return };
        let waited = line.waiting.remove(at).map(|waiter| waiter.since.elapsed()).unwrap_or_default();
        match fate {
            Fate::Served => {
                line.served += 1;
                line.served_wait += waited;
                if waited <= self.levels.of(name) {
                    line.served_soon += 1;
                    metrics::counter!("callwright_queue_served_soon_total", "queue" => name.to_owned()).increment(1);
                }
            }
            Fate::Left => line.left += 1,
            Fate::TimedOut => line.timed_out += 1,
        }
        metrics::counter!("callwright_queue_over_total", "queue" => name.to_owned(), "how" => fate.word()).increment(1);
        for (at, waiter) in line.waiting.iter().enumerate().skip(at) {
            waiter.turn.send_modify(|turn| turn.position = at as u32 + 1);
        }
        show(name, line);
    }

    /// How the lines stand, by name.
    pub(crate) fn states(&self) -> Vec<QueueState> {
        let all = self.lock();
        let state = |(name, line): (&String, &Line)| QueueState {
            name: name.clone(),
            waiting: line.waiting.len(),
            longest_wait: line.waiting.front().map(|first| first.since.elapsed()).unwrap_or_default(),
            entered: line.entered,
            served: line.served,
            left: line.left,
            timed_out: line.timed_out,
            refused: line.refused,
            served_soon: line.served_soon,
            soon: self.levels.of(name),
            served_wait: line.served_wait,
            callers: line.waiting.iter().map(|waiter| (waiter.call, waiter.since.elapsed())).collect(),
        };
        all.lines.iter().map(state).collect()
    }
}

impl Lines {
    /// A name that is new finds room: the counts of a line where nobody waits are forgotten for it.
    fn make_room(&mut self, name: &str) {
        if self.lines.len() < MAX_LINES || self.lines.contains_key(name) {
            return;
        }
        let empty = self.lines.iter().find(|(_, line)| line.waiting.is_empty()).map(|(name, _)| name.clone());
        if let Some(empty) = empty {
            self.lines.remove(&empty);
        }
    }
}

fn show(name: &str, line: &Line) {
    metrics::gauge!("callwright_queue_waiting", "queue" => name.to_owned()).set(line.waiting.len() as f64);
}

/// A caller's place in a line; given up when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    queues: Arc<Queues>,
    name: String,
    ticket: u64,
    told: watch::Receiver<Turn>,
    fate: Fate,
}

impl Place {
    /// 1 is next.
    pub(crate) fn position(&self) -> u32 {
        self.told.borrow().position
    }

    /// Waits until the place has moved up, or it may be worth while to try again. Cancel safe.
    pub(crate) async fn changed(&mut self) {
        if self.told.changed().await.is_err() {
            // The line has forgotten this place, which it never does.
            std::future::pending::<()>().await;
        }
    }

    /// The caller was put through.
    pub(crate) fn served(mut self) {
        self.fate = Fate::Served;
    }

    /// The caller has waited for as long as they were to.
    pub(crate) fn timed_out(mut self) {
        self.fate = Fate::TimedOut;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queues.leave(&self.name, self.ticket, self.fate);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settings(name: &str, max_waiting: u32) -> QueueSettings {
        QueueSettings { name: name.into(), max_wait_ms: 60_000, max_waiting }
    }

    fn call(number: u128) -> CallId {
        CallId::from_parts(1, number)
    }

    #[tokio::test(start_paused = true)]
    async fn who_came_first_is_next_and_the_others_move_up() {
        let queues = Arc::new(Queues::default());
        let first = queues.enter(&settings("desk", 2), call(1)).unwrap();
        tokio::time::advance(Duration::from_secs(3)).await;
        let mut second = queues.enter(&settings("desk", 2), call(2)).unwrap();
        assert_eq!(queues.enter(&settings("desk", 2), call(1)).unwrap_err(), QueueFull);
        let other = queues.enter(&settings("billing", 1), call(1)).unwrap();
        assert_eq!((first.position(), second.position(), other.position()), (1, 2, 1));
        let states = queues.states();
        let state = &states[1];
        assert_eq!((state.name.as_str(), state.waiting, state.refused), ("desk", 2, 1));
        assert_eq!(state.longest_wait, Duration::from_secs(3));
        assert_eq!(state.callers, [(call(1), Duration::from_secs(3)), (call(2), Duration::ZERO)]);
        first.served();
        second.changed().await;
        assert_eq!(second.position(), 1);
        second.timed_out();
        drop(other);
        let counts: Vec<_> =
            queues.states().iter().map(|s| (s.waiting, s.entered, s.served, s.left, s.timed_out)).collect();
        assert_eq!(counts, [(0, 1, 0, 1, 0), (0, 2, 1, 0, 1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_served_soon_is_told_by_the_level_of_the_queue() {
        let others = Duration::from_mins(1);
        let by_queue = BTreeMap::from([("desk".to_owned(), Duration::from_secs(5))]);
        let queues = Arc::new(Queues::new(ServiceLevels { others, by_queue }));
        let desk = queues.enter(&settings("desk", 3), call(1)).unwrap();
        let billing = queues.enter(&settings("billing", 3), call(2)).unwrap();
        tokio::time::advance(Duration::from_secs(6)).await;
        desk.served();
        billing.served();
        let told: Vec<_> = queues.states().iter().map(|state| (state.soon.as_secs(), state.served_soon)).collect();
        assert_eq!(told, [(60, 1), (5, 0)]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_of_those_who_are_served_is_kept() {
        const SOON: Duration = Duration::from_secs(20);
        let queues = Arc::new(Queues::default());
        let quick = queues.enter(&settings("desk", 3), call(1)).unwrap();
        let slow = queues.enter(&settings("desk", 3), call(2)).unwrap();
        let gone = queues.enter(&settings("desk", 3), call(3)).unwrap();
        tokio::time::advance(SOON).await;
        quick.served();
        tokio::time::advance(SOON).await;
        slow.served();
        drop(gone);
        let state = &queues.states()[0];
        assert_eq!((state.served, state.served_soon, state.left), (2, 1, 1));
        assert_eq!(state.served_wait, SOON * 3);
    }

    #[tokio::test]
    async fn only_the_first_is_told_that_somebody_is_free() {
        let queues = Arc::new(Queues::default());
        let mut first = queues.enter(&settings("desk", 9), call(1)).unwrap();
        let mut second = queues.enter(&settings("desk", 9), call(1)).unwrap();
        queues.stir();
        first.changed().await;
        let none = tokio::time::timeout(Duration::from_millis(1), second.changed()).await;
        assert!(none.is_err());
    }

    #[test]
    fn names_do_not_pile_up() {
        let queues = Arc::new(Queues::default());
        let held = queues.enter(&settings("held", 1), call(1)).unwrap();
        for number in 0..2 * MAX_LINES {
            drop(queues.enter(&settings(&number.to_string(), 1), call(1)).unwrap());
        }
        let states = queues.states();
        assert_eq!(states.len(), MAX_LINES);
        assert!(states.iter().any(|state| state.name == "held" && state.waiting == 1));
        drop(held);
    }

    proptest! {
        /// Whoever comes and goes: positions are 1, 2, 3 in the order of coming, and nobody is lost from the counts.
        #[test]
        fn positions_are_those_of_a_line(steps in prop::collection::vec((any::<bool>(), 0_usize..8), 0..60)) {
            let queues = Arc::new(Queues::default());
            let mut places = Vec::new();
            for (comes, which) in steps {
                if comes {
                    places.extend(queues.enter(&settings("desk", 6), call(1)));
                } else if which < places.len() {
                    drop(places.remove(which));
                }
                let positions: Vec<u32> = places.iter().map(Place::position).collect();
                prop_assert_eq!(positions, (1..=places.len() as u32).collect::<Vec<_>>());
            }
            if let Some(state) = queues.states().first() {
                prop_assert_eq!(state.entered, state.left + places.len() as u64);
                prop_assert_eq!(state.waiting, places.len());
            }
        }
    }
}
