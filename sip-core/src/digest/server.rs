//! The server's side: challenges, and the check of what comes back.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Account, Algorithm, Inputs, Pass, response, same_hash};
use crate::chance::Chance;
use crate::endpoint::DigestConfig;
use crate::message::AuthParams;
use crate::tables::{Table, table};

/// What became of the credentials in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There were none for our realm.
    Missing,
    /// They are this user's.
    Valid(String),
    /// Their nonce is not one of ours for this source, or has lapsed: the client may try again without asking anybody,
    /// and nothing is known of who it is, nor that it is where it says.
    Stale,
    /// They were right and were used before.
    Replayed,
    /// They were wrong, on a nonce of ours that only their source was given.
    Wrong,
    /// Too many wrong ones were tried for this account, and these come from elsewhere than its phone: they may be right
    /// or wrong.
    Locked,
}

/// The counts of a nonce that were used: the highest, and a window of the 64 up to it.
struct Used {
    highest: u32,
    window: u64,
}

impl Used {
    /// Takes a count, unless it was taken before.
    fn take(&mut self, count: u32) -> bool {
        if count > self.highest {
            let shift = count - self.highest;
            self.window = if shift >= 64 { 1 } else { self.window << shift | 1 };
            self.highest = count;
            return true;
        }
        let bit = self.highest - count;
        let fresh = bit < 64 && self.window & (1 << bit) == 0;
        if fresh {
            self.window |= 1 << bit;
        }
        fresh
    }
}

/// Knows the accounts, and which nonces were used. A nonce says by itself when and for which source it was made, so that
/// challenges cost no memory; only those that came back with right credentials are remembered.
pub(crate) struct Authenticator {
    config: DigestConfig,
    accounts: Table<String, Account>,
    /// Logins of accounts for a while, each with its proof.
    passes: Table<String, (Pass, String)>,
    /// Stands in for the HA1 of users that do not exist, so that they cost as much time as others.
    nobody: String,
    secret: [u8; 32],
    epoch: Option<Instant>,
    used: Table<String, Used>,
    /// When the used ones lapse, the earliest first.
    lapses: VecDeque<(Instant, String)>,
    /// Wrong passwords of accounts that exist, and since when they are counted.
    wrong: Table<String, (Instant, u32)>,
}

/// Passes at a time; the one that lapses first goes when there are more.
const MAX_PASSES: usize = 4_096;

/// How long wrong passwords of an account are counted.
const WRONG_WINDOW: std::time::Duration = std::time::Duration::from_hours(1);

const STAMP: usize = 16;
const NONCE: usize = STAMP + 16;

impl Authenticator {
    pub(crate) fn new(config: DigestConfig, chance: &mut Chance) -> Self {
        Self {
            config,
            accounts: table(chance.number()),
            passes: table(chance.number()),
            nobody: chance.long_token(),
            secret: chance.key(),
            epoch: None,
            used: table(chance.number()),
            lapses: VecDeque::new(),
            wrong: table(chance.number()),
        }
    }

    pub(crate) fn set_accounts(&mut self, accounts: Vec<Account>) {
        self.accounts.clear();
        self.accounts.extend(accounts.into_iter().map(|account| (account.user.clone(), account)));
        self.wrong.retain(|user, _| self.accounts.contains_key(user));
        self.passes.retain(|_, (pass, _)| self.accounts.contains_key(&pass.account.user));
    }

    /// Lets an account log in by a pass, too. One of the same name is replaced.
    pub(crate) fn lend(&mut self, now: Instant, pass: Pass) {
        self.passes.retain(|_, (pass, _)| pass.until > now);
        if self.passes.len() >= MAX_PASSES
            && let Some(first) = self.passes.values().min_by_key(|(pass, _)| pass.until).map(|(it, _)| it.name.clone())
        {
            self.passes.remove(&first);
        }
        let proof = pass.account.proof();
        self.passes.insert(pass.name.clone(), (pass, proof));
    }

    /// Ends a pass.
    pub(crate) fn recall(&mut self, name: &str) {
        self.passes.remove(name);
    }

    /// Whether this is the name of an account, or of a pass that is lent now or lapsed some time ago: those are written
    /// as the account's name, `~` and something random.
    pub(crate) fn has_account(&self, user: &str) -> bool {
        let of_pass = || user.split_once('~').is_some_and(|(user, _)| self.accounts.contains_key(user));
        self.accounts.contains_key(user) || self.passes.contains_key(user) || of_pass()
    }

