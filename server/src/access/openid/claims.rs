//! What an ID token must say (OpenID Connect Core 1.0 section 3.1.3.7), and whom it speaks of.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use store::Role;
use subtle::ConstantTimeEq as _;

/// The longest subject (OpenID Connect Core 1.0 section 2).
const MAX_SUBJECT: usize = 255;

/// A token, or what else was said about a person, is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenFault {
    /// It is no signed token.
    #[error("it is no signed JSON Web Token")]
    Malformed,
    /// It is signed in a way that we do not take, or not at all.
    #[error("it is signed by none of RS256, PS256 and ES256")]
    Algorithm,
    /// None of the provider's keys can have signed it.
    #[error("the provider has no key that fits it")]
    NoKey,
    /// None of them has.
    #[error("its signature is wrong")]
    Signature,
    /// `iss`
    #[error("it is from another issuer")]
    Issuer,
    /// `aud`
    #[error("it is for another client (`aud`): look at `openid.client_id`")]
    Audience,
    /// `azp`
    #[error("it was asked for by another client (`azp`)")]
    Party,
    /// `exp`, or an old `iat`.
    #[error("it holds no more: look at the clocks, ours and the provider's")]
    Late,
    /// `nbf`, or an `iat` that is still to come.
    #[error("it does not hold yet: look at the clocks, ours and the provider's")]
    Early,
    /// `nonce`
    #[error("it is for another sign-in (`nonce`)")]
    Nonce,
    /// `sub`
    #[error("it does not say who it is (`sub`)")]
    Subject,
    /// What is said beside the token is about somebody else.
    #[error("the userinfo endpoint speaks of somebody else (`sub`)")]
    Stranger,
}

/// What a token has to say.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// Now, seconds since the Unix epoch.
    pub now: i64,
    /// How far clocks may be apart, seconds.
    pub skew: i64,
    /// How long ago it may have been made, seconds: no longer than a sign-in may take.
    pub age: i64,
}

/// Whether what a token says is for this sign-in, and holds. Gives its subject.
pub(super) fn check<'c>(claims: &'c Map<String, Value>, expected: &Expected<'_>) -> Result<&'c str, TokenFault> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(TokenFault::Issuer);
    }
    let audiences = match claims.get("aud") {
        Some(Value::Array(many)) => many.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    if !audiences.iter().any(|audience| audience.as_str() == Some(expected.client_id)) {
        return Err(TokenFault::Audience);
    }
    // Where there are several, it must say that it was asked for by us; and where it says that, it must be true.
    match claims.get("azp") {
        Some(party) if party.as_str() != Some(expected.client_id) => return Err(TokenFault::Party),
        None if audiences.len() > 1 => return Err(TokenFault::Party),
        _ => {}
    }
    let (expires, made) = (seconds(claims, "exp"), seconds(claims, "iat"));
    let (Some(expires), Some(made)) = (expires, made) else { return Err(TokenFault::Malformed) };
    if expected.now.saturating_sub(expected.skew) >= expires {
        return Err(TokenFault::Late);
    }
    if made > expected.now + expected.skew {
        return Err(TokenFault::Early);
    }
    if made < expected.now - expected.age - expected.skew {
        return Err(TokenFault::Late);
    }
    if claims.contains_key("nbf") && seconds(claims, "nbf").is_none_or(|from| from > expected.now + expected.skew) {
        return Err(TokenFault::Early);
    }
    if !bool::from(text("nonce").unwrap_or_default().as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return Err(TokenFault::Nonce);
    }
    subject(claims)
}

/// Who it is, by the provider's own name for them, which it never gives to anybody else.
pub(super) fn subject(claims: &Map<String, Value>) -> Result<&str, TokenFault> {
    let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
    let fits = (1..=MAX_SUBJECT).contains(&subject.len()) && !subject.chars().any(char::is_control);
    if fits { Ok(subject) } else { Err(TokenFault::Subject) }
}

