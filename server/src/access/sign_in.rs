//! Signing in: by password and code, by a link, and out again.

use std::net::IpAddr;

use call_model::{SessionId, UserId};
use store::{AuditResult, NewSession, NewUser, Role, SessionRecord, UserChange, UserRecord};

use super::scopes::Scopes;
use super::throttle::Account;
use super::{Access, AccessFault, Principal, hash_token, new_token, password, totp, users};

/// How long what was seen of a session is not written anew, ms.
const SEEN_EVERY_MS: i64 = 60_000;
/// Recovery codes that are made at a time, and bytes of each.
const RECOVERY_CODES: usize = 10;
const RECOVERY_BYTES: usize = 10;
/// The longest password that is looked at, bytes.
const MAX_PASSWORD: usize = 2_048;

/// Where and by what somebody signs in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    pub address: Option<IpAddr>,
    pub agent: Option<String>,
}

/// What is given to sign in.
pub(crate) struct Credentials {
    pub name: String,
    pub password: String,
    pub code: Option<String>,
    pub address: Option<IpAddr>,
    pub agent: Option<String>,
}

/// What is given with a link.
pub(crate) struct LinkUse {
    pub token: String,
    pub password: String,
    pub name: Option<String>,
    pub display: Option<String>,
    pub address: Option<IpAddr>,
    pub agent: Option<String>,
}

/// A session that has begun.
pub(crate) struct FreshSession {
    /// What its cookie holds: shown here and never again.
    pub token: String,
    pub session: SessionRecord,
    pub user: UserRecord,
}

/// A second factor that waits to be confirmed.
pub(crate) struct SecondFactor {
    pub secret: String,
    pub uri: String,
}

impl Access {
    /// Signs somebody in. Unknown names cost as much as wrong passwords.
    pub(crate) async fn sign_in(&self, given: &Credentials) -> Result<FreshSession, AccessFault> {
        let name = users::folded(&given.name);
        let user = self.store().user_by_name(&name).await?;
        let account = user.as_ref().map_or_else(|| Account::nobody(&name), |user| Account::User(user.id));
        let id = user.as_ref().map(|user| user.id);
        let outcome = match self.begin(account, given.address) {
            Ok(()) => self.prove(user, given, account).await,
            Err(fault) => Err(fault),
        };
        let result = match &outcome {
            Ok(_) => AuditResult::Ok,
            // No attempt yet: the code follows.
            Err(AccessFault::SecondFactorNeeded) => return outcome,
            Err(AccessFault::Wrong | AccessFault::Wait(_)) => AuditResult::Refused,
            Err(_) => AuditResult::Failed,
        };
        self.note_stranger(id, given.address, "session.begin", result).await;
        outcome
    }

    async fn prove(
        &self,
        user: Option<UserRecord>,
        given: &Credentials,
        account: Account,
    ) -> Result<FreshSession, AccessFault> {
        let kept = user.as_ref().filter(|user| !user.disabled).and_then(|user| user.password.clone());
        let right = given.password.len() <= MAX_PASSWORD && self.verify(&given.password, kept).await?;
        let Some(user) = user.filter(|_| right) else { return Err(AccessFault::Wrong) };
        if let Some(secret) = &user.totp {
            match &given.code {
                None => {
                    self.throttle(|throttle, _| throttle.take_back(account, given.address));
                    return Err(AccessFault::SecondFactorNeeded);
                }
                Some(code) if self.use_code(user.id, secret, code).await? => {}
                Some(_) => return Err(AccessFault::Wrong),
            }
        }
        self.throttle(|throttle, now| throttle.forgive(account, given.address, now));
        self.start(user, Place { address: given.address, agent: given.agent.clone() }).await
    }

    /// Begins a session.
    pub(crate) async fn start(&self, user: UserRecord, place: Place) -> Result<FreshSession, AccessFault> {
        let (token, hash) = new_token()?;
        let now = self.now_ms();
        let new = NewSession {
            user: user.id,
            hash,
            until_ms: now + self.rules().longest.as_millis() as i64,
            address: place.address.map(|address| address.to_string()),
            agent: place.agent,
            most: self.rules().sessions,
        };
        let session = self.store().begin_session(new, now).await?;
        Ok(FreshSession { token, session, user })
    }

    /// The session of a token, with its user, where both hold.
    pub(crate) async fn session(&self, token: &str) -> Result<Option<(SessionRecord, UserRecord)>, AccessFault> {
        let Some(session) = self.store().session(hash_token(token)).await? else { return Ok(None) };
        let now = self.now_ms();
        if !self.holds(&session, now) {
            self.store().end_session(session.id, None).await?;
            return Ok(None);
        }
        let Some(user) = self.store().user(session.user).await?.filter(|user| !user.disabled) else { return Ok(None) };
        if now - session.seen_ms >= SEEN_EVERY_MS {
            self.store().see_session(session.id, now).await?;
        }
        Ok(Some((session, user)))
    }

