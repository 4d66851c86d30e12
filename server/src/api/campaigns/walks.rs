//! Where the calls of a campaign went, node by node, and which keys were pressed there.

use serde::Serialize;
use store::{CampaignKey, CampaignNode, Store, StoreError};
use utoipa::ToSchema;

/// A node of a flow, as the calls of a campaign walked it.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct NodeWalk {
    /// The flow.
    flow: String,
    /// The node.
    node: String,
    /// Calls that came there, each counted once.
    calls: u64,
    /// Of these, calls in which they hung up there.
    left: u64,
}

/// How often a key was pressed at a node.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::api) struct KeyPresses {
    /// The flow.
    flow: String,
    /// The node.
    node: String,
    /// `0` to `9`, `*` or `#`.
    #[schema(example = "1")]
    key: String,
    /// How often.
    pressed: u64,
}

/// Both of a campaign.
pub(super) async fn walks(store: &Store, row: i64) -> Result<(Vec<NodeWalk>, Vec<KeyPresses>), StoreError> {
    let nodes = store.campaign_nodes(row).await?.into_iter();
    let keys = store.campaign_keys(row).await?.into_iter();
    let walk =
        |CampaignNode { flow, node, entered, abandoned }| NodeWalk { flow, node, calls: entered, left: abandoned };
    let presses = |CampaignKey { flow, node, key, pressed }| KeyPresses { flow, node, key, pressed };
    Ok((nodes.map(walk).collect(), keys.map(presses).collect()))
}
