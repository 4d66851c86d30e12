//! Signed tokens (RFC 7515) and the keys of those who sign them (RFC 7517): RS256, PS256 and ES256 (RFC 7518), and no
//! others. What is not signed is not read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde_json::{Map, Value};

use super::claims::TokenFault;

/// Keys of a provider that are looked at.
const MOST_KEYS: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Ps256,
    Es256,
}

impl Algorithm {
    const ALL: [(Self, &'static str); 3] = [(Self::Rs256, "RS256"), (Self::Ps256, "PS256"), (Self::Es256, "ES256")];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(algorithm, _)| *algorithm == self).map_or("", |(_, word)| word)
    }
}

/// A key that a provider signs with.
#[derive(Debug)]
pub(super) struct Key {
    id: Option<String>,
    /// What it is for, where that is said.
    algorithm: Option<String>,
    public: Public,
}

#[derive(Debug)]
enum Public {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// A point of P-256, not compressed.
    P256(Vec<u8>),
}

/// The keys of a JWK Set that sign in a way that we take. `None`: it is no JWK Set.
pub(super) fn keys(document: &Value) -> Option<Vec<Key>> {
    let listed = document.get("keys")?.as_array()?;
    Some(listed.iter().filter_map(key).take(MOST_KEYS).collect())
}

fn key(jwk: &Value) -> Option<Key> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?.trim_end_matches('=')).ok();
    if text("use").is_some_and(|it| it != "sig") {
        return None;
    }
    if let Some(operations) = jwk.get("key_ops").and_then(Value::as_array)
        && !operations.iter().any(|it| it == "verify")
    {
        return None;
    }
    let public = match text("kty")? {
        "RSA" => Public::Rsa { n: without_zeros(bytes("n")?), e: without_zeros(bytes("e")?) },
        "EC" if text("crv") == Some("P-256") => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            if x.len() != 32 || y.len() != 32 {
                return None;
            }
            Public::P256([[4].as_slice(), x.as_slice(), y.as_slice()].concat())
        }
        _ => return None,
    };
    Some(Key { id: text("kid").map(str::to_owned), algorithm: text("alg").map(str::to_owned), public })
}

/// As ring wants its numbers.
fn without_zeros(mut number: Vec<u8>) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.drain(..zeros);
    number
}

/// A token that was read, and may be signed by anybody.
pub(super) struct Jws<'t> {
    algorithm: Algorithm,
    key: Option<String>,
    signed: &'t str,
    signature: Vec<u8>,
    payload: Map<String, Value>,
}

impl<'t> Jws<'t> {
    pub(super) fn read(token: &'t str) -> Result<Self, TokenFault> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenFault::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenFault::Malformed)?;
        let header = object(header)?;
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        let word = text("alg").ok_or(TokenFault::Malformed)?;
        let found = Algorithm::ALL.into_iter().find(|(_, known)| *known == word);
        let (algorithm, _) = found.ok_or(TokenFault::Algorithm)?;
        // RFC 7515 section 4.1.11: what must be understood is not.
        if header.contains_key("crit") {
            return Err(TokenFault::Algorithm);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenFault::Malformed)?;
        Ok(Self { algorithm, key: text("kid").map(str::to_owned), signed, signature, payload: object(payload)? })
    }

    /// What it says, where one of these keys has signed it.
    pub(super) fn verified(&self, keys: &[Key]) -> Result<&Map<String, Value>, TokenFault> {
        let mut fault = TokenFault::NoKey;
        for key in keys.iter().filter(|key| self.may_be_by(key)) {
            if self.is_by(&key.public) {
                return Ok(&self.payload);
            }
            fault = TokenFault::Signature;
        }
        Err(fault)
    }

    fn may_be_by(&self, key: &Key) -> bool {
        let named = match (&self.key, &key.id) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        let kind = matches!(
            (self.algorithm, &key.public),
            (Algorithm::Rs256 | Algorithm::Ps256, Public::Rsa { .. }) | (Algorithm::Es256, Public::P256(_))
        );
        named && kind && key.algorithm.as_deref().is_none_or(|word| word == self.algorithm.word())
    }

    fn is_by(&self, key: &Public) -> bool {
        let signed = self.signed.as_bytes();
        match (self.algorithm, key) {
            (Algorithm::Rs256, Public::Rsa { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, &self.signature).is_ok()
            }
            (Algorithm::Ps256, Public::Rsa { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, signed, &self.signature).is_ok()
            }
            (Algorithm::Es256, Public::P256(point)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, &self.signature).is_ok()
            }
            _ => false,
        }
    }
}