    fn holds(&self, session: &SessionRecord, now_ms: i64) -> bool {
        let idle = self.rules().idle.as_millis() as i64;
        now_ms < session.until_ms && now_ms - session.seen_ms < idle
    }

    /// When a session ends if it is not used any more, ms since the Unix epoch.
    pub(crate) fn ends_ms(&self, session: &SessionRecord) -> i64 {
        session.until_ms.min(self.now_ms() + self.rules().idle.as_millis() as i64)
    }

    /// Ends the session of a token, if there is one.
    pub(crate) async fn end_token(&self, token: &str) -> Result<(), AccessFault> {
        if let Some(session) = self.store().session(hash_token(token)).await? {
            self.end(session.id, None).await?;
        }
        Ok(())
    }

    /// Ends a session, of this user where one is named. `false`: there is none.
    pub(crate) async fn end(&self, id: SessionId, user: Option<UserId>) -> Result<bool, AccessFault> {
        let ended = self.store().end_session(id, user).await?;
        self.changed();
        Ok(ended)
    }

    /// Whether somebody who was let in would be let in as the same now.
    pub(crate) async fn stands(&self, who: &Principal) -> bool {
        let (Some(id), Some(session)) = (who.user_id(), who.session()) else { return true };
        let Ok(Some(user)) = self.store().user(id).await else { return false };
        let same = Scopes::of_role(user.role) == who.scopes() && user.member == who.member() && !user.disabled;
        same && self.sessions(Some(id)).await.is_ok_and(|held| held.iter().any(|held| held.id == session))
    }

    /// The sessions that hold, of a user or of all.
    pub(crate) async fn sessions(&self, user: Option<UserId>) -> Result<Vec<SessionRecord>, AccessFault> {
        let (mut sessions, now) = (self.store().sessions(user).await?, self.now_ms());
        sessions.retain(|session| self.holds(session, now));
        Ok(sessions)
    }

    /// Sets a password by a link, which makes the first admin where it belongs to nobody, and signs in.
    pub(crate) async fn use_link(&self, given: &LinkUse) -> Result<FreshSession, AccessFault> {
        let address = given.address;
        let place = Place { address, agent: given.agent.clone() };
        self.begin_address(address)?;
        let hash = hash_token(&given.token);
        let Some(owner) = self.store().link(hash, self.now_ms()).await? else {
            self.note_stranger(None, address, "link.use", AuditResult::Refused).await;
            return Err(AccessFault::Link);
        };
        self.throttle(|throttle, _| throttle.take_back_address(address));
        let user = match owner {
            None => self.first_admin(hash, given).await?,
            Some(id) => self.new_password(id, hash, given).await?,
        };
        self.throttle(|throttle, now| throttle.forgive(Account::User(user.id), address, now));
        self.note_stranger(Some(user.id), address, "link.use", AuditResult::Ok).await;
        self.start(user, place).await
    }

    async fn first_admin(&self, link: [u8; 32], given: &LinkUse) -> Result<UserRecord, AccessFault> {
        let name = given.name.as_deref().ok_or(AccessFault::Invalid("`name`: say what you are called to sign in"))?;
        let name = users::checked_name(name)?;
        let display = users::checked_display(given.display.as_deref().unwrap_or(&name))?;
        password::check(&given.password, &name, &display)?;
        let password = Some(self.hash(&given.password).await?);
        let role = Role::Admin;
        let new = NewUser { name, display, role, member: None, password, openid: None, language: None };
        self.store().add_first_user(link, new, self.now_ms()).await?.ok_or(AccessFault::Link)
    }

    async fn new_password(&self, id: UserId, link: [u8; 32], given: &LinkUse) -> Result<UserRecord, AccessFault> {
        let user = self.store().user(id).await?.filter(|user| !user.disabled).ok_or(AccessFault::Link)?;
        let display = given.display.as_deref().map(users::checked_display).transpose()?;
        password::check(&given.password, &user.name, display.as_deref().unwrap_or(&user.display))?;
        let hash = self.hash(&given.password).await?;
        if !self.store().set_password(id, &hash, Some(link), self.now_ms()).await? {
            return Err(AccessFault::Link);
        }
        self.changed();
        if display.is_some() {
            let change = UserChange { display, ..UserChange::default() };
            return Ok(self.store().change_user(id, change, self.now_ms()).await?);
        }
        self.store().user(id).await?.ok_or(AccessFault::Link)
    }

