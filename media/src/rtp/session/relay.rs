//! Packets that go from one session to another as they came: neither waited for nor decoded. What the line lost stays a
//! gap in the numbers, so that the far end conceals it by what it knows best.

use std::time::Instant;

use super::super::comfort_noise::Noise;
use super::super::packet::Packet;
use super::super::playout::{Audio, MAX_PAYLOAD};
use super::Session;
use crate::codec::Codec;

/// The header of a packet that is passed on.
#[derive(Debug, Clone, Copy)]
struct Head {
    /// `None` for comfort noise.
    codec: Option<Codec>,
    marker: bool,
    sequence: i64,
    restarted: bool,
    timestamp: u32,
}

/// A packet that came and is to be passed on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relayed<'a> {
    head: Head,
    payload: &'a [u8],
}

/// What came while packets are passed on, until it is taken.
#[derive(Debug, Default)]
pub(super) struct RelayBox {
    on: bool,
    head: Option<Head>,
    payload: Vec<u8>,
    /// The codec of the last audio that came.
    codec: Option<Codec>,
    /// Comfort noise has come.
    has_noise: bool,
    /// What is to be heard from its place on when packets are passed on no more.
    noise: Option<(i64, Noise)>,
}

/// How the numbers of a stream that is passed on become ours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapping {
    first: i64,
    first_timestamp: u32,
    our_first: u16,
    our_first_timestamp: u32,
    last: i64,
}

impl RelayBox {
    /// Notes what comes; `true` when it is kept to be passed on.
    pub(super) fn take(&mut self, audio: &Audio<'_>, marker: bool) -> bool {
        self.codec = Some(audio.codec);
        if !self.on {
            return false;
        }
        let Audio { codec, sequence, restarted, timestamp, payload, .. } = *audio;
        self.noise = None;
        self.keep(Head { codec: Some(codec), marker, sequence, restarted, timestamp }, payload);
        true
    }

    fn keep(&mut self, head: Head, payload: &[u8]) {
        self.head = Some(head);
        self.payload.clear();
        self.payload.extend_from_slice(payload);
    }
}

impl Session {
    /// From now on audio is handed out by [`poll_relayed`](Self::poll_relayed) as it comes, and not heard; or no more.
    pub(crate) fn relay(&mut self, on: bool) {
        if self.relay_box.on == on {
            return;
        }
        self.relay_box.on = on;
        self.relay_box.head = None;
        self.mapping = None;
        self.playout.interrupt();
        if let Some((sequence, noise)) = self.relay_box.noise.take() {
            self.playout.take_noise(sequence, noise);
        }
    }

    /// Comfort noise came: it is heard, or kept to be passed on.
    pub(super) fn take_noise(&mut self, sequence: i64, restarted: bool, packet: &Packet<'_>) {
        let noise = Noise::read(packet.payload);
        self.relay_box.has_noise = true;
        if !self.relay_box.on {
            return noise.into_iter().for_each(|noise| self.playout.take_noise(sequence, noise));
        }
        self.relay_box.noise = noise.map(|noise| (sequence, noise)).or(self.relay_box.noise.take());
        if packet.payload.len() <= MAX_PAYLOAD {
            let head = Head { codec: None, marker: packet.marker, sequence, restarted, timestamp: packet.timestamp };
            self.relay_box.keep(head, packet.payload);
        }
    }

    /// Whether comfort noise comes, as far as it is known.
    pub(crate) fn has_noise(&self) -> bool {
        self.relay_box.has_noise
    }

    /// The codec of what comes, as far as anything came.
    pub(crate) fn arriving_codec(&self) -> Option<Codec> {
        self.relay_box.codec
    }