fn object(part: &str) -> Result<Map<String, Value>, TokenFault> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFault::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenFault::Malformed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 7515 appendix A.2.
    const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL\
        -yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-U\
        To7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs9\
        1kzk2PAcDTW9gb54h4FRWyuXpoQ";
    const PAYLOAD: &str =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const RS256: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5ju\
        jGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eS\
        N9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy\
        wlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    /// The same payload by the same key, signed by another program (OpenSSL, by Python's cryptography 48).
    const PS256: &str = "MggwFPn2Dk1iyT2rFhZJVxYvHddFIJmwrOWWPkSNgZk5AdrX5X3wwhDJX45OQO5inyKu6u1ANKJJe9rriOl28ZLAvvw5Tm\
        _jx-oiQ1AP7sbD3leqgeax624caPRvOh73CjM3wzU7dGVzcLjZ8aSuWbPIbbAGaq48O0RSapmNXGH8_7pwa-wPClP1YhBvweehUB2UUol6qoY\
        XJWxkC2S84Ib98NmGrCLByLs9FXtvWNWtdOKMfmbSgb1I-NEP8ngPD0NMhCkFdos9dlLj8IaKxE2uX61A-KFUpmfsi0tPlWhGdptY7HkKJl7N\
        j913Gbolw8t7vxmgcM2drtXc45LjmA";
    /// RFC 7515 appendix A.3.
    const ES256: &str = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    fn rsa() -> Value {
        json!({"kty": "RSA", "n": N, "e": "AQAB"})
    }

    fn p256() -> Value {
        json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
               "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})
    }

    fn with(mut jwk: Value, name: &str, value: Value) -> Value {
        jwk[name] = value;
        jwk
    }

    fn encoded(header: &str) -> String {
        URL_SAFE_NO_PAD.encode(header)
    }

    fn judge(header: &str, signature: &str, jwks: &[Value]) -> Result<(), TokenFault> {
        let token = format!("{}.{PAYLOAD}.{signature}", encoded(header));
        let jws = Jws::read(&token)?;
        jws.verified(&keys(&json!({"keys": jwks})).unwrap()).map(|claims| assert_eq!(claims["iss"], "joe"))
    }

    #[test]
    fn the_examples_of_the_standard_are_verified() {
        assert_eq!(judge(r#"{"alg":"RS256"}"#, RS256, &[p256(), rsa()]), Ok(()));
        assert_eq!(judge(r#"{"alg":"PS256"}"#, PS256, &[rsa()]), Ok(()));
        assert_eq!(judge(r#"{"alg":"ES256"}"#, ES256, &[rsa(), p256()]), Ok(()));
    }

    #[test]
    fn a_signature_is_good_for_its_key_its_algorithm_and_its_words_alone() {
        assert_eq!(judge(r#"{"alg":"PS256"}"#, RS256, &[rsa()]), Err(TokenFault::Signature));
        assert_eq!(judge(r#"{"alg":"RS256","x":1}"#, RS256, &[rsa()]), Err(TokenFault::Signature));
        assert_eq!(judge(r#"{"alg":"ES256"}"#, "AAAA", &[p256()]), Err(TokenFault::Signature));
        assert_eq!(judge(r#"{"alg":"ES256"}"#, "", &[p256()]), Err(TokenFault::Signature));
        assert_eq!(judge(r#"{"alg":"ES256"}"#, ES256, &[rsa()]), Err(TokenFault::NoKey));
        assert_eq!(judge(r#"{"alg":"RS256"}"#, RS256, &[]), Err(TokenFault::NoKey));
        for jwk in [
            with(rsa(), "alg", json!("PS256")),
            with(rsa(), "use", json!("enc")),
            with(rsa(), "key_ops", json!(["sign"])),
            with(rsa(), "kty", json!("oct")),
        ] {
            assert_eq!(judge(r#"{"alg":"RS256"}"#, RS256, std::slice::from_ref(&jwk)), Err(TokenFault::NoKey), "{jwk}");
        }
        let named = r#"{"alg":"ES256","kid":"b"}"#;
        assert_eq!(judge(named, ES256, &[with(p256(), "kid", json!("a"))]), Err(TokenFault::NoKey));
        assert_eq!(
            judge(named, ES256, &[with(p256(), "kid", json!("b"))]),
            Err(TokenFault::Signature),
            "it was signed without"
        );
    }

    #[test]
    fn what_is_not_signed_or_by_a_shared_secret_is_not_read() {
        for header in
            [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#, r#"{"alg":"rs256"}"#, r#"{"alg":"RS256","crit":["b64"]}"#]
        {
            assert_eq!(judge(header, "", &[rsa()]), Err(TokenFault::Algorithm), "{header}");
        }
        for token in ["", "a.b", "a.b.c", "e30.e30.", "....", &format!("{}.{PAYLOAD}", encoded(r#"{"alg":"RS256"}"#))] {
            assert_eq!(Jws::read(token).err(), Some(TokenFault::Malformed), "{token}");
        }
        assert!(keys(&json!({"key": []})).is_none());
        assert_eq!(
            keys(&json!({"keys": [7, {}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]})).unwrap().len(),
            0
        );
    }
}
