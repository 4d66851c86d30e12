//! One leg's handshake.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use media::sdp::DtlsRole;
use media::srtp::{SrtpKeys, Suite};
use media::{LegSlot, MediaCommand};
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile as Profile;
use rtc_shared::TransportProtocol;
use rtc_shared::error::Error;

use super::super::handle::Order;
use super::{Beginning, Identity};

/// The label of RFC 5764 section 4.2.
const LABEL: &str = "EXTRACTOR-dtls_srtp";
/// Addresses that may try to shake hands with one leg.
const MAX_REMOTES: usize = 4;

/// Where a handshake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    /// This is what the media is to be told: the keys, or that there are none.
    Told(Option<SrtpKeys>),
    /// The media knows.
    Over,
}

pub(super) struct Association {
    beginning: Beginning,
    endpoint: Endpoint,
    client: Option<Arc<rtc_dtls::config::HandshakeConfig>>,
    deadline: Instant,
    state: State,
    /// Who shakes hands, the oldest first, and whether the peer's sound comes from there or is to.
    remotes: Vec<(SocketAddr, bool)>,
    /// With whom the keys were agreed on.
    agreed_with: Option<SocketAddr>,
}

impl Association {
    /// Waits for the peer, or for [`connect`](Self::connect).
    pub(super) fn new(beginning: Beginning, identity: &Identity, now: Instant, limit: Duration) -> Result<Self, Error> {
        let is_client = beginning.peer.role == DtlsRole::Client;
        let config = identity.config(beginning.peer.fingerprint, is_client)?;
        let local = beginning.sockets.rtp.local_addr().map_err(|error| Error::Other(error.to_string()))?;
        let (client, server) = if is_client { (Some(config), None) } else { (None, Some(config)) };
        let endpoint = Endpoint::new(local, TransportProtocol::UDP, server);
        let (deadline, state) = (now + limit, State::Running);
        Ok(Self { beginning, endpoint, client, deadline, state, remotes: Vec::new(), agreed_with: None })
    }

    /// The peer is there: begins, if that is our part.
    pub(super) fn connect(&mut self, now: Instant, remote: SocketAddr) {
        let Some(config) = self.client.clone().filter(|_| self.state == State::Running) else { return };
        if let Err(error) = self.endpoint.connect(now, remote, config, None) {
            tracing::debug!(%error, "a DTLS handshake could not begin");
        }
        self.send();
    }

    /// A datagram came.
    pub(super) fn take(&mut self, now: Instant, source: SocketAddr, stated: bool, data: &[u8]) {
        // After the keys are known nobody else is heard, and nobody begins.
        if self.state != State::Running && self.agreed_with != Some(source) {
            return;
        }
        if self.endpoint.get_connection_state(source).is_none() {
            if self.state != State::Running || self.client.is_some() || !is_hello(data) {
                return;
            }
            self.make_room(now, source, stated);
        }
        match self.endpoint.read(now, source, None, BytesMut::from(data)) {
            Ok(events) => {
                if events.iter().any(|event| matches!(event, EndpointEvent::HandshakeComplete)) {
                    self.complete(source);
                    self.stop_all_but(now, Some(source));
                }
            }
            Err(error) => {
                tracing::debug!(%error, "a DTLS handshake did not go on");
                // Strangers may come with any certificate; from the peer it ends the matter.
                let is_wrong = matches!(error, Error::ErrNoMatchingCertificateFingerprint);
                if is_wrong && stated && self.state == State::Running {
                    tracing::info!(leg = %self.beginning.leg, "the peer's certificate is not the promised one");
                    self.state = State::Told(None);
                }
            }
        }
        self.send();
    }

    /// The handshake with this peer is done.
    fn complete(&mut self, source: SocketAddr) {
        if self.state == State::Running {
            let keys = self.export(source);
            if keys.is_none() {
                tracing::info!(leg = %self.beginning.leg, "a DTLS handshake agreed on no SRTP profile");
            }
            self.state = State::Told(keys);
            self.agreed_with = Some(source);
        }
    }

    /// Notes who begins. Where there are too many, the oldest that nothing speaks for has to begin anew: strangers may
    /// fill the places, but not for good.
    fn make_room(&mut self, now: Instant, source: SocketAddr, stated: bool) {
        // Those whom the endpoint has dropped by itself.
        self.remotes.retain(|(remote, _)| self.endpoint.get_connection_state(*remote).is_some());
        if self.remotes.len() >= MAX_REMOTES {
            let oldest = self.remotes.iter().position(|(_, stated)| !stated).unwrap_or_default();
            let (oldest, _) = self.remotes.remove(oldest);
            let _ = self.endpoint.stop(now, oldest);
        }
        self.remotes.push((source, stated));
    }

