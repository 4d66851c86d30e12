//! Looks at the signatures of callers' numbers and makes our own: the files, the clock and the certificates of others
//! that the room `stir` does without.

mod cache;
mod pen;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use calls::{NoProver, Proof, Prover, Signed, Verifying};
use reqwest::Url;
use stir::{Call, Chain, ChainError, Fault, Identity, Passport, Roots, check_claims};

use self::cache::{Cache, Found};
use self::pen::Pen;
use super::web::Web;
use crate::api::now_ms;
use crate::config::StirSection;

/// Hosts of certificates that are remembered.
const MAX_HOSTS: usize = 1_024;

/// `[stir]` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StirFailure {
    /// A file cannot be read.
    #[error("{path} of `[stir]` cannot be read")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of certificates is of no use.
    #[error("{path} of `[stir]` is of no use: {fault}")]
    Certificate {
        /// Which.
        path: PathBuf,
        /// Why.
        fault: ChainError,
    },
    /// The key is of no use.
    #[error(
        "`stir.key_file` holds no key of P-256 in PKCS #8: make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`"
    )]
    Key,
    /// A key without an address.
    #[error("`stir.key_file` needs `stir.url`, the https address of its certificate")]
    Url,
    /// A bad name for ourselves.
    #[error("`stir.origid` is a UUID, such as 123e4567-e89b-12d3-a456-426655440000")]
    Origid,
    /// What fetches certificates cannot be made.
    #[error("what fetches certificates cannot be made")]
    Web(#[source] reqwest::Error),
}

/// Makes what looks at signatures, as it is configured.
pub(super) fn start(section: &StirSection) -> Result<Arc<dyn Prover>, StirFailure> {
    let pen = Pen::read(section)?;
    if section.roots.is_empty() && pen.is_none() {
        return Ok(Arc::new(NoProver));
    }
    let mut roots = Roots::default();
    for path in &section.roots {
        roots.add(&read(path)?).map_err(|fault| StirFailure::Certificate { path: path.clone(), fault })?;
    }
    let mut known = HashMap::new();
    for (url, path) in &section.certificates {
        let chain = Chain::read(&read(path)?);
        let chain = chain.map_err(|fault| StirFailure::Certificate { path: path.clone(), fault })?;
        known.insert(url.clone(), Arc::new(chain));
    }
    let cache = if section.fetch && !roots.is_empty() {
        let web = Web::new(false).map_err(StirFailure::Web)?;
        Some(Cache::new(Arc::new(web), Duration::from_secs(section.cache_s)))
    } else {
        None
    };
    let wait = Duration::from_millis(section.wait_ms);
    let hosts = Mutex::default();
    Ok(Arc::new(House { roots, known, cache, hosts, max_age: section.max_age_s, wait, pen }))
}

fn read(path: &Path) -> Result<Vec<u8>, StirFailure> {
    std::fs::read(path).map_err(|source| StirFailure::Read { path: path.to_owned(), source })
}

struct House {
    roots: Roots,
    /// Certificates of the configuration by address.
    known: HashMap<String, Arc<Chain>>,
    /// Those that are fetched; `None`: none are.
    cache: Option<Cache>,
    /// Whose certificates have proved a signature since the start.
    hosts: Mutex<HashSet<String>>,
    max_age: u64,
    wait: Duration,
    pen: Option<Pen>,
}

impl House {
    async fn look(&self, signed: &Signed) -> Proof {
        if self.roots.is_empty() {
            return Proof::Off;
        }
        let identity = match Identity::choose(signed.identities.iter().map(String::as_str)) {
            None => return Proof::Bad(Fault::Missing),
            Some(Err(fault)) => return Proof::Bad(fault),
            Some(Ok(identity)) => identity,
        };
        let now = u64::try_from(now_ms() / 1_000).unwrap_or(0);
        let call =
            Call { callers: &signed.callers, callees: &signed.callees, date: signed.date, now, max_age: self.max_age };
        // What needs no certificate first: nobody makes us fetch one with a signature that speaks of another call.
        let read = Passport::read(&identity, &call).and_then(|it| check_claims(&it, &call).map(|()| it));
        let passport = match read {
            Ok(passport) => passport,
            Err(fault) => return Proof::Bad(fault),
        };
        let chain = match self.certificate(&passport.x5u).await {
            Found::Chain(chain) => chain,
            Found::Nothing => return Proof::Bad(Fault::NoCertificate),
            Found::Unreadable => return Proof::Bad(Fault::BadCertificate),
            Found::Late if self.has_proved(&passport.x5u) => return Proof::Unknown,
            Found::Late => return Proof::Stalled,
        };
        match chain.verify(&self.roots, &passport, now) {
            Ok(()) => {
                self.note_proved(&passport.x5u);
                Proof::Good(passport.attestation)
            }
            Err(fault) => Proof::Bad(fault),
        }
    }

    fn has_proved(&self, address: &str) -> bool {
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        host(address).is_some_and(|host| hosts.contains(&host))
    }

    fn note_proved(&self, address: &str) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = host(address).filter(|_| hosts.len() < MAX_HOSTS) {
            hosts.insert(host);
        }
    }

    async fn certificate(&self, address: &str) -> Found {
        if let Some(chain) = self.known.get(address) {
            return Found::Chain(chain.clone());
        }
        match &self.cache {
            Some(cache) => tokio::time::timeout(self.wait, cache.get(address)).await.unwrap_or(Found::Late),
            None => Found::Nothing,
        }
    }
}

fn host(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_owned)
}

impl Prover for House {
    fn verify(&self, signed: Signed) -> Verifying<'_> {
        Box::pin(async move {
            let proof = self.look(&signed).await;
            let result = match proof {
                Proof::Off => return proof,
                Proof::Unknown | Proof::Stalled => "unknown",
                Proof::Good(Some(attestation)) => attestation.as_str(),
                Proof::Good(None) => "verified",
                Proof::Bad(fault) => fault.word(),
            };
            metrics::counter!("callwright_stir_total", "result" => result).increment(1);
            proof
        })
    }

    fn sign(&self, caller: &str, callee: &str) -> Option<String> {
        let now = u64::try_from(now_ms() / 1_000).ok()?;
        self.pen.as_ref()?.sign(caller, callee, now)
    }
}

#[cfg(test)]
mod tests;
