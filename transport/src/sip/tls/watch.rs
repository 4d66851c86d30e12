//! Certificates that are replaced while we run.

use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use super::{Tls, TlsConfig};

/// What tells a changed file: its size and when it was written.
type Stamp = Option<(u64, SystemTime)>;

/// Looks for changed files until the SIP task is gone.
pub(crate) async fn watch(tls: Weak<Tls>, every: Duration) {
    let Some(files) = tls.upgrade().map(|tls| files_of(&tls.config)) else { return };
    let mut known = stamps(&files).await;
    loop {
        tokio::time::sleep(every).await;
        let now = stamps(&files).await;
        let Some(tls) = tls.upgrade() else { return };
        if now == known {
            continue;
        }
        known = now;
        reload(&tls).await;
    }
}

/// Reads them again, off the SIP task, and says in the log how that went.
async fn reload(tls: &Arc<Tls>) {
    let other = Arc::clone(tls);
    // The task can only fail by a panic, and then what was in use stays in use.
    let Ok(done) = tokio::task::spawn_blocking(move || other.reload()).await else { return };
    match done {
        Ok(()) => tracing::info!("certificates were read again; running calls go on with theirs"),
        Err(error) => tracing::error!(%error, "changed certificates cannot be used: those from before stay in use"),
    }
}

async fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    let mut stamps = Vec::with_capacity(files.len());
    for file in files {
        let found = tokio::fs::metadata(file).await.ok();
        stamps.push(found.and_then(|found| Some((found.len(), found.modified().ok()?))));
    }
    stamps
}

fn files_of(config: &TlsConfig) -> Vec<PathBuf> {
    let certificates = config.certificates.iter().chain(&config.own_certificate);
    let pairs = certificates.flat_map(|files| [files.certificate.clone(), files.key.clone()]);
    pairs.chain(config.client_ca.clone()).chain(config.ca.clone()).collect()
}
