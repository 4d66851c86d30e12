//! The client's side: answering challenges, and sending credentials along before being asked.

use std::fmt;

use super::{Algorithm, Credentials, Inputs, response};
use crate::chance::Chance;
use crate::message::{AuthParams, HeaderName};

/// A challenge that is kept, to answer further requests with it.
#[derive(Clone)]
struct Session {
    /// It came in a 407.
    proxy: bool,
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Option<Algorithm>,
    qop: bool,
    count: u32,
}

/// What one leg or registration knows about logging in: its credentials and the challenges that it has met.
#[derive(Clone)]
pub(crate) struct ClientAuth {
    credentials: Option<Credentials>,
    sessions: Vec<Session>,
}

/// One challenge for each realm, and so many realms on the way, are more than any carrier asks for.
const MAX_SESSIONS: usize = 4;

impl ClientAuth {
    pub(crate) fn new(credentials: Option<Credentials>) -> Self {
        Self { credentials, sessions: Vec::new() }
    }

    /// Takes the challenges of a 401 or (`proxy`) a 407. `false`: there is no use in trying again, because we have no
    /// credentials for any of them, or those that we have were refused.
    pub(crate) fn challenged(&mut self, challenges: &[AuthParams], proxy: bool) -> bool {
        let mut useful = false;
        let mut seen: Vec<&str> = Vec::new();
        for challenge in challenges {
            let realm = challenge.get("realm").unwrap_or_default();
            // The first challenge of a realm that we can answer is the one that the server likes best (RFC 8760).
            if seen.contains(&realm) {
                continue;
            }
            let Some(session) = self.session(challenge, realm, proxy) else { continue };
            seen.push(realm);
            useful |= self.take(session, challenge);
        }
        useful
    }

    fn session(&self, challenge: &AuthParams, realm: &str, proxy: bool) -> Option<Session> {
        let credentials = self.credentials.as_ref()?;
        if !challenge.is_digest() || credentials.realm.as_deref().is_some_and(|wanted| wanted != realm) {
            return None;
        }
        let algorithm = challenge.get("algorithm").map(Algorithm::from_token);
        if algorithm == Some(None) {
            return None;
        }
        let qops = challenge.get("qop");
        let auth = |qops: &str| qops.split(',').any(|qop| qop.trim().eq_ignore_ascii_case("auth"));
        if qops.is_some_and(|qops| !auth(qops)) {
            return None;
        }
        Some(Session {
            proxy,
            realm: realm.to_owned(),
            nonce: challenge.get("nonce")?.to_owned(),
            opaque: challenge.get("opaque").map(str::to_owned),
            algorithm: algorithm.flatten(),
            qop: qops.is_some(),
            count: 0,
        })
    }

    /// A second challenge for the same realm means that the credentials are wrong, unless it says that only the nonce
    /// was too old.
    fn take(&mut self, session: Session, challenge: &AuthParams) -> bool {
        let stale = challenge.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true"));
        let same = |it: &Session| it.proxy == session.proxy && it.realm == session.realm;
        match self.sessions.iter().position(same) {
            // What was good once and is asked for again later is a new nonce; only a first answer counts as refused.
            Some(at) if !stale && self.sessions[at].count == 1 => return false,
            Some(at) => self.sessions[at] = session,
            None if self.sessions.len() < MAX_SESSIONS => self.sessions.push(session),
            None => return false,
        }
        true
    }

    /// Our credentials were refused: nothing is sent along unasked any more.
    pub(crate) fn forget(&mut self) {
        self.sessions.clear();
    }

    /// The headers that log a request in; none when nobody has asked.
    pub(crate) fn authorize(&mut self, method: &str, uri: &str, chance: &mut Chance) -> Vec<(HeaderName, AuthParams)> {
        let Some(credentials) = &self.credentials else { return Vec::new() };
        let headers = self.sessions.iter_mut().map(|session| {
            let name = if session.proxy { HeaderName::ProxyAuthorization } else { HeaderName::Authorization };
            (name, session.answer(credentials, method, uri, chance))
        });
        headers.collect()
    }
}

