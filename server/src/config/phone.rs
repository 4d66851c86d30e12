//! The phone in the browser, and supervision of calls: docs/browser-phone.md.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::secret::{SecretError, SecretPlaces};

/// The phone in the browser.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhoneSection {
    /// How long a browser's login at SIP is good for, minutes (60). It asks for the next one by itself.
    pub login_minutes: u64,
    /// STUN and TURN servers that browsers are told of. None are needed where our RTP ports can be reached.
    pub ice_servers: Vec<IceServerConfig>,
}

impl Default for PhoneSection {
    fn default() -> Self {
        Self { login_minutes: 60, ice_servers: Vec::new() }
    }
}

/// A STUN or TURN server.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IceServerConfig {
    /// Its addresses, such as `turns:turn.example.com:443?transport=tcp` (RFC 7064, RFC 7065).
    pub urls: Vec<String>,
    /// User name at a TURN server.
    pub username: Option<String>,
    /// Password there; browsers are told it,
    pub credential: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub credential_env: Option<String>,
    /// ... or the file that holds it.
    pub credential_file: Option<PathBuf>,
}

impl IceServerConfig {
    /// Its password, wherever it is.
    pub fn credential(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces {
            here: self.credential.as_ref(),
            env: self.credential_env.as_deref(),
            file: self.credential_file.as_deref(),
        }
        .resolve()
    }
}

/// Supervision of running calls.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SupervisionSection {
    /// The caller is told when somebody begins to listen, in the language of the call (false).
    pub announce: bool,
}
