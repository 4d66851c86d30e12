//! The PASSporT, a signed token (RFC 8225; `shaken`: RFC 8588).

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use call_model::Attestation;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Map, Value};

use crate::claims::{Call, Party};
use crate::fault::Fault;
use crate::identity::Identity;
use crate::statement::{header_json, payload_json};

/// Callees of one token that are read.
const MAX_CALLEES: usize = 16;

/// A token, read but not yet believed.
#[derive(Clone, PartialEq, Eq)]
pub struct Passport {
    /// Where the certificate is.
    pub x5u: String,
    /// Whether it is `shaken`.
    pub shaken: bool,
    /// The caller that was signed.
    pub caller: Party,
    /// The callees that were signed.
    pub callees: Vec<Party>,
    /// When it was signed, seconds since the Unix epoch.
    pub iat: u64,
    /// What the signer vouches for; of `shaken` only.
    pub attestation: Option<Attestation>,
    signed: String,
    signature: Vec<u8>,
}

impl fmt::Debug for Passport {
    // Who calls whom is private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passport")
            .field("iat", &self.iat)
            .field("attestation", &self.attestation)
            .finish_non_exhaustive()
    }
}

impl Passport {
    /// Reads the token of a header. One in compact form (RFC 8224 section 4.1.1) is made whole from the call; `shaken`
    /// has none (RFC 8588 section 5).
    pub fn read(identity: &Identity, call: &Call<'_>) -> Result<Self, Fault> {
        if identity.alg.as_deref().is_some_and(|alg| alg != "ES256") {
            return Err(Fault::Unsupported);
        }
        let mut parts = identity.token.split('.');
        let (Some(header), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Fault::Malformed);
        };
        let signature = decode(signature)?;
        if header.is_empty() && payload.is_empty() {
            return Self::whole(identity, call, signature);
        }
        let signed = identity.token[..header.len() + 1 + payload.len()].to_owned();
        let (header, payload) = (object(header)?, object(payload)?);
        Self::from_parts(identity, &header, &payload, signed, signature)
    }

    fn from_parts(
        identity: &Identity,
        header: &Map<String, Value>,
        payload: &Map<String, Value>,
        signed: String,
        signature: Vec<u8>,
    ) -> Result<Self, Fault> {
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        if text("alg") != Some("ES256") || !text("typ").is_some_and(|typ| typ.eq_ignore_ascii_case("passport")) {
            return Err(Fault::Unsupported);
        }
        // RFC 7515 section 4.1.11: what we do not know, and must, we cannot believe.
        if header.contains_key("crit") {
            return Err(Fault::Unsupported);
        }
        let shaken = match text("ppt") {
            Some(ppt) if ppt.eq_ignore_ascii_case("shaken") => true,
            None => false,
            Some(_) => return Err(Fault::Unsupported),
        };
        let x5u = text("x5u").ok_or(Fault::Malformed)?;
        // RFC 8224 section 6.2 step 2 and 7.2: header and token name the same kind and the same certificate.
        if x5u != identity.info || shaken != identity.is_shaken() {
            return Err(Fault::Malformed);
        }
        let caller = payload.get("orig").and_then(parties).and_then(|found| found.into_iter().next());
        let callees = payload.get("dest").and_then(parties).filter(|found| !found.is_empty());
        let iat = payload.get("iat").and_then(Value::as_u64).ok_or(Fault::Malformed)?;
        let attestation = if shaken { Some(attestation(payload)?) } else { None };
        let (Some(caller), Some(callees)) = (caller, callees) else { return Err(Fault::Malformed) };
        Ok(Self { x5u: x5u.to_owned(), shaken, caller, callees, iat, attestation, signed, signature })
    }

    fn whole(identity: &Identity, call: &Call<'_>, signature: Vec<u8>) -> Result<Self, Fault> {
        if identity.ppt.is_some() {
            return Err(Fault::Unsupported);
        }
        let (Some(caller), Some(callee)) = (call.callers.first(), call.callees.first()) else {
            return Err(Fault::Malformed);
        };
        // Its time is that of the Date header (RFC 8224 section 4.1.1).
        let iat = call.date.ok_or(Fault::Stale)?;
        let (header, payload) = (header_json(&identity.info, false), payload_json(caller, callee, iat, None));
        let signed = format!("{}.{}", encode(&header), encode(&payload));
        Ok(Self {
            x5u: identity.info.clone(),
            shaken: false,
            caller: caller.clone(),
            callees: vec![callee.clone()],
            iat,
            attestation: None,
            signed,
            signature,
        })
    }

    /// Whether this key has signed it. `key`: a point of P-256, not compressed.
    pub fn verify(&self, key: &[u8]) -> Result<(), Fault> {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key);
        key.verify(self.signed.as_bytes(), &self.signature).map_err(|_| Fault::BadSignature)
    }
}

/// base64url without padding, as RFC 7515 has it.
pub(crate) fn encode(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

fn decode(text: &str) -> Result<Vec<u8>, Fault> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| Fault::Malformed)
}

fn object(part: &str) -> Result<Map<String, Value>, Fault> {
    serde_json::from_slice(&decode(part)?).map_err(|_| Fault::Malformed)
}

fn attestation(payload: &Map<String, Value>) -> Result<Attestation, Fault> {
    match payload.get("attest").and_then(Value::as_str) {
        Some("A") => Ok(Attestation::A),
        Some("B") => Ok(Attestation::B),
        Some("C") => Ok(Attestation::C),
        _ => Err(Fault::Malformed),
    }
}

/// `{"tn": "..."}`, `{"uri": "..."}`, or lists of them (RFC 8225 section 5.2.1).
fn parties(value: &Value) -> Option<Vec<Party>> {
    let claims = value.as_object()?;
    let mut found = Vec::new();
    for (name, value) in claims {
        let make: fn(&str) -> Party = match name.as_str() {
            "tn" => Party::number,
            "uri" => Party::uri,
            _ => continue,
        };
        match value {
            Value::String(text) => found.push(make(text)),
            Value::Array(list) => found.extend(list.iter().filter_map(Value::as_str).take(MAX_CALLEES).map(make)),
            _ => return None,
        }
    }
    found.truncate(MAX_CALLEES);
    Some(found)
}
