//! TLS (RFC 3261 section 26.2, RFC 5922): which certificates we show and to whom, and whom we believe.
//!
//! - `settings`: what can be set, and why it cannot be used. `load`: files into keys. `by_name`: which certificate a
//!   caller is shown. `verify`: whether a server is who it should be. `explain`: why a handshake failed, in words.
//! - [`Tls`]: what is in use now. [`Tls::reload`] replaces it in one step; connections that stand keep what they have.

mod by_name;
mod explain;
mod load;
mod settings;
mod verify;
mod watch;

use std::sync::{Arc, PoisonError, RwLock};

use rustls::{ClientConfig, ServerConfig};

pub(crate) use explain::explain;
pub(crate) use watch::watch;

pub use load::CertificateState;
pub use settings::{CertificateFiles, ClientCertificates, TlsConfig, TlsError, TlsVersion};

use load::Loaded;

/// The certificates and keys in use.
#[derive(Debug)]
pub(crate) struct Tls {
    config: TlsConfig,
    loaded: RwLock<Arc<Loaded>>,
}

impl Tls {
    /// Reads every file.
    ///
    /// # Errors
    /// When one cannot be read or used, or `listens` is said and there is no certificate to show.
    pub(crate) fn open(config: TlsConfig, listens: bool) -> Result<Self, TlsError> {
        if listens && config.certificates.is_empty() {
            return Err(TlsError::NoServerCertificate);
        }
        for server in &config.insecure {
            tracing::warn!(%server, "the certificate of this SIP server is not verified: anybody can pose as it");
        }
        let loaded = RwLock::new(Arc::new(load::load(&config)?));
        Ok(Self { config, loaded })
    }

    /// Reads every file again. When that fails, what was in use stays in use.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        let loaded = Arc::new(load::load(&self.config)?);
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }

    fn loaded(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What to meet callers with, over plain SIP or over WebSocket (whose ALPN is HTTP's).
    pub(crate) fn server(&self, web: bool) -> Option<Arc<ServerConfig>> {
        let loaded = self.loaded();
        if web { loaded.web.clone() } else { loaded.sip.clone() }
    }

    /// What to meet a server with.
    pub(crate) fn client(&self, server: &str) -> Arc<ClientConfig> {
        let loaded = self.loaded();
        let insecure = self.config.insecure.iter().any(|name| name.eq_ignore_ascii_case(server));
        Arc::clone(if insecure { &loaded.unverified } else { &loaded.client })
    }

    /// The certificates that we show, with their dates.
    pub(crate) fn certificates(&self) -> Vec<CertificateState> {
        self.loaded().certificates.clone()
    }
}

/// The certificates that these settings name, with their dates, for whoever looks at them without a running SIP task.
///
/// # Errors
/// When a file cannot be read or used.
pub fn certificate_states(config: &TlsConfig) -> Result<Vec<CertificateState>, TlsError> {
    Ok(load::load(config)?.certificates)
}
