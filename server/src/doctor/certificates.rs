//! The certificates of SIP over TLS: whether they can be used, and for how long.

use std::time::SystemTime;

use transport::sip::{CertificateState, certificate_states};

use super::{Finding, show};
use crate::config::Config;
use crate::wiring::tls_config;

const CHECK: &str = "certificates";
const DAY_S: i64 = 86_400;
/// Whoever renews by itself does so a month before the end.
const SOON_DAYS: i64 = 14;

/// Looks at every certificate that is named.
pub(crate) fn certificates(config: &Config) -> Vec<Finding> {
    let settings = match tls_config(&config.sip.tls) {
        Ok(settings) => settings,
        Err(error) => return vec![Finding::fault(CHECK, error.to_string(), "see docs/tls.md")],
    };
    let mut findings = Vec::new();
    match certificate_states(&settings) {
        Ok(states) => {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
            findings.extend(states.iter().map(|state| judge(state, i64::try_from(now).unwrap_or(i64::MAX))));
        }
        Err(error) => {
            let reason = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
            findings.push(Finding::fault(CHECK, format!("{error}{reason}"), "see docs/tls.md"));
        }
    }
    for server in &settings.insecure {
        let found = format!("that of {server} is not verified: anybody can pose as it");
        findings.push(Finding::warning(CHECK, found, "name its CA in `sip.tls.ca`, and take it out of `insecure`"));
    }
    findings
}

fn judge(state: &CertificateState, now: i64) -> Finding {
    let what = format!("{} (for {})", show(&state.file), state.names.join(", "));
    let days = (state.not_after - now) / DAY_S;
    match () {
        () if now > state.not_after => {
            Finding::fault(CHECK, format!("{what} has expired: phones refuse it"), "renew it; a running server notices")
        }
        () if now < state.not_before => {
            Finding::fault(CHECK, format!("{what} is not valid yet"), "look at the clock of this machine")
        }
        () if days < SOON_DAYS => {
            Finding::warning(CHECK, format!("{what} expires in {days} days"), "renew it; a running server notices")
        }
        () => Finding::ok(CHECK, format!("{what} is good for {days} days")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Weight;
    use super::*;

    #[test]
    fn a_certificate_is_judged_by_its_dates() {
        let file = "sip.pem".into();
        let names = vec!["pbx.example".into()];
        let state = CertificateState { file, names, not_before: 100, not_after: 100 * DAY_S, as_client: false };
        let at = |now| judge(&state, now);
        assert_eq!(at(50 * DAY_S).found, "sip.pem (for pbx.example) is good for 50 days");
        assert_eq!(at(90 * DAY_S).weight, Weight::Warning);
        assert_eq!((at(101 * DAY_S).weight, at(0).weight), (Weight::Fault, Weight::Fault));
    }
}
