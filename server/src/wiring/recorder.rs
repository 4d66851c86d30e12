//! From the configuration to the recorder of record that calls are sent to.

use std::sync::Arc;
use std::time::Duration;

use calls::RecorderSettings;
use calls::app::RecordingRule;
use calls::interop::Srtp;
use secrecy::ExposeSecret;
use sip_core::Credentials;
use sip_core::message::Uri;

use crate::config::{Config, RecorderSection, Redact, SecretError, Unrecorded, WithoutRecorder};
use crate::trunk::{TrunkSrtp, TrunkTransport};

/// The recorder cannot be used as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum RecorderFailure {
    /// Its address is none.
    #[error("`recorder.address` is `{0}`: write HOST, HOST:PORT or USER@HOST:PORT")]
    Address(String),
    /// Its password is not where it is said to be.
    #[error("the recorder's password cannot be read")]
    Password(#[from] SecretError),
    /// A password without a user.
    #[error("`recorder.password` is set without `recorder.user`: set both, or neither")]
    NoUser,
}

/// The recorder; `None` where none is configured.
pub(super) fn settings(config: &Config) -> Result<Option<Arc<RecorderSettings>>, RecorderFailure> {
    let recorder = &config.recorder;
    let Some(address) = &recorder.address else { return Ok(None) };
    if config.after_call.redact == Redact::TextAndAudio {
        tracing::warn!(
            "what is taken out of recordings after calls stays with the recorder of record: it heard it live"
        );
    }
    let password = recorder.resolve_password()?;
    let credentials = match (&recorder.user, password) {
        (Some(user), password) => {
            Some(Credentials::new(user, password.as_ref().map_or("", ExposeSecret::expose_secret)))
        }
        (None, Some(_)) => return Err(RecorderFailure::NoUser),
        (None, None) => None,
    };
    Ok(Some(Arc::new(RecorderSettings {
        target: target(address, recorder.transport)?,
        credentials,
        srtp: srtp(recorder).into(),
        numbers: recorder.numbers.clone(),
        trunks: recorder.trunks.clone(),
        otherwise: match recorder.unrecorded {
            Unrecorded::Skip => None,
            Unrecorded::Announced => Some(RecordingRule::Announced),
            Unrecorded::Consent => Some(RecordingRule::Consent),
        },
        required: recorder.unreachable == WithoutRecorder::Refuse,
        patience: Duration::from_millis(recorder.patience_ms.max(100)),
        retry: Duration::from_secs(recorder.retry_s),
    })))
}

/// Where keys are as secret as the signalling, the voices are encrypted.
fn srtp(recorder: &RecorderSection) -> Srtp {
    let default = if recorder.transport == TrunkTransport::Tls { TrunkSrtp::Required } else { TrunkSrtp::Off };
    recorder.srtp.unwrap_or(default).into()
}

/// Always with its transport: what is sent by UDP is sent so, however long.
fn target(address: &str, transport: TrunkTransport) -> Result<Uri, RecorderFailure> {
    let bad = || RecorderFailure::Address(address.to_owned());
    let bare = address.strip_prefix("sip:").unwrap_or(address);
    if bare.is_empty() || bare.contains([';', '?', '<', ' ']) {
        return Err(bad());
    }
    let transport = match transport {
        TrunkTransport::Udp => "udp",
        TrunkTransport::Tcp => "tcp",
        TrunkTransport::Tls => "tls",
    };
    Uri::parse(&format!("sip:{bare};transport={transport}")).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use media::sdp::SrtpPolicy;

    use super::*;

    fn read(toml: &str) -> Result<Option<Arc<RecorderSettings>>, RecorderFailure> {
        settings(&toml::from_str(toml).unwrap())
    }

    #[test]
    fn without_an_address_there_is_none() {
        assert!(read("").unwrap().is_none());
        assert!(read("[recorder]\nunrecorded = 'announced'\n").unwrap().is_none());
    }

    #[test]
    fn voices_go_encrypted_where_the_signalling_is() {
        let by = |transport: &str| {
            let toml = format!("[recorder]\naddress = 'rec@srs.example:5070'\ntransport = '{transport}'\n");
            let settings = read(&toml).unwrap().unwrap();
            (settings.target.to_string(), settings.srtp)
        };
        assert_eq!(by("udp"), ("sip:rec@srs.example:5070;transport=udp".into(), SrtpPolicy::Off));
        assert_eq!(by("tls"), ("sip:rec@srs.example:5070;transport=tls".into(), SrtpPolicy::Required));
        let off = read("[recorder]\naddress = 'x'\ntransport = 'tls'\nsrtp = 'off'\n").unwrap().unwrap();
        assert_eq!(off.srtp, SrtpPolicy::Off);
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_what_to_do() {
        let fault = read("[recorder]\naddress = 'a b'\n").unwrap_err().to_string();
        assert!(fault.contains("HOST:PORT"), "{fault}");
        assert!(matches!(read("[recorder]\naddress = 'a'\npassword = 'x'\n"), Err(RecorderFailure::NoUser)));
    }
}
