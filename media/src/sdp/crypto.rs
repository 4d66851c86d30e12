//! Keys in the session description: `a=crypto` ([RFC 4568](https://www.rfc-editor.org/rfc/rfc4568)).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::description::{Attribute, MediaDescription};
use crate::srtp::{MasterKey, Suite};

/// Padding is written, and not asked for: some peers leave it out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The lines of an offer that are looked at.
const MAX_LINES: usize = 16;
/// The most packets that a key may live for (RFC 3711 section 9.2).
const LONGEST_LIFE: u32 = 48;

/// An `a=crypto` line that we can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CryptoLine {
    /// Which line of the offer this is, or answers.
    pub tag: u32,
    /// With what its writer sends.
    pub key: MasterKey,
}

impl CryptoLine {
    /// Reads a line's value. `None` for what cannot be used: an unknown suite, a key of the wrong length, several keys
    /// or one with a master key identifier (section 6.1), and session parameters other than a hint at the window
    /// (section 6.3), since all of them change what the packets look like.
    fn read(value: &str) -> Option<Self> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next().filter(|tag| tag.len() <= 9)?.parse().ok()?;
        let suite = Suite::from_name(words.next()?)?;
        let mut parameters = words.next()?.split(';');
        let inline = parameters.next()?.split_once(':').filter(|(method, _)| method.eq_ignore_ascii_case("inline"))?.1;
        if parameters.next().is_some() || !words.all(|word| word.to_ascii_uppercase().starts_with("WSH=")) {
            return None;
        }
        let mut parts = inline.split('|');
        let key = BASE64.decode(parts.next()?).ok()?;
        // A lifetime is the peer's own promise: it offers a new key before then.
        match (parts.next(), parts.next()) {
            (None, _) => {}
            (Some(lifetime), None) if is_lifetime(lifetime) => {}
            _ => return None,
        }
        Some(Self { tag, key: MasterKey::new(suite, &key)? })
    }

    /// The lines of a stream that we can use, most wanted first.
    pub fn all(media: &MediaDescription) -> impl Iterator<Item = Self> + '_ {
        let lines = media.attributes.iter().filter(|attribute| attribute.name.eq_ignore_ascii_case("crypto"));
        lines.take(MAX_LINES).filter_map(|attribute| Self::read(attribute.value.as_deref()?))
    }

    /// The line. Secret.
    pub fn attribute(&self) -> Attribute {
        let key = BASE64.encode(self.key.secret());
        Attribute::new("crypto", format!("{} {} inline:{key}", self.tag, self.key.suite().name()))
    }
}

/// A number of packets, or 2 to the power of one; a master key identifier (`1:4`) is neither.
fn is_lifetime(text: &str) -> bool {
    match text.strip_prefix("2^") {
        Some(power) => power.parse().is_ok_and(|power: u32| (1..=LONGEST_LIFE).contains(&power)),
        None => text.parse().is_ok_and(|packets: u64| (1..=1 << LONGEST_LIFE).contains(&packets)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";

    fn read(value: &str) -> Option<(u32, Suite)> {
        CryptoLine::read(value).map(|line| (line.tag, line.key.suite()))
    }

    /// RFC 4568 sections 6 and 9.
    #[test]
    fn lines_are_read() {
        let usable = Some((1, Suite::Aes128CmSha1_80));
        assert_eq!(read(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}")), usable);
        assert_eq!(read(&format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20")), usable);
        assert_eq!(read(&format!("1 aes_cm_128_hmac_sha1_80 INLINE:{KEY}|1048576 WSH=64")), usable);
        let gcm = "7 AEAD_AES_128_GCM inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw";
        assert_eq!(read(gcm), Some((7, Suite::AeadAes128Gcm)), "without padding");
    }

    #[test]
    fn what_we_cannot_do_is_left_out() {
        for value in [
            format!("1 F8_128_HMAC_SHA1_80 inline:{KEY}"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|1:4"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^49"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY};inline:{KEY}"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTP"),
            format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} KDR=4"),
            format!("1 AES_CM_128_HMAC_SHA1_80 other:{KEY}"),
            format!("1 AES_256_CM_HMAC_SHA1_80 inline:{KEY}"),
            format!("x AES_CM_128_HMAC_SHA1_80 inline:{KEY}"),
            format!("12345678901 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"),
            "1 AES_CM_128_HMAC_SHA1_80 inline:!!!".into(),
            "1 AES_CM_128_HMAC_SHA1_80".into(),
            String::new(),
        ] {
            assert_eq!(read(&value), None, "{value}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for suite in Suite::ALL {
            let bytes: Vec<u8> = (0..(suite.key_bytes() + suite.salt_bytes()) as u8).collect();
            let line = CryptoLine { tag: 3, key: MasterKey::new(suite, &bytes).expect("the right length") };
            let value = line.attribute().value.expect("a value");
            assert_eq!(CryptoLine::read(&value), Some(line));
        }
    }
}