/// A time, which is a number of seconds and may have a fraction (RFC 7519 section 2).
fn seconds(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = claims.get(name)?;
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

/// Adds what is said of the same person beside the token, which goes before it. An address and that it is verified belong
/// together: both are from one of them.
pub(super) fn add(claims: &mut Map<String, Value>, more: Map<String, Value>) {
    if !claims.contains_key("email") {
        claims.remove("email_verified");
    }
    let another = claims.get("email").is_some_and(|email| more.get("email") != Some(email));
    for (name, value) in more {
        if !(another && name == "email_verified") {
            claims.entry(name).or_insert(value);
        }
    }
}

/// A claim by its name; or, where there is none, by a path such as `realm_access.roles`.
pub(super) fn claim<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c Value> {
    if let Some(found) = claims.get(name) {
        return Some(found);
    }
    let mut parts = name.split('.');
    let first = claims.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// What somebody is called, by a claim. An address of mail counts only where the provider has verified it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// This, in lower case.
    Name(String),
    /// The claim is missing, or is no name that a user can have.
    Unnamed,
    /// The address is not verified.
    Unverified,
}

pub(super) fn called(claims: &Map<String, Value>, name: &str) -> Called {
    let given = claim(claims, name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    // Letters that only look like others, or become others in lower case, are nobody's.
    if given.is_empty() || !given.is_ascii() {
        return Called::Unnamed;
    }
    if name == "email" {
        let verified = match claims.get("email_verified") {
            Some(Value::Bool(verified)) => *verified,
            // As some providers write it.
            Some(Value::String(word)) => word == "true",
            _ => false,
        };
        if !verified {
            return Called::Unverified;
        }
    }
    Called::Name(given.to_ascii_lowercase())
}

/// The mightiest of the roles that the values of a claim give.
pub(super) fn role(claims: &Map<String, Value>, name: &str, roles: &BTreeMap<String, Role>) -> Option<Role> {
    let values = match claim(claims, name)? {
        Value::Array(many) => many.as_slice(),
        one => std::slice::from_ref(one),
    };
    let given = |role: &Role| values.iter().filter_map(Value::as_str).any(|value| roles.get(value) == Some(role));
    [Role::Admin, Role::Manager, Role::Member, Role::Reviewer].into_iter().find(given)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_750_000_000;

    fn said(change: &Value) -> Map<String, Value> {
        let mut claims = json!({
            "iss": "https://login.example", "aud": "callwright", "sub": "248289761001", "nonce": "n-0S6_WzA2Mj",
            "exp": NOW + 300, "iat": NOW,
        });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let mut claims = claims.as_object().unwrap().clone();
        claims.retain(|_, value| !value.is_null());
        claims
    }

    fn judged(change: &Value) -> Result<(), TokenFault> {
        let expected = Expected {
            issuer: "https://login.example",
            client_id: "callwright",
            nonce: "n-0S6_WzA2Mj",
            now: NOW,
            skew: 60,
            age: 600,
        };
        check(&said(change), &expected).map(|subject| assert_eq!(subject, "248289761001"))
    }

    #[test]
    fn a_token_is_for_us_for_now_and_for_this_sign_in() {
        let party = json!({"aud": ["callwright", "other"], "azp": "callwright"});
        for good in [json!({}), json!({"aud": ["callwright"]}), party, json!({"azp": "callwright"})] {
            assert_eq!(judged(&good), Ok(()), "{good}");
        }
        for (change, fault) in [
            (json!({"iss": "https://login.example/"}), TokenFault::Issuer),
            (json!({"iss": null}), TokenFault::Issuer),
            (json!({"aud": "other"}), TokenFault::Audience),
            (json!({"aud": []}), TokenFault::Audience),
            (json!({"aud": null}), TokenFault::Audience),
            (json!({"aud": "callwright2"}), TokenFault::Audience),
            (json!({"aud": ["callwright", "other"]}), TokenFault::Party),
            (json!({"aud": ["callwright", "other"], "azp": "other"}), TokenFault::Party),
            (json!({"azp": "other"}), TokenFault::Party),
            (json!({"azp": 7}), TokenFault::Party),
            (json!({"nonce": "another"}), TokenFault::Nonce),
            (json!({"nonce": null}), TokenFault::Nonce),
            (json!({"sub": ""}), TokenFault::Subject),
            (json!({"sub": null}), TokenFault::Subject),
            (json!({"sub": "x".repeat(256)}), TokenFault::Subject),
            (json!({"exp": null}), TokenFault::Malformed),
            (json!({"exp": "soon"}), TokenFault::Malformed),
            (json!({"iat": null}), TokenFault::Malformed),
        ] {
            assert_eq!(judged(&change), Err(fault), "{change}");
        }
    }

    #[test]
    fn clocks_may_be_apart_a_little_and_no_more() {
        for good in [
            json!({"exp": NOW - 59}),
            json!({"exp": 1_749_999_941.5}),
            json!({"iat": NOW + 60}),
            json!({"iat": NOW - 660}),
            json!({"nbf": NOW + 60}),
        ] {
            assert_eq!(judged(&good), Ok(()), "{good}");
        }
        for (change, fault) in [
            (json!({"exp": NOW - 60}), TokenFault::Late),
            (json!({"iat": NOW - 661}), TokenFault::Late),
            (json!({"iat": NOW + 61}), TokenFault::Early),
            (json!({"nbf": NOW + 61}), TokenFault::Early),
            (json!({"nbf": "later"}), TokenFault::Early),
        ] {
            assert_eq!(judged(&change), Err(fault), "{change}");
        }
    }

    #[test]
    fn an_address_counts_when_it_is_verified_and_other_names_as_they_are() {
        let name = |change: Value, by: &str| called(&said(&change), by);
        let anna = Called::Name("anna@example.com".into());
        assert_eq!(name(json!({"email": " Anna@Example.com", "email_verified": true}), "email"), anna);
        assert_eq!(name(json!({"email": "anna@example.com", "email_verified": "true"}), "email"), anna);
        for verified in [json!(false), json!("false"), json!(null), json!(1)] {
            let change = json!({"email": "anna@example.com", "email_verified": verified});
            assert_eq!(name(change, "email"), Called::Unverified, "{verified}");
        }
        assert_eq!(name(json!({"email_verified": true}), "email"), Called::Unnamed);
        // The Kelvin sign is a k in lower case.
        assert_eq!(name(json!({"email": "\u{212a}ate@example.com", "email_verified": true}), "email"), Called::Unnamed);
        assert_eq!(name(json!({"preferred_username": "anna"}), "preferred_username"), Called::Name("anna".into()));
        assert_eq!(name(json!({"preferred_username": ["anna"]}), "preferred_username"), Called::Unnamed);
    }

    #[test]
    fn an_address_is_verified_by_who_says_it() {
        let told = |token: Value, more: Value| {
            let mut claims = token.as_object().unwrap().clone();
            add(&mut claims, more.as_object().unwrap().clone());
            called(&claims, "email")
        };
        let (ben, more) =
            (Called::Name("ben@x.example".into()), json!({"email": "ben@x.example", "email_verified": true}));
        assert_eq!(told(json!({}), more.clone()), ben);
        assert_eq!(told(json!({"email": "ben@x.example"}), more.clone()), ben);
        assert_eq!(told(json!({"email": "anna@x.example"}), more.clone()), Called::Unverified);
        assert_eq!(told(json!({"email": "anna@x.example"}), json!({"email_verified": true})), Called::Unverified);
        assert_eq!(told(json!({"email_verified": true}), json!({"email": "anna@x.example"})), Called::Unverified);
    }

    #[test]
    fn the_mightiest_role_of_several_counts_wherever_the_claim_is() {
        let roles: BTreeMap<String, Role> =
            [("desk", Role::Member), ("heads", Role::Manager)].map(|(value, role)| (value.to_owned(), role)).into();
        let given = |change: Value, name: &str| role(&said(&change), name, &roles);
        assert_eq!(given(json!({"groups": ["desk", "heads", "others"]}), "groups"), Some(Role::Manager));
        assert_eq!(given(json!({"groups": "desk"}), "groups"), Some(Role::Member));
        assert_eq!(given(json!({"groups": ["others", 7]}), "groups"), None);
        assert_eq!(given(json!({"groups": "desk heads"}), "groups"), None);
        assert_eq!(given(json!({}), "groups"), None);
        let nested = json!({"realm_access": {"roles": ["desk"]}});
        assert_eq!(given(nested, "realm_access.roles"), Some(Role::Member));
        let address = json!({"https://example.com/roles": ["heads"]});
        assert_eq!(given(address, "https://example.com/roles"), Some(Role::Manager));
    }
}
