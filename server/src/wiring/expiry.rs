//! How long our certificates are still good for, as a metric.

use std::path::{Path, PathBuf};

use metrics::gauge;
use transport::sip::{CertificateState, certificate_states};

use super::streams::tls_config;
use crate::config::TlsSection;

const DAY_S: f64 = 86_400.0;

/// Reads the files anew, as a reload would: a renewal that cannot be used shows before it is needed.
pub(super) async fn measure(section: &TlsSection) {
    let Ok(settings) = tls_config(section) else { return };
    let files: Vec<PathBuf> = settings.certificates.iter().map(|files| files.certificate.clone()).collect();
    let own = settings.own_certificate.as_ref().map(|files| files.certificate.clone());
    let files: Vec<PathBuf> = files.into_iter().chain(own).collect();
    if files.is_empty() {
        return;
    }
    let Ok(states) = tokio::task::spawn_blocking(move || certificate_states(&settings)).await else { return };
    let now_s = jiff::Timestamp::now().as_second();
    for (file, days) in left(&files, &states.unwrap_or_default(), now_s) {
        gauge!("callwright_certificate_days", "file" => file).set(days);
    }
}

/// Days that each file is good for.
fn left(files: &[PathBuf], states: &[CertificateState], now_s: i64) -> Vec<(String, f64)> {
    let days = |file: &Path| {
        let state = states.iter().find(|state| state.file == file && state.not_before <= now_s);
        state.map_or(0.0, |state| ((state.not_after - now_s) as f64 / DAY_S).max(0.0))
    };
    files.iter().map(|file| (file.display().to_string(), days(file))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_expired_or_cannot_be_read_has_no_day_left() {
        let state = |file: &str, not_before, not_after| CertificateState {
            file: file.into(),
            names: Vec::new(),
            not_before,
            not_after,
            as_client: false,
        };
        let day = 86_400;
        let states =
            [state("good.pem", 0, 40 * day), state("old.pem", 0, 9 * day), state("early.pem", 11 * day, 40 * day)];
        let files = ["good.pem", "old.pem", "early.pem", "broken.pem"].map(PathBuf::from);
        let days: Vec<f64> = left(&files, &states, 10 * day).into_iter().map(|(_, days)| days).collect();
        assert_eq!(days, [30.0, 0.0, 0.0, 0.0]);
    }
}
