//! What is known of each source under one key: the roll-over counter and what has come already.

/// Sources that are known at a time; one more takes the place of the one that was heard least recently. Sources are
/// taken in only after their first packet was proved genuine.
const SOURCES: usize = 8;
/// Packets behind the newest that are still told from repeated ones.
const WINDOW: u64 = 128;

/// The newest index of a source, and which of those before it have come.
#[derive(Debug, Clone, Copy)]
struct Source {
    ssrc: u32,
    newest: u64,
    /// Bit `n`: the index `n` below the newest has come.
    seen: u128,
    used: u64,
}

/// The sources of one direction and layer.
#[derive(Debug, Default)]
pub(super) struct Streams {
    sources: [Option<Source>; SOURCES],
    uses: u64,
}

impl Streams {
    fn find(&self, ssrc: u32) -> Option<&Source> {
        self.sources.iter().flatten().find(|source| source.ssrc == ssrc)
    }

    /// Goes on from where these are: a new key does not set the roll-over counter back
    /// ([RFC 3711 section 3.3.1](https://www.rfc-editor.org/rfc/rfc3711#section-3.3.1)). What came there has not come
    /// here.
    pub(super) fn go_on_from(&mut self, before: &Self) {
        for other in before.sources.iter().flatten() {
            if self.find(other.ssrc).is_none() {
                self.note(other.ssrc, other.newest);
                if let Some(own) = self.find_mut(other.ssrc) {
                    own.seen = 0;
                }
            } else if let Some(own) = self.find_mut(other.ssrc)
                && let Some(ahead) = other.newest.checked_sub(own.newest)
            {
                own.seen = if ahead < WINDOW { own.seen << ahead } else { 0 };
                own.newest = other.newest;
            }
        }
    }

    /// The first index with this sequence number that has never come. `None` beyond the key's life.
    pub(super) fn index_ahead(&self, ssrc: u32, sequence: u16) -> Option<u64> {
        let Some(source) = self.find(ssrc) else { return Some(u64::from(sequence)) };
        let rolls = source.newest >> 16;
        let rolls = if sequence > source.newest as u16 { rolls } else { rolls + 1 };
        u32::try_from(rolls).is_ok().then_some(rolls << 16 | u64::from(sequence))
    }

    fn find_mut(&mut self, ssrc: u32) -> Option<&mut Source> {
        self.sources.iter_mut().flatten().find(|source| source.ssrc == ssrc)
    }

    /// The index of an RTP packet: its roll-over counter and its sequence number, by what came before
    /// ([RFC 3711 section 3.3.1](https://www.rfc-editor.org/rfc/rfc3711#section-3.3.1)). `None` for one from before the
    /// stream's beginning or beyond the key's life.
    pub(super) fn index(&self, ssrc: u32, sequence: u16) -> Option<u64> {
        let Some(source) = self.find(ssrc) else { return Some(u64::from(sequence)) };
        let (rolls, newest) = (source.newest >> 16, source.newest as u16);
        let rolls = if newest < 0x8000 && sequence.checked_sub(newest).is_some_and(|ahead| ahead > 0x8000) {
            rolls.checked_sub(1)?
        } else if newest >= 0x8000 && newest - 0x8000 > sequence {
            rolls + 1
        } else {
            rolls
        };
        u32::try_from(rolls).is_ok().then_some(rolls << 16 | u64::from(sequence))
    }

    /// Whether that index has come already, or is too old to tell.
    pub(super) fn is_replayed(&self, ssrc: u32, index: u64) -> bool {
        let Some(source) = self.find(ssrc) else { return false };
        match source.newest.checked_sub(index) {
            None => false,
            Some(behind) => behind >= WINDOW || source.seen >> behind & 1 == 1,
        }
    }

    /// Notes a packet that was proved genuine.
    pub(super) fn note(&mut self, ssrc: u32, index: u64) {
        self.uses += 1;
        let uses = self.uses;
        if let Some(source) = self.find_mut(ssrc) {
            source.used = uses;
            match index.checked_sub(source.newest) {
                Some(ahead) => {
                    source.seen = if ahead < WINDOW { source.seen << ahead | 1 } else { 1 };
                    source.newest = index;
                }
                None => source.seen |= 1_u128.checked_shl((source.newest - index) as u32).unwrap_or(0),
            }
            return;
        }
        // An empty place is older than any source.
        let oldest = self.sources.iter_mut().min_by_key(|source| source.map_or(0, |source| source.used));
        if let Some(place) = oldest {
            *place = Some(Source { ssrc, newest: index, seen: 1, used: uses });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_rolls_over_with_reordering_at_the_edge() {
        let mut streams = Streams::default();
        for (sequence, index) in [
            (65_534_u16, Some(65_534)),
            (0, Some(65_536)),
            (65_535, Some(65_535)),
            (1, Some(65_537)),
            (30_000, Some(95_536)),
            (60_000, Some(125_536)),
            (3, Some(131_075)),
        ] {
            assert_eq!(streams.index(7, sequence), index);
            streams.note(7, index.expect("an index"));
        }
        let mut streams = Streams::default();
        streams.note(7, 2);
        assert_eq!(streams.index(7, 65_535), None, "from before the beginning");
    }

    #[test]
    fn what_came_is_known_for_128_packets() {
        let mut streams = Streams::default();
        for index in [1_000, 1_003, 1_001] {
            assert!(!streams.is_replayed(7, index));
            streams.note(7, index);
            assert!(streams.is_replayed(7, index));
        }
        assert!(!streams.is_replayed(7, 1_002) && !streams.is_replayed(7, 1_004));
        assert!(streams.is_replayed(7, 1_003 - 128), "too old to tell");
        assert!(!streams.is_replayed(7, 1_003 - 127));
        streams.note(7, 5_000);
        assert!(streams.is_replayed(7, 1_003) && !streams.is_replayed(7, 4_999));
    }

    #[test]
    fn what_goes_on_keeps_the_counter_and_forgets_what_came() {
        let (mut before, mut streams) = (Streams::default(), Streams::default());
        before.note(7, 65_535);
        before.note(7, 65_537);
        before.note(8, 9);
        streams.note(7, 65_530);
        streams.go_on_from(&before);
        assert_eq!((streams.index(7, 2), streams.index(8, 10), streams.index(9, 3)), (Some(65_538), Some(10), Some(3)));
        assert!(streams.is_replayed(7, 65_530), "its own");
        assert!(!streams.is_replayed(7, 65_537) && !streams.is_replayed(7, 65_535), "the others'");
        before.go_on_from(&Streams::default());
        assert_eq!(before.index(7, 2), Some(65_538), "nothing is set back");
    }

    #[test]
    fn ahead_is_never_behind() {
        let mut streams = Streams::default();
        streams.note(7, 65_636);
        for (sequence, index) in [(101, 65_637), (100, 131_172), (99, 131_171), (60_000, 125_536)] {
            assert_eq!(streams.index_ahead(7, sequence), Some(index));
        }
        streams.note(7, (1 << 48) - 1);
        assert_eq!(streams.index_ahead(7, 3), None, "the key is used up");
    }

    #[test]
    fn sources_are_bounded_and_the_least_recent_is_forgotten() {
        let mut streams = Streams::default();
        for ssrc in 0..SOURCES as u32 {
            streams.note(ssrc, 10);
        }
        streams.note(0, 11);
        streams.note(99, 10);
        assert!(streams.is_replayed(0, 11) && streams.is_replayed(99, 10));
        assert!(!streams.is_replayed(1, 10));
    }
}
