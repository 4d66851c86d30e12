//! The SIP messages of calls, kept within bounds: of a message, of a call and of all calls together.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use crate::message::{head, without_secrets};

/// Bounds of what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Messages of one SIP call; the first half stays, and of the rest the newest. Default: 64.
    pub messages: usize,
    /// Bytes of one message; what is beyond is cut off. Default: 4,096.
    pub message_bytes: usize,
    /// Bytes of all together; calls that began first are forgotten first. 0: nothing is kept. Default: 16 MiB.
    pub total_bytes: usize,
    /// How long a call is kept after its last message, ms. Default: a day.
    pub keep_ms: i64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { messages: 64, message_bytes: 4_096, total_bytes: 16 << 20, keep_ms: 24 * 3_600_000 }
    }
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To us.
    In,
    /// From us.
    Out,
}

/// A message that was seen.
#[derive(Clone, PartialEq, Eq)]
pub struct Seen {
    /// When, microseconds since the Unix epoch.
    pub at_us: i64,
    /// Which way it went.
    pub way: Way,
    /// By what: `UDP`, `TCP`, `TLS`, ...
    pub transport: &'static str,
    /// Our address.
    pub local: SocketAddr,
    /// The other's.
    pub remote: SocketAddr,
    /// The message without secrets, cut to its bound.
    pub text: Arc<str>,
}

impl std::fmt::Debug for Seen {
    /// Leaves out the message: it holds numbers and names.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seen").field("at_us", &self.at_us).field("way", &self.way).finish_non_exhaustive()
    }
}

impl Seen {
    /// Its first line.
    pub fn first_line(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }
}

/// What a message costs besides its text.
const OVERHEAD: usize = 128;

#[derive(Default)]
struct Talk {
    messages: VecDeque<Seen>,
    dropped: u64,
    last_us: i64,
    bytes: usize,
}

/// What is kept of one SIP call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Its messages, the oldest first.
    pub messages: Vec<Seen>,
    /// Messages that there was no room for.
    pub dropped: u64,
}

/// The messages of all calls by their Call-ID.
pub struct Signalling {
    bounds: Bounds,
    talks: HashMap<Box<str>, Talk>,
    /// Call-IDs, those that came first in front.
    order: VecDeque<Box<str>>,
    bytes: usize,
}

