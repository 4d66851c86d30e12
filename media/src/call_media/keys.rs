//! How keys come and go on a leg, for whoever keeps packets and must not keep what was typed.

use super::{CallMedia, LegSlot};

/// Where keys are to be found among the packets of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyWays {
    events: [Option<u8>; 3],
    /// They are listened for in the sound itself: it tells them.
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
        let leg = self.legs[leg.index()].as_deref()?;
        let negotiated = leg.session.negotiated();
        let [first, second] = negotiated.accepts.telephone_event;
        Some(KeyWays { events: [first, second, negotiated.telephone_event], in_sound: leg.hears_keys() })
    }
}
