//! PINs of contacts.

/// A PIN as it is kept: a digest of it, made with a salt of its own. Both as the program writes them.
#[derive(Clone, PartialEq, Eq)]
pub struct PinDigest {
    /// The salt.
    pub salt: String,
    /// The digest.
    pub digest: String,
}

impl std::fmt::Debug for PinDigest {
    /// Leaves out what it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PinDigest { .. }")
    }
}

/// May a PIN be tried?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinTry {
    /// The contact has none.
    None,
    /// Too many were wrong: not before this time, ms since the Unix epoch.
    Locked {
        /// Until when.
        until_ms: i64,
    },
    /// Yes, and it is counted as wrong until it is told that it was right.
    Open {
        /// What it must be.
        pin: PinDigest,
        /// How many tries are left after this one.
        left: u32,
    },
}
