//! Signing in by OpenID Connect: see `docs/access.md`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use store::Role;

use super::secret::{SecretError, SecretPlaces};

/// Signing in by OpenID Connect, beside the password. Without `issuer` there is none.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpenIdSection {
    /// The provider's address, exactly as it names itself (`https://login.example.com/realms/main`).
    pub issuer: Option<String>,
    /// What it is called on the button; the issuer's host when not set.
    pub name: Option<String>,
    /// What it calls Callwright.
    pub client_id: Option<String>,
    /// The secret that it gave Callwright, if any,
    pub client_secret: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub client_secret_env: Option<String>,
    /// ... or the file that holds it.
    pub client_secret_file: Option<PathBuf>,
    /// What is asked for (`openid`, `profile`, `email`).
    pub scopes: Vec<String>,
    /// The claim that is the name of a user (`email`, which must be verified).
    pub user_claim: String,
    /// The claim whose values give roles (`groups`); a path such as `realm_access.roles` where it is within another.
    pub roles_claim: String,
    /// Roles by values of that claim. None: only users whom there is already come in, as what they are.
    pub roles: BTreeMap<String, Role>,
    /// Who has a second factor in Callwright gives it, too (false: the provider asks for what it wants).
    pub second_factor: bool,
    /// How long somebody may take at the provider, minutes (10).
    pub state_minutes: u64,
    /// How long the provider may take for all that one sign-in asks of it, seconds (10).
    pub timeout_s: u64,
    /// The longest answer of it that is read, KiB (256).
    pub max_answer_kib: u64,
    /// How long what it says of itself, and its keys, are kept, minutes (60); a key that is not known is fetched at once.
    pub cache_minutes: u64,
    /// How far its clock and ours may be apart, seconds (60).
    pub clock_skew_s: u64,
}

impl Default for OpenIdSection {
    fn default() -> Self {
        Self {
            issuer: None,
            name: None,
            client_id: None,
            client_secret: None,
            client_secret_env: None,
            client_secret_file: None,
            scopes: ["openid", "profile", "email"].map(str::to_owned).to_vec(),
            user_claim: "email".to_owned(),
            roles_claim: "groups".to_owned(),
            roles: BTreeMap::new(),
            second_factor: false,
            state_minutes: 10,
            timeout_s: 10,
            max_answer_kib: 256,
            cache_minutes: 60,
            clock_skew_s: 60,
        }
    }
}

impl OpenIdSection {
    /// The secret, from wherever it is kept.
    pub fn resolve_secret(&self) -> Result<Option<SecretString>, SecretError> {
        SecretPlaces {
            here: self.client_secret.as_ref(),
            env: self.client_secret_env.as_deref(),
            file: self.client_secret_file.as_deref(),
        }
        .resolve()
    }

    /// The first key that is set and means nothing without an issuer.
    pub fn first_set(&self) -> Option<&'static str> {
        let set = [
            ("name", self.name.is_some()),
            ("client_id", self.client_id.is_some()),
            ("client_secret", self.client_secret.is_some()),
            ("client_secret_env", self.client_secret_env.is_some()),
            ("client_secret_file", self.client_secret_file.is_some()),
            ("roles", !self.roles.is_empty()),
        ];
        set.into_iter().find(|(_, is_set)| *is_set).map(|(name, _)| name)
    }
}
