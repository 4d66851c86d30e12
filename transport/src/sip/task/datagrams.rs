//! The datagram sockets of the SIP task.

use std::io;
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Instant;

use bytes::Bytes;
use sip_core::{Flow, Target};

use super::super::first_look;
use super::super::guard::Ruling;
use super::super::sockets::BoundUdp;
use super::Task;

impl Task {
    /// Reads every socket until it is empty or has had its turn.
    pub(super) fn take_datagrams(&mut self) {
        let mut buffer = std::mem::take(&mut self.buffer);
        for index in 0..self.udp.len() {
            for _ in 0..self.shared.limits.udp_batch.max(1) {
                let now = Instant::now();
                match self.udp[index].socket.try_recv_from(&mut buffer) {
                    Ok((length, remote)) => self.take_datagram(now, index, remote, &buffer[..length]),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    // Such as ICMP's answer to what was sent before; the next datagrams are not touched by it.
                    Err(_) => {}
                }
            }
        }
        self.buffer = buffer;
    }

    fn take_datagram(&mut self, now: Instant, index: usize, remote: SocketAddr, data: &[u8]) {
        if data.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return self.shared.counting.keep_alives.increment();
        }
        let (guard, counting) = (&self.shared.guard, &self.shared.counting);
        match guard.admit(now, remote.ip(), first_look::is_response(data)) {
            Ruling::Pass => {}
            Ruling::Silence => return counting.silenced.increment(),
            Ruling::TooMany => return counting.limited.increment(),
        }
        match guard.first_look(now, remote.ip(), data) {
            Ruling::Pass => {}
            Ruling::Silence => return counting.silenced.increment(),
            Ruling::TooMany => return counting.strangers.increment(),
        }
        self.shared.counting.received.increment();
        let local = self.routes.local_end(now, self.udp[index].local, remote.ip());
        let flow = Flow::udp(local, remote);
        self.show(flow, data);
        self.endpoint.handle_datagram(now, flow, data);
        self.drain(now);
    }

    pub(super) fn send_datagram(&mut self, now: Instant, target: Target, data: &Bytes) {
        let Some(udp) = self.socket_for(target) else { return self.not_sent(now, target) };
        match udp.socket.try_send_to(data, target.remote) {
            Ok(_) => self.shared.counting.sent.increment(),
            // The kernel's buffer is full: lost like any datagram may be, and sent again by its transaction.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.shared.counting.dropped.increment(),
            Err(_) => self.not_sent(now, target),
        }
    }

    /// The socket bound to the local address; else one to every interface with that port; else any of the family.
    fn socket_for(&self, target: Target) -> Option<&BoundUdp> {
        let family = |udp: &&BoundUdp| udp.local.is_ipv4() == target.remote.is_ipv4();
        let exact = target.local.and_then(|local| self.udp.iter().find(|udp| udp.local == local));
        let by_port = target.local.and_then(|local| {
            let mut candidates = self.udp.iter().filter(family);
            candidates.find(|udp| udp.local.ip().is_unspecified() && udp.local.port() == local.port())
        });
        exact.filter(family).or(by_port).or_else(|| self.udp.iter().find(family))
    }
}

/// Waits until a datagram waits at one of the sockets.
pub(super) async fn any_readable(sockets: &[BoundUdp]) {
    std::future::poll_fn(|context| {
        let mut ready = Poll::Pending;
        for bound in sockets {
            // An error is read, and got rid of, by the next attempt to receive.
            if bound.socket.poll_recv_ready(context).is_ready() {
                ready = Poll::Ready(());
            }
        }
        ready
    })
    .await;
}