impl Signalling {
    /// Nothing yet.
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, talks: HashMap::new(), order: VecDeque::new(), bytes: 0 }
    }

    /// Keeps a message. Only an INVITE begins a call: registrations and signs of life are not kept.
    pub fn add(&mut self, at_us: i64, way: Way, transport: &'static str, ends: (SocketAddr, SocketAddr), data: &[u8]) {
        let Some(head) = head(data).filter(|head| !head.call_id.is_empty() && self.bounds.total_bytes > 0) else {
            return;
        };
        if !self.talks.contains_key(head.call_id) {
            if head.method != "INVITE" || head.status.is_some() {
                return;
            }
            self.talks.insert(head.call_id.into(), Talk::default());
            self.order.push_back(head.call_id.into());
            self.bytes += OVERHEAD + head.call_id.len();
        }
        let text: Arc<str> = without_secrets(data, self.bounds.message_bytes).into();
        let size = OVERHEAD + text.len();
        let seen = Seen { at_us, way, transport, local: ends.0, remote: ends.1, text };
        let Some(talk) = self.talks.get_mut(head.call_id) else { return };
        talk.last_us = at_us;
        if talk.messages.len() >= self.bounds.messages.max(2) {
            // How a call began says most, and what came last.
            if let Some(old) = talk.messages.remove(self.bounds.messages.max(2) / 2) {
                let freed = OVERHEAD + old.text.len();
                talk.bytes -= freed;
                self.bytes -= freed;
            }
            talk.dropped += 1;
        }
        talk.messages.push_back(seen);
        talk.bytes += size;
        self.bytes += size;
        self.make_room(at_us);
    }

    fn make_room(&mut self, now_us: i64) {
        while let Some(oldest) = self.order.front() {
            let stale = self.talks.get(oldest).is_none_or(|talk| now_us - talk.last_us > self.bounds.keep_ms * 1_000);
            if !stale && self.bytes <= self.bounds.total_bytes {
                return;
            }
            if let Some(talk) = self.talks.remove(oldest) {
                self.bytes -= talk.bytes + OVERHEAD + oldest.len();
            }
            self.order.pop_front();
        }
    }

    /// What is kept of these SIP calls, in the order of time.
    pub fn of<'a>(&self, call_ids: impl IntoIterator<Item = &'a str>) -> Kept {
        let mut kept = Kept::default();
        for talk in call_ids.into_iter().filter_map(|id| self.talks.get(id)) {
            kept.messages.extend(talk.messages.iter().cloned());
            kept.dropped += talk.dropped;
        }
        kept.messages.sort_by_key(|seen| seen.at_us);
        kept
    }

    /// Calls and bytes that are kept.
    pub fn size(&self) -> (usize, usize) {
        (self.talks.len(), self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends() -> (SocketAddr, SocketAddr) {
        ("192.0.2.1:5060".parse().unwrap(), "192.0.2.9:5070".parse().unwrap())
    }

    fn message(method: &str, call: &str, filler: usize) -> Vec<u8> {
        format!("{method} sip:a@b SIP/2.0\r\nCall-ID: {call}\r\nCSeq: 1 {method}\r\nX: {}\r\n\r\n", "x".repeat(filler))
            .into_bytes()
    }

    #[test]
    fn a_call_begins_with_its_invite_and_others_are_not_kept() {
        let mut kept = Signalling::new(Bounds::default());
        kept.add(1, Way::In, "UDP", ends(), &message("REGISTER", "r", 0));
        kept.add(2, Way::In, "UDP", ends(), &message("BYE", "stranger", 0));
        kept.add(3, Way::In, "UDP", ends(), &message("INVITE", "a", 0));
        kept.add(5, Way::Out, "UDP", ends(), &message("INVITE", "b", 0));
        kept.add(4, Way::In, "UDP", ends(), &message("BYE", "a", 0));
        let of = kept.of(["a", "b", "r", "stranger"]);
        let told: Vec<_> = of.messages.iter().map(|seen| (seen.at_us, seen.first_line().to_owned())).collect();
        assert_eq!(told.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [3, 4, 5]);
        assert!(told[1].1.starts_with("BYE"));
    }

    #[test]
    fn a_call_keeps_its_beginning_and_its_newest_messages() {
        let mut kept = Signalling::new(Bounds { messages: 4, ..Bounds::default() });
        for at in 0..10 {
            kept.add(at, Way::In, "UDP", ends(), &message(if at == 0 { "INVITE" } else { "INFO" }, "a", 0));
        }
        let of = kept.of(["a"]);
        assert_eq!(of.messages.iter().map(|seen| seen.at_us).collect::<Vec<_>>(), [0, 1, 8, 9]);
        assert_eq!(of.dropped, 6);
    }

    #[test]
    fn all_together_stay_within_their_bound_and_the_old_are_forgotten() {
        let bounds = Bounds { total_bytes: 100_000, keep_ms: 1_000, ..Bounds::default() };
        let mut kept = Signalling::new(bounds);
        for call in 0..1_000 {
            kept.add(call, Way::In, "UDP", ends(), &message("INVITE", &call.to_string(), 900));
            assert!(kept.size().1 <= bounds.total_bytes, "{:?}", kept.size());
        }
        assert!(kept.size().0 > 50, "the bound is used");
        assert!(kept.of(["0"]).messages.is_empty() && !kept.of(["999"]).messages.is_empty());
        kept.add(2_000_000, Way::In, "UDP", ends(), &message("INVITE", "late", 0));
        assert_eq!(kept.size().0, 1, "the others are older than they may be");
    }

    #[test]
    fn nothing_is_kept_where_nothing_may_be() {
        let mut kept = Signalling::new(Bounds { total_bytes: 0, ..Bounds::default() });
        kept.add(1, Way::In, "UDP", ends(), &message("INVITE", "a", 0));
        assert_eq!(kept.size(), (0, 0));
    }

    #[test]
    fn debug_output_holds_no_message() {
        let mut kept = Signalling::new(Bounds::default());
        kept.add(1, Way::In, "UDP", ends(), &message("INVITE", "secret-id", 0));
        assert!(!format!("{:?}", kept.of(["secret-id"])).contains("secret-id"));
    }
}
