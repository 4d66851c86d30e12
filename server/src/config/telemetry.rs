//! What operators are shown of calls, and where it is sent.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::secret::{SecretError, SecretPlaces};

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// An object in JSON for each line.
    Json,
}

/// Traces, signalling and captures.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetrySection {
    /// How the log is written (`text`).
    pub log_format: LogFormat,
    /// Address of an OpenTelemetry collector (OTLP over HTTP, protobuf), such as `http://127.0.0.1:4318`; none: no traces.
    pub otlp: Option<String>,
    /// Header fields that are sent with traces.
    pub otlp_headers: BTreeMap<String, String>,
    /// One more header field, whose value is a secret (`Authorization`),
    pub otlp_secret_header: String,
    /// ... its value,
    pub otlp_secret: Option<SecretString>,
    /// ... or the variable that holds it,
    pub otlp_secret_env: Option<String>,
    /// ... or the file that holds it.
    pub otlp_secret_file: Option<PathBuf>,
    /// The share of calls that are traced, 0 to 1 (1). A call that is a part of somebody else's trace goes by theirs.
    pub sampling: f64,
    /// Spans that may wait for the collector; more are lost and counted (4096).
    pub spans_waiting: usize,
    /// `service.name` of our spans (`callwright`).
    pub service: String,
    /// `HOST:PORT` of a HEP collector (Homer), by UDP; none: nothing is sent.
    pub hep: Option<String>,
    /// Our number among those who capture (1).
    pub hep_id: u32,
    /// Its password,
    pub hep_password: Option<SecretString>,
    /// ... or the variable that holds it,
    pub hep_password_env: Option<String>,
    /// ... or the file that holds it.
    pub hep_password_file: Option<PathBuf>,
    /// SIP messages kept in memory for the ladder of a call, MiB over all calls; 0: none (16).
    pub signalling_mib: usize,
    /// SIP messages kept of one leg (64).
    pub signalling_messages: usize,
    /// Bytes kept of one message (4096).
    pub signalling_bytes: usize,
    /// How long they are kept after the last message, minutes (1440).
    pub signalling_minutes: u32,
    /// Names of the API keys that may capture calls, with their sound (none).
    pub capture_keys: Vec<String>,
    /// Bytes of a capture, MiB (8).
    pub capture_mib: usize,
    /// How long a capture runs at most, seconds (300).
    pub capture_seconds: u64,
    /// How long it is kept in memory after its end, minutes (60).
    pub capture_minutes: u64,
    /// Captures kept at a time (4).
    pub captures: usize,
}

impl Default for TelemetrySection {
    fn default() -> Self {
        Self {
            log_format: LogFormat::Text,
            otlp: None,
            otlp_headers: BTreeMap::new(),
            otlp_secret_header: "Authorization".into(),
            otlp_secret: None,
            otlp_secret_env: None,
            otlp_secret_file: None,
            sampling: 1.0,
            spans_waiting: 4_096,
            service: "callwright".into(),
            hep: None,
            hep_id: 1,
            hep_password: None,
            hep_password_env: None,
            hep_password_file: None,
            signalling_mib: 16,
            signalling_messages: 64,
            signalling_bytes: 4_096,
            signalling_minutes: 1_440,
            capture_keys: Vec::new(),
            capture_mib: 8,
            capture_seconds: 300,
            capture_minutes: 60,
            captures: 4,
        }
    }
}

impl TelemetrySection {
    /// The secret value of `otlp_secret_header`.
    pub fn resolve_otlp_secret(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces {
            here: self.otlp_secret.as_ref(),
            env: self.otlp_secret_env.as_deref(),
            file: self.otlp_secret_file.as_deref(),
        }
        .resolve()
    }

    /// The password of the HEP collector.
    pub fn resolve_hep_password(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces {
            here: self.hep_password.as_ref(),
            env: self.hep_password_env.as_deref(),
            file: self.hep_password_file.as_deref(),
        }
        .resolve()
    }
}
