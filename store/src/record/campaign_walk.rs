//! Where the calls of a campaign went in its flows.

use call_model::CallId;

/// Where one call that is over went, for the sums of its campaign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallWalk {
    /// Each node that it came to, once.
    pub nodes: Vec<WalkedNode>,
    /// Single keys that were pressed, by the place of their node in `nodes`.
    pub keys: Vec<(usize, char)>,
}

/// A node that a call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkedNode {
    /// The flow.
    pub flow: String,
    /// The node.
    pub node: String,
    /// The other side hung up there.
    pub abandoned: bool,
}

/// A call that went somewhere.
#[derive(Debug, Clone)]
pub(crate) struct Walked {
    pub call: CallId,
    pub walk: CallWalk,
}

/// How many calls of a campaign came to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignNode {
    /// The flow.
    pub flow: String,
    /// The node.
    pub node: String,
    /// Calls that came there.
    pub entered: u64,
    /// Of these, calls in which the other side hung up there.
    pub abandoned: u64,
}

/// How often a key was pressed at a node, in the calls of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignKey {
    /// The flow.
    pub flow: String,
    /// The node.
    pub node: String,
    /// `0` to `9`, `*`, `#` or `A` to `D`.
    pub key: String,
    /// How often.
    pub pressed: u64,
}