    /// Whether a contact of this user that was registered by `proof` still holds.
    pub(crate) fn holds(&self, user: &str, proof: &str) -> bool {
        let by_pass = || self.passes.values().any(|(pass, own)| pass.account.user == user && own == proof);
        self.proof(user).is_some_and(|own| own == proof || by_pass())
    }

    /// What a contact that is registered with these credentials of the user is registered by.
    pub(crate) fn login_proof(&self, user: &str, credentials: &[AuthParams]) -> String {
        let mine = |params: &&AuthParams| params.is_digest() && params.get("realm") == Some(&self.config.realm);
        let name = credentials.iter().find(mine).and_then(|params| params.get("username"));
        let pass = name.and_then(|name| self.passes.get(name)).filter(|(pass, _)| pass.account.user == user);
        pass.map(|(_, proof)| proof.clone()).or_else(|| self.proof(user)).unwrap_or_default()
    }

    /// What a contact of this user was registered by; `None`: there is no such account.
    pub(crate) fn proof(&self, user: &str) -> Option<String> {
        self.accounts.get(user).map(Account::proof)
    }

    pub(crate) fn used_nonces(&self) -> usize {
        self.used.len()
    }

    /// When the next used nonce lapses.
    pub(crate) fn next_lapse(&self) -> Option<Instant> {
        self.lapses.front().map(|(at, _)| *at)
    }

    /// Forgets nonces that have lapsed.
    pub(crate) fn expire(&mut self, now: Instant) {
        while let Some((_, nonce)) = self.lapses.pop_front_if(|(at, _)| *at <= now) {
            self.used.remove(&nonce);
        }
    }

    /// The challenges for a client, the preferred algorithm first.
    pub(crate) fn challenges(
        &mut self,
        now: Instant,
        source: IpAddr,
        stale: bool,
        chance: &mut Chance,
    ) -> Vec<AuthParams> {
        let nonce = self.nonce(now, source, chance.number());
        let challenge = |algorithm: &Algorithm| {
            let mut params = AuthParams::digest();
            params.push_quoted("realm", &self.config.realm);
            params.push_quoted("nonce", &nonce);
            params.push("algorithm", algorithm.token());
            params.push_quoted("qop", "auth");
            if stale {
                params.push("stale", "true");
            }
            params
        };
        self.config.algorithms.iter().map(challenge).collect()
    }

    fn nonce(&mut self, now: Instant, source: IpAddr, salt: u64) -> String {
        let age = now.saturating_duration_since(*self.epoch.get_or_insert(now)).as_millis() as u64;
        let mut bytes = [0; NONCE];
        bytes[..8].copy_from_slice(&age.to_be_bytes());
        bytes[8..STAMP].copy_from_slice(&salt.to_be_bytes());
        let seal = self.seal(&bytes[..STAMP], source);
        bytes[STAMP..].copy_from_slice(&seal);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// HMAC-SHA-256 of the stamp and the source, cut to 16 bytes.
    fn seal(&self, stamp: &[u8], source: IpAddr) -> [u8; 16] {
        let source = match source.to_canonical() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            IpAddr::V6(v6) => v6.octets(),
        };
        let seal = hmac_sha256(&self.secret, &[stamp, &source]);
        let mut out = [0; 16];
        out.copy_from_slice(&seal[..16]);
        out
    }

