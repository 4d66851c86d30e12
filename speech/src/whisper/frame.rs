//! What the server and a hearing worker say to each other: frames of a 32-bit little-endian length and a body, whose
//! first byte is its kind. All numbers are little-endian.
//!
//! The server begins with [`Request::Setup`], the worker answers [`Reply::Ready`] (or [`Reply::Broken`] and ends).
//! Then jobs and their answers, each with the number that the server gave it, in any order.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use call_model::SampleRate;

use super::resample::wide;

/// The longest audio of a job: 30 s at 16 kHz, whisper's own window.
pub const MAX_SAMPLES: usize = 30 * 16_000;

/// The longest text of hints, in bytes.
pub const MAX_HINTS: usize = 2_048;

const MAX_REQUEST_BYTES: usize = MAX_SAMPLES * 2 + MAX_HINTS + 64;
const MAX_REPLY_BYTES: usize = 256 << 10;

const SETUP: u8 = 0;
const JOB: u8 = 1;

const READY: u8 = 0;
const HEARD: u8 = 1;
const FAILED: u8 = 2;
const BROKEN: u8 = 3;

/// Says that the other side is a worker of this version, and not some program.
const GREETING: &[u8] = b"callwright hearing 1";

/// Which model a worker loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Model {
    /// The small one that is part of the program.
    Builtin,
    /// A file in whisper.cpp's format.
    File(PathBuf),
}

/// How a worker works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The model.
    pub model: Model,
    /// How many jobs are decoded at once.
    pub decoders: u8,
    /// Threads for each job.
    pub threads: u8,
    /// The shortest stretch of audio that the encoder looks at, in its frames of 20 ms.
    pub least_context: u16,
}

/// Something to recognise.
#[derive(Clone, PartialEq, Eq)]
pub struct Job {
    /// Comes back with the answer.
    pub id: u64,
    /// ISO 639-1 language; `None` to find out.
    pub language: Option<String>,
    /// Text in whose style, and with whose names, the speaker may speak; may be empty.
    pub hints: Arc<str>,
    /// Mono. What waits for its turn does so at the rate of the call.
    pub samples: Vec<i16>,
    /// Their rate; a worker gets them at 16 kHz.
    pub rate: SampleRate,
}

/// What the server says.
#[derive(Clone, PartialEq, Eq)]
pub enum Request {
    /// First of all.
    Setup(Setup),
    /// A job.
    Job(Job),
}

/// What is known of a loaded model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The longest audio that it takes at once, ms.
    pub window_ms: u32,
    /// Whether it knows other languages than English.
    pub multilingual: bool,
}

/// A token: a word, or a part of one that begins with a space where a word begins.
#[derive(Clone, PartialEq)]
pub struct Piece {
    /// Its bytes: may be a part of a character.
    pub text: Vec<u8>,
    /// Its start from the beginning of the audio, ms.
    pub from_ms: u32,
    /// Its end.
    pub to_ms: u32,
    /// How likely the model holds it, 0 to 1.
    pub probability: f32,
}

/// What was recognised.
#[derive(Clone, PartialEq)]
pub struct Decoded {
    /// ISO 639-1 language that was found out or given.
    pub language: Option<String>,
    /// How likely the model holds it that nothing was said, 0 to 1.
    pub no_speech: f32,
    /// Whether the pieces' times come from the model.
    pub timed: bool,
    /// The text.
    pub pieces: Vec<Piece>,
}

/// What a worker says.
#[derive(Clone, PartialEq)]
pub enum Reply {
    /// The model is loaded.
    Ready(Facts),
    /// What a job became.
    Heard(u64, Decoded),
    /// A job could not be done; the worker goes on.
    Failed(u64, String),
    /// Nothing can be done, and the worker ends.
    Broken(String),
}

/// Checks the length of a request's body.
pub fn request_length(prefix: [u8; 4]) -> io::Result<usize> {
    length(prefix, MAX_REQUEST_BYTES)
}

/// Checks the length of a reply's body.
pub fn reply_length(prefix: [u8; 4]) -> io::Result<usize> {
    length(prefix, MAX_REPLY_BYTES)
}

