//! Who the peer of a DTLS handshake must be: `a=fingerprint` ([RFC 8122](https://www.rfc-editor.org/rfc/rfc8122)) and
//! `a=setup` ([RFC 4145](https://www.rfc-editor.org/rfc/rfc4145), [RFC 5763](https://www.rfc-editor.org/rfc/rfc5763)).

use std::fmt::{self, Write as _};

use super::description::{MediaDescription, SessionDescription};

/// The SHA-256 of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Reads `sha-256 4A:AD:...`; `None` for another hash or a wrong length.
    pub fn read(value: &str) -> Option<Self> {
        let (hash, digits) = value.trim().split_once(' ')?;
        if !hash.eq_ignore_ascii_case("sha-256") {
            return None;
        }
        let (mut bytes, mut pairs) = ([0; 32], digits.trim().split(':'));
        for byte in &mut bytes {
            let pair = pairs.next().filter(|pair| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit()))?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        pairs.next().is_none().then_some(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha-256 ")?;
        for (at, byte) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_char(':')?;
            }
            write!(f, "{byte:02X}")?;
        }
        Ok(())
    }
}

/// Which end begins the handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DtlsRole {
    /// We do.
    Client,
    /// We wait.
    Server,
}

/// The other end of a DTLS handshake, as its description promised it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DtlsPeer {
    /// Its certificate.
    pub fingerprint: Fingerprint,
    /// Our part.
    pub role: DtlsRole,
}

/// What a stream says of a handshake: its own lines, else the session's.
pub(super) struct Handshake<'a> {
    pub fingerprint: Fingerprint,
    pub setup: Option<&'a str>,
}

impl<'a> Handshake<'a> {
    /// `None` without a fingerprint by SHA-256.
    pub fn of(session: &'a SessionDescription, media: &'a MediaDescription) -> Option<Self> {
        let read = |attributes: &[super::description::Attribute]| {
            let prints = attributes.iter().filter(|attribute| attribute.name.eq_ignore_ascii_case("fingerprint"));
            prints.take(8).find_map(|attribute| Fingerprint::read(attribute.value.as_deref()?))
        };
        let fingerprint = read(&media.attributes).or_else(|| read(&session.attributes))?;
        let setup = media.attribute("setup").or_else(|| session.attribute("setup")).map(str::trim);
        Some(Self { fingerprint, setup })
    }

    /// Our part against an offer: an offer that leaves the choice is waited for, since a peer behind a NAT can only be
    /// reached once it has sent something.
    pub fn role_against_offer(&self) -> Option<DtlsRole> {
        match self.setup.unwrap_or("actpass").to_ascii_lowercase().as_str() {
            "actpass" | "active" => Some(DtlsRole::Server),
            "passive" => Some(DtlsRole::Client),
            _ => None,
        }
    }

    /// Our part by an answer to our offer, which leaves the choice.
    pub fn role_by_answer(&self) -> Option<DtlsRole> {
        match self.setup.unwrap_or("active").to_ascii_lowercase().as_str() {
            "active" => Some(DtlsRole::Server),
            "passive" => Some(DtlsRole::Client),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_read_as_they_are_written() {
        let print = Fingerprint(std::array::from_fn(|at| at as u8 * 7));
        assert_eq!(Fingerprint::read(&print.to_string()), Some(print));
        assert_eq!(Fingerprint::read(&print.to_string().to_ascii_lowercase()), Some(print));
        let text = print.to_string();
        for wrong in [&text[..text.len() - 3], &format!("{text}:00"), &text.replace("sha-256", "sha-1"), "sha-256", ""]
        {
            assert_eq!(Fingerprint::read(wrong), None, "{wrong}");
        }
        assert_eq!(Fingerprint::read(&text.replace("07", "+7")), None);
    }
}
