//! Signs calls of our own (RFC 8224 section 6.1, RFC 8588).

use call_model::Attestation;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use stir::{Party, Statement};

use super::{StirFailure, read};
use crate::config::{Attest, StirSection};

/// Our key, and what is written with it.
pub(super) struct Pen {
    key: EcdsaKeyPair,
    chance: SystemRandom,
    url: String,
    attestation: Attestation,
    origid: String,
}

impl Pen {
    /// Reads the key; `None`: there is none, and calls go out unsigned.
    pub(super) fn read(section: &StirSection) -> Result<Option<Self>, StirFailure> {
        let Some(path) = &section.key_file else { return Ok(None) };
        let url = section.url.clone().filter(|url| is_address(url)).ok_or(StirFailure::Url)?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(&read(path)?).map_err(|_| StirFailure::Key)?;
        let chance = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.secret_pkcs8_der(), &chance);
        let key = key.map_err(|_| StirFailure::Key)?;
        let origid = match &section.origid {
            Some(origid) if is_uuid(origid) => origid.clone(),
            Some(_) => return Err(StirFailure::Origid),
            None => fresh_uuid().ok_or(StirFailure::Origid)?,
        };
        let attestation = match section.attest {
            Attest::A => Attestation::A,
            Attest::B => Attestation::B,
            Attest::C => Attestation::C,
        };
        Ok(Some(Self { key, chance, url, attestation, origid }))
    }

    pub(super) fn sign(&self, caller: &str, callee: &str, now: u64) -> Option<String> {
        let (caller, callee) = (Party::number(caller), Party::number(callee));
        let statement = Statement::new(&self.url, &caller, &callee, now, self.attestation, &self.origid);
        let signature = self.key.sign(&self.chance, statement.signed.as_bytes()).ok()?;
        Some(statement.header(signature.as_ref()))
    }
}

/// An https address without what would break the header that it stands in.
fn is_address(url: &str) -> bool {
    let parsed = reqwest::Url::parse(url);
    parsed.is_ok_and(|parsed| parsed.scheme() == "https") && !url.contains(['<', '>', '"', ' '])
}

fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A UUID by chance (RFC 9562 section 5.4).
fn fresh_uuid() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    Some([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_of_one_form() {
        assert!(is_uuid(&fresh_uuid().unwrap()));
        assert!(!is_uuid("123e4567-e89b-12d3-a456") && !is_uuid("123e4567-e89b-12d3-a456-42665544000g"));
    }
}