impl Session {
    fn answer(&mut self, credentials: &Credentials, method: &str, uri: &str, chance: &mut Chance) -> AuthParams {
        self.count += 1;
        let algorithm = self.algorithm.unwrap_or(Algorithm::Md5);
        let ha1 = algorithm.hash(&[&credentials.username, &self.realm, &credentials.password]);
        let nc = format!("{:08x}", self.count);
        let cnonce = chance.long_token();
        let auth = self.qop.then_some((nc.as_str(), cnonce.as_str()));
        let inputs = Inputs { method, uri, nonce: &self.nonce, auth };
        let mut params = AuthParams::digest();
        params.push_quoted("username", &credentials.username);
        params.push_quoted("realm", &self.realm);
        params.push_quoted("nonce", &self.nonce);
        params.push_quoted("uri", uri);
        params.push_quoted("response", &response(algorithm, &ha1, inputs));
        if let Some(algorithm) = self.algorithm {
            params.push("algorithm", algorithm.token());
        }
        if let Some((nc, cnonce)) = auth {
            params.push_quoted("cnonce", cnonce);
            params.push("qop", "auth");
            params.push("nc", nc);
        }
        if let Some(opaque) = &self.opaque {
            params.push_quoted("opaque", opaque);
        }
        params
    }
}

impl fmt::Debug for ClientAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientAuth").field("sessions", &self.sessions.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn challenge(text: &str) -> Vec<AuthParams> {
        AuthParams::parse_all(text).unwrap()
    }

    fn client() -> ClientAuth {
        ClientAuth::new(Some(Credentials::new("bob", "zanzibar")))
    }

    #[test]
    fn the_first_algorithm_that_we_know_is_taken() {
        let mut auth = client();
        let challenges = challenge(
            "Digest realm=\"r\", nonce=\"a\", algorithm=SHA-512-256, qop=\"auth\", Digest realm=\"r\", nonce=\"b\", \
             algorithm=SHA-256, qop=\"auth,auth-int\", Digest realm=\"r\", nonce=\"c\", algorithm=MD5, qop=\"auth\"",
        );
        assert!(auth.challenged(&challenges, false));
        let headers = auth.authorize("INVITE", "sip:x", &mut Chance::new(1));
        assert_eq!(headers.len(), 1);
        assert_eq!(headers[0].1.get("nonce"), Some("b"));
        assert_eq!(headers[0].1.get("algorithm"), Some("SHA-256"));
    }

    #[test]
    fn refused_credentials_are_not_tried_again_but_stale_ones_are() {
        let mut auth = client();
        assert!(auth.challenged(&challenge("Digest realm=\"r\", nonce=\"a\""), true));
        auth.authorize("INVITE", "sip:x", &mut Chance::new(1));
        assert!(!auth.challenged(&challenge("Digest realm=\"r\", nonce=\"b\""), true));
        assert!(auth.challenged(&challenge("Digest realm=\"r\", nonce=\"b\", stale=TRUE"), true));
    }

    #[test]
    fn the_count_goes_up() {
        let mut auth = client();
        assert!(auth.challenged(&challenge("Digest realm=\"r\", nonce=\"a\", qop=\"auth\", opaque=\"o\""), false));
        for expected in ["00000001", "00000002"] {
            let params = auth.authorize("INVITE", "sip:x", &mut Chance::new(1)).remove(0).1;
            assert_eq!((params.get("nc"), params.get("opaque")), (Some(expected), Some("o")));
        }
    }

    #[test]
    fn unknown_schemes_and_foreign_realms_are_left_alone() {
        let mut auth = ClientAuth::new(Some(Credentials { realm: Some("ours".into()), ..Credentials::new("a", "b") }));
        assert!(!auth.challenged(&challenge("NoOneKnowsThisScheme a=b"), false));
        assert!(!auth.challenged(&challenge("Digest realm=\"theirs\", nonce=\"a\""), false));
        assert!(!ClientAuth::new(None).challenged(&challenge("Digest realm=\"r\", nonce=\"a\""), false));
    }

    /// The shape of RFC 3261 section 22.4's example, whose hash RFC 2617 defines.
    #[test]
    fn without_qop_there_is_no_count() {
        let mut auth = client();
        assert!(auth.challenged(&challenge("Digest realm=\"atlanta.com\", nonce=\"n\""), false));
        let params = auth.authorize("INVITE", "sip:bob@biloxi.com", &mut Chance::new(1)).remove(0).1;
        assert_eq!((params.get("qop"), params.get("nc"), params.get("cnonce")), (None, None, None));
        let ha1 = Algorithm::Md5.hash(&["bob", "atlanta.com", "zanzibar"]);
        let ha2 = Algorithm::Md5.hash(&["INVITE", "sip:bob@biloxi.com"]);
        assert_eq!(params.get("response"), Some(Algorithm::Md5.hash(&[&ha1, "n", &ha2]).as_str()));
    }
}