    /// The packet that just came. To be asked for after every datagram.
    pub(crate) fn poll_relayed(&mut self) -> Option<Relayed<'_>> {
        let head = self.relay_box.head.take()?;
        Some(Relayed { head, payload: &self.relay_box.payload })
    }

    /// Sends a packet that another session was given, with numbers of ours. Stragglers are left out: the far end has
    /// concealed them.
    pub(crate) fn pass_on(&mut self, packet: Relayed<'_>) {
        let Relayed { head, payload } = packet;
        let to = self.latch.target();
        let reachable = self.negotiated.send && self.remote().is_some() && self.outbox.is_open();
        let payload_type = match head.codec {
            Some(codec) => (codec == self.negotiated.codec).then_some(self.negotiated.payload_type),
            None => self.negotiated.comfort_noise,
        };
        let Some(payload_type) = payload_type.filter(|_| reachable) else { return };
        let begins = self.mapping.is_none_or(|mapping| head.restarted && head.sequence > mapping.last);
        if begins {
            let (our_first, our_first_timestamp) = self.sender.next_numbers();
            let (first, first_timestamp) = (head.sequence, head.timestamp);
            self.mapping =
                Some(Mapping { first, first_timestamp, our_first, our_first_timestamp, last: head.sequence - 1 });
        }
        let Some(mapping) = self.mapping.as_mut().filter(|mapping| head.sequence > mapping.last) else { return };
        mapping.last = head.sequence;
        let sequence = mapping.our_first.wrapping_add((head.sequence - mapping.first) as u16);
        let timestamp = mapping.our_first_timestamp.wrapping_add(head.timestamp.wrapping_sub(mapping.first_timestamp));
        let is_noise = head.codec.is_none();
        // The mark is the peer's own, and where its stream begins to be ours there is a talkspurt (RFC 3551 section 4.1).
        let marker = !is_noise && (begins || head.marker);
        let packet = Packet { marker, payload_type, sequence, timestamp, ssrc: self.sender.ssrc, payload };
        self.sender.relay(packet, is_noise, to, &mut self.outbox);
    }

    /// 20 ms pass in which what is sent is passed on.
    pub(crate) fn pass_time(&mut self, now: Instant) {
        self.sender.pass_time(now);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::time::Duration;

    use call_model::AudioFrame;

    use super::*;
    use crate::rtp::SessionConfig;
    use crate::sdp::{LocalMedia, answer, offer};
    use crate::test_signal::rms;

    const AUDIO: u8 = 8;
    const NOISE: u8 = 13;
    const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 4_000);

    #[expect(clippy::disallowed_methods, reason = "the origin of virtual time")]
    fn origin() -> Instant {
        Instant::now()
    }

    fn session(seed: u64, comfort_noise: bool) -> Session {
        let side = |host| {
            let media = LocalMedia::new(Ipv4Addr::new(192, 0, 2, host).into(), 4_000, 1);
            LocalMedia { codecs: vec![Codec::Pcma], comfort_noise, ..media }
        };
        let (_, negotiated) = answer(&side(1), &offer(&side(2))).unwrap();
        Session::new(SessionConfig::new(seed), negotiated)
    }

    /// What of packets (mark, payload type, time in ticks of 20 ms) goes out, as (mark, payload type, number behind the
    /// first, time behind the first).
    fn passed(from: &mut Session, to: &mut Session, packets: &[(bool, u8, u32)]) -> Vec<(bool, u8, u16, u32)> {
        let start = origin();
        let mut out: Vec<(bool, u8, u16, u32)> = Vec::new();
        let (mut ticks, mut datagram) = (0, Vec::new());
        for (number, &(marker, payload_type, tick)) in packets.iter().enumerate() {
            let payload: &[u8] = if payload_type == NOISE { &[40] } else { &[0x55; 160] };
            let (sequence, timestamp) = (65_533_u16.wrapping_add(number as u16), tick * 160);
            datagram.clear();
            Packet { marker, payload_type, sequence, timestamp, ssrc: 7, payload }.write(&mut datagram);
            from.handle_rtp(start + Duration::from_millis(20) * tick, PEER, &datagram);
            if let Some(packet) = from.poll_relayed() {
                to.pass_on(packet);
            }
            while ticks <= tick {
                to.pass_time(start + Duration::from_millis(20) * ticks);
                ticks += 1;
            }
            while let Some(outgoing) = to.poll_transmit() {
                let packet = Packet::read(outgoing.data).unwrap();
                out.push((packet.marker, packet.payload_type, packet.sequence, packet.timestamp));
            }
        }
        let Some(&(_, _, sequence, timestamp)) = out.first() else { return out };
        let relative =
            |it: (bool, u8, u16, u32)| (it.0, it.1, it.2.wrapping_sub(sequence), it.3.wrapping_sub(timestamp) / 160);
        out.into_iter().map(relative).collect()
    }

    /// RFC 3551 section 4.1: the mark is for the first packet of a talkspurt.
    #[test]
    fn the_mark_is_that_of_the_one_who_speaks() {
        let (mut from, mut to) = (session(1, false), session(2, false));
        from.relay(true);
        let packets: Vec<_> = (0..10).map(|tick| (tick == 6, AUDIO, tick)).collect();
        let marks: Vec<_> = passed(&mut from, &mut to, &packets).iter().map(|packet| packet.0).collect();
        assert_eq!(marks, [true, false, false, false, false, false, true, false, false, false]);
    }

    #[test]
    fn comfort_noise_is_passed_on_to_who_agreed_on_it() {
        let (mut from, mut to) = (session(1, true), session(2, true));
        from.relay(true);
        let packets = [(true, AUDIO, 0), (false, AUDIO, 1), (false, NOISE, 2), (false, NOISE, 52), (true, AUDIO, 90)];
        let expected = [
            (true, AUDIO, 0, 0),
            (false, AUDIO, 1, 1),
            (false, NOISE, 2, 2),
            (false, NOISE, 3, 52),
            (true, AUDIO, 4, 90),
        ];
        assert_eq!(passed(&mut from, &mut to, &packets), expected);
    }

    #[test]
    fn comfort_noise_that_cannot_be_passed_on_is_heard() {
        let (mut from, mut to) = (session(1, true), session(2, false));
        from.relay(true);
        assert!(!from.has_noise());
        let packets = [(true, AUDIO, 0), (false, AUDIO, 1), (false, NOISE, 2)];
        assert_eq!(passed(&mut from, &mut to, &packets).len(), 2);
        assert!(from.has_noise(), "which ends the passing on");
        from.relay(false);
        let mut heard = AudioFrame::silence(Codec::Pcma.sample_rate());
        from.pull(origin() + Duration::from_millis(80), &mut heard);
        let level = rms(heard.samples());
        assert!((100.0..1_000.0).contains(&level), "{level}");
    }
}