fn length(prefix: [u8; 4], most: usize) -> io::Result<usize> {
    let length = u32::from_le_bytes(prefix) as usize;
    if (1..=most).contains(&length) { Ok(length) } else { Err(invalid("a frame of an impossible length")) }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// A setup with its length.
pub fn write_setup(setup: &Setup) -> Vec<u8> {
    let mut body = Body::new(SETUP, 64);
    body.bytes(&[setup.decoders, setup.threads]).bytes(&setup.least_context.to_le_bytes());
    if let Model::File(path) = &setup.model {
        body.bytes(path.as_os_str().as_encoded_bytes());
    }
    body.finish()
}

/// A job with its length.
pub fn write_job(job: &Job) -> Vec<u8> {
    let samples = wide(&job.samples, job.rate);
    let mut body = Body::new(JOB, samples.len() * 2 + job.hints.len() + 32);
    body.bytes(&job.id.to_le_bytes()).short(job.language.as_deref().unwrap_or(""));
    let hints = cut(&job.hints, MAX_HINTS);
    body.bytes(&(hints.len() as u16).to_le_bytes()).bytes(hints.as_bytes());
    body.0.extend(samples.iter().take(MAX_SAMPLES).flat_map(|sample| sample.to_le_bytes()));
    body.finish()
}

/// A reply with its length.
pub fn write_reply(reply: &Reply) -> Vec<u8> {
    match reply {
        Reply::Ready(facts) => {
            let mut body = Body::new(READY, 32);
            body.bytes(&facts.window_ms.to_le_bytes()).bytes(&[u8::from(facts.multilingual)]).bytes(GREETING);
            body.finish()
        }
        Reply::Failed(id, reason) => {
            let mut body = Body::new(FAILED, 64);
            body.bytes(&id.to_le_bytes()).bytes(cut(reason, 1_024).as_bytes()).finish()
        }
        Reply::Broken(reason) => Body::new(BROKEN, 64).bytes(cut(reason, 1_024).as_bytes()).finish(),
        Reply::Heard(id, decoded) => {
            let mut body = Body::new(HEARD, 64 + decoded.pieces.len() * 24);
            body.bytes(&id.to_le_bytes()).short(decoded.language.as_deref().unwrap_or(""));
            body.bytes(&decoded.no_speech.to_le_bytes()).bytes(&[u8::from(decoded.timed)]);
            for piece in decoded.pieces.iter().take(MAX_REPLY_BYTES / 512) {
                body.bytes(&piece.from_ms.to_le_bytes()).bytes(&piece.to_ms.to_le_bytes());
                let text = &piece.text[..piece.text.len().min(255)];
                body.bytes(&piece.probability.to_le_bytes()).bytes(&[text.len() as u8]).bytes(text);
            }
            body.finish()
        }
    }
}

/// Reads the body of a request.
pub fn parse_request(body: &[u8]) -> io::Result<Request> {
    let mut rest = Rest(body);
    match rest.byte()? {
        SETUP => {
            let [decoders, threads] = rest.array()?;
            let least_context = u16::from_le_bytes(rest.array()?);
            let model = match std::str::from_utf8(rest.0) {
                Ok("") => Model::Builtin,
                Ok(path) => Model::File(path.into()),
                Err(_) => return Err(invalid("a path that is not UTF-8")),
            };
            Ok(Request::Setup(Setup { model, decoders, threads, least_context }))
        }
        JOB => {
            let id = u64::from_le_bytes(rest.array()?);
            let language = rest.short()?;
            let hints = u16::from_le_bytes(rest.array()?);
            let hints = text(rest.take(usize::from(hints))?)?.into();
            let (pairs, odd) = rest.0.as_chunks::<2>();
            if !odd.is_empty() || pairs.len() > MAX_SAMPLES {
                return Err(invalid("audio of an impossible length"));
            }
            let samples = pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
            Ok(Request::Job(Job { id, language, hints, samples, rate: SampleRate::Wide }))
        }
        _ => Err(invalid("a request of an unknown kind")),
    }
}

/// Reads the body of a reply.
pub fn parse_reply(body: &[u8]) -> io::Result<Reply> {
    let mut rest = Rest(body);
    match rest.byte()? {
        READY => {
            let window_ms = u32::from_le_bytes(rest.array()?);
            let multilingual = rest.byte()? != 0;
            if rest.0 != GREETING {
                return Err(invalid("not a hearing worker of this version"));
            }
            Ok(Reply::Ready(Facts { window_ms, multilingual }))
        }
        FAILED => {
            let id = u64::from_le_bytes(rest.array()?);
            Ok(Reply::Failed(id, String::from_utf8_lossy(rest.0).into_owned()))
        }
        BROKEN => Ok(Reply::Broken(String::from_utf8_lossy(rest.0).into_owned())),
        HEARD => {
            let id = u64::from_le_bytes(rest.array()?);
            let language = rest.short()?;
            let no_speech = f32::from_le_bytes(rest.array()?);
            let timed = rest.byte()? != 0;
            let mut pieces = Vec::new();
            while !rest.0.is_empty() {
                let from_ms = u32::from_le_bytes(rest.array()?);
                let to_ms = u32::from_le_bytes(rest.array()?);
                let probability = f32::from_le_bytes(rest.array()?);
                let length = rest.byte()?;
                let text = rest.take(usize::from(length))?.to_vec();
                pieces.push(Piece { text, from_ms, to_ms, probability });
            }
            Ok(Reply::Heard(id, Decoded { language, no_speech, timed, pieces }))
        }
        _ => Err(invalid("a reply of an unknown kind")),
    }
}

fn text(bytes: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| invalid("a text that is not UTF-8"))
}

