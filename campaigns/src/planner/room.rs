//! What is free, while a plan is made.

use std::collections::HashMap;

use jiff::Timestamp;

use super::bucket::Bucket;
use crate::breaker::{Breaker, BreakerSettings, Health};
use crate::dial::{Capacity, MemberRoom};
use crate::outcome::Outcome;
use crate::pace::View;
use crate::spec::TrunkLimit;

/// A trunk by a short number.
pub(super) type TrunkKey = u16;

/// The trunks that have carried calls.
#[derive(Debug)]
pub(super) struct Trunks {
    settings: BreakerSettings,
    list: Vec<Trunk>,
    keys: HashMap<String, TrunkKey>,
}

#[derive(Debug)]
struct Trunk {
    name: String,
    breaker: Breaker,
    bucket: Bucket,
}

impl Trunks {
    pub fn new(settings: BreakerSettings) -> Self {
        Self { settings, list: Vec::new(), keys: HashMap::new() }
    }

    fn key(&mut self, name: &str) -> Option<TrunkKey> {
        if let Some(key) = self.keys.get(name) {
            return Some(*key);
        }
        let key = TrunkKey::try_from(self.list.len()).ok()?;
        let breaker = Breaker::new(self.settings.clone());
        self.list.push(Trunk { name: name.to_owned(), breaker, bucket: Bucket::new() });
        self.keys.insert(name.to_owned(), key);
        Some(key)
    }

    /// A call on a trunk is over.
    pub fn finished(&mut self, key: Option<TrunkKey>, outcome: &Outcome, now: Timestamp) {
        if let Some(trunk) = key.and_then(|key| self.list.get_mut(usize::from(key))) {
            trunk.breaker.finished(outcome, now);
        }
    }

    /// Nobody will tell how a call on a trunk ends.
    pub fn left(&mut self, key: Option<TrunkKey>) {
        self.finished(key, &Outcome::Withdrawn, Timestamp::UNIX_EPOCH);
    }

    pub fn health(&self) -> Vec<(String, Health)> {
        self.list.iter().map(|trunk| (trunk.name.clone(), trunk.breaker.health())).collect()
    }
}

/// What a campaign uses of a trunk.
#[derive(Debug)]
pub(super) struct TrunkUse {
    pub limit: TrunkLimit,
    pub bucket: Bucket,
    pub flying: u32,
}

impl TrunkUse {
    pub fn new(limit: TrunkLimit) -> Self {
        Self { limit, bucket: Bucket::new(), flying: 0 }
    }

    fn has_room(&mut self, now: Timestamp) -> bool {
        let free = self.limit.at_once == 0 || self.flying < self.limit.at_once;
        free && self.bucket.has(self.limit.per_second, now)
    }
}

/// What is free, less what was planned already.
pub(super) struct Room<'a> {
    pub lines: u32,
    trunks: &'a mut Trunks,
    /// Key, calls that it takes yet, calls a second.
    free: Vec<(TrunkKey, u32, u32)>,
    members: &'a [MemberRoom],
    ringing: &'a mut HashMap<String, u32>,
    now: Timestamp,
}

impl<'a> Room<'a> {
    pub fn new(
        capacity: &'a Capacity,
        trunks: &'a mut Trunks,
        ringing: &'a mut HashMap<String, u32>,
        now: Timestamp,
    ) -> Self {
        let rooms = capacity.trunks.iter();
        let free = rooms.filter_map(|room| Some((trunks.key(&room.name)?, room.free, room.per_second))).collect();
        Self { lines: capacity.lines, trunks, free, members: &capacity.members, ringing, now }
    }

    /// Who waits in a queue, and what rings for them.
    pub fn view(&self, queue: &str) -> View {
        let room = self.members.iter().find(|room| room.queue == queue);
        View {
            free: room.map_or(0, |room| room.free),
            busy: room.map_or(0, |room| room.busy),
            ringing: self.ringing.get(queue).copied().unwrap_or(0),
        }
    }

    /// A trunk with room, by the campaign's order; where it names none, the one with the most.
    pub fn trunk(&mut self, own: &mut [TrunkUse]) -> Option<TrunkKey> {
        if own.is_empty() {
            let mut open: Vec<_> = self.free.iter().map(|(key, free, _)| (*free, *key)).collect();
            open.sort_by_key(|(free, key)| (std::cmp::Reverse(*free), *key));
            return open.into_iter().map(|(_, key)| key).find(|key| self.has_room(*key));
        }
        let now = self.now;
        own.iter_mut().find_map(|own| {
            let key = self.trunks.keys.get(&own.limit.name).copied()?;
            (self.has_room(key) && own.has_room(now)).then_some(key)
        })
    }

    fn has_room(&mut self, key: TrunkKey) -> bool {
        let Some((_, free, per_second)) = self.free.iter().find(|(other, ..)| *other == key) else { return false };
        let trunk = &mut self.trunks.list[usize::from(key)];
        *free > 0 && trunk.bucket.has(f64::from(*per_second), self.now) && trunk.breaker.permits(self.now)
    }

    /// A call is planned.
    pub fn take(&mut self, key: TrunkKey, own: &mut [TrunkUse], queue: Option<&str>) -> String {
        self.lines = self.lines.saturating_sub(1);
        if let Some(room) = self.free.iter_mut().find(|(other, ..)| *other == key) {
            room.1 = room.1.saturating_sub(1);
        }
        let trunk = &mut self.trunks.list[usize::from(key)];
        trunk.bucket.take();
        trunk.breaker.dialled();
        if let Some(own) = own.iter_mut().find(|own| own.limit.name == trunk.name) {
            own.bucket.take();
            own.flying += 1;
        }
        if let Some(queue) = queue {
            *self.ringing.entry(queue.to_owned()).or_default() += 1;
        }
        trunk.name.clone()
    }
}
