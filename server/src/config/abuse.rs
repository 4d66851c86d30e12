//! What is done against abuse: see `docs/security.md`.

use serde::Deserialize;
use transport::sip::{Network, SCANNERS};

/// What is done against abuse.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AbuseSection {
    /// Networks that are never banned nor limited by source, even inside of a denied one. Trunks need no entry.
    pub allow: Vec<Network>,
    /// Networks that are not listened to.
    pub deny: Vec<Network>,
    /// Networks that members' phones may be in; empty: everywhere.
    pub members_from: Vec<Network>,
    /// Networks of our own proxies that phones register through: their Path (RFC 3327) is followed, that of everybody
    /// else is not.
    pub edge_proxies: Vec<Network>,
    /// Whether anybody may call our numbers by SIP (true); else only trunks and members.
    pub strangers_call: bool,
    /// Whether OPTIONS of strangers are answered (true).
    pub strangers_options: bool,
    /// What all strangers together may begin in a second, and once more as many logins (100); 0: no limit.
    pub strangers_per_second: u32,
    /// Whether sources of abuse are banned (true).
    pub bans: bool,
    /// The first ban of a source, minutes (10); each further one is twice as long.
    pub ban_minutes: u64,
    /// The longest ban, hours (24).
    pub longest_ban_hours: u64,
    /// Bans at a time (10000); where there are more, the one that ends first is lifted.
    pub max_bans: usize,
    /// User agents of tools that scan: their first request is not answered, and bans.
    pub scanners: Vec<String>,
    /// Wrong passwords of one member in an hour (200); above it new phones of that member wait for the next hour; 0: no
    /// limit.
    pub wrong_passwords_per_hour: u32,
    /// Calls that one member may make to the outside in an hour (120); 0: no limit.
    pub member_calls_per_hour: u32,
}

impl Default for AbuseSection {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            deny: Vec::new(),
            members_from: Vec::new(),
            edge_proxies: Vec::new(),
            strangers_call: true,
            strangers_options: true,
            strangers_per_second: 100,
            bans: true,
            ban_minutes: 10,
            longest_ban_hours: 24,
            max_bans: 10_000,
            scanners: SCANNERS.map(String::from).to_vec(),
            wrong_passwords_per_hour: 200,
            member_calls_per_hour: 120,
        }
    }
}
