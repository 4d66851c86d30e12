//! A bridge between two legs of one codec to which nobody listens: packets are passed on as they come.

use std::time::Instant;

use super::{CallMedia, LegSlot, open_leg};
use crate::codec::Codec;
use crate::rtp::Session;

impl CallMedia {
    /// Whether packets are passed on between this tick and the next: both legs speak one codec as the other wishes it,
    /// and nobody records (here or elsewhere), listens, supervises, plays, types or holds.
    pub(super) fn choose_relay(&mut self) -> bool {
        let relays = self.can_relay();
        let with = self.bridge.as_deref_mut().map(|bridge| {
            bridge.relays = relays;
            bridge.with()
        });
        for slot in LegSlot::all() {
            let bridged = slot == LegSlot::CALLER || Some(slot) == with;
            if let Some(leg) = open_leg(&mut self.legs, slot) {
                leg.session.relay(relays && bridged);
            }
        }
        relays
    }

    fn can_relay(&self) -> bool {
        let Some(bridge) = &self.bridge else { return false };
        let unheard = self.recording.is_none() && self.records.is_empty() && self.playbacks.is_empty();
        let unheard = unheard && !self.has_recorder() && self.supervisor.is_none();
        let leg = |slot: LegSlot| self.legs[slot.index()].as_deref().filter(|leg| !leg.closing && leg.is_plain());
        let (Some(caller), Some(peer)) = (leg(LegSlot::CALLER), leg(bridge.with())) else { return false };
        let codec = caller.codec();
        unheard
            && codec == peer.codec()
            && caller.session.negotiated().ptime_ms == peer.session.negotiated().ptime_ms
            && fits(&caller.session, &peer.session)
            && fits(&peer.session, &caller.session)
    }

    /// Passes on what just came on a leg.
    pub(super) fn relay(&mut self, slot: LegSlot) {
        if self.bridge.as_ref().is_none_or(|bridge| !bridge.relays) {
            return;
        }
        let Some(other) = self.bridged_with(slot) else { return };
        let Ok([Some(from), Some(to)]) = self.legs.get_disjoint_mut([slot.index(), other.index()]) else { return };
        if let Some(packet) = from.session.poll_relayed().filter(|_| !to.closing) {
            to.session.pass_on(packet);
        }
    }

    /// The time of a tick passes on both legs.
    pub(super) fn pass_time(&mut self, now: Instant) {
        let Some(bridge) = &self.bridge else { return };
        for slot in [LegSlot::CALLER, bridge.with()] {
            if let Some(leg) = open_leg(&mut self.legs, slot) {
                leg.session.pass_time(now);
            }
        }
    }
}

/// Whether what comes on one leg is what the other's peer takes as it is: the codec, within the limits that it set for
/// Opus ([RFC 7587 section 6.1](https://www.rfc-editor.org/rfc/rfc7587#section-6.1)), and comfort noise only where that
/// was agreed on.
fn fits(from: &Session, to: &Session) -> bool {
    let agreed = to.negotiated();
    let unlimited = agreed.codec != Codec::Opus || (agreed.opus.max_bitrate.is_none() && !agreed.opus.cbr);
    let known = from.arriving_codec().is_none_or(|arriving| arriving == agreed.codec);
    known && unlimited && (agreed.comfort_noise.is_some() || !from.has_noise())
}
