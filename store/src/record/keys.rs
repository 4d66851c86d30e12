//! API keys: only their hashes.

use super::masked_debug;

/// An API key.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Its name, unique.
    pub name: String,
    /// SHA-256 of the key. Compare in constant time.
    pub hash: [u8; 32],
    /// When it was made, ms since the Unix epoch.
    pub created_ms: i64,
    /// What it may do, with a space between the scopes; `None`: everything.
    pub scopes: Option<String>,
}
masked_debug!(ApiKeyRecord { name, created_ms, scopes });
