//! Every limit on a campaign's file, with its default.

/// Limits on a campaign's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecLimits {
    /// The longest file, in bytes. Default 128 KiB.
    pub max_bytes: usize,
    /// The most YAML values in a file. Default 5,000.
    pub max_values: usize,
    /// The longest text, in bytes. Default 8 KiB.
    pub max_text: usize,
    /// The most faults reported at once. Default 100.
    pub max_faults: usize,
    /// The most variables, fields, trunks, caller ids and variants, of each. Default 100.
    pub max_items: usize,
}

impl Default for SpecLimits {
    fn default() -> Self {
        Self { max_bytes: 128 * 1024, max_values: 5_000, max_text: 8 * 1024, max_faults: 100, max_items: 100 }
    }
}
