//! A recorder of record elsewhere, fed by SIPREC.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::secret::{SecretError, SecretPlaces};
use crate::trunk::{TrunkSrtp, TrunkTransport};

/// What becomes of a call that the recorder does not take, or drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutRecorder {
    /// It goes on without.
    #[default]
    GoOn,
    /// It is refused, or ended.
    Refuse,
}

/// How calls are treated for the recorder that are not recorded by their own rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unrecorded {
    /// It does not get them.
    #[default]
    Skip,
    /// It gets them; the caller is told.
    Announced,
    /// It gets them once the caller agrees.
    Consent,
}

/// A recorder of record (RFC 7866).
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecorderSection {
    /// `HOST`, `HOST:PORT` or `USER@HOST:PORT`; none: there is no recorder.
    pub address: Option<String>,
    /// How SIP is carried to it (`tcp`: what it is told of calls is more than a datagram holds).
    pub transport: TrunkTransport,
    /// Whether the voices are encrypted on their way (SRTP): `off`, `optional`, `required`; with TLS `required` where
    /// nothing is said, else `off`.
    pub srtp: Option<TrunkSrtp>,
    /// User name, where it asks for one.
    pub user: Option<String>,
    /// Password,
    pub password: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub password_env: Option<String>,
    /// ... or the file that holds it.
    pub password_file: Option<PathBuf>,
    /// Our numbers whose calls it gets.
    pub numbers: Vec<String>,
    /// Trunks whose calls it gets. With `numbers` also empty it gets all calls.
    pub trunks: Vec<String>,
    /// Calls that are not recorded by their number's or their app's rule (`skip`).
    pub unrecorded: Unrecorded,
    /// What becomes of a call that it does not take, or drops (`go_on`).
    pub unreachable: WithoutRecorder,
    /// How long it may take to answer, ms (3000).
    pub patience_ms: u64,
    /// When it is tried again in a call that goes on without it, seconds; 0: not (15).
    pub retry_s: u64,
}

impl Default for RecorderSection {
    fn default() -> Self {
        Self {
            address: None,
            transport: TrunkTransport::Tcp,
            srtp: None,
            user: None,
            password: None,
            password_env: None,
            password_file: None,
            numbers: Vec::new(),
            trunks: Vec::new(),
            unrecorded: Unrecorded::Skip,
            unreachable: WithoutRecorder::GoOn,
            patience_ms: 3_000,
            retry_s: 15,
        }
    }
}

impl RecorderSection {
    /// Its password, from where it is.
    pub fn resolve_password(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces {
            here: self.password.as_ref(),
            env: self.password_env.as_deref(),
            file: self.password_file.as_deref(),
        }
        .resolve()
    }
}
