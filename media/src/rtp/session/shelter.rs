//! The session's outer side: what is encrypted, and the peer's connectivity checks.

use std::net::SocketAddr;
use std::time::Instant;

use super::{OutgoingKind, Session, SessionEvent, canonical};
use crate::rtp::latch::Latch;
use crate::rtp::packet;
use crate::rtp::stun::{self, Check};
use crate::sdp::{Privacy, Shelter};
use crate::srtp::{OpenError, SrtpKeys};

/// Refusals of checks that wait at once: whoever asks for more is no peer of ours.
const MAX_REFUSALS: usize = 4;

impl Session {
    /// Takes a datagram of the RTP socket in. RTCP (RFC 5761) and the checks of ICE (RFC 7983) that come here are told
    /// apart.
    pub fn handle_rtp(&mut self, arrived: Instant, source: SocketAddr, datagram: &[u8]) {
        if stun::is_stun(datagram) {
            return self.take_check(arrived, OutgoingKind::Rtp, source, datagram);
        }
        self.open(arrived, source, datagram);
    }

    /// Takes a datagram of the RTCP socket in.
    pub fn handle_rtcp(&mut self, arrived: Instant, source: SocketAddr, datagram: &[u8]) {
        if stun::is_stun(datagram) {
            return self.take_check(arrived, OutgoingKind::Rtcp, source, datagram);
        }
        // RTP has no business here.
        if !packet::is_rtcp(datagram) {
            return self.counted.invalid += 1;
        }
        self.open(arrived, source, datagram);
    }

    /// Decrypts a datagram and takes what it was.
    fn open(&mut self, arrived: Instant, source: SocketAddr, datagram: &[u8]) {
        let source = canonical(source);
        // Taken out for as long as it is read, since the packet lies in it.
        let mut reading = std::mem::take(&mut self.reading);
        match reading.open(datagram) {
            Ok(plain) if packet::is_rtcp(plain) => self.take_rtcp(arrived, source, plain),
            Ok(plain) => self.take_rtp(arrived, source, plain),
            Err(OpenError::Replayed) => self.counted.duplicates += 1,
            Err(OpenError::NoPacket | OpenError::NotGenuine) => self.counted.invalid += 1,
        }
        self.reading = reading;
    }

    /// Answers a connectivity check; without ICE there is nobody to check.
    fn take_check(&mut self, now: Instant, kind: OutgoingKind, source: SocketAddr, datagram: &[u8]) {
        let source = canonical(source);
        let Some(credentials) = self.negotiated.shelter.ice else { return self.counted.invalid += 1 };
        let mut response = std::mem::take(&mut self.check_space);
        let check = stun::answer(&credentials, source, datagram, &mut response);
        match check {
            Check::Valid(_) => self.outbox.push_plain(kind, source, &response, usize::MAX),
            Check::Refused => self.outbox.push_plain(kind, source, &response, MAX_REFUSALS),
            Check::Nothing => {}
        }
        self.check_space = response;
        let Check::Valid(valid) = check else { return };
        if kind == OutgoingKind::Rtcp {
            if valid.nominates {
                self.rtcp_source = Some(source);
            }
        } else if self.latch.check(now, source, valid) {
            self.tell(SessionEvent::Latched(source));
        }
    }

    /// Encrypts and decrypts with these keys from here on: those of a DTLS handshake.
    pub fn set_keys(&mut self, keys: &SrtpKeys) {
        if matches!(self.negotiated.shelter.privacy, Privacy::Dtls(_)) {
            self.reading.set_keys(keys);
            self.outbox.set_keys(keys);
        }
    }

    /// No keys could be agreed on: nothing will be sent or heard.
    pub fn fail_keys(&mut self) {
        self.tell(SessionEvent::NotSecured);
    }

    /// Where the peer's RTP socket is, as far as it is known: where a DTLS handshake that we begin goes.
    pub fn remote(&self) -> Option<SocketAddr> {
        Some(self.latch.target()).filter(|target| !target.ip().is_unspecified() && target.port() != 0)
    }

    /// Goes on with what was agreed on anew. Keys that stay the same go on counting where they are.
    pub(super) fn change_shelter(&mut self, old: &Shelter) {
        let new = self.negotiated.shelter;
        if new.privacy != old.privacy {
            self.reading.set_privacy(&new.privacy);
            self.outbox.set_privacy(&new.privacy);
        }
        if new.ice.is_some() != old.ice.is_some() {
            self.latch = Latch::new(self.config.latch, &self.negotiated);
            self.rtcp_source = None;
        } else if new.ice != old.ice {
            self.latch.restart_checks();
        }
    }
}
