//! Where agents find tools besides the business's own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::{SecretError, SecretPlaces};

/// An MCP server whose tools agents may use: a program that we run, or a server by streamable HTTP.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct McpConfig {
    /// Our name for it: its tools are called `NAME__TOOL`.
    pub name: String,
    /// The program and its arguments, such as `["npx", "-y", "@example/crm-mcp"]`. It sees no more of our environment
    /// than `PATH` and `HOME`.
    pub command: Vec<String>,
    /// Further variables of its environment.
    pub environment: BTreeMap<String, String>,
    /// The variable in which it gets the secret.
    pub secret_variable: Option<String>,
    /// The server's address, such as `https://crm.example/mcp`.
    pub url: Option<String>,
    /// The header in which it gets the secret (`Authorization`).
    pub secret_header: String,
    /// What stands before the secret there (`Bearer `).
    pub secret_prefix: String,
    /// The secret,
    pub secret: Option<SecretString>,
    /// ... or the environment variable that holds it,
    pub secret_env: Option<String>,
    /// ... or the file that holds it.
    pub secret_file: Option<PathBuf>,
    /// How long one of its tools may take, seconds (10).
    pub time_limit_s: u64,
}

impl Default for McpConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            command: Vec::new(),
            environment: BTreeMap::new(),
            secret_variable: None,
            url: None,
            secret_header: "Authorization".into(),
            secret_prefix: "Bearer ".into(),
            secret: None,
            secret_env: None,
            secret_file: None,
            time_limit_s: 10,
        }
    }
}

impl McpConfig {
    /// The secret, from wherever it is kept.
    pub fn resolve_secret(&self) -> Result<Option<SecretString>, SecretError> {
        let places = SecretPlaces {
            here: self.secret.as_ref(),
            env: self.secret_env.as_deref(),
            file: self.secret_file.as_deref(),
        };
        places.resolve()
    }
}
