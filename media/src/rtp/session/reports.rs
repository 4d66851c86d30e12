//! RTCP: what comes is taken, what is due goes out.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use super::{OutgoingKind, Session, SessionEvent};
use crate::rtp::rtcp::Compound;

impl Session {
    pub(super) fn take_rtcp(&mut self, arrived: Instant, source: SocketAddr, packet: &[u8]) {
        let known = match self.rtcp_source {
            Some(known) => source == known || source == self.latch.target(),
            None => source == self.negotiated.remote_rtcp || source.ip() == self.latch.target().ip(),
        };
        if !known {
            return self.counted.strangers += 1;
        }
        let Ok(compound) = Compound::read(packet) else { return self.counted.invalid += 1 };
        self.rtcp_source.get_or_insert(source);
        let elapsed = self.elapsed(arrived);
        self.reporter.take(arrived, elapsed, self.sender.ssrc, &compound);
        if let Some(loss) = self.reporter.remote_loss() {
            self.encoder.expect_loss(loss);
        }
        if compound.goodbye {
            self.tell(SessionEvent::Goodbye);
        }
    }

    /// Sends a report; with a goodbye it is the last.
    pub(super) fn report(&mut self, now: Instant, goodbye: bool) {
        let to = self.rtcp_target();
        // The hold of RFC 2543 takes RTCP away too (RFC 3264 section 5.1).
        if to.ip().is_unspecified() || to.port() == 0 || !self.outbox.is_open() {
            return;
        }
        let elapsed = self.elapsed(now);
        let report = self.reporter.report(now, elapsed, &self.sender, &mut self.reception, goodbye);
        if let Some(report) = report {
            let kind = if self.negotiated.shelter.rtcp_mux { OutgoingKind::Rtp } else { OutgoingKind::Rtcp };
            self.outbox.push(kind, to, |data| data.extend_from_slice(&report));
        }
    }

    /// Where RTCP came from; before any came, the SDP's address, or for a peer behind a NAT the port above its RTP.
    fn rtcp_target(&self) -> SocketAddr {
        let (rtp, stated) = (self.latch.target(), self.negotiated.remote_rtcp);
        let shelter = &self.negotiated.shelter;
        if shelter.rtcp_mux {
            return rtp;
        }
        if shelter.ice.is_some() {
            return self.rtcp_source.unwrap_or(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0));
        }
        if self.negotiated.remote_rtp.ip().is_unspecified() {
            return stated;
        }
        let guessed = if rtp == self.negotiated.remote_rtp { stated } else { next_port(rtp) };
        self.rtcp_source.unwrap_or(guessed)
    }
}

fn next_port(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port().saturating_add(1))
}
