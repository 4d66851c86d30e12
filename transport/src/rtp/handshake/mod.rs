//! DTLS-SRTP ([RFC 5763](https://www.rfc-editor.org/rfc/rfc5763), [RFC 5764](https://www.rfc-editor.org/rfc/rfc5764)):
//! the keys of encrypted sound by a handshake on the RTP port.
//!
//! The handshakes of all calls run on one thread of their own: their arithmetic would make the media threads late. A
//! media thread only hands over what is DTLS, and gets the keys as an order like any other.

mod association;
mod identity;
mod worker;

use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};

use media::sdp::{DtlsPeer, Negotiated, Privacy};
use media::{LegSlot, MediaCommand};

use super::counters::ThreadCounters;
use super::handle::CallShared;
use super::sockets::LegSockets;

pub(super) use identity::Identity;
pub(super) use worker::Worker;

/// Notes that may wait for the thread; more are dropped and counted. A handshake repeats what is lost.
pub(super) const MAX_NOTES: usize = 512;
/// Datagrams of one leg that are handed over at once; it gets one more at each visit. Strangers and the peer's stated
/// address have so many each.
const BURST: u8 = 32;

/// What a media thread tells the thread of the handshakes.
pub(super) enum Note {
    /// A leg is to get keys.
    Begin(Box<Beginning>),
    /// The peer of a leg that begins the handshake itself is known.
    Connect { id: u64, remote: SocketAddr },
    /// A datagram came. `stated`: from where the peer's sound comes too, or is to come.
    Datagram { id: u64, source: SocketAddr, stated: bool, data: Vec<u8> },
    /// The leg has another place in its call.
    Move { id: u64, leg: LegSlot },
    /// The leg needs no keys any more.
    End { id: u64 },
}

/// A leg that is to get keys.
pub(super) struct Beginning {
    pub(super) id: u64,
    pub(super) leg: LegSlot,
    pub(super) peer: DtlsPeer,
    pub(super) sockets: Arc<LegSockets>,
    pub(super) call: Arc<CallShared>,
}

/// A media thread's end of the queue.
#[derive(Debug)]
pub(crate) struct Notes {
    queue: SyncSender<Note>,
    /// Which handshake is next, and from there on in steps of `step`: others for each thread.
    next: Cell<u64>,
    step: u64,
}

impl Notes {
    /// For media thread `index` of `threads`.
    pub(super) fn new(queue: SyncSender<Note>, index: usize, threads: usize) -> Self {
        Self { queue, next: Cell::new(index as u64), step: threads as u64 }
    }

    /// Whether there was room.
    fn put(&self, note: Note, counters: &ThreadCounters) -> bool {
        match self.queue.try_send(note) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                counters.dropped_handshakes.add(1);
                false
            }
        }
    }
}

/// A leg's handshake, as its media thread knows it.
#[derive(Debug)]
pub(crate) struct Handshake {
    /// `None` while there was no room to begin it.
    id: Option<u64>,
    peer: DtlsPeer,
    by_ice: bool,
    connected: bool,
    /// What strangers may still send, and what may still come from where the peer's sound comes from.
    bursts: [u8; 2],
}

impl Handshake {
    /// Whether a datagram is DTLS by its first byte ([RFC 7983](https://www.rfc-editor.org/rfc/rfc7983)).
    pub(crate) fn is_dtls(datagram: &[u8]) -> bool {
        matches!(datagram, [20..=63, ..])
    }

    /// The leg and the agreement that a command brings.
    pub(crate) fn asked_by(command: &MediaCommand) -> Option<(LegSlot, Negotiated)> {
        match command {
            MediaCommand::StartLeg { leg, negotiated, .. } | MediaCommand::RenegotiateLeg { leg, negotiated } => {
                Some((*leg, *negotiated))
            }
            _ => None,
        }
    }

    /// What a new agreement makes of a leg's handshake: the same peer keeps the keys that it has.
    pub(crate) fn renew(current: &mut Option<Self>, negotiated: &Negotiated, notes: &Notes, counters: &ThreadCounters) {
        let wanted = match negotiated.shelter.privacy {
            Privacy::Dtls(peer) => Some(peer),
            Privacy::Plain | Privacy::Keys(_) => None,
        };
        let by_ice = negotiated.shelter.ice.is_some();
        if let (Some(current), Some(wanted)) = (&mut *current, wanted)
            && current.peer == wanted
        {
            current.by_ice = by_ice;
            return;
        }
        Self::end(current, notes, counters);
        *current = wanted.map(|peer| Self { id: None, peer, by_ice, connected: false, bursts: [BURST; 2] });
    }

    /// Ends a leg's handshake.
    pub(crate) fn end(current: &mut Option<Self>, notes: &Notes, counters: &ThreadCounters) {
        if let Some(id) = current.take().and_then(|current| current.id) {
            notes.put(Note::End { id }, counters);
        }
    }

    /// Once a visit: begins, and connects as soon as the peer's address is known.
    pub(crate) fn attend(
        &mut self,
        leg: LegSlot,
        remote: Option<SocketAddr>,
        (sockets, call): (&Arc<LegSockets>, &Arc<CallShared>),
        notes: &Notes,
        counters: &ThreadCounters,
    ) {
        self.bursts = self.bursts.map(|burst| BURST.min(burst + 1));
        let id = if let Some(id) = self.id {
            id
        } else {
            let id = notes.next.get();
            let (sockets, call) = (Arc::clone(sockets), Arc::clone(call));
            let beginning = Box::new(Beginning { id, leg, peer: self.peer, sockets, call });
            if !notes.put(Note::Begin(beginning), counters) {
                return;
            }
            notes.next.set(id + notes.step);
            self.id = Some(id);
            id
        };
        if let Some(remote) = remote.filter(|_| !self.connected) {
            self.connected = notes.put(Note::Connect { id, remote }, counters);
        }
    }

    /// Its leg has another place in the call.
    pub(crate) fn moved(&self, leg: LegSlot, notes: &Notes, counters: &ThreadCounters) {
        if let Some(id) = self.id {
            notes.put(Note::Move { id, leg }, counters);
        }
    }

    /// Hands a datagram over. With ICE only that of the peer whom the checks have proved.
    pub(crate) fn take(
        &mut self,
        source: SocketAddr,
        remote: Option<SocketAddr>,
        datagram: &[u8],
        notes: &Notes,
        counters: &ThreadCounters,
    ) {
        let source = SocketAddr::new(source.ip().to_canonical(), source.port());
        let stated = remote == Some(source);
        let Some(id) = self.id.filter(|_| stated || !self.by_ice) else { return };
        let burst = &mut self.bursts[usize::from(stated)];
        let Some(left) = burst.checked_sub(1) else { return counters.dropped_handshakes.add(1) };
        *burst = left;
        notes.put(Note::Datagram { id, source, stated, data: datagram.to_vec() }, counters);
    }
}
