//! Mail, and calendars elsewhere.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::{SecretError, SecretPlaces};

/// How the connection to the mail server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, or no mail.
    Starttls,
    /// None: for a server on the same machine.
    None,
}

/// The mail server that confirmations leave by. Without `host` there is none: webhooks are told
/// `confirmation.requested` instead.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSection {
    /// Its name; empty for none.
    pub host: String,
    /// Its port (465).
    pub port: u16,
    /// `tls`, `starttls` or `none` (`tls`).
    pub security: MailSecurity,
    /// User name; empty: none is asked for.
    pub user: String,
    /// Password,
    pub password: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub password_env: Option<String>,
    /// ... or the file that holds it.
    pub password_file: Option<PathBuf>,
    /// Who writes: `Northwind Dental <desk@example.org>`.
    pub from: String,
}

impl Default for MailSection {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 465,
            security: MailSecurity::Tls,
            user: String::new(),
            password: None,
            password_env: None,
            password_file: None,
            from: String::new(),
        }
    }
}

/// A person's calendar elsewhere, by CalDAV.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RemoteCalendarConfig {
    /// The person: its key under `calendar.persons` of business.yaml; `business` where there are none.
    pub person: String,
    /// Address of the calendar's collection.
    pub url: String,
    /// User name.
    pub user: String,
    /// Password,
    pub password: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub password_env: Option<String>,
    /// ... or the file that holds it.
    pub password_file: Option<PathBuf>,
    /// Also read from there when the person is busy, every five minutes.
    pub read_busy: bool,
}

impl MailSection {
    /// The password, from wherever it is kept.
    pub fn resolve_password(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces {
            here: self.password.as_ref(),
            env: self.password_env.as_deref(),
            file: self.password_file.as_deref(),
        }
        .resolve()
    }
}

impl RemoteCalendarConfig {
    /// The password, from wherever it is kept.
    pub fn resolve_password(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces {
            here: self.password.as_ref(),
            env: self.password_env.as_deref(),
            file: self.password_file.as_deref(),
        }
        .resolve()
    }
}
