//! One-time codes by time ([RFC 6238](https://www.rfc-editor.org/rfc/rfc6238)): HMAC-SHA-1, six digits, 30 seconds.

use ring::hmac;
use subtle::ConstantTimeEq;

/// Seconds that a code is shown for.
const PERIOD_S: i64 = 30;
/// How many steps a clock may be off.
const DRIFT: i64 = 1;
const DIGITS: u32 = 1_000_000;
/// Bytes of a secret (RFC 4226 section 4: as long as the hash).
pub(super) const SECRET_BYTES: usize = 20;
/// Base 32 of RFC 4648.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The code of a step.
fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let digest = hmac::sign(&key, &step.to_be_bytes());
    let bytes = digest.as_ref();
    // Dynamic truncation, RFC 4226 section 5.3.
    let at = usize::from(bytes[bytes.len() - 1] & 0x0f);
    let word = u32::from_be_bytes([bytes[at] & 0x7f, bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    format!("{:06}", word % DIGITS)
}

/// The step whose code this is, at this time in ms since the Unix epoch. Takes the same time for every code.
pub(super) fn step_of(secret: &[u8], given: &str, now_ms: i64) -> Option<i64> {
    let now = now_ms.div_euclid(1_000 * PERIOD_S);
    let given: String = given.chars().filter(|c| !c.is_whitespace()).take(12).collect();
    let mut found = None;
    for step in now - DRIFT..=now + DRIFT {
        if bool::from(code(secret, step).as_bytes().ct_eq(given.as_bytes())) {
            found = Some(step);
        }
    }
    found
}

/// Base 32 without padding, as people type it.
pub(super) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0u32, 0);
    for byte in bytes {
        buffer = buffer << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(ALPHABET[(buffer >> bits & 31) as usize] as char);
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(ALPHABET[(buffer << (5 - bits) & 31) as usize] as char);
    }
    text
}

/// What an app that shows codes reads from a picture. `name` is one that users can have: plain characters.
pub(super) fn uri(name: &str, secret: &[u8]) -> String {
    let secret = base32(secret);
    format!("otpauth://totp/Callwright:{name}?secret={secret}&issuer=Callwright&algorithm=SHA1&digits=6&period=30")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, whose secret is 20 bytes long for SHA-1; of its eight digits, the last six.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, expected) in [
            (59_i64, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, seconds / PERIOD_S), expected, "{seconds}");
            assert_eq!(step_of(SECRET, expected, seconds * 1_000), Some(seconds / PERIOD_S));
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step() {
        let step = 1_111_111_109 / PERIOD_S;
        let at = |step: i64| step * PERIOD_S * 1_000;
        assert_eq!(step_of(SECRET, "081 804", at(step - 1)), Some(step));
        assert_eq!(step_of(SECRET, "081804", at(step + 1)), Some(step));
        assert_eq!(step_of(SECRET, "081804", at(step - 2)), None);
        assert_eq!(step_of(SECRET, "081804", at(step + 2)), None);
        for wrong in ["", "081805", "81804", "0818040"] {
            assert_eq!(step_of(SECRET, wrong, at(step)), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_are_written_as_apps_read_them() {
        // RFC 4648 section 10.
        for (plain, text) in [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")]
        {
            assert_eq!(base32(plain.as_bytes()), text);
        }
        assert!(uri("anna", b"foobar").starts_with("otpauth://totp/Callwright:anna?secret=MZXW6YTBOI&issuer="));
    }
}
