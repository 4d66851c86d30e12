//! What we sign for calls of our own (RFC 8225 section 9: keys sorted, no white space).

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use call_model::Attestation;

use crate::claims::Party;
use crate::passport::encode;

/// A `shaken` PASSporT that is about to be signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is signed, by ES256.
    pub signed: String,
    x5u: String,
}

impl fmt::Debug for Statement {
    // It holds both numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statement").finish_non_exhaustive()
    }
}

impl Statement {
    /// That `caller` calls `callee` now. `origid`: a UUID that names us, or the customer (RFC 8588 section 5).
    pub fn new(x5u: &str, caller: &Party, callee: &Party, iat: u64, attestation: Attestation, origid: &str) -> Self {
        let payload = payload_json(caller, callee, iat, Some((attestation, origid)));
        Self { signed: format!("{}.{}", encode(&header_json(x5u, true)), encode(&payload)), x5u: x5u.to_owned() }
    }

    /// The value of the Identity header. `signature`: both numbers of ECDSA, 32 bytes each.
    pub fn header(&self, signature: &[u8]) -> String {
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
        format!("{}.{signature};info=<{}>;alg=ES256;ppt=\"shaken\"", self.signed, self.x5u)
    }
}

pub(crate) fn header_json(x5u: &str, shaken: bool) -> String {
    let ppt = if shaken { r#""ppt":"shaken","# } else { "" };
    format!(r#"{{"alg":"ES256",{ppt}"typ":"passport","x5u":{}}}"#, quoted(x5u))
}

pub(crate) fn payload_json(caller: &Party, callee: &Party, iat: u64, shaken: Option<(Attestation, &str)>) -> String {
    let dest = match callee {
        Party::Number(number) => format!(r#"{{"tn":[{}]}}"#, quoted(number)),
        Party::Uri(uri) => format!(r#"{{"uri":[{}]}}"#, quoted(uri)),
    };
    let orig = match caller {
        Party::Number(number) => format!(r#"{{"tn":{}}}"#, quoted(number)),
        Party::Uri(uri) => format!(r#"{{"uri":{}}}"#, quoted(uri)),
    };
    match shaken {
        Some((attestation, origid)) => format!(
            r#"{{"attest":"{}","dest":{dest},"iat":{iat},"orig":{orig},"origid":{}}}"#,
            attestation.as_str(),
            quoted(origid)
        ),
        None => format!(r#"{{"dest":{dest},"iat":{iat},"orig":{orig}}}"#),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
