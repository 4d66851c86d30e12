//! Passwords: what they must be like, and how they are kept
//! ([NIST SP 800-63B](https://pages.nist.gov/800-63-4/sp800-63b.html), section 3.1.1; RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;

use super::AccessFault;

/// Characters of a password.
const CHARS: std::ops::RangeInclusive<usize> = 12..=256;
/// How many different characters it must have: fewer is one key that was held.
const DIFFERENT: usize = 5;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// Beginnings of the long passwords that are guessed first.
const COMMON: [&str; 12] = [
    "123456789012",
    "1234567890ab",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "passwordpass",
    "password1234",
    "adminadmin",
    "iloveyou",
    "letmeinletme",
    "callwright",
    "abcdefghijkl",
];

/// What a hash costs. Default: 19 MiB and two passes, as OWASP advises for Argon2id with one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for HashCost {
    fn default() -> Self {
        Self { memory_kib: 19 * 1_024, passes: 2 }
    }
}

/// Whether a password will do for a user.
pub(super) fn check(password: &str, name: &str, display: &str) -> Result<(), AccessFault> {
    let weak = |why| Err(AccessFault::Weak(why));
    if !CHARS.contains(&password.chars().count()) {
        return weak("`password` is 12 to 256 characters: some words that do not belong together will do");
    }
    let lower = password.to_lowercase();
    let named = |text: &str| {
        let text = text.to_lowercase();
        text.chars().count() >= 3 && lower.contains(&text) && lower.chars().count() <= text.chars().count() + 8
    };
    if named(name) || named(display) {
        return weak("`password` is little more than the name: take another one");
    }
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT || COMMON.iter().any(|common| lower.starts_with(common)) {
        return weak("`password` is one that is guessed early: take some words that do not belong together");
    }
    Ok(())
}

fn argon2(memory_kib: u32, passes: u32) -> Option<Argon2<'static>> {
    let params = Params::new(memory_kib, passes, 1, Some(HASH_BYTES)).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password, in the PHC string format. Takes a while: not on a thread that others wait for.
pub(super) fn hash(password: &str, cost: HashCost) -> Option<String> {
    let (mut salt, mut out) = ([0; SALT_BYTES], [0; HASH_BYTES]);
    getrandom::fill(&mut salt).ok()?;
    argon2(cost.memory_kib, cost.passes)?.hash_password_into(password.as_bytes(), &salt, &mut out).ok()?;
    let (salt, out) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(out));
    Some(format!("$argon2id$v=19$m={},t={},p=1${salt}${out}", cost.memory_kib, cost.passes))
}

struct Kept {
    memory_kib: u32,
    passes: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

fn read(kept: &str) -> Option<Kept> {
    let rest = kept.strip_prefix("$argon2id$v=19$")?;
    let mut parts = rest.split('$');
    let (cost, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let mut cost = cost.split(',');
    let memory_kib = cost.next()?.strip_prefix("m=")?.parse().ok()?;
    let passes = cost.next()?.strip_prefix("t=")?.parse().ok()?;
    (cost.next()? == "p=1").then_some(())?;
    Some(Kept {
        memory_kib,
        passes,
        salt: STANDARD_NO_PAD.decode(salt).ok()?,
        hash: STANDARD_NO_PAD.decode(hash).ok()?,
    })
}

/// Whether the password is the one that was kept. Where none was kept it costs as much, and is `false`.
pub(super) fn verify(password: &str, kept: Option<&str>, cost: HashCost) -> bool {
    let nobody = || Kept {
        memory_kib: cost.memory_kib,
        passes: cost.passes,
        salt: vec![0; SALT_BYTES],
        hash: vec![0; HASH_BYTES],
    };
    let known = kept.and_then(read);
    let is_known = known.is_some();
    let kept = known.unwrap_or_else(nobody);
    let mut out = [0; HASH_BYTES];
    let Some(argon2) = argon2(kept.memory_kib, kept.passes) else { return false };
    let made = argon2.hash_password_into(password.as_bytes(), &kept.salt, &mut out).is_ok();
    bool::from(out.ct_eq(&kept.hash)) && made && is_known
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: HashCost = HashCost { memory_kib: 64, passes: 1 };

    #[test]
    fn a_password_is_kept_as_what_it_cannot_be_read_from() {
        let kept = hash("correct horse battery", CHEAP).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=64,t=1,p=1$") && !kept.contains("horse"));
        assert_ne!(kept, hash("correct horse battery", CHEAP).unwrap(), "each has a salt of its own");
        assert!(verify("correct horse battery", Some(&kept), CHEAP));
        assert!(!verify("correct horse batterx", Some(&kept), CHEAP));
        assert!(!verify("correct horse battery", None, CHEAP));
        assert!(!verify("correct horse battery", Some("$argon2id$v=19$m=64"), CHEAP));
    }

    #[test]
    fn passwords_are_long_and_not_the_name() {
        for good in ["correct horse battery", "Zwölf Boxkämpfer", "x7$kPq0!mVw2", "anna likes her orange garden shed"]
        {
            assert!(check(good, "anna", "Anna Weber").is_ok(), "{good}");
        }
        for bad in
            ["short", "elevenchars", "annaannaanna", "anna12345678", "AnnaWeber!!!", "aaaaaaaaaaaaaaaa", "123456789012"]
        {
            assert!(check(bad, "anna", "annaweber").is_err(), "{bad}");
        }
        assert!(check(&"correct horse".repeat(20), "anna", "Anna").is_err(), "bounded");
    }
}
