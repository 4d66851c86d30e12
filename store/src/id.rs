//! New ids: sorted by time, and by order of making within one millisecond.

use std::sync::{Mutex, PoisonError};

use call_model::{
    AppointmentId, AuditId, CallId, CampaignId, ConsentId, ContactId, ErasureId, EventId, FlowId, FollowUpId, LegId,
    MemberId, MergeId, NoteId, NumberId, RecordingId, SessionId, TicketId, TrunkId, UserId, VoicemailId, WebhookId,
};

/// A kind of id that can be made anew.
pub trait NewId: Sized {
    /// The prefix of this kind of id, without the underscore.
    const PREFIX: &'static str;

    /// See [`call_model::Id::from_parts`].
    fn from_parts(unix_ms: u64, random: u128) -> Self;
}

macro_rules! new_ids {
    ($($name:ident),+) => {$(
        impl NewId for $name {
            const PREFIX: &'static str = Self::PREFIX;

            fn from_parts(unix_ms: u64, random: u128) -> Self {
                Self::from_parts(unix_ms, random)
            }
        }
    )+};
}

new_ids!(
    AppointmentId,
    CallId,
    CampaignId,
    LegId,
    ContactId,
    RecordingId,
    VoicemailId,
    FlowId,
    FollowUpId,
    EventId,
    TicketId,
    TrunkId,
    NumberId,
    MemberId,
    WebhookId,
    ConsentId,
    NoteId,
    MergeId,
    ErasureId,
    UserId,
    SessionId,
    AuditId
);

static SOURCE: Mutex<Source> = Mutex::new(Source { unix_ms: 0, random: 0, pool: [0; POOL], used: POOL });

const POOL: usize = 512;

/// The last id made, and random bytes fetched ahead: one system call for many ids.
struct Source {
    unix_ms: u64,
    random: u128,
    pool: [u8; POOL],
    used: usize,
}

/// A new id that is greater than every one made by this process before it, so that lists keep the order of making.
/// `now_ms`: ms since the Unix epoch; when the clock went back, the last time used is used on.
pub fn fresh_id<T: NewId>(now_ms: i64) -> T {
    let mut source = SOURCE.lock().unwrap_or_else(PoisonError::into_inner);
    let now = u64::try_from(now_ms).unwrap_or(0);
    let random = u128::from_le_bytes(source.take());
    if now > source.unix_ms {
        source.unix_ms = now;
        // The top bit is left clear, so that counting up within a millisecond cannot overflow the 80 bits.
        source.random = random & ((1 << 79) - 1);
    } else {
        source.random += 1 + (random & 0xffff_ffff);
    }
    T::from_parts(source.unix_ms, source.random)
}

impl Source {
    fn take(&mut self) -> [u8; 16] {
        if self.used + 16 > POOL {
            // The operating system's generator fails only where there is none: ids are then unique by count and time.
            let _ = getrandom::fill(&mut self.pool);
            self.used = 0;
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.pool[self.used..self.used + 16]);
        self.used += 16;
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_millisecond_sort_by_order_of_making() {
        let made: Vec<EventId> = (0..1_000).map(|_| fresh_id(1_700_000_000_000)).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        let back: EventId = fresh_id(1_600_000_000_000);
        assert!(back > made[999]);
    }
}
