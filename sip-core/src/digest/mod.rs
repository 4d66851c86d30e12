//! Digest authentication (RFC 3261 section 22, RFC 7616, RFC 8760): what both sides compute.

mod client;
mod server;

use std::fmt;

use md5::Md5;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

pub(crate) use client::ClientAuth;
pub(crate) use server::{Authenticator, Verdict};

/// A hash of digest authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// MD5 (RFC 2617).
    Md5,
    /// SHA-256 (RFC 7616).
    Sha256,
}

impl Algorithm {
    /// As the `algorithm` parameter writes it.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// Reads an `algorithm` parameter, in any case.
    pub fn from_token(token: &str) -> Option<Self> {
        [Self::Md5, Self::Sha256].into_iter().find(|it| it.token().eq_ignore_ascii_case(token))
    }

    /// The hash of the parts joined by colons, in lower-case hex.
    pub fn hash(self, parts: &[&str]) -> String {
        #[cfg(test)]
        HASHES.with(|made| made.set(made.get() + 1));
        match self {
            Self::Md5 => hex(&joined::<Md5>(parts)),
            Self::Sha256 => hex(&joined::<Sha256>(parts)),
        }
    }
}

#[cfg(test)]
std::thread_local! {
    static HASHES: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// Hashes made by this thread so far: work that can be compared without a clock.
#[cfg(test)]
pub(crate) fn hashes_made() -> u32 {
    HASHES.with(std::cell::Cell::get)
}

fn joined<D: sha2::Digest>(parts: &[&str]) -> Vec<u8> {
    let mut hasher = D::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hasher.update(b":");
        }
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|nibble| DIGITS[nibble as usize] as char).collect()
}

/// What we log in with at others. Its Debug shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: String,
    /// Only for this realm; `None` answers any.
    pub realm: Option<String>,
}

impl Credentials {
    /// Credentials for any realm.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self { username: username.into(), password: password.into(), realm: None }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// A user who may register and call. Holds no password, only the hashes `H(user:realm:password)`; its Debug shows
/// nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The user name, which is also the user part of the address of record.
    pub user: String,
    /// The realm that the hashes were made for: that of the endpoint's
    /// [`DigestConfig`](crate::endpoint::DigestConfig), or the account never logs in.
    pub realm: String,
    /// HA1 by MD5, in lower-case hex; empty when there is none.
    pub ha1_md5: String,
    /// HA1 by SHA-256, in lower-case hex; empty when there is none.
    pub ha1_sha256: String,
}

impl Account {
    /// Hashes a password.
    pub fn from_password(user: &str, realm: &str, password: &str) -> Self {
        Self {
            user: user.into(),
            realm: realm.into(),
            ha1_md5: Algorithm::Md5.hash(&[user, realm, password]),
            ha1_sha256: Algorithm::Sha256.hash(&[user, realm, password]),
        }
    }

    /// A digest of the hashes: it differs once the password does, and does not log in by itself.
    pub(crate) fn proof(&self) -> String {
        Algorithm::Sha256.hash(&["binding", &self.ha1_md5, &self.ha1_sha256])
    }
}

/// A further login of an account, for a while: what a page in a browser gets in place of the account's own password. Its
/// Debug shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Pass {
    /// The user name that it logs in with, which is that of no account.
    pub name: String,
    /// Whose login it is, with the hashes of the pass's own name and password.
    pub account: Account,
    /// From then on it is of no use.
    pub until: std::time::Instant,
}

impl Pass {
    /// Hashes a password.
    pub fn from_password(name: &str, user: &str, realm: &str, password: &str, until: std::time::Instant) -> Self {
        let account = Account { user: user.into(), ..Account::from_password(name, realm, password) };
        Self { name: name.into(), account, until }
    }
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pass(..)")
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account(..)")
    }
}

/// What a response is computed from besides HA1.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The method.
    pub method: &'a str,
    /// The `uri` parameter.
    pub uri: &'a str,
    /// The nonce.
    pub nonce: &'a str,
    /// `(nc, cnonce)` with qop `auth`; `None` for the old form without qop.
    pub auth: Option<(&'a str, &'a str)>,
}

/// The `response` parameter, in lower-case hex (RFC 7616 section 3.4.1).
pub fn response(algorithm: Algorithm, ha1: &str, inputs: Inputs<'_>) -> String {
    let ha2 = algorithm.hash(&[inputs.method, inputs.uri]);
    match inputs.auth {
        Some((nc, cnonce)) => algorithm.hash(&[ha1, inputs.nonce, nc, cnonce, "auth", &ha2]),
        None => algorithm.hash(&[ha1, inputs.nonce, &ha2]),
    }
}

/// Compares two hashes in a time that does not tell where they differ. The case of hex digits does not matter.
pub(crate) fn same_hash(ours: &str, theirs: &str) -> bool {
    ours.as_bytes().ct_eq(theirs.to_ascii_lowercase().as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2617 section 3.5.
    #[test]
    fn rfc2617_example() {
        let ha1 = Algorithm::Md5.hash(&["Mufasa", "testrealm@host.com", "Circle Of Life"]);
        let inputs = Inputs {
            method: "GET",
            uri: "/dir/index.html",
            nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            auth: Some(("00000001", "0a4f113b")),
        };
        assert_eq!(response(Algorithm::Md5, &ha1, inputs), "6629fae49393a05397450978507c4ef1");
    }

    /// RFC 7616 section 3.9.1.
    #[test]
    fn rfc7616_examples() {
        let inputs = Inputs {
            method: "GET",
            uri: "/dir/index.html",
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            auth: Some(("00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")),
        };
        let account = Account::from_password("Mufasa", "http-auth@example.org", "Circle of Life");
        assert_eq!(response(Algorithm::Md5, &account.ha1_md5, inputs), "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(
            response(Algorithm::Sha256, &account.ha1_sha256, inputs),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        );
    }

    #[test]
    fn secrets_do_not_print() {
        let shown = format!("{:?} {:?}", Credentials::new("anna", "pw"), Account::from_password("anna", "r", "pw"));
        assert_eq!(shown, "Credentials(..) Account(..)");
    }
}
