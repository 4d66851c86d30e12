//! What tells server transactions apart (RFC 3261 section 17.2.3), and merged requests (section 8.2.2.2).

use std::fmt::Write as _;

use crate::message::{Method, Request, Via};

/// The key of the server transaction that a request belongs to. An ACK has that of its INVITE.
///
/// Requests of RFC 3261 are told apart by branch, sent-by and method; older ones by all that names them. The To tag is
/// left out of the latter, so that the ACK is found, which has the one that the response added.
pub(crate) fn server_key(request: &Request, via: &Via) -> String {
    let method = if request.method == Method::Ack { &Method::Invite } else { &request.method };
    let mut key = String::with_capacity(96);
    // Writing to a String cannot fail.
    let _ = if via.has_magic_cookie() {
        let branch = via.branch().unwrap_or_default();
        write!(key, "{}|{}|{}", branch.to_ascii_lowercase(), via.sent_by, method)
    } else {
        let headers = &request.headers;
        let from_tag = headers.from().ok().and_then(|from| from.tag().map(str::to_owned)).unwrap_or_default();
        let seq = headers.cseq().map_or(0, |cseq| cseq.seq);
        let call_id = headers.call_id().unwrap_or_default();
        write!(key, "old|{}|{from_tag}|{call_id}|{seq}|{method}|{via}", request.uri)
    };
    key
}

/// What two copies of one request share that came by different paths.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct MergeKey(String);

impl MergeKey {
    /// The key; `None` when the request cannot be a merged one because it belongs to a dialog or lacks what it takes.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let headers = &request.headers;
        if headers.to().ok()?.tag().is_some() {
            return None;
        }
        let from = headers.from().ok()?;
        let cseq = headers.cseq().ok()?;
        Some(Self(format!("{}|{}|{cseq}", from.tag()?, headers.call_id()?)))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::message::{Limits, Message, parse_datagram};

    fn request(method: &str, branch: &str) -> Request {
        let text = format!(
            "{method} sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060{branch}\r\nFrom: <sip:a@example.com>;tag=1\r\n\
             To: <sip:b@example.com>\r\nCall-ID: x\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n\r\n"
        );
        match parse_datagram(text.as_bytes(), &Limits::default()).unwrap() {
            Message::Request(request) => request,
            Message::Response(_) => panic!("a request"),
        }
    }

    fn key(request: &Request) -> String {
        server_key(request, &request.headers.top_via().unwrap())
    }

    #[test]
    fn ack_has_the_key_of_its_invite_and_cancel_its_own() {
        for branch in [";branch=z9hG4bKabc", ";branch=1", ""] {
            assert_eq!(key(&request("INVITE", branch)), key(&request("ACK", branch)));
            assert_ne!(key(&request("INVITE", branch)), key(&request("CANCEL", branch)));
        }
        assert_ne!(key(&request("BYE", ";branch=z9hG4bKabc")), key(&request("BYE", ";branch=z9hG4bKabd")));
    }
}
