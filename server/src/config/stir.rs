//! Whether callers' numbers are proved (STIR/SHAKEN), and signing our own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

/// Whether callers' numbers are proved.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StirSection {
    /// Files with the roots that certificates must lead to, PEM or DER. None: signatures are not looked at.
    pub roots: Vec<PathBuf>,
    /// Files of carriers' certificates by the address that signatures name; others are fetched.
    pub certificates: BTreeMap<String, PathBuf>,
    /// Fetch certificates from where signatures say: by https, from the public internet only (true).
    pub fetch: bool,
    /// How old a signature may be, seconds (60, RFC 8224 section 6.2).
    pub max_age_s: u64,
    /// How long a caller may wait for a certificate, ms (500).
    pub wait_ms: u64,
    /// How long a certificate that was fetched is kept, seconds (3600).
    pub cache_s: u64,
    /// File with our own key, PKCS #8 of P-256 in PEM.
    pub key_file: Option<PathBuf>,
    /// Where its certificate is for others.
    pub url: Option<String>,
    /// What we vouch for.
    pub attest: Attest,
    /// A UUID that names us in signatures; made anew at each start where it is not set.
    pub origid: Option<String>,
}

/// How much is vouched for (RFC 8588 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Attest {
    /// The number is ours.
    #[default]
    A,
    /// We know the customer.
    B,
    /// We only pass it on.
    C,
}

impl Default for StirSection {
    fn default() -> Self {
        Self {
            roots: Vec::new(),
            certificates: BTreeMap::new(),
            fetch: true,
            max_age_s: 60,
            wait_ms: 500,
            cache_s: 3_600,
            key_file: None,
            url: None,
            attest: Attest::A,
            origid: None,
        }
    }
}
