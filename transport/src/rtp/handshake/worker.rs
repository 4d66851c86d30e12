//! The thread of all handshakes.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use media::{LegSlot, MediaCommand};
use rtc_shared::error::Error;

use super::super::handle::{CallShared, Order};
use super::association::Association;
use super::{Identity, Note};

/// How often handshakes are looked for whose calls are gone.
const SWEEP: Duration = Duration::from_secs(5);

/// Carries out all handshakes, until every media thread has ended.
pub(crate) struct Worker {
    notes: Receiver<Note>,
    identity: Identity,
    /// How long a handshake may take.
    limit: Duration,
    associations: HashMap<u64, Association>,
    /// Those that are not over.
    busy: Vec<u64>,
    swept: Instant,
}

impl Worker {
    pub(crate) fn new(notes: Receiver<Note>, identity: Identity, limit: Duration) -> Self {
        Self { notes, identity, limit, associations: HashMap::new(), busy: Vec::new(), swept: Instant::now() }
    }

    /// Runs; to be called on a thread of its own.
    pub(crate) fn run(mut self) {
        loop {
            let next = self.busy.iter().filter_map(|id| self.associations.get(id)?.next_tick()).min();
            let wait = next.map_or(SWEEP, |at| at.saturating_duration_since(Instant::now()).min(SWEEP));
            match self.notes.recv_timeout(wait) {
                Ok(note) => self.take(note),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.tick();
        }
    }

    fn take(&mut self, note: Note) {
        let now = Instant::now();
        match note {
            Note::Begin(beginning) => {
                let (id, leg, call) = (beginning.id, beginning.leg, Arc::clone(&beginning.call));
                let made = Association::new(*beginning, &self.identity, now, self.limit);
                self.begin(id, leg, &call, made);
            }
            Note::Connect { id, remote } => self.work(id, |association| association.connect(now, remote)),
            Note::Datagram { id, source, stated, data } => {
                self.work(id, |association| association.take(now, source, stated, &data));
            }
            Note::Move { id, leg } => self.work(id, |association| association.move_to(leg)),
            Note::End { id } => {
                if let Some(association) = self.associations.remove(&id) {
                    association.end();
                }
            }
        }
    }

    /// One that could not be set up gives no keys: the media is told.
    fn begin(&mut self, id: u64, leg: LegSlot, call: &CallShared, made: Result<Association, Error>) {
        match made {
            Ok(association) => {
                self.associations.insert(id, association);
                self.busy.push(id);
            }
            Err(error) => {
                tracing::error!(%error, "a DTLS handshake could not be set up");
                // A call whose orders are full ends for want of sound.
                let _ = call.send(Order::media(MediaCommand::SecureLeg { leg, keys: None }));
            }
        }
    }

    /// Goes on with one handshake. It reads what strangers send with the code of others: a panic there ends it and no
    /// other.
    fn work(&mut self, id: u64, work: impl FnOnce(&mut Association)) {
        let Some(association) = self.associations.get_mut(&id) else { return };
        if catch_unwind(AssertUnwindSafe(|| work(association))).is_err() {
            tracing::error!("a DTLS handshake panicked; it is given up");
            if let Some(association) = self.associations.remove(&id) {
                association.give_up();
            }
        }
    }

    fn tick(&mut self) {
        let now = Instant::now();
        let mut busy = std::mem::take(&mut self.busy);
        busy.retain(|id| {
            self.work(*id, |association| association.tick(now));
            let association = self.associations.get(id);
            association.is_some_and(|association| association.is_busy() && !association.is_orphaned())
        });
        self.busy = busy;
        if now.saturating_duration_since(self.swept) >= SWEEP {
            self.swept = now;
            self.associations.retain(|_, association| !association.is_orphaned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handshake_that_cannot_be_set_up_gives_no_keys() {
        let (_notes, queue) = std::sync::mpsc::sync_channel(1);
        let mut worker = Worker::new(queue, Identity::new().unwrap(), SWEEP);
        let call = CallShared::new(4);
        worker.begin(1, LegSlot::CALLER, &call, Err(Error::ErrNoCertificates));
        let Some(Order::Media(command)) = call.next_order() else { panic!("the call is not told") };
        assert!(matches!(*command, MediaCommand::SecureLeg { leg: LegSlot::CALLER, keys: None }));
    }
}
