//! The latest servers that we could not connect to, and why: for the operator.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use sip_core::{ConnectionId, Protocol};

/// Failures that are remembered.
const KEPT: usize = 32;

/// A connection of ours that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectFailure {
    /// When.
    pub at: SystemTime,
    /// The domain or address that was called.
    pub server: String,
    /// The address that it was tried at.
    pub remote: SocketAddr,
    /// By which transport.
    pub protocol: Protocol,
    /// Why, in words.
    pub reason: String,
}

/// A bounded list of them.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    latest: VecDeque<ConnectFailure>,
    /// Why a connection broke off that had seemed to stand, until it has ended.
    last_words: Vec<(ConnectionId, String)>,
}

impl Failures {
    pub(crate) fn note(&self, server: String, remote: SocketAddr, protocol: Protocol, reason: String) {
        let mut state = self.lock();
        if state.latest.len() >= KEPT {
            state.latest.pop_front();
        }
        state.latest.push_back(ConnectFailure { at: SystemTime::now(), server, remote, protocol, reason });
    }

    /// A connection broke off before anything came by it.
    pub(crate) fn last_words(&self, connection: ConnectionId, reason: String) {
        self.lock().last_words.push((connection, reason));
    }

    /// Takes them; each connection asks when it ends, so that none stay.
    pub(crate) fn take_last_words(&self, connection: ConnectionId) -> Option<String> {
        let mut state = self.lock();
        let index = state.last_words.iter().position(|(id, _)| *id == connection)?;
        Some(state.last_words.swap_remove(index).1)
    }

    /// The latest, the oldest first.
    pub(crate) fn list(&self) -> Vec<ConnectFailure> {
        self.lock().latest.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
