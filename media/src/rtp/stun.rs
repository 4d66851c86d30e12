//! The peer's connectivity checks, answered: the lite half of ICE
//! ([RFC 8445](https://www.rfc-editor.org/rfc/rfc8445)) over STUN ([RFC 8489](https://www.rfc-editor.org/rfc/rfc8489)).
//! The same answers keep the peer's consent fresh ([RFC 7675](https://www.rfc-editor.org/rfc/rfc7675)).
//!
//! `rtc-stun` is the second opinion in the tests and not the reader: it gives each attribute as an owned buffer.

use std::net::{IpAddr, SocketAddr};

use hmac::{Hmac, Mac};
use sha1::Sha1;

use crate::sdp::IceCredentials;

const HEADER: usize = 20;
const COOKIE: u32 = 0x2112_A442;
const REQUEST: u16 = 0x0001;
const SUCCESS: u16 = 0x0101;
const FAILURE: u16 = 0x0111;

const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const ERROR_CODE: u16 = 0x0009;
const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const PRIORITY: u16 = 0x0024;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
const ICE_CONTROLLED: u16 = 0x8029;

/// Attributes below this must be understood by whoever gets them.
const OPTIONAL: u16 = 0x8000;
const INTEGRITY_BYTES: usize = 20;
const FINGERPRINT_XOR: u32 = 0x5354_554E;

/// What a datagram that may be a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// A check of the peer; the answer is written.
    Valid(Valid),
    /// A check that is refused; the answer is written.
    Refused,
    /// No check: nothing is to be sent.
    Nothing,
}

/// A check that proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Valid {
    /// The peer chooses this pair.
    pub nominates: bool,
    /// The priority of its candidate.
    pub priority: u32,
}

/// Whether a datagram is STUN by its first byte ([RFC 7983](https://www.rfc-editor.org/rfc/rfc7983)).
pub fn is_stun(datagram: &[u8]) -> bool {
    matches!(datagram, [0..=3, ..])
}

/// Reads a binding request and writes the response to `source` into `out`.
pub fn answer(credentials: &IceCredentials, source: SocketAddr, datagram: &[u8], out: &mut Vec<u8>) -> Check {
    let Some(request) = Request::read(datagram) else { return Check::Nothing };
    let fragment = credentials.fragment().as_bytes();
    let named =
        request.username.and_then(|name| name.strip_prefix(fragment)).is_some_and(|rest| rest.starts_with(b":"));
    let refusal = match request.integrity {
        _ if request.fingerprint_is_wrong => return Check::Nothing,
        None => Some((400, "Bad Request")),
        Some(_) if request.username.is_none() => Some((400, "Bad Request")),
        Some(at) if !named || !request.is_genuine(at, credentials.password()) => Some((401, "Unauthorized")),
        Some(_) if request.unknown.is_some() => Some((420, "Unknown Attribute")),
        // We are always the controlled side; so is nobody who asks us.
        Some(_) if request.claims_to_be_controlled => Some((487, "Role Conflict")),
        Some(_) => None,
    };
    let mut response = Response { out, transaction: request.transaction };
    if let Some((code, reason)) = refusal {
        response.begin(FAILURE);
        response.error(code, reason);
        if let Some(unknown) = request.unknown.filter(|_| code == 420) {
            response.attribute(UNKNOWN_ATTRIBUTES, &unknown.to_be_bytes());
        }
        // Whoever does not know the password could not check an answer, and is told none (RFC 8489 section 9.1.3).
        response.finish((code != 400 && code != 401).then(|| credentials.password()));
        return Check::Refused;
    }
    response.begin(SUCCESS);
    response.mapped_address(source);
    response.finish(Some(credentials.password()));
    Check::Valid(Valid { nominates: request.nominates, priority: request.priority })
}

/// A binding request.
struct Request<'a> {
    datagram: &'a [u8],
    transaction: [u8; 12],
    username: Option<&'a [u8]>,
    /// Where MESSAGE-INTEGRITY begins.
    integrity: Option<usize>,
    fingerprint_is_wrong: bool,
    /// The first attribute that must be understood and is not.
    unknown: Option<u16>,
    claims_to_be_controlled: bool,
    nominates: bool,
    priority: u32,
}

