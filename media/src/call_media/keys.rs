//! How keys come and go on a leg, for whoever keeps packets and must not keep what was typed.

use super::leg::Leg;
use super::{CallMedia, LegSlot};

/// Where keys are to be found among the packets of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyWays {
    events: [Option<u8>; 3],
    /// The sound itself may tell them: on this leg, or on another one of the call, whose sound this one has too.
    pub in_sound: bool,
}

impl KeyWays {
    /// Whether a payload type is that of telephone-event (RFC 4733), in either direction.
    pub fn is_event(&self, payload_type: u8) -> bool {
        self.events.contains(&Some(payload_type))
    }
}

impl CallMedia {
    /// How keys come and go on a leg; `None` while it has not been started.
    pub fn key_ways(&self, leg: LegSlot) -> Option<KeyWays> {
        let negotiated = self.legs[leg.index()].as_deref()?.session.negotiated();
        let [first, second] = negotiated.accepts.telephone_event;
        Some(KeyWays { events: [first, second, negotiated.telephone_event], in_sound: self.has_keys_in_sound() })
    }

    /// Whether any leg has keys in its sound, either way. Those of a recorder have none of their own.
    fn has_keys_in_sound(&self) -> bool {
        let parties = self.legs.iter().zip(LegSlot::all());
        parties.filter_map(|(leg, _)| leg.as_deref()).any(Leg::has_keys_in_sound)
    }
}
