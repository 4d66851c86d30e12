//! Logins of browsers' phones: each lent to a member for a while, and kept in memory as hashes alone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret;
use sip_core::Pass;
use tokio::task::AbortHandle;
use transport::sip::SipHandle;

use crate::api::{IceServer, LentPhone, PhoneError};
use crate::config::{PhoneSection, SecretError};

/// Logins that one session, or one key, may have at a time: one for each open page.
const MAX_OF_ONE: usize = 16;

/// Lends logins and takes them back.
pub(super) struct Phones {
    sip: SipHandle,
    realm: String,
    lifetime: Duration,
    ice_servers: Vec<IceServer>,
    lent: Arc<Mutex<Vec<Lent>>>,
}

/// A login that is lent.
struct Lent {
    name: String,
    /// The session or key that it is for.
    owner: String,
    /// What waits for the end of its time.
    end: AbortHandle,
}

impl Phones {
    /// # Errors
    /// When the password of a TURN server is not where the configuration says.
    pub(super) fn new(sip: SipHandle, realm: String, config: &PhoneSection) -> Result<Self, SecretError> {
        let ice_servers = config.ice_servers.iter().map(|server| {
            let credential = server.credential()?.map(|secret| secret.expose_secret().to_owned());
            Ok(IceServer { urls: server.urls.clone(), username: server.username.clone(), credential })
        });
        let ice_servers = ice_servers.collect::<Result<_, _>>()?;
        let lifetime = Duration::from_secs(config.login_minutes.clamp(1, 7 * 24 * 60) * 60);
        Ok(Self { sip, realm, lifetime, ice_servers, lent: Arc::default() })
    }

    /// Makes a login for a member's phone.
    pub(super) async fn lend(&self, member: &str, owner: String) -> Result<LentPhone, PhoneError> {
        let (mark, password) = random().ok_or(PhoneError::NoRandomness)?;
        // Written so that it is no member's own name: `~` is not among their characters.
        let name = format!("{member}~{mark}");
        let pass = Pass::from_password(&name, member, &self.realm, &password, Instant::now() + self.lifetime);
        let surplus = {
            let mut lent = lock(&self.lent);
            let own = lent.iter().filter(|it| it.owner == owner).count();
            let oldest = if own >= MAX_OF_ONE { lent.iter().position(|it| it.owner == owner) } else { None };
            let surplus = oldest.map(|at| lent.remove(at));
            lent.push(Lent { end: self.end_in_time(name.clone()), name: name.clone(), owner });
            surplus
        };
        if let Some(surplus) = surplus {
            self.recall(surplus).await;
        }
        self.sip.lend_pass(pass).await.map_err(|_| PhoneError::Stopped)?;
        Ok(LentPhone {
            user: name,
            password,
            realm: self.realm.clone(),
            good_for: self.lifetime,
            ice_servers: self.ice_servers.clone(),
        })
    }

    /// Ends the login when its time is over, and with it the contacts that were registered by it.
    fn end_in_time(&self, name: String) -> AbortHandle {
        let (sip, lent, lifetime) = (self.sip.clone(), Arc::downgrade(&self.lent), self.lifetime);
        let end = tokio::spawn(async move {
            tokio::time::sleep(lifetime).await;
            let Some(lent) = lent.upgrade() else { return };
            lock(&lent).retain(|it| it.name != name);
            // The transport may have been stopped meanwhile.
            let _ = sip.recall_pass(name).await;
        });
        end.abort_handle()
    }

    /// Takes one back before its time.
    async fn recall(&self, lent: Lent) {
        lent.end.abort();
        let _ = self.sip.recall_pass(lent.name).await;
    }

    /// Ends all logins of a session or a key.
    pub(super) async fn end_all_of(&self, owner: &str) {
        let ended: Vec<Lent> = lock(&self.lent).extract_if(.., |it| it.owner == owner).collect();
        for it in ended {
            self.recall(it).await;
        }
    }
}

fn lock(lent: &Mutex<Vec<Lent>>) -> MutexGuard<'_, Vec<Lent>> {
    lent.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A mark for a name and a password; `None`: the system has no random bits to give.
fn random() -> Option<(String, String)> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).ok()?;
    Some((URL_SAFE_NO_PAD.encode(&bits[..8]), URL_SAFE_NO_PAD.encode(&bits[8..])))
}
