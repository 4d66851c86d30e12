//! Nothing is allocated per packet once a session runs.
#![allow(unsafe_code)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use call_model::AudioFrame;
use media::codec::{Codec, FRAME_BYTES};
use media::rtp::packet::Packet;
use media::rtp::{Session, SessionConfig};
use media::sdp::Privacy;
use media::srtp::{MasterKey, Sealer, SrtpKeys, Suite};
use support::{FRAME, address, agree, origin, sine_frame};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed on to the system's allocator unchanged; counting touches a thread-local without a
// destructor and allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Feeds a session with packets of which some are missing, late, doubled or keys, and gives the allocations after the
/// first two seconds.
fn allocations(codec: Codec, suite: Option<Suite>) -> u64 {
    let (mut negotiated, _) = agree(codec, 20);
    let key = |suite: Suite| MasterKey::new(suite, &vec![7; suite.key_bytes() + suite.salt_bytes()]).expect("a key");
    let mut sealer = suite.map(|suite| Sealer::new(key(suite)));
    if let Some(suite) = suite {
        negotiated.shelter.privacy = Privacy::Keys(SrtpKeys { ours: key(suite), theirs: key(suite) });
    }
    // Reports are made every few seconds and may allocate; here there are none.
    let config = SessionConfig { rtcp_interval: Duration::from_secs(100_000), ..SessionConfig::new(1) };
    let mut session = Session::new(config, negotiated);
    let (start, peer) = (origin(), address(2, 4_000));
    let mut frame = AudioFrame::silence(codec.sample_rate());
    let said = sine_frame(codec.sample_rate(), 300.0, 0);
    let mut datagram = Vec::with_capacity(1_000);
    let mut before = 0;
    for number in 0..3_000_u32 {
        if number == 100 {
            before = ALLOCATIONS.get();
        }
        let now = start + FRAME * number;
        let late = if number % 37 == 0 { 2 } else { 0 };
        let copies = [1, 0, 1, 2, 1, 1, 1][number as usize % 7];
        for _ in 0..copies {
            let sent = number.saturating_sub(late);
            let (payload_type, payload) = if number % 100 < 3 {
                (101, &[1, 0x8A, 3, 32][..])
            } else {
                (negotiated.payload_type, &[0x42; FRAME_BYTES][..])
            };
            datagram.clear();
            let (sequence, timestamp) = (sent as u16, sent * 160);
            Packet { marker: false, payload_type, sequence, timestamp, ssrc: 7, payload }.write(&mut datagram);
            if let Some(sealer) = &mut sealer {
                sealer.rtp(&mut datagram).expect("it is sealed");
            }
            session.handle_rtp(now, peer, &datagram);
        }
        session.pull(now, &mut frame);
        session.push(now, &said);
        while session.poll_transmit().is_some() {}
        while session.poll_event().is_some() {}
    }
    assert!(session.quality().concealed_frames > 100);
    ALLOCATIONS.get() - before
}

#[test]
fn a_running_session_allocates_nothing() {
    for codec in Codec::FIXED {
        assert_eq!(allocations(codec, None), 0, "{codec:?}");
    }
}

#[test]
fn nor_does_an_encrypted_one() {
    for suite in Suite::ALL {
        assert_eq!(allocations(Codec::Pcma, Some(suite)), 0, "{suite:?}");
    }
}
