//! What the server and a worker say to each other: frames of a 32-bit little-endian length and a body.
//!
//! A request is one byte for the voice and the text in UTF-8. A reply is one byte for its kind, then samples in
//! little-endian order, or the reason of a failure. A worker says [`Reply::Ready`] once, before the first request.

use std::io;

use super::voice::Voice;

/// The longest sentence, in bytes.
pub const MAX_TEXT_BYTES: usize = 2_048;

/// The longest reply: 61 s of audio.
const MAX_REPLY_BYTES: usize = 61 * 16_000 * 2;

const READY: u8 = 0;
const AUDIO: u8 = 1;
const FAILED: u8 = 2;

/// Says that the other side is a worker of this version, and not some program.
const GREETING: &[u8] = b"callwright speech 1";

/// One sentence to speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// With which voice.
    pub voice: Voice,
    /// The sentence.
    pub text: String,
}

/// What a worker says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It waits for the first request.
    Ready,
    /// The sentence.
    Audio(Vec<i16>),
    /// The sentence could not be spoken, and the worker ends.
    Failed(String),
}

/// Checks the length of a request's body.
pub fn request_length(prefix: [u8; 4]) -> io::Result<usize> {
    length(prefix, MAX_TEXT_BYTES + 1)
}

/// Checks the length of a reply's body.
pub fn reply_length(prefix: [u8; 4]) -> io::Result<usize> {
    length(prefix, MAX_REPLY_BYTES + 1)
}

fn length(prefix: [u8; 4], most: usize) -> io::Result<usize> {
    let length = u32::from_le_bytes(prefix) as usize;
    if (1..=most).contains(&length) { Ok(length) } else { Err(invalid("a frame of an impossible length")) }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn framed(kind: u8, body: impl ExactSizeIterator<Item = u8>) -> Vec<u8> {
    let mut frame = Vec::with_capacity(5 + body.len());
    frame.extend_from_slice(&(body.len() as u32 + 1).to_le_bytes());
    frame.push(kind);
    frame.extend(body);
    frame
}

/// A request with its length.
pub fn write_request(request: &Request) -> Vec<u8> {
    framed(request.voice as u8, request.text.bytes())
}

/// Reads the body of a request.
pub fn parse_request(body: &[u8]) -> io::Result<Request> {
    let (voice, text) = body.split_first().ok_or_else(|| invalid("an empty request"))?;
    let voice = *Voice::ALL.get(usize::from(*voice)).ok_or_else(|| invalid("an unknown voice"))?;
    let text = std::str::from_utf8(text).map_err(|_| invalid("a sentence that is not UTF-8"))?;
    Ok(Request { voice, text: text.to_owned() })
}

/// A reply with its length.
pub fn write_reply(reply: &Reply) -> Vec<u8> {
    match reply {
        Reply::Ready => framed(READY, GREETING.iter().copied()),
        Reply::Failed(reason) => framed(FAILED, reason.bytes()),
        Reply::Audio(samples) => {
            let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            framed(AUDIO, bytes.into_iter())
        }
    }
}

/// Reads the body of a reply.
pub fn parse_reply(body: &[u8]) -> io::Result<Reply> {
    let (kind, rest) = body.split_first().ok_or_else(|| invalid("an empty reply"))?;
    match *kind {
        READY if rest == GREETING => Ok(Reply::Ready),
        AUDIO => {
            let (pairs, odd) = rest.as_chunks::<2>();
            if !odd.is_empty() {
                return Err(invalid("half a sample"));
            }
            Ok(Reply::Audio(pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect()))
        }
        FAILED => Ok(Reply::Failed(String::from_utf8_lossy(rest).into_owned())),
        _ => Err(invalid("a reply of an unknown kind")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(frame: &[u8]) -> &[u8] {
        let (prefix, body) = frame.split_first_chunk::<4>().expect("a length");
        assert_eq!(reply_length(*prefix).expect("a length"), body.len());
        body
    }

    #[test]
    fn frames_read_back_as_written() {
        let request = Request { voice: Voice::FrFr, text: "Bonjour à tous.".into() };
        assert_eq!(parse_request(body(&write_request(&request))).expect("a request"), request);
        for reply in [Reply::Ready, Reply::Audio(vec![1, -2, i16::MIN]), Reply::Failed("no".into())] {
            assert_eq!(parse_reply(body(&write_reply(&reply))).expect("a reply"), reply);
        }
    }

    #[test]
    fn impossible_lengths_are_refused() {
        assert!(request_length(0u32.to_le_bytes()).is_err());
        assert!(request_length((MAX_TEXT_BYTES as u32 + 2).to_le_bytes()).is_err());
        assert!(reply_length(*b"GET ").is_err());
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse_request(&body);
            let _ = parse_reply(&body);
        }
    }
}