impl<'a> Request<'a> {
    fn read(datagram: &'a [u8]) -> Option<Self> {
        let word = |at: usize| datagram.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes);
        let cookie = u32::from_be_bytes(datagram.get(4..8)?.try_into().ok()?);
        let length = usize::from(word(2)?);
        if word(0)? != REQUEST || cookie != COOKIE || datagram.len() != HEADER + length || length % 4 != 0 {
            return None;
        }
        let mut request = Self {
            datagram,
            transaction: datagram.get(8..HEADER)?.try_into().ok()?,
            username: None,
            integrity: None,
            fingerprint_is_wrong: false,
            unknown: None,
            claims_to_be_controlled: false,
            nominates: false,
            priority: 0,
        };
        let mut at = HEADER;
        while at < datagram.len() {
            let (kind, length) = (word(at)?, usize::from(word(at + 2)?));
            let value = datagram.get(at + 4..at + 4 + length)?;
            // What follows the integrity is not covered by it and not believed.
            if request.integrity.is_none() || kind == FINGERPRINT {
                request.take(kind, value, at)?;
            }
            at += 4 + length.next_multiple_of(4);
        }
        Some(request)
    }

    fn take(&mut self, kind: u16, value: &'a [u8], at: usize) -> Option<()> {
        match kind {
            USERNAME => self.username = Some(value),
            MESSAGE_INTEGRITY if value.len() == INTEGRITY_BYTES => self.integrity = Some(at),
            MESSAGE_INTEGRITY => return None,
            PRIORITY => self.priority = u32::from_be_bytes(value.try_into().ok()?),
            USE_CANDIDATE => self.nominates = true,
            ICE_CONTROLLED => self.claims_to_be_controlled = true,
            FINGERPRINT => {
                let stated = u32::from_be_bytes(value.try_into().ok()?);
                self.fingerprint_is_wrong = stated != fingerprint(&self.datagram[..at]);
            }
            kind if kind < OPTIONAL => {
                self.unknown.get_or_insert(kind);
            }
            _ => {}
        }
        Some(())
    }

    /// Whether the integrity at this place is that of the password; compared in constant time.
    fn is_genuine(&self, at: usize, password: &str) -> bool {
        let stated = &self.datagram[at + 4..at + 4 + INTEGRITY_BYTES];
        let mut mac = keyed(password);
        // The length is that of a message that ends with the integrity (RFC 8489 section 14.5).
        let length = (at + 4 + INTEGRITY_BYTES - HEADER) as u16;
        mac.update(&self.datagram[..2]);
        mac.update(&length.to_be_bytes());
        mac.update(&self.datagram[4..at]);
        mac.verify_slice(stated).is_ok()
    }
}

fn keyed(password: &str) -> Hmac<Sha1> {
    <Hmac<Sha1> as Mac>::new_from_slice(password.as_bytes()).expect("HMAC takes any length")
}

/// A response that is being written.
struct Response<'a> {
    out: &'a mut Vec<u8>,
    transaction: [u8; 12],
}

impl Response<'_> {
    fn begin(&mut self, kind: u16) {
        self.out.clear();
        self.out.extend_from_slice(&kind.to_be_bytes());
        self.out.extend_from_slice(&[0, 0]);
        self.out.extend_from_slice(&COOKIE.to_be_bytes());
        self.out.extend_from_slice(&self.transaction);
    }

    fn attribute(&mut self, kind: u16, value: &[u8]) {
        self.out.extend_from_slice(&kind.to_be_bytes());
        self.out.extend_from_slice(&(value.len() as u16).to_be_bytes());
        self.out.extend_from_slice(value);
        let padded = self.out.len().next_multiple_of(4);
        self.out.resize(padded, 0);
        self.set_length(self.out.len());
    }

    fn set_length(&mut self, end: usize) {
        self.out[2..4].copy_from_slice(&((end - HEADER) as u16).to_be_bytes());
    }

    fn error(&mut self, code: u16, reason: &str) {
        let mut value = [0; 4 + 24];
        value[2..4].copy_from_slice(&[(code / 100) as u8, (code % 100) as u8]);
        value[4..4 + reason.len()].copy_from_slice(reason.as_bytes());
        self.attribute(ERROR_CODE, &value[..4 + reason.len()]);
    }

    /// Where the request came from, hidden from middle boxes that rewrite addresses.
    fn mapped_address(&mut self, source: SocketAddr) {
        let mut value = [0; 20];
        let cookie = COOKIE.to_be_bytes();
        let port = source.port() ^ (COOKIE >> 16) as u16;
        value[2..4].copy_from_slice(&port.to_be_bytes());
        let length = match source.ip() {
            IpAddr::V4(address) => {
                value[1] = 1;
                value[4..8].copy_from_slice(&address.octets());
                8
            }
            IpAddr::V6(address) => {
                value[1] = 2;
                value[4..20].copy_from_slice(&address.octets());
                20
            }
        };
        let mask = cookie.into_iter().chain(self.transaction);
        for (byte, mask) in value[4..length].iter_mut().zip(mask) {
            *byte ^= mask;
        }
        self.attribute(XOR_MAPPED_ADDRESS, &value[..length]);
    }

    /// Appends integrity and fingerprint.
    fn finish(&mut self, password: Option<&str>) {
        if let Some(password) = password {
            self.set_length(self.out.len() + 4 + INTEGRITY_BYTES);
            let mut mac = keyed(password);
            mac.update(self.out);
            let integrity: [u8; INTEGRITY_BYTES] = mac.finalize().into_bytes().into();
            self.attribute(MESSAGE_INTEGRITY, &integrity);
        }
        self.set_length(self.out.len() + 8);
        let value = fingerprint(self.out);
        self.attribute(FINGERPRINT, &value.to_be_bytes());
    }
}

/// CRC-32 of a message up to its FINGERPRINT (RFC 8489 section 14.7).
fn fingerprint(message: &[u8]) -> u32 {
    let crc = message.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    });
    !crc ^ FINGERPRINT_XOR
}
