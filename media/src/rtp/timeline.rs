//! One timeline out of the timestamps of all streams that follow each other.

use super::delay::TICKS_PER_MS;

/// A timestamp that is this far from what the arrival says belongs to another count.
const JUMP_TICKS: i64 = 2_000 * TICKS_PER_MS;
/// Nothing arrives this much faster than the fastest of the last seconds.
const EARLY_TICKS: i64 = 500 * TICKS_PER_MS;

/// Maps RTP timestamps to ticks that neither wrap nor jump.
#[derive(Debug, Default)]
pub struct Timeline {
    last_timestamp: u32,
    last_clock_step: u32,
    last: Option<i64>,
}

/// What a packet is placed by.
#[derive(Debug, Clone, Copy)]
pub struct Placement {
    pub timestamp: u32,
    /// Units of the timestamp in a tick.
    pub clock_step: u32,
    /// In ticks.
    pub arrived: i64,
    /// Arrival less position of the fastest packet of late.
    pub base: Option<i64>,
    /// The stream begins here.
    pub restarted: bool,
    /// The end of what was taken in before: a restarted stream is not put before it.
    pub end: Option<i64>,
}

impl Timeline {
    /// The position of a packet.
    pub fn place(&mut self, packet: Placement) -> i64 {
        // Timestamps of another clock say nothing about those before (RFC 7160 section 3).
        let same_clock = self.last_clock_step == packet.clock_step;
        let followed = self.last.filter(|_| same_clock).map(|last| {
            let step = i64::from(packet.timestamp.wrapping_sub(self.last_timestamp).cast_signed());
            let clock_step = i64::from(packet.clock_step.max(1));
            last + (step + clock_step / 2).div_euclid(clock_step)
        });
        let position = followed.filter(|&position| !packet.restarted && is_near(position, packet));
        let position = position.unwrap_or_else(|| Self::by_arrival(packet));
        self.last = Some(position);
        self.last_timestamp = packet.timestamp;
        self.last_clock_step = packet.clock_step;
        position
    }

    /// Goes on as if the packet last placed had come as fast as the fastest: for a stream whose timestamps stepped back
    /// by less than a jump.
    pub fn realign(&mut self, packet: Placement) -> i64 {
        let position = Self::by_arrival(packet);
        self.last = Some(position);
        position
    }

    fn by_arrival(packet: Placement) -> i64 {
        let position = packet.arrived - packet.base.unwrap_or(0);
        packet.end.map_or(position, |end| position.max(end))
    }
}

fn is_near(position: i64, packet: Placement) -> bool {
    let Some(base) = packet.base else { return true };
    let lateness = packet.arrived - position - base;
    (-EARLY_TICKS..JUMP_TICKS).contains(&lateness)
}
