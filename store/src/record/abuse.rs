//! What is kept against abuse.

/// A source that is not listened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BanRecord {
    /// An IPv4 address, or a /64 of IPv6.
    pub source: String,
    /// The offence, in one word.
    pub reason: String,
    /// How often it has been banned.
    pub times: u32,
    /// When the ban ends, ms since the Unix epoch.
    pub until_ms: i64,
}

/// What calls by a trunk have cost on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkSpendingRecord {
    /// Days since 1970-01-01, in the time zone of the business.
    pub day: i64,
    /// The trunk's name.
    pub trunk: String,
    /// Millionths of the currency that the rates are in.
    pub cost: u64,
}
