//! The domains that far ends must prove to be, as numbers that fit into a target.

use std::collections::{HashMap, VecDeque};

use sip_core::PeerName;

use super::connection::Name;

/// Names that are remembered; of more, the one that was asked for longest ago is forgotten.
const KEPT: usize = 2_048;

/// Names by number, and numbers by name.
#[derive(Debug, Default)]
pub(crate) struct Names {
    by_name: HashMap<Name, PeerName>,
    by_number: HashMap<PeerName, Name>,
    /// By age.
    order: VecDeque<PeerName>,
    next: u64,
}

impl Names {
    /// The number of a name.
    pub(crate) fn number(&mut self, name: &Name) -> PeerName {
        if let Some(number) = self.by_name.get(name) {
            return *number;
        }
        if self.order.len() >= KEPT
            && let Some(oldest) = self.order.pop_front()
            && let Some(name) = self.by_number.remove(&oldest)
        {
            self.by_name.remove(&name);
        }
        let number = PeerName(self.next);
        self.next += 1;
        self.by_name.insert(name.clone(), number);
        self.by_number.insert(number, name.clone());
        self.order.push_back(number);
        number
    }

    /// The name of a number, if it is remembered.
    pub(crate) fn name(&self, number: PeerName) -> Option<Name> {
        self.by_number.get(&number).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_numbers_and_the_oldest_is_forgotten() {
        let mut names = Names::default();
        let first = names.number(&"a.example".into());
        assert_eq!(names.number(&"a.example".into()), first);
        assert_eq!(names.name(first).as_deref(), Some("a.example"));
        for other in 0..KEPT {
            names.number(&format!("{other}.example").into());
        }
        assert_eq!((names.name(first), names.by_name.len(), names.order.len()), (None, KEPT, KEPT));
        assert_ne!(names.number(&"a.example".into()), first, "a number never stands for another name");
    }
}