    /// When a nonce of ours lapses; `None` when it is not ours or not this source's.
    fn lapse(&self, nonce: &str, source: IpAddr) -> Option<Instant> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(nonce).ok().filter(|bytes| bytes.len() == NONCE)?;
        let (stamp, seal) = bytes.split_at(STAMP);
        if !bool::from(self.seal(stamp, source).ct_eq(seal)) {
            return None;
        }
        let age = stamp[..8].iter().fold(0_u64, |age, byte| age << 8 | u64::from(*byte));
        self.epoch?.checked_add(std::time::Duration::from_millis(age) + self.config.nonce_lifetime)
    }

    /// Checks the credentials of a request that came from `source`: first the nonce, so that nobody who makes up a source
    /// can speak for it or lock an account.
    ///
    /// The work is the same for users that exist and those that do not, and a locked account tells nobody whether the
    /// password was right. The `uri` parameter is taken as it is: proxies
    /// on the way may have changed the Request-URI.
    /// `registered`: whether a phone of that user is registered from this source.
    pub(crate) fn check(
        &mut self,
        now: Instant,
        method: &str,
        source: IpAddr,
        credentials: &[AuthParams],
        registered: &dyn Fn(&str) -> bool,
    ) -> Verdict {
        let mine = |params: &&AuthParams| params.is_digest() && params.get("realm") == Some(&self.config.realm);
        let Some(params) = credentials.iter().find(mine) else { return Verdict::Missing };
        // A client that was given its nonce elsewhere, or before we were started: it may simply ask for a new one.
        let lapse = params.get("nonce").and_then(|nonce| self.lapse(nonce, source));
        let Some(lapse) = lapse.filter(|lapse| *lapse > now) else { return Verdict::Stale };
        let matches = self.matches(now, method, params);
        if params.get("username").is_some_and(|user| self.is_locked(now, user) && !registered(user)) {
            return Verdict::Locked;
        }
        let Some((user, nonce, count)) = matches else {
            self.count_wrong(now, params.get("username"));
            return Verdict::Wrong;
        };
        self.expire(now);
        if !self.used.contains_key(&nonce) {
            if self.used.len() >= self.config.max_nonces {
                return Verdict::Stale;
            }
            let at = self.lapses.partition_point(|(other, _)| *other <= lapse);
            self.lapses.insert(at, (lapse, nonce.clone()));
        }
        let used = self.used.entry(nonce).or_insert(Used { highest: 0, window: 0 });
        let fresh = match count {
            Some(count) => used.take(count),
            // Without qop there is no count: good for one use.
            None => used.highest == 0 && used.take(u32::MAX),
        };
        if fresh { Verdict::Valid(user) } else { Verdict::Replayed }
    }

    /// Counts a wrong password of an account that exists: there are never more entries than accounts.
    fn count_wrong(&mut self, now: Instant, user: Option<&str>) {
        let Some(user) = user.filter(|user| self.accounts.contains_key(*user)) else { return };
        let wrong = self.wrong.entry(user.to_owned()).or_insert((now, 0));
        if now >= wrong.0 + WRONG_WINDOW {
            *wrong = (now, 0);
        }
        wrong.1 = wrong.1.saturating_add(1);
    }

    /// Too many wrong passwords were tried for this account.
    fn is_locked(&self, now: Instant, user: &str) -> bool {
        let most = self.config.max_wrong_per_hour;
        let wrong = self.wrong.get(user).filter(|(since, _)| now < *since + WRONG_WINDOW);
        most > 0 && wrong.is_some_and(|(_, count)| *count >= most)
    }

    /// The user, the nonce and its count, when the response is right.
    fn matches(&self, now: Instant, method: &str, params: &AuthParams) -> Option<(String, String, Option<u32>)> {
        let user = params.get("username")?;
        let nonce = params.get("nonce")?;
        let algorithm = Algorithm::from_token(params.get("algorithm").unwrap_or("MD5"))?;
        let offered = self.config.algorithms.contains(&algorithm);
        let auth = match params.get("qop") {
            Some(qop) if qop.eq_ignore_ascii_case("auth") => Some((params.get("nc")?, params.get("cnonce")?)),
            Some(_) => return None,
            None => None,
        };
        let pass = || self.passes.get(user).filter(|(pass, _)| pass.until > now).map(|(pass, _)| &pass.account);
        let account = self.accounts.get(user).or_else(pass).filter(|account| account.realm == self.config.realm);
        let whose = account.map_or(user, |account| &account.user);
        let hash = account.map(|account| match algorithm {
            Algorithm::Md5 => account.ha1_md5.as_str(),
            Algorithm::Sha256 => account.ha1_sha256.as_str(),
        });
        let hash = hash.filter(|hash| !hash.is_empty());
        let ha1 = hash.unwrap_or(&self.nobody);
        let inputs = Inputs { method, uri: params.get("uri")?, nonce, auth };
        let right = same_hash(&response(algorithm, ha1, inputs), params.get("response")?);
        let count = match auth {
            Some((nc, _)) => Some(u32::from_str_radix(nc, 16).ok().filter(|count| *count > 0)?),
            None => None,
        };
        (right && hash.is_some() && offered).then(|| (whose.to_owned(), nonce.to_owned(), count))
    }
}

