//! Signing in: see `docs/access.md`.

use std::net::IpAddr;

use serde::Deserialize;
use transport::sip::Network;

/// Signing in, and what is written down of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessSection {
    /// Address of the console as people open it, that links begin with; that of HTTP when it is not set.
    pub address: Option<String>,
    /// Pages elsewhere that may ask with the session of who is signed in; none.
    pub origins: Vec<String>,
    /// Proxies whose word on where a request came from, and whether encrypted, is believed (this machine).
    pub trusted_proxies: Vec<Network>,
    /// A session that is not used for so long ends, minutes (480).
    pub idle_minutes: u64,
    /// A session ends after so long however much it is used, hours (168).
    pub session_hours: u64,
    /// Sessions of one user (20); above it the one that was not used for longest ends.
    pub sessions_per_user: u32,
    /// How long the link of the first start, or one that resets a password, holds, hours (24).
    pub link_hours: u64,
    /// How long an invitation holds, hours (168).
    pub invitation_hours: u64,
    /// Memory that hashing a password takes, MiB (19); two are hashed at a time.
    pub password_memory_mib: u32,
    /// Passes over that memory (2).
    pub password_passes: u32,
    /// Days that the audit log is kept, 7 at least (365); 0: for ever.
    pub audit_days: u32,
}

impl Default for AccessSection {
    fn default() -> Self {
        Self {
            address: None,
            origins: Vec::new(),
            trusted_proxies: vec![
                IpAddr::from([127, 0, 0, 1]).into(),
                IpAddr::from([0u16, 0, 0, 0, 0, 0, 0, 1]).into(),
            ],
            idle_minutes: 480,
            session_hours: 168,
            sessions_per_user: 20,
            link_hours: 24,
            invitation_hours: 168,
            password_memory_mib: 19,
            password_passes: 2,
            audit_days: 365,
        }
    }
}

impl AccessSection {
    /// Where the console is, without a slash at its end. `host` and `port`: where HTTP is served.
    pub fn console(&self, host: IpAddr, port: u16) -> String {
        let host = match host {
            IpAddr::V6(address) => format!("[{address}]"),
            IpAddr::V4(address) => address.to_string(),
        };
        let own = || format!("http://{host}:{port}");
        self.address.as_deref().map_or_else(own, |address| address.trim_end_matches('/').to_owned())
    }
}
