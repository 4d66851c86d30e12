//! Where a call that we place goes in its flows, for the sums of its campaign.

use call_model::Direction;
use store::{CallWalk, WalkedNode};

use super::Call;

/// Nodes of one call that are kept.
const MOST_NODES: usize = 500;

/// Single keys of one call that are kept.
const MOST_KEYS: usize = 500;

/// What was pressed at the node where the call is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Pressed {
    #[default]
    Nothing,
    One(char),
    /// Perhaps a code: that is nobody's business.
    More,
}

/// Where one call went.
#[derive(Debug, Default)]
pub(super) struct Walk {
    so_far: CallWalk,
    here: Option<usize>,
    pressed: Pressed,
}

impl Walk {
    fn entered(&mut self, flow: &str, node: &str) {
        self.settle();
        self.here = self.find(flow, node).or_else(|| {
            let room = self.so_far.nodes.len() < MOST_NODES;
            let new = WalkedNode { flow: flow.to_owned(), node: node.to_owned(), abandoned: false };
            room.then(|| self.so_far.nodes.push(new))?;
            Some(self.so_far.nodes.len() - 1)
        });
    }

    fn left(&mut self, flow: &str, node: &str, abandoned: bool) {
        if let Some(at) = self.find(flow, node) {
            self.so_far.nodes[at].abandoned |= abandoned;
        }
        self.settle();
        self.here = None;
    }

    fn pressed(&mut self, key: char) {
        self.pressed = if self.pressed == Pressed::Nothing { Pressed::One(key) } else { Pressed::More };
    }

    fn find(&self, flow: &str, node: &str) -> Option<usize> {
        self.so_far.nodes.iter().position(|known| known.node == node && known.flow == flow)
    }

    fn settle(&mut self) {
        if let (Pressed::One(key), Some(at)) = (std::mem::take(&mut self.pressed), self.here)
            && self.so_far.keys.len() < MOST_KEYS
        {
            self.so_far.keys.push((at, key));
        }
    }

    fn finish(&mut self) -> CallWalk {
        self.settle();
        std::mem::take(&mut self.so_far)
    }
}

impl Call {
    pub(super) fn walked_to(&mut self, flow: &str, node: &str) {
        if self.direction == Direction::Outbound {
            self.walk.entered(flow, node);
        }
    }

    pub(super) fn walked_from(&mut self, flow: &str, node: &str, abandoned: bool) {
        self.walk.left(flow, node, abandoned);
    }

    pub(super) fn walked_by_key(&mut self, key: char) {
        self.walk.pressed(key);
    }

    /// When the call is in the books: sums are no reason to wait.
    pub(super) async fn file_walk(&mut self) {
        let walk = self.walk.finish();
        if walk.nodes.is_empty() {
            return;
        }
        if let Err(error) = self.house.parts.store.add_walk(self.id, walk).await {
            tracing::warn!(call = %self.id, %error, "where the call went is missing in the sums of its campaign");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_counts_once_and_a_code_is_not_kept() {
        let mut walk = Walk::default();
        walk.pressed('7');
        walk.entered("f", "menu");
        walk.left("f", "menu", false);
        walk.entered("f", "menu");
        walk.pressed('2');
        walk.left("f", "menu", false);
        walk.entered("f", "pin");
        for key in ['4', '7', '1', '1'] {
            walk.pressed(key);
        }
        walk.left("f", "pin", false);
        walk.entered("f", "end");
        walk.pressed('9');
        walk.left("f", "end", true);
        let walk = walk.finish();
        let nodes: Vec<_> = walk.nodes.iter().map(|it| (it.node.as_str(), it.abandoned)).collect();
        assert_eq!(nodes, [("menu", false), ("pin", false), ("end", true)]);
        assert_eq!(walk.keys, [(0, '2'), (2, '9')]);
    }
}