/// The longest beginning of so many bytes.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// A frame being written: four bytes for its length first.
struct Body(Vec<u8>);

impl Body {
    fn new(kind: u8, room: usize) -> Self {
        let mut bytes = Vec::with_capacity(room + 5);
        bytes.extend_from_slice(&[0, 0, 0, 0, kind]);
        Self(bytes)
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// A text of at most 255 bytes.
    fn short(&mut self, text: &str) -> &mut Self {
        let text = cut(text, 255);
        self.0.push(text.len() as u8);
        self.bytes(text.as_bytes())
    }

    fn finish(&mut self) -> Vec<u8> {
        let mut frame = std::mem::take(&mut self.0);
        let length = (frame.len() - 4) as u32;
        frame[..4].copy_from_slice(&length.to_le_bytes());
        frame
    }
}

/// What is still to be read of a frame.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(|| invalid("a frame that is cut"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or_else(|| invalid("a frame that is cut"))?;
        self.0 = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> io::Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn short(&mut self) -> io::Result<Option<String>> {
        let length = self.byte()?;
        let text = text(self.take(usize::from(length))?)?;
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(frame: &[u8]) -> &[u8] {
        let (prefix, body) = frame.split_first_chunk::<4>().expect("a length");
        assert_eq!(u32::from_le_bytes(*prefix) as usize, body.len());
        body
    }

    #[test]
    fn frames_read_back_as_written() {
        let setup = Setup { model: Model::File("/models/a.bin".into()), decoders: 2, threads: 3, least_context: 512 };
        assert!(parse_request(body(&write_setup(&setup))).expect("a setup") == Request::Setup(setup.clone()));
        let builtin = Setup { model: Model::Builtin, ..setup };
        assert!(parse_request(body(&write_setup(&builtin))).expect("a setup") == Request::Setup(builtin));
        let (language, hints) = (Some("de".into()), "Grüße".into());
        let job = Job { id: 7, language, hints, samples: vec![1, -2, i16::MIN], rate: SampleRate::Wide };
        assert!(parse_request(body(&write_job(&job))).expect("a job") == Request::Job(job));

        let piece = Piece { text: b" gr\xc3".to_vec(), from_ms: 20, to_ms: 300, probability: 0.5 };
        let decoded = Decoded { language: None, no_speech: 0.25, timed: true, pieces: vec![piece.clone(), piece] };
        let facts = Facts { window_ms: 8_000, multilingual: false };
        for reply in [
            Reply::Ready(facts),
            Reply::Heard(9, decoded),
            Reply::Failed(3, "no".into()),
            Reply::Broken("not a model".into()),
        ] {
            assert!(parse_reply(body(&write_reply(&reply))).expect("a reply") == reply);
        }
    }

    #[test]
    fn impossible_lengths_are_refused() {
        assert!(request_length(0u32.to_le_bytes()).is_err());
        assert!(request_length((MAX_REQUEST_BYTES as u32 + 1).to_le_bytes()).is_err());
        assert!(reply_length(*b"HTTP").is_err());
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..96)) {
            let _ = parse_request(&body);
            let _ = parse_reply(&body);
        }
    }
}
