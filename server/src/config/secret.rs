//! Secrets come from the environment or a file; in the configuration itself they are accepted, never printed.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

/// The three places where a secret may be.
#[derive(Debug, Clone, Copy)]
pub struct SecretPlaces<'a> {
    /// In the configuration itself.
    pub here: Option<&'a SecretString>,
    /// In this environment variable.
    pub env: Option<&'a str>,
    /// In this file.
    pub file: Option<&'a Path>,
}

/// A secret is not where the configuration says.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set.
    #[error("the environment variable {0} is not set: set it, or name another place for the secret")]
    NoVariable(String),
    /// The file cannot be read.
    #[error("the secret's file {path} cannot be read")]
    File {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl SecretPlaces<'_> {
    /// Reads the secret; `None` where no place is named.
    pub fn resolve(self) -> Result<Option<SecretString>, SecretError> {
        if let Some(name) = self.env {
            let value = std::env::var(name).map_err(|_| SecretError::NoVariable(name.to_owned()))?;
            return Ok(Some(value.into()));
        }
        if let Some(path) = self.file {
            let text =
                std::fs::read_to_string(path).map_err(|source| SecretError::File { path: path.to_owned(), source })?;
            return Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned().into()));
        }
        Ok(self.here.cloned())
    }
}
