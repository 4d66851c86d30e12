//! Keep-alives on connections that we opened (RFC 5626 section 3.5.1).

use std::time::{Duration, Instant};

use sip_core::Flow;

/// What is sent; one CRLF comes back from who knows it.
pub(crate) const PING: &[u8] = b"\r\n\r\n";

/// How long the answer may take (RFC 5626 section 4.4.1).
const PATIENCE: Duration = Duration::from_secs(10);

/// When to ask whether the other end is there, and what to make of silence.
///
/// Not every server answers: silence only says something of one that has answered before.
#[derive(Debug)]
pub(crate) struct Pinger {
    every: Duration,
    next: Instant,
    /// A ping was sent then, and nothing has come since.
    asked: bool,
    answers: bool,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Send one.
    Ping,
    /// The other end is gone.
    Dead,
}

impl Pinger {
    /// The first comes after 80 to 100 % of the interval, so that those of many connections do not come together.
    pub(crate) fn new(now: Instant, every: Duration, flow: Flow) -> Self {
        let spread = flow.connection.map_or(0, |id| id.0).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let every = every.max(Duration::from_secs(1));
        let every = every.mul_f64(0.8 + 0.2 * (spread as f64 / f64::from(u32::MAX)));
        Self { every, next: now + every, asked: false, answers: false }
    }

    /// When [`due`](Self::due) has something to say.
    pub(crate) fn next(&self) -> Instant {
        self.next
    }

    pub(crate) fn due(&mut self, now: Instant) -> Option<Due> {
        if now < self.next {
            return None;
        }
        if self.asked && self.answers {
            return Some(Due::Dead);
        }
        if self.asked {
            // It may not know what this is: the ping has kept the way open all the same.
            self.asked = false;
            self.next = now + self.every.saturating_sub(PATIENCE);
            return None;
        }
        self.asked = true;
        self.next = now + PATIENCE;
        Some(Due::Ping)
    }

    /// Something came. Gives what remains to be read when the answer to a ping is taken off, which is one CRLF between
    /// messages.
    pub(crate) fn heard<'a>(&mut self, now: Instant, data: &'a [u8], between: bool) -> &'a [u8] {
        if !self.asked {
            return data;
        }
        self.asked = false;
        self.next = now + self.every;
        match data.strip_prefix(b"\r\n") {
            Some(rest) if between && !rest.starts_with(b"\r\n") => {
                self.answers = true;
                rest
            }
            _ => data,
        }
    }
}

#[cfg(test)]
mod tests {
    use sip_core::{ConnectionId, Protocol};

    use super::*;

    fn pinger(now: Instant) -> Pinger {
        let any = "127.0.0.1:5060".parse().unwrap();
        Pinger::new(now, Duration::from_secs(110), Flow::connected(Protocol::Tcp, any, any, ConnectionId(7)))
    }

    #[test]
    fn who_has_answered_once_and_answers_no_more_is_dead() {
        let start = Instant::now();
        let mut pinger = pinger(start);
        let first = pinger.next();
        assert!((88..=110).contains(&(first - start).as_secs()));
        assert_eq!(pinger.due(start), None);
        assert_eq!(pinger.due(first), Some(Due::Ping));
        assert_eq!(pinger.heard(first, b"\r\n", true), b"");
        let second = pinger.next();
        assert_eq!(second - first, first - start);
        assert_eq!(pinger.due(second), Some(Due::Ping));
        assert_eq!(pinger.due(pinger.next()), Some(Due::Dead));
    }

    #[test]
    fn silence_of_one_that_never_answered_says_nothing() {
        let mut pinger = pinger(Instant::now());
        for _ in 0..3 {
            assert_eq!(pinger.due(pinger.next()), Some(Due::Ping));
            assert_eq!(pinger.due(pinger.next()), None);
        }
    }

    #[test]
    fn only_an_answer_between_messages_is_taken_off() {
        let now = Instant::now();
        let mut pinger = pinger(now);
        assert_eq!(pinger.heard(now, b"\r\n", true), b"\r\n", "nothing was asked");
        assert_eq!(pinger.due(pinger.next()), Some(Due::Ping));
        assert_eq!(pinger.heard(now, b"\r\n\r\n", true), b"\r\n\r\n", "its own ping");
        assert_eq!(pinger.due(pinger.next()), Some(Due::Ping));
        assert_eq!(pinger.heard(now, b"\r\nv=0", false), b"\r\nv=0", "the end of a head");
        assert_eq!(pinger.due(pinger.next()), Some(Due::Ping));
        assert_eq!(pinger.heard(now, b"\r\nSIP/2.0", true), b"SIP/2.0");
    }
}
