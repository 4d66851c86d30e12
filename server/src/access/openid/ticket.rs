//! What the browser keeps of a sign-in under way, in a cookie: sealed, so that it can be neither read nor made elsewhere,
//! and good once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Role;

/// Tickets that are remembered as used.
const MOST_USED: usize = 16_384;

/// Somebody is on their way to the provider.
#[derive(Serialize, Deserialize)]
pub(crate) struct Journey {
    /// What the provider gives back as it is: it ties the answer to this browser.
    pub(super) state: String,
    /// What the token must say: it ties the token to this sign-in.
    pub(super) nonce: String,
    /// What shows that we redeem what we have asked for (RFC 7636).
    pub(super) verifier: String,
    /// Where they wanted to go.
    pub to: String,
    /// The session that the browser had before.
    pub(super) earlier: Option<String>,
    until_ms: i64,
}

/// Somebody was there, and has still to give a one-time code.
#[derive(Serialize, Deserialize)]
pub(crate) struct Threshold {
    id: String,
    pub(super) user: String,
    pub(super) said: Said,
    pub(super) earlier: Option<String>,
    until_ms: i64,
}

/// What the provider says of a user: it is written once they are in, and not before.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Said {
    /// Which account there is theirs: issuer and subject.
    pub key: String,
    /// That is not known here yet.
    pub first: bool,
    /// Their role, where a claim gives roles.
    pub role: Option<Role>,
}

impl Journey {
    pub(super) fn new(to: &str, earlier: Option<&str>, until_ms: i64) -> Option<Self> {
        let (state, nonce, verifier) = (random()?, random()?, random()?);
        Some(Self { state, nonce, verifier, to: to.to_owned(), earlier: earlier.map(str::to_owned), until_ms })
    }

    /// The challenge of PKCE by S256 (RFC 7636 section 4.2).
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }
}

impl Threshold {
    pub(super) fn new(user: String, said: Said, earlier: Option<String>, until_ms: i64) -> Option<Self> {
        Some(Self { id: random()?, user, said, earlier, until_ms })
    }
}

/// What is sealed, and told apart by a word.
pub(super) trait Ticket: Serialize + DeserializeOwned {
    const WORD: &'static str;

    fn until_ms(&self) -> i64;
    /// What nobody can guess, and no other ticket has.
    fn id(&self) -> &str;
}

impl Ticket for Journey {
    const WORD: &'static str = "journey";

    fn until_ms(&self) -> i64 {
        self.until_ms
    }

    fn id(&self) -> &str {
        &self.state
    }
}

impl Ticket for Threshold {
    const WORD: &'static str = "threshold";

    fn until_ms(&self) -> i64 {
        self.until_ms
    }

    fn id(&self) -> &str {
        &self.id
    }
}

/// 256 random bits, as text. `None`: the system has none to give.
fn random() -> Option<String> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bits))
}

/// Seals tickets, by a key that is made at each start and kept nowhere.
pub(super) struct Sealer {
    key: LessSafeKey,
    used: Mutex<HashMap<[u8; 32], i64>>,
}

impl Sealer {
    /// `None`: the system has no random bits to give.
    pub(super) fn new() -> Option<Self> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).ok()?;
        let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &bits).ok()?);
        Some(Self { key, used: Mutex::default() })
    }

    /// The ticket as a cookie holds it.
    pub(super) fn seal<T: Ticket>(&self, ticket: &T) -> Option<String> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).ok()?;
        let mut sealed = serde_json::to_vec(ticket).ok()?;
        let about = Aad::from(T::WORD.as_bytes());
        self.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), about, &mut sealed).ok()?;
        Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), sealed.as_slice()].concat()))
    }

    /// The ticket of a cookie, where it is ours and still holds.
    pub(super) fn open<T: Ticket>(&self, cookie: &str, now_ms: i64) -> Option<T> {
        let mut bytes = URL_SAFE_NO_PAD.decode(cookie).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = self.key.open_in_place(nonce, Aad::from(T::WORD.as_bytes()), sealed).ok()?;
        let ticket: T = serde_json::from_slice(plain).ok()?;
        (now_ms < ticket.until_ms()).then_some(ticket)
    }

    /// Uses a ticket. `false`: it was used before.
    pub(super) fn spend<T: Ticket>(&self, ticket: &T, now_ms: i64) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MOST_USED {
            used.retain(|_, until_ms| *until_ms > now_ms);
            // What goes first would have lapsed first; the provider does not take its code twice either.
            if used.len() >= MOST_USED
                && let Some(first) = used.iter().min_by_key(|(_, until_ms)| **until_ms).map(|(id, _)| *id)
            {
                used.remove(&first);
            }
        }
        used.insert(Sha256::digest(ticket.id().as_bytes()).into(), ticket.until_ms()).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_ours_for_a_while_for_one_thing_and_good_once() {
        let (sealer, other) = (Sealer::new().unwrap(), Sealer::new().unwrap());
        let journey = Journey::new("/calls", Some("earlier"), 1_000).unwrap();
        let cookie = sealer.seal(&journey).unwrap();
        assert!(!cookie.contains(&journey.verifier) && cookie.len() < 1_024, "{}", cookie.len());
        let opened: Journey = sealer.open(&cookie, 999).unwrap();
        assert_eq!((opened.to.as_str(), opened.state == journey.state), ("/calls", true));
        assert!(sealer.open::<Journey>(&cookie, 1_000).is_none(), "it lapses");
        assert!(other.open::<Journey>(&cookie, 0).is_none(), "it is another program's");
        assert!(sealer.open::<Threshold>(&cookie, 0).is_none(), "it is for something else");
        let mut forged = cookie.into_bytes();
        forged[40] = if forged[40] == b'A' { b'B' } else { b'A' };
        for bad in ["", "AAAA", "?", str::from_utf8(&forged).unwrap()] {
            assert!(sealer.open::<Journey>(bad, 0).is_none(), "{bad}");
        }
        assert!(sealer.spend(&opened, 0));
        assert!(!sealer.spend(&journey, 0), "and is good once");
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_oldest_goes() {
        let sealer = Sealer::new().unwrap();
        let said = Said { key: String::new(), first: false, role: None };
        let ticket = |n: usize| Threshold {
            id: n.to_string(),
            user: String::new(),
            said: said.clone(),
            earlier: None,
            until_ms: n as i64,
        };
        for n in 1..=MOST_USED + 10 {
            assert!(sealer.spend(&ticket(n), 0));
        }
        assert_eq!(sealer.used.lock().unwrap().len(), MOST_USED);
        assert!(!sealer.spend(&ticket(MOST_USED), 0));
        assert!(sealer.spend(&ticket(1), 0), "the first was forgotten");
        sealer.spend(&ticket(MOST_USED + 11), i64::MAX);
        assert_eq!(sealer.used.lock().unwrap().len(), 1, "what has lapsed goes together");
    }

    #[test]
    fn the_challenge_is_the_standards() {
        let mut journey = Journey::new("/", None, 0).unwrap();
        // RFC 7636 appendix B.
        journey.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into();
        assert_eq!(journey.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
