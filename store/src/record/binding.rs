//! Where members' phones are registered.

use super::masked_debug;

/// A contact of a member's phone, reached by datagrams.
#[derive(Clone, PartialEq, Eq)]
pub struct BindingRecord {
    /// The member's name.
    pub member: String,
    /// The SIP address that the phone gave.
    pub contact: String,
    /// Our address, as its datagrams had it.
    pub local: String,
    /// The phone's address.
    pub remote: String,
    /// The proxies on the way to it, the nearest first.
    pub path: Vec<String>,
    /// Its preference, 0 to 1,000.
    pub q: u16,
    /// The Call-ID of its registration, and the number of its last REGISTER.
    pub call_id: String,
    /// See `call_id`.
    pub seq: u32,
    /// The device, where it named itself.
    pub instance: Option<String>,
    /// A digest of the password that it was registered by.
    pub proof: String,
    /// When it lapses, ms since the Unix epoch.
    pub until_ms: i64,
}
masked_debug!(BindingRecord { q, seq, until_ms });
