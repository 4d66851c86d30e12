//! Who may do what: users and their sessions, the table of rights, one-time codes and links, the audit log.
//!
//! | module | what is in it |
//! |---|---|
//! | `scopes`, `rights` | what can be allowed, what roles are allowed, what each path asks for |
//! | `principal` | who asks: a key or a user |
//! | `origin` | whence a request comes |
//! | `password`, `totp`, `throttle` | passwords, one-time codes, how often they may be guessed; without I/O |
//! | `sign_in`, `users` | signing in and out, links, second factors; users |
//! | `openid` | signing in by a provider of OpenID Connect |

mod openid;
mod origin;
mod password;
mod principal;
pub(crate) mod rights;
pub(crate) mod scopes;
mod sign_in;
mod throttle;
mod totp;
mod users;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use store::{ActorKind, AuditEntry, AuditResult, Store, StoreError};
use tokio::sync::{Semaphore, watch};
use transport::sip::Network;

pub(crate) use openid::{Admitted, OpenIdFault, Return};
pub use openid::{OpenId, OpenIdError, OpenIdSettings};
pub(crate) use origin::{Caller, agent_family, cookie, is_own_page, is_unsafe, is_websocket};
pub use password::HashCost;
pub(crate) use principal::Principal;
pub(crate) use sign_in::{Credentials, FreshSession, LinkUse, Place};

/// The cookie that a session is kept in.
pub(crate) const COOKIE: &str = "callwright_session";

/// Passwords that are hashed at a time: each takes memory, and the sound of calls comes first.
const HASHING: usize = 2;
/// Who waits for that.
const HASHING_QUEUE: usize = 64;

/// How time is told, ms since the Unix epoch.
#[derive(Clone)]
pub struct WallClock(pub Arc<dyn Fn() -> i64 + Send + Sync>);

impl Default for WallClock {
    fn default() -> Self {
        Self(Arc::new(|| jiff::Timestamp::now().as_millisecond()))
    }
}

impl fmt::Debug for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WallClock")
    }
}

/// Rules of signing in.
#[derive(Debug, Clone)]
pub struct AccessRules {
    /// Address of the console, without a slash at its end, that links begin with.
    pub address: String,
    /// Pages elsewhere that may ask with a session of ours.
    pub origins: Vec<String>,
    /// Proxies whose word on addresses and encryption is believed.
    pub proxies: Vec<Network>,
    /// A session that is not used for so long ends. Default: 8 h.
    pub idle: Duration,
    /// A session ends after so long however much it is used. Default: 7 days.
    pub longest: Duration,
    /// Sessions of one user. Default: 20.
    pub sessions: u32,
    /// How long a link holds that makes the first admin or resets a password. Default: 24 h.
    pub link: Duration,
    /// How long an invitation holds. Default: 7 days.
    pub invitation: Duration,
    /// What hashing a password costs.
    pub cost: HashCost,
    /// A provider of OpenID Connect to sign in by. Default: none.
    pub openid: Option<OpenId>,
    /// How time is told.
    pub clock: WallClock,
}

impl Default for AccessRules {
    fn default() -> Self {
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        Self {
            address: "http://127.0.0.1:8080".to_owned(),
            origins: Vec::new(),
            proxies: Vec::new(),
            idle: hours(8),
            longest: hours(7 * 24),
            sessions: 20,
            link: hours(24),
            invitation: hours(7 * 24),
            cost: HashCost::default(),
            openid: None,
            clock: WallClock::default(),
        }
    }
}