/// RFC 2104, for keys of 32 bytes.
fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let pad = |byte: u8| {
        let mut block = [byte; BLOCK];
        block.iter_mut().zip(key).for_each(|(pad, key)| *pad ^= key);
        block
    };
    let mut inner = Sha256::new_with_prefix(pad(0x36));
    for part in parts {
        inner.update(part);
    }
    Sha256::new_with_prefix(pad(0x5c)).chain_update(inner.finalize()).finalize().into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::digest::hex;
    use crate::digest::{ClientAuth, Credentials};

    const SOURCE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    struct Fixture {
        chance: Chance,
        server: Authenticator,
        now: Instant,
    }

    #[expect(clippy::disallowed_methods, reason = "the origin of virtual time")]
    fn fixture() -> Fixture {
        let mut chance = Chance::new(1);
        let mut server = Authenticator::new(DigestConfig::default(), &mut chance);
        server.set_accounts(vec![Account::from_password("anna", "callwright", "pw")]);
        Fixture { chance, server, now: Instant::now() }
    }

    impl Fixture {
        fn challenges(&mut self) -> Vec<AuthParams> {
            self.server.challenges(self.now, SOURCE, false, &mut self.chance)
        }

        fn login(&mut self, user: &str, password: &str, challenges: &[AuthParams]) -> AuthParams {
            let mut client = ClientAuth::new(Some(Credentials::new(user, password)));
            assert!(client.challenged(challenges, false));
            client.authorize("REGISTER", "sip:callwright", &mut self.chance).remove(0).1
        }

        fn check(&mut self, params: &AuthParams, source: IpAddr) -> Verdict {
            self.server.check(self.now, "REGISTER", source, std::slice::from_ref(params), &|_| false)
        }
    }

    /// RFC 4231 test case 2 has a short key; padded with zeros to 32 bytes it is the same key.
    #[test]
    fn hmac_vector() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mac = hmac_sha256(&key, &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(hex(&mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn both_algorithms_are_accepted_and_wrong_passwords_are_not() {
        let mut it = fixture();
        let challenges = it.challenges();
        assert_eq!(challenges.len(), 2);
        for challenge in &challenges {
            let login = it.login("anna", "pw", std::slice::from_ref(challenge));
            let fresh = it.challenges();
            let _ = fresh;
            assert_eq!(login.get("algorithm"), challenge.get("algorithm"));
            // Both share a nonce, so the second use has the same count.
            let verdict = it.check(&login, SOURCE);
            assert!(matches!(verdict, Verdict::Valid(_) | Verdict::Replayed));
        }
        let login = it.login("anna", "wrong", &challenges);
        assert_eq!(it.check(&login, SOURCE), Verdict::Wrong);
        let login = it.login("nobody", "pw", &challenges);
        assert_eq!(it.check(&login, SOURCE), Verdict::Wrong);
        assert_eq!(it.server.check(it.now, "REGISTER", SOURCE, &[], &|_| false), Verdict::Missing);
    }

    #[test]
    fn unknown_users_cost_as_many_hashes_as_wrong_passwords() {
        let mut it = fixture();
        let challenges = it.challenges();
        for (index, challenge) in challenges.iter().enumerate() {
            let mut cost = |user: &str, password: &str| {
                let login = it.login(user, password, std::slice::from_ref(challenge));
                let before = crate::digest::hashes_made();
                it.check(&login, SOURCE);
                crate::digest::hashes_made() - before
            };
            let wrong = cost("anna", "wrong");
            assert!(wrong > 0);
            assert_eq!(cost("nobody", "pw"), wrong, "algorithm {index}");
            assert_eq!(cost("anna", "pw"), wrong, "algorithm {index}");
        }
    }

    #[test]
    fn an_account_under_attack_logs_in_only_from_where_it_is_registered() {
        let mut it = fixture();
        let attacker = "203.0.113.1".parse().unwrap();
        for _ in 0..200 {
            let challenges = it.server.challenges(it.now, attacker, false, &mut it.chance);
            let login = it.login("anna", "guess", &challenges);
            assert_eq!(it.check(&login, attacker), Verdict::Wrong);
        }
        let challenges = it.challenges();
        let login = it.login("anna", "guess", &challenges);
        assert_eq!(it.check(&login, SOURCE), Verdict::Locked);
        let login = it.login("anna", "pw", &challenges);
        assert_eq!(it.check(&login, SOURCE), Verdict::Locked, "it may have been guessed");
        let there = it.server.check(it.now, "REGISTER", SOURCE, std::slice::from_ref(&login), &|user| user == "anna");
        assert_eq!(there, Verdict::Valid("anna".into()), "its own phone goes on");
        it.now += Duration::from_hours(1);
        let challenges = it.challenges();
        let login = it.login("anna", "pw", &challenges);
        assert_eq!(it.check(&login, SOURCE), Verdict::Valid("anna".into()));
    }

    #[test]
    fn who_was_not_given_the_nonce_locks_nobody_out() {
        let mut it = fixture();
        let challenges = it.challenges();
        let made_up = "203.0.113.1".parse().unwrap();
        for _ in 0..400 {
            let login = it.login("anna", "guess", &challenges);
            assert_eq!(it.check(&login, made_up), Verdict::Stale);
        }
        let login = it.login("anna", "pw", &challenges);
        assert_eq!(it.check(&login, SOURCE), Verdict::Valid("anna".into()));
    }

    #[test]
    fn a_count_is_good_for_one_use() {
        let mut it = fixture();
        let challenges = it.challenges();
        let login = it.login("anna", "pw", &challenges);
        assert_eq!(it.check(&login, SOURCE), Verdict::Valid("anna".into()));
        assert_eq!(it.check(&login, SOURCE), Verdict::Replayed);
    }

    #[test]
    fn a_nonce_is_bound_to_its_source_and_lapses() {
        let mut it = fixture();
        let challenges = it.challenges();
        let login = it.login("anna", "pw", &challenges);
        assert_eq!(it.check(&login, "192.0.2.2".parse().unwrap()), Verdict::Stale);
        it.now += Duration::from_secs(301);
        assert_eq!(it.check(&login, SOURCE), Verdict::Stale);
    }

    #[test]
    fn a_pass_logs_its_account_in_for_a_while() {
        let mut it = fixture();
        let until = it.now + Duration::from_mins(1);
        it.server.lend(it.now, Pass::from_password("anna~x", "anna", "callwright", "lent", until));
        let log_in = |it: &mut Fixture, password: &str| {
            let challenges = it.challenges();
            let login = it.login("anna~x", password, &challenges);
            (it.check(&login, SOURCE), it.server.login_proof("anna", std::slice::from_ref(&login)))
        };
        let (verdict, proof) = log_in(&mut it, "lent");
        assert_eq!(verdict, Verdict::Valid("anna".into()));
        assert_eq!(log_in(&mut it, "pw").0, Verdict::Wrong, "the account's own password is for its own name");
        assert!(it.server.holds("anna", &proof) && !it.server.holds("ben", &proof));
        assert_ne!(Some(&proof), it.server.proof("anna").as_ref());
        it.server.recall("anna~x");
        assert!(!it.server.holds("anna", &proof));
        it.server.lend(it.now, Pass::from_password("anna~x", "anna", "callwright", "lent", until));
        it.now = until;
        assert_eq!(log_in(&mut it, "lent").0, Verdict::Wrong, "it has lapsed");
        it.server.set_accounts(Vec::new());
        assert!(it.server.passes.is_empty());
    }

    #[test]
    fn used_nonces_are_forgotten() {
        let mut it = fixture();
        let challenges = it.challenges();
        let login = it.login("anna", "pw", &challenges);
        it.check(&login, SOURCE);
        assert_eq!(it.server.used_nonces(), 1);
        let lapse = it.server.next_lapse().unwrap();
        it.server.expire(lapse);
        assert_eq!((it.server.used_nonces(), it.server.next_lapse()), (0, None));
    }

    #[test]
    fn counts_may_come_out_of_order_but_not_twice() {
        let mut used = Used { highest: 0, window: 0 };
        assert!(used.take(3) && used.take(1) && used.take(2));
        assert!(!used.take(1) && !used.take(3));
        assert!(used.take(200));
        assert!(!used.take(100), "behind the window");
    }
}
