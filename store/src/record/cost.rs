//! What brains cost.

/// What one brain of one agent has cost on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendingRecord {
    /// Days since 1970-01-01, in the time zone of the business.
    pub day: i64,
    /// The agent.
    pub agent: String,
    /// The brain's name in the configuration; empty for what was spent before brains were told apart.
    pub brain: String,
    /// Answers, with those that were thrown away.
    pub answers: u64,
    /// Tokens that it read.
    pub input_tokens: u64,
    /// Tokens that it wrote.
    pub output_tokens: u64,
    /// Millionths of the currency that the prices are in.
    pub cost: u64,
}
