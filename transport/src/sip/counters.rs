//! What the SIP task counts beside the endpoint's own counters.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use sip_core::{Counters, TableSizes};

macro_rules! counters {
    ($($(#[$doc:meta])+ $name:ident),+ $(,)?) => {
        /// What the SIP task has counted since the start.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct SipCounters {
            $($(#[$doc])+ pub $name: u64,)+
        }

        /// The same, being counted.
        #[derive(Debug, Default)]
        pub(crate) struct Counting {
            $(pub(crate) $name: Counter,)+
        }

        impl Counting {
            /// The counts so far.
            pub(crate) fn read(&self) -> SipCounters {
                SipCounters { $($name: self.$name.0.load(Relaxed),)+ }
            }
        }
    };
}

counters! {
    /// Messages received, keep-alives not counted.
    received,
    /// Messages handed to the network.
    sent,
    /// Keep-alives received (RFC 5626).
    keep_alives,
    /// Messages that could not be read.
    malformed,
    /// Datagrams dropped because their source sent too many.
    limited,
    /// Datagrams and connections dropped because their source is banned or denied.
    silenced,
    /// Requests of strangers dropped unread because all strangers together sent too many.
    strangers,
    /// Times that a connection had to wait because its source sent too many messages.
    throttled,
    /// Messages that could not be sent: full buffers, slow connections, no connection.
    dropped,
    /// INVITEs refused with 503 because events were not taken fast enough, or while stopping.
    refused_calls,
    /// Connections that are open now, or being opened.
    connections,
    /// Connections accepted.
    accepted,
    /// Connections turned away because of a limit.
    refused_connections,
    /// Connections opened by us.
    connected,
    /// Connections that we could not open.
    connect_failed,
    /// Connections closed because they were idle, slow, or sent what is not SIP.
    expelled,
    /// Connections closed because the other end answered no keep-alive any more.
    dead_flows,
    /// TLS handshakes with those who connected to us.
    handshakes,
    /// Such handshakes that failed.
    failed_handshakes,
    /// Such handshakes that were turned away because of a limit.
    refused_handshakes,
    /// Lookups of names.
    lookups,
    /// Lookups that found nothing or failed.
    failed_lookups,
    /// Times that the SIP task woke up.
    wakes,
    /// Times that reading was suspended because events were not taken.
    suspended,
}

/// One number that anybody may add to.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn increment(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    pub(crate) fn decrement(&self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// Everything that can be said about a running SIP task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SipStatus {
    /// The sockets' side.
    pub transport: SipCounters,
    /// The protocol's side.
    pub endpoint: Counters,
    /// What the endpoint holds now.
    pub tables: TableSizes,
    /// Events that wait for their consumer.
    pub waiting_events: usize,
}