    /// Ends what strangers have begun.
    fn stop_all_but(&mut self, now: Instant, source: Option<SocketAddr>) {
        let others: Vec<_> = self.endpoint.get_connections_keys().copied().collect();
        for remote in others.into_iter().filter(|remote| Some(*remote) != source) {
            let _ = self.endpoint.stop(now, remote);
        }
        self.remotes.clear();
    }

    fn export(&self, source: SocketAddr) -> Option<SrtpKeys> {
        let state = self.endpoint.get_connection_state(source)?;
        let suite = match state.srtp_protection_profile() {
            Profile::Srtp_Aead_Aes_128_Gcm => Suite::AeadAes128Gcm,
            Profile::Srtp_Aead_Aes_256_Gcm => Suite::AeadAes256Gcm,
            Profile::Srtp_Aes128_Cm_Hmac_Sha1_80 => Suite::Aes128CmSha1_80,
            Profile::Srtp_Aes128_Cm_Hmac_Sha1_32 => Suite::Aes128CmSha1_32,
            _ => return None,
        };
        let exported = state.export_keying_material(LABEL, &[], SrtpKeys::exported_bytes(suite)).ok()?;
        SrtpKeys::from_exported(suite, exported.as_ref(), self.client.is_some())
    }

    /// Repeats what was lost, gives up when it takes too long, and tells the media what there is to tell.
    pub(super) fn tick(&mut self, now: Instant) {
        if self.state == State::Running {
            let remotes: Vec<_> = self.endpoint.get_connections_keys().copied().collect();
            for remote in remotes {
                if self.endpoint.poll_timeout(&remote).is_some_and(|at| at <= now) {
                    // An error is its end: the peer may begin anew until the deadline.
                    let _ = self.endpoint.handle_timeout(remote, now);
                }
            }
            self.send();
            if now >= self.deadline {
                tracing::info!(leg = %self.beginning.leg, "a DTLS handshake was not done in time");
                self.state = State::Told(None);
                self.stop_all_but(now, None);
                self.send();
            }
        }
        if let State::Told(keys) = self.state {
            let order = Order::media(MediaCommand::SecureLeg { leg: self.beginning.leg, keys });
            if self.beginning.call.send(order).is_ok() {
                self.state = State::Over;
            }
        }
    }

    /// Its leg has another place in the call.
    pub(super) fn move_to(&mut self, leg: LegSlot) {
        self.beginning.leg = leg;
    }

    /// It is broken: the media is told at once, unless it has its keys.
    pub(super) fn give_up(self) {
        if self.state != State::Over {
            let order = Order::media(MediaCommand::SecureLeg { leg: self.beginning.leg, keys: None });
            // A call whose orders are full ends for want of sound.
            let _ = self.beginning.call.send(order);
        }
    }

    /// Whether it has to be ticked again soon.
    pub(super) fn is_busy(&self) -> bool {
        self.state != State::Over
    }

    /// When it has to be ticked next.
    pub(super) fn next_tick(&self) -> Option<Instant> {
        match self.state {
            State::Over => None,
            // The queue of orders was full: it is emptied at each tick of the call.
            State::Told(_) => Some(Instant::now() + Duration::from_millis(20)),
            State::Running => {
                let remotes = self.endpoint.get_connections_keys();
                remotes.filter_map(|remote| self.endpoint.poll_timeout(remote)).chain([self.deadline]).min()
            }
        }
    }

    /// Whether the call is gone.
    pub(super) fn is_orphaned(&self) -> bool {
        self.beginning.call.is_closed()
    }

    /// Says goodbye.
    pub(super) fn end(mut self) {
        let _ = self.endpoint.close(Instant::now());
        self.send();
    }

    fn send(&mut self) {
        while let Some(transmit) = self.endpoint.poll_transmit() {
            // Lost, like any datagram may be: it is repeated.
            let _ = self.beginning.sockets.rtp.send_to(&transmit.message, transmit.transport.peer_addr);
        }
    }
}

/// Whether a datagram is a ClientHello in the clear ([RFC 6347 sections 4.1 and 4.2.2](https://www.rfc-editor.org/rfc/rfc6347)):
/// nothing else begins a handshake.
fn is_hello(datagram: &[u8]) -> bool {
    matches!(datagram, [22, _, _, 0, 0, ..]) && datagram.get(13) == Some(&1)
}
