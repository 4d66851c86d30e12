//! Where contacts are: each place is kept once.

use std::collections::HashMap;

use permission::{Country, Place};

/// What tells most places apart, cheaply.
type Sign = (Option<Country>, Option<&'static str>, String, usize);

/// Places by a short number.
#[derive(Debug, Default)]
pub(super) struct Places {
    list: Vec<Place>,
    found: HashMap<Sign, Vec<u16>>,
}

impl Places {
    /// The number of a place. When there are 65,535 already, which the zones and regions of the world do not reach, the
    /// last one is given.
    pub fn keep(&mut self, place: &Place) -> u16 {
        let first = place.zones().first().and_then(|zone| zone.iana_name()).unwrap_or_default().to_owned();
        let same = self.found.entry((place.country(), place.region(), first, place.zones().len())).or_default();
        if let Some(known) = same.iter().find(|index| self.list[usize::from(**index)] == *place) {
            return *known;
        }
        let Ok(index) = u16::try_from(self.list.len()) else { return u16::MAX };
        self.list.push(place.clone());
        same.push(index);
        index
    }

    pub fn get(&self, index: u16) -> Option<&Place> {
        self.list.get(usize::from(index))
    }
}