/// Somebody is not let in, or something about users cannot be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessFault {
    /// Name, password or code is wrong.
    #[error("the name, the password or the code is wrong")]
    Wrong,
    /// The password is right, and a code is needed as well.
    #[error("give `code`, too: the one that your app shows now, or a recovery code")]
    SecondFactorNeeded,
    /// Too many guesses: so many seconds to wait.
    #[error("there were too many attempts: wait {0} s")]
    Wait(u64),
    /// The link holds no more, or never did.
    #[error("this link does not hold any more: ask for a new one")]
    Link,
    /// The sign-in by the provider took too long, or was over already.
    #[error("this sign-in does not hold any more: begin again")]
    Lapsed,
    /// The password will not do.
    #[error("{0}")]
    Weak(&'static str),
    /// Something that was given is not valid.
    #[error("{0}")]
    Invalid(&'static str),
    /// It does not go with what there is.
    #[error("{0}")]
    Conflict(&'static str),
    /// Too many sign in at once.
    #[error("too many sign in at once: try again in a moment")]
    Busy,
    /// There is no randomness, or no memory to hash a password.
    #[error("the system has no random bits or memory to give: try again")]
    System,
    /// The books failed.
    #[error("the books failed")]
    Store(#[from] StoreError),
}

/// Who may do what. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Access {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    rules: AccessRules,
    throttle: Mutex<throttle::Throttle>,
    hashing: Arc<Semaphore>,
    queue: Semaphore,
    /// Counts what may have ended a session.
    changes: watch::Sender<u64>,
}

impl Access {
    pub(crate) fn new(store: Store, rules: AccessRules) -> Self {
        let (hashing, queue) = (Arc::new(Semaphore::new(HASHING)), Semaphore::new(HASHING_QUEUE));
        let throttle = Mutex::default();
        let inner = Inner { store, rules, throttle, hashing, queue, changes: watch::Sender::new(0) };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn rules(&self) -> &AccessRules {
        &self.inner.rules
    }

    /// Now, ms since the Unix epoch.
    pub(crate) fn now_ms(&self) -> i64 {
        (self.inner.rules.clock.0)()
    }

    /// Changes whenever a session may have ended: who holds a connection of one open asks then whether it still stands.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Has those asked who hold a connection open whether they may still.
    pub(crate) fn changed(&self) {
        self.inner.changes.send_modify(|count| *count += 1);
    }

    /// Writes down what was done. That it cannot be written is in the log, and keeps nobody from anything.
    pub(crate) async fn note(&self, entry: AuditEntry) {
        if let Err(error) = self.store().add_audit(entry, self.now_ms()).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the audit log cannot be written");
        }
    }

    /// Writes down what somebody did who is not known yet, or only by their id.
    async fn note_stranger(
        &self,
        user: Option<call_model::UserId>,
        address: Option<IpAddr>,
        action: &str,
        result: AuditResult,
    ) {
        let kind = if user.is_some() { ActorKind::User } else { ActorKind::None };
        let (actor, address) = (user.map(|user| user.to_string()), address.map(|address| address.to_string()));
        self.note(AuditEntry { kind, actor, address, action: action.to_owned(), object: None, result }).await;
    }

    /// Runs what takes long and much memory, a few at a time.
    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccessFault> {
        let _place = self.inner.queue.try_acquire().map_err(|_| AccessFault::Busy)?;
        let turn = self.inner.hashing.clone().acquire_owned().await.map_err(|_| AccessFault::Busy)?;
        // The work goes on when nobody waits for it any more: the turn is its own.
        let work = move || {
            let done = work();
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| AccessFault::System)
    }

    async fn hash(&self, password: &str) -> Result<String, AccessFault> {
        let (password, cost) = (password.to_owned(), self.inner.rules.cost);
        self.hashing(move || password::hash(&password, cost)).await?.ok_or(AccessFault::System)
    }

    async fn verify(&self, password: &str, kept: Option<String>) -> Result<bool, AccessFault> {
        let (password, cost) = (password.to_owned(), self.inner.rules.cost);
        self.hashing(move || password::verify(&password, kept.as_deref(), cost)).await
    }
}

/// The link that makes the first admin.
pub struct FirstLink {
    /// The whole address.
    pub url: String,
    /// How long it holds.
    pub holds: Duration,
}

/// Makes the link of the first admin, while there is no user; earlier ones hold no more.
///
/// # Errors
/// Those of the books.
pub async fn first_link(store: Store, rules: AccessRules) -> Result<Option<FirstLink>, StoreError> {
    let holds = rules.link;
    match Access::new(store, rules).first_link().await {
        Ok(link) => Ok(link.map(|link| FirstLink { url: link.url, holds })),
        Err(AccessFault::Store(error)) => Err(error),
        Err(fault) => {
            tracing::error!(%fault, "the link of the first admin cannot be made: start again");
            Ok(None)
        }
    }
}

/// A new token, of 256 random bits, and its hash.
fn new_token() -> Result<(String, [u8; 32]), AccessFault> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).map_err(|_| AccessFault::System)?;
    let token = URL_SAFE_NO_PAD.encode(bits);
    let hash = hash_token(&token);
    Ok((token, hash))
}

fn hash_token(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// What a page shows that it has the session, by a header: whoever knows the cookie could make it, a page elsewhere not.
pub(crate) fn csrf_of(token: &str) -> String {
    let digest = Sha256::new().chain_update(b"csrf:").chain_update(token.as_bytes()).finalize();
    URL_SAFE_NO_PAD.encode(digest)
}

#[cfg(test)]
mod tests {
    use store::StoreConfig;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn whoever_hangs_up_does_not_free_the_turn_of_what_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        let access = Access::new(store, AccessRules::default());
        let ((begin, begun), (end, ended)) = (oneshot::channel(), std::sync::mpsc::channel::<()>());
        let work = move || {
            begin.send(()).unwrap();
            ended.recv().is_ok()
        };
        let asking = tokio::spawn({
            let access = access.clone();
            async move { access.hashing(work).await.is_ok() }
        });
        begun.await.unwrap();
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
        assert_eq!(access.inner.hashing.available_permits(), HASHING - 1);
        end.send(()).unwrap();
        assert!(access.inner.hashing.acquire_many(HASHING as u32).await.is_ok(), "and is over with it");
    }
}
