//! What operators want to know of encrypted connections.

use std::sync::Arc;

use super::failures::ConnectFailure;
use super::handle::SipHandle;
use super::tls::{CertificateState, TlsError};

impl SipHandle {
    /// The certificates that we show, with their names and dates; none when TLS is off.
    pub fn certificates(&self) -> Vec<CertificateState> {
        self.streams.tls.as_ref().map(|tls| tls.certificates()).unwrap_or_default()
    }

    /// Reads certificates, keys and CAs again. New connections have the new ones; those that stand, and the calls on
    /// them, are not touched.
    ///
    /// # Errors
    /// When a file cannot be read or used: then everything stays as it was.
    pub async fn reload_certificates(&self) -> Result<(), TlsError> {
        let Some(tls) = self.streams.tls.clone() else { return Ok(()) };
        let done = tokio::task::spawn_blocking(move || tls.reload()).await;
        // It only fails when the runtime goes down, and then nobody needs certificates.
        done.unwrap_or(Ok(()))
    }

    /// The latest connections of ours that came to nothing, and why, the oldest first.
    pub fn connect_failures(&self) -> Vec<ConnectFailure> {
        self.streams.failures.list()
    }
}

/// What the handle keeps of the streams.
#[derive(Debug)]
pub(crate) struct Streams {
    pub(crate) tls: Option<Arc<super::tls::Tls>>,
    pub(crate) failures: Arc<super::failures::Failures>,
}