    /// Changes one's own password: all sessions end, and a new one begins.
    pub(crate) async fn change_password(
        &self,
        id: UserId,
        old: &str,
        new: &str,
        place: Place,
    ) -> Result<FreshSession, AccessFault> {
        let user = self.store().user(id).await?.ok_or(AccessFault::Wrong)?;
        let account = Account::User(id);
        self.begin(account, place.address)?;
        if old.len() > MAX_PASSWORD || !self.verify(old, user.password.clone()).await? {
            return Err(AccessFault::Wrong);
        }
        self.throttle(|throttle, now| throttle.forgive(account, place.address, now));
        password::check(new, &user.name, &user.display)?;
        let hash = self.hash(new).await?;
        self.store().set_password(id, &hash, None, self.now_ms()).await?;
        self.changed();
        let user = self.store().user(id).await?.ok_or(AccessFault::Wrong)?;
        self.start(user, place).await
    }

    /// A secret for one-time codes, in use once a code of it was given.
    pub(crate) async fn propose_second_factor(&self, id: UserId) -> Result<SecondFactor, AccessFault> {
        let user = self.store().user(id).await?.ok_or(AccessFault::Wrong)?;
        if user.totp.is_some() {
            return Err(AccessFault::Conflict("there is a second factor already: remove it first"));
        }
        let mut secret = vec![0; totp::SECRET_BYTES];
        getrandom::fill(&mut secret).map_err(|_| AccessFault::System)?;
        let shown = SecondFactor { secret: totp::base32(&secret), uri: totp::uri(&user.name, &secret) };
        self.store().propose_totp(id, secret).await?;
        Ok(shown)
    }

    /// Takes it into use, and gives the codes that stand in for it.
    pub(crate) async fn confirm_second_factor(
        &self,
        id: UserId,
        code: &str,
        address: Option<IpAddr>,
    ) -> Result<Vec<String>, AccessFault> {
        let user = self.store().user(id).await?.ok_or(AccessFault::Wrong)?;
        let nothing = AccessFault::Conflict("nothing waits to be confirmed: ask for a secret by POST first");
        let secret = user.totp_new.ok_or(nothing)?;
        self.begin(Account::User(id), address)?;
        let step = totp::step_of(&secret, code, self.now_ms()).ok_or(AccessFault::Wrong)?;
        if !self.store().use_totp_step(id, step).await? {
            return Err(AccessFault::Wrong);
        }
        self.throttle(|throttle, now| throttle.forgive(Account::User(id), address, now));
        let codes = (0..RECOVERY_CODES).map(|_| recovery_code()).collect::<Result<Vec<_>, _>>()?;
        let hashes = codes.iter().map(|code| hash_recovery(id, code)).collect();
        self.store().confirm_totp(id, secret, hashes).await?;
        Ok(codes)
    }

    /// Takes the second factor away, by one of its codes.
    pub(crate) async fn remove_second_factor(
        &self,
        id: UserId,
        code: &str,
        address: Option<IpAddr>,
    ) -> Result<(), AccessFault> {
        let user = self.store().user(id).await?.ok_or(AccessFault::Wrong)?;
        let secret = user.totp.ok_or(AccessFault::Conflict("there is no second factor"))?;
        self.begin(Account::User(id), address)?;
        if !self.use_code(id, &secret, code).await? {
            return Err(AccessFault::Wrong);
        }
        self.throttle(|throttle, now| throttle.forgive(Account::User(id), address, now));
        Ok(self.store().remove_totp(id).await?)
    }

    /// Uses a one-time code, or a recovery code: each once.
    pub(super) async fn use_code(&self, id: UserId, secret: &[u8], code: &str) -> Result<bool, AccessFault> {
        Ok(match totp::step_of(secret, code, self.now_ms()) {
            Some(step) => self.store().use_totp_step(id, step).await?,
            None => self.store().use_recovery_code(id, hash_recovery(id, code)).await?,
        })
    }

    pub(super) fn begin(&self, account: Account, address: Option<IpAddr>) -> Result<(), AccessFault> {
        self.throttle(|throttle, now| throttle.begin(account, address, now)).map_err(wait_of)
    }

    /// Counts a guess for which no account can be told.
    pub(super) fn begin_address(&self, address: Option<IpAddr>) -> Result<(), AccessFault> {
        self.throttle(|throttle, now| throttle.begin_address(address, now)).map_err(wait_of)
    }

    pub(super) fn throttle<T>(&self, work: impl FnOnce(&mut super::throttle::Throttle, i64) -> T) -> T {
        let now = self.now_ms();
        work(&mut self.inner.throttle.lock().unwrap_or_else(std::sync::PoisonError::into_inner), now)
    }
}

pub(super) fn wait_of(wait_ms: i64) -> AccessFault {
    AccessFault::Wait(u64::try_from(wait_ms).unwrap_or(0).div_ceil(1_000).max(1))
}

/// A code of 80 random bits, in groups of four as people type them.
fn recovery_code() -> Result<String, AccessFault> {
    let mut bytes = [0; RECOVERY_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| AccessFault::System)?;
    let text = totp::base32(&bytes).to_lowercase();
    Ok(text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-"))
}

fn hash_recovery(id: UserId, code: &str) -> [u8; 32] {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    hash_token(&format!("{id}:{}", plain.to_ascii_lowercase()))
}
